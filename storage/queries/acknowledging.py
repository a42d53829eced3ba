"""What an automatic answer needs to know: the messages that wait for one, and what their authors got already."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import Session

from storage.kinds import Automatic, Channel, Delivery, Direction, Status
from storage.models import Desk
from storage.models.details import Details, read_details
from storage.queries.tables import CONVERSATION, MAILBOX, MESSAGE, OUTBOX, PERSON, RAW, RECIPIENT, TEXT
from storage.rules.acknowledging import Earlier

_EVERY_STATE: Final = tuple(Delivery)


@dataclass(frozen=True, slots=True)
class Asked:
    """A message that came in, by a person as far as it says.

    Attributes:
        customer: the name of whoever wrote it, as the desk knows it.
        digest: of its raw mail; `None` when that is not kept.
        imported: it came out of a file.
        answered: somebody of the desk wrote in its conversation.
        newest_id: the last message of its conversation.
    """

    message_id: int
    conversation_id: int
    customer_id: int | None
    customer: str
    author: str
    subject: str
    language: str
    arrived_at: datetime
    automatic: Automatic
    history: bool
    handled: bool
    imported: bool
    status: Status
    answered: bool
    newest_id: int | None
    digest: bytes | None
    details: Details


@dataclass(frozen=True, slots=True)
class Waiting:
    """The messages to be looked at; `up_to` is the number of the last one that this covers."""

    asked: tuple[Asked, ...]
    up_to: int


def cursor_name(mailbox_id: int) -> str:
    """Return under which name it is kept how far a mailbox's mail was looked at."""
    return f"acknowledged.{mailbox_id}"


def cursor(session: Session, mailbox_id: int) -> int | None:
    """Return the number of the last message that was looked at; `None` when nothing is acknowledged here."""
    rows = Desk.__table__.c  # type: ignore[attr-defined]
    held = session.connection().execute(select(rows.value).where(rows.name == cursor_name(mailbox_id))).scalar()
    return int(bytes(held)) if held is not None else None


def newest(session: Session) -> int:
    """Return the greatest number of a message, 0 when there is none."""
    return session.connection().execute(select(func.max(MESSAGE.c.id))).scalar() or 0


def waiting(session: Session, mailbox_id: int, after: int, *, limit: int) -> Waiting:
    """Return the next messages of a mailbox to be looked at, the oldest first.

    Numbers are allotted under the store's lock: what is not here yet has a greater one than `up_to`.

    Args:
        session: of any transaction.
        mailbox_id: whose.
        after: the cursor.
        limit: how many.
    """
    last = newest(session)
    others, raws = MESSAGE.alias("others"), RAW.alias("raws")
    answered = (
        select(others.c.id)
        .where(
            others.c.conversation_id == MESSAGE.c.conversation_id,
            or_(others.c.direction == Direction.OUTGOING, others.c.channel == Channel.PHONE),
            others.c.automatic == Automatic.NO,
        )
        .correlate(MESSAGE)
        .exists()
    )
    first_raw = select(func.min(raws.c.id)).where(raws.c.message_id == MESSAGE.c.id).correlate(MESSAGE)
    joined: Any = (
        MESSAGE.join(CONVERSATION, CONVERSATION.c.id == MESSAGE.c.conversation_id)
        .join(TEXT, TEXT.c.message_id == MESSAGE.c.id)
        .outerjoin(PERSON, PERSON.c.id == MESSAGE.c.customer_id)
        .outerjoin(RAW, RAW.c.id == first_raw.scalar_subquery())
    )
    chosen = (
        select(
            MESSAGE,
            CONVERSATION.c.status,
            CONVERSATION.c.last_message_id,
            TEXT.c.from_name,
            TEXT.c.from_address,
            TEXT.c.subject,
            TEXT.c.language,
            TEXT.c.source,
            TEXT.c.details,
            PERSON.c.name.label("customer"),
            RAW.c.digest,
            answered.label("answered"),
        )
        .select_from(joined)
        .where(
            MESSAGE.c.mailbox_id == mailbox_id,
            MESSAGE.c.id > after,
            MESSAGE.c.id <= last,
            MESSAGE.c.direction == Direction.INCOMING,
            MESSAGE.c.channel == Channel.EMAIL,
            MESSAGE.c.automatic == Automatic.NO,
            ~MESSAGE.c.history,
        )
        .order_by(MESSAGE.c.id)
        .limit(limit)
    )
    rows = session.connection().execute(chosen).all()
    asked = tuple(_asked(row) for row in rows)
    return Waiting(asked, asked[-1].message_id if len(asked) == limit else max(last, after))


def _asked(row: Any) -> Asked:
    return Asked(
        message_id=row.id,
        conversation_id=row.conversation_id,
        customer_id=row.customer_id,
        customer=row.customer or row.from_name or "",
        author=row.from_address,
        subject=row.subject,
        language=row.language,
        arrived_at=row.arrived_at,
        automatic=row.automatic,
        history=row.history,
        handled=row.handled,
        imported=row.source is not None,
        status=row.status,
        answered=bool(row.answered),
        newest_id=row.last_message_id,
        digest=row.digest,
        details=read_details(row.details),
    )


def every_own_address(session: Session) -> frozenset[str]:
    """Return the addresses of all mailboxes of whichever group, in lower case."""
    rows = session.connection().execute(select(MAILBOX.c.address, MAILBOX.c.aliases)).all()
    return frozenset(one.lower() for row in rows for one in (row.address, *row.aliases) if one)


def given(session: Session, mailbox_id: int, *, since: datetime) -> int:
    """Return how many automatic answers a mailbox gave since a moment, or has on their way."""
    chosen = select(func.count()).where(
        OUTBOX.c.state.in_(_EVERY_STATE),  # by the index on both, as below
        OUTBOX.c.leaves_at > since,
        OUTBOX.c.agent_id.is_(None),
        OUTBOX.c.mailbox_id == mailbox_id,
    )
    return int(session.connection().execute(chosen).scalar_one())


def earlier(
    session: Session, *, addresses: Collection[str], customer_id: int | None, since: datetime
) -> Sequence[Earlier]:
    """Return the automatic answers that a customer got since a moment, or that are on their way.

    Args:
        session: of any transaction.
        addresses: to which they went.
        customer_id: who counts as the same whatever the address; `None` when nobody is known.
        since: of their queueing.
    """
    asking = MESSAGE.alias("asking")
    whose: list[ColumnElement[bool]] = [func.lower(RECIPIENT.c.address).in_(sorted(one.lower() for one in addresses))]
    if customer_id is not None:
        whose += [MESSAGE.c.customer_id == customer_id, asking.c.customer_id == customer_id]
    chosen = (
        select(OUTBOX.c.id, OUTBOX.c.queued_at, TEXT.c.subject)
        .select_from(
            OUTBOX.join(MESSAGE, MESSAGE.c.id == OUTBOX.c.id)
            .join(RECIPIENT, RECIPIENT.c.message_id == OUTBOX.c.id)
            .outerjoin(TEXT, TEXT.c.message_id == OUTBOX.c.id)
            .outerjoin(asking, asking.c.id == MESSAGE.c.through_id)
        )
        # By the index on both; nothing is held back, so that it leaves when it is queued.
        .where(OUTBOX.c.state.in_(_EVERY_STATE), OUTBOX.c.leaves_at > since, OUTBOX.c.agent_id.is_(None), or_(*whose))
        .distinct()
    )
    return [Earlier(row.queued_at, row.subject or "") for row in session.connection().execute(chosen)]
