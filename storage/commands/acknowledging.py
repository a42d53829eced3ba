"""Mail answered by itself: each message is looked at once, and what it is answered with is queued in the same moment.

How far a mailbox's mail was looked at is a local cursor over the numbers of messages. It moves in the transaction that
queues the answer: whoever dies before has done nothing, whoever dies after it has done all of it.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, update
from sqlmodel import Session

from storage.apply.base import insert, table
from storage.commands.outbox.queueing import Outgoing, Sent, queue
from storage.events import Actor
from storage.models import Desk, ReadMark
from storage.queries.acknowledging import Asked, cursor, cursor_name, earlier, given, newest
from storage.rules.acknowledging import HOUR, MOST, Reason, enough, since

ACKNOWLEDGER: Final = Actor(None, "acknowledge")
"""The desk itself, answering."""

_DESK: Final = table(Desk)
_MARK: Final = table(ReadMark)


def begin(session: Session, mailbox_id: int) -> int:
    """Return how far a mailbox's mail was looked at; where nothing was acknowledged before, what is here now is not."""
    held = cursor(session, mailbox_id)
    if held is not None:
        return held
    now = newest(session)
    insert(session.connection(), Desk, [{"name": cursor_name(mailbox_id), "value": str(now).encode()}])
    return now


def forget(session: Session, mailbox_id: int) -> None:
    """Acknowledge nothing any more: whoever begins again does not answer what came meanwhile."""
    session.connection().execute(delete(_DESK).where(_DESK.c.name == cursor_name(mailbox_id)))


def look_past(session: Session, mailbox_id: int, message_id: int) -> None:
    """Note that a mailbox's messages were looked at up to this one."""
    held = cursor(session, mailbox_id)
    if held is not None and held < message_id:
        moved = update(_DESK).where(_DESK.c.name == cursor_name(mailbox_id))
        session.connection().execute(moved.values(value=str(message_id).encode()))


def acknowledge(
    session: Session, asked: Asked, outgoing: Outgoing, *, every: timedelta, now: datetime, most: int = MOST
) -> Sent | Reason | None:
    """Queue the answer to a message, unless it was looked at meanwhile or its author has had enough.

    It changes nothing beside: the conversation stands where it stood, nothing is handled, and no clock stops for it.

    Args:
        session: of a writing transaction.
        asked: the message.
        outgoing: the answer, its bytes in the store's content; to one address.
        every: how long one customer gets no second answer of one subject.
        now: the moment.
        most: how many answers the mailbox gives in an hour.

    Returns:
        What queueing made; the reason for which the author gets nothing; `None` when another process was first.
    """
    held = cursor(session, outgoing.mailbox_id)
    if held is None or held >= asked.message_id:
        return None
    look_past(session, outgoing.mailbox_id, asked.message_id)
    if refused := had_enough(session, asked, outgoing.recipients[0], every=every, now=now):
        return refused
    if given_enough(session, outgoing.mailbox_id, now=now, most=most):
        return "flood"
    sent = queue(session, outgoing, actor=ACKNOWLEDGER, now=now, undo_window=timedelta())
    # Whoever had read all of the conversation has nothing new to read.
    seen = update(_MARK).where(_MARK.c.conversation_id == sent.conversation_id, _MARK.c.message_id == asked.newest_id)
    session.connection().execute(seen.values(message_id=sent.message_id))
    return sent


def given_enough(session: Session, mailbox_id: int, *, now: datetime, most: int) -> bool:
    """Say whether a mailbox has given as many automatic answers in the last hour as it gives; they are never made up.

    A flood of mail under ever other senders, all of them forged, draws an answer for each: what it may draw is counted.
    """
    return given(session, mailbox_id, since=now - HOUR) >= most


def had_enough(session: Session, asked: Asked, address: str, *, every: timedelta, now: datetime) -> Reason | None:
    """Return why the author of a message gets no further automatic answer; arguments as of `acknowledge`."""
    arrived_at = min(asked.arrived_at, now)  # a server's clock may be ahead, and nothing is counted in the future
    got = earlier(
        session,
        addresses={address, asked.author},
        customer_id=asked.customer_id,
        since=since(arrived_at, every=every),
    )
    return enough(asked.subject, got, arrived_at=arrived_at, every=every)
