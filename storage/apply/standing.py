"""For which conversation a number stands today, behind however many joins."""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import CTE, Connection, FromClause, Select, select

from storage.apply.base import table
from storage.models import Conversation
from storage.models.statements import Lookup, some_values

_C: Final = table(Conversation)
_INTO: Final = Lookup(
    lambda: select(_C.c.id, _C.c.joined_into).where(_C.c.id.in_(some_values()), _C.c.joined_into.is_not(None))
)
_UNDER: Final = Lookup(lambda: select(_C.c.id, _C.c.joined_into).where(_C.c.joined_into.in_(some_values())))


def today(origins: Select[Any]) -> FromClause:
    """Return a table of `origin` and `number`: where each number of a selection stands today.

    Args:
        origins: the numbers, of one column; those of which there is no conversation are left out.
    """
    begin = _C.alias()
    walk: CTE = (
        select(begin.c.id.label("origin"), begin.c.id.label("number"), begin.c.joined_into.label("into"))
        .where(begin.c.id.in_(origins))
        .cte(recursive=True)
    )
    further = _C.alias()
    walk = walk.union_all(
        select(walk.c.origin, further.c.id, further.c.joined_into).join_from(walk, further, further.c.id == walk.c.into)
    )
    return select(walk.c.origin, walk.c.number).where(walk.c.into.is_(None)).subquery()


def numbers_today(connection: Connection, numbers: Iterable[int]) -> dict[int, int]:
    """Return for which conversations numbers stand today, by the number; one that is not joined stands for itself."""
    stands = {number: number for number in numbers}
    while joined := dict(map(tuple, _INTO(connection, set(stands.values())))):
        stands = {number: joined.get(at, at) for number, at in stands.items()}
    return stands


def joined_under(connection: Connection, numbers: Iterable[int]) -> dict[int, int]:
    """Return the numbers that were joined to conversations, however deep, each with that conversation."""
    found: dict[int, int] = {}
    tops = {number: number for number in numbers}
    while tops:
        tops = {number: tops[into] for number, into in _UNDER(connection, tops)}
        found |= tops
    return found
