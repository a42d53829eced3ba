"""Ties in the queue are broken by touch: urgency is never overtaken, and the place follows what profiles say."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made.post import HOUR, MONDAY, Out, Post, row_of
from made.rows import decided
from sqlalchemy import insert, text

from storage.apply.base import table
from storage.commands import knowing, playbooks, undoing
from storage.kinds import Channel, ConversationKind, Priority, Status, Subject, Tier
from storage.models import Conversation
from storage.queries import inbox
from storage.record import replay
from storage.rules.playbooks import place
from storage.store import Store

C = table(Conversation)
MINUTE = timedelta(minutes=1)
WAITS = st.none() | st.integers(0, 400).map(lambda seconds: MONDAY + timedelta(seconds=seconds * 7))
ROWS = st.lists(st.tuples(st.sampled_from([*Status]), WAITS, WAITS, WAITS, st.integers(0, 4)), min_size=2, max_size=12)
CENTURY = timedelta(days=36_525)


def _urgency(row: Sequence) -> tuple[int, datetime]:
    """By what a row is more urgent than another: its rank, and the minute in which it is due."""
    return row.queue_rank, _due(row).replace(second=0, microsecond=0)


def _due(row: Sequence) -> datetime:
    """When a row is due: by its clock, else behind all that have one: a century after whoever waits there wrote, or anybody did."""
    since = row.oldest_unanswered_at or row.last_message_at
    return row.due_at or (since + CENTURY if since else datetime(1970, 1, 1, tzinfo=UTC))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_urgency_is_never_overtaken_and_a_tie_is_broken_by_touch(store: Store, rows: list[tuple]) -> None:
    Post(store)
    with store.writing() as session:
        connection = session.connection()
        connection.execute(text("DELETE FROM conversation"))
        for number, (status, waits, last, due, touch) in enumerate(rows, 1):
            values = {
                "id": number,
                "mailbox_id": 1,
                "status": status,
                "tier": Tier.N1,
                "channel": Channel.EMAIL,
                "kind": ConversationKind.CARE,
                "priority": Priority.NORMAL,
                "message_count": 1,
                "oldest_unanswered_at": waits,
                "last_message_at": last,
                "due_at": due,
                "touch_place": touch,
            }
            connection.execute(insert(C).values(values))
        numbers = inbox.numbers(session, query="", agent_id=None, now=MONDAY)
        found = {row.id: row for row in connection.execute(C.select())}
        walked, page = [], inbox.window(session, query="", agent_id=None, now=MONDAY, size=1)
        while page.rows:  # one by one, each after the place of the one before
            walked += [row.conversation_id for row in page.rows]
            page = inbox.window(session, query="", agent_id=None, now=MONDAY, after=page.rows[-1].place, size=1)
    assert walked == numbers
    for one, other in itertools.pairwise(numbers):
        first, second = found[one], found[other]
        assert _urgency(first) <= _urgency(second)
        if _urgency(first) == _urgency(second) and _due(first) > datetime(1970, 1, 2, tzinfo=UTC):
            mine = first.touch_place, _due(first), first.id
            assert mine < (second.touch_place, _due(second), second.id)


class Desk:
    """Acme's question is conversation 1, Other's is 2; they came in the same minute."""

    def __init__(self, store: Store) -> None:
        self.store, self.post = store, Post(store)
        self.post.send("q@acme", at=MONDAY)
        self.post.send("q@other", at=MONDAY + timedelta(seconds=20), by="bo@other.example", subject="O", text="o")
        self.post.send("r@third", at=MONDAY + MINUTE, by="li@third.example", subject="T", text="t")
        self.ana = Out(self.post)

    def tell(self, command, *args, **given):
        with self.store.writing() as session:
            return command(session, *args, actor=self.ana.actor, now=MONDAY + HOUR, **given)

    def order(self) -> list[int]:
        with self.store.reading() as session:
            return inbox.numbers(session, query="is:open", agent_id=None, now=MONDAY)

    def places(self) -> list[int]:
        return [row_of(self.store, number).touch_place for number in (1, 2, 3)]


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_the_place_follows_what_profiles_say(desk: Desk, second_store: Store) -> None:
    assert (desk.order(), desk.places()) == ([1, 2, 3], [4, 4, 4])
    desk.tell(knowing.set_fields, Subject.ORGANIZATION, 3, {"touch": "high"})
    desk.tell(knowing.set_fields, Subject.ORGANIZATION, 2, {"touch": "mid"})
    assert (desk.order(), desk.places()) == ([2, 1, 3], [4, 1, 0])  # who wrote a minute later overtakes nobody
    desk.tell(knowing.set_fields, Subject.PERSON, row_of(desk.store, 1).customer_id, {"touch": "high"})
    assert desk.order() == [1, 2, 3]
    desk.tell(undoing.undo)
    assert desk.order() == [2, 1, 3]
    desk.tell(knowing.belong, Subject.PERSON, row_of(desk.store, 1).customer_id, 3)
    assert (desk.order(), desk.places()) == ([1, 2, 3], [0, 1, 0])
    desk.tell(knowing.set_fields, Subject.ORGANIZATION, 2, {"touch": "smart", "stage": "onboarding"})
    assert desk.places()[1] == place("high")
    desk.tell(playbooks.change, "smart", {"picks": "stage:onboarding=tech, else=low"})
    assert desk.places()[1] == place("tech")
    desk.post.send("s@other", at=MONDAY + 2 * HOUR, by="eva@other.example", subject="New", text="another matter")
    assert row_of(desk.store, 4).touch_place == place("tech")
    desk.tell(knowing.set_fields, Subject.ORGANIZATION, 2, {"touch": None})
    assert desk.places()[1] == row_of(desk.store, 4).touch_place == 4
    with desk.store.reading() as log, second_store.writing() as target:
        replay(log, target)
    assert decided(second_store) == decided(desk.store)
