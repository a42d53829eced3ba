"""What the database does for the sync is ended in its midst as soon as an agent waits for the store's lock.

A step that gives its batch up only between two statements makes the agent wait for the longest of them; of the index
that is the commit, in which FTS5 writes down all that it was given. SQLite ends either where it is, and takes the
whole transaction back (https://sqlite.org/c3ref/interrupt.html).
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from storage.store.turns import Turns

_LOOK_EVERY: Final = 0.002  # seconds
_END_SECONDS: Final = 10.0


class Waited(Exception):
    """Somebody came to wait for the lock that a transaction holds."""


class Interrupting:
    """A thread that looks whether an agent waits, while a transaction that is given up for one is under way.

    It looks mostly while SQLite works, which lets other threads run.

    Args:
        turns: of the store.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._guard = threading.Lock()
        self._driver: Any = None  # the connection that may be interrupted
        self._cut = False
        self._begun, self._over = threading.Event(), False
        self._thread: threading.Thread | None = None

    @contextmanager
    def ending(self, driver: Any) -> Iterator[Callable[[], bool]]:
        """Let what this connection of the driver does be ended for an agent; yield what says whether one waits.

        Raises:
            Waited: it was ended, or the block found out by itself; nothing of the transaction is left.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="interrupting", daemon=True)
            self._thread.start()
        with self._guard:
            self._driver, self._cut = driver, False
        self._begun.set()
        try:
            # What was ended stays ended though the agent is through by now: its transaction is no more.
            yield lambda: self._cut or self._turns.somebody_waits()
        except Exception:
            if self._let_go():
                raise Waited from None
            raise
        finally:
            self._let_go()

    def close(self) -> None:
        """End the thread."""
        if self._thread is not None:
            with self._guard:
                self._over = True
                self._begun.set()
            self._thread.join(_END_SECONDS)
            self._thread, self._over = None, False
            self._begun.clear()

    def _let_go(self) -> bool:
        """Leave the connection alone from now on; say whether it was interrupted."""
        with self._guard:
            if not self._over:  # else the thread would wait for a beginning, and whoever closes for the thread
                self._begun.clear()
            self._driver = None
            return self._cut

    def _run(self) -> None:
        while self._begun.wait() and not self._over:
            time.sleep(_LOOK_EVERY)
            with self._guard:
                if self._driver is not None and not self._cut and self._turns.somebody_waits():
                    self._cut = True
                    self._driver.interrupt()
