"""Applying the facts of handoffs, of colleagues who are asked, and of causes that were found."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update
from sqlmodel import SQLModel

from storage.apply.base import AnyFact, Touched, applies, chunks, insert, move, remove, table
from storage.events import (
    Accepted,
    Consulted,
    ConsultEnded,
    ConsultLapsed,
    Escalated,
    KindChanged,
    Returned,
    Solved,
    Transferred,
)
from storage.kinds import OPEN_HANDOFF, ConsultState, HandoffState
from storage.kinds.errors import Changed
from storage.models import Consult, Conversation, Handoff, Solution

_Row = dict[str, Any]
_COUNTED: Final = "crossed"
_OVER: Final = frozenset({HandoffState.TAKEN_BACK, HandoffState.RETURNED})


@applies(Transferred)
def _(facts: Sequence[Transferred], connection: Connection) -> Touched:
    def change(fact: Transferred, row: _Row | None) -> _Row | None:
        if not fact.stands:
            return {**row, "state": HandoffState.TAKEN_BACK} if row and row["state"] in OPEN_HANDOFF else None
        if row is not None and row["state"] is not HandoffState.TAKEN_BACK:
            return None
        return {
            "id": fact.handoff_id,
            "conversation_id": fact.conversation_id,
            "from_tier": fact.before,
            "to_tier": fact.after,
            "from_agent_id": fact.from_agent_id,
            "to_agent_id": fact.to_agent_id,
            "destination": fact.destination,
            "rota": fact.rota,
            "at": fact.happened_at,
            "state": HandoffState.OFFERED,
            "accepted_at": None,
            "accepted_by": None,
            "returned_at": None,
            "escalations": 0,
            "escalated_at": None,
            _COUNTED: 0,
            "note_id": fact.note_id,
            "told_id": fact.told_id,
            "brief": fact.brief,
            "reason": None,
        }

    _change(connection, Handoff, facts, [fact.handoff_id for fact in facts], change)
    return _crossing(connection, facts)


@applies(Accepted)
def _(facts: Sequence[Accepted], connection: Connection) -> Touched:
    order = _Order(connection, (fact for fact in facts if fact.after in OPEN_HANDOFF))

    def change(fact: Accepted, row: _Row | None) -> _Row | None:
        if row is None or row["state"] is not fact.before:
            return None
        now = fact.after is HandoffState.ACCEPTED
        if not now and order.is_followed(fact.conversation_id, fact.handoff_id):
            return None
        order.put(fact.conversation_id, fact.handoff_id, fact.after)
        return {
            **row,
            "state": fact.after,
            "accepted_at": fact.happened_at if now else None,
            "accepted_by": fact.agent_id if now else None,
        }

    _change(connection, Handoff, facts, [fact.handoff_id for fact in facts], change)
    moved = [(fact.conversation_id, fact.tier_before, fact.tier) for fact in facts if fact.tier is not None]
    move(connection, Conversation, "tier", moved)
    return ()


@applies(Returned)
def _(facts: Sequence[Returned], connection: Connection) -> Touched:
    order = _Order(connection, (fact for fact in facts if fact.state not in _OVER))

    def change(fact: Returned, row: _Row | None) -> _Row | None:
        if row is None or row["state"] is not fact.state_before:
            return None
        now = fact.state is HandoffState.RETURNED
        if not now and order.is_followed(fact.conversation_id, fact.handoff_id):
            return None
        order.put(fact.conversation_id, fact.handoff_id, fact.state)
        return {
            **row,
            "state": fact.state,
            "returned_at": fact.happened_at if now else None,
            "reason": fact.reason if now else None,
        }

    _change(connection, Handoff, facts, [fact.handoff_id for fact in facts], change)
    return _crossing(connection, facts)


@applies(Escalated)
def _(facts: Sequence[Escalated], connection: Connection) -> Touched:
    def change(fact: Escalated, row: _Row | None) -> _Row | None:
        if row is None or (row["state"], row["to_agent_id"]) != (fact.state_before, fact.before):
            return None
        return {
            **row,
            "state": HandoffState.ESCALATED,
            "to_agent_id": fact.after,
            "rota": fact.rota or row["rota"],
            "escalations": row["escalations"] + 1,
            "escalated_at": fact.asked_at or fact.happened_at,
        }

    _change(connection, Handoff, facts, [fact.handoff_id for fact in facts], change)
    return ()


@applies(Consulted)
def _(facts: Sequence[Consulted], connection: Connection) -> Touched:
    def change(fact: Consulted, row: _Row | None) -> _Row | None:
        if not fact.stands:
            return {**row, "state": ConsultState.TAKEN_BACK} if row and row["state"] is ConsultState.ASKED else None
        if row is not None and row["state"] is not ConsultState.TAKEN_BACK:
            return None
        return {
            "id": fact.consult_id,
            "conversation_id": fact.conversation_id,
            "by_agent_id": fact.by_agent_id,
            "agent_id": fact.agent_id,
            "note_id": fact.note_id,
            "at": fact.happened_at,
            "due_at": fact.due_at,
            "state": ConsultState.ASKED,
            "answered_id": None,
        }

    _change(connection, Consult, facts, [fact.consult_id for fact in facts], change)
    return ()


@applies(ConsultEnded)
def _(facts: Sequence[ConsultEnded], connection: Connection) -> Touched:
    def change(fact: ConsultEnded, row: _Row | None) -> _Row | None:
        if row is None or row["state"] is ConsultState.TAKEN_BACK or row["answered_id"] != fact.before:
            return None
        state = ConsultState.ASKED if fact.after is None else ConsultState.ANSWERED
        return {**row, "state": state, "answered_id": fact.after}

    _change(connection, Consult, facts, [fact.consult_id for fact in facts], change)
    return ()


@applies(ConsultLapsed)
def _(facts: Sequence[ConsultLapsed], connection: Connection) -> Touched:
    def change(fact: ConsultLapsed, row: _Row | None) -> _Row | None:
        # It says what was due; that it was recorded is read in the log, and the question stays as it is.
        return (
            row if row is not None and (row["state"], row["due_at"]) == (ConsultState.ASKED, fact.happened_at) else None
        )

    _change(connection, Consult, facts, [fact.consult_id for fact in facts], change)
    return ()


@applies(Solved)
def _(facts: Sequence[Solved], connection: Connection) -> Touched:
    rows = table(Solution)
    stands: dict[int, _Row] = {}
    for some in chunks(fact.conversation_id for fact in facts):
        chosen = connection.execute(select(rows).where(rows.c.conversation_id.in_(some)))
        stands.update({row.conversation_id: dict(row._mapping) for row in chosen})  # noqa: SLF001 - its public mapping
    was = [{"conversation_id": number} for number in stands]
    for fact in facts:
        row = stands.pop(fact.conversation_id, None)
        if (row is not None) != fact.stood or (row is not None and row["known"] != fact.known_before):
            raise Changed("solution", (fact.conversation_id,))
        if fact.stands:
            cause, solution = fact.after or (None, None)
            stands[fact.conversation_id] = {
                "conversation_id": fact.conversation_id,
                "known": fact.known,
                "cause": cause,
                "solution": solution,
            }
    remove(connection, Solution, was)
    if stands:
        insert(connection, Solution, list(stands.values()))
    return ()


@applies(KindChanged)
def _(facts: Sequence[KindChanged], connection: Connection) -> Touched:
    move(connection, Conversation, "kind", [(fact.conversation_id, fact.before, fact.after) for fact in facts])
    return ()


def _change(
    connection: Connection,
    model: type[SQLModel],
    facts: Sequence[AnyFact],
    numbers: Sequence[int],
    change: Callable[[AnyFact, _Row | None], _Row | None],
) -> None:
    """Let each fact change its row, one after the other; `None` is for a row that is not as the fact needs it.

    Raises:
        Changed: at least one is not; nothing was written.
    """
    rows = _read(connection, model, "id", numbers)
    there = set(rows)
    wrong: list[int] = []
    for fact, number in zip(facts, numbers, strict=True):
        after = change(fact, rows.get(number))
        if after is None:
            wrong.append(fact.about or number)
        else:
            rows[number] = after
    if wrong:
        raise Changed(table(model).name, tuple(wrong))
    if new := [row for number, row in rows.items() if number not in there]:
        insert(connection, model, new)
    _write(connection, model, [row for number, row in rows.items() if number in there])


class _Order:
    """Which handoffs of conversations stand, fact by fact: one that another followed does not stand again.

    Args:
        connection: to the store.
        facts: those by which handoffs stand again.
    """

    def __init__(self, connection: Connection, facts: Iterable[Accepted | Returned]) -> None:
        numbers = {fact.conversation_id for fact in facts}
        rows = _read(connection, Handoff, "conversation_id", numbers) if numbers else {}
        self._stand: dict[int, set[int]] = {number: set() for number in numbers}
        for number, row in rows.items():
            self.put(row["conversation_id"], number, row["state"])

    def put(self, conversation_id: int, handoff_id: int, state: HandoffState) -> None:
        """Take in that a handoff is in a state from now on."""
        if (stand := self._stand.get(conversation_id)) is not None:
            (stand.discard if state in _OVER else stand.add)(handoff_id)

    def is_followed(self, conversation_id: int, handoff_id: int) -> bool:
        """Say whether a later handoff stands."""
        return any(one > handoff_id for one in self._stand.get(conversation_id, ()))


def _read(connection: Connection, model: type[SQLModel], column: str, numbers: Iterable[int]) -> dict[int, _Row]:
    rows = table(model)
    found: dict[int, _Row] = {}
    for some in chunks(numbers):
        chosen = select(rows).where(rows.c[column].in_(some)).order_by(rows.c.id)
        found.update({row.id: dict(row._mapping) for row in connection.execute(chosen)})  # noqa: SLF001 - as above
    return found


def _write(connection: Connection, model: type[SQLModel], changed: Sequence[_Row]) -> None:
    rows = table(model)
    names = [column.name for column in rows.columns if not column.primary_key]
    if changed:
        connection.execute(
            update(rows)
            .where(rows.c.id == bindparam("row"))
            .values({name: bindparam(f"new_{name}", type_=rows.c[name].type) for name in names}),
            [{"row": row["id"], **{f"new_{name}": row[name] for name in names}} for row in changed],
        )


def _crossing(connection: Connection, facts: Sequence[Transferred | Returned]) -> Touched:
    """Move the conversations to their tiers, and count how often each border was crossed with each handoff."""
    changes = [(fact.conversation_id, fact.before, fact.after) for fact in facts]
    move(connection, Conversation, "tier", changes)
    # What is returned may have been joined to another conversation since: it is counted where it was handed on.
    own = _read(connection, Handoff, "id", (fact.handoff_id for fact in facts))
    rows = _read(connection, Handoff, "conversation_id", {row["conversation_id"] for row in own.values()})
    counted: dict[tuple[int, frozenset[Any]], int] = {}
    changed = []
    for _number, row in sorted(rows.items()):
        border = row["conversation_id"], frozenset((row["from_tier"], row["to_tier"]))
        counted[border] = counted.get(border, 0) + _crossings(row["state"])
        crossed = counted[border] if row["state"] is not HandoffState.TAKEN_BACK else 0
        if row[_COUNTED] != crossed:
            changed.append({**row, _COUNTED: crossed})
    _write(connection, Handoff, changed)
    return ()


def _crossings(state: HandoffState) -> int:
    return {HandoffState.TAKEN_BACK: 0, HandoffState.RETURNED: 2}.get(state, 1)
