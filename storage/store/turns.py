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
        self._consoles = path.with_name("desk.consoles") if path is not None else None
        self._attending: int | None = None
        self._looked: int | None = None

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
        handle = _opened(self._path.with_name("desk.making"))
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
        return _is_held(self._tried)

    def attend(self) -> None:
        """Say that an agent sits before this store and may write at any moment, until the file is closed."""
        if self._consoles is not None and self._attending is None:
            self._attending = _opened(self._consoles)
            fcntl.flock(self._attending, fcntl.LOCK_SH)

    def attended(self) -> bool:
        """Say whether an agent sits before this store, at any console; where that cannot be known, that one does."""
        if self._consoles is None:
            return True
        if self._looked is None:
            self._looked = _opened(self._consoles)
        return _is_held(self._looked)

    def close(self) -> None:
        """Close the files."""
        for handle in (self._tried, self._attending, self._looked):
            if handle is not None:
                os.close(handle)
        self._tried = self._attending = self._looked = None

    def _open(self) -> int:
        assert self._path is not None
        return _opened(self._path)


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _is_held(handle: int) -> bool:
    """Say whether anybody else has a lock on a file, held together or alone."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(handle, fcntl.LOCK_UN)
    return False
