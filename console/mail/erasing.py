"""The bytes of what was erased: found where no message leads to them, and taken out of the store's files."""

from collections.abc import Iterator, Sequence
from typing import Final

from storage.commands import erasing
from storage.store import Store
from storage.store.sweeping import sweep

_AT_ONCE: Final = 500


def unread_naming(store: Store, raw_ids: Sequence[int], names: Sequence[str]) -> tuple[int, ...]:
    """Return those of these deliveries, which nobody could read, whose bytes hold one of these names."""
    found: list[int] = []
    for at in range(0, len(raw_ids), _AT_ONCE):
        with store.reading() as session:
            digests = erasing.digests_of(session, raw_ids[at : at + _AT_ONCE])
        found += [digests[digest] for digest, raw in store.content.each(list(digests)) if _names(raw, names)]
    return tuple(sorted(found))


def stray_naming(store: Store, names: Sequence[str]) -> tuple[bytes, ...]:
    """Return the digests of bytes that hold one of these names and that no message leads to.

    A process that died between the two leaves such: bytes are written before the row that points at them.
    """
    found: list[bytes] = []
    for some in _stray(store):
        found += [digest for digest, raw in store.content.each(some) if _names(raw, names)]
    return tuple(found)


def _stray(store: Store) -> Iterator[list[bytes]]:
    for digests in store.content.digests(at_once=_AT_ONCE):
        with store.reading() as session:
            known = erasing.pointed_at(session, digests)
        if left := [digest for digest in digests if digest not in known]:
            yield left


def _names(raw: bytes, names: Sequence[str]) -> bool:
    """Say whether bytes hold one of these as they are; what lies encoded in them is not read."""
    low = raw.lower()
    return any(one.encode() in low for one in names)


def finish(store: Store) -> bool | None:
    """Take the bytes of what was erased out of the files, and everything else that the files hold of it.

    Idempotent, and of no effect where nothing waits for it: it may be called whenever a desk is opened.

    Returns:
        Whether the files hold nothing of it any more; ``False`` where another program has the desk open and a part
        goes when that is closed; `None` where there was nothing to do.

    Raises:
        StoreTrouble: the disk is full, or the store cannot be written to; it is still to be done.
    """
    with store.reading() as session:
        digests = erasing.unfinished(session)
    if digests is None:
        return None
    store.content.erase(digests)
    clean = sweep(store)
    with store.writing() as session:
        erasing.note_finished(session)
    return clean
