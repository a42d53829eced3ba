"""The bytes of what was erased: found where nobody could read them, and taken out of the store's files."""

from collections.abc import Sequence
from typing import Final

from storage.commands import erasing
from storage.rules.named import Names
from storage.store import Store
from storage.store.sweeping import sweep

_AT_ONCE: Final = 500


def unread_naming(store: Store, raw_ids: Sequence[int], addresses: Sequence[str]) -> tuple[int, ...]:
    """Return those of these deliveries, which nobody could read, in whose bytes one of these addresses stands.

    Addresses alone: names stand in too much, and what lies encoded in such mail is not read.
    """
    names = Names(addresses)
    found: list[int] = []
    for at in range(0, len(raw_ids), _AT_ONCE):
        with store.reading() as session:
            digests = erasing.digests_of(session, raw_ids[at : at + _AT_ONCE])
        found += [
            digests[digest]
            for digest, raw in store.content.each(list(digests))
            if names.stand_in(raw.decode("utf-8", "replace"))
        ]
    return tuple(sorted(found))


def finish(store: Store) -> bool | None:
    """Take the bytes of what was erased out of the files, and everything else that the files hold of it.

    Idempotent, and of no effect where nothing waits for it: it may be called whenever a desk is opened.

    Returns:
        Whether the files hold nothing of it any more; ``False`` where another program has the desk open and a part
        goes with the next one that finishes; `None` where there was nothing to do.

    Raises:
        StoreTrouble: the disk is full, or the store cannot be written to; it is still to be done.
    """
    with store.reading() as session:
        digests = erasing.unfinished(session)
    if digests is None:
        return None
    store.content.erase(digests)
    clean = sweep(store)
    if clean:
        with store.writing() as session:
            erasing.note_finished(session)
    return clean
