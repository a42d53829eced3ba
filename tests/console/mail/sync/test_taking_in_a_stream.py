"""A stream of messages is taken in as it comes: what stood before its end is there, and its bytes before its rows."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import Session

from console.mail.imap.errors import MailboxLost
from console.mail.imap.rows import Fetched, TooLarge
from console.mail.reading import Readers
from console.mail.sync import taking
from console.mail.sync.taking import Passed, Taker, Target
from storage.apply.base import table
from storage.commands.desk import mailbox_as
from storage.commands.intake import Delivery, TakenIn, take_in
from storage.commands.syncing import cursors, keep_folders
from storage.models import Placement, Raw
from storage.search import Ready
from storage.store import Store, open_store
from storage.store.interrupting import Waited

NOW = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(str(tmp_path), durable=False)
    yield opened
    opened.close()


@pytest.fixture
def target(store: Store) -> Target:
    with store.writing() as session:
        number = mailbox_as(session, name="ajuda", address="ajuda@lumen.example", now=NOW)
        keep_folders(session, number, {"INBOX": "inbox"})
        folder = cursors(session, number)["INBOX"].folder_id
    return Target(number, folder, sent=False, uidvalidity=1)


def letter(uid: int) -> Fetched:
    text = (
        f"From: ana@cliente.example\r\nSubject: Pedido {uid}\r\nMessage-ID: <{uid}@cliente.example>\r\n\r\nOi {uid}\r\n"
    )
    return Fetched(uid, frozenset(), NOW, len(text), None, text.encode())


def placed(store: Store) -> list[int]:
    with store.reading() as session:
        return list(
            session.connection().execute(select(table(Placement).c.uid).order_by(table(Placement).c.uid)).scalars()
        )


@pytest.mark.parametrize("workers", [0, 1])
def test_who_stands_in_the_stream_is_told_when_all_before_is_taken_in(
    store: Store, target: Target, workers: int
) -> None:
    told: list[list[int]] = []

    def stream() -> Iterator[Fetched | TooLarge | Passed]:
        yield Passed(lambda: told.append(placed(store)))
        for start in (0, 300):
            yield from map(letter, range(start + 1, start + 301))
            yield Passed(lambda: told.append(placed(store)))

    with Readers(workers) as readers:
        counts = Taker(store, readers, Ready()).take(stream(), target)
    assert told == [[], list(range(1, 301)), list(range(1, 601))]
    assert counts.fetched == counts.new == 600
    assert counts.adds_up
    with store.reading() as session:
        digests = session.connection().execute(select(table(Raw).c.digest)).scalars().all()
    assert sorted(raw for _, raw in store.content.each(digests)) == sorted(letter(uid).raw for uid in range(1, 601))


def test_what_came_before_the_connection_was_lost_is_taken_in(store: Store, target: Target) -> None:
    told: list[str] = []

    def stream() -> Iterator[Fetched | TooLarge | Passed]:
        yield from map(letter, range(1, 31))
        yield Passed(lambda: told.append("thirty"))
        yield letter(31)
        raise MailboxLost("imap.example.org", "FETCH BODY", "cut")

    with Readers(0) as readers, pytest.raises(MailboxLost):
        Taker(store, readers, Ready()).take(stream(), target)
    assert placed(store) == list(range(1, 32))
    assert told == ["thirty"]


def test_a_batch_that_is_given_up_for_agents_is_taken_in_by_halves(
    store: Store, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def noted(session: Session, deliveries: Sequence[Delivery], *, now: datetime) -> TakenIn:
        sizes.append(len(deliveries))
        taken = take_in(session, deliveries, now=now)
        if len(sizes) in {1, 2, 4}:
            raise Waited
        return taken

    monkeypatch.setattr(taking, "take_in", noted)
    with Readers(0) as readers:
        counts = Taker(store, readers, Ready()).take(map(letter, range(1, 41)), target)
    assert sizes == [40, 20, 10, 30, 15, 15]
    assert counts.fetched == counts.new == 40
    assert placed(store) == list(range(1, 41))


@pytest.mark.parametrize(("sits", "first"), [(False, 145), (True, 45)])
def test_while_an_agent_sits_at_a_console_batches_are_short(
    store: Store, target: Target, monkeypatch: pytest.MonkeyPatch, *, sits: bool, first: int
) -> None:
    sizes: list[int] = []

    def noted(session: Session, deliveries: Sequence[Delivery], *, now: datetime) -> TakenIn:
        sizes.append(len(deliveries))
        return take_in(session, deliveries, now=now)

    monkeypatch.setattr(taking, "take_in", noted)
    assert store.path is not None
    agent = open_store(str(store.path.parent))
    if sits:
        agent.turns.attend()
    with Readers(0) as readers:
        Taker(store, readers, Ready()).take(map(letter, range(1, 201)), target)
    assert sizes[0] == first
    agent.close()
