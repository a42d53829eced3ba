"""Starts the demo's IMAP and SMTP server in one child process, and ends it whatever happens."""

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

import console
from console.demo.company import mailboxes
from console.demo.shapes import DemoAccount, DemoNeedsExtra, DemoServersFailed

LIBRARIES = ("pymap", "aiosmtpd")
READY_IN = 60.0  # seconds that a slow machine may take to write and lay the mail
END_IN = 5.0  # seconds to end by itself, then it is killed


@dataclass(frozen=True, slots=True)
class DemoServers:
    """Where the servers are.

    Attributes:
        imap_port, smtp_port: on 127.0.0.1, without TLS.
        accounts: the mailboxes, with user and password.
        pid: of the server process.
        left: the folder where mail that was sent to people outside is kept, one file each.
    """

    imap_port: int
    smtp_port: int
    accounts: tuple[DemoAccount, ...]
    pid: int
    left: Path


def check_extra() -> None:
    """Make sure that the extra `demo` is installed.

    Raises:
        DemoNeedsExtra: a library is missing; names it.
    """
    missing = tuple(name for name in LIBRARIES if find_spec(name) is None)
    if missing:
        raise DemoNeedsExtra(missing)


@contextmanager
def demo_servers(
    folder: Path, *, now: datetime, seed: int = 1, live: bool = True, every: float = 30.0
) -> Iterator[DemoServers]:
    """Serve the company's mail while the block runs.

    The process ends with the block, with this process however it dies (its standard input ends), and ignores the
    keys of the terminal.

    Args:
        folder: an existing folder for what the servers keep: their log, and mail that left.
        now: the moment, aware, that the history leads up to.
        seed: of everything that varies.
        live: whether new mail arrives while it runs.
        every: mean seconds between two new mails.

    Raises:
        DemoNeedsExtra: pymap or aiosmtpd is not installed.
        DemoServersFailed: the servers did not start.
    """
    check_extra()
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    command = [sys.executable, "-m", "console.demo.serve", "--folder", str(folder), "--now", now.isoformat()]
    command += ["--seed", str(seed), "--parent", str(os.getpid()), *(["--every", str(every)] if live else [])]
    root = str(Path(console.__file__).resolve().parent.parent)
    search = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    log = folder / "servers.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own module, by our own interpreter
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "PYTHONPATH": search},
            start_new_session=True,  # ^C and ^Z are for the console
        )
    try:
        ports = _ports(process, log)
        accounts = tuple(mailboxes(now, seed))
        yield DemoServers(ports["imap"], ports["smtp"], accounts, process.pid, folder / "left")
    finally:
        _end(process)


def _ports(process: "subprocess.Popen[bytes]", log: Path) -> dict[str, int]:
    """Wait for the line that says where the servers listen."""
    assert process.stdout is not None
    line = b""
    until = time.monotonic() + READY_IN
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while not line.endswith(b"\n") and (left := until - time.monotonic()) > 0:
            if selector.select(left):
                some = os.read(process.stdout.fileno(), 4096)
                if not some:
                    break
                line += some
    try:
        ports = json.loads(line)
        return {"imap": int(ports["imap"]), "smtp": int(ports["smtp"])}
    except (ValueError, KeyError, TypeError):
        tail = log.read_text("utf-8", "replace").splitlines()[-5:]
        raise DemoServersFailed("\n".join(tail)) from None


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the process: ask by closing its standard input, then insist."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.stdout.close()
    try:
        process.wait(END_IN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
