"""The feed tells what others and we ourselves wrote, on both engines, within half a second."""

import queue
import shutil
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from console.feed import Change, Feed
from storage.events import Actor
from storage.events.decided import AgentJoined
from storage.queries.history import MUCH
from storage.record import record
from storage.store import open_store

NOW = datetime(2026, 11, 23, 9, 32, tzinfo=UTC)


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("feed")
    open_store(str(folder)).close()
    return folder


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def stores(request, tmp_path, empty_store):
    """Two consoles' views of one store."""
    if request.param == "sqlite":
        shutil.copytree(empty_store, tmp_path / "desk")
        url = str(tmp_path / "desk")
    else:
        url = request.getfixturevalue("postgres_desk")()
    first, second = open_store(url), open_store(url)
    yield first, second
    first.close()
    second.close()


@pytest.fixture
def heard(stores):
    changes: queue.Queue[Change] = queue.Queue()
    feed = Feed(stores[0], changes.put)
    feed.start()
    yield feed, changes
    feed.stop()


def write(store, count=1, conversation=None):
    """Record harmless facts; the log's column is what the feed reads."""
    with store.writing() as session:
        first = session.connection().execute(text("SELECT count(*) FROM agent")).scalar_one()
        facts = [AgentJoined(agent_id=first + n + 1, name=f"a{first + n}", happened_at=NOW) for n in range(count)]
        record(session, facts, actor=Actor(None), now=NOW)
        if conversation:
            session.connection().execute(
                text("UPDATE event SET conversation_id = :c WHERE id = (SELECT max(id) FROM event)"),
                {"c": conversation},
            )


def until(changes, wanted, seconds=5.0):
    """Return the seconds until a change came that is wanted."""
    started = time.monotonic()
    while True:
        change = changes.get(timeout=seconds)
        if wanted(change):
            return time.monotonic() - started


def quickest(told):
    """Return the shortest time that telling took: a busy machine delays some, the quickest says what the feed needs."""
    took = [60.0]
    while min(took) >= 0.5 and len(took) <= 20:
        took.append(told(len(took)))
    return min(took)


def test_what_another_console_writes_is_told_within_half_a_second(stores, heard):
    _, changes = heard

    def told(number):
        write(stores[1], conversation=number)
        return until(changes, lambda change: change.touches(number))

    assert quickest(told) < 0.5


def test_what_this_process_writes_is_told_at_once_when_woken(stores, heard):
    feed, changes = heard

    def told(number):
        write(stores[0], conversation=number)
        feed.wake()
        return until(changes, lambda change: change.touches(number))

    assert quickest(told) < 0.5


def test_many_events_are_said_to_be_many_and_not_read(stores, heard):
    _, changes = heard
    write(stores[1], MUCH + 1)
    until(changes, lambda change: change.much)
    write(stores[1], conversation=5)
    until(changes, lambda change: change.conversations == {5} and not change.much)


def test_a_local_table_is_told_without_conversations(stores, heard):
    _, changes = heard
    with stores[1].writing() as session:
        session.connection().execute(text("INSERT INTO lease (name, holder, until) VALUES ('sync', 'me', 0)"))
    until(changes, lambda change: change.local and not change.conversations and not change.much)


def test_it_goes_on_after_the_store_failed_and_says_both(tmp_path, empty_store):
    shutil.copytree(empty_store, tmp_path / "desk")
    store = open_store(str(tmp_path / "desk"))
    changes: queue.Queue[Change] = queue.Queue()
    errors: queue.Queue[BaseException | None] = queue.Queue()
    feed = Feed(store, changes.put, errors.put)
    feed.start()
    try:
        with store.engine.begin() as connection:
            connection.execute(text("ALTER TABLE event RENAME TO gone"))
        assert errors.get(timeout=5) is not None
        with store.engine.begin() as connection:
            connection.execute(text("ALTER TABLE gone RENAME TO event"))
        until(changes, lambda change: change.much)
        assert errors.get(timeout=5) is None
    finally:
        feed.stop()
        store.close()


def test_a_feed_that_was_never_started_can_be_stopped(tmp_path, empty_store):
    store = open_store(str(empty_store))
    Feed(store, lambda _change: None).stop()
    store.close()
