"""Notes and calls: what agents write down for the desk, messages of the conversation that never leave."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import table
from storage.commands import drafts
from storage.commands.intake.deliveries import Delivery, Incoming, message_key
from storage.commands.intake.derive import derive
from storage.commands.intake.reception import incoming, written_here
from storage.commands.joining import standing_number
from storage.commands.outbox.queueing import following, moment_in
from storage.commands.reading import mark_read
from storage.commands.wanted import want
from storage.events import Actor, Called, ConsultEnded, Fact, Noted, Withdrawn
from storage.kinds import Channel, Direction, Status
from storage.kinds.errors import NoSuch
from storage.kinds.mail import Parsed
from storage.models import Conversation, Mailbox, Message, Raw, ReadMark
from storage.queries.handoffs import consults_of
from storage.record import next_ids, record
from storage.search import add, index_more, remove

_FEW: Final = 20
"""Messages that are indexed with a note, so that what is written is found at once: they take a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Written:
    """What an agent wrote down, as it is kept; its bytes are in the store's content already.

    Attributes:
        parsed: what reading the bytes gives, as of any message.
        raw_digest, size: of the bytes.
    """

    parsed: Parsed
    raw_digest: bytes
    size: int


def note(
    session: Session,
    written: Written,
    *,
    conversation_id: int,
    actor: Actor,
    now: datetime,
    draft_id: int | None = None,
    action_id: int | None = None,
) -> tuple[int, int]:
    """Put a note into a conversation. It changes nothing else: no status, no clock, nothing on a server.

    An agent who was asked something there has answered by it.

    Args:
        session: of a writing transaction.
        written: the note.
        conversation_id: by its own number, or by one that was joined into it.
        actor: who wrote it.
        now: the moment.
        draft_id: what it was made of: it comes back when the note is taken back.
        action_id: the action that this is a part of.

    Returns:
        The action, and the note's number as a message.

    Raises:
        NoSuch: the draft was kept or thrown away meanwhile, or there is no such conversation.
    """
    if draft_id is not None and not drafts.stands(session, draft_id, agent_id=actor.agent_id or 0):
        raise NoSuch("draft", draft_id)
    number = standing_number(session, conversation_id)
    message, shape = _message(session, written, number, now, Direction.INTERNAL, Channel.EMAIL)
    fact = Noted(**shape, happened_at=message.arrived_at)
    action_id = _keep(session, fact, message, actor, now, action_id)
    if ended := _answers(session, number, message.message_id, actor, now):
        record(session, ended, actor=actor, now=now, action_id=action_id)
    if draft_id is not None:
        drafts.sent(session, draft_id, message.message_id, now=now)
    return action_id, message.message_id


def call(
    session: Session,
    written: Written,
    *,
    conversation_id: int,
    direction: Direction,
    minutes: int,
    by_customer: bool,
    actor: Actor,
    now: datetime,
    after: Status | None = None,
) -> tuple[int, int]:
    """Put a call into a conversation: whoever waited there has been spoken with (docs/decisions/0014).

    Args:
        session: of a writing transaction.
        written: what was said.
        conversation_id: by its own number, or by one that was joined into it.
        direction: who rang: `INCOMING` when they did.
        minutes: how long it took.
        by_customer: whether it was the conversation's customer; somebody else is named in the text alone.
        actor: who logs it.
        now: the moment.
        after: where the conversation stands then, with all mail in it handled as by an answer; `None` leaves it open.

    Returns:
        The action, and the call's number as a message.

    Raises:
        NoSuch: there is no such conversation.
    """
    assert direction is not Direction.INTERNAL
    number = standing_number(session, conversation_id)
    message, shape = _message(session, written, number, now, direction, Channel.PHONE)
    rows = table(Conversation)
    customer = session.connection().execute(select(rows.c.customer_id).where(rows.c.id == number)).scalar_one()
    fact = Called(
        **shape,
        direction=direction,
        minutes=minutes,
        person_id=customer if by_customer else None,
        happened_at=message.arrived_at,
    )
    action_id = _keep(session, fact, message, actor, now)
    if after is not None and (changes := following(session, number, message.message_id, after, now)):
        record(session, changes, actor=actor, now=now, action_id=action_id)
        want(session, changes, now=now)
    return action_id, message.message_id


def withdrawn(session: Session, facts: Iterable[Fact], *, now: datetime) -> None:
    """Let drafts of notes come back that were taken back, and leave search with them; or the other way round.

    Args:
        session: of the transaction that recorded the facts.
        facts: what was recorded.
        now: the moment.
    """
    told = [fact for fact in facts if isinstance(fact, Withdrawn)]
    if gone := [fact.message_id for fact in told if not fact.after]:
        drafts.come_back(session, gone)
        remove(session, gone)
    for fact in told:
        if fact.after:
            drafts.leave_again(session, fact.message_id, now=now)
    if back := [fact.message_id for fact in told if fact.after]:
        index_now(session, back)


def _message(
    session: Session, written: Written, number: int, now: datetime, direction: Direction, channel: Channel
) -> tuple[Incoming, dict[str, Any]]:
    """Return what was written as a message, and what its fact says of it."""
    conversations = table(Conversation)
    home = select(conversations.c.mailbox_id).where(conversations.c.id == number)
    mailbox = session.get_one(Mailbox, session.connection().execute(home).scalar_one())
    delivery = Delivery(
        mailbox_id=mailbox.id,
        raw_digest=written.raw_digest,
        size=written.size,
        arrived_at=moment_in(session, number, now),
        parsed=written.parsed,
    )
    message_id, raw_id = next_ids(session, Message, Raw)
    key = message_key(mailbox.group, written.parsed)
    message = incoming(message_id, delivery, mailbox, key, frozenset())
    shape = {
        "conversation_id": number,
        "message_id": message_id,
        "raw_id": raw_id,
        "raw_digest": written.raw_digest.hex(),
        "size": written.size,
        "mailbox_id": mailbox.id,
        "key": key.hex(),
    }
    return written_here(message, direction=direction, channel=channel), shape


def _answers(session: Session, number: int, message_id: int, actor: Actor, now: datetime) -> list[ConsultEnded]:
    """Return what a note ends: the questions that its author was asked in the conversation before it."""
    return [
        ConsultEnded(conversation_id=number, consult_id=one.consult_id, before=None, after=message_id, happened_at=now)
        for one in consults_of(session, number)
        if one.agent_id == actor.agent_id
    ]


def _keep(
    session: Session,
    fact: Noted | Called,
    message: Incoming,
    actor: Actor,
    now: datetime,
    action_id: int | None = None,
) -> int:
    seen_all = actor.agent_id is not None and _seen_all(session, fact.conversation_id, actor.agent_id)
    action_id = record(session, [fact], actor=actor, now=now, action_id=action_id)
    derive(session, [message], {})
    index_now(session, [message.message_id])
    if seen_all and actor.agent_id is not None:
        mark_read(session, conversation_id=fact.conversation_id, message_id=message.message_id, agent_id=actor.agent_id)
    return action_id


def index_now(session: Session, message_ids: Sequence[int]) -> None:
    """Let messages be found at once, also where many others wait to be indexed."""
    index_more(session, limit=_FEW)
    add(session, message_ids)


def _seen_all(session: Session, number: int, agent_id: int) -> bool:
    """Say whether an agent has read a conversation to its end: a note from elsewhere must not hide what is unread."""
    marks, conversations = table(ReadMark), table(Conversation)
    chosen = (
        select(marks.c.message_id)
        .join(conversations, conversations.c.id == marks.c.conversation_id)
        .where(
            marks.c.agent_id == agent_id,
            marks.c.conversation_id == number,
            marks.c.message_id == conversations.c.last_message_id,
        )
    )
    return session.connection().execute(chosen).first() is not None
