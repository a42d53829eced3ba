"""One conversation, read whole in a few statements: where it stands, its messages, its events."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session

from storage.kinds import Direction
from storage.kinds.errors import NoSuch
from storage.kinds.mail import Correspondent
from storage.kinds.outbox import DeliveryView
from storage.models.details import read_details
from storage.queries.history import events_of, joined_numbers
from storage.queries.outbox import deliveries
from storage.queries.tables import (
    ADDRESS,
    AGENT,
    CONVERSATION,
    LINK,
    MAILBOX,
    MESSAGE,
    PARTICIPANT,
    PERSON,
    TAG,
    TEXT,
)
from storage.rules.threading import strangers
from storage.views import ConversationView, MessageView

_C = CONVERSATION.c
_DEEPEST = 100  # joins of joins that are followed
_TOLD_BY_MESSAGES = (
    "joined",
    "queued",
    "delivery_changed",
    "noted",
    "called",
    "task_begun",
)  # facts that the messages themselves show


class NoSuchConversation(NoSuch):
    """There is no conversation with that number."""

    def __init__(self, conversation_id: int) -> None:
        super().__init__("conversation", conversation_id)
        self.conversation_id = conversation_id


def resolve_number(session: Session, number: int) -> int:
    """Return the number of the conversation that `number` stands for today, joins followed.

    Raises:
        NoSuchConversation: it never was one.
    """
    current = number
    for _ in range(_DEEPEST):
        row = session.connection().execute(select(_C.joined_into).where(_C.id == current)).first()
        if row is None:
            raise NoSuchConversation(number)
        if row.joined_into is None:
            break
        current = row.joined_into
    return current


def read(session: Session, conversation_id: int, *, agent_id: int | None) -> ConversationView:
    """Read a conversation, by its own number or by one that was joined into it.

    Args:
        session: of any transaction.
        conversation_id: the number.
        agent_id: for whom; nothing depends on it yet but what a later issue shows.

    Raises:
        NoSuchConversation: there is none with that number.
    """
    del agent_id
    number = resolve_number(session, conversation_id)
    connection = session.connection()
    row = connection.execute(_head(number)).one()
    messages = _messages(session, number)
    tags = connection.execute(select(TAG.c.tag).where(TAG.c.conversation_id == number).order_by(TAG.c.tag)).scalars()
    joined = joined_numbers(session, number)
    first = next((message for message in messages if message.message_id == row.first_message_id), None)
    return ConversationView(
        conversation_id=number,
        subject=first.subject if first else "",
        status=row.status,
        tier=row.tier,
        channel=row.channel,
        kind=row.kind,
        priority=row.priority,
        mailbox=row.mailbox,
        assignee_id=row.assignee_id,
        assignee=row.assignee or "",
        customer=row.customer or "",
        customer_address=_address(session, row.customer_id),
        waiting_since=row.oldest_unanswered_at,
        snoozed_until=row.snoozed_until,
        tags=tuple(tags),
        joined_numbers=joined,
        linked=linked_to(session, number),
        messages=messages,
        events=tuple(events_of(session, (number, *joined), without=_TOLD_BY_MESSAGES)),
        due_at=row.due_at,
        warn_at=row.warn_at,
        due_metric=row.due_metric,
    )


def linked_to(session: Session, number: int) -> tuple[int, ...]:
    """Return the conversations linked to this one, either way."""
    links = select(LINK.c.conversation_id, LINK.c.other_id).where(
        or_(LINK.c.conversation_id == number, LINK.c.other_id == number)
    )
    found = {each for row in session.connection().execute(links) for each in row}
    return tuple(sorted(found - {number}))


def _head(number: int) -> Any:
    rows = (
        CONVERSATION.join(MAILBOX, MAILBOX.c.id == _C.mailbox_id)
        .outerjoin(AGENT, AGENT.c.id == _C.assignee_id)
        .outerjoin(PERSON, PERSON.c.id == _C.customer_id)
    )
    return (
        select(
            CONVERSATION,
            MAILBOX.c.name.label("mailbox"),
            AGENT.c.name.label("assignee"),
            PERSON.c.name.label("customer"),
        )
        .select_from(rows)
        .where(_C.id == number)
    )


def _address(session: Session, person_id: int | None) -> str:
    if person_id is None:
        return ""
    known = (
        select(ADDRESS.c.address)
        .where(ADDRESS.c.person_id == person_id, ADDRESS.c.address.is_not(None))
        .order_by(ADDRESS.c.id)
        .limit(1)
    )
    return session.connection().execute(known).scalar() or ""


def _messages(session: Session, number: int) -> tuple[MessageView, ...]:
    chosen = (
        select(
            MESSAGE.c.id,
            MESSAGE.c.author_id,
            MESSAGE.c.direction,
            MESSAGE.c.automatic,
            MESSAGE.c.arrived_at,
            MESSAGE.c.evidence,
            MESSAGE.c.through_id,
            MESSAGE.c.handled,
            MESSAGE.c.channel,
            MESSAGE.c.minutes,
            MESSAGE.c.erased_at,
            MAILBOX.c.name.label("mailbox"),
            TEXT.c.subject,
            TEXT.c.from_name,
            TEXT.c.from_address,
            TEXT.c.dated_at,
            TEXT.c.details,
            TEXT.c.reply_text,
            TEXT.c.text,
        )
        .select_from(
            MESSAGE.join(MAILBOX, MAILBOX.c.id == MESSAGE.c.mailbox_id).outerjoin(
                TEXT, TEXT.c.message_id == MESSAGE.c.id
            )
        )
        .where(MESSAGE.c.conversation_id == number)
        .order_by(MESSAGE.c.arrived_at, MESSAGE.c.id)
    )
    rows = session.connection().execute(chosen).all()
    marks = marks_of(session, number, [(row.id, row.author_id) for row in rows])
    sent = deliveries(session, number) if any(row.direction is Direction.OUTGOING for row in rows) else {}
    return tuple(_message(row, marked=row.id in marks, delivery=sent.get(row.id)) for row in rows)


def marks_of(session: Session, number: int, messages: Sequence[tuple[int, int | None]]) -> frozenset[int]:
    """Return which messages of a conversation came from somebody who took no part in it before.

    Args:
        session: of any transaction.
        number: the conversation.
        messages: (message id, author) in the order of arrival.
    """
    named: dict[int, list[int]] = {}
    chosen = (
        select(PARTICIPANT.c.message_id, PARTICIPANT.c.person_id)
        .select_from(PARTICIPANT.join(MESSAGE, MESSAGE.c.id == PARTICIPANT.c.message_id))
        .where(MESSAGE.c.conversation_id == number)
    )
    for row in session.connection().execute(chosen):
        named.setdefault(row.message_id, []).append(row.person_id)
    marks = strangers((author, named.get(message, ())) for message, author in messages)
    return frozenset(message for (message, _), marked in zip(messages, marks, strict=True) if marked)


def _message(row: Any, *, marked: bool, delivery: DeliveryView | None) -> MessageView:
    details = read_details(row.details or {})
    return MessageView(
        message_id=row.id,
        direction=row.direction,
        author=Correspondent(row.from_name or "", row.from_address or ""),
        to=details.to,
        cc=details.cc,
        subject=row.subject or "",
        arrived_at=row.arrived_at,
        dated_at=row.dated_at,
        text=row.text or "",
        reply_text=row.reply_text or "",
        attachments=details.attachments,
        original=details.original,
        automatic=row.automatic,
        specials=details.specials,
        links=details.links,
        evidence=row.evidence,
        through_id=row.through_id,
        marked=marked,
        handled=row.handled,
        mailbox=row.mailbox,
        notices=details.notices,
        delivery=delivery,
        channel=row.channel,
        minutes=row.minutes,
        erased_at=row.erased_at,
    )
