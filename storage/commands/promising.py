"""What agents promise customers: given, kept, withdrawn; each an entry about the customer, undone like any."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from storage.commands import knowing
from storage.commands.knowing.facts import entry_kept
from storage.events import Actor
from storage.kinds import EntryKind, Subject
from storage.kinds.errors import NoSuch
from storage.kinds.promises import Promise, PromiseView
from storage.queries.knowing import customer, entry
from storage.queries.promises import unbroken
from storage.record import record


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
        session, said, subject=Subject.PERSON, subject_id=who.person_id, actor=actor, now=now, action_id=action_id
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


def keep_with(
    session: Session, entry_ids: Sequence[int], *, actor: Actor, now: datetime, action_id: int | None = None
) -> None:
    """Say of promises that they are kept by what is done in an action; those that are not open any more are left."""
    for number in entry_ids:
        try:
            held = entry(session, number, EntryKind.PROMISE).value
        except NoSuch:  # withdrawn meanwhile
            continue
        assert isinstance(held, Promise)
        if not held.kept:
            after = replace(held, kept=True)
            knowing.change_entry(
                session, number, after, kind=EntryKind.PROMISE, actor=actor, now=now, action_id=action_id
            )


def note_broken(session: Session, *, actor: Actor, now: datetime, limit: int) -> Sequence[PromiseView]:
    """Write down of promises that they are broken, each once, with the moment when they were due; return them.

    Args:
        session: of a writing transaction.
        actor: the desk itself.
        now: the moment: what was due before it and is not kept is broken.
        limit: how many at once.
    """
    found = unbroken(session, now=now, limit=limit)
    for one in found:
        held = entry(session, one.entry_id, EntryKind.PROMISE)
        assert isinstance(held.value, Promise)
        after = replace(held.value, broken=True)
        fact = entry_kept(one.entry_id, held.subject, held.subject_id, held.value, after, held.value.due)
        record(session, [fact], actor=actor, now=now)
    return found


def withdraw(session: Session, entry_id: int, *, actor: Actor, now: datetime) -> int:
    """Take a promise away that will not be kept, or was never given; return the action's id.

    Raises:
        NoSuch: there is no such promise.
    """
    return knowing.change_entry(session, entry_id, None, kind=EntryKind.PROMISE, actor=actor, now=now)
