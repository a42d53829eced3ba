"""Whose turn it is to write: agents announce that they wait, and the sync lets them pass before its next batch."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOOK_EVERY = 0.002
_LET_PASS_FOR = 2.0  # seconds after which the sync goes on although somebody waits: nobody starves


class Turns:
    """A file beside the store that waiting agents lock together and that the sync tries alone.

    SQLite's busy handler is not fair: gaps between batches of the sync do not help an agent that sleeps
    between its tries (LIBRARIES, "Measured of speed"). The kernel frees the file's lock when a process dies,
    so nobody waits for the dead. PostgreSQL queues its waiters in order and needs none of this.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._tried: int | None = None

    @contextmanager
    def announced(self) -> Iterator[None]:
        """Say that an agent waits to write, for as long as the block takes."""
        if self._path is None:
            yield
            return
        handle = self._open()
        try:
            fcntl.flock(handle, fcntl.LOCK_SH)
            yield
        finally:
            os.close(handle)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else make or migrate the store meanwhile: two that find it empty would both begin."""
        if self._path is None:
            yield
            return
        handle = os.open(self._path.with_name("desk.making"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def let_pass(self) -> None:
        """Wait until no agent waits to write, at most two seconds."""
        until = time.monotonic() + _LET_PASS_FOR
        while self.somebody_waits() and time.monotonic() < until:
            time.sleep(_LOOK_EVERY)

    def somebody_waits(self) -> bool:
        """Say whether an agent waits to write; threads that ask at the same time do not take each other for one."""
        if self._path is None:
            return False
        if self._tried is None:
            self._tried = self._open()
        try:
            fcntl.flock(self._tried, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(self._tried, fcntl.LOCK_UN)
        return False

    def close(self) -> None:
        """Close the file."""
        if self._tried is not None:
            os.close(self._tried)
            self._tried = None

    def _open(self) -> int:
        assert self._path is not None
        return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
