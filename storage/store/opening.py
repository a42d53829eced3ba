"""Opening a store and taking turns in it: one way to read, one way to write, and errors that say what is wrong."""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlmodel import Session

from storage.kinds.errors import (
    DeskError,
    StoreDamaged,
    StoreFull,
    StoreLocked,
    StoreMissing,
    StoreReadOnly,
)
from storage.store.content import Content
from storage.store.engine import WRITING, make_engine
from storage.store.migrate import bring_up, bring_up_mail
from storage.store.turns import Turns

_SIGNS: tuple[tuple[str, type[StoreLocked | StoreReadOnly | StoreFull | StoreDamaged | StoreMissing]], ...] = (
    (r"database is locked|database table is locked|lock timeout|LockNotAvailable", StoreLocked),
    (r"readonly database|read-only transaction|permission denied", StoreReadOnly),
    (r"disk is full|no space left|disk I/O error", StoreFull),
    (r"not a database|malformed|file is encrypted", StoreDamaged),
    (r"unable to open database|connection (failed|refused|to server)|does not exist|could not translate", StoreMissing),
)


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
            make_engine(url.set(database=str(self.path.with_name("mail.db"))), durable=True)
            if self.path
            else self.engine
        )
        self.content = Content(mail)
        self._mail = mail
        self._gate = threading.Lock()  # threads of one process queue here rather than at the database
        self.turns = Turns(self.path.with_name("desk.turns") if self.path else None)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a transaction that only reads: one picture of the record, however long it is looked at."""
        with self._said_plainly(), Session(self.engine, autoflush=False, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a transaction that holds the store's lock from its start, and commit it at the end.

        An agent's store announces that it waits; the sync's store lets agents pass first.
        """
        with self._said_plainly(), self._gate:
            if self.durable:
                with self.turns.announced():
                    session = self._locked()
            else:
                self.turns.let_pass()
                session = self._locked()
            with session:  # which rolls back whatever is not committed
                yield session
                session.commit()

    def _locked(self) -> Session:
        session = Session(self._writing, autoflush=False, expire_on_commit=False)
        try:
            session.connection()  # begins, and so takes the lock
        except BaseException:
            session.close()
            raise
        return session

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise plainly(error, self.place) from error

    def prepare(self) -> None:
        """Make the store, or bring it to this program's version.

        Raises:
            StoreTooNew: it was written by a newer program; nothing was touched.
            StoreTrouble: it cannot be made or read, by the reason.
        """
        if self.path is not None:
            try:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                for path in (self.path, self.path.with_name("mail.db")):
                    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            except PermissionError as error:
                raise StoreReadOnly(self.place) from error
            except OSError as error:
                raise (StoreFull if error.errno == 28 else StoreReadOnly if error.errno == 30 else StoreMissing)(
                    self.place
                ) from error
        with self._said_plainly():
            bring_up(self.engine, place=self.place, backup=self.path)
            bring_up_mail(self._mail, place=self.place)

    def close(self) -> None:
        """Close every connection."""
        self.content.close()
        self.engine.dispose()


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


def plainly(error: DBAPIError, place: str) -> DeskError | DBAPIError:
    """Return the error of ours that a database's error means, or the error itself when it means none."""
    said = str(error.orig)
    for sign, kind in _SIGNS:
        if re.search(sign, said, re.IGNORECASE):
            return kind(place)
    return error
