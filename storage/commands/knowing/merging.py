"""Two customers who are found to be one."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import table
from storage.commands.knowing.facts import changed, entry_kept
from storage.events import Actor, Belongs, CustomersMerged, Fact
from storage.kinds import Subject
from storage.kinds.errors import NoSuch, Refused
from storage.kinds.journey import Engagement, Stay, Usage
from storage.models import Address, Entry, Message, Participant, Person
from storage.queries import knowing
from storage.record import next_id, record

_ADDRESS, _PERSON, _MESSAGE, _PART = table(Address), table(Person), table(Message), table(Participant)


def merge(session: Session, person_id: int, other_id: int, *, actor: Actor, now: datetime) -> int:
    """Make two customers one: the other's addresses, conversations, notes and assets are theirs.

    What both profiles say stays as the one who stays has it; what only the other's says is taken over. All of it is
    one action, and undone as one; what came meanwhile stays where it came.

    Returns:
        The action's id.

    Raises:
        NoSuch: there is nobody of one of the numbers.
        Refused: it is the same person (rule ``same_customer``), or one was merged before (``already_merged``).
    """
    if person_id == other_id:
        raise Refused("same_customer")
    connection = session.connection()
    rows = connection.execute(
        select(_PERSON.c.id, _PERSON.c.merged_into).where(_PERSON.c.id.in_((person_id, other_id)))
    ).all()
    for number in {person_id, other_id} - {row.id for row in rows}:
        raise NoSuch("person", number)
    if any(row.merged_into is not None for row in rows):
        raise Refused("already_merged")
    addresses = connection.execute(select(_ADDRESS.c.id).where(_ADDRESS.c.person_id == other_id)).scalars()
    theirs = select(_PART.c.message_id).where(_PART.c.person_id == other_id)
    named = theirs.where(_PART.c.message_id.not_in(select(_PART.c.message_id).where(_PART.c.person_id == person_id)))
    of_them = select(_MESSAGE.c.id).where(_MESSAGE.c.id.in_(theirs))
    facts: list[Fact] = [
        CustomersMerged(
            person_id=person_id,
            other_id=other_id,
            address_ids=tuple(sorted(addresses)),
            authored=_ids(connection, select(_MESSAGE.c.id).where(_MESSAGE.c.author_id == other_id)),
            served=_ids(connection, of_them.where(_MESSAGE.c.customer_id == other_id)),
            named=_ids(connection, named),
            after=True,
            happened_at=now,
        )
    ]
    facts += _taken_over(session, person_id, other_id, now)
    return record(session, facts, actor=actor, now=now)


def _ids(connection: Any, chosen: Any) -> tuple[int, ...]:
    return tuple(sorted(connection.execute(chosen).scalars()))


def _taken_over(session: Session, person_id: int, other_id: int, now: datetime) -> list[Fact]:
    """Return the facts of what the one who stays takes over: fields they lack, the organization, notes and assets."""
    subject = Subject.PERSON
    holds, others = (knowing.values(session, subject, number) for number in (person_id, other_id))
    facts: list[Fact] = [
        changed(subject, person_id, name, None, value, now)
        for name, value in others.items()
        if name not in holds and value is not None
    ]
    before, after = (knowing.membership(session, subject, number) for number in (person_id, other_id))
    if before is None and after is not None:
        facts.append(Belongs(subject=subject, subject_id=person_id, before=None, after=after, happened_at=now))
    return [*facts, *_entries_of_both(session, person_id, other_id, now)]


def _entries_of_both(session: Session, person_id: int, other_id: int, now: datetime) -> list[Fact]:
    """Return the facts of what is written down of the other: figures are put together, what both say stays as it is."""
    subject = Subject.PERSON
    own = knowing.entries(session, subject, person_id)
    named = {(one.value.kind, getattr(one.value, "name", "")): one for one in own}
    number, facts = next_id(session, Entry), list[Fact]()
    for entry in knowing.entries(session, subject, other_id):
        value = entry.value
        held = named.get((value.kind, getattr(value, "name", "")))
        if isinstance(value, Usage) and held is not None and isinstance(held.value, Usage):
            both = value.told(dict(zip(held.value.days, held.value.figures, strict=True)))
            if both != held.value:
                facts.append(entry_kept(held.entry_id, subject, person_id, held.value, both, now))
        elif isinstance(value, Engagement) and held is not None:
            continue
        elif isinstance(value, Stay) and any(isinstance(one.value, Stay) for one in own):
            continue  # their journey is that of the one who stays
        else:
            facts.append(entry_kept(number, subject, person_id, None, value, now))
            number += 1
    return facts
