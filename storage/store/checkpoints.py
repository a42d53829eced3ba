"""What the sync writes is moved from SQLite's log into its file beside the writing, never within a commit.

A checkpoint waits for the disk twice. Where it stands in a commit, as SQLite does it by itself, all of the sync waits
with it; a passive one by a connection of its own bars nobody (https://sqlite.org/wal.html#ckpt).
"""

import threading
from typing import Any

from sqlalchemy import Engine

FRAMES: int = 8_000
"""Pages of the log beyond which it is begun anew: 32 MB."""

LEFT_TO_SYNC: int = 4 * FRAMES
"""Pages beyond which whoever else writes moves the log himself: 128 MB, so that no agent's commit does the sync's work.

Beside a first sync the log is over `FRAMES` again and again until it happens that nobody reads out of it.
"""

_PAUSE = 0.25  # seconds between two: pages that are written again and again are moved once
_END_SECONDS = 10.0


class Checkpoints:
    """A thread that moves the log of one store, begun with the first writing.

    Args:
        engine: the store's.
        gate: held by whoever writes in this process. What is written while the log is moved keeps it from being
            begun anew, so that a long one is moved once more while none of ours writes.
    """

    def __init__(self, engine: Engine, gate: threading.Lock) -> None:
        self._engine = engine
        self._gate = gate
        self._wrote, self._over = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def wrote(self) -> None:
        """Hear that something was committed."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
            self._thread.start()
        self._wrote.set()

    def close(self) -> None:
        """End the thread; the last connection that closes moves what is left."""
        if self._thread is not None:
            self._over.set()
            self._wrote.set()
            self._thread.join(_END_SECONDS)
            self._thread = None
            self._over.clear()

    def _run(self) -> None:
        driver: Any = self._engine.dialect.dbapi
        try:
            connection = self._engine.raw_connection()
        except driver.Error:
            return
        try:
            while self._wrote.wait() and not self._over.is_set():
                self._wrote.clear()
                if self._move(connection, driver.Error) > FRAMES:
                    with self._gate:
                        self._move(connection, driver.Error)
                self._over.wait(_PAUSE)
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
