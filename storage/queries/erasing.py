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

from storage.kinds import Delivery, PersonKind, Subject
from storage.kinds.erasing import Named, Survey
from storage.kinds.errors import Refused
from storage.queries import knowing
from storage.queries.customers import persons_of
from storage.queries.held import numbers_of
from storage.queries.history import last_event
from storage.queries.named_elsewhere import elsewhere, notes_beside, withdrawn_beside
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
    TEXT,
)
from storage.rules.named import LEAST, Names, folded, names_of

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
    numbers = survey_numbers(session, person_id)
    people = persons_of(session, numbers)
    if any(one.kind is PersonKind.AGENT for one in people):
        raise Refused("agents_stay")
    called = [one.name for one in people if one.name]
    addresses = [one.address for person in people for one in person.addresses if one.address]
    messages = theirs(session, numbers)
    event_id = last_event(session)
    facts = facts_about(session, numbers, set(messages))
    names = Names(names_of(addresses, (*called, *_other_names(session, numbers, facts))))
    written = drafts(session, numbers, messages, addresses)
    named = elsewhere(session, numbers, messages, names)
    return Survey(
        person_ids=tuple(numbers),
        name=next(iter((*called, *addresses)), f"#{person_id}"),
        names=names.names,
        addresses=tuple(map(folded, addresses)),
        message_ids=messages,
        quarantined=_quarantined(session),
        conversations=_count_conversations(session, messages),
        **_extent(session, messages),
        draft_ids=written,
        facts=facts,
        event_id=event_id,
        elsewhere=tuple(one for one in named if one.what is not Named.DRAFT or one.number not in written),
        placed=_placed(session, messages),
        unsettled=unsettled(session, messages),
        tagged=_tagged(session, called),
    )


def survey_numbers(session: Session, person_id: int) -> list[int]:
    """Return a person's number and those that stand for them; errors as of `survey`."""
    knowing.values(session, Subject.PERSON, person_id)  # which refuses whoever stands for somebody else
    return numbers_of(session, person_id)


def _other_names(session: Session, numbers: Sequence[int], facts: Sequence[int]) -> set[str]:
    """Return by what they were called before, and by what they call themselves."""
    connection = session.connection()
    found: set[str] = set()
    chosen = select(PERSONAL.c.personal).join(EVENT, EVENT.c.id == PERSONAL.c.event_id)
    chosen = chosen.where(
        EVENT.c.id.in_(listed(connection, facts)), EVENT.c.kind.in_(("met", "customer_kept", "profile_changed"))
    )
    for row in connection.execute(chosen.add_columns(EVENT.c.public)):
        said, fact = json.loads(row.personal), json.loads(row.public)["fact"]
        if fact.get("field", "name") == "name":
            found.update(said.get(word) or "" for word in ("name", "before", "after"))
    wrote = select(TEXT.c.from_name).join(MESSAGE, MESSAGE.c.id == TEXT.c.message_id)
    wrote = wrote.where(MESSAGE.c.author_id.in_(listed(connection, numbers))).distinct()
    return found | set(connection.execute(wrote).scalars())


def theirs(session: Session, numbers: Sequence[int]) -> tuple[int, ...]:
    """Return the messages of persons: theirs, ours to them, and what was written down where nobody else wrote.

    What an agent took out again is among it: an undo takes nothing out of the files.
    """
    connection = session.connection()
    found = notes_beside(session, numbers, others=False) | withdrawn_beside(session, numbers)
    for column in (MESSAGE.c.author_id, MESSAGE.c.customer_id):  # each has an index of its own
        road = select(MESSAGE.c.id).where(column.in_(listed(connection, numbers)), MESSAGE.c.erased_at.is_(None))
        found.update(connection.execute(road).scalars())
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
    """Return the conversations of messages, and the numbers that stand for them."""
    connection = session.connection()
    homes = select(MESSAGE.c.conversation_id).where(MESSAGE.c.id.in_(listed(connection, sorted(messages))))
    those = select(CONVERSATION.c.id).where(CONVERSATION.c.id.in_(homes)).cte(recursive=True)
    every = those.union(select(CONVERSATION.c.id).where(CONVERSATION.c.joined_into == those.c.id))
    return set(connection.execute(select(every.c.id)).scalars())


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
    "transferred": _of_conversation,
    "returned": _of_conversation,
    "solved": _of_conversation,
    "breach_explained": _of_conversation,
}
"""Which facts with a personal part are about whom or what; a test holds it to name every kind that can be."""


def drafts(
    session: Session, numbers: Sequence[int], messages: Sequence[int], addresses: Sequence[str]
) -> tuple[int, ...]:
    """Return what is being written to persons, or was thrown away: to their conversations, messages or addresses."""
    connection = session.connection()
    mine = select(CONVERSATION.c.id).where(CONVERSATION.c.customer_id.in_(listed(connection, numbers)))
    of_messages = DRAFT.c.message_id.in_(listed(connection, messages))
    sent = DRAFT.c.sent_as.in_(listed(connection, messages))
    chosen = select(DRAFT.c.id).where(or_(DRAFT.c.conversation_id.in_(mine), of_messages, sent))
    found = set(connection.execute(chosen).scalars())
    fresh = select(DRAFT.c.id, DRAFT.c.to_line).where(DRAFT.c.conversation_id.is_(None))
    reached = Names(map(folded, addresses))
    found.update(row.id for row in connection.execute(fresh) if reached.stand_in(row.to_line))
    return tuple(sorted(found))


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


def places(session: Session, raw_ids: Sequence[int]) -> list[str]:
    """Return where deliveries lie on servers: mailbox, folder and number there, in a line each."""
    joined = PLACEMENT.join(FOLDER, FOLDER.c.id == PLACEMENT.c.folder_id).join(
        MAILBOX, MAILBOX.c.id == FOLDER.c.mailbox_id
    )
    chosen = (
        select(MAILBOX.c.name.label("mailbox"), FOLDER.c.name.label("folder"), PLACEMENT.c.uid)
        .select_from(joined)
        .where(PLACEMENT.c.raw_id.in_(listed(session.connection(), raw_ids)))
        .order_by(MAILBOX.c.name, FOLDER.c.name, PLACEMENT.c.uid)
    )
    rows = session.connection().execute(chosen) if raw_ids else ()
    return [f"{row.mailbox} {row.folder} {row.uid}" for row in rows]


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
    words = {folded(word) for name in called for word in name.split() if len(word) >= LEAST}
    tags = session.connection().execute(select(TAG.c.tag).distinct().order_by(TAG.c.tag)).scalars()
    return tuple(tag for tag in tags if any(word in folded(tag) for word in words))
