"""An answer that was refused for everybody: what it had changed does not hold, since nobody was answered."""

import json
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import table
from storage.commands.outbox.items import MESSAGE, OUT, Item
from storage.events import Fact, Handled, StatusChanged
from storage.kinds import Cause, Status
from storage.models import Conversation, Event
from storage.queries.history import joined_numbers
from storage.record import facts_of

_ASKING = frozenset({Status.NEW, Status.OPEN, Status.SPAM, Status.TRASH})
"""Where a conversation stays in which an answer of ours failed: it is to be worked on already, or is thrown away."""


def nobody_answered(session: Session, item: Item, now: datetime) -> list[Fact]:
    """Return what an answer had changed and what does not hold any more: its mail is to be answered again.

    What no agent wrote had answered nothing: whether it arrives or not changes nothing.
    """
    wrote = select(OUT.c.agent_id).where(OUT.c.id == item.message_id)
    if session.connection().execute(wrote).scalar() is None:
        return []
    handled = [
        number
        for _, fact in facts_of(session, action_id=queued_as(session, item)[0])
        if isinstance(fact, Handled) and fact.after
        for number in fact.message_ids
    ]
    chosen = select(MESSAGE.c.id, MESSAGE.c.conversation_id).where(MESSAGE.c.id.in_(handled), MESSAGE.c.handled)
    back: dict[int, list[int]] = {}
    for row in session.connection().execute(chosen.order_by(MESSAGE.c.id)):
        back.setdefault(row.conversation_id, []).append(row.id)
    facts: list[Fact] = [
        Handled(conversation_id=number, message_ids=tuple(some), after=False, happened_at=now)
        for number, some in back.items()
    ]
    conversations = table(Conversation)
    chosen_status = select(conversations.c.status).where(conversations.c.id == item.conversation_id)
    status = session.connection().execute(chosen_status).scalar()
    if status is not None and status not in _ASKING:
        facts.append(
            StatusChanged(
                conversation_id=item.conversation_id,
                before=status,
                after=Status.OPEN,
                because=Cause.NOT_DELIVERED,
                happened_at=now,
            )
        )
    return facts


def queued_as(session: Session, item: Item) -> tuple[int, Status | None]:
    """Return the action that queued an item, and the status of the conversation that it began, if it did."""
    events = table(Event)
    numbers = (item.conversation_id, *joined_numbers(session, item.conversation_id))
    chosen = select(events.c.action_id, events.c.public).where(
        events.c.conversation_id.in_(numbers), events.c.kind == "queued"
    )
    for row in session.connection().execute(chosen.order_by(events.c.id.desc())):
        fact = json.loads(row.public)["fact"]
        if fact["message_id"] == item.message_id:
            return int(row.action_id), Status(fact["starts"]) if fact["starts"] else None
    return 0, None
