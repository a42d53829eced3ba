"""From when until when customers are in a stage of their journey: kept with each change of the field ``stage``."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import chunks, table
from storage.commands.knowing.facts import entry_kept
from storage.events import CustomerKept, Fact, ProfileChanged
from storage.kinds import EntryKind, Subject
from storage.kinds.journey import Stay
from storage.models import Entry
from storage.record import next_id

STAGE = "stage"
"""The field of profiles that says where a customer is."""

_ENTRY = table(Entry)
_Whose = tuple[Subject, int]


def with_stays(session: Session, facts: Sequence[Fact], now: datetime, *, on: date | None = None) -> list[Fact]:
    """Return facts, and with them that whoever changes stage by them leaves one and enters another.

    Args:
        session: of any transaction; whoever records the facts does so before more entries are numbered.
        facts: which number no entries themselves.
        now: the moment, in the agent's zone.
        on: the day from which it holds; `None` for today.
    """
    moves = _moves(facts)
    if not moves:
        return list(facts)
    held = _held(session, moves)
    number, made = next_id(session, Entry), list(facts)
    day = on or now.date()
    for (subject, subject_id), stage in moves.items():
        for entry_id, stay in held.get((subject, subject_id), ()):
            left = replace(stay, until=max(day, stay.since))
            made.append(entry_kept(entry_id, subject, subject_id, stay, left, now))
        if stage is not None:
            made.append(entry_kept(number, subject, subject_id, None, Stay(stage, day), now))
            number += 1
    return made


def _moves(facts: Sequence[Fact]) -> dict[_Whose, str | None]:
    """Return who is in which stage after these facts."""
    moves: dict[_Whose, str | None] = {}
    for fact in facts:
        match fact:
            case ProfileChanged(field="stage"):
                moves[fact.subject, fact.subject_id] = fact.after
            case CustomerKept(values=tuple() as values) if STAGE in fact.filled:
                moves[Subject.PERSON, fact.person_id] = values[fact.filled.index(STAGE)]
    return moves


def _held(session: Session, moves: Mapping[_Whose, str | None]) -> dict[_Whose, list[tuple[int, Stay]]]:
    """Return the stays of these that have no end."""
    held: dict[_Whose, list[tuple[int, Stay]]] = {}
    for subject in Subject:
        for some in chunks(number for whose, number in moves if whose is subject):
            chosen = select(_ENTRY.c.id, _ENTRY.c.subject_id, _ENTRY.c.value).where(
                _ENTRY.c.subject == subject,
                _ENTRY.c.subject_id.in_(some),
                _ENTRY.c.kind == EntryKind.STAY,
                _ENTRY.c.value.is_not(None),
            )
            for row in session.connection().execute(chosen.order_by(_ENTRY.c.id)):
                stay = Stay.read(row.value)
                if stay.until is None:
                    held.setdefault((subject, row.subject_id), []).append((row.id, stay))
    return held
