"""What is asked of clocks: what is late, warned, paused or has none, and what is due within a time, on both engines."""

from datetime import timedelta

import pytest
from made.desk import START, MadeDesk

from storage.commands import promising
from storage.events import Actor
from storage.kinds import Status
from storage.kinds.clocks import ClockState
from storage.kinds.policies import Metric
from storage.queries import inbox, promises
from storage.queries.tables import CLOCK, CONVERSATION

NOW = START + timedelta(hours=12)


def minutes(count):
    return timedelta(minutes=count)


def due(session, number, left, warn=timedelta(0)):
    """Let the clock of a conversation be due so long from now, and warn so long before that."""
    at = None if left is None else NOW + left
    values = {"due_at": at, "warn_at": None if at is None else at - warn, "due_metric": at and Metric.FIRST_RESPONSE}
    session.connection().execute(CONVERSATION.update().where(CONVERSATION.c.id == number).values(**values))


def stands(session, number, state):
    """Let a clock of a conversation stand."""
    session.connection().execute(CLOCK.delete().where(CLOCK.c.conversation_id == number))
    values = {"metric": Metric.RESOLUTION, "started_at": START, "policy": "any"}
    session.connection().execute(CLOCK.insert().values(conversation_id=number, state=state, **values))


@pytest.fixture
def desk(store):
    """Return the numbers: late by an hour and by a minute, warned, in two hours, in two days, paused, on hold, none."""
    with store.writing() as session:
        made = MadeDesk(session)
        made.agent("Ana")
        every = [made.message("x", at=minutes(n)) for n in range(8)]
        session.connection().execute(CLOCK.delete())
        lefts = [-minutes(60), -minutes(1), minutes(30), minutes(120), timedelta(days=2), None, None, None]
        warns = [minutes(5), minutes(5), minutes(60), minutes(60), minutes(5), *[minutes(0)] * 3]
        for number, left, warn in zip(every, lefts, warns, strict=True):
            due(session, number, left, warn)
        stands(session, every[5], ClockState.PAUSED)
        stands(session, every[6], ClockState.ON_HOLD)
        made.move(every[5], Status.NEW, Status.WAITING)
        made.move(every[6], Status.NEW, Status.ON_HOLD)
        for number, left, warn in zip(every, lefts, warns, strict=True):  # what the record derived meanwhile
            due(session, number, left, warn)
        session.connection().execute(CLOCK.delete())
        stands(session, every[5], ClockState.PAUSED)
        stands(session, every[6], ClockState.ON_HOLD)
    return every


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sla:late", [0, 1]),
        ("sla:warned", [2]),
        ("sla:paused", [5, 6]),
        ("sla:none", [7]),
        ("sla<1h", [0, 1, 2]),
        ("sla<31m", [0, 1, 2]),
        ("sla<30m", [0, 1]),
        ("sla>1h", [3, 4]),
        ("sla>1d", [4]),
        ("-sla:late", [2, 3, 4, 5, 6, 7]),
        ("-sla<1h", [3, 4, 5, 6, 7]),
        ("-sla:paused", [0, 1, 2, 3, 4, 7]),
        ("sla:late OR sla:none", [0, 1, 7]),
        ("sla>1h sla<3h", [3]),
        ("is:open sla:late tier:n1", [0, 1]),
        ("is:waiting sla:late", []),
    ],
)
def test_clocks_are_asked_for(store, desk, query, found):
    with store.reading() as session:
        numbers = inbox.numbers(session, query=query, agent_id=1, now=NOW)
        assert sorted(desk.index(number) for number in numbers) == found
        assert inbox.count(session, query=query, agent_id=1, now=NOW) == len(found)


@pytest.mark.parametrize("query", ["is:open sla:late", "sla<1h", "is:open sla:warned"])
def test_what_is_late_is_found_by_an_index(store, desk, watched, query):
    if store.path is None:
        pytest.skip("SQLite's plans do not depend on statistics; PostgreSQL's do")
    with store.writing() as session:
        with watched() as statements:
            inbox.window(session, query=query, agent_id=1, now=NOW, size=3)
            inbox.count(session, query=query, agent_id=1, now=NOW)
        plans = [
            [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)]
            for text, given in statements
            if "FROM conversation" in text
        ]
        assert plans
        for steps in plans:
            assert any("conversation USING" in step for step in steps), steps
            assert not any(step.startswith("SCAN conversation") and "INDEX" not in step for step in steps), steps
        assert any("conversation_due" in step for step in plans[-1]), "counted by the deadlines alone"


def test_a_row_says_that_its_customer_was_promised_something_until_it_is_kept(store):
    with store.writing() as session:
        made = MadeDesk(session)
        actor = Actor(made.agent("Ana"), "x")
        one, other = made.message("x"), made.message("y", address="other@y.example", at=minutes(1))

    def told():
        with store.reading() as session:
            rows = inbox.window(session, agent_id=1, now=NOW).rows
        return {row.conversation_id for row in rows if row.promised}

    assert told() == set()
    with store.writing() as session:
        promising.promise(session, one, "a status", NOW + minutes(60), actor=actor, now=NOW)
    assert told() == {one}
    with store.writing() as session:
        [promise] = promises.promises(session)
        promising.keep(session, promise.entry_id, actor=actor, now=NOW)
    assert told() == set()
    assert other
