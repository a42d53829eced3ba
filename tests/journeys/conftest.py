"""A desk in a folder of its own before a mailbox on Dovecot, for whole programs to run on."""

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from made.window import COMMAND, ROOT
from servers.dovecot import Dovecot

from console.config.editing import add_account
from console.config.settings import read_account
from storage.store import open_store


@dataclass(frozen=True)
class Ground:
    """What programs are told of one desk.

    Attributes:
        where: the options that name its store and its configuration.
        environment: its home and its password.
        user: of the mailbox on Dovecot.
    """

    folder: Path
    where: tuple[str, ...]
    environment: dict[str, str]
    server: Dovecot
    user: str

    def deliver(self, *messages: bytes) -> list[int]:
        """Let mail arrive in the mailbox, and return its UIDs."""
        return self.server.append(self.user, messages)


@pytest.fixture
def make_ground(dovecot: Dovecot, tmp_path: Path) -> Callable[[str], Ground]:
    """Make desks with one account each, and nothing synced yet: `make_ground("evil")`."""

    def make(name: str) -> Ground:
        folder = tmp_path / name
        folder.mkdir(mode=0o700)
        user, secret = dovecot.user(name)
        account = {
            "name": "support",
            "address": "support@example.org",
            "imap": f"127.0.0.1:{dovecot.port}",
            "user": user,
            "tls": "none",
            "live_since": "2026-06-01",
        }
        add_account(folder / "config.toml", read_account(account), now=datetime.now(UTC))
        open_store(str(folder / "desk")).close()
        return Ground(
            folder,
            ("--store", str(folder / "desk"), "--config", str(folder / "config.toml")),
            {
                "PLANTAO_HOME": str(folder),
                "PLANTAO_PASSWORD_SUPPORT": secret,
                "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            },
            dovecot,
            user,
        )

    return make


@pytest.fixture
def ground(make_ground: Callable[[str], Ground]) -> Ground:
    """A desk with one account, and nothing synced yet."""
    return make_ground("journey")


@pytest.fixture
def syncing(ground: Ground) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    """Start `plantao sync --watch` on the desk."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        environment = {**os.environ, **ground.environment, "PYTHONPATH": str(ROOT), "LANGUAGE": "en"}
        with (ground.folder / "sync.txt").open("ab") as log:
            process = subprocess.Popen(
                [*COMMAND, "sync", "--watch", *ground.where], env=environment, stdout=log, stderr=log
            )
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        process.wait(30)
