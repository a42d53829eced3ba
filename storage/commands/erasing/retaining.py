"""Retention: what is done and older than its mailbox keeps mail is erased, a few conversations at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlmodel import Session

from storage.apply.base import chunks, table
from storage.commands import knowing
from storage.commands.erasing.emptying import deliveries_of, empty_messages, forget_facts, record_erased, signs_of
from storage.commands.erasing.erase import forget_persons
from storage.commands.erasing.finishing import note_unfinished
from storage.commands.intake.salt import made_salt
from storage.events import Actor, Erased
from storage.kinds import EntryKind, ErasedFor
from storage.kinds.errors import BadField, NoSuch, Refused
from storage.kinds.retention import Aged, Retention, before
from storage.models import Draft, Outbox
from storage.queries import erasing as looking
from storage.queries import retention

AT_ONCE: Final = 100
"""Conversations that are erased in one transaction."""

_MOST: Final = 1200  # months


def keep_period(session: Session, mailbox: str, months: int | None, *, actor: Actor, now: datetime) -> int:
    """Lay down how long a mailbox keeps mail; return the action's id.

    Args:
        session: of a writing transaction.
        mailbox: by its name.
        months: after the last message of a conversation that is done; `None` for ever.
        actor: the agent.
        now: the moment.

    Raises:
        NoSuch: there is no such mailbox.
        BadField: that is no number of months.
        Refused: it keeps it so long already (rule ``already``).
    """
    held = next((one for one in retention.periods(session, now=now) if one.mailbox == mailbox), None)
    if held is None:
        raise NoSuch("mailbox", mailbox)
    if months is not None and not 0 < months <= _MOST:
        raise BadField("retention", str(months), "number")
    if months == held.months:
        raise Refused("already")
    value = None if months is None else Retention(mailbox, months)
    if held.entry_id is not None:
        return knowing.change_entry(session, held.entry_id, value, kind=EntryKind.RETENTION, actor=actor, now=now)
    assert value is not None
    return knowing.keep_entry(session, value, actor=actor, now=now)[1]


def erase_old(session: Session, mailbox_id: int, *, on_servers: bool, actor: Actor, now: datetime) -> Aged:
    """Erase the next conversations of a mailbox that are older than it keeps them; nothing where none is left.

    The period is looked up in the same transaction: whoever makes it longer meanwhile is heard.

    Args:
        session: of a writing transaction.
        mailbox_id: whose.
        on_servers: ask the servers to delete their copies.
        actor: who erases.
        now: the moment.
    """
    period = next(one for one in retention.periods(session, now=now) if one.mailbox_id == mailbox_id)
    if period.months is None:
        return Aged()
    numbers = retention.old(session, mailbox_id, before(now, period.months), limit=AT_ONCE)
    messages = retention.messages_in(session, numbers)
    if not messages:
        return Aged()
    signs = [*signs_of(session, made_salt(session), messages, ())]
    deliveries = deliveries_of(session, messages, ())
    drafts = table(Draft)
    for some in chunks(numbers):
        session.connection().execute(delete(drafts).where(drafts.c.conversation_id.in_(some)))
    # What was sent tells of itself where it was sent, wherever it was moved since; else not the whole log is read.
    within = None if _sent(session, messages) else numbers
    facts = looking.facts_about(session, (), set(messages), within=within)
    forget_facts(session, facts)
    asked = empty_messages(session, messages, deliveries, on_servers=on_servers, now=now)
    told = _told((), len(deliveries), len(facts), now)
    record_erased(session, (), messages, signs, told, actor, now)
    note_unfinished(session, [digest for _, digest in deliveries])
    return Aged(len(numbers), len(messages), 0, asked)


def erase_forgotten(session: Session, *, actor: Actor, now: datetime) -> Aged:
    """Erase whom erased mail alone told of; who writes again is met anew."""
    people = retention.forgotten(session)
    if not people:
        return Aged()
    facts = looking.facts_about(session, people, ())
    forget_facts(session, facts)
    forget_persons(session, people)
    record_erased(session, (), (), (), _told(people, 0, len(facts), now), actor, now)
    note_unfinished(session, ())
    return Aged(people=len(people))


def _sent(session: Session, messages: Sequence[int]) -> bool:
    rows = table(Outbox)
    return any(
        session.connection().execute(select(rows.c.id).where(rows.c.id.in_(some)).limit(1)).first()
        for some in chunks(messages)
    )


def _told(people: Sequence[int], deliveries: int, facts: int, now: datetime) -> Erased:
    return Erased(
        because=ErasedFor.RETENTION,
        person_ids=tuple(people),
        message_ids=(),
        deliveries=deliveries,
        facts=facts,
        drafts=0,
        tombstones=(),
        happened_at=now,
    )
