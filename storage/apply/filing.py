"""Applying the facts of saved views and of rules."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from storage.apply.base import Touched, applies, chunks, insert, remove, standing, table
from storage.events import Ruled, RuleKept, ViewKept
from storage.kinds.errors import Changed
from storage.models import Rule, View


@applies(ViewKept)
def _(facts: Sequence[ViewKept], connection: Connection) -> Touched:
    rows = table(View)
    held: dict[int, dict[str, Any]] = {}
    for some in chunks(fact.view_id for fact in facts):
        chosen = connection.execute(select(rows).where(rows.c.id.in_(some)))
        held.update({row.id: dict(row._mapping) for row in chosen})  # noqa: SLF001 - a row's own public mapping
    for fact in facts:
        row = held.get(fact.view_id, {})
        stood = (row.get("place"), row.get("name"), row.get("query"))
        if not _same(stood, (fact.place_before, fact.name_before, fact.query_before)):
            raise Changed("view", (fact.view_id,))
        after = {"name": fact.name, "query": fact.query, "place": fact.place}
        if fact.place is None:
            remove(connection, View, [{"id": fact.view_id}])
            held.pop(fact.view_id)
            continue
        if row:
            connection.execute(update(rows).where(rows.c.id == bindparam("row")), {"row": fact.view_id, **after})
        else:
            insert(connection, View, [{"id": fact.view_id, "agent_id": fact.agent_id, **after}])
        held[fact.view_id] = {"id": fact.view_id, "agent_id": fact.agent_id, **after}
    return ()


def _same(stands: tuple[object, ...], said: tuple[object, ...]) -> bool:
    """Say whether a row stands as a fact left it; words that were erased on either side tell nothing."""
    (place, *words), (place_said, *words_said) = stands, said
    return place == place_said and all(
        one == other for one, other in zip(words, words_said, strict=True) if None not in (one, other)
    )


@applies(RuleKept)
def _(facts: Sequence[RuleKept], connection: Connection) -> Touched:
    rows = table(Rule)
    there = standing(connection, Rule, "valid_until", (fact.rule_id for fact in facts))
    for fact in facts:
        stands = fact.rule_id in there and there[fact.rule_id] is None
        if stands is not fact.before:
            raise Changed("rule", (fact.rule_id,))
        until = None if fact.after else fact.happened_at
        if fact.rule_id in there:
            connection.execute(
                update(rows).where(rows.c.id == bindparam("row")), {"row": fact.rule_id, "valid_until": until}
            )
        else:
            insert(connection, Rule, [_row(fact)])
        there[fact.rule_id] = until
    return ()


def _row(fact: RuleKept) -> dict[str, Any]:
    return {
        "id": fact.rule_id,
        "name": fact.name,
        "conditions": fact.conditions,
        "tags": list(fact.tags),
        "assignee_id": fact.assignee_id,
        "spam": fact.spam,
        "ignores": fact.ignores,
        "valid_from": fact.valid_from,
        "valid_until": None if fact.after else fact.happened_at,
    }


@applies(Ruled)
def _(_facts: Sequence[Ruled], _connection: Connection) -> Touched:
    return ()  # what the rule did stands in facts of its own; this one says why
