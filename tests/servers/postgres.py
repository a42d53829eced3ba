"""A PostgreSQL of our own for the tests: one cluster in a temporary folder, a database of its own for every test."""

import contextlib
import itertools
import shutil
import signal
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection, sql
from servers import grounds

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "autovacuum": "off",
    "timezone": "UTC",
}


_MUCH = 2_000_000  # bytes of rows: to remove them takes longer than a fresh database
_ALL = sql.SQL("SELECT * FROM {}")
_OURS = "relnamespace = 'public'::regnamespace"


@dataclass(frozen=True)
class _Template:
    """A database that others are copies of: how it is built, and the rows of those tables that have any."""

    shape: object
    rows: dict[str, list[tuple[Any, ...]]]


@dataclass
class Postgres:
    """A running cluster, reached over a Unix socket in its own folder."""

    home: Path
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _templates: dict[str, "_Template"] = field(default_factory=dict)
    _spare: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def url(self, database: str) -> str:
        """The address of one database for SQLAlchemy."""
        return f"postgresql+psycopg://plantao@/{database}?host={self.home}"

    def conninfo(self, database: str = "postgres") -> str:
        """The address of one database for psycopg."""
        return f"host={self.home} user=plantao dbname={database}"

    def create(self, template: str = "template1") -> str:
        """Make a fresh database as a copy of `template` and return its name."""
        name = f"desk{next(self._numbers)}"
        self._tell(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still connected."""
        self._tell(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def template(self, name: str, prepare: Callable[[str], None]) -> str:
        """Return the template `name`, made once for the session by `prepare(url)`, such as by running every migration."""
        if name not in self._templates:
            self._tell(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            prepare(self.url(name))
            with psycopg.connect(self.conninfo(name)) as connection:
                rows = {
                    table: connection.execute(_ALL.format(sql.Identifier(table))).fetchall()
                    for table in _filled(connection)
                }
                self._templates[name] = _Template(_shape(connection), rows)
        return name

    def lend(self, template: str) -> str:
        """Return a database that is as `template` is: one that was given back, else a fresh one.

        To empty one takes a hundredth of the time of a new one's copy of three hundred files.
        """
        return self._spare[template].pop() if self._spare[template] else self.create(template)

    def give_back(self, database: str, template: str) -> None:
        """Empty a database for whoever is lent it next; remove one that was built otherwise, or is very full."""
        with psycopg.connect(self.conninfo(database), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            clean = _emptied(connection, self._templates[template])
        if clean:
            self._spare[template].append(database)
        else:
            self.drop(database)

    def _tell(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.conninfo(), autocommit=True) as connection:
            connection.execute(statement)


def _shape(connection: Connection) -> object:
    """Return what is another as soon as a table, a column or an index is made, changed or removed."""
    columns = "attrelid, attnum, attname, atttypid, attnotnull, attisdropped"
    return connection.execute(
        f"SELECT md5(string_agg(({columns})::text, ' ' ORDER BY attrelid, attnum)) FROM pg_attribute"
        f" WHERE attrelid IN (SELECT oid FROM pg_class WHERE {_OURS})"
    ).fetchone()


def _filled(connection: Connection) -> dict[str, int]:
    """Return the tables that have or had rows, each with its bytes."""
    found = connection.execute(
        f"SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND {_OURS} AND pg_relation_size(oid) > 0"
    )
    return dict(found.fetchall())


def _emptied(connection: Connection, template: _Template) -> bool:
    """Give a database the rows of its template, and the planner nothing to remember; say whether that could be."""
    filled = _filled(connection)
    if _shape(connection) != template.shape or sum(filled.values()) > _MUCH:
        return False
    tables = [sql.Identifier(table) for table in filled]
    # In one go each, as one statement after the other takes twice as long; foreign keys do not matter, as all of it goes.
    connection.execute(
        sql.SQL("; ").join(
            [sql.SQL("SET LOCAL session_replication_role = replica")]
            + [sql.SQL("DELETE FROM {}").format(table) for table in tables]
        )
    )
    connection.execute(sql.SQL("VACUUM {}").format(sql.SQL(", ").join(tables)))
    rows = [
        sql.SQL("INSERT INTO {} VALUES ({})").format(sql.Identifier(name), sql.SQL(", ").join(map(sql.Literal, row)))
        for name, rows in template.rows.items()
        for row in rows
    ]
    forgotten = [
        sql.SQL(f"UPDATE pg_class SET reltuples = -1, relpages = 0, relallvisible = 0 WHERE {_OURS}"),
        sql.SQL(f"DELETE FROM pg_statistic WHERE starelid IN (SELECT oid FROM pg_class WHERE {_OURS})"),
    ]
    connection.execute(sql.SQL("; ").join(rows + forgotten))
    return True


def _bin() -> Path | None:
    """Find the folder of the newest PostgreSQL."""
    folders = list(Path("/usr/lib/postgresql").glob("*/bin"))
    folders = [each for each in folders if (each / "initdb").exists() and each.parent.name.isdigit()]
    if folders:
        return max(folders, key=lambda each: int(each.parent.name))
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextlib.contextmanager
def running() -> Iterator[Postgres]:
    """Run a cluster for the length of the block; skip, or fail where CI=true, when PostgreSQL is not installed."""
    binaries = _bin()
    if binaries is None:
        grounds.missing("PostgreSQL is not installed, so nothing was tested on it")
    home = grounds.folder("plantao-postgres-")
    try:
        data = home / "data"
        initdb = [binaries / "initdb", "-D", data, "-U", "plantao", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"]
        made = subprocess.run(
            grounds.unprivileged(initdb, dies_with_us=False), capture_output=True, check=False, cwd=home
        )
        assert made.returncode == 0, made.stderr.decode(errors="replace")
        options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        command = [binaries / "postgres", "-D", data, "-k", home, *options]
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(grounds.unprivileged(command), stdout=log, stderr=log, cwd=home)
        server = Postgres(home)

        def accepts() -> bool:
            try:
                psycopg.connect(server.conninfo(), connect_timeout=5).close()
            except psycopg.OperationalError:
                return False
            return True

        try:
            grounds.until_true(accepts, "PostgreSQL", process=process)
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # a fast shutdown
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
    finally:
        grounds.remove(home)
