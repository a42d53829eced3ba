"""The connections by which a mailbox's mail leaves: one while little waits, several while much does."""

from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Event, Lock
from typing import TYPE_CHECKING, Final

from console.config.errors import ConsoleError
from console.mail.imap.server import Server
from console.mail.sending.clerk import Clerk
from console.mail.sending.line import Line
from console.mail.sending.waiting import Waiting
from console.mail.smtp import NeedsAgent, ServerLost, SmtpError
from storage.commands.outbox import sending
from storage.commands.outbox.items import Item

if TYPE_CHECKING:
    from console.mail.sending.sender import MailboxSender

EACH: Final = 5
"""Messages that wait for each further connection: to open one takes as long as to send a few."""

SLOW: Final = 30.0
"""Seconds with one message after which a connection does not count: it may stall, and others are opened beside it."""

STALLS: Final = 0.5
"""Seconds with one message after which nobody waits for a connection to have something to put down."""

LOOK_EVERY: Final = 30.0
"""Seconds between two looks into the outbox when nobody rings."""


class Lines:
    """What leaves in one go: begun by the mailbox's thread, which waits here until the last connection has ended.

    The first connection says whether the server lets us in; only when it stands others are opened beside it. A
    connection that is lost ends alone: what it was sending has its own state, and what waits is left to the others.
    With the last one it is put off, or held, by what ended that one.
    """

    def __init__(self, sender: "MailboxSender", rung: Event) -> None:
        self.sender = sender
        self.clerk = Clerk(sender.store, sender.holder, self._at_work)
        self.waiting = Waiting(sender.claim, sender.store.content)
        self._rung = rung
        self._lines: set[Line] = set()
        self._lock, self._asking = Lock(), Lock()
        self._server: Server | None = None
        self._let_in = False  # whether a connection stood since the last time that there was none
        self._ended_by: Exception | None = None
        self._broken: BaseException | None = None
        self._done = 0

    def all(self) -> int:
        """Send what is due, and what becomes due meanwhile; return how many messages are done.

        Raises:
            Exception: what nobody foresaw, once all connections have ended.
        """
        while True:
            self._rung.clear()  # whoever ends from here on rings
            with self._lock:
                nobody_left = not self._lines
            if nobody_left:
                if self._broken is not None:
                    raise self._broken
                self._leave()
            opened = 0
            try:
                if not self.is_ending:
                    opened = self._open_more()
            except Exception as unforeseen:  # noqa: BLE001 - raised above, once none is at work: `recover` takes all
                self._broken = self._broken or unforeseen
                continue
            if nobody_left and not opened:
                return self._done
            self._rung.wait(LOOK_EVERY)

    @property
    def is_ending(self) -> bool:
        """Whether every connection ends after the message that it is sending."""
        return self.sender.stop.is_set() or self._broken is not None

    def server(self) -> Server:
        """Say where to connect: the password is asked for once, not by each connection."""
        with self._asking:
            if self._server is None:
                self._server = self.sender.server()
            return self._server

    def _at_work(self) -> int:
        """Say how many connections will have something to put down soon."""
        with self._lock:
            return sum(one.is_at_work and not one.is_slow(STALLS) for one in self._lines)

    def opened(self) -> None:
        """Hear that a connection stands: others may be opened beside it."""
        self._let_in = True
        self._rung.set()

    def told(self, line: Line) -> None:
        """Hear that a message is done."""
        with self._lock:
            self._done += 1
            assert line.told is not None
            self.sender.report(line.told.item, line.told.results)

    def has_others(self, line: Line) -> bool:
        """Say whether another connection stands beside this one."""
        with self._lock:
            return any(one.stands for one in self._lines if one is not line)

    def ended(self, line: Line, by: BaseException | None) -> None:
        """Hear that a connection has ended, and by what; `None` when it had nothing more to do."""
        with self._lock:
            self._lines.discard(line)
            refused = isinstance(by, SmtpError | ConsoleError)
            if by is not None and not refused:
                self._broken = self._broken or by
            elif (
                line.stood or not self._let_in
            ):  # what kept another one out while one stood says nothing of the account
                self._ended_by = by if isinstance(by, Exception) else None
            others = sum(one.stands for one in self._lines)
            # Too many at a time for this server, perhaps; before anybody counts how many there are and may be.
            if refused and (others or (self._let_in and not line.stood)):
                self.sender.fewer(others)
        self._rung.set()

    def _open_more(self) -> int:
        """Open as many connections as are worth it; return how many."""
        opened = 0
        while self.waiting.fill() and self.waiting.has_next():
            with self._lock:
                most = self.sender.most()
                stand = [one for one in self._lines if one.stands]
                busy = sum(not one.is_slow(SLOW) for one in self._lines)
                there = len(self._lines)
            if there and not stand:
                break
            worth = min(1 + len(self.waiting) // EACH, most) if stand else 1
            if busy >= worth or there >= most:
                break
            line = Line(self)
            with self._lock:  # which it takes when it ends; one that cannot begin is none
                line.start()
                self._lines.add(line)
            opened += 1
            if not stand:  # it may be lost by now, and what is to be done then is seen to first
                break
        return opened

    def _leave(self) -> None:
        """See to what waits when no connection is left: by what ended the last one, or since it is to end."""
        by, self._ended_by, self._server, self._let_in = self._ended_by, None, None, False
        if isinstance(by, NeedsAgent | ConsoleError):
            self._hold(str(by))
        elif isinstance(by, ServerLost):
            self._put_off(str(by))
        elif self.sender.stop.is_set() and (items := self.waiting.empty()):
            with self.sender.store.writing() as session:
                sending.let_go(session, items, holder=self.sender.holder)

    def _hold(self, words: str) -> None:
        with self.sender.store.writing() as session:
            sending.let_go(session, self.waiting.empty(), holder=self.sender.holder)
            sending.hold_for_account(session, self.sender.mailbox_id, words, now=datetime.now(UTC))

    def _put_off(self, words: str) -> None:
        if items := self.waiting.empty():
            self.put_off(items, words)

    def put_off(self, items: Sequence[Item], words: str) -> None:
        """Let these be tried again later."""
        with self.sender.store.writing() as session:
            sending.put_off(session, items, words, holder=self.sender.holder, now=datetime.now(UTC))
