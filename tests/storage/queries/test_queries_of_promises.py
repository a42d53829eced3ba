"""What is promised is found by an index: in the queue, and by whoever looks for what is broken."""

import pytest
from made.post import HOUR, MONDAY, Post

from storage.commands import promising
from storage.commands.desk import agent_named
from storage.events import Actor
from storage.queries import inbox
from storage.store import Store


@pytest.fixture
def promised(store: Store) -> None:
    """A customer wrote, and is promised a price."""
    Post(store).send("1@x", by="bo@acme.example")
    with store.writing() as session:
        ana = Actor(agent_named(session, "Ana", now=MONDAY), "one")
        promising.promise(session, 1, "a price", MONDAY + HOUR, actor=ana, now=MONDAY)


@pytest.mark.parametrize("query", ["is:promised", "promise<1h", "is:open promise:late"])
def test_promises_are_found_by_an_index(store: Store, promised, watched, query) -> None:
    if store.path is None:
        pytest.skip("SQLite's plans do not depend on statistics; PostgreSQL's do")
    with store.writing() as session:
        with watched() as statements:
            inbox.window(session, query=query, agent_id=1, now=MONDAY, size=3)
        plans = [
            [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)]
            for text, given in statements
            if "FROM entry" in text and "FROM conversation" in text and "JOIN mailbox" not in text  # those show rows
        ]
    assert plans
    for steps in plans:
        assert any("entry USING" in step and "entry_name" in step for step in steps), steps
        assert not any(step in {"SCAN entry", "SCAN conversation"} for step in steps), steps


def test_the_look_for_what_is_broken_reads_an_index_alone(store: Store, promised, watched) -> None:
    if store.path is None:
        pytest.skip("SQLite's plans do not depend on statistics; PostgreSQL's do")
    with store.writing() as session:
        with watched() as statements:
            promising.note_broken(session, actor=Actor(None, "clock"), now=MONDAY, limit=9)
        ((text, given),) = statements
        plan = [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)]
    assert any("entry USING INDEX entry_name" in step for step in plan), plan
