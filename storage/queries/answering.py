"""What an answer needs to know: the message answered, from which mailbox, to whom; and what its review asks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlmodel import Session

from storage.kinds import Automatic, Channel, Direction
from storage.kinds.clean import folded
from storage.kinds.drafts import DraftView
from storage.kinds.errors import NoSuch
from storage.kinds.mail import Correspondent
from storage.kinds.promises import PromiseView
from storage.kinds.review import ReviewFacts, Unseen, Writes
from storage.models.details import named_in, read_details
from storage.queries import conversations
from storage.queries.drafts import writers
from storage.queries.history import events_of
from storage.queries.names import addresses_like
from storage.queries.promises import promised_to
from storage.queries.tables import ADDRESS, CONVERSATION, DRAFT, MAILBOX, MESSAGE, PERSON, TEXT
from storage.rules.addressing import recipients, written_to
from storage.views import ConversationView, MessageView

_AT_ONCE: Final = 300  # addresses in one question
_RANKED: Final = 100  # persons found among whom the nearest are chosen
_NEWEST: Final = 10_000  # addresses that are gone through first
_PERSONS: Final = 20_000  # persons that letters are looked for in: the newest


@dataclass(frozen=True, slots=True)
class Sender:
    """A mailbox that can be written from."""

    mailbox_id: int
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Answerable:
    """A conversation as far as an answer needs it.

    Attributes:
        message: that is answered: the one asked for, else the last from outside whose sender takes part, else the
            newest; `None` in a conversation without any.
        reply_to: where its author wants answers.
        sender: the mailbox that the customer wrote to, and which address of it.
        own: the desk's own addresses, in lower case.
        strangers: addresses that wrote here without having taken part.
        language: in which the customer writes; empty when it cannot be told.
    """

    view: ConversationView
    message: MessageView | None
    reply_to: tuple[Correspondent, ...]
    sender: Sender
    own: frozenset[str]
    strangers: frozenset[str]
    language: str


def senders(session: Session) -> tuple[Sender, ...]:
    """Return the mailboxes that can be written from, by name."""
    chosen = select(MAILBOX.c.id, MAILBOX.c.name, MAILBOX.c.address).order_by(MAILBOX.c.name)
    return tuple(Sender(row.id, row.name, row.address) for row in session.connection().execute(chosen) if row.address)


def own_addresses(session: Session) -> frozenset[str]:
    """Return every address of the desk's own, in lower case."""
    rows = session.connection().execute(select(MAILBOX.c.address, MAILBOX.c.aliases)).all()
    return frozenset(each.lower() for row in rows for each in (row.address, *row.aliases) if each)


def answerable(session: Session, conversation_id: int, *, message_id: int | None = None) -> Answerable:
    """Return what an answer to a conversation needs to know.

    Args:
        session: of any transaction.
        conversation_id: by its own number, or by one that was joined into it.
        message_id: which of its messages is answered; `None` for the one that asks for it.

    Raises:
        NoSuch: there is no such conversation, or no such message in it.
    """
    view = conversations.read(session, conversation_id, agent_id=None)
    message = answered(view.messages, message_id)
    if message_id is not None and message is None:
        raise NoSuch("message", message_id)
    details, named = None, frozenset[str]()
    if message is not None:
        chosen: Any = (
            select(TEXT.c.details, MAILBOX.c.id, MAILBOX.c.name, MAILBOX.c.address, MAILBOX.c.aliases)
            .select_from(
                MESSAGE.join(MAILBOX, MAILBOX.c.id == MESSAGE.c.mailbox_id).outerjoin(
                    TEXT, TEXT.c.message_id == MESSAGE.c.id
                )
            )
            .where(MESSAGE.c.id == message.message_id)
        )
        row = session.connection().execute(chosen).one()
        details, named = read_details(row.details or {}), named_in(row.details or {})
    else:
        chosen = (
            select(MAILBOX.c.id, MAILBOX.c.name, MAILBOX.c.address, MAILBOX.c.aliases)
            .join(CONVERSATION, CONVERSATION.c.mailbox_id == MAILBOX.c.id)
            .where(CONVERSATION.c.id == view.conversation_id)
        )
        row = session.connection().execute(chosen).one()
    return Answerable(
        view=view,
        message=message,
        reply_to=details.reply_to if details else (),
        sender=Sender(row.id, row.name, written_to(row.address, row.aliases, named)),
        own=own_addresses(session),
        strangers=frozenset(one.author.address for one in view.messages if one.marked and one.author.address),
        language=language_of(session, view.conversation_id),
    )


def answered(messages: Sequence[MessageView], message_id: int | None = None) -> MessageView | None:
    """Return which message an answer goes to; notes and calls cannot be answered by mail, nothing cites them."""
    chosen = next((one for one in messages if one.message_id == message_id), None)
    if message_id is not None and (chosen is None or chosen.is_mail):
        return chosen
    messages = [one for one in messages if one.is_mail]
    incoming = [one for one in messages if one.direction is Direction.INCOMING]
    people = [one for one in incoming if one.automatic is Automatic.NO and not one.marked]
    for some in (people, incoming, messages):
        if some:
            return some[-1]
    return None


def language_of(session: Session, conversation_id: int) -> str:
    """Return in which language the customer writes: that of the newest message whose language could be told."""
    chosen = (
        select(TEXT.c.language)
        .select_from(TEXT.join(MESSAGE, MESSAGE.c.id == TEXT.c.message_id))
        .where(
            MESSAGE.c.conversation_id == conversation_id,
            MESSAGE.c.direction == Direction.INCOMING,
            MESSAGE.c.channel == Channel.EMAIL,
            MESSAGE.c.automatic == Automatic.NO,
            TEXT.c.language != "",
        )
        .order_by(MESSAGE.c.arrived_at.desc(), MESSAGE.c.id.desc())
        .limit(1)
    )
    return session.connection().execute(chosen).scalar() or ""


def review_facts(
    session: Session, draft: DraftView, *, mentioned: Collection[str], gone: Sequence[str] = (), now: datetime
) -> ReviewFacts:
    """Return what is known about a draft before it leaves.

    Args:
        session: of any transaction.
        draft: as it is kept.
        mentioned: the addresses that its text names, in lower case.
        gone: names of attachments that are not there any more, or not as they were.
        now: the present.
    """
    attached = sum(one.size for one in draft.attachments)
    if draft.conversation_id is None:
        others = customers_among(session, mentioned)
        own = own_addresses(session)
        return ReviewFacts(own=own, others=others, gone=tuple(gone), attached_bytes=attached)
    answer = answerable(session, draft.conversation_id)
    view = answer.view
    message = answered(view.messages, draft.message_id) or answer.message
    to: tuple[Correspondent, ...] = ()
    cc: tuple[Correspondent, ...] = ()
    if message is not None:
        to, cc = recipients(
            draft.kind,
            author=message.author,
            reply_to=answer.reply_to if message == answer.message else (),
            to=message.to,
            cc=message.cc,
            own=answer.own,
            strangers=answer.strangers,
        )
    taken_part = {
        each.address
        for one in view.messages
        if one.is_mail and not one.marked
        for each in (one.author, *one.to, *one.cc)
    } - answer.own
    return ReviewFacts(
        expected=(*to, *cc),
        known=frozenset(taken_part),
        strangers=answer.strangers - taken_part,
        own=answer.own,
        unseen=_unseen(session, draft, view),
        writing=_writing(session, draft, now),
        others=customers_among(session, set(mentioned) - taken_part - answer.own),
        language=answer.language,
        gone=tuple(gone),
        attached_bytes=attached,
        owed=_owed(session, draft),
    )


def _owed(session: Session, draft: DraftView) -> tuple[PromiseView, ...]:
    """Return what is promised to the customer of the conversation that is answered, and open."""
    chosen = select(CONVERSATION.c.customer_id).where(CONVERSATION.c.id == draft.conversation_id)
    number = session.connection().execute(chosen).scalar()
    return () if number is None else promised_to(session, number)


@dataclass(frozen=True, slots=True)
class Cites:
    """What an answer cites: the Message-ID of what it answers, and what that cited itself, the oldest first."""

    header_id: str
    references: tuple[str, ...]


def cites(session: Session, message_id: int) -> Cites:
    """Return what an answer to a message cites (RFC 5322 §3.6.4); empty where the message has no Message-ID."""
    chosen = select(TEXT.c.header_id, TEXT.c.details).where(TEXT.c.message_id == message_id)
    row = session.connection().execute(chosen).first()
    if row is None or not row.header_id:
        return Cites("", ())
    details = read_details(row.details)
    before = details.references or details.in_reply_to
    return Cites(row.header_id, tuple(dict.fromkeys((*before, row.header_id))))


def customers_among(session: Session, addresses: Collection[str]) -> frozenset[str]:
    """Return which of these addresses belong to somebody whom the desk knows."""
    asked = sorted(set(addresses))[:_AT_ONCE]
    if not asked:
        return frozenset()
    chosen = select(ADDRESS.c.address).where(ADDRESS.c.address.in_(asked))
    return frozenset(session.connection().execute(chosen).scalars()) - own_addresses(session)


def _unseen(session: Session, draft: DraftView, view: ConversationView) -> tuple[Unseen, ...]:
    """Return the messages that stand here since the agent looked last: no notes, and none of the agent's own."""
    numbers = (view.conversation_id, *view.joined_numbers)
    new = {
        event.values.get("message_id"): event
        for event in events_of(session, numbers, kinds=("joined", "called"))
        if event.event_id > draft.seen_event_id
    }
    found = []
    for message in view.messages:
        event = new.get(message.message_id)
        if event is None or message.automatic is not Automatic.NO:
            continue
        ours = message.direction is not Direction.INCOMING or message.channel is Channel.PHONE
        if ours and event.agent and event.agent == _agent_name(session, draft.agent_id):
            continue
        who = (event.agent if ours else "") or message.author.name or message.author.address
        found.append(Unseen(message.message_id, who, message.arrived_at, ours))
    return tuple(found)


def _agent_name(session: Session, agent_id: int) -> str:
    from storage.queries.agents import agents

    return agents(session).get(agent_id, "")


def _writing(session: Session, draft: DraftView, now: datetime) -> tuple[Writes, ...]:
    """Return the colleagues who write to the same customer now, in whichever conversation; notes bother nobody."""
    rows = CONVERSATION.c
    customer = select(rows.customer_id).where(rows.id == draft.conversation_id).scalar_subquery()
    same = set(
        session.connection()
        .execute(
            select(rows.id)
            .join(DRAFT, DRAFT.c.conversation_id == rows.id)
            .where(or_(rows.id == draft.conversation_id, rows.customer_id == customer))
        )
        .scalars()
    )
    return tuple(
        Writes(one.agent, one.since, one.conversation_id)
        for one in writers(session, now=now, but=draft.agent_id)
        if one.conversation_id in same and not one.note
    )


def persons(session: Session, letters: str, *, limit: int = 12) -> list[Correspondent]:
    """Return known persons whose name or address has words that begin so: those that begin with it, then the newest.

    Args:
        session: of any transaction.
        letters: of a name, or of an address.
        limit: how many.
    """
    wanted = folded(letters.strip()).split()
    if not wanted:
        return []
    chosen = (
        select(PERSON.c.name, ADDRESS.c.address)
        .join(ADDRESS, ADDRESS.c.person_id == PERSON.c.id)
        .where(ADDRESS.c.address.is_not(None))
        .order_by(ADDRESS.c.id.desc())
    )
    newest = select(func.max(ADDRESS.c.id) - _NEWEST).scalar_subquery()
    # Where many are named so there are enough among the newest, and to find all others would take long.
    among = chosen.where(ADDRESS.c.id > newest, *addresses_like(session, wanted, beside=True))
    found = _first_named(session, among, wanted)
    if len(found) < _RANKED:
        everybody = chosen.where(*addresses_like(session, wanted, beside=False)).limit(_PERSONS)
        found = _first_named(session, everybody, wanted)
    first = folded(letters.strip())
    ranked = sorted(found.values(), key=lambda one: not folded(one.name or one.address).startswith(first))
    return ranked[:limit]


def _first_named(session: Session, chosen: Any, wanted: Sequence[str]) -> dict[str, Correspondent]:
    found: dict[str, Correspondent] = {}
    for row in session.connection().execute(chosen):
        if row.address not in found and _named(wanted, row):
            found[row.address] = Correspondent(row.name or "", row.address)
            if len(found) == _RANKED:
                break
    return found


def _named(wanted: Sequence[str], row: Any) -> bool:
    words = folded(f"{row.name or ''} {row.address} {row.address.replace('@', ' ').replace('.', ' ')}").split()
    return all(any(word.startswith(each) for word in words) for each in wanted)
