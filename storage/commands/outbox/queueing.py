"""An answer is queued: a message of the conversation from that moment, in the bytes in which it will leave."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlmodel
from sqlalchemy import Row, delete, func, select
from sqlmodel import Session

from storage.apply.base import table
from storage.commands import drafts, responses
from storage.commands.intake.deliveries import Delivery, Incoming, message_key
from storage.commands.intake.derive import derive
from storage.commands.intake.evidence import traits_of
from storage.commands.intake.people import recognise
from storage.commands.intake.reception import incoming, own_addresses, received
from storage.commands.joining import standing_number
from storage.commands.reading import mark_read
from storage.commands.solving import check_resolving
from storage.commands.wanted import want
from storage.events import Actor, Cancelled, Fact, Handled, Joined, Queued, Snoozed, StatusChanged
from storage.kinds import SETTLED, Direction, Evidence, Status
from storage.kinds.errors import Changed, NoSuch, Refused
from storage.kinds.mail import Parsed
from storage.kinds.promises import Commitment
from storage.kinds.responses import Actions
from storage.models import Cited, Conversation, Mailbox, Message, Print, QuotedPrint, Raw, SubjectKey
from storage.record import next_id, next_ids, record
from storage.search import remove

if TYPE_CHECKING:
    from storage.commands.transferring import Along

_EVIDENCE = (Cited, Print, QuotedPrint, SubjectKey)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A finished message that is to leave; its bytes are in the store's content already.

    Attributes:
        parsed: what reading the bytes gives, as of any message.
        sender, recipients: the envelope.
        conversation_id: that its Message-ID names.
        begins: the conversation begins with it.
        answers_id: the message that it answers or forwards.
    """

    mailbox_id: int
    parsed: Parsed
    raw_digest: bytes
    size: int
    sender: str
    recipients: tuple[str, ...]
    conversation_id: int
    begins: bool = False
    answers_id: int | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What queueing an answer made; `leaves_at` is until when it can be taken back."""

    action_id: int
    message_id: int
    conversation_id: int
    leaves_at: datetime


def number_to_begin(session: Session) -> int:
    """Return the number that a conversation would have which began now; `queue` checks that it still is."""
    return next_id(session, Conversation)


def queue(
    session: Session,
    outgoing: Outgoing,
    *,
    actor: Actor,
    now: datetime,
    undo_window: timedelta,
    after: Status | None = None,
    draft_id: int | None = None,
    uses: Sequence[responses.Use] = (),
    actions: Sequence[Actions] = (),
    action_id: int | None = None,
    promises: Sequence[Commitment] = (),
    keeps: Sequence[int] = (),
    along: "Along | None" = None,
) -> Sent:
    """Put an answer into the outbox: the message, its delivery, what it handles, and where the conversation stands.

    All of it is one action, so that one undo takes all of it back while nothing has left.

    Args:
        session: of a writing transaction.
        outgoing: the message.
        actor: who sends; without an agent it is automatic mail, which answers nothing (DOMAIN §9).
        now: the moment.
        undo_window: for how long it can be taken back.
        after: where the conversation stands then; `None` leaves it where it is.
        draft_id: what it was made of: it comes back when the message is taken back.
        uses: the canned responses in it.
        actions: what macros do beside.
        action_id: the action that this is a part of.
        promises: what it promises the customer, to be written down.
        keeps: the numbers of promises that are kept by it.
        along: the transfer that goes with it: it is handed on as a part of the same action, and the customer is told by
            this answer.

    Raises:
        BadField: a promise is empty or too long, or the brief does not say what the tier must know.
        Changed: another conversation began meanwhile and has the number; make the bytes anew.
        NoSuch: the draft was sent or thrown away meanwhile, or there is no such conversation.
        Refused: it goes to nobody (rule ``no_recipient``), is known already (``already``), or the conversation cannot
            be resolved by it (as `storage.commands.solving.check_resolving`).
    """
    if not outgoing.recipients:
        raise Refused("no_recipient")
    if draft_id is not None and not drafts.stands(session, draft_id, agent_id=actor.agent_id or 0):
        raise NoSuch("draft", draft_id)
    if outgoing.begins and next_id(session, Conversation) != outgoing.conversation_id:
        raise Changed("conversation", (outgoing.conversation_id,))
    number = outgoing.conversation_id if outgoing.begins else standing_number(session, outgoing.conversation_id)
    message = _message(session, outgoing, moment_in(session, number, now))
    met = recognise(session, [message])
    raw_id = next_id(session, Raw)
    starts = (after or Status.WAITING) if outgoing.begins else None
    # What the action is stands first, in the log as in the agent's history.
    facts: list[Fact] = [_queued(message, outgoing, number, starts, actor, now, undo_window), *met]
    facts += [received(message, raw_id), _joined(message, outgoing, number, starts, actor, now)]
    action_id = record(session, facts, actor=actor, now=now, action_id=action_id)
    derive(session, [message], {message.message_id: traits_of(message)})
    if actor.agent_id is not None:
        if changes := following(session, number, message.message_id, None if outgoing.begins else after, now):
            record(session, changes, actor=actor, now=now, action_id=action_id)
            want(session, changes, now=now)
        responses.note_used(session, message.message_id, uses, actor=actor, now=now, action_id=action_id)
        for one in actions:
            responses.act(session, number, one, actor=actor, now=now, action_id=action_id)
        if keeps or promises:
            from storage.commands import promising  # late: what is known of customers begins tasks, as this begins mail

            promising.keep_with(session, keeps, actor=actor, now=now, action_id=action_id)
            for said in promises:
                promising.promise(session, number, said.text, said.due, actor=actor, now=now, action_id=action_id)
        _hand_on(session, along, message.message_id, actor, now, action_id)
        mark_read(session, conversation_id=number, message_id=message.message_id, agent_id=actor.agent_id)
    if draft_id is not None:
        drafts.sent(session, draft_id, message.message_id, now=now)
    return Sent(action_id, message.message_id, number, now + undo_window)


def _hand_on(
    session: Session, along: "Along | None", message_id: int, actor: Actor, now: datetime, action_id: int
) -> None:
    """Hand on what goes to another tier with an answer, as a part of its action; nothing, where nothing does."""
    if along is not None:
        from storage.commands import transferring  # late: what is handed on tells customers by this

        transferring.transfer(
            session,
            along.wanted,
            note=along.note,
            told_id=message_id,
            action_id=action_id,
            actor=actor,
            now=now,
        )


def taken_back(session: Session, facts: Iterable[Fact]) -> None:
    """Let drafts come back whose messages were cancelled, and take those out of the search and out of all evidence.

    Args:
        session: of the transaction that recorded the facts.
        facts: what was recorded.
    """
    cancelled = {fact.message_id: fact for fact in facts if isinstance(fact, Cancelled)}
    if not cancelled:
        return
    drafts.come_back(session, list(cancelled))
    remove(session, [number for number, fact in cancelled.items() if fact.starts is None])
    for model in _EVIDENCE:
        rows = table(model)
        session.connection().execute(delete(rows).where(rows.c.message_id.in_(sorted(cancelled))))


def moment_in(session: Session, number: int, now: datetime) -> datetime:
    """Return when what is written here stands in a conversation: after all that is there, whatever other clocks say.

    In whole seconds, as servers tell them, so that what comes in the same second is not before it.
    """
    rows = table(Message)
    newest = select(func.max(rows.c.arrived_at)).where(rows.c.conversation_id == number)
    last = session.connection().execute(newest).scalar()
    moment = now.replace(microsecond=0)
    return moment if last is None else max(moment, last)


def _message(session: Session, outgoing: Outgoing, arrived_at: datetime) -> Incoming:
    mailboxes = {one.id: one for one in session.exec(sqlmodel.select(Mailbox)).all()}
    mailbox = mailboxes.get(outgoing.mailbox_id)
    if mailbox is None:
        raise NoSuch("mailbox", outgoing.mailbox_id)
    key = message_key(mailbox.group, outgoing.parsed)
    rows = table(Message)
    if session.connection().execute(select(rows.c.id).where(rows.c.key == key)).first() is not None:
        raise Refused("already")
    delivery = Delivery(
        mailbox_id=outgoing.mailbox_id,
        raw_digest=outgoing.raw_digest,
        size=outgoing.size,
        arrived_at=arrived_at,
        outgoing=True,
        parsed=outgoing.parsed,
    )
    (message_id,) = next_ids(session, Message)
    own = own_addresses(mailboxes.values())[mailbox.group]
    return incoming(message_id, delivery, mailbox, key, own, leaves=True)


def _joined(
    message: Incoming, outgoing: Outgoing, number: int, starts: Status | None, actor: Actor, now: datetime
) -> Joined:
    # What an agent wrote stays where it was written; what the desk answers by itself goes with what it answers.
    written = Evidence.AGENT if actor.agent_id is not None else Evidence.REFERENCE
    return Joined(
        message_id=message.message_id,
        conversation_id=number,
        mailbox_id=outgoing.mailbox_id,
        starts=starts,
        evidence=Evidence.NEW if outgoing.begins else written,
        through_id=outgoing.answers_id,
        participants=message.participants,
        happened_at=now,
    )


def _queued(
    message: Incoming,
    outgoing: Outgoing,
    number: int,
    starts: Status | None,
    actor: Actor,
    now: datetime,
    undo_window: timedelta,
) -> Queued:
    return Queued(
        conversation_id=number,
        message_id=message.message_id,
        mailbox_id=outgoing.mailbox_id,
        agent_id=actor.agent_id,
        raw_digest=outgoing.raw_digest.hex(),
        size=outgoing.size,
        sender=outgoing.sender,
        leaves_at=now + undo_window,
        count=len(outgoing.recipients),
        starts=starts,
        recipients=outgoing.recipients,
        happened_at=now,
    )


def following(session: Session, number: int, message_id: int, after: Status | None, now: datetime) -> list[Fact]:
    """Return what an answer changes beside: all mail up to it is handled, a snooze is over, the conversation waits."""
    row = _standing(session, number)
    facts: list[Fact] = []
    if row.snoozed_until is not None:
        facts.append(Snoozed(conversation_id=number, before=row.snoozed_until, after=None, happened_at=now))
    if after in SETTLED and after is not row.status:
        check_resolving(session, [number])
    if after is not None and after is not row.status:
        facts.append(StatusChanged(conversation_id=number, before=row.status, after=after, happened_at=now))
    rows = table(Message)
    asking = select(rows.c.id).where(
        rows.c.conversation_id == number,
        rows.c.direction == Direction.INCOMING,
        ~rows.c.handled,
        rows.c.id < message_id,
    )
    # An answer that leaves the conversation open says that something is still to be done.
    if after in {Status.WAITING, Status.ON_HOLD, *SETTLED} and (
        found := tuple(session.connection().execute(asking.order_by(rows.c.arrived_at, rows.c.id)).scalars())
    ):
        facts.append(Handled(conversation_id=number, message_ids=found, after=True, happened_at=now))
    return facts


def _standing(session: Session, number: int) -> Row[*tuple[Any, ...]]:
    rows = table(Conversation)
    return session.connection().execute(select(rows).where(rows.c.id == number)).one()
