"""What a period of the desk comes to, read some thousands of conversations at a time."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select
from sqlmodel import Session

from storage.apply.standing import joined_under, today
from storage.apply.stories import stories
from storage.apply.terms import terms_in
from storage.kinds import Delivery, HandoffState
from storage.kinds.policies import Metric
from storage.kinds.reports import Asked, Report
from storage.queries import inbox
from storage.queries.several import listed
from storage.queries.tables import CONVERSATION, HANDOFF, MESSAGE, OUTBOX, STAND
from storage.rules.clock_tally import ClockTally
from storage.rules.playbooks import place
from storage.rules.reports import Contact, Handed, Story, Tally, Turn, borders

_AT_ONCE: Final = 2000
_C = CONVERSATION.c


def report(session: Session, asked: Asked, *, now: datetime) -> Report:
    """Return what a period comes to.

    Args:
        session: of any transaction.
        asked: the period, and of what.
        now: the present, at which what still runs is late or not.

    Raises:
        BadQuery: the query cannot be read.
    """
    conditions = conditions_of(session, asked, now)
    tally, clocks = Tally(history=asked.history), ClocksTold(session, now)
    for some in began(session, asked, conditions):
        for _number, story in told_of(session, some):
            tally.take(story)
        clocks.take([row.id for row in some])
    found, acceptance = borders(handed(session, asked, conditions))
    return Report(
        asked=asked,
        began=tally.began,
        left_out=tuple(tally.left_out.items()),
        figures=(*tally.figures(), acceptance),
        borders=found,
        clocks=clocks.tally.kept(),
    )


class ClocksTold:
    """Reads the clocks of conversations, and counts them.

    Args:
        session: of any transaction.
        now: the present, at which what still runs is late or not.
    """

    def __init__(self, session: Session, now: datetime) -> None:
        self._connection = session.connection()
        terms = terms_in(self._connection)
        self.tally = ClockTally(terms.versions(), cache(terms.hours), now)
        self._touches = any(policy.when.touch for policy in terms.versions())

    def take(self, numbers: Sequence[int]) -> dict[int, frozenset[Metric]]:
        """Count the clocks of conversations, and return those that were breached, by the conversation's number."""
        told = stories(self._connection, numbers, touches=self._touches)
        return {number: self.tally.take(one) for number, one in told.items()}


def conditions_of(session: Session, asked: Asked, now: datetime) -> list[ColumnElement[bool]]:
    """Return the conditions on conversations that are not of the period."""
    conditions: list[ColumnElement[bool]] = []
    if asked.mailbox_id is not None:
        conditions.append(_C.mailbox_id == asked.mailbox_id)
    if asked.agent_id is not None:
        conditions.append(_C.assignee_id == asked.agent_id)
    if asked.tier is not None:
        conditions.append(_C.tier == asked.tier)
    if asked.touch is not None:
        conditions.append(_C.touch_place == place(asked.touch))
    if asked.query:
        found = inbox.numbers(session, query=asked.query, agent_id=asked.reader_id, now=now)
        conditions.append(_C.id.in_(listed(session.connection(), found)))
    return conditions


def began_in(asked: Asked) -> ColumnElement[bool]:
    """Return that a conversation, joined to its first message, began in the period.

    What began there has no older newest message: an index finds these few.
    """
    at = MESSAGE.c.arrived_at
    within = at >= asked.since, at < asked.until, _C.last_message_at >= asked.since
    return and_(_C.joined_into.is_(None), MESSAGE.c.id == _C.first_message_id, *within)


def began(session: Session, asked: Asked, conditions: Sequence[ColumnElement[bool]]) -> Iterator[Sequence[Any]]:
    """Yield the conversations that began in the period, some at a time, in the order of their numbers."""
    chosen = select(_C.id, _C.status, _C.kind).join_from(CONVERSATION, MESSAGE, began_in(asked))
    rows = session.connection().execute(chosen.where(*conditions)).all()
    rows = sorted(rows, key=lambda row: row.id)
    for first in range(0, len(rows), _AT_ONCE):
        yield rows[first : first + _AT_ONCE]


def told_of(session: Session, rows: Sequence[Any]) -> Iterator[tuple[int, Story]]:
    """Yield what happened in each of these conversations, by its number."""
    connection = session.connection()
    numbers = [row.id for row in rows]
    m, s = MESSAGE.c, STAND.c

    def by_number(chosen: Select[Any]) -> dict[int, list[Any]]:
        found = connection.execute(chosen)
        return {number: list(some) for number, some in groupby(found, key=lambda row: row.conversation_id)}

    contacts = by_number(
        select(m.conversation_id, m.arrived_at, m.direction, m.automatic, m.channel, m.history)
        .select_from(MESSAGE.outerjoin(OUTBOX, OUTBOX.c.id == m.id))
        .where(
            m.conversation_id.in_(listed(connection, numbers)),
            # What was taken back, or never arrived, answered nobody.
            or_(OUTBOX.c.state.is_(None), OUTBOX.c.state.not_in((Delivery.CANCELLED, Delivery.FAILED))),
        )
        .order_by(m.conversation_id, m.arrived_at, m.id)
    )
    turns = by_number(
        select(s.conversation_id, s.at, s.before, s.after)
        .where(s.conversation_id.in_(listed(connection, numbers)))
        .order_by(s.conversation_id, s.place)
    )
    handed_on = _handed_on(connection, numbers)
    for row in rows:
        yield (
            row.id,
            Story(
                row.status,
                row.kind,
                [
                    Contact(one.arrived_at, one.direction, one.automatic, one.channel, one.history)
                    for one in contacts.get(row.id, ())
                ],
                [Turn(one.at, one.before, one.after) for one in turns.get(row.id, ())],
                row.id in handed_on,
            ),
        )


def _handed_on(connection: Connection, numbers: Sequence[int]) -> set[int]:
    """Return which of these were handed on, or what was joined to them was, and that stands."""
    under = joined_under(connection, numbers)
    every = listed(connection, [*numbers, *under])
    chosen = select(HANDOFF.c.conversation_id).where(HANDOFF.c.conversation_id.in_(every))
    found = connection.execute(chosen.where(HANDOFF.c.state != HandoffState.TAKEN_BACK)).scalars()
    return {under.get(number, number) for number in found}


def handed(session: Session, asked: Asked, conditions: Sequence[ColumnElement[bool]]) -> Iterator[Handed]:
    """Yield the handoffs that were made in the period."""
    h = HANDOFF.c
    chosen = select(h.from_tier, h.to_tier, h.state, h.at, h.accepted_at, h.escalations, h.crossed).where(
        h.at >= asked.since, h.at < asked.until
    )
    if conditions:
        # What was handed on may have been joined to another since: it counts where it lies now.
        stands = today(select(h.conversation_id).where(h.at >= asked.since, h.at < asked.until))
        chosen = chosen.join(stands, stands.c.origin == h.conversation_id)
        chosen = chosen.join(CONVERSATION, _C.id == stands.c.number).where(*conditions)
    for row in session.connection().execute(chosen.order_by(h.id)):
        yield Handed(*row)
