"""What agents promise customers: given, kept, withdrawn; each an entry about the customer, undone like any."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from storage.commands import knowing
from storage.events import Actor
from storage.kinds import EntryKind, Subject
from storage.kinds.promises import Promise
from storage.queries.knowing import customer, entry


def promise(
    session: Session,
    conversation_id: int,
    text: str,
    due: datetime,
    *,
    actor: Actor,
    now: datetime,
    action_id: int | None = None,
) -> tuple[int, int]:
    """Write down what the agent promised the customer of a conversation; return its number, and the action's id.

    Args:
        session: of a writing transaction.
        conversation_id: where it was said.
        text: one line.
        due: until when.
        actor: the agent, who promised.
        now: the moment.
        action_id: the action that this is a part of.

    Raises:
        NoSuch: the conversation has no customer, or there is none of that number.
        BadField: the text is empty or too long.
    """
    who = customer(session, conversation_id)
    said = Promise(text, due, actor.agent_id, conversation_id)
    return knowing.keep_entry(
        session,
        said,
        subject=Subject.PERSON,
        subject_id=who.person_id,
        actor=actor,
        now=now,
        action_id=action_id,
    )


def keep(session: Session, entry_id: int, *, actor: Actor, now: datetime) -> int:
    """Say that a promise was kept; return the action's id.

    Raises:
        NoSuch: there is no such promise.
        Refused: it was kept already (rule ``already``).
    """
    held = entry(session, entry_id, EntryKind.PROMISE).value
    assert isinstance(held, Promise)
    return knowing.change_entry(
        session, entry_id, replace(held, kept=True), kind=EntryKind.PROMISE, actor=actor, now=now
    )


def withdraw(session: Session, entry_id: int, *, actor: Actor, now: datetime) -> int:
    """Take a promise away that will not be kept, or was never given; return the action's id.

    Raises:
        NoSuch: there is no such promise.
    """
    return knowing.change_entry(session, entry_id, None, kind=EntryKind.PROMISE, actor=actor, now=now)
