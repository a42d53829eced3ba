"""What a mailbox has kept for longer than it keeps mail."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import Session

from storage.kinds import PUT_AWAY, SETTLED, EntryKind, ErasedFor, PersonKind, Subject
from storage.kinds.retention import Period, Retention, before
from storage.queries import knowing
from storage.queries.erasing import UNSETTLED
from storage.queries.named_elsewhere import withdrawn_from
from storage.queries.promises import said_in
from storage.queries.several import listed
from storage.queries.tables import (
    ADDRESS,
    CONVERSATION,
    ENTRY,
    EVENT,
    MAILBOX,
    MESSAGE,
    OUTBOX,
    PARTICIPANT,
    PERSON,
    PROFILE,
)

_DONE: Final = (*SETTLED, *PUT_AWAY)
_BROUGHT: Final = ("customer_kept", "address_kept", "belongs")


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
    """Return conversations of a mailbox that are done, with no message since a moment, none of them erased yet.

    Those in which something was promised that is open are left.
    """
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
        CONVERSATION.c.id.not_in(said_in()),  # what is owed there is owed by what was said
    )


def messages_in(session: Session, conversation_ids: Sequence[int]) -> tuple[int, ...]:
    """Return the messages of conversations that were not erased yet, and the notes that were taken out of them."""
    chosen = select(MESSAGE.c.id).where(
        MESSAGE.c.conversation_id.in_(listed(session.connection(), conversation_ids)), MESSAGE.c.erased_at.is_(None)
    )
    there = session.connection().execute(chosen).scalars()
    return tuple(sorted({*there, *withdrawn_from(session, conversation_ids)}))


def forgotten(session: Session) -> tuple[int, ...]:
    """Return customers of whom mail that was erased by age told alone, with those who stand for them.

    Whoever wrote it, got it or was named in it: no message that names them is left, nothing is written of them, and no
    agent has brought them, their address or where they belong.
    """
    aged = _aged(session)
    if not aged:
        return ()
    connection = session.connection()
    named = select(PARTICIPANT.c.person_id).where(PARTICIPANT.c.message_id.in_(listed(connection, aged)))
    people = {
        row.id: row
        for row in connection.execute(select(PERSON.c.id, PERSON.c.merged_into, PERSON.c.kind, PERSON.c.name))
        if row.merged_into is not None
    }
    groups: dict[int, set[int]] = {}
    for number in set(connection.execute(named.distinct()).scalars()):
        root = number
        while root in people:
            root = people[root].merged_into
        groups.setdefault(root, set()).add(root)
    for number in people:
        root = number
        while root in people:
            root = people[root].merged_into
        if root in groups:
            groups[root].add(number)
    known = _known(session, sorted({number for group in groups.values() for number in group}))
    return tuple(sorted(number for group in groups.values() if not group & known for number in group))


def _aged(session: Session) -> list[int]:
    """Return the messages that were erased by age, as the log tells."""
    found: list[int] = []
    for public in session.connection().execute(select(EVENT.c.public).where(EVENT.c.kind == "erased")).scalars():
        fact = json.loads(public)["fact"]
        if fact["because"] == ErasedFor.RETENTION:
            found += fact["message_ids"]
    return found


def _known(session: Session, numbers: Sequence[int]) -> set[int]:
    """Return those of these persons who are known by anything else, or have nothing left to be forgotten."""
    connection = session.connection()

    def those(column: Any, *conditions: Any) -> set[int]:
        return set(
            connection.execute(select(column).where(column.in_(listed(connection, numbers)), *conditions)).scalars()
        )

    live = MESSAGE.c.erased_at.is_(None)
    left = PARTICIPANT.c.message_id.in_(select(MESSAGE.c.id).where(MESSAGE.c.id == PARTICIPANT.c.message_id, live))
    known = those(PARTICIPANT.c.person_id, left) | those(MESSAGE.c.customer_id, live)
    known |= those(PROFILE.c.subject_id, PROFILE.c.subject == Subject.PERSON)
    known |= those(ENTRY.c.subject_id, ENTRY.c.subject == Subject.PERSON)
    known |= those(PERSON.c.id, PERSON.c.kind != PersonKind.CUSTOMER)
    named = those(PERSON.c.id, PERSON.c.name.is_not(None)) | those(ADDRESS.c.person_id, ADDRESS.c.address.is_not(None))
    brought = select(EVENT.c.public).where(EVENT.c.kind.in_(_BROUGHT), EVENT.c.agent_id.is_not(None))
    for public in connection.execute(brought).scalars():
        fact = json.loads(public)["fact"]
        known.add(fact.get("person_id", fact.get("subject_id", 0)) if fact.get("subject") != "organization" else 0)
    return known if named else known | set(numbers)
