"""From the wire into the record: bodies are read, kept, and taken in by batches that let others write in between."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, Self

from sqlmodel import Session

from console.mail.imap.errors import ImapError
from console.mail.imap.rows import Fetched, TooLarge
from console.mail.parse import Unreadable
from console.mail.reading import READ_AT_ONCE, Readers
from console.mail.sync.pace import Pace
from storage.commands import syncing
from storage.commands.intake import Counts, Delivery, Place, TakenIn, take_in
from storage.kinds import QuarantineReason
from storage.kinds.mail import Parsed
from storage.search import Ready
from storage.store import Store
from storage.store.content import Content, digest_of

BATCH_SECONDS: Final = 0.05
"""How long a transaction of the sync may hold the store's lock; batches grow and shrink towards it.

They are of the processor where a transaction is ended in its midst for an agent, and longer where none sits at a
console. Beside one, twice as long gave an undo a p95 of 55 and 92 ms instead of 28 and 35 (docs/decisions/0039)."""

_KEPT_AT_ONCE = 200  # bodies written to the content store with one flush to the disk
_KEPT_BYTES = 4_000_000  # of them, unless one alone is larger
_KEEPING_MOST = 2  # such lots on their way to the disk


@dataclass(frozen=True, slots=True)
class Target:
    """Where fetched mail belongs."""

    mailbox_id: int
    folder_id: int
    sent: bool
    uidvalidity: int


@dataclass(frozen=True, slots=True)
class Passed:
    """Stands among messages, and is told once all that came before it is taken in."""

    tell: Callable[[], None]


class Taker:
    """Takes fetched messages in; one for each thread that fetches.

    Args:
        store: opened for the sync (not durable: what a crash takes back is fetched again).
        readers: who parses.
        ready: gets what was read, for the indexing that follows.
        taken: told when there is something to index, and no more comes for now.
    """

    def __init__(self, store: Store, readers: Readers, ready: Ready, taken: Callable[[], None] = lambda: None) -> None:
        self._taken = taken
        self._ready = ready
        self._store = store
        self._readers = readers
        self._gives_way = store.path is not None  # on PostgreSQL an agent waits for the whole of a batch
        self._pace = Pace(BATCH_SECONDS)
        self.longest = 0.0
        """Seconds of the longest transaction so far."""

    def take(self, messages: Iterable[Fetched | TooLarge | Passed], target: Target, *, few: bool = False) -> Counts:
        """Read and take in messages; return what became of them.

        Args:
            messages: as the session gives them; drawn while others are being parsed.
            target: the folder that they lie in.
            few: what has been read is taken in while the rest is, as long as one reader reads it all.

        Raises:
            ImapError: as the session did; what it had given before is taken in.
        """
        total = Counts()
        with _Bodies(self._store.content) as bodies:
            batch: list[Delivery] = []
            most = self._size(few=few)
            for one in self._deliveries(messages, target, bodies):
                if isinstance(one, Delivery):
                    batch.append(one)
                if batch and (isinstance(one, Passed) or len(batch) >= most):
                    total += self._take_kept(batch, bodies)
                    batch, most = [], self._size(few=few)
                if isinstance(one, Passed):
                    one.tell()
            if batch:
                total += self._take_kept(batch, bodies)
            if total.fetched:
                self._taken()
            bodies.raise_lost()
        return total

    def _size(self, *, few: bool) -> int:
        """Return how many messages the next transaction takes: of few, as many as a reader gives back at once."""
        if not (few or self._gives_way):
            return self._pace.size
        fitting = self._pace.worked_size(alone=not self._store.turns.attended())
        return min(READ_AT_ONCE, fitting) if few else fitting

    def expect(self, count: int) -> None:
        """Get ready for so many messages."""
        self._readers.expect(count)

    def refuse(self, uids: Iterable[int], target: Target) -> Counts:
        """Put down messages that the server lists and does not give, so that they are not lost from sight."""
        now = datetime.now(UTC)
        deliveries = [
            Delivery(
                mailbox_id=target.mailbox_id,
                raw_digest=_place_digest(target, uid),
                size=0,
                arrived_at=now,
                quarantined=QuarantineReason.REFUSED,
                place=Place(target.folder_id, uid, ""),
            )
            for uid in uids
        ]
        return self._take_batch(deliveries) if deliveries else Counts()

    def _take_kept(self, batch: list[Delivery], bodies: "_Bodies") -> Counts:
        bodies.must_be_kept(one.raw_digest for one in batch)
        return self._take_batch(batch)

    def _take_batch(self, batch: list[Delivery]) -> Counts:
        total = Counts()
        while batch:
            counts, done = self._take_some(batch)
            total, batch = total + counts, batch[done:]
        return total

    def _take_some(self, batch: list[Delivery]) -> tuple[Counts, int]:
        """Take the first of a batch in, mostly all of it; return what became of them, and how many they are."""
        began = worked = 0.0
        size = 2 * len(batch)

        def work(session: Session) -> TakenIn:
            nonlocal began, worked, size
            # Each time that it was given up for an agent half of it: the last one is brought to its end.
            size = max(1, size // 2)
            began, worked = time.monotonic(), time.thread_time()
            taken = take_in(session, batch[:size], now=datetime.now(UTC))
            self._store.content.erase(taken.erased)
            return taken

        taken = self._store.giving_way(work)
        spent, worked = time.monotonic() - began, time.thread_time() - worked
        self.longest = max(self.longest, spent)
        self._ready.lay(taken.read)
        self._pace.note(size, spent, worked=worked)
        return taken.counts, size

    def _deliveries(
        self, messages: Iterable[Fetched | TooLarge | Passed], target: Target, bodies: "_Bodies"
    ) -> Iterator[Delivery | Passed]:
        """Yield each message as a delivery, in the order in which they come; their bytes are kept meanwhile."""
        aside: deque[Fetched | TooLarge | Passed] = deque()
        digests: deque[bytes] = deque()

        def raws() -> Iterator[bytes]:
            try:
                for message in messages:
                    aside.append(message)
                    if isinstance(message, Fetched) and syncing.ignored_by(message.flags) is None:
                        digests.append(bodies.add(message.raw))
                        yield message.raw
            except ImapError as lost:
                bodies.lost = lost  # said once what came before it is taken in: it need not be fetched again
            bodies.keep()  # while workers read

        read = self._readers.read(raws())
        for result in read:
            yield from self._unread(aside, target)
            message = aside.popleft()
            assert isinstance(message, Fetched)
            yield _delivery(message, target, result, digest=digests.popleft())
        yield from self._unread(aside, target)

    def _unread(self, aside: "deque[Fetched | TooLarge | Passed]", target: Target) -> Iterator[Delivery | Passed]:
        """Yield what stands at the head of the line and needs no reading."""
        while aside:
            head = aside[0]
            if isinstance(head, Fetched) and syncing.ignored_by(head.flags) is None:
                return
            aside.popleft()
            yield head if isinstance(head, Passed) else _delivery(head, target, None, digest=None)


class _Bodies:
    """Bytes on their way into the content store: many with one flush to the disk, and before a row points at them.

    They are compressed and written by a thread of their own: the disk is waited for only where a row is about to
    point at what is not there yet.

    Attributes:
        lost: why no more messages came, if they ended before their time.
    """

    def __init__(self, content: Content) -> None:
        self._content = content
        self._waiting: dict[bytes, bytes] = {}
        self._bytes = 0
        self._keeping: deque[tuple[dict[bytes, bytes], Future[None]]] = deque()
        self._thread: ThreadPoolExecutor | None = None
        self.lost: ImapError | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread is not None:
            self._thread.shutdown()

    def raise_lost(self) -> None:
        """Say that messages are missing, if any are."""
        if self.lost is not None:
            raise self.lost

    def add(self, raw: bytes) -> bytes:
        """Take the bytes of a message, which are kept with others, soon; return their digest."""
        digest = digest_of(raw)
        self._waiting[digest] = raw
        self._bytes += len(raw)
        if len(self._waiting) >= _KEPT_AT_ONCE or self._bytes >= _KEPT_BYTES:
            self.keep()
        return digest

    def keep(self) -> None:
        """Begin to keep what waits."""
        if not self._waiting:
            return
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="keeping")
        self._wait(_KEEPING_MOST - 1)
        self._keeping.append((self._waiting, self._thread.submit(self._content.put, self._waiting)))
        self._waiting, self._bytes = {}, 0

    def must_be_kept(self, digests: Iterable[bytes]) -> None:
        """Return once these are on the disk.

        Raises:
            StoreTrouble: they could not be written.
        """
        wanted = set(digests)
        if not self._waiting.keys().isdisjoint(wanted):
            self.keep()
        holding = [place for place, (lot, _) in enumerate(self._keeping, 1) if not lot.keys().isdisjoint(wanted)]
        self._wait(len(self._keeping) - max(holding, default=0))

    def _wait(self, most: int) -> None:
        """Wait until no more than so many lots are on their way."""
        while len(self._keeping) > most:
            self._keeping.popleft()[1].result()


def _delivery(
    message: Fetched | TooLarge, target: Target, read: Parsed | Unreadable | None, *, digest: bytes | None
) -> Delivery:
    place = Place(target.folder_id, message.uid, written_flags(message.flags))
    ignored = syncing.ignored_by(message.flags)
    if ignored is not None:
        digest = b""
    elif digest is None:
        digest = _place_digest(target, message.uid)
    parsed = read if isinstance(read, Parsed) else None
    now = datetime.now(UTC)
    arrived_at = message.internaldate or min((parsed.dated_at if parsed else None) or now, now)
    return Delivery(
        mailbox_id=target.mailbox_id,
        raw_digest=digest,
        size=message.size if isinstance(message, TooLarge) else len(message.raw),
        arrived_at=arrived_at,
        outgoing=target.sent,
        parsed=parsed,
        quarantined=_reason(message, read) if ignored is None else None,
        ignored=ignored,
        place=place,
    )


def _place_digest(target: Target, uid: int) -> bytes:
    """Return what stands for the digest of a message without bytes here: its place tells it from others."""
    return sha256(f"{target.folder_id}/{target.uidvalidity}/{uid}".encode()).digest()


def _reason(message: Fetched | TooLarge, read: Parsed | Unreadable | None) -> QuarantineReason | None:
    if isinstance(message, TooLarge):
        return QuarantineReason.TOO_LARGE
    return read.reason if isinstance(read, Unreadable) else None


def written_flags(flags: Iterable[str]) -> str:
    """Return flags as placements keep them: sorted and apart by spaces."""
    return " ".join(sorted(flags))
