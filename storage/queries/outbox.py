"""The outbox as people read it: how far each message of ours is, for whom, and what keeps it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import case, exists, func, select, union
from sqlmodel import Session

from storage.kinds import Delivery
from storage.kinds.outbox import DeliveryView, OutboxRow, RecipientView
from storage.queries.tables import AGENT, CLAIM, CONVERSATION, MAILBOX, MESSAGE, OUTBOX, PERSON, RECIPIENT, TEXT

_GOING: Final = (Delivery.QUEUED, Delivery.SENDING, Delivery.DATA_SENT, Delivery.UNCERTAIN)
_DONE: Final = (Delivery.ACCEPTED, Delivery.FILED, Delivery.CANCELLED)
_AT_ONCE: Final = 500


def deliveries(session: Session, conversation_id: int) -> dict[int, DeliveryView]:
    """Return how far the messages of ours in a conversation are, by message; those sent elsewhere are not known."""
    rows = session.connection().execute(_items().where(MESSAGE.c.conversation_id == conversation_id)).all()
    return _views(session, rows)


def delivery(session: Session, message_id: int) -> DeliveryView | None:
    """Return how far one message of ours is; `None` when it is not of the outbox."""
    rows = session.connection().execute(_items().where(OUTBOX.c.id == message_id)).all()
    return _views(session, rows).get(message_id)


def is_open(session: Session) -> bool:
    """Say whether anything is on its way or waits for an agent: two looks into indexes, where `outbox` joins tables."""
    going = select(OUTBOX.c.id).where(OUTBOX.c.state.in_(_GOING)).limit(1)
    failed = select(RECIPIENT.c.message_id).where(RECIPIENT.c.state == Delivery.FAILED).limit(1)
    return any(session.connection().execute(chosen).first() is not None for chosen in (going, failed))


def outbox(session: Session, *, done: bool = False, limit: int = 500) -> tuple[OutboxRow, ...]:
    """Return what is on its way or waits for an agent, in the order in which it leaves.

    Args:
        session: of any transaction.
        done: what has left instead, the newest first.
        limit: how many.
    """
    failed = select(RECIPIENT.c.message_id).where(RECIPIENT.c.state == Delivery.FAILED)
    going = OUTBOX.c.id.in_(union(select(OUTBOX.c.id).where(OUTBOX.c.state.in_(_GOING)), failed))
    chosen = _items().add_columns(MAILBOX.c.name.label("mailbox"), PERSON.c.name.label("customer"), TEXT.c.subject)
    chosen = (
        chosen.join(MAILBOX, MAILBOX.c.id == OUTBOX.c.mailbox_id)
        .outerjoin(CONVERSATION, CONVERSATION.c.id == MESSAGE.c.conversation_id)
        .outerjoin(PERSON, PERSON.c.id == CONVERSATION.c.customer_id)
        .outerjoin(TEXT, TEXT.c.message_id == OUTBOX.c.id)
    )
    if done:
        chosen = chosen.where(OUTBOX.c.state.in_(_DONE)).order_by(OUTBOX.c.id.desc())
    else:
        chosen = chosen.where(going).order_by(OUTBOX.c.leaves_at, OUTBOX.c.id)
    rows = session.connection().execute(chosen.limit(limit)).all()
    views = _views(session, rows)
    return tuple(
        OutboxRow(row.conversation_id, row.mailbox, row.customer or "", row.subject or "", views[row.id])
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """How many messages of the outbox wait for what; each counts once.

    Attributes:
        going: on their way, or about to be.
        held: kept by an agent, by news or by the server.
        failed: refused for somebody, given up by nobody yet.
        uncertain: may have been sent.
    """

    going: int = 0
    held: int = 0
    failed: int = 0
    uncertain: int = 0


def counts(session: Session) -> Counts:
    """Return how many messages wait for what."""
    failed = exists().where(RECIPIENT.c.message_id == OUTBOX.c.id, RECIPIENT.c.state == Delivery.FAILED)
    uncertain = exists().where(RECIPIENT.c.message_id == OUTBOX.c.id, RECIPIENT.c.state == Delivery.UNCERTAIN)
    sort = case(
        (uncertain, "uncertain"),
        (failed, "failed"),
        (OUTBOX.c.held.is_not(None), "held"),
        (OUTBOX.c.state.not_in(_DONE), "going"),
        else_="done",
    )
    chosen = select(sort.label("sort"), func.count()).where(OUTBOX.c.state != Delivery.CANCELLED)
    rows = session.connection().execute(chosen.group_by(sort)).all()
    return Counts(**{str(name): count for name, count in rows if name != "done"})


def _items() -> Any:
    return select(
        OUTBOX.c.id,
        OUTBOX.c.state,
        OUTBOX.c.held,
        OUTBOX.c.agent_id,
        OUTBOX.c.queued_at,
        OUTBOX.c.leaves_at,
        MESSAGE.c.conversation_id,
        AGENT.c.name.label("agent"),
        CLAIM.c.trouble,
        CLAIM.c.next_at,
    ).select_from(
        OUTBOX.join(MESSAGE, MESSAGE.c.id == OUTBOX.c.id)
        .outerjoin(AGENT, AGENT.c.id == OUTBOX.c.agent_id)
        .outerjoin(CLAIM, CLAIM.c.message_id == OUTBOX.c.id)
    )


def _views(session: Session, rows: Collection[Any]) -> dict[int, DeliveryView]:
    recipients = _recipients(session, [row.id for row in rows])
    return {
        row.id: DeliveryView(
            message_id=row.id,
            state=row.state,
            hold=row.held,
            agent_id=row.agent_id,
            agent=row.agent or "",
            queued_at=row.queued_at,
            leaves_at=row.leaves_at,
            recipients=tuple(recipients.get(row.id, ())),
            trouble=row.trouble or "",
            next_at=row.next_at,
        )
        for row in rows
    }


def _recipients(session: Session, message_ids: Iterable[int]) -> dict[int, list[RecipientView]]:
    found: dict[int, list[RecipientView]] = {}
    ordered = sorted(message_ids)
    for start in range(0, len(ordered), _AT_ONCE):
        chosen = select(RECIPIENT).where(RECIPIENT.c.message_id.in_(ordered[start : start + _AT_ONCE]))
        for row in session.connection().execute(chosen.order_by(RECIPIENT.c.message_id, RECIPIENT.c.place)):
            view = RecipientView(row.place, row.address or "", row.state, row.code, row.words or "")
            found.setdefault(row.message_id, []).append(view)
    return found
