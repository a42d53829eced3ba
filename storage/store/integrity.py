"""Whether the files of a store are whole, by SQLite's own checks."""

from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError

from storage.store.engine import make_engine
from storage.store.opening import Store


def damages(store: Store) -> Iterator[tuple[str, str]]:
    """Yield each file of a store with what is wrong in it, empty when it is whole; PostgreSQL has tools of its own.

    Reads every page: seconds for a gigabyte.
    """
    if store.path is None:
        return
    for path in (store.path, store.path.with_name("mail.db")):
        engine = make_engine(store.url.set(database=str(path)), durable=store.durable)
        try:
            with engine.connect() as connection:
                said = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one())
                lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        except DBAPIError as broken:
            yield path.name, str(broken.orig)
        else:
            yield path.name, "" if said == "ok" and lost is None else said if lost is None else f"{lost[0]} {lost[1]}"
        finally:
            engine.dispose()
