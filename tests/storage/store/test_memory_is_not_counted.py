"""SQLite of the wheel does not count its memory, whose one lock every thread would pass at each allocation."""

import ctypes

import pytest

from storage.drivers import sqlite_driver


def test_what_the_driver_allocates_is_not_counted() -> None:
    wheel = pytest.importorskip("sqlcipher3._sqlite3")
    driver = sqlite_driver()
    if not driver.__name__.startswith("sqlcipher3"):
        pytest.skip("the standard library's SQLite is newer here")
    library = ctypes.CDLL(wheel.__file__)
    library.sqlite3_memory_used.restype = ctypes.c_int64
    line = driver.connect(":memory:")
    line.execute("CREATE TABLE letter (words)")
    assert library.sqlite3_memory_used() == 0
    line.close()
