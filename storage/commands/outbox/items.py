"""The items of the outbox as its machinery sees them: whom to reach, who sends them, and what becomes of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, exists, or_, select, update
from sqlmodel import Session

from storage.apply.base import insert, table
from storage.commands.wanted import want
from storage.events import Actor, DeliveryChanged, Fact, Held
from storage.kinds import Delivery, Hold
from storage.models import Claim, Message, Outbox, Recipient
from storage.models.statements import Lookup, some_values
from storage.record import record

SENDER: Final = Actor(None, "sender")
"""The desk itself, sending."""

OUT, TO, CLAIM, MESSAGE = table(Outbox), table(Recipient), table(Claim), table(Message)


@dataclass(frozen=True, slots=True)
class Item:
    """A message that is this sender's to send.

    Attributes:
        size: in bytes, as it lies in the content.
        recipients: (place, address) of those whom it is still to reach.
        attempts: tries in vain.
    """

    message_id: int
    conversation_id: int
    mailbox_id: int
    sender: str
    digest: bytes
    size: int
    queued_at: datetime
    recipients: tuple[tuple[int, str], ...]
    attempts: int


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one recipient; `QUEUED` stands for another try."""

    state: Delivery
    code: int | None = None
    words: str = ""


def with_claims() -> Any:
    """Return the outbox with the claims on it."""
    return OUT.outerjoin(CLAIM, CLAIM.c.message_id == OUT.c.id)


def due(now: datetime | BindParameter[Any]) -> tuple[Any, ...]:
    """Return the conditions of what is due to leave and claimed by nobody, at a moment or one to be given."""
    free = or_(CLAIM.c.message_id.is_(None), CLAIM.c.until.is_(None), CLAIM.c.until <= now)
    return (
        OUT.c.state == Delivery.QUEUED,
        OUT.c.held.is_(None),
        OUT.c.leaves_at <= now,
        free,
        or_(CLAIM.c.next_at.is_(None), CLAIM.c.next_at <= now),
    )


def items() -> Select[Any]:
    """Return the question for items, to be narrowed."""
    return select(
        OUT.c.id,
        OUT.c.mailbox_id,
        OUT.c.agent_id,
        OUT.c.sender,
        OUT.c.digest,
        OUT.c.size,
        OUT.c.queued_at,
        OUT.c.state,
        OUT.c.held,
        OUT.c.seen_id,
        MESSAGE.c.conversation_id,
        CLAIM.c.holder,
        CLAIM.c.until,
        CLAIM.c.attempts,
    ).select_from(with_claims().join(MESSAGE, MESSAGE.c.id == OUT.c.id))


def item_of(row: Any, recipients: Sequence[tuple[int, str]]) -> Item:
    """Return a row as an item that is still to reach these."""
    return Item(
        message_id=row.id,
        conversation_id=row.conversation_id or 0,
        mailbox_id=row.mailbox_id,
        sender=row.sender,
        digest=row.digest,
        size=row.size,
        queued_at=row.queued_at,
        recipients=tuple(recipients),
        attempts=row.attempts or 0,
    )


def places(item: Item) -> tuple[int, ...]:
    """Return the places of those whom an item is to reach."""
    return tuple(place for place, _ in item.recipients)


_IN_A_STATE: Final = Lookup(
    lambda: (
        select(TO.c.message_id, TO.c.place, TO.c.address)
        .where(TO.c.message_id.in_(some_values()), TO.c.state == bindparam("state", type_=TO.c.state.type))
        .order_by(TO.c.message_id, TO.c.place)
    )
)


def recipients_in(session: Session, message_ids: Sequence[int], state: Delivery) -> dict[int, list[tuple[int, str]]]:
    """Return (place, address) of the recipients in a state, by message."""
    found: dict[int, list[tuple[int, str]]] = {}
    for row in _IN_A_STATE(session.connection(), message_ids, state=state):
        found.setdefault(row.message_id, []).append((row.place, row.address or ""))
    return found


def states_of(session: Session, message_id: int, *, but: int | None = None) -> frozenset[Delivery]:
    """Return the states in which a message's recipients are, but for the one at a place."""
    chosen = select(TO.c.state).where(TO.c.message_id == message_id).distinct()
    chosen = chosen if but is None else chosen.where(TO.c.place != but)
    return frozenset(session.connection().execute(chosen).scalars())


def held(row: Any, why: Hold, now: datetime) -> Held:
    """Return the fact that a queued message does not leave from now on."""
    return Held(
        conversation_id=row.conversation_id,
        message_id=row.id,
        before=row.held,
        after=why,
        seen=row.seen_id,
        happened_at=now,
    )


_CLAIMED: Final = Lookup(lambda: select(CLAIM.c.message_id).where(CLAIM.c.message_id.in_(some_values())))


def claims(
    session: Session, message_ids: Sequence[int], *, holder: str, until: datetime | None, trouble: str | None = None
) -> None:
    """Let a sender claim messages, or nobody with an empty holder."""
    connection = session.connection()
    known = {row.message_id for row in _CLAIMED(connection, message_ids)}
    values: dict[str, Any] = {"holder": holder, "until": until}
    if trouble is not None:
        values["trouble"] = trouble
    if known:
        connection.execute(update(CLAIM).where(CLAIM.c.message_id.in_(sorted(known))).values(**values))
    fresh = {
        "attempts": 0,
        "next_at": None,
        "trouble": "",
        "look_at": None,
        "look_since": None,
        "looks": 0,
        **values,
    }
    insert(connection, Claim, [{"message_id": number, **fresh} for number in message_ids if number not in known])


def changed(item: Item, results: Mapping[int, Result], before: Delivery, now: datetime) -> DeliveryChanged:
    """Return the fact of what becomes of some recipients, who all stood alike before."""
    places = tuple(sorted(results))
    return DeliveryChanged(
        conversation_id=item.conversation_id,
        message_id=item.message_id,
        places=places,
        before=(before,) * len(places),
        after=tuple(results[place].state for place in places),
        codes=tuple(results[place].code for place in places),
        words=tuple(results[place].words for place in places),
        happened_at=now,
    )


def look_from(session: Session, message_ids: Sequence[int], now: datetime) -> None:
    """Have the copies of messages looked for among the sent mail, from now on."""
    looking = {"look_at": now, "look_since": now, "looks": 0}
    session.connection().execute(update(CLAIM).where(CLAIM.c.message_id.in_(list(message_ids))).values(**looking))


def some_in(*states: Delivery) -> ColumnElement[bool]:
    """Return the condition that a message has recipients in one of these states."""
    return exists().where(TO.c.message_id == OUT.c.id, is_in(*states))


def is_in(*states: Delivery) -> ColumnElement[bool]:
    """Return the condition that a recipient is in one of these states, for statements that are made once."""
    return or_(*(TO.c.state == state for state in states))


def numbered(session: Session, message_ids: Collection[int]) -> Sequence[Any]:
    """Return the messages of these numbers."""
    if not message_ids:
        return ()
    return session.connection().execute(items().where(OUT.c.id.in_(sorted(message_ids)))).all()


def all_in(session: Session, row: Any, state: Delivery, result: Result, now: datetime) -> list[Fact]:
    """Return the facts by which all recipients in a state go on to another."""
    recipients = recipients_in(session, [row.id], state).get(row.id)
    if not recipients:
        return []
    item = item_of(row, recipients)
    return [changed(item, dict.fromkeys(places(item), result), state, now)]


def tell(session: Session, facts: Sequence[Fact], now: datetime) -> None:
    """Record facts of the sender's, and what the servers must know of them."""
    if facts:
        record(session, facts, actor=SENDER, now=now)
        want(session, facts, now=now)
