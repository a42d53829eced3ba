"""Engines for both databases: the SQLite driver that is current, its settings, and whose locks are taken how."""

import time
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

from storage.drivers import sqlite_driver
from storage.store.checkpoints import LEFT_TO_SYNC

WRITING = "plantao_writing"
"""The execution option of a connection whose transaction takes the store's lock at its start."""

LOCK_KEY = 0x706C616E
"""The advisory lock under which everything is written on PostgreSQL ("plan")."""

BUSY_SECONDS = 10
"""How long a writer waits for the store's lock before it says that the store is locked."""

_TRY_EVERY = 0.001  # seconds between two tries; SQLite's own grow to 100 ms, long after the lock was freed


def make_engine(url: URL, *, durable: bool, forgets: bool = False) -> Engine:
    """Return an engine for `url`.

    Args:
        url: a SQLite file or a PostgreSQL database.
        durable: whether a commit is on the disk when it returns: what an agent does must be; what the sync
            writes is fetched again, and the order of writing keeps the store whole either way.
        forgets: whether what is deleted is written over at once, which costs where much is deleted.
    """
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, durable=durable, forgets=forgets)
    return _postgres(url, durable=durable)


def _sqlite(url: URL, *, durable: bool, forgets: bool) -> Engine:
    # What is prepared is kept: a batch of the sync alone runs some sixty statements, some for lists of several lengths.
    arguments = {"timeout": BUSY_SECONDS, "check_same_thread": False, "cached_statements": 512}
    # The connection that was used last comes first: it has pages and statements at hand.
    engine = create_engine(url, module=sqlite_driver(), connect_args=arguments, pool_use_lifo=True)

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, see `_begin`
        cursor = connection.cursor()
        for pragma in (
            "journal_mode = WAL",
            "foreign_keys = ON",
            f"synchronous = {'FULL' if durable else 'NORMAL'}",
            "temp_store = MEMORY",
            "cache_size = -16000",
            "journal_size_limit = 67108864",
            f"wal_autocheckpoint = {LEFT_TO_SYNC if durable else 0}",  # the sync's log is moved beside it
            "recursive_triggers = OFF",
            f"secure_delete = {'ON' if forgets else 'OFF'}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITING):
            _begin_to_write(connection)
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


def _begin_to_write(connection: Connection) -> None:
    """Take the store's lock as soon as it is free."""
    driver: Any = connection.connection.driver_connection
    until = time.monotonic() + BUSY_SECONDS
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        while time.monotonic() < until:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except connection.dialect.dbapi.OperationalError as error:  # type: ignore[union-attr]
                if "locked" not in str(error):
                    break
                time.sleep(_TRY_EVERY)
            else:
                return
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # which says what is wrong
    finally:
        driver.execute(f"PRAGMA busy_timeout = {1000 * BUSY_SECONDS}")


def _postgres(url: URL, *, durable: bool) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"), isolation_level="READ COMMITTED", pool_pre_ping=True
    )

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
            cursor.execute("SET timezone = 'UTC'")
            if not durable:
                cursor.execute("SET synchronous_commit = off")
        connection.commit()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # READ COMMITTED, not REPEATABLE READ: the snapshot must be taken after the lock is held, or two
        # writers thread one customer's mail into two conversations, with no error.
        if connection.get_execution_options().get(WRITING):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK_KEY})")

    return engine
