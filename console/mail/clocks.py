"""What whoever holds the sync's lease does for clocks: moments that came are recorded, and rows made anew."""

from collections.abc import Callable
from datetime import UTC, datetime

from storage.commands import clocks
from storage.store import Store


def note_due(store: Store) -> int:
    """Record the warnings and breaches of clocks whose moment has come; return how many."""
    now = datetime.now(UTC)
    with store.reading() as session:
        due = clocks.any_due(session, now=now)
    if not due:
        return 0
    with store.writing() as session:
        return clocks.note_due(session, now=now)


def bring_up(store: Store) -> None:
    """Make the clocks anew that another version made, or none, as in stores from before there were any."""
    with store.reading() as session:
        anew = clocks.outdated(session)
    if anew:
        make_anew(store)


def make_anew(store: Store, report: Callable[[int], None] = lambda _: None) -> int:
    """Make the clocks of all conversations anew, in lots; return how many rows are not as they were.

    Args:
        store: where.
        report: told after each lot how many conversations are done.
    """
    last, done, changed = 0, 0, 0
    while True:
        with store.writing() as session:
            lot = clocks.rebuild_lot(session, after=last)
        if lot.last is None:
            return changed
        last, done, changed = lot.last, done + lot.done, changed + lot.changed
        report(done)
