"""Statements that are built and compiled once, and answer with plain tuples.

Building a statement, and finding it in SQLAlchemy's cache, takes longer than a short query itself; so does what
names and converts the columns of a hundred rows.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, Dialect, bindparam, func, literal_column, select

from storage.models.statements import answering, giving, straight

Statement = tuple[str, tuple[str, ...], dict[str, Any]]


class Prepared:
    """A statement that is compiled when an engine first needs it.

    Rows come as the driver gives them: words and microseconds, not the members and moments that the models have.

    Args:
        build: makes the statement for an engine, by its name; its parameters are `bindparam`s with names.
    """

    def __init__(self, build: Callable[[str], Any]) -> None:
        self._build = build
        self._compiled: dict[str, Statement] = {}

    def rows(self, connection: Connection, **values: Any) -> Sequence[Any]:
        """Return every row, as a tuple.

        Args:
            connection: of any transaction.
            values: the statement's parameters, by name.
        """
        dialect = connection.dialect
        text, order, fixed = self._compiled.get(dialect.name) or self._compile(connection)
        given: Any = {**fixed, **values}
        if dialect.positional:
            return straight(connection, text, tuple([given[name] for name in order]))
        return connection.exec_driver_sql(text, given).all()

    def _compile(self, connection: Connection) -> Statement:
        dialect = connection.dialect
        compiled: Any = self._build(dialect.name).compile(dialect=dialect)
        kept = (str(compiled), tuple(compiled.positiontup or ()), dict(compiled.params))
        self._compiled[dialect.name] = kept
        return kept


class Named:
    """A statement that is compiled when an engine first needs it, and answers with rows as SQLAlchemy gives them.

    They have names, members of the models' words, moments, and what JSON says.

    Args:
        build: as `Prepared` takes it.
    """

    def __init__(self, build: Callable[[str], Any]) -> None:
        self._build = build
        self._statement: Any = None  # of whatever is not SQLite
        self._text: _Text | None = None

    def rows(self, connection: Connection, **values: Any) -> Sequence[Any]:
        """Return every row.

        Args:
            connection: of any transaction.
            values: the statement's parameters, by name.
        """
        dialect = connection.dialect
        if dialect.paramstyle != "qmark":
            if self._statement is None:
                self._statement = self._build(dialect.name)
            return connection.execute(self._statement, values).all()
        if self._text is None:
            self._text = _Text(self._build(dialect.name), dialect)
        return self._text.rows(connection, values)

    def first(self, connection: Connection, **values: Any) -> Any:
        """Return the first row, or `None`."""
        return next(iter(self.rows(connection, **values)), None)


class _Text:
    """A statement as SQLite's driver takes it, and what makes of the driver's values those of the models."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        asked = {name for name, one in compiled.binds.items() if one.required}
        expanded = compiled.construct_expanded_state(dict.fromkeys(asked))
        processors = giving(compiled)
        for name, places in expanded.parameter_expansion.items():  # of lists that stand in the statement itself
            if name in processors:
                processors.update(dict.fromkeys(places, processors[name]))
        self._sql = expanded.statement
        self._fixed = {
            name: processors[name](value) if name in processors else value
            for name, value in expanded.parameters.items()
            if name not in asked
        }
        self._given = [(name, processors.get(name)) for name in expanded.positiontup]
        self._answer = answering(statement, dialect)

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Any]:
        given: list[Any] = []
        for name, process in self._given:
            if name not in values:
                given.append(self._fixed[name])
            else:
                given.append(values[name] if process is None else process(values[name]))
        return self._answer(straight(connection, self._sql, given))


def among(dialect: str, name: str = "numbers") -> Any:
    """Return the selection of many numbers that come as one parameter, however many they are."""
    if dialect == "sqlite":
        return select(literal_column("value")).select_from(func.json_each(bindparam(name)))
    return select(func.unnest(bindparam(name, type_=ARRAY(BigInteger))))


def many(connection: Connection, numbers: Sequence[int]) -> Any:
    """Return the value of such a parameter."""
    return "[" + ",".join(map(str, numbers)) + "]" if connection.dialect.name == "sqlite" else list(numbers)
