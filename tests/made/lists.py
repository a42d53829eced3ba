"""Lists of common words as a sync that stays makes them, whatever the size of the desk."""

from datetime import UTC, datetime

from storage.search import postings
from storage.store import Store

NOW = datetime(2026, 9, 1, tzinfo=UTC)


def make_lists(store: Store, *, steps: int | None = None, now: datetime = NOW) -> int:
    """Make the lists, or bring them up, and say in how many steps; of them at most `steps`."""
    with store.writing() as session:
        postings.begin(session)
    maker = postings.Maker()
    done = 0
    more = True
    while more and done != steps:
        with store.reading() as session:
            gathered = maker.gather(session)
        assert gathered is not None
        with store.writing() as session:
            more = postings.keep(session, gathered, now=now)
        done += 1
    return done
