"""The fixtures of every test: real servers on loopback, started when first asked for."""

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

if TYPE_CHECKING:
    from servers.dovecot import Dovecot
    from servers.postgres import Postgres
    from servers.proxy import Faults, Proxy


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
