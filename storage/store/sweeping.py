"""Writing a store's files anew, so that nothing that was deleted lies in them any more.

SQLite leaves what was deleted in free pages and in the slack of others, and in its log
(https://sqlite.org/pragma.html#pragma_secure_delete); PostgreSQL leaves dead rows until they are written over.
"""

import time
from typing import TYPE_CHECKING, Final

from sqlalchemy import Engine, text

from storage.store.trouble import said_plainly

if TYPE_CHECKING:
    from storage.store.opening import Store

_WAIT_SECONDS: Final = 10.0
_LOOK_EVERY: Final = 0.05


def sweep(store: "Store") -> bool:
    """Write the files of a store anew.

    It takes as long as copying them, and as much room beside them.

    Returns:
        Whether nothing is left in the log either; where another program reads in it, it goes when that is closed.

    Raises:
        StoreTrouble: the disk is full, or the store is locked.
    """
    with said_plainly(store.place):
        if store.path is None:
            return _sweep_postgresql(store.engine)
        clean = True
        for engine in store.engines:  # each of them, whatever became of the one before
            clean = _sweep_sqlite(engine) and clean
        return clean


def _sweep_sqlite(engine: Engine) -> bool:
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")  # VACUUM runs outside of a transaction
        connection.exec_driver_sql("VACUUM")
        until = time.monotonic() + _WAIT_SECONDS
        while True:
            busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            if not busy:
                return True
            if time.monotonic() > until:
                return False
            time.sleep(_LOOK_EVERY)


def _sweep_postgresql(engine: Engine) -> bool:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM FULL"))
        # Rows that an older picture of the database still shows were copied with the others.
        older = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)"
        )
        return int(connection.execute(text(older)).scalar_one()) == 0
