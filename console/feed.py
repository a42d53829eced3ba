"""How the screen learns of anything: the event log is read after a cursor, whoever wrote it.

Nobody tells the screen. One thread looks for news: at once when this process wrote, every 100 ms by
``PRAGMA data_version`` on SQLite, by LISTEN and a look every 200 ms on PostgreSQL. One road serves my own key, the
sync process and a colleague's console.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from storage.store import Store

_LOOK_EVERY: Final = 0.1
_LISTEN_FOR: Final = 0.2
_LOCAL_EVERY: Final = 10  # looks without news on PostgreSQL after which local tables are looked at all the same
_AGAIN_IN: Final = 1.0  # seconds after a failed look


@dataclass(frozen=True, slots=True)
class Change:
    """What has changed since the last one; whoever shows it reads it again.

    Attributes:
        conversations: the ids of those concerned.
        much: so many events came that they were not read: anything may have changed.
        local: something beside the log changed, such as how a mailbox's sync stands.
        rows: the queue's rows look different though no conversation changed, such as by what this agent has read.
        desk: something was decided that is about no conversation, such as a customer's profile.
    """

    conversations: frozenset[int] = frozenset()
    much: bool = False
    local: bool = False
    rows: bool = False
    desk: bool = False

    def touches(self, conversation_id: int | None) -> bool:
        """Say whether a conversation may look different now."""
        return self.much or self.desk or conversation_id in self.conversations


class _Pulse(Protocol):
    """Waits for signs of a change; yields whether there was one, and returns when it is stopped."""

    def __call__(self, connection: Any, stopped: threading.Event, woken: threading.Event) -> Iterator[bool]:
        """Yield after each look."""
        ...


class Feed:
    """Looks for news in a thread of its own.

    Args:
        store: where to look; the feed opens a connection of its own.
        publish: called in the feed's thread with each change.
        failed: called in the feed's thread with what keeps it from looking, and with `None` when it looks again.
        woken: set by whoever wrote in this process, so that the feed looks at once.
    """

    def __init__(
        self,
        store: "Store",
        publish: Callable[[Change], None],
        failed: Callable[[BaseException | None], None] = lambda _error: None,
        woken: threading.Event | None = None,
    ) -> None:
        self._store = store
        self._publish = publish
        self._failed = failed
        self._stopped = threading.Event()
        self._woken = woken or threading.Event()
        self._cursor = -1
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)

    def start(self) -> None:
        """Take the log's end as the cursor, then begin to look."""
        from storage.queries.history import last_event

        with self._store.reading() as session:
            self._cursor = last_event(session)
        self._thread.start()

    def wake(self) -> None:
        """Look now: this process has just written."""
        self._woken.set()

    def stop(self) -> None:
        """Stop looking, and wait until the thread has closed its connection."""
        self._stopped.set()
        self._woken.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=2)

    def _run(self) -> None:
        broken = False
        while not self._stopped.is_set():
            try:
                with self._connected() as connection:
                    if broken:
                        self._failed(None)
                        self._publish(Change(much=True, local=True))
                        broken = False
                    for changed in self._pulse()(connection, self._stopped, self._woken):
                        if changed:
                            self._look()
            except Exception as error:  # noqa: BLE001 - whatever it is, the screen must not go blind without a word
                if self._stopped.is_set():
                    return
                if not broken:
                    self._failed(error)
                broken = True
                self._stopped.wait(_AGAIN_IN)

    def _pulse(self) -> _Pulse:
        return _sqlite if self._store.engine.dialect.name == "sqlite" else _postgresql

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        """Lend a driver's connection that is in no transaction: inside one, nothing would ever change."""
        connection = self._store.engine.raw_connection()
        try:
            yield connection.driver_connection
        finally:
            connection.invalidate()  # closed, never given back: it may be listening

    def _look(self) -> None:
        from storage.queries.history import since

        with self._store.reading() as session:
            news = since(session, self._cursor)
        of_desk = news.cursor != self._cursor and not news.conversation_ids  # such as a view that somebody shares
        self._cursor = news.cursor
        self._publish(Change(news.conversation_ids, much=news.much, local=True, rows=of_desk, desk=of_desk))


def _sqlite(connection: Any, stopped: threading.Event, woken: threading.Event) -> Iterator[bool]:
    before = None
    while not stopped.is_set():
        [[version]] = connection.execute("PRAGMA data_version").fetchall()
        yield version != before  # the first look too: something may have been written while the thread started
        before = version
        woken.wait(_LOOK_EVERY)
        woken.clear()


def _postgresql(connection: Any, stopped: threading.Event, woken: threading.Event) -> Iterator[bool]:
    from storage.record import CHANNEL

    connection.autocommit = True

    connection.execute(f"LISTEN {CHANNEL}")
    quiet, before = 0, None
    while not stopped.is_set():
        heard = any(True for _ in connection.notifies(timeout=0 if woken.is_set() else _LISTEN_FOR, stop_after=1))
        woken.clear()
        [last] = connection.execute("SELECT max(id) FROM event").fetchone()
        quiet = 0 if heard or last != before else quiet + 1
        yield quiet % _LOCAL_EVERY == 0
        before = last if last is not None else 0
