"""An SMTP server that goes wrong where a test says so: at every step of every message it can break off, stall, refuse, talk nonsense, or call."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from enum import StrEnum
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

from console.mail.imap.server import Server, Tls

PASSWORD = "sëcret"  # of every user


class Step(StrEnum):
    """Where in a message's dialogue the server stands; the words are the client's, unless they say more."""

    GREETING = "greeting"  # connected, nothing said; of message 0
    MAIL = "MAIL"  # not answered yet
    RCPT = "RCPT"  # one recipient, not answered yet
    NAMED = "named"  # one recipient, answered
    DATA = "DATA"  # not answered yet
    BODY = "body"  # some of the body came, the dot was not read
    DOT = "dot"  # the dot came; the message is not taken yet
    TAKEN = "taken"  # it stands in `arrived`; not answered yet
    ANSWERED = "answered"  # the 250 is sent


@dataclass(eq=False)
class Fault:
    """One thing that goes wrong, made by `FaultySmtp.at`.

    Attributes:
        reached: set when a message comes to it.
    """

    step: Step
    message: int | None
    recipient: str | None
    times: int | None
    says: str | None
    cut: bool
    stall: bool
    trickle: bool
    body_bytes: int
    reached: threading.Event = field(default_factory=threading.Event)
    _loop: asyncio.AbstractEventLoop | None = None
    _gate: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Let who stalls here go on, and nobody stall here again; what else the fault says then happens."""
        assert self._loop is not None
        self.stall = False
        self._loop.call_soon_threadsafe(self._gate.set)

    def fits(self, step: Step, message: int, recipient: str | None) -> bool:
        """Say whether it is this step of this message."""
        return (
            self.step is step
            and self.message in {None, message}
            and self.recipient in {None, recipient}
            and self.times != 0
        )


@dataclass(frozen=True)
class Arrived:
    """A message that was taken, whether or not the client learnt of it."""

    mail_from: str
    rcpt_tos: tuple[str, ...]
    content: bytes

    @property
    def header_id(self) -> str:
        """Its Message-ID without the angle brackets."""
        return str(message_from_bytes(self.content)["message-id"] or "").strip().strip("<>")


@dataclass
class FaultySmtp:
    """A running server; all of it may be used from the test's thread while clients are served.

    Attributes:
        port: where it listens on loopback.
        arrived: what was taken, in order.
        on_step: called as `on_step(step, message)` at every step, before what goes wrong there, in a thread of its own, so
            that it may kill the sender and wait for its end; the dialogue goes on when it returns. Messages are
            numbered from 1 by MAIL FROM, over all connections.
        without: extensions that are not offered, such as ``8BITMIME``.
        mail_options: what followed each address of MAIL FROM.
        connections: how many clients connected.
        signed_in: mechanism and user of each sign-in that was tried.
    """

    port: int = 0
    arrived: list[Arrived] = field(default_factory=list)
    on_step: Callable[[Step, int], None] | None = None
    without: set[str] = field(default_factory=set)
    mail_options: list[list[str]] = field(default_factory=list)
    connections: int = 0
    messages: int = 0
    signed_in: list[tuple[str, str]] = field(default_factory=list)
    _faults: list[Fault] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _served: "set[_Smtp]" = field(default_factory=set)

    def at(
        self,
        step: Step,
        *,
        message: int | None = None,
        recipient: str | None = None,
        times: int | None = None,
        says: str | None = None,
        cut: bool = False,
        stall: bool = False,
        trickle: bool = False,
        body_bytes: int = 1,
    ) -> Fault:
        """Let something go wrong from now on; the latest that fits a step is what happens there.

        Args:
            message: its number; any if `None`.
            recipient: whose RCPT TO it is; any if `None`.
            times: how often it happens; always if `None`.
            says: the answer, such as ``451 later`` or nonsense. At DATA it stands for the 354, and at DOT and TAKEN
                for the 250: at DOT nothing is taken.
            cut: the connection is broken off, after `says` was sent, if any.
            stall: nothing is said until `release`.
            trickle: a reply begins that never ends, some bytes at a time.
            body_bytes: BODY is where at least so many bytes of the body were read. What lies in the buffers of two
                sockets is sent to the client's mind, so only a body of megabytes is cut before its end for sure.
        """
        fault = Fault(step, message, recipient, times, says, cut, stall, trickle, body_bytes, _loop=self._loop)
        with self._lock:
            self._faults.append(fault)
        return fault

    def heal(self) -> None:
        """Let nothing go wrong any more; who stalls goes on."""
        with self._lock:
            faults, self._faults = self._faults, []
        for fault in faults:
            fault.release()

    def copies(self, header_id: str) -> int:
        """Count how often the message with this Message-ID (without brackets) was taken."""
        return sum(message.header_id == header_id.strip("<>") for message in list(self.arrived))

    def server(self, **changes: Any) -> Server:
        """Return how the console reaches it: without TLS and user, unless changed."""
        given = {"host": "127.0.0.1", "port": self.port, "tls": Tls.NONE, "user": "", "password": "", "timeout": 10.0}
        return Server(**(given | changes))

    async def pass_step(self, step: Step, message: int, recipient: str | None, smtp: "_Smtp") -> str | None:
        """Do what was asked for at this step; return what is to be said instead of the usual."""
        if self.on_step is not None:
            await asyncio.get_running_loop().run_in_executor(None, self.on_step, step, message)
        with self._lock:
            fault = next((each for each in reversed(self._faults) if each.fits(step, message, recipient)), None)
            if fault is not None and fault.times is not None:
                fault.times -= 1
        if fault is None:
            return None
        fault.reached.set()
        if fault.stall:
            await fault._gate.wait()
        while fault.trickle:
            await smtp.say_raw(b"2")
            await asyncio.sleep(0.02)
        if fault.cut:
            if fault.says is not None:
                await smtp.say_raw(fault.says.encode() + b"\r\n")
            await smtp.break_off()
        return fault.says

    def body_bytes(self, message: int) -> int:
        """Say after how many bytes of this body something is to happen."""
        with self._lock:
            fitting = (each for each in reversed(self._faults) if each.fits(Step.BODY, message, None))
            return next((each.body_bytes for each in fitting), 1)

    # What aiosmtpd calls: the handler.

    async def handle_EHLO(
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        responses = [*responses[:1], "250-PIPELINING", *responses[1:]]  # which aiosmtpd can, and does not say
        kept = [line for line in responses if line[4:].split()[0].upper() not in self.without]
        return [f"250{' ' if line is kept[-1] else '-'}{line[4:]}" for line in kept]

    async def handle_MAIL(self, smtp: Any, _s: Any, envelope: Any, address: str, options: list[str]) -> str:
        with self._lock:
            self.messages += 1
            smtp.message = self.messages
        self.mail_options.append(options)
        said = await self.pass_step(Step.MAIL, smtp.message, None, smtp) or "250 OK"
        if said.startswith("250"):
            envelope.mail_from = address
        return said

    async def handle_RCPT(self, smtp: Any, _s: Any, envelope: Any, address: str, _o: list[str]) -> str:
        said = await self.pass_step(Step.RCPT, smtp.message, address, smtp) or "250 OK"
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        smtp.named = address
        return said

    async def handle_DATA(self, smtp: Any, _s: Any, envelope: Any) -> str:
        if said := await self.pass_step(Step.DOT, smtp.message, None, smtp):
            return said
        self.arrived.append(Arrived(envelope.mail_from, tuple(envelope.rcpt_tos), bytes(envelope.content)))
        said = await self.pass_step(Step.TAKEN, smtp.message, None, smtp) or "250 OK"
        smtp.answering = True
        return said

    def sign_in(self, _server: Any, _session: Any, _envelope: Any, mechanism: str, secret: Any) -> AuthResult:
        self.signed_in.append((mechanism, secret.login.decode()))
        return AuthResult(success=secret.password == PASSWORD.encode(), handled=False)


class _Smtp(SMTP):
    """One connection, with the steps between those that aiosmtpd asks its handler about."""

    def __init__(self, server: FaultySmtp, **given: Any) -> None:
        super().__init__(server, **given)
        self._faulty = server
        self.lost = asyncio.Event()
        self.message = 0
        self.named: str | None = None
        self.answering = False
        self._read_of_body = 0
        self._greeted = False

    def connection_made(self, transport: Any) -> None:
        self._faulty._served.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._faulty._served.discard(self)
        self.lost.set()
        super().connection_lost(error)

    def _cb_client_connected(self, reader: Any, writer: Any) -> None:
        super()._cb_client_connected(reader, writer)
        readuntil = reader.readuntil

        async def watched(separator: bytes = b"\n") -> bytes:
            line = await readuntil(separator)
            if separator == b"\r\n":  # aiosmtpd asks so within a body only
                before, self._read_of_body = self._read_of_body, self._read_of_body + len(line)
                if before < self._faulty.body_bytes(self.message) <= self._read_of_body:
                    await self._faulty.pass_step(Step.BODY, self.message, None, self)
            return line

        reader.readuntil = watched

    async def push(self, status: Any) -> None:
        """Say something, where it is a step's turn after the step."""
        if not self._greeted:
            self._greeted = True
            self._faulty.connections += 1
            status = await self._faulty.pass_step(Step.GREETING, 0, None, self) or status
        named, self.named = self.named, None
        answering, self.answering = self.answering, False
        await super().push(status)
        if named is not None:
            await self._faulty.pass_step(Step.NAMED, self.message, named, self)
        if answering:
            await self._faulty.pass_step(Step.ANSWERED, self.message, None, self)

    async def smtp_DATA(self, arg: str) -> None:
        if self.envelope is not None and self.envelope.rcpt_tos:
            self._read_of_body = 0
            if said := await self._faulty.pass_step(Step.DATA, self.message, None, self):
                await self.push(said)
                return
        await super().smtp_DATA(arg)

    async def say_raw(self, said: bytes) -> None:
        """Send bytes as they are."""
        self._writer.write(said)
        await self._writer.drain()

    async def break_off(self) -> None:
        """Close the connection without a word and wait until this dialogue is cancelled for it."""
        if self.transport is not None:
            self.transport.abort()
        await asyncio.Event().wait()


@contextmanager
def running(**given: Any) -> Iterator[FaultySmtp]:
    """Run a server in a thread of this process for the length of the block.

    Args:
        given: what aiosmtpd's `SMTP` takes; beside that `ssl_context` makes it speak TLS from the first byte. Unless given
            otherwise it takes 100,000 bytes and offers SMTPUTF8, and PLAIN and LOGIN without TLS.
    """
    server = FaultySmtp()
    loop, context = server._loop, given.pop("ssl_context", None)
    usual = {
        "hostname": "mx.example.org",
        "data_size_limit": 100_000,
        "enable_SMTPUTF8": True,
        "authenticator": server.sign_in,
        "auth_require_tls": False,
        "timeout": 600,
    }
    listener = loop.run_until_complete(
        loop.create_server(lambda: _Smtp(server, loop=loop, **(usual | given)), "127.0.0.1", 0, ssl=context)
    )
    server.port = listener.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, name="faulty SMTP", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_close(server, listener), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


async def _close(server: FaultySmtp, listener: asyncio.Server) -> None:
    listener.close()
    for each in list(server._served):
        if each.transport is not None:
            each.transport.abort()
        await each.lost.wait()
    served = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in served:
        task.cancel()
    for task in served:
        with suppress(asyncio.CancelledError, Exception):
            await task
