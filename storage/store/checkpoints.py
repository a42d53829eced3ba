"""What the sync writes is moved from SQLite's log into its file beside the writing, never within a commit.

A checkpoint waits for the disk twice. Where it stands in a commit, as SQLite does it by itself, all of the sync waits
with it; a passive one by a connection of its own bars nobody (https://sqlite.org/wal.html#ckpt).
"""

import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

FRAMES: int = 8_000
"""Pages of the log beyond which it is begun anew: 32 MB."""

LEFT_TO_SYNC: int = 4 * FRAMES
"""Pages beyond which whoever else writes moves the log himself: 128 MB, so that no agent's commit does the sync's work.

Beside a first sync the log is over `FRAMES` again and again until it happens that nobody reads out of it.
"""

_MOVE_EVERY = 0.25  # seconds between two: pages that are written again and again are moved once
_FLUSH_EVERY = 0.02
_END_SECONDS = 10.0

_flushed = getattr(os, "fdatasync", os.fsync)  # which macOS has not


class _Beside:
    """A thread that does its part of the sync's writing some time after each commit, begun with the first one."""

    name = ""

    def __init__(self) -> None:
        self._wrote, self._over = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def wrote(self) -> None:
        """Hear that something was committed."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
            self._thread.start()
        self._wrote.set()

    def close(self) -> None:
        """End the thread; the last connection that closes does what is left."""
        if self._thread is not None:
            self._over.set()
            self._wrote.set()
            self._thread.join(_END_SECONDS)
            self._thread = None
            self._over.clear()

    def _news(self, every: float) -> bool:
        """Wait until something was written, but for so many seconds at least; say that this is not over."""
        self._over.wait(every)
        self._wrote.wait()
        self._wrote.clear()
        return not self._over.is_set()

    def _run(self) -> None:
        raise NotImplementedError


class Checkpoints(_Beside):
    """Moves the log of one store.

    Args:
        engine: the store's.
        gate: held by whoever writes in this process. What is written while the log is moved keeps it from being
            begun anew, so that a long one is moved once more while none of ours writes.
    """

    name = "checkpoints"

    def __init__(self, engine: Engine, gate: threading.Lock) -> None:
        super().__init__()
        self._engine = engine
        self._gate = gate

    def _run(self) -> None:
        driver: Any = self._engine.dialect.dbapi
        try:
            connection = self._engine.raw_connection()
        except driver.Error:
            return
        try:
            while self._news(_MOVE_EVERY):
                if self._move(connection, driver.Error) > FRAMES:
                    with self._gate:
                        self._move(connection, driver.Error)
        finally:
            connection.close()

    def _move(self, connection: Any, error: type[Exception]) -> int:
        """Move what can be moved now; return how long the log is."""
        cursor = connection.cursor()
        try:
            _, frames, _ = cursor.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except error:  # a full disk, which those who write are told of
            return 0
        finally:
            cursor.close()
        return int(frames)


class Flushes(_Beside):
    """Has the log written down to the disk soon after each commit of the sync, whose commits do not wait for that.

    An agent's commit does, and whatever the sync left is written down within it.

    Args:
        desk: the file whose log it is.
    """

    name = "flushes"

    def __init__(self, desk: Path) -> None:
        super().__init__()
        self._log = desk.with_name(f"{desk.name}-wal")

    def _run(self) -> None:
        while self._news(_FLUSH_EVERY):
            with suppress(OSError):  # a disk that fails says so to whoever writes
                # SQLite locks nothing in its log: to close it gives up no lock of this process, as of its file it would
                log = os.open(self._log, os.O_RDWR | os.O_CLOEXEC)
                try:
                    _flushed(log)
                finally:
                    os.close(log)
