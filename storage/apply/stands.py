"""How conversations stood through time, kept as their states change: what clocks are read from."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, select

from storage.apply.base import insert, table
from storage.kinds import Status
from storage.models import Stand
from storage.models.statements import Lookup, Write, some_values

Step = tuple[int, Status, Status, datetime, bool]
"""A conversation, its state before and after, since when, and whether this takes the step before it back."""

_S: Final = table(Stand)
_ALL: Final = Lookup(
    lambda: (
        select(_S.c.conversation_id, _S.c.place, _S.c.before, _S.c.after)
        .where(_S.c.conversation_id.in_(some_values()))
        .order_by(_S.c.conversation_id, _S.c.place)
    )
)
_GONE: Final = Write(
    lambda: delete(_S).where(_S.c.conversation_id == bindparam("number"), _S.c.place == bindparam("nth"))
)


def stood(connection: Connection, steps: Iterable[Step]) -> None:
    """Put steps down, in their order; what is taken back by the very next step was never there."""
    steps = list(steps)
    held: dict[int, list[tuple[int, Status, Status]]] = {}
    for row in _ALL(connection, (step[0] for step in steps)):
        held.setdefault(row.conversation_id, []).append((row.place, row.before, row.after))
    new: dict[tuple[int, int], dict[str, Any]] = {}
    gone: list[dict[str, int]] = []
    for number, before, after, at, back in steps:
        mine = held.setdefault(number, [])
        if back and mine and mine[-1][1:] == (after, before):
            place = mine.pop()[0]
            if new.pop((number, place), None) is None:
                gone.append({"number": number, "nth": place})
            continue
        place = mine[-1][0] + 1 if mine else 1
        mine.append((place, before, after))
        new[number, place] = {
            "conversation_id": number,
            "place": place,
            "at": at,
            "before": before,
            "after": after,
        }
    _GONE(connection, gone)
    insert(connection, Stand, list(new.values()))
