"""A PostgreSQL of our own for the tests: one cluster in a temporary folder, a fresh database for every test."""

import contextlib
import itertools
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql
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


@dataclass
class Postgres:
    """A running cluster, reached over a Unix socket in its own folder."""

    home: Path
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _templates: set[str] = field(default_factory=set)

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
            self._templates.add(name)
        return name

    def _tell(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.conninfo(), autocommit=True) as connection:
            connection.execute(statement)


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
