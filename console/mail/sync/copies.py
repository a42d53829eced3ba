"""Copies among the sent mail: laid there where the server does not do so itself, looked for where it is in doubt."""

from datetime import UTC, datetime
from typing import Final

from console.mail.imap.errors import FolderMissing, ServerRefused
from console.mail.imap.rows import Fetched, TooLarge
from console.mail.imap.session import Session
from console.mail.parse import Unreadable, parse
from storage.commands.outbox import copies
from storage.commands.outbox.copies import Look
from storage.kinds.errors import NoSuch
from storage.store import Store

_SENT: Final = "Sent"
"""The folder that is made where the server has none for sent mail."""


_LOOKED_AT: Final = 5
"""Messages that are looked at of those that a server finds: it may match loosely, or give whatever it has."""


def _header_id(message: Fetched | TooLarge) -> str:
    try:
        return parse(message.raw).header_id if isinstance(message, Fetched) else ""
    except Unreadable:
        return ""


class Copies:
    """The copies of one mailbox's mail that left, over its session.

    Args:
        session: signed in.
        store: opened for the sync.
        mailbox_id: whose.
        folder: of sent mail; `None` where the server has none.
        kept_by_server: the server saves a copy by itself, so that none is laid beside it.
    """

    def __init__(
        self, session: Session, store: Store, mailbox_id: int, folder: str | None, *, kept_by_server: bool
    ) -> None:
        self._session = session
        self._store = store
        self._mailbox_id = mailbox_id
        self._folder = folder or _SENT
        self._kept_by_server = kept_by_server

    def make(self) -> int:
        """Look for every copy that is due, and lay those that are missing; return how many messages that was about."""
        with self._store.reading() as session:
            due = copies.looks_due(session, self._mailbox_id, now=datetime.now(UTC))
        for look in due:
            try:
                there = self._there(look) or self._laid(look)
            except ServerRefused:
                there = False
            now = datetime.now(UTC)
            with self._store.writing() as session:
                if there:
                    copies.note_found(session, look.message_id, now=now)
                else:
                    copies.note_unfound(session, look.message_id, now=now)
        return len(due)

    def _there(self, look: Look) -> bool:
        """Say whether a message of that Message-ID, which is ours and signed, lies among the sent mail."""
        try:
            self._session.select(self._folder)
        except FolderMissing:
            return False
        named = self._session.find(look.header_id)[-_LOOKED_AT:] if look.header_id else ()
        return any(_header_id(one) == look.header_id for one in self._session.bodies(named))

    def _laid(self, look: Look) -> bool:
        """Lay a copy of what a server took; of what is in doubt none, or it would look as if it had been sent."""
        if not look.was_taken or self._kept_by_server:
            return False
        try:
            raw = self._store.content.get(look.digest)
        except NoSuch:
            return False
        try:
            self._session.append(self._folder, raw, [r"\Seen"], look.queued_at)
        except FolderMissing:
            self._session.create(self._folder)
            self._session.append(self._folder, raw, [r"\Seen"], look.queued_at)
        return True
