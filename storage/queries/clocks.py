"""The clocks of a conversation, and what was recorded of clocks."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Select, select
from sqlmodel import Session

from storage.apply.stories import stories
from storage.apply.terms import Terms, terms_in
from storage.kinds import Status, Tier
from storage.kinds.clocks import BreachView, ClockView, Mark
from storage.kinds.moments import microseconds
from storage.queries.conversations import resolve_number
from storage.queries.history import joined_numbers
from storage.queries.tables import ALARM, CLOCK, TEXT
from storage.queries.tables import CONVERSATION as _C
from storage.rules.clocks import clocks


def clocks_of(
    session: Session, conversation_id: int, *, now: datetime, terms: Terms | None = None
) -> tuple[ClockView, ...]:
    """Return every clock that ran in a conversation, or runs, with its intervals; by metric and when it started.

    Args:
        session: of any transaction.
        conversation_id: the conversation; what it was joined into is followed.
        now: the moment.
        terms: policies and calendars as they might be, in place of the desk's.

    Raises:
        NoSuchConversation: there is none with that number.
    """
    connection = session.connection()
    number = resolve_number(session, conversation_id)
    laid = terms or terms_in(connection)
    (story,) = stories(connection, [number]).values()
    return clocks(story, laid.versions(), laid.hours, now)


def clocks_handed(session: Session, conversation_id: int, to: Tier, *, now: datetime) -> tuple[ClockView, ...]:
    """Return the clocks that would run in a conversation once it is handed to a tier, by the policies that hold then.

    Args:
        session: of any transaction.
        conversation_id: the conversation; what it was joined into is followed.
        to: the receiving tier.
        now: the moment at which it would be handed on.

    Raises:
        NoSuchConversation: there is none with that number.
    """
    connection = session.connection()
    number = resolve_number(session, conversation_id)
    laid = terms_in(connection)
    (story,) = stories(connection, [number]).values()
    at = microseconds(now)
    woken = [(at, story.status, str(Status.OPEN))] if story.status in {Status.WAITING, Status.ON_HOLD} else []
    after = replace(
        story,
        status=str(Status.OPEN) if woken else story.status,
        matter=replace(story.matter, tier=to),
        stood=[*story.stood, *woken],
        offered=[*story.offered, (at, str(to), None, False)],
    )
    return tuple(one for one in clocks(after, laid.versions(), laid.hours, now) if one.stopped_at is None)


def breaches(
    session: Session, *, conversation_id: int | None = None, explained: bool | None = None, limit: int = 1000
) -> tuple[BreachView, ...]:
    """Return the breaches that were recorded, the last one first.

    Args:
        session: of any transaction.
        conversation_id: only those of this conversation, and of those that were joined into it.
        explained: only those that are explained, or only those that are not; `None` for all.
        limit: at most so many.
    """
    chosen = _breaches().order_by(ALARM.c.due_at.desc(), ALARM.c.conversation_id, ALARM.c.metric).limit(limit)
    if conversation_id is not None:
        number = resolve_number(session, conversation_id)
        chosen = chosen.where(ALARM.c.conversation_id.in_((number, *joined_numbers(session, number))))
    if explained is not None:
        said = ALARM.c.explained_at
        chosen = chosen.where(said.is_not(None) if explained else said.is_(None))
    return tuple(
        BreachView(
            conversation_id=row.conversation_id,
            metric=row.metric,
            due_at=row.due_at,
            noticed_at=row.noticed_at,
            policy=row.policy,
            explained_at=row.explained_at,
            cause=row.cause or "",
            corrective=row.corrective or "",
            subject=row.subject or "",
        )
        for row in session.connection().execute(chosen)
    )


def _breaches() -> Select[tuple[object, ...]]:
    rows = ALARM.join(_C, _C.c.id == ALARM.c.conversation_id).outerjoin(
        TEXT, TEXT.c.message_id == _C.c.first_message_id
    )
    # Said as the index has it, which holds what is unexplained.
    return select(*ALARM.c, TEXT.c.subject).select_from(rows).where(ALARM.c.mark == Mark.BREACHED)


def next_moment(session: Session) -> datetime | None:
    """Return when the next warning or breach is to be recorded; `None` where nothing runs."""
    chosen = select(CLOCK.c.next_at).where(CLOCK.c.next_at.is_not(None)).order_by(CLOCK.c.next_at).limit(1)
    at: datetime | None = session.connection().execute(chosen).scalar()
    return at
