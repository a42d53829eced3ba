"""The store fixture: every test of the record runs on both engines."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import Store, open_store


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store, migrated once; each test gets a copy."""
    folder = tmp_path_factory.mktemp("template")
    open_store(str(folder)).close()
    return folder


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty store of this test's own."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        shutil.copytree(template, tmp_path / "desk")
        yield f"sqlite:///{tmp_path / 'desk' / 'desk.db'}"
        return
    yield request.getfixturevalue("postgres_desk")()


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An empty store, open as an agent's."""
    store = open_store(store_url)
    yield store
    store.close()


@pytest.fixture
def second_store(request: pytest.FixtureRequest, store_url: str, tmp_path: Path) -> Iterator[Store]:
    """Another empty store on the same engine, to replay into."""
    if store_url.startswith("sqlite"):
        shutil.copytree(request.getfixturevalue("sqlite_template"), tmp_path / "second")
        url = str(tmp_path / "second")
    else:
        url = request.getfixturevalue("postgres_desk")()
    store = open_store(url)
    yield store
    store.close()
