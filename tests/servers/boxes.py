"""Mailboxes on a test server and the desk before them: what a test delivers, and what it means to be in step."""

from dataclasses import dataclass
from datetime import datetime

from servers.dovecot import Dovecot
from sqlalchemy import select

from console.config.accounts import Account
from console.mail.sync import sync_once
from storage.apply.base import table
from storage.models import Folder, Mailbox, Placement, Raw
from storage.store import Store
from storage.store.content import digest_of


@dataclass
class Box:
    """One mailbox on the test's Dovecot, and the account that reads it."""

    server: Dovecot
    user: str
    account: Account

    def deliver(self, *messages: bytes, at: datetime | None = None) -> None:
        """Deliver into INBOX, now or at another moment."""
        date = f'"{at:%d-%b-%Y %H:%M:%S %z}"' if at is not None else None
        self.server.append(self.user, messages, date=date)

    def read(self, folder: str = "INBOX") -> list[bytes]:
        """The messages of a folder as they lie there."""
        return [self.server.raw(self.user, uid, folder) for uid in self.server.uids(self.user, folder)]

    def flags(self, folder: str = "INBOX") -> list[frozenset[str]]:
        """The flags of each message."""
        return [flags for _uid, flags in sorted(self.server.flags(self.user, folder).items())]


def letter(
    number: int,
    *,
    sender: str = "ana@example.com",
    to: str = "support@example.org",
    subject: str = "",
    answers: int | str | None = None,
    text: str = "",
    marker: str = "m",
) -> bytes:
    """One believable message, CRLF line ends, its Message-ID by number."""
    cited = f"{marker}{answers}@example.com" if isinstance(answers, int) else answers
    headers = [
        f"From: Ana {number} <{sender}>",
        f"To: {to}",
        f"Subject: {subject or f'Pedido {number}'}",
        f"Message-ID: <{marker}{number}@example.com>",
        f"Date: Mon, 07 Sep 2026 {number // 60 % 24:02}:{number % 60:02}:00 +0000",
        *([f"In-Reply-To: <{cited}>"] if cited else []),
        "Content-Type: text/plain; charset=utf-8",
    ]
    body = text or f"Bom dia.\n\nO pedido {number} não chegou e preciso dele até sexta.\n"
    return ("\r\n".join(headers) + "\r\n\r\n" + body.replace("\n", "\r\n")).encode()


def quiet(_account: Account, _step: object) -> None:
    """Report nothing."""


def bring(store: Store, *boxes: Box) -> None:
    """Sync these mailboxes once, without any trouble."""
    outcome = sync_once(store, [one.account for one in boxes], report=quiet)
    assert outcome.troubles == []
    assert outcome.step.counts.adds_up


def placements(store: Store, box: Box, folder: str = "INBOX") -> dict[int, frozenset[str]]:
    """Return the flags by UID as the desk has them."""
    folders, rows = table(Folder), table(Placement)
    with store.reading() as session:
        found = select(rows.c.uid, rows.c.flags).join(folders, folders.c.id == rows.c.folder_id)
        found = found.where(folders.c.name == folder, folders.c.mailbox_id == mailbox_number(store, box))
        return {row.uid: frozenset(row.flags.split()) for row in session.connection().execute(found)}


def mailbox_number(store: Store, box: Box) -> int:
    rows = table(Mailbox)
    with store.reading() as session:
        return session.connection().execute(select(rows.c.id).where(rows.c.name == box.account.name)).scalar_one()


def assert_in_step(store: Store, box: Box, folder: str = "INBOX") -> None:
    """Placements equal the server's UIDs and flags, and each raw is the server's byte for byte."""
    assert placements(store, box, folder) == box.server.flags(box.user, folder)
    folders, rows, raws = table(Folder), table(Placement), table(Raw)
    with store.reading() as session:
        found = (
            select(rows.c.uid, raws.c.digest)
            .join(folders, folders.c.id == rows.c.folder_id)
            .join(raws, raws.c.id == rows.c.raw_id)
            .where(folders.c.name == folder, folders.c.mailbox_id == mailbox_number(store, box))
        )
        digests = {row.uid: row.digest for row in session.connection().execute(found)}
    with box.server.other_client(box.user, folder) as client:
        _, data = client.uid("FETCH", "1:*", "(BODY.PEEK[])")
        on_server = {}
        for row in data:
            if isinstance(row, tuple):
                on_server[int(row[0].split(b"UID ")[1].split()[0])] = row[1]
    assert digests.keys() == on_server.keys()
    for uid, raw in on_server.items():
        assert digests[uid] == digest_of(raw)
        assert store.content.get(digests[uid]) == raw
