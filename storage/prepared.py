"""Statements that are built and compiled once, and answer with plain tuples.

Building a statement, and finding it in SQLAlchemy's cache, takes longer than a short query itself; so does what
names and converts the columns of a hundred rows.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, bindparam, func, literal_column, select

from storage.models.statements import straight

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


def among(dialect: str, name: str = "numbers") -> Any:
    """Return the selection of many numbers that come as one parameter, however many they are."""
    if dialect == "sqlite":
        return select(literal_column("value")).select_from(func.json_each(bindparam(name)))
    return select(func.unnest(bindparam(name, type_=ARRAY(BigInteger))))


def many(connection: Connection, numbers: Sequence[int]) -> Any:
    """Return the value of such a parameter."""
    return "[" + ",".join(map(str, numbers)) + "]" if connection.dialect.name == "sqlite" else list(numbers)
