"""Opening: what is made, what is refused, and in which words."""

import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from servers.grounds import until_true
from sqlalchemy import Connection, func, inspect, make_url, select, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from storage.apply.base import insert, table
from storage.drivers import sqlite_driver
from storage.kinds.errors import StoreDamaged, StoreLocked, StoreMissing, StoreReadOnly, StoreTooNew
from storage.models import DECIDED, DERIVED, LOCAL, LOG, Agent, MailContent
from storage.store import Store, migrate, open_store
from storage.store.content import digest_of


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'desk.db'}"
    return request.getfixturevalue("postgres_url")


def test_a_migrated_store_equals_the_models(empty_database: str) -> None:
    store = Store(make_url(empty_database))
    migrate.upgrade(store.engine)

    def ours(_o: object, name: str | None, kind: str, _r: object, _c: object) -> bool:
        return not (kind == "table" and name and (name.startswith("search_index") or name == "mail_content"))

    def known(difference: object) -> bool:  # PostgreSQL's own column of the search index
        return isinstance(difference, tuple) and "vector" in str(difference)

    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        assert [d for d in compare_metadata(context, SQLModel.metadata) if not known(d)] == []
    store.close()


def test_a_store_that_is_made_at_once_is_as_the_migrations_leave_it(tmp_path: Path) -> None:
    looks = []
    for name, how in (("migrated", migrate.upgrade), ("made", migrate.make)):
        (tmp_path / name).mkdir()
        store = Store(make_url(f"sqlite:///{tmp_path / name / 'desk.db'}"))
        how(store.engine)
        with store.engine.connect() as connection:
            assert migrate.version_of(connection) == migrate.HEAD
            looks.append(_all_that_is_made(connection))
        store.close()
    assert looks[0] == looks[1]
    assert len(looks[0]) > 100


def _all_that_is_made(connection: Connection) -> dict[object, object]:
    """Return columns, keys and indexes by table, in no order of theirs, and what is made by hand as it is written."""

    def rows(pragma: str, name: str) -> list[tuple[object, ...]]:
        return [tuple(row)[1:] for row in connection.exec_driver_sql(f"PRAGMA {pragma}({name})")]

    found: dict[object, object] = {}
    for name, words in connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all():
        found[name, "columns"] = set(rows("table_xinfo", name))
        found[name, "keys"] = {row[1:] for row in rows("foreign_key_list", name)}
        found[name, "virtual"] = words if words.startswith("CREATE VIRTUAL") else ""
        for index in rows("index_list", name):
            asked = "SELECT sql FROM sqlite_master WHERE name = ?"
            made = connection.exec_driver_sql(asked, (index[0],)).scalar() or ""
            found[name, index[0]] = index[1:], rows("index_xinfo", str(index[0])), made.partition("WHERE")[2]
    return found


def test_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate._SCRIPTS))
    assert ScriptDirectory.from_config(config).get_current_head() == migrate.HEAD


def test_a_store_of_the_first_day_is_brought_up_with_all_that_is_in_it(empty_database: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate._SCRIPTS))
    old = Store(make_url(empty_database), durable=True)
    config.attributes["engine"] = old.engine
    command.upgrade(config, "0001")
    conversation = "INSERT INTO conversation (id, mailbox_id, status, tier, channel, kind, priority, message_count)"
    rest = "'n1', 'email', 'care', 'normal', 0"
    with old.writing() as session:
        for statement in (
            "INSERT INTO mailbox VALUES (1, 'a', 'a@desk.example', '[]', '', NULL, '')",
            f"{conversation} VALUES (1, 1, 'spam', {rest}), (2, 1, 'open', {rest})",
            "UPDATE conversation SET joined_into = 1 WHERE id = 2",
            "INSERT INTO tag VALUES (1, 'late')",
            "INSERT INTO person (id, name, kind) VALUES (1, 'JOÃO  Ávila', 'customer'), (2, NULL, 'customer')",
        ):
            session.execute(text(statement))
    old.close()
    store = open_store(empty_database)
    with store.writing() as session:
        assert session.execute(text("SELECT trash FROM mailbox")).scalar_one() == ""
        session.execute(text("UPDATE conversation SET status = 'trash' WHERE id = 1"))
        rows = session.execute(text("SELECT id, queue_rank FROM conversation ORDER BY id")).all()
        assert [tuple(row) for row in rows] == [(1, 7), (2, 9)]
        assert session.execute(text("SELECT tag FROM tag")).scalar_one() == "late"
        folded = session.execute(text("SELECT folded FROM person ORDER BY id")).scalars().all()
        assert folded == ["joao avila", None], "names from before are found as well"
        with pytest.raises(IntegrityError), session.begin_nested():  # foreign keys hold again
            session.execute(text("INSERT INTO tag VALUES (99, 'late')"))
    with store.engine.connect() as connection:
        kept = {one["name"] for one in inspect(connection).get_indexes("conversation")}
    assert kept >= {index.name for index in SQLModel.metadata.tables["conversation"].indexes}
    store.close()


FIRST_DAY = {
    "agent": "id name",
    "person": "id name kind",
    "address": "person_id",
    "organization": "id name",
    "participant": "message_id person_id",  # of a conversation by its messages, which may be split off
    "mailbox": "name mailbox_group address aliases live_since",
    "conversation": "status assignee_id tier channel kind priority mailbox_id organization_id snoozed_until"
    " oldest_unanswered_at",
    "message": "direction key",
    "placement": "folder_id uid flags",
    "folder": "uidvalidity",
    "raw": "digest",
    "wanted": "id",
}
"""What would be painful to change later (DESIGN §3, "Tables that exist from the first day")."""


def test_the_tables_of_the_first_day_are_there(empty_database: str) -> None:
    store = open_store(empty_database)
    with store.engine.connect() as connection:
        found = inspect(connection)
        for name, columns in FIRST_DAY.items():
            there = {column["name"] for column in found.get_columns(name)}
            assert set(columns.split()) <= there, (name, there)
    store.close()


def test_a_copy_is_laid_before_each_migration_also_where_one_was_ended_amid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate._SCRIPTS))
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    old = Store(make_url(url), durable=True)
    config.attributes["engine"] = old.engine
    command.upgrade(config, "0001")
    old.close()

    def ended(_engine: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(migrate, "upgrade", ended)
        open_store(url)
    (tmp_path / f"desk.before-{migrate.HEAD}.part").write_bytes(b"half a copy")
    open_store(url).close()
    copies = sorted(tmp_path.glob("desk.before-*"))
    assert [one.name for one in copies] == [f"desk.before-{migrate.HEAD}", f"desk.before-{migrate.HEAD}-2"]
    for one in copies:
        assert one.stat().st_mode & 0o777 == 0o600
        with closing(sqlite_driver().connect(one)) as copy:
            assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)


def test_every_table_is_of_one_kind() -> None:
    listed = [model.__tablename__ for model in (*DECIDED, *DERIVED, *LOCAL, *LOG)]
    assert sorted(listed) == sorted({*SQLModel.metadata.tables, MailContent.__tablename__})


def test_the_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    open_store(str(tmp_path / "desk")).close()
    assert (tmp_path / "desk").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "desk" / "desk.db").stat().st_mode & 0o777 == 0o600


def test_a_store_from_a_newer_version_is_left_alone(store_url: str) -> None:
    store = open_store(store_url)
    with store.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(StoreTooNew) as caught:
        open_store(store_url)
    assert caught.value.version == "9999"


def test_what_is_no_store_is_said_to_be_damaged(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_bytes(b"this is a shopping list, not a database" * 100)
    with pytest.raises(StoreDamaged):
        open_store(str(tmp_path))


def test_a_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "desk").write_text("x")
    with pytest.raises((StoreMissing, StoreReadOnly)):
        open_store(str(tmp_path / "desk"))


def test_an_address_that_is_none_is_said() -> None:
    with pytest.raises(StoreMissing):
        open_store("mysql://somewhere/else")


def test_a_server_that_is_not_there_is_said() -> None:
    with pytest.raises(StoreMissing):
        open_store("postgresql://nobody@127.0.0.1:1/desk")


def test_raw_mail_comes_back_byte_for_byte(store: Store) -> None:
    raw = bytes(range(256)) * 9
    digest = b"d" * 32
    store.content.put({digest: raw})
    store.content.put({digest: raw})
    assert store.content.get(digest) == raw
    assert dict(store.content.each([digest])) == {digest: raw}


def test_the_sync_writes_by_one_connection_and_goes_on_after_it_was_kept_out(tmp_path: Path) -> None:
    store, other = open_store(str(tmp_path), durable=False), open_store(str(tmp_path))
    with store.writing() as session:
        first = session.connection()
    first.connection.dbapi_connection.execute("PRAGMA busy_timeout = 10")
    with other.writing(), pytest.raises(StoreLocked), store.writing():
        pytest.fail("two at a time")
    with pytest.raises(ValueError, match="given up"), store.writing() as session:
        insert(session.connection(), Agent, [{"id": 5, "name": "ana"}])
        raise ValueError("given up")
    with store.writing() as session:
        assert session.connection() is first
        assert session.connection().execute(select(table(Agent).c.id)).all() == []
    other.close()
    store.close()


def test_what_the_sync_writes_is_moved_beside_its_commits(tmp_path: Path) -> None:
    store = open_store(str(tmp_path), durable=False)
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar_one() == 0
    large = "x" * 1_000_000
    for number in range(1, 11):
        with store.writing() as session:
            insert(session.connection(), Agent, [{"id": number, "name": f"{number}{large}"}])
    until_true(lambda: (tmp_path / "desk.db").stat().st_size > 9_000_000, "the log is moved")
    store.close()
    assert not (tmp_path / "desk.db-wal").exists()
    again = open_store(str(tmp_path))
    with again.reading() as session:
        assert session.connection().execute(select(func.count()).select_from(table(Agent))).scalar_one() == 10
    again.close()


@pytest.mark.parametrize("name", ["desk.db", "mail.db"])
def test_a_desk_opened_twice_by_one_process_is_not_taken_for_unused_by_another(tmp_path: Path, name: str) -> None:
    """POSIX: to close a file gives up every lock that the process has on it, whichever descriptor took them."""
    with closing(open_store(str(tmp_path))) as first, closing(open_store(str(tmp_path))) as second:
        with first.writing() as session:
            insert(session.connection(), Agent, [{"id": 1, "name": "ana"}])
        first.content.put({digest_of(b"letter"): b"letter"})
        looking = (
            "import sqlite3, sys; it = sqlite3.connect(sys.argv[1]); it.execute('PRAGMA user_version'); it.close()"
        )
        subprocess.run([sys.executable, "-c", looking, str(tmp_path / name)], check=True)
        assert (tmp_path / f"{name}-wal").exists(), "who came last would have taken the log away from under us"
        with second.writing() as session:
            insert(session.connection(), Agent, [{"id": 2, "name": "rui"}])
    with closing(open_store(str(tmp_path))) as third, third.reading() as session:
        assert set(session.scalars(select(Agent.name))) == {"ana", "rui"}
        assert third.content.get(digest_of(b"letter")) == b"letter"


def test_who_closes_a_store_waits_for_whoever_writes(store: Store) -> None:
    """Else what was written would be lost, and the commit would say nothing."""
    began, goes_on = threading.Event(), threading.Event()

    def write() -> None:
        with store.writing() as session:
            insert(session.connection(), Agent, [{"id": 1, "name": "Inês"}])
            began.set()
            goes_on.wait(10)

    writer, closer = threading.Thread(target=write), threading.Thread(target=store.close)
    writer.start()
    assert began.wait(10)
    closer.start()
    closer.join(0.2)
    goes_on.set()
    writer.join()
    closer.join()
    with closing(open_store(store.url.render_as_string(hide_password=False))) as again, again.reading() as session:
        assert session.connection().execute(select(table(Agent).c.name)).scalars().all() == ["Inês"]
