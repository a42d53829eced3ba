"""What a mailbox has kept for longer than it keeps mail."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlmodel import Session

from storage.kinds import PUT_AWAY, SETTLED, EntryKind, PersonKind, Subject
from storage.kinds.retention import Period, Retention, before
from storage.queries import knowing
from storage.queries.erasing import UNSETTLED
from storage.queries.several import listed
from storage.queries.tables import (
    ADDRESS,
    CONVERSATION,
    ENTRY,
    MAILBOX,
    MESSAGE,
    OUTBOX,
    PARTICIPANT,
    PERSON,
    PROFILE,
)

_DONE: Final = (*SETTLED, *PUT_AWAY)


def periods(session: Session, *, now: datetime) -> tuple[Period, ...]:
    """Return every mailbox, how long it keeps mail, and what is older; by name."""
    said = {one.value.name: one for one in knowing.entries(session, None, None, EntryKind.RETENTION)}  # type: ignore[union-attr]
    found = []
    for row in session.connection().execute(select(MAILBOX.c.id, MAILBOX.c.name).order_by(MAILBOX.c.name)):
        entry = said.get(row.name)
        months = entry.value.months if entry is not None and isinstance(entry.value, Retention) else None
        old = (0, 0) if months is None else _count(session, row.id, before(now, months))
        found.append(Period(row.id, row.name, months, entry.entry_id if entry else None, *old))
    return tuple(found)


def _count(session: Session, mailbox_id: int, until: datetime) -> tuple[int, int]:
    numbers = _old(mailbox_id, until).subquery()
    chosen = select(func.count(MESSAGE.c.conversation_id.distinct()), func.count(MESSAGE.c.id))
    chosen = chosen.join(numbers, numbers.c.id == MESSAGE.c.conversation_id).where(MESSAGE.c.erased_at.is_(None))
    conversations, messages = session.connection().execute(chosen).one()
    return int(conversations), int(messages)


def old(session: Session, mailbox_id: int, until: datetime, *, limit: int) -> list[int]:
    """Return conversations of a mailbox that are done, with no message since a moment, none of them erased yet."""
    left = select(MESSAGE.c.id).where(MESSAGE.c.conversation_id == CONVERSATION.c.id, MESSAGE.c.erased_at.is_(None))
    chosen = _old(mailbox_id, until).where(left.exists()).order_by(CONVERSATION.c.id).limit(limit)
    return list(session.connection().execute(chosen).scalars())


def _old(mailbox_id: int, until: datetime) -> Any:
    under_way = (
        select(OUTBOX.c.id)
        .join(MESSAGE, MESSAGE.c.id == OUTBOX.c.id)
        .where(MESSAGE.c.conversation_id == CONVERSATION.c.id, OUTBOX.c.state.in_(UNSETTLED))
    )
    return select(CONVERSATION.c.id).where(
        CONVERSATION.c.mailbox_id == mailbox_id,
        CONVERSATION.c.status.in_(_DONE),
        CONVERSATION.c.last_message_at < until,
        ~under_way.exists(),
    )


def messages_in(session: Session, conversation_ids: Sequence[int]) -> tuple[int, ...]:
    """Return the messages of conversations that were not erased yet."""
    chosen = select(MESSAGE.c.id).where(
        MESSAGE.c.conversation_id.in_(listed(session.connection(), conversation_ids)), MESSAGE.c.erased_at.is_(None)
    )
    return tuple(session.connection().execute(chosen.order_by(MESSAGE.c.id)).scalars())


def forgotten(session: Session) -> tuple[int, ...]:
    """Return customers whom erased mail alone told of: no message of theirs is left, and nothing is written of them."""
    mail = PARTICIPANT.join(MESSAGE, MESSAGE.c.id == PARTICIPANT.c.message_id)
    erased = select(MESSAGE.c.author_id).where(MESSAGE.c.erased_at.is_not(None), MESSAGE.c.author_id == PERSON.c.id)
    live = (
        select(PARTICIPANT.c.message_id)
        .select_from(mail)
        .where(PARTICIPANT.c.person_id == PERSON.c.id, MESSAGE.c.erased_at.is_(None))
    )
    field = select(PROFILE.c.field).where(PROFILE.c.subject == Subject.PERSON, PROFILE.c.subject_id == PERSON.c.id)
    entry = select(ENTRY.c.id).where(ENTRY.c.subject == Subject.PERSON, ENTRY.c.subject_id == PERSON.c.id)
    address = select(ADDRESS.c.id).where(ADDRESS.c.person_id == PERSON.c.id, ADDRESS.c.address.is_not(None))
    other = PERSON.alias("other")
    merged = select(other.c.id).where(other.c.merged_into == PERSON.c.id)
    chosen = select(PERSON.c.id).where(
        PERSON.c.kind == PersonKind.CUSTOMER,
        PERSON.c.merged_into.is_(None),
        or_(PERSON.c.name.is_not(None), address.exists()),
        erased.exists(),
        ~or_(live.exists(), field.exists(), entry.exists(), merged.exists()),
    )
    return tuple(session.connection().execute(chosen.order_by(PERSON.c.id)).scalars())
