"""A desk before a real Dovecot: mailboxes, and a store opened as the sync opens it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from servers.boxes import Box
from servers.dovecot import Dovecot

from console.config.accounts import Account
from storage.store import Store, open_store


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty")
    open_store(str(folder)).close()
    return folder


@pytest.fixture
def sync_store(empty_store: Path, tmp_path: Path) -> Iterator[Store]:
    """A store opened as the sync opens it."""
    shutil.copytree(empty_store, tmp_path / "desk")
    store = open_store(str(tmp_path / "desk"), durable=False)
    yield store
    store.close()


@pytest.fixture
def box(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Box]:
    """Make mailboxes: `box("support", archive="Archive")`."""

    def make(name: str = "support", *, port: int | None = None, **settings: object) -> Box:
        user, secret = dovecot.user(name)
        with dovecot.other_client(user, None) as client:
            client.create("Sent")
        monkeypatch.setenv(f"PLANTAO_PASSWORD_{name.upper()}", secret)
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        account = Account.model_validate(
            {
                "name": name,
                "address": f"{name}@example.org",
                "imap": f"127.0.0.1:{port or dovecot.port}",
                "user": user,
                "tls": "none",
                "sent": "Sent",
                "live_since": "2026-06-01",
                **settings,
            }
        )
        return Box(dovecot, user, account)

    return make
