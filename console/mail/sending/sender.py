"""One mailbox's sender: takes what is due out of the outbox and hands it to the server, every step on record first."""

import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event
from typing import Final

from console.config.accounts import CONNECTIONS
from console.mail.imap.server import Server
from console.mail.sending.lines import LOOK_EVERY, Lines
from storage.commands.leasing import holder_here
from storage.commands.outbox import sending
from storage.commands.outbox.items import Item, Result
from storage.store import Store

FEWER_FOR: Final = 600.0
"""Seconds for which a server that refused another connection is not asked for one."""

AT_ONCE: Final = 100
"""Messages that are claimed at a time: so many a colleague cannot take back while they wait for their turn."""


@dataclass(slots=True)
class MailboxSender:
    """What leaves from one mailbox, and the thread that sends it.

    Attributes:
        mailbox_id: its number in the store.
        server: asked before the first connection and after the last; raises a sentence when there is no server or no
            password.
        store: opened durable: a step that is not on the disk is no step.
        stop: set to end the thread, after the messages that are under way.
        report: told of every message that is done, and how; by one thread at a time.
        holder: by which its claims are known.
        connections: how many there may be at a time, while much waits.
    """

    mailbox_id: int
    server: Callable[[], Server]
    store: Store
    stop: Event = field(default_factory=Event)
    report: Callable[[Item, Mapping[int, Result]], None] = lambda _item, _results: None
    _rung: Event = field(default_factory=Event)
    holder: str = field(default_factory=holder_here)
    connections: int = CONNECTIONS
    _fewer: tuple[int, float] | None = None

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
        with self.store.writing() as session:
            sending.recover(session, self.mailbox_id, holder=self.holder, now=_now())
        return Lines(self, self._rung).all()

    def is_due(self) -> bool:
        """Say whether anything is due to leave."""
        with self.store.reading() as session:
            return sending.has_mail(session, self.mailbox_id, now=_now())

    def claim(self) -> tuple[Item, ...]:
        """Take what is due; the store's lock is asked for only where something is."""
        if not self.is_due():
            return ()
        with self.store.writing() as session:
            return sending.claim(session, self.mailbox_id, holder=self.holder, now=_now(), limit=AT_ONCE)

    def most(self) -> int:
        """Return how many connections there may be at a time just now."""
        if self._fewer is not None and time.monotonic() >= self._fewer[1]:
            self._fewer = None
        return self.connections if self._fewer is None else min(self._fewer[0], self.connections)

    def fewer(self, most: int) -> None:
        """Have no more than these for a while, nor than before: the server did not take another beside them."""
        self._fewer = (max(1, min(most, self.most())), time.monotonic() + FEWER_FOR)


def _now() -> datetime:
    return datetime.now(UTC)
