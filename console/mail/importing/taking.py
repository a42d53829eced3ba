"""What was found is read and taken into the record, batch by batch, so that others can write in between."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final

from console.mail.importing.finding import Found, Skipped
from console.mail.parse import Unreadable, headers
from console.mail.parse.dates import read as read_date
from console.mail.reading import Readers
from storage.commands.intake import Counts, Delivery, take_in
from storage.events import Actor
from storage.kinds import QuarantineReason
from storage.kinds.mail import Parsed
from storage.search import index_more
from storage.store import Store
from storage.store.content import digest_of

IMPORT: Final = Actor(None, "import")
"""Who takes imported mail in: no agent, so that undo still reaches what an agent did before it."""

_KEPT_AT_ONCE: Final = 200  # messages written to the content store with one flush to the disk
_KEPT_BYTES: Final = 16_000_000
_LEAST, _MOST = 10, 200
_BATCH_SECONDS: Final = 0.05  # a transaction, so that an agent's write waits no longer
_AHEAD: Final = timedelta(days=1)  # of this clock that a Date may be


@dataclass(slots=True)
class Imported:
    """What an import did.

    Attributes:
        counts: what became of the messages; they add up.
        skipped: what was no message, and why.
    """

    counts: Counts = field(default_factory=Counts)
    skipped: list[Skipped] = field(default_factory=list)


def import_mail(
    store: Store,
    found: Iterable[Found | Skipped],
    *,
    mailbox_id: int,
    readers: Readers,
    report: Callable[[Imported], None] = lambda _: None,
    on_skipped: Callable[[Skipped], None] = lambda _: None,
    on_unread: Callable[[str, QuarantineReason], None] = lambda _source, _reason: None,
) -> Imported:
    """Take everything in that was found, and index it.

    Each batch is whole when it is in: an import that is broken off can be run again, and finds what it knows.

    Args:
        store: opened with ``durable=False``; the files are still there if the power fails.
        found: what `find` yields.
        mailbox_id: where it goes.
        readers: who parses.
        report: told after every batch.
        on_skipped: told of each thing that is no message, as it is met.
        on_unread: told of each message that is kept as raw text only: where it lies, and why.

    Raises:
        StoreTrouble: the store cannot be written to; the batches before are in.
    """
    done = Imported()
    size = 20

    def passing() -> Iterator[Found]:
        for one in found:
            if isinstance(one, Skipped):
                done.skipped.append(one)
                on_skipped(one)
            else:
                yield one

    deliveries = _deliveries(passing(), mailbox_id, readers)
    while kept := _some(deliveries):
        for delivery, _ in kept:
            if delivery.quarantined is not None:
                on_unread(delivery.source or "", delivery.quarantined)
        store.content.put({delivery.raw_digest: raw for delivery, raw in kept})
        waiting = [delivery for delivery, _ in kept]
        del kept
        while waiting:
            batch, waiting = waiting[:size], waiting[size:]
            with store.writing() as session:
                began = time.monotonic()
                taken = take_in(session, batch, now=datetime.now(UTC), actor=IMPORT)
                store.content.erase(taken.erased)
            size = _next_size(size, time.monotonic() - began, full=len(batch) == size)
            done.counts += taken.counts
        report(done)
    index_all(store)
    return done


def index_all(store: Store) -> None:
    """Bring the search index in step, in short transactions."""
    size = 100
    while True:
        with store.writing() as session:
            began = time.monotonic()
            looked_at = index_more(session, limit=size)
        if looked_at < size:
            return
        size = _next_size(size, time.monotonic() - began, full=True)


def _next_size(size: int, spent: float, *, full: bool) -> int:
    if spent > _BATCH_SECONDS:
        return max(_LEAST, int(size * _BATCH_SECONDS / spent * 0.8))
    return min(_MOST, size + size // 2) if full and spent < _BATCH_SECONDS / 2 else size


def _some(deliveries: Iterator[tuple[Delivery, bytes]]) -> list[tuple[Delivery, bytes]]:
    kept: list[tuple[Delivery, bytes]] = []
    size = 0
    for one in islice(deliveries, _KEPT_AT_ONCE):
        kept.append(one)
        size += len(one[1])
        if size > _KEPT_BYTES:
            break
    return kept


def _deliveries(found: Iterable[Found], mailbox_id: int, readers: Readers) -> Iterator[tuple[Delivery, bytes]]:
    aside: deque[Found] = deque()

    def raws() -> Iterator[bytes]:
        for one in found:
            aside.append(one)
            yield one.raw

    for result in readers.read(raws()):
        one = aside.popleft()
        parsed = result if isinstance(result, Parsed) else None
        yield (
            Delivery(
                mailbox_id=mailbox_id,
                raw_digest=digest_of(one.raw),
                size=len(one.raw),
                arrived_at=arrived_at(one, parsed),
                parsed=parsed,
                quarantined=result.reason if isinstance(result, Unreadable) else None,
                source=one.source,
            ),
            one.raw,
        )


def arrived_at(one: Found, parsed: Parsed | None) -> datetime:
    """Return when an imported message came: its Date, else its newest Received line, else the file's own time.

    A Date that lies in the future is a wrong clock's, and is not believed.
    """
    latest = datetime.now(UTC) + _AHEAD
    if parsed is not None and parsed.dated_at is not None and parsed.dated_at <= latest:
        return parsed.dated_at
    for name, value in headers(one.raw[:_HEADER_BYTES]):
        if name.lower() == "received":
            moment = read_date(value.rpartition(";")[2])
            if moment is not None and moment <= latest:
                return moment
            break
    return one.changed_at


_HEADER_BYTES: Final = 262_144
