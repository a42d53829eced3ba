"""Copies among the sent mail: looked for, laid there, and what they tell of a message that may have been sent."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ScalarSelect, and_, exists, or_, select, update
from sqlmodel import Session

from storage.apply.base import table
from storage.commands.outbox.items import CLAIM, MESSAGE, OUT, TO, Result, all_in, is_in, items, numbered, some_in, tell
from storage.events import Fact
from storage.kinds import Delivery
from storage.models import MessageText
from storage.models.statements import Lookup, some_values
from storage.rules.delivery import next_look

_UNFILED: Final = Lookup(
    lambda: (
        select(TO.c.message_id, TO.c.state, TO.c.code.is_(None).label("untold"))
        .where(TO.c.message_id.in_(some_values()))
        .distinct()
    )
)
_CITED: Final = Lookup(
    lambda: (
        select(OUT.c.id)
        .join(MESSAGE, MESSAGE.c.id == OUT.c.id)
        .where(
            or_(
                OUT.c.state == Delivery.UNCERTAIN,
                # Of whom a server spoke, a message was tried here.
                and_(
                    OUT.c.state == Delivery.QUEUED,
                    ~exists().where(TO.c.message_id == OUT.c.id, or_(~is_in(Delivery.QUEUED), TO.c.code.is_not(None))),
                ),
            ),
            MESSAGE.c.header_key.in_(some_values()),
            ~some_in(Delivery.ACCEPTED, Delivery.FILED),
        )
    )
)


def outbox_stands() -> ScalarSelect[bool]:
    """Return what tells, as a column of another question, whether anything was ever written to leave from here."""
    return select(exists(select(OUT.c.id))).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Look:
    """A message whose copy is to be looked for, or laid, among the sent mail.

    Attributes:
        was_taken: whether a server took it for somebody, so that a copy may be laid; of what is in doubt none is, or
            it would look as if it had been sent.
    """

    message_id: int
    header_id: str
    digest: bytes
    was_taken: bool
    queued_at: datetime


def mailboxes_to_look_in(session: Session, *, now: datetime) -> frozenset[int]:
    """Return the mailboxes in whose sent mail a copy is to be looked for now."""
    chosen = select(OUT.c.mailbox_id).join(CLAIM, CLAIM.c.message_id == OUT.c.id).where(CLAIM.c.look_at <= now)
    return frozenset(session.connection().execute(chosen.distinct()).scalars())


def looks_due(session: Session, mailbox_id: int, *, now: datetime, limit: int = 200) -> tuple[Look, ...]:
    """Return the messages of a mailbox whose copy is to be looked for now."""
    texts = table(MessageText)
    taken = some_in(Delivery.ACCEPTED).label("was_taken")
    chosen = items().add_columns(texts.c.header_id, taken).outerjoin(texts, texts.c.message_id == OUT.c.id)
    chosen = chosen.where(OUT.c.mailbox_id == mailbox_id, CLAIM.c.look_at <= now)
    rows = session.connection().execute(chosen.order_by(CLAIM.c.look_at).limit(limit)).all()
    return tuple(Look(row.id, row.header_id or "", row.digest, bool(row.was_taken), row.queued_at) for row in rows)


def note_filed(session: Session, message_ids: Collection[int], *, now: datetime) -> int:
    """Note that copies lie among the sent mail: what was uncertain has been sent; return how many that told.

    Where a server had taken it for others before, the copy may be theirs, and tells nothing of who is in doubt. What
    only waits to leave has left by another copy of this desk: a desk that was restored knows nothing of that.
    """
    states: dict[int, set[tuple[Delivery, bool]]] = {}
    for row in _UNFILED(session.connection(), message_ids):
        states.setdefault(row.message_id, set()).add((row.state, row.untold))
    here = {number: before for number, some in states.items() if (before := _unfiled(some)) is not None}
    facts: list[Fact] = []
    for row in numbered(session, here):
        facts += all_in(session, row, here[row.id], Result(Delivery.FILED), now)
    tell(session, facts, now)
    _no_more_looks(session, here)
    return len(facts)


def _unfiled(recipients: Collection[tuple[Delivery, bool]]) -> Delivery | None:
    """Return the state of those recipients of whom a copy tells that the message was sent to them.

    Args:
        recipients: where they stand, and whether no server ever spoke of them.
    """
    states = {state for state, _ in recipients}
    if states & {Delivery.ACCEPTED, Delivery.FILED}:
        return Delivery.ACCEPTED
    if Delivery.UNCERTAIN in states:
        return Delivery.UNCERTAIN
    return Delivery.QUEUED if set(recipients) == {(Delivery.QUEUED, True)} else None


def note_found(session: Session, message_id: int, *, now: datetime) -> None:
    """Note that a copy was found which was looked for, whatever became of the message meanwhile."""
    note_filed(session, [message_id], now=now)
    _no_more_looks(session, [message_id])


def note_unfound(session: Session, message_id: int, *, now: datetime) -> None:
    """Note that no copy was found; it is looked for again, or left to the agent."""
    row = session.connection().execute(select(CLAIM).where(CLAIM.c.message_id == message_id)).first()
    if row is None:
        return
    looks = row.looks + 1
    again = {"looks": looks, "look_at": next_look(looks, row.look_since or now)}
    session.connection().execute(update(CLAIM).where(CLAIM.c.message_id == message_id).values(**again))


def note_cited(session: Session, header_keys: Collection[bytes], *, now: datetime) -> int:
    """Note that mail came which cites messages of ours: those that were uncertain for all have been sent.

    So have those that only wait to leave: by another copy of this desk.
    """
    numbers = [row.id for row in _CITED(session.connection(), header_keys)]
    facts: list[Fact] = []
    for row in numbered(session, numbers):
        facts += all_in(session, row, row.state, Result(Delivery.ACCEPTED), now)
    tell(session, facts, now)
    return len(facts)


def _no_more_looks(session: Session, message_ids: Collection[int]) -> None:
    if not message_ids:  # as of every batch of mail that holds no copy
        return
    rows = update(CLAIM).where(CLAIM.c.message_id.in_(sorted(message_ids)))
    session.connection().execute(rows.values(look_at=None))
