"""The register of appliers, and the few statements that all of them are made of."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Table, bindparam, delete, select, update
from sqlmodel import Session, SQLModel

from storage.events import KINDS, Fact, Quarantined, Redelivered
from storage.kinds.clean import folded_name
from storage.kinds.errors import Changed
from storage.models import Message
from storage.models.statements import Lookup, Write, some_values
from storage.models.types import inserting

AnyFact = TypeVar("AnyFact", bound=Fact)
OtherFact = TypeVar("OtherFact", bound=Fact)
Touched = Iterable[int]
"""The conversations whose following columns (counts, times, customer) must be made anew."""

_Together = Callable[[Sequence[AnyFact], Sequence[OtherFact], Connection], Touched | None]
_PAIRS: dict[type[Fact], tuple[type[Fact], Callable[[Sequence[Any], Sequence[Any], Connection], Touched | None]]] = {}
_BETWEEN: frozenset[type[Fact]] = frozenset((Quarantined, Redelivered))
_APPLIERS: dict[type[Fact], Callable[[Sequence[Any], Connection], Touched]] = {}
_AT_ONCE = 500  # values in one IN list: well under every limit, and the statement stays cached


def applies(
    kind: type[AnyFact],
) -> Callable[[Callable[[Sequence[AnyFact], Connection], Touched]], Callable[[Sequence[AnyFact], Connection], Touched]]:
    """Register the function that applies facts of `kind`."""

    def register(
        function: Callable[[Sequence[AnyFact], Connection], Touched],
    ) -> Callable[[Sequence[AnyFact], Connection], Touched]:
        _APPLIERS[kind] = function
        return function

    return register


def applies_together(
    first: type[AnyFact], second: type[OtherFact]
) -> Callable[[_Together[AnyFact, OtherFact]], _Together[AnyFact, OtherFact]]:
    """Register the function that applies facts of two kinds in one go, where a run of each is at hand.

    It may return `None`, having done nothing: then each kind is applied by itself.
    """

    def register(function: _Together[AnyFact, OtherFact]) -> _Together[AnyFact, OtherFact]:
        _PAIRS[first] = (second, function)
        return function

    return register


def missing() -> list[str]:
    """Return the kinds of fact that have no applier; a test holds this empty."""
    return sorted(word for word, kind in KINDS.items() if kind not in _APPLIERS)


def apply(session: Session, facts: Sequence[Fact]) -> set[int]:
    """Apply facts in their order, runs of one kind set-wise.

    Returns:
        The conversations that `refresh` must be told of.

    Raises:
        Changed: a row does not stand as a fact needs it to.
    """
    touched: set[int] = set()
    runs = [(kind, list(run)) for kind, run in groupby(facts, key=type)]
    for place, (kind, run) in enumerate(runs):
        if kind in _PAIRS and (done := _apply_pair(runs, place, session.connection())) is not None:
            touched.update(done)
        elif run:
            touched.update(_APPLIERS[kind](run, session.connection()))
    return touched


def _apply_pair(runs: Sequence[tuple[type[Fact], list[Fact]]], place: int, connection: Connection) -> Touched | None:
    """Apply a run with the one of its pair that stands after it, of which nothing is left; `None` if they are not one.

    Between the two only deliveries may stand, which concern no conversation.
    """
    first, run = runs[place]
    second, function = _PAIRS[first]
    for kind, other in runs[place + 1 : place + 4]:
        if kind is second:
            if (touched := function(run, other, connection)) is not None:
                other.clear()
            return touched
        if kind not in _BETWEEN:
            return None
    return None


def table(model: type[SQLModel]) -> Table:
    """Return the table behind a model: set-wise work goes past the ORM."""
    return cast("Table", model.__table__)  # type: ignore[attr-defined]


def naming(name: str | None) -> dict[str, str | None]:
    """Return the columns of a person's or an organization's name: itself, and what it is found by."""
    return {"name": name, "folded": folded_name(name)}


def insert(
    connection: Connection, model: type[SQLModel], rows: Sequence[Mapping[str, Any]], *, lenient: bool = False
) -> None:
    """Insert rows; with `lenient` a row whose key is there already is left out."""
    _inserting(model, connection.dialect.name, lenient=lenient)(connection, rows)


@cache
def _inserting(model: type[SQLModel], dialect: str, *, lenient: bool) -> Write:
    def build() -> Any:
        statement: Any = inserting(dialect)(table(model))
        return statement.on_conflict_do_nothing() if lenient else statement

    return Write(build)


def chunks(ids: Iterable[Any], size: int = _AT_ONCE) -> Iterator[list[Any]]:
    """Yield the distinct values in sorted lists of at most `size`."""
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def standing(connection: Connection, model: type[SQLModel], column: str, ids: Iterable[int]) -> dict[int, Any]:
    """Return what `column` holds now in the rows with these ids."""
    return dict(map(tuple, _holding(model, column)(connection, ids)))


@cache
def _holding(model: type[SQLModel], column: str) -> Lookup:
    rows = table(model)
    return Lookup(lambda: select(rows.c.id, rows.c[column]).where(rows.c.id.in_(some_values())))


def move(connection: Connection, model: type[SQLModel], column: str, changes: Sequence[tuple[int, Any, Any]]) -> None:
    """Set `column` from what each (id, before, after) says it holds to what it shall hold.

    Several changes of one row in one call chain: the second must start where the first ended.

    Raises:
        Changed: rows that do not hold what they should; nothing was written.
    """
    holds = standing(connection, model, column, (number for number, _, _ in changes))
    wrong = []
    for number, before, after in changes:
        if number not in holds or holds[number] != before:
            wrong.append(number)
        holds[number] = after
    if wrong:
        raise Changed(table(model).name, tuple(wrong))
    moved = dict.fromkeys(number for number, _, _ in changes)
    _moving(model, column)(connection, [{"row": number, "after": holds[number]} for number in moved])


@cache
def _moving(model: type[SQLModel], column: str) -> Write:
    rows = table(model)
    target = rows.c[column]
    after = bindparam("after", type_=target.type)
    return Write(lambda: update(rows).where(rows.c.id == bindparam("row")).values({target: after}))


def remove(connection: Connection, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Delete the rows that match these columns exactly."""
    if not rows:
        return
    _removing(model, tuple(rows[0]))(connection, rows)


@cache
def _removing(model: type[SQLModel], names: tuple[str, ...]) -> Write:
    rows = table(model)
    return Write(lambda: delete(rows).where(*(rows.c[name] == bindparam(name) for name in names)))


def inhabited(connection: Connection, numbers: Iterable[int]) -> set[int]:
    """Return those of these conversations that hold messages."""
    rows = table(Message)
    found: set[int] = set()
    for some in chunks(numbers):
        chosen = select(rows.c.conversation_id).where(rows.c.conversation_id.in_(some)).distinct()
        found.update(connection.execute(chosen).scalars())
    return found
