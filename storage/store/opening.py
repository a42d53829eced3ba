"""Opening a store and taking turns in it: one way to read, one way to write, and errors that say what is wrong."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session

from storage.kinds.errors import StoreMissing
from storage.store.content import Content
from storage.store.engine import WRITING, make_engine
from storage.store.migrate import bring_up, bring_up_mail
from storage.store.trouble import said_plainly
from storage.store.turns import Turns


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
        self.content = Content(mail, self.place)
        self._mail = mail
        self._gate = threading.Lock()  # threads of one process queue here rather than at the database
        self.turns = Turns(self.path.with_name("desk.turns") if self.path else None)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a transaction that only reads: one picture of the record, however long it is looked at."""
        with said_plainly(self.place), Session(self.engine, autoflush=False, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
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
                    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        with said_plainly(self.place), self.turns.alone():
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
