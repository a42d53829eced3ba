"""What is handed over with a shift: what changed since it began, what is owed, and who is on next."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import Session

from storage.apply.standing import numbers_today
from storage.apply.standing import today as standing_today
from storage.kinds import OPEN_HANDOFF, PUT_AWAY, SETTLED, EntryKind, HandoffState, Status
from storage.kinds.handover import Handover, HandoverRow, HandoverView, Told
from storage.kinds.rotas import OnCall
from storage.queries.agents import agents
from storage.queries.on_call import on_call_in, roster
from storage.queries.promises import promises
from storage.queries.rows import shown
from storage.queries.tables import CONVERSATION, ENTRY, EVENT, HANDOFF, MESSAGE

MOST: Final = 12
"""Rows under one heading; what is left out is counted."""

SHIFT: Final = timedelta(hours=12)
"""How long a shift is taken to be where no rota says when it began, and none was handed over before."""

_SOON: Final = timedelta(days=1)
_EVENTS: Final = 200_000  # of a shift that are looked through, the newest first
_KINDS: Final = ("status_changed", "transferred", "clock_breached")
_C, _E, _H = CONVERSATION.c, EVENT.c, HANDOFF.c


def last_handover(session: Session) -> Handover | None:
    """Return the last handover that somebody read; `None` where nobody ever did."""
    chosen = select(ENTRY.c.value).where(ENTRY.c.kind == EntryKind.HANDOVER, ENTRY.c.value.is_not(None))
    value = session.connection().execute(chosen.order_by(ENTRY.c.name.desc()).limit(1)).scalar()
    return Handover.read(value) if value is not None else None


def shift_began(session: Session, *, agent_id: int | None, now: datetime) -> datetime:
    """Return when an agent's shift began: their turn on call, else the last handover, else `SHIFT` ago."""
    mine = [one.since for one in on_call_in(roster(session), now) if agent_id is not None and one.agent_id == agent_id]
    if mine:
        return min(mine)
    last = last_handover(session)
    return last.at if last is not None else now - SHIFT


def handover(session: Session, since: datetime, *, now: datetime) -> HandoverView:
    """Return what is handed over at the end of a shift.

    Args:
        session: of any transaction.
        since: when the shift began.
        now: when it ends.
    """
    here = roster(session)
    on = on_call_in(here, now)
    then = [following for one in on for following in on_call_in(here, one.until, rota=one.rota)]
    owed = tuple(one for one in promises(session) if one.due <= now + _SOON)
    last = last_handover(session)
    names = agents(session)
    return HandoverView(
        since=since,
        until=now,
        changed={
            "new": _told(session, _new(session, since)),
            "late": _told(session, _late(session, now)),
            "offered": _told(session, _offered(session), names),
            "silent": _told(session, _silent(session)),
            **{word: _told(session, rows) for word, rows in _happened(session, since).items()},
        },
        promises=owed[:MOST],
        on=on,
        then=tuple(_different(then)),
        last=last,
        last_agent=names.get(last.agent_id or 0, "") if last is not None else "",
    )


_Row = tuple[int, datetime, int | None]


def _told(session: Session, rows: Sequence[_Row], names: dict[int, str] | None = None) -> Told:
    """Return conversations as they are named, in the order in which they are given."""
    some = {number: (at, who) for number, at, who in reversed(rows)}
    wanted = list(dict.fromkeys(number for number, _at, _who in rows))
    keys = [(0, 0, number) for number in wanted[:MOST]]
    found = shown(session.connection(), keys, None)
    return Told(
        tuple(
            HandoverRow(
                row.conversation_id,
                row.subject,
                row.customer,
                row.tier,
                row.status,
                some[row.conversation_id][0],
                (names or {}).get(some[row.conversation_id][1] or 0, "") or row.assignee,
            )
            for row in found
        ),
        len(wanted),
    )


def _new(session: Session, since: datetime) -> list[_Row]:
    chosen = (
        select(_C.id, MESSAGE.c.arrived_at)
        .join_from(CONVERSATION, MESSAGE, MESSAGE.c.id == _C.first_message_id)
        .where(_C.last_message_at >= since, MESSAGE.c.arrived_at >= since, _C.joined_into.is_(None))
        .where(_C.status.not_in((Status.SPAM, Status.TRASH)))
        .order_by(MESSAGE.c.arrived_at, _C.id)
    )
    return [(number, at, None) for number, at in session.connection().execute(chosen)]


def _late(session: Session, now: datetime) -> list[_Row]:
    chosen = select(_C.id, _C.due_at).where(_C.due_at < now, _C.joined_into.is_(None)).order_by(_C.due_at, _C.id)
    return [(number, at, None) for number, at in session.connection().execute(chosen)]


def _silent(session: Session) -> list[_Row]:
    chosen = (
        select(_C.id, _C.oldest_unanswered_at)
        .where(_C.queue_rank == 0, _C.oldest_unanswered_at.is_not(None), _C.joined_into.is_(None))
        .order_by(_C.oldest_unanswered_at, _C.id)
    )
    return [(number, at, None) for number, at in session.connection().execute(chosen.limit(MOST))]


def _offered(session: Session) -> list[_Row]:
    is_open = _H.state.in_(tuple(sorted(OPEN_HANDOFF)))
    stands = standing_today(select(_H.conversation_id).where(is_open))
    chosen = (
        select(_C.id, _H.at, _H.to_agent_id)
        .join_from(HANDOFF, stands, stands.c.origin == _H.conversation_id)
        .join(CONVERSATION, _C.id == stands.c.number)
        .where(is_open, _C.status.not_in(tuple(sorted(SETTLED | PUT_AWAY))))
    )
    return [(row[0], row[1], row[2]) for row in session.connection().execute(chosen.order_by(_H.at, _H.id))]


def _happened(session: Session, since: datetime) -> dict[str, list[_Row]]:
    """Return what was handed on, ran out and was resolved since a moment, and stands so, out of the log."""
    first = _first_since(session, since)
    chosen = (
        select(_E.kind, _E.conversation_id, _E.happened_at, _E.public)
        .where(_E.id >= first, _E.kind.in_(_KINDS), _E.conversation_id.is_not(None), _E.undoes.is_(None))
        .order_by(_E.id.desc())
        .limit(_EVENTS)
    )
    found: dict[str, list[_Row]] = {"transferred": [], "breached": [], "resolved": []}
    for kind, number, at, public in session.connection().execute(chosen):
        if kind == "status_changed":
            if json.loads(public)["fact"]["after"] == Status.RESOLVED:
                found["resolved"].append((number, at, None))
        else:
            found["transferred" if kind == "transferred" else "breached"].append((number, at, None))
    standing = _handed_on(session, {row[0] for row in found["transferred"]})
    found["transferred"] = [row for row in found["transferred"] if row[0] in standing]
    today = numbers_today(session.connection(), {number for rows in found.values() for number, _at, _who in rows})
    found = {word: [(today[number], at, who) for number, at, who in rows] for word, rows in found.items()}
    numbers = {row[0] for row in found["resolved"]}
    stands = set(_resolved(session, numbers)) if numbers else set()
    found["resolved"] = [row for row in found["resolved"] if row[0] in stands]
    return found


def _handed_on(session: Session, numbers: Iterable[int]) -> set[int]:
    """Return which of these were handed on, and not only so that it was taken back."""
    some, found = sorted(numbers), set[int]()
    for begin in range(0, len(some), 500):
        chosen = select(_H.conversation_id).where(_H.conversation_id.in_(some[begin : begin + 500]))
        found.update(session.connection().execute(chosen.where(_H.state != HandoffState.TAKEN_BACK)).scalars())
    return found


def _resolved(session: Session, numbers: Iterable[int]) -> Iterable[Any]:
    some = sorted(numbers)
    for begin in range(0, len(some), 500):
        chosen = select(_C.id).where(_C.id.in_(some[begin : begin + 500]), _C.status == Status.RESOLVED)
        yield from session.connection().execute(chosen).scalars()


def _first_since(session: Session, since: datetime) -> int:
    """Return the number of the first event recorded since a moment: events are numbered as they are recorded."""
    connection = session.connection()
    low, high = 1, int(connection.execute(select(func.max(_E.id))).scalar() or 0) + 1
    moment = since.astimezone(UTC)
    while low < high:
        middle = (low + high) // 2
        at = connection.execute(select(_E.recorded_at).where(_E.id >= middle).order_by(_E.id).limit(1)).scalar()
        if at is None or at >= moment:
            high = middle
        else:
            low = middle + 1
    return low


def _different(found: Iterable[OnCall]) -> Iterable[OnCall]:
    return {(one.rota, one.since): one for one in found}.values()
