"""Lists of common words, made of the search index by a sync that stays, while nothing comes."""

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from storage.store import Store

if TYPE_CHECKING:
    from storage.search.postings import Maker

LOOKS_EVERY: Final = 300.0
"""Seconds between two looks whether they should be brought up."""


class Listing:
    """Makes the lists a step at a time: some 50 ms of reading, and then a few of writing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._maker: Maker | None = None
        self._looked = float("-inf")

    def go_on(self) -> bool:
        """Do one step, if any is to be done; say whether there is more to do."""
        if self._maker is None and time.monotonic() - self._looked < LOOKS_EVERY:
            return False
        from storage.search import postings  # the bitmaps' library is of no use to a sync that ends

        self._looked, now = time.monotonic(), datetime.now(UTC)
        if self._maker is None:
            with self._store.reading() as session:
                if not postings.wanted(session, now=now):
                    return False
            with self._store.writing() as session:
                postings.begin(session)
            self._maker = postings.Maker()
        with self._store.reading() as session:
            gathered = self._maker.gather(session)
        more = False
        if gathered is not None:
            with self._store.writing() as session:
                more = postings.keep(session, gathered, now=now)
        if not more:
            self._maker = None
        return more
