"""One mailbox's sender: takes what is due out of the outbox and hands it to the server, every step on record first."""

import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event
from typing import Final

from console.config.errors import ConsoleError
from console.mail.imap.server import Server
from console.mail.smtp import (
    Envelope,
    MessageTooLarge,
    MessageUnfit,
    NeedsAgent,
    OutcomeUnknown,
    Reply,
    SenderRefused,
    SmtpError,
    Transport,
    TryLater,
    open_transport,
)
from storage.commands.leasing import holder_here
from storage.commands.outbox import sending
from storage.commands.outbox.items import Item, Result
from storage.commands.outbox.sending import Told
from storage.kinds import Delivery
from storage.kinds.errors import Changed, DeskError, NoSuch
from storage.store import Store
from widgets.language import _

LOOK_EVERY: Final = 30.0
"""Seconds between two looks into the outbox when nobody rings."""

AT_ONCE: Final = 50
"""Messages that are claimed at a time: so many a colleague cannot take back while they wait for their turn."""


@dataclass(slots=True)
class MailboxSender:
    """What leaves from one mailbox, and the thread that sends it.

    Attributes:
        mailbox_id: its number in the store.
        server: asked at each connection; raises a sentence when there is no server or no password.
        store: opened durable: a step that is not on the disk is no step.
        stop: set to end the thread, after the message that is under way.
        report: told of every message that is done, and how.
        holder: by which its claims are known.
    """

    mailbox_id: int
    server: Callable[[], Server]
    store: Store
    stop: Event = field(default_factory=Event)
    report: Callable[[Item, Mapping[int, Result]], None] = lambda _item, _results: None
    _rung: Event = field(default_factory=Event)
    holder: str = field(default_factory=holder_here)

    def ring(self) -> None:
        """Say that something is due, or that the thread shall end."""
        self._rung.set()

    def watch(self) -> None:
        """Send what is due, whenever it is, until told to stop."""
        while not self.stop.is_set():
            try:
                self.once()
            except Exception as unforeseen:  # noqa: BLE001 - a thread that ends unseen would keep mail from leaving
                # Where it happened; the error's own words may hold a customer's.
                kind = type(unforeseen).__name__
                sys.stderr.write("".join(traceback.format_tb(unforeseen.__traceback__)) + f"sender: {kind}\n")
            self._rung.wait(LOOK_EVERY)
            self._rung.clear()

    def once(self) -> int:
        """Send everything that is due now; return how many messages are done.

        What is left under way by a sender that died is taken up first.
        """
        done = 0
        with self.store.writing() as session:
            sending.recover(session, self.mailbox_id, holder=self.holder, now=_now())
        while not self.stop.is_set() and (items := self.claim()):
            done += self._send(items)
        return done

    def claim(self) -> tuple[Item, ...]:
        """Take what is due; the store's lock is asked for only where something is."""
        with self.store.reading() as session:
            if self.mailbox_id not in sending.mailboxes_with_mail(session, now=_now()):
                return ()
        with self.store.writing() as session:
            return sending.claim(session, self.mailbox_id, holder=self.holder, now=_now(), limit=AT_ONCE)

    def _send(self, items: Sequence[Item]) -> int:
        waiting = deque(items)
        try:
            with open_transport(self.server()) as transport:
                return _Run(self, transport, waiting).all()
        except NeedsAgent as refused:
            self._hold(waiting, str(refused))
        except SmtpError as lost:
            self._put_off(waiting, str(lost))
        except _NotSent:
            with self.store.writing() as session:
                sending.let_go(session, waiting, holder=self.holder)
        except ConsoleError as trouble:  # no server in the configuration, or no password
            self._hold(waiting, str(trouble))
        return 0

    def _hold(self, items: Iterable[Item], words: str) -> None:
        with self.store.writing() as session:
            sending.let_go(session, items, holder=self.holder)
            sending.hold_for_account(session, self.mailbox_id, words, now=_now())

    def _put_off(self, items: Iterable[Item], words: str) -> None:
        with self.store.writing() as session:
            sending.put_off(session, items, words, holder=self.holder, now=_now())


class _NotSent(Exception):
    """A message that was not to be sent any more when its last word was due."""


class _Run:
    """The messages that go over one connection.

    Args:
        sender: whose.
        transport: signed in.
        waiting: claimed; what is left in it at the end was not begun.
    """

    def __init__(self, sender: MailboxSender, transport: Transport, waiting: "deque[Item]") -> None:
        self._sender, self._store, self._transport, self._waiting = sender, sender.store, transport, waiting
        self._told: Told | None = None
        self._refused: dict[int, Result] = {}

    def all(self) -> int:
        """Send what waits, and what becomes due meanwhile; return how many are done.

        Raises:
            SmtpError, _NotSent: the connection is of no more use.
        """
        done = 0
        while (item := self._next()) is not None:
            results, broken = self._hand_over(item)
            self._told = Told(item, results)
            self._sender.report(item, results)
            done += 1
            if broken is not None:
                self._conclude()
                if isinstance(broken, OutcomeUnknown):  # its own state says all; the others go by another connection
                    with self._store.writing() as session:
                        sending.let_go(session, self._waiting, holder=self._sender.holder)
                    return done
                raise broken
        return done

    def _next(self) -> Item | None:
        """Note what became of the last message and that the next one is being sent: one commit for both."""
        while True:
            if not self._waiting and self._told is None:
                self._waiting.extend(self._sender.claim())
            if self._sender.stop.is_set():
                self._conclude()
                with self._store.writing() as session:
                    sending.let_go(session, self._waiting, holder=self._sender.holder)
                return None
            item = self._waiting.popleft() if self._waiting else None
            if item is None and self._told is None:
                return None
            with self._store.writing() as session:
                may = sending.proceed(session, self._told, item, holder=self._sender.holder, now=_now())
            self._told = None
            if may:
                return item

    def _conclude(self) -> None:
        if self._told is not None:
            with self._store.writing() as session:
                sending.proceed(session, self._told, None, holder=self._sender.holder, now=_now())
            self._told = None

    def _hand_over(self, item: Item) -> tuple[dict[int, Result], SmtpError | None]:
        """Hand one message to the server; return what became of it, and what broke the connection if it broke.

        Raises:
            _NotSent: it was not this sender's to send any more.
        """
        places = {address: place for place, address in item.recipients}
        self._refused = {}
        try:
            content = self._store.content.get(item.digest)
        except NoSuch:
            words = _("The bytes of this message are not kept any more.")
            return dict.fromkeys(places.values(), Result(Delivery.FAILED, None, words)), None
        envelope = Envelope(item.sender, tuple(places), content)

        def before_dot(replies: Mapping[str, Reply]) -> None:
            self._refused = {places[address]: _result(one) for address, one in replies.items() if not one.accepted}
            noted = _now()
            with self._store.writing() as session:
                sending.note_data_sent(session, item, self._refused, holder=self._sender.holder, now=noted)
            if _now() - noted >= sending.CLAIMED:  # this machine slept: another may have it by now, or an agent
                raise Changed("outbox", (item.message_id,))

        every = list(places.values())
        try:
            replies = self._transport.send(envelope, before_dot)
        except (MessageTooLarge, MessageUnfit, SenderRefused) as refused:
            return dict.fromkeys(every, Result(Delivery.FAILED, None, str(refused))), None
        except TryLater as later:
            return dict.fromkeys(every, Result(Delivery.QUEUED, None, str(later))), None
        except OutcomeUnknown as unknown:
            rest = dict.fromkeys(every, Result(Delivery.UNCERTAIN, None, str(unknown)))
            return rest | self._refused, unknown
        except SmtpError as lost:
            return dict.fromkeys(every, Result(Delivery.QUEUED, None, str(lost))), lost
        except DeskError as kept:
            # Another sender has it, or the store fails: no dot was sent, and the connection is closed.
            raise _NotSent from kept
        return {places[address]: _result(one) for address, one in replies.items()}, None


def _result(reply: Reply) -> Result:
    if reply.accepted:
        return Result(Delivery.ACCEPTED, reply.code, reply.words)
    return Result(Delivery.QUEUED if reply.passing else Delivery.FAILED, reply.code, reply.words)


def _now() -> datetime:
    return datetime.now(UTC)
