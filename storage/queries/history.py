"""The log as people read it: an agent's actions, a conversation's events, and what changed after a cursor."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlmodel import Session

from storage.queries.several import listed
from storage.queries.tables import AGENT, CONVERSATION, EVENT, PARTING, PERSONAL
from storage.record import fact_in
from storage.views import ActionView, EventView

MUCH = 200
"""So many events after a cursor that they are not read one by one any more."""

_E = EVENT.c
_SENDING = frozenset({"queued", "cancelled", "held", "delivery_changed"})
_BESIDE = ("received", "joined", "met", "handled")  # what an answer is made of, and says nothing beside it
_TWO = ("merged", "split", "moved", "linked")  # the kinds of fact that change two conversations
_AT_ONCE = 500
_DEEPEST = 100  # undos of undos that are followed


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened after a cursor.

    Attributes:
        cursor: up to which event this says it; the next question starts there.
        conversation_ids: the conversations that changed; empty when it was too much.
        much: so much happened that whoever shows anything had better read it all again.
    """

    cursor: int
    conversation_ids: frozenset[int]
    much: bool


def last_event(session: Session, conversation_id: int | None = None) -> int:
    """Return the newest event's number, of the desk or of a conversation; 0 when nothing ever happened."""
    last = select(func.max(_E.id))
    if conversation_id is not None:
        last = last.where(_E.conversation_id == conversation_id)
    return int(session.connection().execute(last).scalar_one() or 0)


def since(session: Session, cursor: int) -> Changes:
    """Say what changed after an event, without reading more than `MUCH` of them."""
    last = last_event(session)
    if last - cursor > MUCH:
        return Changes(last, frozenset(), much=True)
    changed: set[int] = set()
    if last > cursor:
        rows = session.connection().execute(
            select(_E.kind, _E.conversation_id, _E.public).where(_E.id > cursor, _E.id <= last)
        )
        for row in rows:
            if row.conversation_id is not None:
                changed.add(row.conversation_id)
            if row.kind in _TWO:
                changed.add(json.loads(row.public)["fact"]["other_id"])
    return Changes(last, frozenset(changed), much=False)


def actions(session: Session, *, agent_id: int, console: str | None = None, limit: int = 50) -> list[ActionView]:
    """Return an agent's last actions, newest first.

    Args:
        session: of any transaction.
        agent_id: whose.
        console: only those from this console; `None` takes all.
        limit: how many.
    """
    chosen = select(_E.action_id).where(_E.agent_id == agent_id)
    if console is not None:
        chosen = chosen.where(_E.console == console)
    connection = session.connection()
    ids = list(connection.execute(chosen.distinct().order_by(_E.action_id.desc()).limit(limit)).scalars())
    undone = undone_among(session, ids)
    rows: dict[int, list[Any]] = {number: [] for number in ids}
    facts = (
        select(_E.action_id, _E.kind, _E.conversation_id, _E.recorded_at, _E.undoes, _E.console, AGENT.c.name)
        .select_from(EVENT.outerjoin(AGENT, AGENT.c.id == _E.agent_id))
        .where(_E.action_id.in_(ids), _E.agent_id.is_not(None))
        .order_by(_E.id)
    )
    for row in connection.execute(facts):
        rows[row.action_id].append(row)
    return [_action(number, rows[number], undone=number in undone) for number in ids]


def _action(number: int, rows: Sequence[Any], *, undone: bool) -> ActionView:
    first = rows[0]
    return ActionView(
        action_id=number,
        agent=first.name or "",
        console=first.console,
        recorded_at=first.recorded_at,
        kinds=tuple(dict.fromkeys(row.kind for row in rows)),
        conversation_ids=tuple(dict.fromkeys(row.conversation_id for row in rows if row.conversation_id is not None)),
        fact_count=len(rows),
        undone=undone,
        undoes=first.undoes,
    )


def first_events(
    session: Session, action_ids: Collection[int], *, without: Collection[str] = ()
) -> dict[int, EventView]:
    """Return the first event of each of these actions, which says what the action was.

    Args:
        session: of any transaction.
        action_ids: at most 500 are looked at.
        without: kinds of fact that say nothing to a person; an action of these alone is left out.
    """
    firsts = select(func.min(_E.id)).where(_E.action_id.in_(list(action_ids)[:_AT_ONCE]), _E.agent_id.is_not(None))
    firsts = firsts.where(_E.kind.not_in(without))
    rows = session.connection().execute(_events().where(_E.id.in_(firsts.group_by(_E.action_id)))).all()
    return {row.action_id: _event(row, undone=False) for row in rows}


def telling_events(session: Session, action_ids: Collection[int], *, silent: Collection[str]) -> dict[int, EventView]:
    """Return the event of each of these actions that says what it was: the first that is not silent, else the first.

    Args:
        session: of any transaction.
        action_ids: at most 500 are looked at.
        silent: kinds of fact that say nothing beside others.
    """
    told = first_events(session, action_ids, without=silent)
    return told | first_events(session, [one for one in action_ids if one not in told])


def telling_of(session: Session, actions: Collection[ActionView], *, silent: Collection[str]) -> dict[int, EventView]:
    """Return by its number the event of each action that says what was done, as `ActionView.told_by` names it.

    An answer is told as such: where its conversation stood from then on only followed from it.
    """
    sending = {one.told_by for one in actions if _SENDING & set(one.kinds)}
    told = first_events(session, sorted(sending), without=_BESIDE)
    return told | telling_events(session, sorted({one.told_by for one in actions} - sending), silent=silent)


def events(session: Session, conversation_id: int) -> list[EventView]:
    """Return everything that was recorded of one conversation and of those joined into it, oldest first."""
    return events_of(session, [conversation_id, *joined_numbers(session, conversation_id)])


def events_of(
    session: Session,
    conversation_ids: Collection[int],
    *,
    kinds: Collection[str] = (),
    without: Collection[str] = (),
) -> list[EventView]:
    """Return the events of these numbers, oldest first; a split stands on both sides.

    Args:
        session: of any transaction.
        conversation_ids: the numbers.
        kinds: only these kinds of fact; empty takes all.
        without: but for these.
    """
    numbers = set(conversation_ids)
    # The fact of a split is kept with the conversation that was left.
    left = and_(_E.conversation_id.in_(parted_from(session, numbers)), _E.kind == "split")
    chosen = _events().where(or_(_E.conversation_id.in_(sorted(numbers)), left)).order_by(_E.id)
    if kinds:
        chosen = chosen.where(_E.kind.in_(kinds))
    if without:
        chosen = chosen.where(_E.kind.not_in(without))
    rows = session.connection().execute(chosen).all()
    undone = undone_among(session, {row.action_id for row in rows if row.agent_id is not None})
    views = (_event(row, undone=row.action_id in undone) for row in rows)
    return [view for view in views if view.conversation_id in numbers or view.values["other_id"] in numbers]


def events_by(session: Session, event_ids: Sequence[int]) -> list[EventView]:
    """Return events by their numbers, oldest first."""
    some = _E.id.in_(listed(session.connection(), event_ids))
    rows = session.connection().execute(_events().where(some).order_by(_E.id)).all()
    undone = undone_among(session, {row.action_id for row in rows if row.agent_id is not None})
    return [_event(row, undone=row.action_id in undone) for row in rows]


def parted_from(session: Session, conversation_ids: Collection[int]) -> tuple[int, ...]:
    """Return the conversations that agents told apart from these for good."""
    numbers = set(conversation_ids)
    chosen = select(PARTING).where(or_(PARTING.c.one_id.in_(numbers), PARTING.c.other_id.in_(numbers)))
    found = {number for row in session.connection().execute(chosen) for number in row}
    return tuple(sorted(found - numbers))


def joined_numbers(session: Session, conversation_id: int) -> tuple[int, ...]:
    """Return the numbers that stand for a conversation since they were joined to it, those behind others, too."""
    base = select(CONVERSATION.c.id).where(CONVERSATION.c.joined_into == conversation_id).cte(recursive=True)
    deeper = select(CONVERSATION.c.id).where(CONVERSATION.c.joined_into == base.c.id)
    found = base.union(deeper)
    return tuple(session.connection().execute(select(found.c.id).order_by(found.c.id)).scalars())


def undone_among(session: Session, action_ids: Iterable[int]) -> frozenset[int]:
    """Return which of these actions do not hold any more: an undo took them back, and no redo the undo."""
    took_back: dict[int, set[int]] = {}
    asked: set[int] = set()
    new = set(action_ids)
    for _ in range(_DEEPEST):
        new -= asked
        if not new:
            break
        asked |= new
        found: set[int] = set()
        ordered = sorted(new)
        for at in range(0, len(ordered), _AT_ONCE):
            chosen = select(_E.action_id, _E.undoes).where(_E.undoes.in_(ordered[at : at + _AT_ONCE])).distinct()
            for row in session.connection().execute(chosen):
                took_back.setdefault(row.undoes, set()).add(row.action_id)
                found.add(row.action_id)
        new = found
    # An undo is younger than what it takes back: the youngest first, each is settled before it is asked for.
    undone: set[int] = set()
    for number in sorted(took_back, reverse=True):
        if any(undo not in undone for undo in took_back[number]):
            undone.add(number)
    return frozenset(undone)


def _events() -> Select[Any]:
    return select(
        _E.id,
        _E.action_id,
        _E.kind,
        _E.version,
        _E.agent_id,
        _E.conversation_id,
        _E.happened_at,
        _E.recorded_at,
        _E.undoes,
        _E.public,
        PERSONAL.c.personal,
        AGENT.c.name,
    ).select_from(EVENT.outerjoin(PERSONAL, PERSONAL.c.event_id == _E.id).outerjoin(AGENT, AGENT.c.id == _E.agent_id))


def _event(row: Any, *, undone: bool) -> EventView:
    fact = fact_in(row.kind, row.version, row.public, row.personal)
    return EventView(
        event_id=row.id,
        action_id=row.action_id,
        kind=row.kind,
        agent=row.name or "",
        conversation_id=row.conversation_id,
        happened_at=row.happened_at,
        recorded_at=row.recorded_at,
        values=fact.model_dump(exclude={"kind", "happened_at"}),
        undone=undone,
        undoes=row.undoes,
    )
