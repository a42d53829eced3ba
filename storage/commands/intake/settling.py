"""What new mail changes about where conversations stand, and what becomes of two that are one from now on."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session

from storage.apply.base import chunks, table
from storage.commands.intake.deliveries import Incoming
from storage.commands.intake.threads import Seating
from storage.commands.joining import merge_facts
from storage.events import Fact, Handled, Snoozed, StatusChanged
from storage.kinds import SETTLED, Automatic, Cause, Direction, Status
from storage.models import Conversation, Message
from storage.rules.status import after_answer, after_incoming, is_bare_thanks, settled_history


def settle(session: Session, messages: Sequence[Incoming], seating: Seating) -> list[Fact]:
    """Return the changes that the messages of a batch bring to their conversations, now that they are in.

    Mail from before its mailbox was live changes nothing but where history itself stands; what machines write
    changes nothing at all.
    """
    by_number = {message.message_id: message for message in messages}
    arrived: defaultdict[int, list[Incoming]] = defaultdict(list)
    for seat in seating.seats:
        arrived[seat.conversation_id].append(by_number[seat.message_id])
    facts: list[Fact] = []
    rows = table(Conversation)
    for some in chunks(arrived):
        for row in session.connection().execute(select(rows).where(rows.c.id.in_(some))).all():
            live = [one for one in arrived[row.id] if not one.history and one.parsed.automatic is Automatic.NO]
            if live:
                facts += _live(session, row, live)
            elif row.status in {Status.NEW, Status.CLOSED} and _all_history(session, row.id):
                facts += _history(row, arrived[row.id][0])
    return sorted(facts, key=lambda fact: fact.kind)


def _live(session: Session, row: Row[*tuple[Any, ...]], messages: Sequence[Incoming]) -> list[Fact]:
    facts: list[Fact] = []
    status: Status = row.status
    for message in messages:
        if message.direction is Direction.OUTGOING:
            after, because = after_answer(status), Cause.ANSWERED_ELSEWHERE
            if answered := _unhandled(session, row.id, until=message.arrived_at):
                facts.append(
                    Handled(conversation_id=row.id, message_ids=answered, after=True, happened_at=message.arrived_at)
                )
        else:
            thanks = is_bare_thanks(message.parsed.reply_text)
            after, because = after_incoming(status, bare_thanks=thanks), Cause.CUSTOMER_WROTE
            if thanks and status in SETTLED:
                facts.append(
                    Handled(
                        conversation_id=row.id,
                        message_ids=(message.message_id,),
                        after=True,
                        happened_at=message.arrived_at,
                    )
                )
        if after is not status:
            facts.append(
                StatusChanged(
                    conversation_id=row.id, before=status, after=after, because=because, happened_at=message.arrived_at
                )
            )
            status = after
    last = messages[-1]
    if row.snoozed_until is not None and last.direction is Direction.INCOMING:
        facts.append(
            Snoozed(
                conversation_id=row.id,
                before=row.snoozed_until,
                after=None,
                because=Cause.CUSTOMER_WROTE,
                happened_at=last.arrived_at,
            )
        )
    return facts


def _unhandled(session: Session, conversation_id: int, *, until: datetime) -> tuple[int, ...]:
    rows = table(Message)
    found = select(rows.c.id).where(
        rows.c.conversation_id == conversation_id,
        rows.c.direction == Direction.INCOMING,
        ~rows.c.handled,
        ~rows.c.history,
        rows.c.arrived_at <= until,
    )
    return tuple(session.connection().execute(found.order_by(rows.c.id)).scalars())


def _all_history(session: Session, conversation_id: int) -> bool:
    rows = table(Message)
    living = select(rows.c.id).where(rows.c.conversation_id == conversation_id, ~rows.c.history).limit(1)
    return session.connection().execute(living).first() is None


def _history(row: Row[*tuple[Any, ...]], message: Incoming) -> list[Fact]:
    after = settled_history(oldest_unanswered_at=row.oldest_unanswered_at, live_since=message.mailbox.live_since)
    if after is row.status:
        return []
    return [
        StatusChanged(
            conversation_id=row.id,
            before=row.status,
            after=after,
            because=Cause.HISTORY,
            happened_at=message.arrived_at,
        )
    ]


def merged_facts(session: Session, seating: Seating, messages: Sequence[Incoming]) -> list[Fact]:
    """Return the facts by which conversations become one through late evidence."""
    losers: defaultdict[int, list[int]] = defaultdict(list)
    for winner, loser in seating.merged:
        losers[winner].append(loser)
    facts: list[Fact] = []
    for winner, some in sorted(losers.items()):
        facts += merge_facts(session, winner, some, happened_at=max(message.arrived_at for message in messages))
    return facts
