"""What a dashboard shows: counts by the engine where it can count, the report's own reading where it is a story."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, and_, case, func, or_, select, type_coerce
from sqlmodel import Session

from storage.apply.standing import numbers_today, today
from storage.apply.terms import terms_in
from storage.kinds import PUT_AWAY, SETTLED, Automatic, Direction, EntryKind, HandoffState, Status, Tier
from storage.kinds.dashboard import (
    Behind,
    FigureAsked,
    Figures,
    Growing,
    Heat,
    OpenDays,
    Panels,
    PromisesTold,
    Standing,
)
from storage.kinds.moments import TICK
from storage.kinds.policies import Metric
from storage.kinds.promises import Promise, found_by
from storage.kinds.reports import Asked, Report
from storage.models import SHOWN_BELOW
from storage.queries.reports import ClocksTold, began, began_in, conditions_of, handed, told_of
from storage.queries.several import listed
from storage.queries.tables import CONVERSATION, ENTRY, HANDOFF, MESSAGE, STAND, TAG
from storage.rules import dashboard as rules
from storage.rules.reports import Story, Tally, borders, left_out, responses

_C, _M, _H, _S = CONVERSATION.c, MESSAGE.c, HANDOFF.c, STAND.c
_QUARTER: Final = rules.QUARTER // TICK
_LIVE: Final = _M.history.is_(False)


class Left(Exception):
    """Nobody waits for it any more."""


def _go_on() -> bool:
    return False


def panels(session: Session, asked: Asked, *, now: datetime) -> Panels:
    """Return what is counted without reading stories.

    Args:
        session: of any transaction.
        asked: the period, and of what.
        now: the present, in the reader's zone.

    Raises:
        BadQuery: the query cannot be read.
    """
    conditions = conditions_of(session, asked, now)
    standing, tiers = _tiers(session, asked, conditions, now)
    return Panels(
        asked,
        standing,
        _heat(session, asked, conditions, now),
        tiers,
        _growing(session, asked, conditions, now),
        rules.target(terms_in(session.connection()).versions(), now),
        _promises(session, asked, conditions, now),
    )


def figures(session: Session, asked: Asked, *, now: datetime, stopped: Callable[[], bool] = _go_on) -> Figures:
    """Return the report of a period, first responses by day, and the figures of as many days before.

    Args:
        session: of any transaction.
        asked: the period, and of what.
        now: the present, in the reader's zone.
        stopped: whether nobody waits for it any more.

    Raises:
        BadQuery: the query cannot be read.
        Left: it was stopped.
    """
    conditions = conditions_of(session, asked, now)
    clocks = ClocksTold(session, now)
    tally = _tally(session, asked, conditions, stopped, clocks)
    begin = rules.local(asked.since, now).date()
    days = (rules.local(asked.until - timedelta(microseconds=1), now).date() - begin).days + 1
    earlier = Asked(
        rules.midnight(begin - timedelta(days=days), now), asked.since, history=asked.history, query=asked.query
    )
    found, acceptance = borders(handed(session, asked, conditions))
    told = Report(
        asked,
        tally.began,
        tuple(tally.left_out.items()),
        (*tally.figures(), acceptance),
        found,
        clocks.tally.kept(),
    )
    before = _tally(session, earlier, conditions, stopped)
    return Figures(told, rules.by_day(tally.firsts, now), before.figures())


def _tally(
    session: Session,
    asked: Asked,
    conditions: Sequence[ColumnElement[bool]],
    stopped: Callable[[], bool],
    clocks: ClocksTold | None = None,
) -> Tally:
    tally = Tally(history=asked.history)
    for some in began(session, asked, conditions):
        if stopped():
            raise Left
        for _number, story in told_of(session, some):
            tally.take(story)
        if clocks is not None:
            clocks.take([row.id for row in some])
    return tally


# ---------------------------------------------------------------------------------------------- counted by the engine


def _incoming(asked: Asked, conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Return that a message, joined to its conversation, came from a person in the period."""
    parts = [
        _M.conversation_id == _C.id,
        _C.last_message_at >= asked.since,
        _C.joined_into.is_(None),
        _C.status.not_in(PUT_AWAY),
        _M.direction == Direction.INCOMING,
        _M.automatic == Automatic.NO,
        _M.arrived_at >= asked.since,
        _M.arrived_at < asked.until,
        *conditions,
    ]
    return and_(*parts, *(() if asked.history else (_LIVE,)))


def _heat(session: Session, asked: Asked, conditions: Sequence[ColumnElement[bool]], now: datetime) -> Heat:
    quarter = (type_coerce(_M.arrived_at, BigInteger) // _QUARTER).label("quarter")
    chosen = select(quarter, func.count()).join_from(CONVERSATION, MESSAGE, _incoming(asked, conditions))
    rows = session.connection().execute(chosen.group_by(quarter))
    return rules.heat(((int(row[0]), row[1]) for row in rows), now)


def _tiers(
    session: Session, asked: Asked, conditions: Sequence[ColumnElement[bool]], now: datetime
) -> tuple[Standing, tuple[OpenDays, ...]]:
    late = func.sum(case((_C.due_at <= now, 1), else_=0))
    waits = func.sum(case((_C.status == Status.WAITING, 1), else_=0))
    chosen = select(_C.tier, func.count(), late, waits).where(_C.queue_rank < SHOWN_BELOW, *conditions)
    rows = session.connection().execute(chosen.group_by(_C.tier)).all()
    at_once = {row[0]: row[1] for row in rows}
    are_late = {row[0]: int(row[2]) for row in rows}
    standing = Standing(sum(at_once.values()), sum(are_late.values()), sum(int(row[3]) for row in rows))
    ends = [
        min(rules.midnight(day + timedelta(days=1), now) - TICK, now)
        for day in rules.days_of(asked.since, asked.until, now)
    ]
    counts = rules.open_at(at_once, _lives(session, ends[0], conditions), ends) if ends else {}
    return standing, tuple(
        OpenDays(tier, counts.get(tier, ()), at_once.get(tier, 0), are_late.get(tier, 0)) for tier in Tier
    )


def _lives(session: Session, since: datetime, conditions: Sequence[ColumnElement[bool]]) -> Sequence[rules.Life]:
    """Return what began, turned or was handed on since a moment."""
    connection = session.connection()
    kept = _H.state != HandoffState.TAKEN_BACK
    went = or_(_H.at > since, _H.returned_at > since)
    touched = (
        select(_C.id).where(_C.last_message_at > since),
        select(_S.conversation_id).where(_S.at > since),
        select(_H.conversation_id).where(kept, went),
    )
    chosen = (
        select(_C.id, _C.tier, _C.status, _M.arrived_at)
        .join_from(CONVERSATION, MESSAGE, _M.id == _C.first_message_id)
        .where(_C.joined_into.is_(None), _C.id.in_(touched[0].union(*touched[1:])), *conditions)
    )
    lives = {row.id: rules.Life(row.tier, row.status, row.arrived_at, [], []) for row in connection.execute(chosen)}
    turned = select(_S.conversation_id, _S.at, _S.before).where(_S.at > since)
    for number, at, before in connection.execute(turned.order_by(_S.conversation_id, _S.place)):
        if number in lives:
            lives[number].turns.append((at, before))
    moved = select(_H.conversation_id, _H.at, _H.from_tier, _H.to_tier, _H.returned_at).where(kept, went)
    for number, at, from_tier, to_tier, returned_at in connection.execute(moved.order_by(_H.id)):
        if number in lives:
            went_on = [(at, from_tier), (returned_at, to_tier)]
            lives[number].moves += [(when, tier) for when, tier in went_on if when is not None and when > since]
    for life in lives.values():
        life.moves.sort(key=lambda move: move[0])
    return list(lives.values())


def _growing(
    session: Session, asked: Asked, conditions: Sequence[ColumnElement[bool]], now: datetime
) -> tuple[Growing, ...]:
    parts = rules.week_ends(asked.until, now)
    span = Asked(parts[0], parts[-1], history=asked.history)
    at = _M.arrived_at
    weeks = [
        func.sum(case((and_(at >= first, at < last), 1), else_=0)).label(f"week{place}")
        for place, (first, last) in enumerate(pairwise(parts))
    ]
    chosen = (
        select(TAG.c.tag, *weeks)
        .join_from(TAG, CONVERSATION, _C.id == TAG.c.conversation_id)
        .join(MESSAGE, and_(began_in(span), _C.status.not_in(PUT_AWAY)))
        .where(*conditions, *(() if asked.history else (_LIVE,)))
        .group_by(TAG.c.tag)
        .having(weeks[-1] >= rules.LEAST)
    )
    rows = session.connection().execute(chosen)
    return rules.most_grown(Growing(row[0], tuple(int(count) for count in row[1:])) for row in rows)


def _promised(
    session: Session, since: datetime, until: datetime, conditions: Sequence[ColumnElement[bool]] = ()
) -> list[tuple[int, Promise]]:
    """Return what was promised that was due in a period or is open, each with the conversation it stands in today."""
    due = ENTRY.c.value["due"].as_string()
    wanted = or_(ENTRY.c.name.is_not(None), and_(due >= found_by(since), due < found_by(until)))
    chosen = select(ENTRY.c.value).where(ENTRY.c.kind == EntryKind.PROMISE, ENTRY.c.value.is_not(None), wanted)
    read = [Promise.read(value) for value in session.connection().execute(chosen).scalars()]
    stands = numbers_today(session.connection(), {one.conversation_id for one in read if one.conversation_id})
    there = _C.id.in_(listed(session.connection(), sorted(set(stands.values()))))
    shown = select(_C.id).where(there, _C.status.not_in(PUT_AWAY), *conditions)
    known = set(session.connection().execute(shown).scalars()) if stands else set()
    told = ((stands[one.conversation_id], one) for one in read if one.conversation_id)
    return [(number, one) for number, one in told if number in known]


def _promises(session: Session, asked: Asked, conditions: Sequence[ColumnElement[bool]], now: datetime) -> PromisesTold:
    told = _promised(session, asked.since, asked.until, conditions)
    return rules.promises_told((one for _number, one in told), asked.since, asked.until, now)


# ---------------------------------------------------------------------------------------------- what is behind a figure


def behind(session: Session, figure: FigureAsked, *, now: datetime) -> Sequence[int]:
    """Return the conversations behind a figure: as many as it says, where it counts conversations.

    Args:
        session: of any transaction.
        figure: which.
        now: the present, in the reader's zone.
    """
    asked = Asked(figure.since, figure.until, history=figure.history)
    match figure.behind:
        case Behind.INCOMING:
            chosen: Any = select(_C.id, _M.arrived_at).join_from(CONVERSATION, MESSAGE, _incoming(asked, ()))
            rows = session.connection().execute(chosen)
            return sorted({row.id for row in rows if rules.in_hour(row.arrived_at, figure.more, now)})
        case Behind.HANDED:
            return _handed_on(session, figure)
        case Behind.PROMISED:
            came = set(figure.more) or {"kept", "broken"}
            decided = rules.came_of(_promised(session, figure.since, figure.until), figure.since, figure.until, now)
            return sorted({number for number, word in decided if word in came})
        case Behind.BEGAN:
            chosen = select(_C.id).join_from(CONVERSATION, MESSAGE, began_in(asked)).where(_C.status.not_in(PUT_AWAY))
            return session.connection().execute(chosen if figure.history else chosen.where(_LIVE)).scalars().all()
        case Behind.BREACHED:
            clocks = ClocksTold(session, now)
            told = (clocks.take([row.id for row in some]) for some in began(session, asked, ()))
            wanted = set(map(Metric, figure.more)) or set(Metric)
            return [number for some in told for number, metrics in some.items() if metrics & wanted]
        case _:
            stories = (one for some in began(session, asked, ()) for one in told_of(session, some))
            return [number for number, story in stories if _is(story, figure)]


def _is(story: Story, figure: FigureAsked) -> bool:
    if left_out(story, history=figure.history) is not None:
        return figure.behind is Behind.LEFT_OUT
    match figure.behind:
        case Behind.SOLVED:
            return story.status in SETTLED
        case Behind.UNSOLVED:
            return story.status not in SETTLED
        case Behind.ANSWERED:
            return any(True for _one in responses(story.contacts))
        case _:
            return figure.behind is Behind.COUNTED


def _handed_on(session: Session, figure: FigureAsked) -> Sequence[int]:
    made = [_H.at >= figure.since, _H.at < figure.until, _H.state != HandoffState.TAKEN_BACK]
    if figure.more:
        made += [_H.from_tier == Tier(figure.more[0]), _H.to_tier == Tier(figure.more[1])]
    stands = today(select(_H.conversation_id).where(*made))
    return session.connection().execute(select(stands.c.number).distinct()).scalars().all()
