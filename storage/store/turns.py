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
        if self._path is None:
            return
        handle = self._open()
        try:
            until = time.monotonic() + _LET_PASS_FOR
            while time.monotonic() < until:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    time.sleep(_LOOK_EVERY)
                else:
                    return
        finally:
            os.close(handle)

    def _open(self) -> int:
        assert self._path is not None
        return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
