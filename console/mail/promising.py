"""Promises whose time passed before they were kept are written down as broken: each once, with when it was due."""

import time
from datetime import datetime
from typing import Final

from storage.commands import promising
from storage.events import Actor
from storage.queries.promises import unbroken
from storage.store import Store

AT_ONCE: Final = 200
"""Promises of which that is written down at once."""

_EVERY: Final = 10.0  # seconds between two looks


class Broken:
    """Looks for promises whose time has passed, now and then; the holder of the sync lease has one.

    Args:
        store: where.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._looked = float("-inf")

    def look(self, now: datetime) -> int:
        """Write down what is broken, unless it was looked a short while ago; return how many promises are."""
        if time.monotonic() - self._looked < _EVERY:
            return 0
        self._looked = time.monotonic()
        return note_broken(self._store, now=now)


def note_broken(store: Store, *, now: datetime) -> int:
    """Write down of every promise whose time has passed that it is broken, unless it is known; return how many."""
    noted = 0
    while True:
        with store.reading() as session:
            if not unbroken(session, now=now, limit=1):
                return noted
        with store.writing() as session:
            noted += len(promising.note_broken(session, actor=Actor(None, "clock"), now=now, limit=AT_ONCE))
