"""The fixtures of every test: real servers on loopback, started when first asked for."""

import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

# The same examples every time, and no clock: a slow machine is no error. Fuzzing with other seeds is for `make soak`.
settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("house")

sys.path.insert(0, str(Path(__file__).parent))  # so that `servers` can be imported under --import-mode=importlib

from made import changed, compiled, long  # noqa: E402

compiled.share()

MEMORY, ROOM = Path("/dev/shm"), 4 << 30  # bytes
if (
    MEMORY.is_dir()
    and os.access(MEMORY, os.W_OK)
    and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC  # tests write programs too
    and shutil.disk_usage(MEMORY).free > ROOM
):
    # A commit waits for the disk, five milliseconds each; what is kept in memory is written as in any other file.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

LEFT_TO_TEST = (
    "/corpus/",
    "/journeys/",
    "/console/demo/",
    "/console/cli/test_cli_is_light",
    "/console/cli/test_cli_hostile_mail",
    "/console/cli/test_cli_accounts_and_sync",
    "/console/cli/test_cli_troubles",
    "/console/cli/test_cli_on_postgresql",
    "/console/mail/imap/test_imap_answers_fuzz",
    "/console/mail/parse/test_corpus_scores",
    "/console/mail/parse/test_hostile_messages",
    "/console/mail/parse/test_parts_against_the_library",
    "/console/mail/sync/test_sync_on_postgres",
    "/storage/test_record_and_replay",
    "/storage/test_two_writers",
    "/storage/commands/intake/test_threads_of_a_set",
    "in_parts_as_one_action",
    "two_thousand_messages",
    "a_count_ends_at_a_thousand",
)
"""What `make check` has no time for: the corpus, whole stories, fuzzing, random lives, many processes."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark as slow what is left to `make test`: the places above, the second engine, and what was measured as long.

    Not what stands in a file that differs from the last commit of main: who changes a test has it run.
    """
    written = changed.files(config.rootpath)
    measured = long.names()
    for item in items:
        if item.path not in written and (
            "[postgresql" in item.nodeid
            or long.name_of(item.nodeid) in measured
            or any(place in f"/{item.nodeid}" for place in LEFT_TO_TEST)
        ):
            item.add_marker("slow")


if os.environ.get("PLANTAO_KEEP_LONG") and "PYTEST_XDIST_WORKER" not in os.environ:
    pytest_runtest_logreport = long.measure

    def pytest_sessionfinish(exitstatus: int) -> None:
        """Keep what was measured."""
        long.keep(exitstatus)


def pytest_collection_finish() -> None:
    """Spare the collector of garbage the eight thousand tests, which stay to the end."""
    gc.collect()
    gc.freeze()


if TYPE_CHECKING:
    from servers.dovecot import Dovecot
    from servers.postfix import Postfix
    from servers.postgres import Postgres
    from servers.proxy import Faults, Proxy
    from servers.smtp import FaultySmtp


@pytest.fixture(scope="session")
def dovecot() -> Iterator["Dovecot"]:
    """A Dovecot on loopback, one for the session; make users of your own."""
    from servers import dovecot as module

    with module.running() as server:
        yield server


@pytest.fixture
def proxy() -> Iterator[Callable[..., "Proxy"]]:
    """Make proxies: `proxy(port, Faults(cut_after=1000))`; they are closed after the test."""
    from servers import proxy as module

    with ExitStack() as stack:

        def make(port: int, faults: "Faults | None" = None) -> "Proxy":
            return stack.enter_context(module.before(port, faults))

        yield make


@pytest.fixture(scope="session")
def postfix() -> Iterator["Postfix"]:
    """A Postfix on loopback, one for the session: write to addresses of your own, as what others sent lies there too."""
    from servers import postfix as module

    with module.running() as server:
        yield server


@pytest.fixture
def faulty_smtp() -> Iterator["FaultySmtp"]:
    """An SMTP server for this test alone, which goes wrong at every step that `at` names."""
    from servers import smtp as module

    with module.running() as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator["Postgres"]:
    """A PostgreSQL cluster, one for the session."""
    from servers import postgres as module

    with module.running() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: "Postgres") -> Iterator[str]:
    """The SQLAlchemy address of an empty database, for this test alone."""
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def postgres_desk(postgres: "Postgres") -> Iterator[Callable[[], str]]:
    """Make empty stores on PostgreSQL, for this test alone; gives the SQLAlchemy address of each."""
    from storage.store import open_store

    template = postgres.template("migrated", lambda url: open_store(url).close())
    with ExitStack() as stack:

        def lend() -> str:
            name = postgres.lend(template)
            stack.callback(postgres.give_back, name, template)
            return postgres.url(name)

        yield lend
