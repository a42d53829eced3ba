"""Applying the facts of canned responses."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update

from storage.apply.base import Touched, applies, chunks, insert, remove, table
from storage.events import ResponseKept, ResponseUsed
from storage.kinds.errors import Changed
from storage.models import Response, ResponseUse

_ROWS: Final = table(Response)
_WORDS: Final = ("shortcode", "language", "title", "tags", "attachments", "actions", "body")
ERASED: Final[dict[str, Any]] = {**dict.fromkeys(_WORDS), "tags": [], "attachments": [], "actions": {}}
"""What a response says whose words were erased."""


@applies(ResponseKept)
def _(facts: Sequence[ResponseKept], connection: Connection) -> Touched:
    there: dict[int, dict[str, Any]] = {}
    for some in chunks(fact.response_id for fact in facts):
        chosen = connection.execute(select(_ROWS).where(_ROWS.c.id.in_(some)))
        there.update({row.id: dict(row._mapping) for row in chosen})  # noqa: SLF001 - a row's own public mapping
    stands: dict[int, dict[str, Any] | None] = dict(there)
    wrong = []
    for fact in facts:
        row = stands.get(fact.response_id)
        if not _as_said(row, fact):
            wrong.append(fact.response_id)
        stands[fact.response_id] = {"agent_id": fact.agent, **(fact.after or ERASED)} if fact.stands else None
    if wrong:
        raise Changed("response", tuple(wrong))
    new = [{"id": number, **row} for number, row in stands.items() if row is not None and number not in there]
    other = [{"row": number, **_values(row)} for number, row in stands.items() if row is not None and number in there]
    if new:
        insert(connection, Response, new)
    if other:
        connection.execute(
            update(_ROWS)
            .where(_ROWS.c.id == bindparam("row"))
            .values({name: bindparam(f"new_{name}", type_=_ROWS.c[name].type) for name in ("agent_id", *_WORDS)}),
            other,
        )
    remove(connection, Response, [{"id": number} for number in there if stands[number] is None])
    return ()


def _values(row: dict[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": row[name] for name in ("agent_id", *_WORDS)}


def _as_said(row: dict[str, Any] | None, fact: ResponseKept) -> bool:
    """Say whether a row stands as a fact left it; words that were erased on either side tell nothing."""
    if row is None or not fact.stood:
        return row is None and not fact.stood
    if row["agent_id"] != fact.agent_before:
        return False
    said = fact.before
    return said is None or row["body"] is None or all(row[name] == said[name] for name in _WORDS)


@applies(ResponseUsed)
def _(facts: Sequence[ResponseUsed], connection: Connection) -> Touched:
    rows = table(ResponseUse)
    there: dict[tuple[int, int], bool] = {}
    for some in chunks(fact.message_id for fact in facts):
        chosen = connection.execute(select(rows).where(rows.c.message_id.in_(some)))
        there.update({(row.message_id, row.response_id): row.edited for row in chosen})
    stands: dict[tuple[int, int], bool | None] = dict(there)
    for fact in facts:
        use = (fact.message_id, fact.response_id)
        if stands.get(use) != (None if fact.after else fact.edited):
            raise Changed("response_use", (fact.message_id,))
        stands[use] = fact.edited if fact.after else None
    gone = [_use(use) for use in there if stands[use] is None]
    new = [{**_use(use), "edited": edited} for use, edited in stands.items() if use not in there and edited is not None]
    remove(connection, ResponseUse, gone)
    if new:
        insert(connection, ResponseUse, new)
    return ()


def _use(use: tuple[int, int]) -> dict[str, int]:
    return {"message_id": use[0], "response_id": use[1]}
