"""The desk's assessments, and what its own record shows that it lacks."""

from typing import Any, Final

from sqlalchemy import ColumnElement, exists, func, select
from sqlmodel import Session

from storage.kinds import EntryKind, PersonKind, Subject
from storage.kinds.assessing import Assessment, Gap
from storage.queries.knowing import entries
from storage.queries.segments import spelled
from storage.queries.tables import ORGANIZATION, PERSON, PROFILE, RESPONSE
from storage.rules.profile import ALWAYS, FIELDS

_HALF: Final = 2  # a profile is incomplete of which less than a half is filled
_FEW: Final = 5  # words that a gap names

Numbered = tuple[int, Assessment]


def assessments(session: Session) -> list[Numbered]:
    """Return the desk's assessments with their numbers, oldest first."""
    found = entries(session, None, None, EntryKind.ASSESSMENT)
    return [(one.entry_id, one.value) for one in found if isinstance(one.value, Assessment)]


def gaps(session: Session) -> list[Gap]:
    """Return what the desk's own record shows that it lacks, counted over all customers."""
    counts = _customers(session)
    of, every = counts["customers"], _count(session, select(ORGANIZATION.c.id))
    found = [
        Gap("touch", counts["touch"], of),
        Gap("profile", counts["profile"], of),
        Gap("language", counts["language"], of),
        Gap("organization", counts["organization"], of),
        Gap("owner", *_without_owner(session)),
        Gap("named", every - _count(session, select(ORGANIZATION.c.id).where(ORGANIZATION.c.name.is_not(None))), every),
    ]
    found = [one for one in found if one.count]
    for kind in (EntryKind.ICP, EntryKind.PERSONA):
        if not entries(session, None, None, kind):
            found.append(Gap(str(kind)))
    if missing := _unspoken(session):
        found.append(Gap("responses", words=missing))
    return found


def _customers(session: Session) -> dict[str, int]:
    """Return how many customers there are, and how many of them lack what."""
    served = (PERSON.c.kind == PersonKind.CUSTOMER, PERSON.c.merged_into.is_(None))
    to_fill = [one.name for one in FIELDS if one.subject is Subject.PERSON and one.name not in ALWAYS]
    filled = (
        select(PROFILE.c.subject_id)
        .where(PROFILE.c.subject == Subject.PERSON, PROFILE.c.field.in_(to_fill), PROFILE.c.value.is_not(None))
        .group_by(PROFILE.c.subject_id)
        .having(func.count() * _HALF >= len(to_fill))
    )
    lacks = {
        "touch": ~_says(Subject.PERSON, PERSON.c.id, "touch")
        & ~_says(Subject.ORGANIZATION, PERSON.c.organization_id, "touch"),
        "profile": PERSON.c.id.not_in(filled),
        "language": ~_says(Subject.PERSON, PERSON.c.id, "language"),
        "organization": PERSON.c.organization_id.is_(None),
    }
    counted = select(
        func.count().label("customers"),
        *(func.count().filter(condition).label(name) for name, condition in lacks.items()),
    ).select_from(PERSON)
    row = session.connection().execute(counted.where(*served)).one()
    return dict(row._mapping)  # noqa: SLF001 - the documented way to a row's columns by name


def _says(subject: Subject, number: Any, name: str) -> ColumnElement[bool]:
    chosen = select(PROFILE.c.field).where(
        PROFILE.c.subject == subject,
        PROFILE.c.subject_id == number,
        PROFILE.c.field == name,
        PROFILE.c.value.is_not(None),
    )
    return exists(chosen.correlate(PERSON))


def _without_owner(session: Session) -> tuple[int, int]:
    """Return how many organizations of high touch have no owner, of how many."""
    touch, owner = PROFILE.alias("touch"), PROFILE.alias("owner")
    high = (touch.c.field == "touch", touch.c.value == "high", touch.c.subject == Subject.ORGANIZATION)
    owned = exists(
        select(owner.c.field).where(
            owner.c.subject == Subject.ORGANIZATION,
            owner.c.subject_id == touch.c.subject_id,
            owner.c.field == "owner",
            owner.c.value.is_not(None),
        )
    )
    counted = select(func.count(), func.count().filter(~owned)).select_from(touch).where(*high)
    every, without = session.connection().execute(counted).one()
    return without, every


def _unspoken(session: Session) -> tuple[str, ...]:
    """Return the languages of profiles in which the team has no canned response."""
    written = select(RESPONSE.c.language).where(RESPONSE.c.agent_id.is_(None), RESPONSE.c.language.is_not(None))
    known = {one[:2] for one in session.connection().execute(written.distinct()).scalars()}
    spoken = dict.fromkeys(one[:2] for one in spelled(session, "language"))
    return tuple(one for one in spoken if one not in known)[:_FEW]


def _count(session: Session, chosen: Any) -> int:
    return int(session.connection().execute(select(func.count()).select_from(chosen.subquery())).scalar_one())
