"""Milestones: laid down, reached, taken away; and those that were not reached in time, of which nobody was told yet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import chunks, table
from storage.commands import tasks, triage
from storage.commands.knowing.entries import change_entry, keep_entry
from storage.events import Actor
from storage.kinds import SETTLED, EntryKind, Status, Subject
from storage.kinds.errors import BadField
from storage.kinds.journey import Milestone
from storage.models import Agent, Conversation, Person, Profile
from storage.queries import journey, knowing
from storage.queries.journey import Laid

AT_ONCE: Final = 200
"""Milestones of which is told at once."""

_AGENT, _CONVERSATION, _PERSON, _PROFILE = table(Agent), table(Conversation), table(Person), table(Profile)


@dataclass(frozen=True, slots=True)
class Untold:
    """An overdue milestone that has no task.

    Attributes:
        key: of the task that it shall have.
        owner_id: the agent who owns the customer or the organization; `None` for nobody.
    """

    laid: Laid
    key: str
    owner_id: int | None


def keep_milestone(
    session: Session, subject: Subject, subject_id: int, name: str, due: date, *, actor: Actor, now: datetime
) -> tuple[int, int]:
    """Lay down what somebody shall have reached by a day; return the milestone's number, and the action's id.

    Raises:
        NoSuch: there is nobody of that number.
        BadField: it has no name, or too long a one.
    """
    return keep_entry(session, Milestone(name, due), subject=subject, subject_id=subject_id, actor=actor, now=now)


def finish_milestone(session: Session, entry_id: int, done: date | None, *, actor: Actor, now: datetime) -> int:
    """Let a milestone be reached on a day, or not reached where that is `None`; its task, if open, is resolved with it.

    Returns:
        The action's id.

    Raises:
        NoSuch: there is no such milestone.
        BadField: the day is yet to come (reason ``future``).
        Refused: it stands so already (rule ``already``).
    """
    if done is not None and done > now.date():
        raise BadField("done", done.isoformat(), "future")
    held = knowing.entry(session, entry_id, EntryKind.MILESTONE).value
    assert isinstance(held, Milestone)
    after = replace(held, done=done)
    action = change_entry(session, entry_id, after, kind=EntryKind.MILESTONE, actor=actor, now=now)
    if done is not None:
        _settle(session, entry_id, held, actor=actor, now=now, action_id=action)
    return action


def drop_milestone(session: Session, entry_id: int, *, actor: Actor, now: datetime) -> int:
    """Take a milestone away; its task, if open, is resolved with it. Return the action's id.

    Raises:
        NoSuch: there is no such milestone.
    """
    held = knowing.entry(session, entry_id, EntryKind.MILESTONE).value
    assert isinstance(held, Milestone)
    action = change_entry(session, entry_id, None, kind=EntryKind.MILESTONE, actor=actor, now=now)
    _settle(session, entry_id, held, actor=actor, now=now, action_id=action)
    return action


def _settle(session: Session, entry_id: int, held: Milestone, *, actor: Actor, now: datetime, action_id: int) -> None:
    number = tasks.begun(session, [key(entry_id, held)]).get(key(entry_id, held))
    if number is None:
        return
    status = session.get_one(Conversation, number).status
    if status not in SETTLED:
        triage.set_status(session, [number], to=Status.RESOLVED, actor=actor, now=now, action_id=action_id)


def key(entry_id: int, one: Milestone) -> str:
    """Return by which the task of a milestone is known: one that is laid down anew is another."""
    return f"milestone {entry_id} {one.due.isoformat()} {one.name}"


def untold(session: Session, *, today: date) -> Sequence[Untold]:
    """Return milestones that are overdue and have no task, those due first on top; at most `AT_ONCE`."""
    found = journey.milestones(session, overdue_at=today)
    keys = {one.entry_id: key(one.entry_id, one.milestone) for one in found}
    told = tasks.begun(session, list(keys.values()))
    left = [one for one in found if keys[one.entry_id] not in told][:AT_ONCE]
    owners = _owners(session, left)
    return [Untold(one, keys[one.entry_id], owners.get(one.account)) for one in left]


def _owners(session: Session, found: Sequence[Laid]) -> dict[tuple[Subject, int], int]:
    """Return the agents who own these customers and organizations; their own goes before their organization's."""
    connection, owners = session.connection(), dict[tuple[Subject, int], int]()
    joined = _PROFILE.join(_AGENT, _AGENT.c.name == _PROFILE.c.value)
    named = select(_PROFILE.c.subject, _PROFILE.c.subject_id, _AGENT.c.id).select_from(joined)
    people = {one.account[1] for one in found if one.account[0] is Subject.PERSON}
    homes: dict[int, int] = {}
    for some in chunks(people):
        chosen = select(_PERSON.c.id, _PERSON.c.organization_id).where(_PERSON.c.id.in_(some))
        homes.update({row.id: row.organization_id for row in connection.execute(chosen) if row.organization_id})
    whose = {
        Subject.PERSON: people,
        Subject.ORGANIZATION: {one.account[1] for one in found if one.account[0] is Subject.ORGANIZATION}
        | set(homes.values()),
    }
    for subject, numbers in whose.items():
        for some in chunks(numbers):
            of_them = _PROFILE.c.subject == subject, _PROFILE.c.subject_id.in_(some), _PROFILE.c.field == "owner"
            owners.update({(row.subject, row.subject_id): row.id for row in connection.execute(named.where(*of_them))})
    for person, organization in homes.items():
        if (Subject.ORGANIZATION, organization) in owners:
            owners.setdefault((Subject.PERSON, person), owners[Subject.ORGANIZATION, organization])
    return owners
