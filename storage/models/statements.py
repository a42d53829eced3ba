"""Statements for many values or rows at a time, whose SQL is made once: to make it costs more than to run it.

On SQLite they go straight to the driver; elsewhere SQLAlchemy runs them, each built once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from operator import itemgetter
from typing import Any

from sqlalchemy import BindParameter, Connection, Dialect, Enum, LargeBinary, bindparam
from sqlalchemy.engine import result_tuple
from sqlalchemy.exc import DBAPIError

from storage.models.types import Utc, microseconds

_AT_ONCE = 512  # values in one IN list: well under every limit

_Process = Callable[[Any], Any]


def some_values() -> BindParameter[Any]:
    """Return what stands for the list in the statement of a `Lookup`."""
    return bindparam("some", expanding=True)


class Lookup:
    """A SELECT, or an UPDATE, with a list of values in it, named `some`, and perhaps other parameters.

    On SQLite its SQL is made once for each length that is a power of two, and lists are filled up to the next one
    with their last value: the driver then finds its prepared statement again, too.

    Args:
        build: makes the statement, with `some_values` in it; called when it is first needed.
        plain: rows come as SQLite's driver gives them, which takes half the time: words and microseconds, no names.
    """

    def __init__(self, build: Callable[[], Any], *, plain: bool = False) -> None:
        self._build = build
        self._plain = plain
        self._compiled: Any = None
        self._texts: dict[int, _Text] = {}

    @cached_property
    def _statement(self) -> Any:
        return self._build()

    def __call__(self, connection: Connection, some: Iterable[Any], **others: Any) -> list[Any]:
        """Return the rows for the distinct values of a list, of any length; 512 of them are asked for at once.

        A LIMIT counts for each 512 alone.
        """
        ordered = sorted(set(some))
        found: list[Any] = []
        for start in range(0, len(ordered), _AT_ONCE):
            found += self._page(connection, ordered[start : start + _AT_ONCE], others)
        return found

    def _page(self, connection: Connection, some: list[Any], others: Mapping[str, Any]) -> Sequence[Any]:
        if connection.dialect.paramstyle != "qmark":
            result = connection.execute(self._statement, {"some": some, **others})
            rows = result.all() if result.returns_rows else ()
            return [tuple(row) for row in rows] if self._plain else rows
        size = 1 << (len(some) - 1).bit_length()
        text = self._texts.get(size)
        if text is None:
            if self._compiled is None:
                self._compiled = self._statement.compile(dialect=connection.dialect)
            text = self._texts[size] = _Text(self._statement, self._compiled, size, others, plain=self._plain)
        return text.rows(connection, some + some[-1:] * (size - len(some)), others)


class _Text:
    """A SELECT as the driver takes it, for lists of one length."""

    def __init__(self, statement: Any, compiled: Any, size: int, others: Iterable[str], *, plain: bool) -> None:
        dialect = compiled.dialect
        expanded = compiled.construct_expanded_state({"some": [None] * size, **dict.fromkeys(others)})
        self._sql = expanded.statement
        given = giving(compiled)
        self._others = {name: given.get(name, _as_it_is) for name in others}
        self._own = {name: given.get(name, _as_it_is)(one.value) for name, one in compiled.binds.items()}
        # A list may stand in a statement several times, always whole and in its order.
        rest = {f"some_{place}" for place in range(2, size + 1)}
        self._names = [name for name in expanded.positiontup if name not in rest]
        self._answer = _nothing if not statement.is_select else _as_it_is if plain else answering(statement, dialect)

    def rows(self, connection: Connection, some: list[Any], others: Mapping[str, Any]) -> Sequence[Any]:
        own = self._own
        if others:
            own = {**own, **{name: process(others[name]) for name, process in self._others.items()}}
        values: list[Any] = []
        for name in self._names:
            if name == "some_1":
                values += some
            else:
                values.append(own[name])
        found: Sequence[Any] = self._answer(straight(connection, self._sql, values))
        return found


class Write:
    """An INSERT, UPDATE or DELETE for many rows that have the same columns.

    Args:
        build: makes the statement; called when it is first needed.
    """

    def __init__(self, build: Callable[[], Any]) -> None:
        self._build = build
        self._texts: dict[tuple[str, ...], _Filled] = {}

    @cached_property
    def _statement(self) -> Any:
        return self._build()

    def __call__(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run the statement for every row; for none it is not run."""
        if not rows:
            return
        if connection.dialect.paramstyle != "qmark":
            connection.execute(self._statement, list(rows))
            return
        names = tuple(rows[0])
        filled = self._texts.get(names)
        if filled is None:
            filled = self._texts[names] = _Filled(self._statement, connection.dialect, names)
        filled.run(connection, rows)


class _Filled:
    """A statement as the driver takes it, for rows of certain columns."""

    def __init__(self, statement: Any, dialect: Dialect, names: Sequence[str]) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(names))
        self._sql = str(compiled)
        places: list[str] = compiled.positiontup
        missing = set(places) - set(names)
        assert not missing, f"{self._sql} needs {missing} beside the rows"
        self._columns = [(itemgetter(name), _processor(compiled.binds[name].type, dialect)) for name in places]

    def run(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        # By the column: what needs no processing is then moved without a step of Python for each value.
        columns = (
            map(value_of, rows) if process is None else map(process, map(value_of, rows))
            for value_of, process in self._columns
        )
        straight(connection, self._sql, list(zip(*columns, strict=True)), many=True)


def straight(connection: Connection, sql: str, values: Sequence[Any], *, many: bool = False) -> Sequence[Any]:
    """Run SQL by SQLite's driver itself, which takes a third of the time, and return its rows as plain tuples.

    Where somebody listens to what is run, SQLAlchemy runs it, so that nothing is hidden from them.

    Args:
        connection: of a transaction that has begun.
        sql: as the driver takes it.
        values: its parameters, or with `many` those of every run.

    Raises:
        DBAPIError: by its kind, as SQLAlchemy raises it.
    """
    if connection.dispatch.before_cursor_execute or not connection.in_transaction():
        result = connection.exec_driver_sql(sql, list(values) if many else tuple(values))
        return result.all() if result.returns_rows else ()
    cursor = connection.connection.cursor()
    try:
        if many:
            cursor.executemany(sql, values)
            return ()
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else ()
    except Exception as error:
        dialect = connection.dialect
        driver: Any = dialect.dbapi
        raise DBAPIError.instance(sql, values, error, driver.Error, dialect=dialect, ismulti=many) from error
    finally:
        cursor.close()


def _processor(kind: Any, dialect: Dialect) -> _Process | None:
    """Return what makes a value of this type one for the driver, which takes bytes as they are."""
    if isinstance(kind, LargeBinary):
        return None
    process: _Process | None = kind.dialect_impl(dialect).bind_processor(dialect)
    if isinstance(kind, Enum) and process is not None:
        return _word(kind, process)
    if isinstance(kind, Utc):
        return _ticks
    return process


def _word(kind: Enum, careful: _Process) -> _Process:
    """Return what gives a member's word; what is no member goes the careful way."""
    members = kind.enum_class

    def word_of(value: Any) -> Any:
        if value is None:
            return None
        return value._value_ if type(value) is members else careful(value)

    return word_of


def _ticks(value: datetime | None) -> int | None:
    """Return a moment as `Utc` keeps it."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {value!r}")
    return microseconds(value)


def giving(compiled: Any) -> dict[str, _Process]:
    """Return by the names of a statement's parameters what makes their values ones for the driver, where it must."""
    kinds = {name: _processor(one.type, compiled.dialect) for name, one in compiled.binds.items()}
    return {name: process for name, process in kinds.items() if process is not None}


def answering(statement: Any, dialect: Dialect) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """Return what makes of rows as the driver gives them those of a SELECT as SQLAlchemy does."""
    columns = list(statement.selected_columns)
    processors = (column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns)
    taken = [(place, process) for place, process in enumerate(processors) if process is not None]
    row_of = result_tuple([column.key for column in columns])

    def answer(found: Sequence[Any]) -> Sequence[Any]:
        if not taken:
            return [row_of(row) for row in found]
        rows = []
        for row in found:
            values = list(row)
            for place, process in taken:
                values[place] = process(values[place])
            rows.append(row_of(values))
        return rows

    return answer


def _as_it_is(value: Any) -> Any:
    return value


def _nothing(found: Sequence[Any]) -> Sequence[Any]:
    del found
    return ()
