"""Which SQLite this desk is kept with."""

import sqlite3
from types import ModuleType


def sqlite_driver() -> ModuleType:
    """Return the driver with the newest SQLite: the wheel's where there is one, else the standard library's.

    The wheel brings FTS5's secure-delete and a SQLite without the WAL-reset bug (docs/decisions/0001).
    """
    try:
        from sqlcipher3 import dbapi2
    except ImportError:
        return sqlite3
    driver: ModuleType = dbapi2
    return driver if driver.sqlite_version_info >= sqlite3.sqlite_version_info else sqlite3
