"""The claimed messages of a mailbox that wait for a connection, in an order that conversations can be read in."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from threading import Lock
from typing import Final

from storage.commands.outbox.items import Item
from storage.store.content import Content

LARGE: Final = 4_000_000
"""Bytes from which on a message is sent alone among its like: each is held in memory several times."""

_READ_AHEAD: Final = 4_000_000
"""Bytes of messages that are read together when they are claimed; what is beyond is read when its turn comes."""


class Waiting:
    """What waits, and what is under way; shared by the connections of a mailbox.

    No two messages of a conversation are under way at a time: they leave in the order in which they were queued.

    Args:
        claim: takes more of what is due out of the outbox.
        content: where their bytes lie.
    """

    def __init__(self, claim: Callable[[], Iterable[Item]], content: Content) -> None:
        self._claim, self._content = claim, content
        self._read: dict[bytes, bytes] = {}
        self._items: deque[Item] = deque()
        self._under_way: dict[int, Item] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        """How many messages wait."""
        return len(self._items)

    def fill(self) -> int:
        """Claim more where nothing waits; return how many wait."""
        with self._lock:
            if not self._items:
                self._items.extend(self._claim())
                self._read = self._read_ahead()
            return len(self._items)

    def bytes_of(self, item: Item) -> bytes:
        """Return the bytes of a message that was taken.

        Raises:
            NoSuch: they are not kept any more.
        """
        read = self._read.pop(item.digest, None)
        return self._content.get(item.digest) if read is None else read

    def _read_ahead(self) -> dict[bytes, bytes]:
        sizes = accumulate(item.size for item in self._items)
        near = [item.digest for item, size in zip(self._items, sizes, strict=True) if size <= _READ_AHEAD]
        return dict(self._content.each(near)) if len(near) > 1 else {}

    def has_next(self) -> bool:
        """Say whether there is a message to take."""
        with self._lock:
            return self._next() is not None

    def take(self) -> Item | None:
        """Return the next message that may be sent beside those under way; `None` when there is none."""
        with self._lock:
            item = self._next()
            if item is not None:
                self._items.remove(item)
                self._under_way[item.message_id] = item
            return item

    def _next(self) -> Item | None:
        busy = frozenset(key for item in self._under_way.values() for key in _keys(item))
        return next((one for one in self._items if busy.isdisjoint(_keys(one))), None)

    def done(self, item: Item) -> None:
        """Say that a message is not under way any more."""
        with self._lock:
            self._under_way.pop(item.message_id, None)

    def without(self, conversation_id: int) -> tuple[Item, ...]:
        """Take out what waits of a conversation."""
        with self._lock:
            out = tuple(one for one in self._items if one.conversation_id == conversation_id)
            self._items = deque(one for one in self._items if one.conversation_id != conversation_id)
            return out

    def empty(self) -> tuple[Item, ...]:
        """Take out all that waits."""
        with self._lock:
            out = tuple(self._items)
            self._items.clear()
            return out


def _keys(item: Item) -> Iterator[object]:
    yield item.conversation_id
    if item.size >= LARGE:
        yield "large"
