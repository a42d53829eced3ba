"""Tasks: conversations that begin at the desk, out of sight until they are due, each key once (docs/decisions/0024)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Session

from storage.apply.base import chunks, insert, table
from storage.commands.intake.deliveries import Delivery, message_key
from storage.commands.intake.derive import derive
from storage.commands.intake.reception import incoming, written_here
from storage.commands.noting import Written, index_now
from storage.commands.reading import mark_read
from storage.events import Actor, Assigned, Fact, Snoozed, TaskBegun
from storage.kinds import Channel, Direction, Status, Subject
from storage.kinds.errors import NoSuch, Refused
from storage.kinds.tasks import DUTIES_LOOKED, Task, looked_at
from storage.models import Agent, Conversation, Desk, Mailbox, Message, Person, Raw
from storage.queries import knowing
from storage.record import next_ids, record
from storage.rules.threading import group_key

_C, _M, _P, _B, _D = table(Conversation), table(Message), table(Person), table(Mailbox), table(Desk)
_GROUP = "\N{NULL}task"  # no tenant's, so that no mail can cite a task


def begin(session: Session, written: Written, task: Task, *, actor: Actor, now: datetime) -> tuple[int, int]:
    """Begin a task; return the action's id, and the conversation's number.

    Args:
        session: of a writing transaction.
        written: its first message, as `console.mail.tasks` makes it; the bytes are in the content already.
        task: what it is.
        actor: the agent, or the desk itself.
        now: the moment.

    Raises:
        NoSuch: there is nobody of that number, no such agent, or no mailbox yet.
        Refused: the key has its task (rule ``already``), whatever became of that.
    """
    if task.key and stands(session, task.key):
        raise Refused("already")
    if task.assignee_id is not None and session.get(Agent, task.assignee_id) is None:
        raise NoSuch("agent", task.assignee_id)
    person_id, organization_id, mailbox_id = _about(session, task)
    mailbox = session.get_one(Mailbox, mailbox_id)
    number, message_id, raw_id = next_ids(session, Conversation, Message, Raw)
    delivery = Delivery(
        mailbox_id=mailbox_id,
        raw_digest=written.raw_digest,
        size=written.size,
        arrived_at=now.replace(microsecond=0),
        parsed=written.parsed,
    )
    key = message_key(mailbox.group, written.parsed)
    message = incoming(message_id, delivery, mailbox, key, frozenset())
    message = written_here(message, direction=Direction.INTERNAL, channel=Channel.EMAIL)
    facts: list[Fact] = [
        TaskBegun(
            conversation_id=number,
            message_id=message_id,
            raw_id=raw_id,
            raw_digest=written.raw_digest.hex(),
            size=written.size,
            mailbox_id=mailbox_id,
            key=key.hex(),
            conversation_kind=task.kind,
            starts=Status.NEW,
            person_id=person_id,
            organization_id=organization_id,
            header_key=_found_by(task.key).hex() if task.key else None,
            happened_at=message.arrived_at,
        )
    ]
    if task.assignee_id is not None:
        facts.append(Assigned(conversation_id=number, before=None, after=task.assignee_id, happened_at=now))
    if task.due is not None and task.due > now:
        facts.append(Snoozed(conversation_id=number, before=None, after=task.due, happened_at=now))
    action_id = record(session, facts, actor=actor, now=now)
    derive(session, [message], {})
    index_now(session, [message_id])
    if actor.agent_id is not None:
        mark_read(session, conversation_id=number, message_id=message_id, agent_id=actor.agent_id)
    return action_id, number


def stands(session: Session, key: str) -> bool:
    """Say whether there is a task of that key, done or not, taken back or not."""
    return session.connection().execute(select(_M.c.id).where(_M.c.header_key == _found_by(key))).first() is not None


def begun(session: Session, keys: Sequence[str]) -> dict[str, int]:
    """Return the conversations of tasks by their keys; of keys that have none nothing is said."""
    found = {_found_by(key): key for key in keys}
    tasks: dict[str, int] = {}
    for some in chunks(found):
        chosen = select(_M.c.header_key, _M.c.conversation_id).where(
            _M.c.header_key.in_(some), _M.c.conversation_id.is_not(None)
        )
        tasks.update({found[row.header_key]: row.conversation_id for row in session.connection().execute(chosen)})
    return tasks


def looked(session: Session, event_id: int, day: date) -> bool:
    """Say whether it is put down that up to an event, on a day here, all that comes due is on record."""
    held = session.connection().execute(select(_D.c.value).where(_D.c.name == DUTIES_LOOKED)).scalar()
    return held is not None and bytes(held).decode() == looked_at(event_id, day)


def note_looked(session: Session, event_id: int, day: date) -> None:
    """Put that down, for the look before a sync (`storage.glance`)."""
    connection = session.connection()
    connection.execute(delete(_D).where(_D.c.name == DUTIES_LOOKED))
    insert(connection, Desk, [{"name": DUTIES_LOOKED, "value": looked_at(event_id, day).encode()}])


def _found_by(key: str) -> bytes:
    return group_key(_GROUP, key.encode())


def _about(session: Session, task: Task) -> tuple[int | None, int | None, int]:
    """Return whom a task is about, their organization, and the mailbox where they were spoken with last.

    A task about an organization is about whoever of it was spoken with last: that is whom an agent will ask.
    """
    chosen: Any = select(_C.c.customer_id, _C.c.mailbox_id).where(_C.c.joined_into.is_(None))
    person_id: int | None = None
    organization_id: int | None = None
    match task.subject:
        case Subject.PERSON:
            person_id = task.subject_id
            organization_id = knowing.membership(session, Subject.PERSON, person_id or 0)
            chosen = chosen.where(_C.c.customer_id == person_id)
        case Subject.ORGANIZATION:
            organization_id = task.subject_id
            knowing.membership(session, Subject.ORGANIZATION, organization_id or 0)
            theirs = _C.join(_P, _P.c.id == _C.c.customer_id)
            chosen = chosen.select_from(theirs).where(_P.c.organization_id == organization_id)
        case None:
            chosen = None
    if chosen is not None:
        newest = _C.c.last_message_at.desc().nulls_last()
        last = session.connection().execute(chosen.order_by(newest, _C.c.id.desc()).limit(1)).first()
        if last is not None:
            return last.customer_id, organization_id, last.mailbox_id
    first = session.connection().execute(select(_B.c.id).order_by(_B.c.id).limit(1)).scalar()
    if first is None:
        raise NoSuch("mailbox", "")
    return person_id, organization_id, first
