"""Opening a store and taking turns in it: one way to read, one way to write, and errors that say what is wrong."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session

from storage.kinds.errors import StoreMissing
from storage.store.checkpoints import Checkpoints, Flushes
from storage.store.content import Content
from storage.store.engine import BUSY_SECONDS, WRITING, make_engine
from storage.store.interrupting import Interrupting, Waited
from storage.store.migrate import bring_up, bring_up_mail
from storage.store.trouble import said_plainly
from storage.store.turns import Turns

Given = TypeVar("Given")

GIVEN_UP_AT_MOST = 3
"""Times that a transaction is given up for an agent; opening an answer alone writes three times in a row."""


class _Session(Session):
    """A session for one transaction, that need not look for its connection again at every step.

    Attributes:
        waited: where given, asked at every step whether somebody waits; the transaction is given up if so.
    """

    waited: Callable[[], bool] | None = None
    _at_hand: Connection | None = None

    def connection(self, bind_arguments: Any = None, execution_options: Any = None) -> Connection:
        """Return the connection of the transaction, as SQLAlchemy does."""
        if self.waited is not None and self.waited():
            raise Waited
        if bind_arguments or execution_options:
            return super().connection(bind_arguments, execution_options)
        held = self._at_hand
        if held is None or held.closed or not held.in_transaction():
            held = self._at_hand = super().connection()
        return held

    def begin_nested(self) -> SessionTransaction:
        """Begin a savepoint, which SQLAlchemy sets only when it is next asked for the connection."""
        self._at_hand = None
        return super().begin_nested()


class Store:
    """One desk's record: `desk.db` and `mail.db` in a folder, or a PostgreSQL database.

    Args:
        url: where it is.
        durable: whether commits are on the disk when they return; see `make_engine`.
    """

    def __init__(self, url: URL, *, durable: bool = True) -> None:
        self.url = url
        self.place = (
            url.database or "" if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
        )
        self.durable = durable
        self.engine: Engine = make_engine(url, durable=durable)
        self._writing = self.engine.execution_options(**{WRITING: True})
        self.path = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
        mail = (
            make_engine(url.set(database=str(self.path.with_name("mail.db"))), durable=True, forgets=True)
            if self.path
            else self.engine
        )
        self.content = Content(mail, self.place)
        self._mail = mail
        self.engines = (self.engine, mail) if self.path else (self.engine,)
        self._kept: Connection | None = None
        self._gate = threading.Lock()  # threads of one process queue here rather than at the database
        self._beside = (Checkpoints(self.engine, self._gate), Flushes(self.path)) if self.path and not durable else ()
        self.turns = Turns(self.path.with_name("desk.turns") if self.path else None)
        self._interrupting = Interrupting(self.turns) if self.path else None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a transaction that only reads: one picture of the record, however long it is looked at."""
        with said_plainly(self.place), _Session(self.engine, autoflush=False, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> "Iterator[_Session]":
        """Open a transaction that holds the store's lock from its start, and commit it at the end.

        An agent's store announces that it waits; the sync's store lets agents pass first.
        """
        with said_plainly(self.place), self._gate:
            if self.durable:
                with self.turns.announced():
                    session = self._locked()
            else:
                self.turns.let_pass()
                session = self._locked()
            try:
                with session:  # which rolls back whatever is not committed
                    yield session
                    session.commit()
            finally:
                self._part_with_stuck()
        for one in self._beside:
            one.wrote()

    def giving_way(self, work: Callable[[Session], Given]) -> Given:
        """Do `work` in a writing transaction that an agent need not wait for: it is given up, and begun anew after him.

        A few times: then it is brought to its end, so that agents who write without end only slow it down.

        Args:
            work: what it does it does to its session alone; it may be called several times.

        Returns:
            What `work` gave.
        """
        for _ in range(GIVEN_UP_AT_MOST if self._interrupting is not None else 0):
            with suppress(Waited), self.writing() as session, self._ending(session) as waits:
                session.waited = waits
                given = work(session)
                session.waited = None
                session.commit()
                return given
        with self.writing() as session:
            return work(session)

    def _ending(self, session: Session) -> AbstractContextManager[Callable[[], bool]]:
        assert self._interrupting is not None
        return self._interrupting.ending(session.connection().connection.driver_connection)

    def _locked(self) -> _Session:
        session = _Session(self._writer(), autoflush=False, expire_on_commit=False)
        try:
            session.connection()  # begins, and so takes the lock
        except BaseException:
            session.close()
            raise
        return session

    def _writer(self) -> Engine | Connection:
        """Return who writes: all threads by one connection, which finds its pages and statements as it left them.

        SQLite throws a connection's pages away when another has written.
        """
        if self.path is None:
            return self._writing
        if self._kept is None or self._kept.closed or self._kept.invalidated:
            self._kept = self._writing.connect()
        return self._kept

    def _part_with_stuck(self) -> None:
        """Close the connection that the sync's threads share if its commit failed: it would begin nothing more."""
        if self._kept is not None and self._kept.get_transaction() is not None:
            kept, self._kept = self._kept, None
            kept.invalidate()  # what it may still hold goes with the driver's own connection
            kept.close()

    def prepare(self) -> None:
        """Make the store, or bring it to this program's version.

        Raises:
            StoreTooNew: it was written by a newer program; nothing was touched.
            StoreTrouble: it cannot be made or read, by the reason.
        """
        if self.path is not None:
            with said_plainly(self.place):
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                for path in (self.path, self.path.with_name("mail.db")):
                    _make(path)
        with said_plainly(self.place), self.turns.alone():
            bring_up(self.engine, place=self.place, backup=self.path)
            bring_up_mail(self._mail, place=self.place)

    def close(self) -> None:
        """Close every connection."""
        for one in self._beside:
            one.close()
        if self._interrupting is not None:
            self._interrupting.close()
        # Whoever writes in another thread commits first: to close under it would lose what it wrote, without an error.
        alone = self._gate.acquire(timeout=BUSY_SECONDS)
        try:
            if self._kept is not None:
                self._kept.close()
                self._kept = None
        finally:
            if alone:
                self._gate.release()
        self.content.close()
        self.engine.dispose()
        self.turns.close()


def _make(path: Path) -> None:
    """Make a file of the store that is not there yet, for nobody else's eyes.

    One that is there is not even opened: to close it would give up every lock that this process holds on it by
    SQLite (POSIX gives them to the process, not to the descriptor). Another process that closes the desk would
    then take itself for the last, and remove the log in which this one goes on writing: all of that would be lost.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def open_store(url: str, *, durable: bool = True) -> Store:
    """Open the store at `url`, made or migrated if need be.

    Args:
        url: ``sqlite:////folder/desk.db``, ``postgresql://…``, or the path of a folder.
        durable: see `Store`.

    Raises:
        StoreTrouble: it cannot be used, by the reason.
    """
    try:
        address = make_url(url if "://" in url else f"sqlite:///{Path(url).expanduser() / 'desk.db'}")
    except ArgumentError as error:
        raise StoreMissing(url) from error
    if address.get_backend_name() not in {"sqlite", "postgresql"}:
        raise StoreMissing(url)
    store = Store(address, durable=durable)
    try:
        store.prepare()
    except BaseException:
        store.close()
        raise
    return store
