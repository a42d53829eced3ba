"""Mail leaves by a real SMTP server (aiosmtpd) that misbehaves on request."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from servers import grounds
from servers.dovecot import Dovecot

from console.mail.imap.server import Server, Tls
from console.mail.smtp import (
    CertificateRefused,
    Envelope,
    MessageTooLarge,
    OutcomeUnknown,
    PlainRefused,
    SenderRefused,
    ServerLost,
    ServerSpokeNonsense,
    SignInRefused,
    StarttlsWithheld,
    open_transport,
)

MAIL = b"From: desk@example.org\r\nSubject: oi\r\n\r\nOi\r\n"


@dataclass
class Faulty:
    """The handler: what it answers at each step, `CUT` for a connection that breaks there."""

    answers: dict[str, str] = field(default_factory=dict)
    arrived: list[tuple[list[str], bytes]] = field(default_factory=list)
    port: int = 0

    def _at(self, step: str, server: Any) -> str:
        said = self.answers.get(step, "250 OK")
        if said == "CUT":
            server.transport.abort()
        return said

    async def _stall(self, step: str) -> None:
        if self.answers.get(step) == "STALL":
            await asyncio.Event().wait()  # until the client goes away

    async def handle_MAIL(self, server: Any, _s: Any, envelope: Any, address: str, _o: list[str]) -> str:
        envelope.mail_from = address
        await self._stall("MAIL")
        return self._at("MAIL", server)

    async def handle_RCPT(self, server: Any, _s: Any, envelope: Any, address: str, _o: list[str]) -> str:
        said = self._at(address, server)
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: Any, _s: Any, envelope: Any) -> str:
        said = self.answers.get("DATA", "250 OK")
        if said in {"CUT", "lixo"} or said.startswith("250"):
            self.arrived.append((list(envelope.rcpt_tos), envelope.content))
        await self._stall("DATA")
        return self._at("DATA", server)

    def server(self, **changes: Any) -> Server:
        given = {"host": "127.0.0.1", "port": self.port, "tls": Tls.NONE, "user": "", "password": "", "timeout": 10.0}
        return Server(**(given | changes))

    def send(self, *recipients: str, content: bytes = MAIL, hook: Any = lambda: None) -> Any:
        with open_transport(self.server()) as transport:
            return transport.send(Envelope("desk@example.org", recipients, content), hook)


@contextmanager
def _controller(handler: Faulty, **given: Any) -> Iterator[None]:
    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, secret: Any) -> AuthResult:
        return AuthResult(success=secret.password == "sëcret".encode(), handled=False)

    (handler.port,) = grounds.free_ports(1)
    controller = Controller(
        handler,
        hostname="127.0.0.1",
        port=handler.port,
        data_size_limit=100_000,
        authenticator=check,
        auth_require_tls=False,
        **given,
    )
    controller.start()
    try:
        yield
    finally:
        controller.stop()


@pytest.fixture
def faulty() -> Iterator[Faulty]:
    handler = Faulty()
    with _controller(handler):
        yield handler


def test_several_messages_go_by_one_connection_each_recipient_with_its_answer(faulty: Faulty) -> None:
    faulty.answers = {"later@x.org": "450 busy", "never@x.org": "550 nobody"}
    hooks: list[int] = []
    with open_transport(faulty.server(user="ana", password="sëcret")) as transport:
        for _round in range(3):
            envelope = Envelope("desk@example.org", ("ana@x.org", "later@x.org", "never@x.org"), MAIL)
            said = transport.send(envelope, lambda: hooks.append(len(faulty.arrived)))
            assert [reply.code for reply in said.values()] == [250, 450, 550]
            assert said["later@x.org"].passing
            assert not said["never@x.org"].passing
    assert hooks == [0, 1, 2], "the hook comes before the server has the message"
    assert [to for to, _content in faulty.arrived] == [["ana@x.org"]] * 3


def test_nothing_is_smuggled_and_dots_come_back_as_written(faulty: Faulty) -> None:
    evil = b"Subject: a\r\n\r\n.dot\n..\r.\r\nMAIL FROM:<evil@x.org>\r\n\n.\n\r.\rRCPT TO:<b@x.org>\r.\r\n."
    faulty.send("ana@x.org", content=evil)
    ((to, content),) = faulty.arrived
    assert to == ["ana@x.org"]
    lines = evil.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    assert content == lines + b"\r\n"
    with pytest.raises(ValueError, match="evil"):
        faulty.send("ana@x.org>\r\nRCPT TO:<evil@x.org")


@pytest.mark.parametrize(
    ("step", "said", "error"),
    [
        ("MAIL", "CUT", ServerLost),
        ("MAIL", "451 later", ServerLost),
        ("MAIL", "553 not yours", SenderRefused),
        ("MAIL", "lixo", ServerSpokeNonsense),
        ("ana@x.org", "CUT", ServerLost),
        ("ana@x.org", "421 closing", ServerLost),
    ],
)
def test_before_the_dot_nothing_was_sent_and_the_hook_is_not_called(
    faulty: Faulty, step: str, said: str, error: type[Exception]
) -> None:
    faulty.answers = {step: said}
    with pytest.raises(error) as caught:
        faulty.send("ana@x.org", hook=lambda: pytest.fail("the hook was called"))
    assert type(caught.value) is error
    assert not faulty.arrived


@pytest.mark.parametrize("said", ["CUT", "lixo"])
def test_after_the_dot_no_answer_is_never_taken_for_a_no(faulty: Faulty, said: str) -> None:
    faulty.answers = {"DATA": said}
    hooks: list[str] = []
    with pytest.raises(OutcomeUnknown):
        faulty.send("ana@x.org", hook=lambda: hooks.append("dot"))
    assert hooks == ["dot"]
    assert len(faulty.arrived) == 1


def test_a_no_after_the_dot_is_a_no(faulty: Faulty) -> None:
    faulty.answers = {"DATA": "554 spam"}
    assert faulty.send("ana@x.org")["ana@x.org"].code == 554


def test_a_hook_that_fails_sends_no_dot(faulty: Faulty) -> None:
    def fail() -> None:
        raise RuntimeError("store is full")

    with pytest.raises(RuntimeError):
        faulty.send("ana@x.org", hook=fail)
    faulty.send("bia@x.org")
    assert [to for to, _content in faulty.arrived] == [["bia@x.org"]]


def test_a_message_over_the_servers_size_is_not_begun_and_the_next_one_goes(faulty: Faulty) -> None:
    with open_transport(faulty.server()) as transport:
        with pytest.raises(MessageTooLarge, match="attachment"):
            transport.send(Envelope("d@x.org", ("a@x.org",), MAIL + b"x" * 100_000), lambda: None)
        transport.send(Envelope("d@x.org", ("a@x.org",), MAIL), lambda: None)
    assert len(faulty.arrived) == 1


def test_what_needs_an_agent(faulty: Faulty) -> None:
    for changes, error in (
        ({"user": "ana", "password": "wrong"}, SignInRefused),
        ({"tls": Tls.STARTTLS, "user": "ana", "password": "sëcret"}, StarttlsWithheld),
        ({"host": "mail.example.org"}, PlainRefused),
    ):
        with pytest.raises(error) as caught, open_transport(faulty.server(**changes)):
            pass
        assert "wrong" not in str(caught.value)


def test_a_server_that_stalls_is_lost_before_the_dot_and_unknown_after(faulty: Faulty) -> None:
    for step, error in (("MAIL", ServerLost), ("DATA", OutcomeUnknown)):
        faulty.answers = {step: "STALL"}
        with pytest.raises(error), open_transport(faulty.server(timeout=0.3)) as transport:
            transport.send(Envelope("d@x.org", ("a@x.org",), MAIL), lambda: None)


@pytest.mark.server
def test_under_tls_on_both_roads_and_never_with_a_certificate_of_nobody(dovecot: Dovecot) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(dovecot.certificate, dovecot.certificate.with_name("key.pem"))
    for tls, given in ((Tls.IMPLICIT, {"ssl_context": context}), (Tls.STARTTLS, {"tls_context": context})):
        handler = Faulty()
        with _controller(handler, **given):
            with open_transport(handler.server(tls=tls, ca_file=dovecot.certificate)) as transport:
                transport.send(Envelope("d@x.org", ("a@x.org",), MAIL), lambda: None)
            with pytest.raises(CertificateRefused), open_transport(handler.server(tls=tls)):
                pass
        assert len(handler.arrived) == 1
