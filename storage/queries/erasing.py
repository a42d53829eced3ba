"""What an erasure would do: what belongs to a person, and where else they are named.

It reads what it must in full, tables of texts included, which takes seconds on a desk of a million messages: outside
of any writing.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlmodel import Session

from storage.kinds import Channel, Delivery, Direction, PersonKind, Subject
from storage.kinds.erasing import LEAST, Survey
from storage.kinds.errors import Refused
from storage.queries import knowing
from storage.queries.customers import persons_of
from storage.queries.held import numbers_of
from storage.queries.history import last_event
from storage.queries.named_elsewhere import elsewhere, lower
from storage.queries.several import listed
from storage.queries.tables import (
    CONVERSATION,
    DRAFT,
    EVENT,
    FOLDER,
    MAILBOX,
    MESSAGE,
    OUTBOX,
    PERSONAL,
    PLACEMENT,
    RAW,
    TAG,
)

UNSETTLED: Final = (Delivery.QUEUED, Delivery.SENDING, Delivery.DATA_SENT, Delivery.UNCERTAIN)
"""How far a message is that is on its way, or may have been sent."""


def survey(session: Session, person_id: int) -> Survey:
    """Return what erasing a person would do.

    Args:
        session: of any transaction.
        person_id: of who stands for themselves.

    Raises:
        NoSuch: there is nobody of that number.
        Refused: that person is an agent (rule ``agents_stay``), or another one's number since the two were merged
            (``already_merged``).
    """
    knowing.values(session, Subject.PERSON, person_id)  # which refuses whoever stands for somebody else
    numbers = numbers_of(session, person_id)
    people = persons_of(session, numbers)
    if any(one.kind is PersonKind.AGENT for one in people):
        raise Refused("agents_stay")
    called = [one.name for one in people if one.name]
    addresses = [one.address for person in people for one in person.addresses if one.address]
    names = tuple(dict.fromkeys(lower(one) for one in (*addresses, *called) if len(one) >= LEAST))
    messages = theirs(session, numbers)
    event_id = last_event(session)
    return Survey(
        person_ids=tuple(numbers),
        name=next(iter((*called, *addresses)), f"#{person_id}"),
        names=names,
        message_ids=messages,
        quarantined=_quarantined(session),
        conversations=_count_conversations(session, messages),
        **_extent(session, messages),
        draft_ids=drafts(session, numbers, messages, names),
        facts=facts_about(session, numbers, set(messages)),
        event_id=event_id,
        elsewhere=tuple(elsewhere(session, numbers, messages, names)),
        placed=_placed(session, messages),
        unsettled=unsettled(session, messages),
        tagged=_tagged(session, called),
    )


def theirs(session: Session, numbers: Sequence[int]) -> tuple[int, ...]:
    """Return the messages of persons: theirs, ours to them, and what was written down where they are the customer."""
    connection = session.connection()
    whose = listed(connection, numbers)
    about = select(CONVERSATION.c.id).where(CONVERSATION.c.customer_id.in_(listed(connection, numbers)))
    noted = MESSAGE.c.conversation_id.in_(about) & (
        (MESSAGE.c.direction == Direction.INTERNAL) | (MESSAGE.c.channel != Channel.EMAIL)
    )
    roads = (MESSAGE.c.author_id.in_(whose), MESSAGE.c.customer_id.in_(listed(connection, numbers)), noted)
    found: set[int] = set()
    for road in roads:  # each has an index of its own
        found.update(connection.execute(select(MESSAGE.c.id).where(road, MESSAGE.c.erased_at.is_(None))).scalars())
    return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class _Whose:
    """Of whom, and of what, facts are looked for, by number."""

    persons: Collection[int]
    messages: Collection[int]
    conversations: Collection[int]


def facts_about(
    session: Session,
    numbers: Sequence[int],
    messages: Collection[int],
    *,
    after: int = 0,
    within: Sequence[int] | None = None,
) -> tuple[int, ...]:
    """Return the events whose personal part tells of these persons, or of these messages and their conversations.

    Args:
        session: of any transaction.
        numbers: the persons.
        messages: the messages.
        after: only events after this one.
        within: only events in these conversations, and in those that were joined to them: not the whole log is read.
    """
    whose = _Whose(set(numbers), messages, _homes(session, messages))
    chosen = (
        select(EVENT.c.id, EVENT.c.kind, EVENT.c.public)
        .join(PERSONAL, PERSONAL.c.event_id == EVENT.c.id)
        .where(PERSONAL.c.event_id > after, EVENT.c.kind.in_(tuple(_ABOUT)))
    )
    if within is not None:
        connection = session.connection()
        those = select(CONVERSATION.c.id).where(CONVERSATION.c.id.in_(listed(connection, within))).cte(recursive=True)
        every = those.union(select(CONVERSATION.c.id).where(CONVERSATION.c.joined_into == those.c.id))
        chosen = chosen.where(EVENT.c.conversation_id.in_(select(every.c.id)))
    return tuple(
        row.id
        for row in session.connection().execute(chosen.order_by(EVENT.c.id))
        if _ABOUT[row.kind](json.loads(row.public)["fact"], whose)
    )


def _homes(session: Session, messages: Collection[int]) -> set[int]:
    connection = session.connection()
    homes = select(MESSAGE.c.conversation_id).where(MESSAGE.c.id.in_(listed(connection, sorted(messages)))).distinct()
    return {number for number in connection.execute(homes).scalars() if number is not None}


def _of_person(fact: Mapping[str, Any], whose: _Whose) -> bool:
    return fact["person_id"] in whose.persons


def _of_subject(fact: Mapping[str, Any], whose: _Whose) -> bool:
    if fact["subject"] != Subject.PERSON or fact["subject_id"] not in whose.persons:
        return False
    return fact.get("field") != "kind"  # a word of ours, without which nobody could be anything


def _of_message(fact: Mapping[str, Any], whose: _Whose) -> bool:
    return fact["message_id"] in whose.messages


def _of_conversation(fact: Mapping[str, Any], whose: _Whose) -> bool:
    return fact["conversation_id"] in whose.conversations


_ABOUT: Final = {
    "met": _of_person,
    "customer_kept": _of_person,
    "address_kept": _of_person,
    "profile_changed": _of_subject,
    "entry_kept": _of_subject,
    "queued": _of_message,
    "delivery_changed": _of_message,
    "assigned": _of_conversation,
}
"""Which facts with a personal part are about whom or what; a test holds it to name every kind that can be."""


def drafts(session: Session, numbers: Sequence[int], messages: Sequence[int], names: Sequence[str]) -> tuple[int, ...]:
    """Return what is being written to persons, or was thrown away."""
    connection = session.connection()
    mine = select(CONVERSATION.c.id).where(CONVERSATION.c.customer_id.in_(listed(connection, numbers)))
    lines = (DRAFT.c.to_line, DRAFT.c.cc_line, DRAFT.c.bcc_line, DRAFT.c.subject, DRAFT.c.body)
    named = [func.lower(line).contains(one, autoescape=True) for line in lines for one in names]
    of_messages = DRAFT.c.message_id.in_(listed(connection, messages))
    sent = DRAFT.c.sent_as.in_(listed(connection, messages))
    chosen = select(DRAFT.c.id).where(or_(DRAFT.c.conversation_id.in_(mine), of_messages, sent, *named))
    return tuple(connection.execute(chosen.order_by(DRAFT.c.id)).scalars())


def unsettled(session: Session, messages: Sequence[int]) -> tuple[int, ...]:
    """Return the conversations in which one of these messages is on its way, or may have been sent."""
    connection = session.connection()
    chosen = (
        select(MESSAGE.c.conversation_id)
        .join(OUTBOX, OUTBOX.c.id == MESSAGE.c.id)
        .where(MESSAGE.c.id.in_(listed(connection, messages)), OUTBOX.c.state.in_(UNSETTLED))
    )
    return tuple(sorted({number for number in connection.execute(chosen).scalars() if number is not None}))


def _quarantined(session: Session) -> tuple[int, ...]:
    """Return the deliveries that nobody could read: their bytes must be looked through."""
    chosen = select(RAW.c.id).where(RAW.c.quarantined.is_not(None)).order_by(RAW.c.id)
    return tuple(session.connection().execute(chosen).scalars())


def _count_conversations(session: Session, messages: Sequence[int]) -> int:
    connection = session.connection()
    chosen = select(func.count(MESSAGE.c.conversation_id.distinct()))
    return int(connection.execute(chosen.where(MESSAGE.c.id.in_(listed(connection, messages)))).scalar_one())


def _extent(session: Session, messages: Sequence[int]) -> dict[str, Any]:
    connection = session.connection()
    size = select(func.coalesce(func.sum(RAW.c.size), 0)).where(RAW.c.message_id.in_(listed(connection, messages)))
    ends = select(func.min(MESSAGE.c.arrived_at), func.max(MESSAGE.c.arrived_at))
    oldest, newest = connection.execute(ends.where(MESSAGE.c.id.in_(listed(connection, messages)))).one()
    return {"size": int(connection.execute(size).scalar_one()), "oldest": oldest, "newest": newest}


def _placed(session: Session, messages: Sequence[int]) -> dict[str, int]:
    connection = session.connection()
    chosen = (
        select(MAILBOX.c.name, func.count())
        .select_from(
            PLACEMENT.join(RAW, RAW.c.id == PLACEMENT.c.raw_id)
            .join(FOLDER, FOLDER.c.id == PLACEMENT.c.folder_id)
            .join(MAILBOX, MAILBOX.c.id == FOLDER.c.mailbox_id)
        )
        .where(RAW.c.message_id.in_(listed(connection, messages)))
        .group_by(MAILBOX.c.name)
    )
    return {name: int(count) for name, count in connection.execute(chosen.order_by(MAILBOX.c.name))}


def _tagged(session: Session, called: Sequence[str]) -> tuple[str, ...]:
    words = {lower(word) for name in called for word in name.split() if len(word) >= LEAST}
    tags = session.connection().execute(select(TAG.c.tag).distinct().order_by(TAG.c.tag)).scalars()
    return tuple(tag for tag in tags if any(word in lower(tag) for word in words))
