"""Which SQLite this desk is kept with."""

import sqlite3
from contextlib import suppress
from functools import cache
from types import ModuleType
from typing import Final

_CONFIG_MEMSTATUS: Final = 9  # SQLITE_CONFIG_MEMSTATUS of sqlite3.h


@cache
def sqlite_driver() -> ModuleType:
    """Return the driver with the newest SQLite: the wheel's where there is one, else the standard library's.

    The wheel brings FTS5's secure-delete and a SQLite without the WAL-reset bug (docs/decisions/0001).
    """
    _leave_memory_uncounted()
    try:
        from sqlcipher3 import dbapi2
    except ImportError:
        return sqlite3
    driver: ModuleType = dbapi2
    return driver if driver.sqlite_version_info >= sqlite3.sqlite_version_info else sqlite3


def _leave_memory_uncounted() -> None:
    """Have the wheel's SQLite not count the memory that it has, as its makers advise: nobody asks for it here.

    Every thread passes the one lock of that count at each allocation, and a sync has four that work with SQLite
    (docs/decisions/0039). It is heard only before the library's first use (https://sqlite.org/c3ref/config.html),
    which is the import of the driver; the driver has no door to it. Where this cannot be said all is as before.
    """
    with suppress(ImportError, OSError, AttributeError):
        import ctypes
        from importlib.machinery import PathFinder

        package = PathFinder.find_spec("sqlcipher3")
        places = package.submodule_search_locations if package is not None else None
        library = PathFinder.find_spec("sqlcipher3._sqlite3", places) if places else None
        if library is not None and library.origin is not None:
            ctypes.CDLL(library.origin).sqlite3_config(_CONFIG_MEMSTATUS, 0)
