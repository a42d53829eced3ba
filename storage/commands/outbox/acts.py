"""What agents decide about the outbox: hold a message, let it leave, give it up, say what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select, update
from sqlmodel import Session

from storage.commands import drafts
from storage.commands.outbox.failing import nobody_answered, queued_as
from storage.commands.outbox.items import (
    CLAIM,
    MESSAGE,
    OUT,
    Result,
    all_in,
    held,
    item_of,
    items,
    look_from,
    states_of,
)
from storage.commands.outbox.queueing import taken_back
from storage.commands.wanted import want
from storage.events import Actor, Cancelled, Fact, Held
from storage.kinds import Delivery, Hold
from storage.kinds.errors import NoSuch, Refused
from storage.record import record
from storage.rules.delivery import NOBODY

Settled = Literal["sent", "again", "lost"]
"""What an agent says of a message that may have been sent: it was; send it again, under its Message-ID; it was not."""


def hold(session: Session, message_ids: Sequence[int], *, actor: Actor, now: datetime) -> int:
    """Keep queued messages from leaving; return the action's id.

    Raises:
        NoSuch: there is none of a number in the outbox.
        Refused: one is on its way or held already (rules ``has_left``, ``already``).
    """
    rows = [_queued(session, number) for number in message_ids]
    if already := tuple(row.id for row in rows if row.held is Hold.AGENT):
        raise Refused("already", already)
    return record(session, [held(row, Hold.AGENT, now) for row in rows], actor=actor, now=now)


def release(session: Session, message_ids: Sequence[int], *, actor: Actor, now: datetime) -> int | None:
    """Let messages leave: what is held, what waits for another try, what failed; whatever came is known to the agent.

    Returns:
        The action's id; `None` when they waited for another try only, which comes at once now.

    Raises:
        NoSuch: there is none of a number in the outbox.
        Refused: one has left, or may have (rule ``has_left``).
    """
    facts: list[Fact] = []
    for number in message_ids:
        row = _row(session, number)
        if row.state is Delivery.QUEUED:
            if row.held is not None:
                facts.append(_released(session, row, now))
        elif failed := all_in(session, row, Delivery.FAILED, Result(Delivery.QUEUED), now):
            facts += failed
            drafts.leave_again(session, row.id, now=now)
        else:
            raise Refused("has_left", (number,))
    due = update(CLAIM).where(CLAIM.c.message_id.in_(list(message_ids)), CLAIM.c.holder == "")
    session.connection().execute(due.values(next_at=None, attempts=0, trouble=""))
    return record(session, facts, actor=actor, now=now) if facts else None


def drop(session: Session, message_ids: Sequence[int], *, actor: Actor, now: datetime) -> int:
    """Give messages up that did not leave, or for whom they did not: what reached nobody is a draft again.

    Returns:
        The action's id.

    Raises:
        NoSuch: there is none of a number in the outbox.
        Refused: one has left, or may have (rule ``has_left``).
    """
    facts: list[Fact] = []
    back: list[int] = []
    for number in message_ids:
        row = _row(session, number)
        item = item_of(row, ())
        stands = states_of(session, number)
        if stands <= {Delivery.QUEUED}:
            starts = queued_as(session, item)[1]
            facts.append(
                Cancelled(conversation_id=item.conversation_id, message_id=number, starts=starts, happened_at=now)
            )
            facts += nobody_answered(session, item, now) if starts is None else []
            continue
        given_up = [
            fact
            for state in (Delivery.QUEUED, Delivery.FAILED)
            for fact in all_in(session, row, state, Result(Delivery.CANCELLED), now)
        ]
        if not given_up or not stands.isdisjoint({Delivery.SENDING, Delivery.DATA_SENT}):
            raise Refused("has_left", (number,))
        facts += given_up
        if stands <= NOBODY | {Delivery.QUEUED}:
            facts += nobody_answered(session, item, now)
            back.append(number)
    action_id = record(session, facts, actor=actor, now=now)
    want(session, facts, now=now)
    taken_back(session, facts)
    drafts.come_back(session, back)
    return action_id


def settle(session: Session, message_id: int, how: Settled, *, actor: Actor, now: datetime) -> int:
    """Say what became of a message that may have been sent; return the action's id.

    Raises:
        NoSuch: there is none of that number in the outbox.
        Refused: what became of it is known (rule ``not_uncertain``).
    """
    row = _row(session, message_id)
    result = {"sent": Delivery.ACCEPTED, "again": Delivery.QUEUED, "lost": Delivery.FAILED}[how]
    facts = all_in(session, row, Delivery.UNCERTAIN, Result(result), now)
    if not facts:
        raise Refused("not_uncertain", (message_id,))
    reached_nobody = how == "lost" and states_of(session, message_id) <= NOBODY | {Delivery.UNCERTAIN}
    if reached_nobody:
        facts += nobody_answered(session, item_of(row, ()), now)
    action_id = record(session, facts, actor=actor, now=now)
    want(session, facts, now=now)
    session.connection().execute(
        update(CLAIM)
        .where(CLAIM.c.message_id == message_id)
        .values(look_at=None, next_at=None, attempts=0, trouble="", holder="", until=None)
    )
    if how == "sent":
        look_from(session, [message_id], now)
    if reached_nobody:
        drafts.come_back(session, [message_id])
    return action_id


def _row(session: Session, message_id: int) -> Any:
    row = session.connection().execute(items().where(OUT.c.id == message_id)).first()
    if row is None:
        raise NoSuch("outgoing message", message_id)
    return row


def _queued(session: Session, message_id: int) -> Any:
    row = _row(session, message_id)
    if row.state is not Delivery.QUEUED:
        raise Refused("has_left", (message_id,))
    return row


def _released(session: Session, row: Any, now: datetime) -> Held:
    newest = select(func.max(MESSAGE.c.id)).where(MESSAGE.c.conversation_id == row.conversation_id)
    seen = session.connection().execute(newest).scalar() or row.seen_id
    return Held(
        conversation_id=row.conversation_id,
        message_id=row.id,
        before=row.held,
        after=None,
        seen=max(seen, row.seen_id),
        happened_at=now,
    )
