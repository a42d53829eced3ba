"""A full disk, a read-only store, a locked one, one that vanishes: said plainly, and nothing half done."""

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import OperationalError

from storage.apply.base import table
from storage.commands.desk import agent_named
from storage.kinds.errors import StoreDamaged, StoreFailing, StoreFull, StoreLocked, StoreMissing, StoreReadOnly
from storage.models import Agent, Event
from storage.record import verify
from storage.store import Store, engine, open_store
from storage.store.trouble import said_plainly

NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)


@pytest.fixture
def desk(sqlite_template: Path, tmp_path: Path) -> Path:
    shutil.copytree(sqlite_template, tmp_path / "desk")
    return tmp_path / "desk"


def agents(store: Store) -> int:
    with store.reading() as session:
        assert verify(session).broken_at is None
        assert session.connection().execute(select(func.count()).select_from(table(Event))).scalar_one() == (
            session.connection().execute(select(func.count()).select_from(table(Agent))).scalar_one()
        )
        return session.connection().execute(select(func.count()).select_from(table(Agent))).scalar_one()


def test_a_full_disk_is_said_and_nothing_is_half_done(desk: Path) -> None:
    store = open_store(str(desk))

    @event.listens_for(store.engine, "connect")
    def _no_room(connection: sqlite3.Connection, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    store.engine.dispose()
    done = 0
    with pytest.raises(StoreFull):
        for number in range(10_000):
            with store.writing() as session:
                agent_named(session, f"agent {number} " + "x" * 500, now=NOW)
            done += 1
    assert agents(store) == done
    store.close()


_WRITES_WITHOUT_ROOM = """
import resource, signal, sys
from storage.kinds.errors import StoreFailing
from storage.store import open_store

def write(store, rows):
    with store.writing() as session:
        for _ in range(rows):
            session.connection().exec_driver_sql("INSERT INTO desk VALUES (hex(randomblob(8)), randomblob(4000))")

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = open_store(sys.argv[1], durable=sys.argv[2] == "agent")
write(store, 1)
room = store.path.with_name("desk.db-wal").stat().st_size + 50_000
resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
for _ in range(2):
    try:
        write(store, 100)
    except StoreFailing:
        print("failed")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
write(store, 1)
store.close()
"""


@pytest.mark.parametrize("who", ["agent", "sync"])
def test_once_a_full_disk_has_room_again_what_was_open_goes_on(desk: Path, who: str) -> None:
    """The commit fails, not a statement: what is written lies in memory until then."""
    told = subprocess.run(
        [sys.executable, "-c", _WRITES_WITHOUT_ROOM, str(desk), who],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert (told.stdout.split(), told.stderr) == (["failed", "failed"], "")
    store = open_store(str(desk))
    with store.reading() as session:
        found = session.connection().exec_driver_sql("SELECT count(*) FROM desk WHERE length(value) = 4000")
        assert found.scalar_one() == 2
    store.close()


def test_a_full_disk_under_the_raw_mail_is_said(desk: Path) -> None:
    store = open_store(str(desk))

    @event.listens_for(store._mail, "connect")
    def _no_room(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 4")

    store._mail.dispose()
    with pytest.raises(StoreFull):
        store.content.put({b"d" * 32: os.urandom(100_000)})
    store.close()


def test_a_disk_that_fails_is_not_said_to_be_full() -> None:
    for failure in (
        OperationalError("COMMIT", None, sqlite3.OperationalError("disk I/O error")),
        OSError(errno.EIO, ""),
    ):
        with pytest.raises(StoreFailing), said_plainly("desk.db"):
            raise failure


def test_a_store_that_may_not_be_written_is_said(desk: Path) -> None:
    store = open_store(str(desk))

    @event.listens_for(store.engine, "connect")
    def _hands_off(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    store.engine.dispose()
    with pytest.raises(StoreReadOnly), store.writing() as session:
        agent_named(session, "inês", now=NOW)
    with store.reading() as session:
        assert session.connection().execute(select(func.count()).select_from(table(Agent))).scalar_one() == 0
    store.close()


def test_a_store_that_another_process_keeps_locked_is_said(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.1)
    store = open_store(str(desk))
    # The store's own driver: POSIX locks are a process's, so two SQLite libraries in one do not see each other.
    other = engine.sqlite_driver().connect(str(desk / "desk.db"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreLocked), store.writing() as session:
        agent_named(session, "inês", now=NOW)
    with store.reading() as session:  # whoever only reads is not held up
        session.execute(text("SELECT 1"))
    other.execute("ROLLBACK")
    other.close()
    with store.writing() as session:
        agent_named(session, "inês", now=NOW)
    assert agents(store) == 1
    store.close()


def test_a_page_that_is_overwritten_is_said_to_be_damage(desk: Path) -> None:
    store = open_store(str(desk))
    with store.writing() as session:
        agent_named(session, "inês", now=NOW)
    store.close()
    path = desk / "desk.db"
    whole = bytearray(path.read_bytes())
    whole[4096 : len(whole)] = b"\xff" * (len(whole) - 4096)
    path.write_bytes(bytes(whole))
    with pytest.raises(StoreDamaged):
        store = open_store(str(desk))
        with store.reading() as session:
            session.execute(text("SELECT count(*) FROM agent")).scalar()


def test_a_folder_that_vanished_is_said(desk: Path) -> None:
    store = open_store(str(desk))
    store.close()
    shutil.rmtree(desk)
    with pytest.raises((StoreMissing, StoreReadOnly)), store.writing() as session:
        agent_named(session, "inês", now=NOW)


def test_a_writer_that_dies_frees_its_turn(desk: Path) -> None:
    sync, agent = open_store(str(desk), durable=False), open_store(str(desk))
    began, let_go = threading.Event(), threading.Event()

    def wait_in_line() -> None:
        with agent.turns.announced():
            began.set()
            let_go.wait(10)

    thread = threading.Thread(target=wait_in_line)
    thread.start()
    began.wait(10)
    passed = threading.Event()

    def write() -> None:
        sync.turns.let_pass()
        passed.set()

    other = threading.Thread(target=write)
    other.start()
    assert not passed.wait(0.1)  # an agent waits, so the sync holds back
    let_go.set()
    assert passed.wait(10)
    thread.join()
    other.join()
    sync.close()
    agent.close()


def test_many_who_open_a_new_store_at_once_all_get_it(tmp_path: Path) -> None:
    code = "import sys; from storage.store import open_store; open_store(sys.argv[1]).close()"
    root = Path(__file__).parents[3]
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "desk")], cwd=root, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    said = [process.communicate(timeout=120)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, said
