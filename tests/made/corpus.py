"""The shared corpus of real mail for tests: where it is, what is published of it, and its way into a store."""

import json
import mailbox
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from console.mail.parse import Unreadable, parse
from storage.apply.base import table
from storage.commands.desk import mailbox_as
from storage.commands.intake import Counts, Delivery, take_in
from storage.models import Message, MessageText, Raw
from storage.store import Store, open_store
from storage.store.content import digest_of

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("PLANTAO_CORPUS") or ROOT.parent / "shared" / "corpus")
NOW = datetime(2026, 9, 1, tzinfo=UTC)
NO_MAIL = frozenset({"consumidor-gov", "incident-log", "nps", "templates-djhelpdesk"})
"""Sources that hold no mail at all."""
BODIES = frozenset({"forward-crisp", "reply-crisp", "reply-talon", "reply-trimmer"})
"""Sources of bodies without headers; the messages among them have headers."""


def required() -> None:
    """Skip the test where the corpus is absent; a folder that is there without its facts is a failure in CI."""
    if (CORPUS / "expected-facts.jsonl").is_file():
        return
    if CORPUS.is_dir() and os.environ.get("CI") == "true":
        pytest.fail(f"{CORPUS} is there, but expected-facts.jsonl is not in it")
    pytest.skip(f"the shared corpus of real mail is not at {CORPUS} (PLANTAO_CORPUS names another place)")


def facts(kind: str) -> list[dict]:
    """The published facts of one kind."""
    with (CORPUS / "expected-facts.jsonl").open(encoding="utf-8") as lines:
        return [fact for line in lines if (fact := json.loads(line))["kind"] == kind]


def sources() -> list[str]:
    """The folders that hold mail."""
    return sorted(path.name for path in CORPUS.iterdir() if path.is_dir() and path.name not in NO_MAIL)


@dataclass(frozen=True)
class Letter:
    """One message of the corpus: the file it is of, and its bytes."""

    name: str
    raw: bytes


def letters(source: str) -> dict[str, list[Letter]]:
    """The messages of a source by the store they belong in: `-noref` twins have one of their own."""
    found: dict[str, list[Letter]] = {source: []}
    for path in sorted((CORPUS / source).rglob("*")):
        name = str(path.relative_to(CORPUS))
        if not path.is_file() or path.suffix in {".json", ".jsonl", ".csv"}:
            if source == "jwz" and path.suffix == ".json":
                found[source] += jwz(path)
            continue
        if source == "imaptest" and path.suffix != ".mbox":
            continue  # scripts beside the mailboxes
        into = name if path.suffix == ".mbox" else source
        found.setdefault(into, []).extend(_letters_of(name, path))
    return {name: some for name, some in found.items() if some}


def _letters_of(name: str, path: Path) -> Iterator[Letter]:
    raw = path.read_bytes()
    if raw.startswith(b"From ") and path.suffix in {".mbox", ""}:
        box = mailbox.mbox(path, create=False)
        yield from (Letter(name, box.get_bytes(key)) for key in box.iterkeys())
        box.close()
    elif name.split("/", maxsplit=1)[0] in BODIES and path.suffix != ".eml":
        kind = "html" if path.suffix == ".html" else "plain"
        yield Letter(name, wrapped(raw, subject=path.stem, kind=kind))
    else:
        yield Letter(name, raw)


def wrapped(body: bytes, *, subject: str, kind: str = "plain") -> bytes:
    """A message around a body that has no headers."""
    head = f"From: Reader <reader@example.org>\nTo: desk@example.org\nSubject: {subject}\nMIME-Version: 1.0\n"
    return f"{head}Content-Type: text/{kind}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n".encode() + body


def jwz(path: Path) -> list[Letter]:
    """The header tuples of J. Zawinski's test as messages; each is named by its place."""
    made = []
    for one in json.loads(path.read_text(encoding="utf-8"))["messages"]:
        cites = " ".join(f"<{other}>" for other in one["references"])
        head = f"From: Writer <writer@example.org>\nTo: list@example.org\nSubject: {one['subject']}\n"
        head += f"Message-ID: <{one['message_id']}>\nDate: {one['date']}\n" + (
            f"References: {cites}\n" if cites else ""
        )
        made.append(Letter(f"jwz/{one['n']}", f"{head}\nText {one['n']}.\n".encode()))
    return made


@dataclass(frozen=True)
class Imported:
    """A store that a source was imported into, and what became of it."""

    store: Store
    counts: Counts
    message_ids: tuple[int | None, ...]

    def conversations(self) -> dict[int, int]:
        """The conversation of each message."""
        rows = table(Message)
        with self.store.reading() as session:
            return dict(session.connection().execute(select(rows.c.id, rows.c.conversation_id)).all())

    def by_header_id(self) -> dict[str, int]:
        """The conversation of each message by its Message-ID."""
        rows, texts = table(Message), table(MessageText)
        chosen = select(texts.c.header_id, rows.c.conversation_id).join(rows, rows.c.id == texts.c.message_id)
        with self.store.reading() as session:
            return dict(session.connection().execute(chosen).all())

    def raws(self) -> list[bytes]:
        """The digests of everything that was kept."""
        rows = table(Raw)
        with self.store.reading() as session:
            return list(session.connection().execute(select(rows.c.digest).order_by(rows.c.id)).scalars())


def imported(folder: Path, some: Iterable[Letter], *, batch: int = 50) -> Imported:
    """Import messages into a new store in `folder`, as `plantao import` does."""
    store = open_store(str(folder), durable=False)
    with store.writing() as session:
        box = mailbox_as(session, name="import", address="desk@example.org", now=NOW)
    deliveries = [_delivery(store, box, one) for one in some]
    counts, numbers = Counts(), []
    for start in range(0, len(deliveries), batch):
        with store.writing() as session:
            taken = take_in(session, deliveries[start : start + batch], now=NOW)
        counts += taken.counts
        numbers += taken.message_ids
    return Imported(store, counts, tuple(numbers))


def _delivery(store: Store, box: int, one: Letter) -> Delivery:
    digest = digest_of(one.raw)
    store.content.put({digest: one.raw})
    message, quarantined = None, None
    try:
        message = parse(one.raw)
    except Unreadable as unreadable:
        quarantined = unreadable.reason
    return Delivery(
        mailbox_id=box,
        raw_digest=digest,
        size=len(one.raw),
        arrived_at=(message and message.dated_at) or NOW,
        parsed=message,
        quarantined=quarantined,
        source=one.name,
    )
