"""All that the desk holds on one person, for whoever has a right to see it (GDPR article 15, LGPD article 18)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import or_, select
from sqlmodel import Session

from storage.events import AddressKept, Belongs, CustomerKept, CustomersMerged, EntryKept, Fact, ProfileChanged
from storage.kinds import Channel, Direction, Status, Subject
from storage.kinds.errors import NoSuch
from storage.queries import history, knowing
from storage.queries.customers import OrganizationView, PersonView, organizations_of, persons_of
from storage.queries.export import ExportedMessage, exported, joined_into, said
from storage.queries.several import listed
from storage.queries.tables import CONVERSATION, DRAFT, EVENT, MESSAGE, OUTBOX, PARTICIPANT, PERSON, RAW, TAG, TEXT
from storage.views import EventView

_AT_ONCE: Final = 250
_KNOWING: Final = (AddressKept, Belongs, CustomerKept, CustomersMerged, EntryKept, ProfileChanged)


@dataclass(frozen=True, slots=True)
class HeldConversation:
    """A conversation whose customer the person is."""

    conversation_id: int
    subject: str
    status: Status
    tags: tuple[str, ...]
    last_message_at: datetime | None


@dataclass(frozen=True, slots=True)
class HeldDraft:
    """What an agent has written, or threw away, in a conversation of theirs, and did not send."""

    conversation_id: int
    to: str
    cc: str
    bcc: str
    subject: str
    text: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """A message in which they take part, or a note or a call in a conversation of theirs.

    Attributes:
        number: the desk's own, by which its bytes are named.
        conversation_id: where it lies, joins followed.
        arrived_at: when it came or went.
        digests: of the bytes of each delivery of it.
    """

    number: int
    conversation_id: int
    channel: Channel
    direction: Direction
    arrived_at: datetime
    says: ExportedMessage
    digests: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What is held on a person beside their messages and the history of their conversations.

    Attributes:
        merged: who else stood for them before they were found to be one.
        fields: the filled fields of their profile, and the kind of person.
        entries: notes and assets.
        message_ids: every message of `messages`, in the order of the conversations and of arrival.
    """

    person: PersonView
    merged: tuple[PersonView, ...]
    organization: OrganizationView | None
    fields: dict[str, str]
    entries: tuple[knowing.Entry, ...]
    conversations: tuple[HeldConversation, ...]
    drafts: tuple[HeldDraft, ...]
    message_ids: tuple[int, ...]


def held(session: Session, person_id: int) -> Held:
    """Return what is held on a person.

    Args:
        session: of any transaction.
        person_id: of who stands for themselves.

    Raises:
        NoSuch: there is nobody of that number.
        Refused: that person is another one's number since the two were merged (rule ``already_merged``).
    """
    values = knowing.values(session, Subject.PERSON, person_id)
    numbers = numbers_of(session, person_id)
    by_number = {view.person_id: view for view in persons_of(session, numbers)}
    person = by_number.pop(person_id)
    organization = person.organization_id
    conversations = _conversations(session, person_id)
    return Held(
        person=person,
        merged=tuple(by_number.values()),
        organization=organizations_of(session, [organization])[0] if organization is not None else None,
        fields={name: value for name, value in values.items() if value is not None},
        entries=tuple(knowing.entries(session, Subject.PERSON, person_id)),
        conversations=conversations,
        drafts=_drafts(session, [one.conversation_id for one in conversations]),
        message_ids=_messages(session, person_id, numbers),
    )


def numbers_of(session: Session, person_id: int) -> list[int]:
    """Return the person's number, and those that stand for it."""
    base = select(PERSON.c.id).where(PERSON.c.id == person_id).cte(recursive=True)
    every = base.union(select(PERSON.c.id).where(PERSON.c.merged_into == base.c.id))
    found = list(session.connection().execute(select(every.c.id).order_by(every.c.id)).scalars())
    if person_id not in found:
        raise NoSuch(str(Subject.PERSON), person_id)
    return found


def _conversations(session: Session, person_id: int) -> tuple[HeldConversation, ...]:
    rows = CONVERSATION.outerjoin(TEXT, TEXT.c.message_id == CONVERSATION.c.first_message_id)
    columns = (CONVERSATION.c.id, CONVERSATION.c.status, CONVERSATION.c.last_message_at, TEXT.c.subject)
    chosen = select(*columns).select_from(rows).where(CONVERSATION.c.customer_id == person_id)
    connection = session.connection()
    found = connection.execute(chosen.order_by(CONVERSATION.c.id)).all()
    tags: dict[int, list[str]] = {}
    tagged = select(TAG.c.conversation_id, TAG.c.tag).where(
        TAG.c.conversation_id.in_(listed(connection, [row.id for row in found]))
    )
    for row in connection.execute(tagged.order_by(TAG.c.tag)):
        tags.setdefault(row.conversation_id, []).append(row.tag)
    return tuple(
        HeldConversation(row.id, row.subject or "", row.status, tuple(tags.get(row.id, ())), row.last_message_at)
        for row in found
    )


def _drafts(session: Session, conversation_ids: Sequence[int]) -> tuple[HeldDraft, ...]:
    connection = session.connection()
    chosen = select(DRAFT).where(DRAFT.c.conversation_id.in_(listed(connection, conversation_ids)))
    chosen = chosen.where(DRAFT.c.sent_as.is_(None)).order_by(DRAFT.c.id)
    return tuple(
        HeldDraft(row.conversation_id, row.to_line, row.cc_line, row.bcc_line, row.subject, row.body, row.updated_at)
        for row in connection.execute(chosen)
    )


def _messages(session: Session, person_id: int, numbers: Sequence[int]) -> tuple[int, ...]:
    """Return the messages that name them, and what was written down for the desk where they are the customer."""
    connection = session.connection()
    named = select(PARTICIPANT.c.message_id).where(PARTICIPANT.c.person_id.in_(listed(connection, numbers)))
    theirs = select(CONVERSATION.c.id).where(CONVERSATION.c.customer_id == person_id)
    about = MESSAGE.c.conversation_id.in_(theirs) & (
        (MESSAGE.c.direction == Direction.INTERNAL) | (MESSAGE.c.channel != Channel.EMAIL)
    )
    chosen = select(MESSAGE.c.id).where(MESSAGE.c.conversation_id.is_not(None), or_(MESSAGE.c.id.in_(named), about))
    order = (MESSAGE.c.conversation_id, MESSAGE.c.arrived_at, MESSAGE.c.id)
    return tuple(connection.execute(chosen.order_by(*order)).scalars())


def messages(session: Session, message_ids: Sequence[int]) -> Iterator[HeldMessage]:
    """Yield messages by their numbers, in the order of these, a few hundred in memory at a time."""
    joined = joined_into(session)
    connection = session.connection()
    for some in _lots(message_ids):
        kept: dict[int, list[bytes]] = {}
        sent = select(OUTBOX.c.id, OUTBOX.c.digest).where(OUTBOX.c.id.in_(listed(connection, some)))
        raws = select(RAW.c.message_id, RAW.c.digest).where(RAW.c.message_id.in_(listed(connection, some)))
        for number, digest in (*connection.execute(sent), *connection.execute(raws.order_by(RAW.c.id))):
            kept.setdefault(number, []).append(digest)
        chosen = said(MESSAGE.c.channel, MESSAGE.c.direction, MESSAGE.c.arrived_at)
        rows: dict[int, Any] = {
            row.id: row for row in connection.execute(chosen.where(MESSAGE.c.id.in_(listed(connection, some))))
        }
        for number in some:
            row = rows[number]
            says = exported(row, joined)
            yield HeldMessage(
                number,
                says.conversation_key or row.conversation_id,
                row.channel,
                row.direction,
                row.arrived_at,
                says,
                tuple(dict.fromkeys(kept.get(number, ()))),
            )


def happened(session: Session, about: Held) -> Iterator[EventView]:
    """Yield what was recorded of a person's profile, then of their conversations, each oldest first."""
    numbers = {about.person.person_id, *(one.person_id for one in about.merged)}
    chosen = select(EVENT.c.id).where(EVENT.c.kind.in_([_kind(fact) for fact in _KNOWING]))
    named = (f'"{word}":{number}' for word in ("person_id", "subject_id", "other_id") for number in sorted(numbers))
    chosen = chosen.where(or_(*(EVENT.c.public.contains(one, autoescape=True) for one in named)))
    found = list(session.connection().execute(chosen.order_by(EVENT.c.id)).scalars())
    for some in _lots(found):
        yield from (one for one in history.events_by(session, some) if _is_about(one, numbers))
    for conversation in about.conversations:
        yield from history.events(session, conversation.conversation_id)


def _lots(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[at : at + _AT_ONCE] for at in range(0, len(numbers), _AT_ONCE))


def _kind(fact: type[Fact]) -> str:
    kind: str = fact.model_fields["kind"].default
    return kind


def _is_about(event: EventView, numbers: set[int]) -> bool:
    values: dict[str, Any] = dict(event.values)
    if "subject" in values:
        return values["subject"] == Subject.PERSON and values["subject_id"] in numbers
    return values.get("person_id") in numbers or values.get("other_id") in numbers
