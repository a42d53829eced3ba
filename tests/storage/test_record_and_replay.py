"""The record: replaying the log gives the state back, the chain holds or breaks as it should, nothing is skipped."""

import hashlib
from typing import Any

import pytest
from made.life import Life
from made.post import DAY, MONDAY, Out, Post, letter
from made.rows import assert_replays, decided
from sqlalchemy import delete, event, func, select, update

from storage.apply import apply, refresh
from storage.apply.base import table
from storage.commands import triage
from storage.commands.desk import agent_named
from storage.commands.outbox.items import Result
from storage.events import Actor, Assigned, Handled, Joined, Received, StatusChanged, Tagged
from storage.kinds import Automatic, Delivery, Direction, Evidence, Status
from storage.kinds.errors import Changed
from storage.models import Address, Agent, Conversation, Domain, Event, EventPersonal, Message, Parting, Person
from storage.record import chain, record, seal, verify
from storage.store import Store

EVENT, PERSONAL = table(Event), table(EventPersonal)


EVERYTHING = {
    "mail",
    "decide",
    "join",
    "split",
    "lay down",
    "queue",
    "leave",
    "note",
    "call",
    "know",
    "measure",
    "hand on",
    "accept",
    "return",
    "undo",
    "redo",
}
"""What happens in every life."""

KINDS = {
    "merged",
    "split",
    "moved",
    "linked",
    "handled",
    "snoozed",
    "redelivered",
    "quarantined",
    "view_kept",
    "rule_kept",
    "response_kept",
    "response_used",
    "queued",
    "delivery_changed",
    "noted",
    "called",
    "withdrawn",
    "organization_kept",
    "domain_kept",
    "address_kept",
    "profile_changed",
    "belongs",
    "customers_merged",
    "entry_kept",
    "transferred",
    "accepted",
    "returned",
    "consulted",
    "solved",
    "kind_changed",
    "erased",
    "clock_warned",
    "clock_breached",
    "breach_explained",
}
"""The kinds of fact that every life holds."""


def kinds_of(store: Store) -> set[str]:
    with store.reading() as session:
        return set(session.connection().execute(select(EVENT.c.kind).distinct()).scalars())


@pytest.mark.parametrize(
    "seed", [2, 6, pytest.param(10, marks=pytest.mark.slow), pytest.param(5, marks=pytest.mark.slow)]
)
def test_replay_equals_state(store: Store, second_store: Store, seed: int) -> None:
    life = Life(store, seed)
    life.live(260)
    for _ in range(40):  # what a life comes to by chance changes with every rule of the desk; some have to wait for it
        if life.done >= EVERYTHING and kinds_of(store) >= KINDS - {"erased"}:
            break
        life.live(20)
    assert life.done >= EVERYTHING
    while "erase" not in life.done:
        life.live(5)
        life.forget()
    life.live(40)
    with store.reading() as session:
        kinds = set(session.connection().execute(select(EVENT.c.kind).distinct()).scalars())
        assert verify(session).broken_at is None
    assert kinds >= KINDS
    assert_replays(store, second_store)


def test_what_a_server_said_last_stands_in_replay_as_well(store: Store, second_store: Store) -> None:
    out = Out(Post(store))
    sent = out.queue(None)
    out.leave(Result(Delivery.QUEUED, 451, "later"))
    (again,) = out.claim(seconds=3600)
    assert out.begin(again)
    assert out.recover(holder=out.holder) == 1  # which says nothing of what a server said
    (one,) = out.view(sent.message_id).recipients
    assert (one.code, one.words) == (451, "later")
    assert_replays(store, second_store)


def test_every_column_that_follows_is_what_its_messages_say(store: Store) -> None:
    Life(store, 7).live(150)
    rows, messages = table(Conversation), table(Message)
    with store.reading() as session:
        connection = session.connection()
        counted = dict(
            connection.execute(
                select(messages.c.conversation_id, func.count()).group_by(messages.c.conversation_id)
            ).all()
        )
        assert all(counted.get(row.id, 0) == row.message_count for row in connection.execute(select(rows)))
        aliases = connection.execute(select(rows.c.id, rows.c.message_count).where(rows.c.joined_into.is_not(None)))
        assert all(count == 0 for _, count in aliases)
        standing = connection.execute(select(rows.c.message_count).where(rows.c.joined_into.is_(None))).scalars()
        assert all(count > 0 for count in standing)


def test_event_ids_have_no_gaps_and_actions_begin_with_their_first_event(store: Store) -> None:
    life = Life(store, 11)
    life.live(120)
    assert life.refused > 5  # what is given up must leave no hole
    with store.reading() as session:
        rows = session.connection().execute(select(EVENT.c.id, EVENT.c.action_id).order_by(EVENT.c.id)).all()
    assert [row.id for row in rows] == list(range(1, len(rows) + 1))
    assert {row.action_id for row in rows} == {row.id for row in rows if row.id == row.action_id}


def test_what_a_fact_does_not_find_as_it_left_it_is_refused_whole(store: Store) -> None:
    post = Post(store)
    post.send("a@x")
    before = decided(store)
    facts = [
        StatusChanged(conversation_id=1, before=Status.NEW, after=Status.OPEN, happened_at=MONDAY),
        Assigned(conversation_id=1, before=99, after=None, happened_at=MONDAY),
    ]
    with pytest.raises(Changed), store.writing() as session:
        record(session, facts, actor=Actor(None), now=MONDAY)
    assert decided(store) == before


@pytest.fixture
def told(store: Store) -> Store:
    post = Post(store)
    with store.writing() as session:
        agent = Actor(agent_named(session, "Ana Prado", now=MONDAY), "one")
    for number in range(4):
        post.send(f"{number}@x", by=f"person{number}@acme.example", at=MONDAY + number * DAY)
    with store.writing() as session:
        triage.set_status(session, [1, 2], to=Status.RESOLVED, actor=agent, now=MONDAY)
    return store


def broken_at(store: Store) -> int | None:
    with store.reading() as session:
        return verify(session).broken_at


@pytest.mark.parametrize("column", ["public", "sealed", "digest"])
def test_any_changed_byte_breaks_the_chain(told: Store, column: str) -> None:
    with told.reading() as session:
        row = session.connection().execute(select(EVENT).where(EVENT.c.sealed.is_not(None)).limit(1)).one()
    held = getattr(row, column)
    for place in (0, len(held) // 2, len(held) - 1):
        swapped = (
            held[:place] + ("x" if held[place] != "x" else "y") + held[place + 1 :]
            if isinstance(held, str)
            else held[:place] + bytes([held[place] ^ 1]) + held[place + 1 :]
        )
        with told.writing() as session:
            session.connection().execute(update(EVENT).where(EVENT.c.id == row.id).values({column: swapped}))
        assert broken_at(told) == row.id
    with told.writing() as session:
        session.connection().execute(update(EVENT).where(EVENT.c.id == row.id).values({column: held}))
    assert broken_at(told) is None


@pytest.mark.parametrize("column", ["salt", "personal"])
def test_a_changed_personal_part_breaks_the_chain(told: Store, column: str) -> None:
    with told.writing() as session:
        row = session.connection().execute(select(PERSONAL).limit(1)).one()
        other = row.salt[::-1] + b"1" if column == "salt" else row.personal.replace("a", "b")
        session.connection().execute(
            update(PERSONAL).where(PERSONAL.c.event_id == row.event_id).values({column: other})
        )
    assert broken_at(told) == row.event_id


def test_a_missing_event_breaks_the_chain(told: Store) -> None:
    with told.writing() as session:
        last = session.connection().execute(select(func.max(EVENT.c.id))).scalar_one()
        session.connection().execute(delete(EVENT).where(EVENT.c.id == last - 1))
    assert broken_at(told) == last


def test_the_chain_is_what_the_design_says(told: Store) -> None:
    digest = bytes(32)
    with told.reading() as session:
        rows = session.connection().execute(select(EVENT).order_by(EVENT.c.id)).all()
        parts = {row.event_id: row for row in session.connection().execute(select(PERSONAL))}
        head = verify(session).head
    for row in rows:
        sealed = b""
        if row.id in parts:
            sealed = hashlib.sha256(parts[row.id].salt + parts[row.id].personal.encode()).digest()
            assert sealed == row.sealed == seal(parts[row.id].salt, parts[row.id].personal)
        digest = hashlib.sha256(digest + row.public.encode() + sealed).digest()
        assert digest == row.digest
    assert digest == head == chain(rows[-2].digest, rows[-1].public, rows[-1].sealed)
    assert len({part.salt for part in parts.values()}) == len(parts) > 4


def test_erasure_leaves_the_chain_and_replay_gives_the_erased_state(told: Store, second_store: Store) -> None:
    people, addresses, agents, domains = table(Person), table(Address), table(Agent), table(Domain)
    with told.writing() as session:
        connection = session.connection()
        connection.execute(delete(PERSONAL))
        connection.execute(update(people).values(name=None, folded=None))
        connection.execute(update(addresses).values(address=None))
        connection.execute(update(agents).values(name=None))
        connection.execute(update(domains).values(domain=None))
    assert broken_at(told) is None
    assert_replays(told, second_store)
    with second_store.reading() as session:
        assert set(session.connection().execute(select(addresses.c.address)).scalars()) == {None}


def statements(store: Store, count: int) -> int:
    """Count the statements that resolving so many conversations with three messages each is applied with."""
    post = Post(store, name=f"of {count}", address=f"of{count}@plantao.example")
    facts: list[Any] = []
    with store.reading() as session:
        first = (session.connection().execute(select(func.max(table(Message).c.id))).scalar() or 0) + 1
        home = (session.connection().execute(select(func.max(table(Conversation).c.id))).scalar() or 0) + 1
    for place in range(count * 3):
        number, digest = first + place, hashlib.sha256(f"{count} {place}".encode()).hexdigest()
        common = {"message_id": number, "mailbox_id": post.mailbox_id, "happened_at": MONDAY}
        facts.append(
            Received(
                raw_id=number,
                raw_digest=digest,
                size=1,
                author_id=None,
                customer_id=None,
                direction=Direction.INCOMING,
                automatic=Automatic.NO,
                key=digest,
                header_key=None,
                history=False,
                **common,
            )
        )
        facts.append(
            Joined(
                conversation_id=home + place // 3,
                starts=Status.NEW if place % 3 == 0 else None,
                evidence=Evidence.NEW,
                through_id=None,
                participants=(),
                **common,
            )
        )
    facts.sort(key=lambda fact: (fact.kind == "joined", getattr(fact, "starts", None) is None))
    facts += [
        StatusChanged(conversation_id=number, before=Status.NEW, after=Status.RESOLVED, happened_at=MONDAY)
        for number in range(home, home + count)
    ]
    facts += [
        Assigned(conversation_id=number, before=None, after=None, happened_at=MONDAY)
        for number in range(home, home + count)
    ]
    facts += [
        Handled(
            conversation_id=home + place,
            message_ids=(first + 3 * place, first + 3 * place + 1),
            after=True,
            happened_at=MONDAY,
        )
        for place in range(count)
    ]
    facts += [
        Tagged(conversation_id=number, added=("a", "b"), removed=(), happened_at=MONDAY)
        for number in range(home, home + count)
    ]
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        with store.writing() as session:
            seen.clear()
            refresh(session, apply(session, facts))
            return len(seen)
    finally:
        event.remove(store.engine, "before_cursor_execute", note)


def test_facts_are_applied_with_as_many_statements_whatever_their_number(store: Store) -> None:
    assert statements(store, 4) == statements(store, 150) < 30


def test_no_parting_names_a_conversation_twice(store: Store) -> None:
    Life(store, 13).live(150)
    with store.reading() as session:
        rows = session.connection().execute(select(table(Parting))).all()
    assert rows
    assert all(row.one_id < row.other_id for row in rows)


def test_the_same_delivery_twice_changes_nothing(store: Store) -> None:
    post = Post(store)
    one = post.delivery(letter("a@x"), raw=b"the very same bytes")
    assert post.bring(one).counts.new == 1
    before = decided(store)
    again = post.bring(one, one).counts
    assert (again.fetched, again.known, again.adds_up) == (2, 2, True)
    assert decided(store) == before
