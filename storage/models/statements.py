"""Statements for many values or rows at a time, whose SQL is made once: to make it costs more than to run it.

On SQLite they go to the driver by `exec_driver_sql`; elsewhere SQLAlchemy runs them, each built once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any

from sqlalchemy import BindParameter, Connection, Dialect, LargeBinary, bindparam
from sqlalchemy.engine import result_tuple

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
    """

    def __init__(self, build: Callable[[], Any]) -> None:
        self._build = build
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
            return result.all() if result.returns_rows else ()
        size = 1 << (len(some) - 1).bit_length()
        text = self._texts.get(size)
        if text is None:
            if self._compiled is None:
                self._compiled = self._statement.compile(dialect=connection.dialect)
            text = self._texts[size] = _Text(self._statement, self._compiled, size, others)
        return text.rows(connection, some + some[-1:] * (size - len(some)), others)


class _Text:
    """A SELECT as the driver takes it, for lists of one length."""

    def __init__(self, statement: Any, compiled: Any, size: int, others: Iterable[str]) -> None:
        dialect = compiled.dialect
        expanded = compiled.construct_expanded_state({"some": [None] * size, **dict.fromkeys(others)})
        self._sql = expanded.statement
        self._others = {name: _given(compiled.binds[name].type, dialect) for name in others}
        self._own = {name: _given(one.type, dialect)(one.value) for name, one in compiled.binds.items()}
        # A list may stand in a statement several times, always whole and in its order.
        rest = {f"some_{place}" for place in range(2, size + 1)}
        self._names = [name for name in expanded.positiontup if name not in rest]
        columns = list(statement.selected_columns) if statement.is_select else []
        taken = (column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns)
        self._taken = [(place, process) for place, process in enumerate(taken) if process is not None]
        self._row = result_tuple([column.key for column in columns])
        self._answers = bool(columns)

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
        result = connection.exec_driver_sql(self._sql, tuple(values))
        if not self._answers:
            return ()
        found = result.all()
        if not self._taken:
            return found
        rows = []
        for row in found:
            columns = list(row)
            for place, process in self._taken:
                columns[place] = process(columns[place])
            rows.append(self._row(columns))
        return rows


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
        self._values = itemgetter(*places) if len(places) > 1 else lambda row: (row[places[0]],)
        given = (_processor(compiled.binds[name].type, dialect) for name in places)
        self._given = [(place, process) for place, process in enumerate(given) if process is not None]

    def run(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        every = []
        for row in rows:
            values = list(self._values(row))
            for place, process in self._given:
                values[place] = process(values[place])
            every.append(tuple(values))
        connection.exec_driver_sql(self._sql, every)


def _processor(kind: Any, dialect: Dialect) -> _Process | None:
    """Return what makes a value of this type one for the driver, which takes bytes as they are."""
    if isinstance(kind, LargeBinary):
        return None
    process: _Process | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return process


def _given(kind: Any, dialect: Dialect) -> _Process:
    return _processor(kind, dialect) or (lambda value: value)
