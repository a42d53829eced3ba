"""The first page says what the queue says, in the same statements, and nothing where anything is out of the ordinary."""

import os
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from made.desk import START, MadeDesk
from made.life import Life
from sqlalchemy import event, text

from console.screens import asking
from storage import first_page as ahead
from storage.commands import views
from storage.commands.desk import agent_named
from storage.drivers import sqlite_driver
from storage.events import Actor
from storage.first_page import first_page
from storage.kinds import Status
from storage.queries import mailboxes
from storage.store import Store, open_store

NOW = START + timedelta(days=10)


@pytest.fixture
def store(sqlite_template, tmp_path):
    """A store on SQLite: on PostgreSQL nothing is read ahead."""
    import shutil

    shutil.copytree(sqlite_template, tmp_path / "desk")
    store = open_store(str(tmp_path / "desk"))
    yield store
    store.close()


def page(store: Store, agent: str, size: int = 200):
    assert store.path is not None
    return first_page(store.path, agent=agent, size=size, now=NOW)


def by_queries(store: Store, agent: str, size: int = 200):
    """Read what the console reads once the desk is open: window, views with counts, mailboxes."""
    with store.writing() as session:
        number = agent_named(session, agent, now=NOW)
    with store.reading() as session:
        window = asking.rows_around(
            session, query="is:open", agent_id=number, now=NOW, around=None, place=None, size=size
        )
        return window, *asking.counted(session, agent_id=number, now=NOW), mailboxes.states(session)


def as_shown(found):
    """Put a page into the console's terms."""
    known = asking.merged(found.saved)
    return found.window, known, {view.key: found.counts[view.words] for view in known if view.key}, found.mailboxes


@pytest.mark.parametrize("seed", [1, 2, pytest.param(range(3, 20), marks=pytest.mark.slow)])
def test_both_roads_say_the_same_of_any_desk(sqlite_template, tmp_path, seed):
    import shutil

    for one in seed if isinstance(seed, range) else [seed]:
        folder = tmp_path / str(one)
        shutil.copytree(sqlite_template, folder)
        store = open_store(str(folder))
        life = Life(store, one)
        met = 0
        for _ in range(4):
            life.live(8)
            with store.writing() as session:
                session.connection().execute(text("DELETE FROM view"))  # whose counts are left to the whole road
            for agent in ("ana", "rui"):
                for size in (200, 3):
                    expected = by_queries(store, agent, size)
                    found = page(store, agent, size)
                    met += found is not None
                    if expected[0].rows:
                        assert as_shown(found) == expected
                    else:
                        assert found is None
        store.close()
        assert met


def test_saved_views_stand_on_their_keys_and_their_counts_come_later(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        ana, bruno = desk.agent("Ana"), desk.agent("Bruno")
        desk.message()
    for number, agent, shared, name, place in (
        (1, ana, False, "vip", 4),
        (2, bruno, True, "faturas", 7),
        (3, bruno, False, "alheia", 8),
        (4, ana, False, "sem tecla", 30),
    ):
        with store.writing() as session:
            actor = Actor(agent, "x")
            views.keep(session, name, f"tag:t{number}", shared=shared, place=place, actor=actor, now=NOW)
    window, known, counts, _states = by_queries(store, "Ana")
    found = page(store, "Ana")
    assert (found.window, asking.merged(found.saved)) == (window, known)
    assert {view.key: found.counts[view.words] for view in known if view.words in found.counts} == {
        key: count for key, count in counts.items() if key in "12359"
    }


def test_people_without_a_name_and_a_mailbox_in_trouble(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        desk.agent("Ana")
        desk.message(name="", address="x@y.example", at=timedelta(minutes=3))
        desk.message(mailbox="vendas", at=timedelta(minutes=4))
        desk.move(desk.message(at=timedelta(minutes=5)), Status.NEW, Status.SPAM)
        session.connection().execute(
            text(
                "INSERT INTO mailbox_state (mailbox_id, state, trouble, since, synced_at)"
                " VALUES (1, 'stopped', :trouble, 5, NULL)"
            ),
            {"trouble": '{"kind": "SignInRefused", "words": "no\\u001b[2J"}'},
        )
        session.connection().execute(
            text(
                "INSERT INTO folder (mailbox_id, name, role, total, done)"
                " VALUES (2, 'INBOX', 'inbox', 40, 7), (2, 'Sent', 'sent', 3, 3)"
            )
        )
    found = page(store, "Ana")
    assert as_shown(found) == by_queries(store, "Ana")
    assert found.window.rows[0].customer == "x@y.example"
    assert "\x1b" not in found.mailboxes[0].words


def test_more_than_are_counted(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        desk.agent("Ana")
        desk.message()
        session.connection().execute(
            text(
                "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)"
                " INSERT INTO conversation (id, mailbox_id, status, tier, channel, kind, priority, message_count,"
                " last_message_at, oldest_unanswered_at)"
                " SELECT i, 1, 'new', 'n1', 'email', 'care', 'normal', 1, i * 1000, i * 1000 FROM n"
            )
        )
    assert as_shown(page(store, "Ana")) == by_queries(store, "Ana")
    assert page(store, "Ana").window.total == 1000


def test_both_roads_ask_in_the_same_words(store, monkeypatch):
    with store.writing() as session:
        desk = MadeDesk(session)
        desk.agent("Ana")
        for number in range(5):
            desk.message(name="", address=f"x{number}@y.example", at=timedelta(minutes=number))
    by_queries(store, "Ana")  # what is asked once alone
    asked: dict[str, list[str]] = {"queries": [], "page": []}
    connected = ahead._connected

    def listening(*given):
        line = connected(*given)
        line.set_trace_callback(asked["page"].append)
        return line

    def lent(line, _record, _proxy):
        line.set_trace_callback(asked["queries"].append)

    def words(which):
        said = [" ".join(each.split()) for each in asked[which]]
        besides = ("FROM agent WHERE", "FROM alembic_version")
        return sorted(each for each in said if each.startswith("SELECT") and not any(one in each for one in besides))

    event.listen(store.engine, "checkout", lent)
    expected = by_queries(store, "Ana")
    event.remove(store.engine, "checkout", lent)
    monkeypatch.setattr(ahead, "_connected", listening)
    assert as_shown(page(store, "Ana")) == expected
    assert len(words("page")) == 12
    assert words("page") == words("queries")


def test_nothing_is_read_ahead_where_anything_is_out_of_the_ordinary(store, tmp_path, monkeypatch):
    path = store.path
    assert page(store, "Ana") is None  # no agent, no rows
    with store.writing() as session:
        desk = MadeDesk(session)
        desk.agent("Ana")
        desk.message()
    assert page(store, "Ana") is not None
    assert page(store, "Bruno") is None  # new to the desk
    assert first_page(tmp_path / "nowhere" / "desk.db", agent="Ana", size=9) is None
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "broken.db").write_bytes(os.urandom(9000))
    assert first_page(tmp_path / "broken.db", agent="Ana", size=9) is None
    with store.writing() as session:
        session.connection().execute(text("UPDATE conversation SET status = 'pondering'"))
    assert page(store, "Ana") is None  # a word that this version does not know
    with store.writing() as session:
        session.connection().execute(text("UPDATE conversation SET status = 'new'"))
    assert page(store, "Ana") is not None
    monkeypatch.setattr(ahead, "SECURE_SQLITE", (99, 0))
    assert page(store, "Ana") is None
    monkeypatch.undo()
    with store.writing() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert page(store, "Ana") is None
    assert path is not None


def test_it_writes_nothing_and_waits_for_no_writer(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        desk.agent("Ana")
        desk.message()
    before = {path.name: path.read_bytes() for path in store.path.parent.iterdir() if path.suffix != ".db-shm"}
    with store.writing() as session:
        session.connection().execute(text("UPDATE conversation SET tier = 'n3'"))
        found = page(store, "Ana")  # beside a transaction that has the lock
        assert [row.tier for row in found.window.rows] == ["n1"]
        session.rollback()
    assert {path.name: path.read_bytes() for path in store.path.parent.iterdir() if path.suffix != ".db-shm"} == before
    store.close()
    names = {path.name for path in store.path.parent.iterdir()}
    assert "desk.db-wal" not in names
    assert page(store, "Ana") is not None  # a desk that was left in order has no log
    with closing(sqlite_driver().connect(store.path)) as line:
        assert line.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_store_after_a_crash(store, tmp_path):
    import shutil

    with store.writing() as session:
        desk = MadeDesk(session)
        desk.agent("Ana")
        desk.message()
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for name in ("desk.db", "desk.db-wal"):  # as a machine that lost its power leaves them
        shutil.copy(store.path.with_name(name), crashed / name)
    found = first_page(Path(crashed / "desk.db"), agent="Ana", size=200)
    assert found is None or as_shown(found) == by_queries(store, "Ana")
    again = open_store(str(crashed))
    assert as_shown(page(again, "Ana")) == by_queries(again, "Ana")
    again.close()
