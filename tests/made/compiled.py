"""One memory of compiled statements for all the stores of a process: a desk keeps its store, a test has a new one."""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache


def _kind(dialect: Any) -> tuple[type, Any]:
    return type(dialect), getattr(dialect, "dbapi", None)


def _alike(one: Any, other: object) -> bool:
    return _kind(one) == _kind(other)


def _hashed(dialect: Any) -> int:
    return hash(type(dialect))


def share() -> None:
    """Let every engine find what another of its kind has compiled: SQLAlchemy compares dialects, and keeps one memory each.

    To compile takes a fifth of what a test of the record runs.
    """
    cache: LRUCache[Any, Any] = LRUCache(5000)
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        dialect.__eq__ = _alike  # type: ignore[method-assign]
        dialect.__hash__ = _hashed  # type: ignore[method-assign]
    plain = Engine.__init__

    def begun(self: Engine, *given: Any, **named: Any) -> None:
        plain(self, *given, **named)
        self._compiled_cache = cache

    Engine.__init__ = begun  # type: ignore[method-assign]
