"""What tables are made of: their base, words for enums, aware UTC times as microseconds."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Dialect, Enum, Table
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel
from sqlmodel._compat import SQLModelConfig

from storage.kinds.moments import EPOCH, TICK, microseconds, moment

__all__ = ["Base", "Utc", "inserting", "microseconds", "moment", "word"]


class Base(SQLModel):
    """The base of every table: rows come from the database, so pydantic's validators are never built."""

    model_config = SQLModelConfig(defer_build=True)


def inserting(dialect: str) -> Callable[[Table], Any]:
    """Return the INSERT of an engine's own kind, which can leave out what is there.

    Each is imported when it is met: the dialect of an engine that nobody uses is a part of every start.
    """
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    return insert


class Utc(TypeDecorator[datetime]):
    """An aware moment, kept as microseconds since 1970: sorts and indexes alike on both engines."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Take only aware moments: a naive one is a mistake somewhere else."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value!r}")
        return (value - EPOCH) // TICK

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Give the moment back in UTC."""
        del dialect
        return None if value is None else EPOCH + timedelta(microseconds=value)


@cache
def word(kind: type[StrEnum]) -> Enum:
    """Return the column type that keeps members of `kind` as their words, without a native enum or a check.

    A check would have to be migrated for each new word; the type itself refuses what it does not know.
    """
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [str(member.value) for member in members],
    )
