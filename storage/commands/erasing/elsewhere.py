"""What names an erased person and belongs to the desk or to others: emptied where an agent decided so."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import delete, update
from sqlmodel import Session

from storage.apply import touch
from storage.apply.base import naming, table
from storage.apply.clocks import settle_all
from storage.apply.responses import ERASED
from storage.kinds import Subject
from storage.kinds.erasing import Named, Survey
from storage.models import Draft, Entry, Organization, Profile, Response, Rule, View
from storage.queries.named_elsewhere import Place, standing, telling
from storage.rules.named import Names


def erase_elsewhere(session: Session, survey: Survey) -> list[int]:
    """Empty the drafts, rules, views, responses, organizations' names, entries and fields that a survey lists.

    Only what names them still, or did: what came since an agent saw the list stays.

    Returns:
        The events whose personal parts name them there.
    """
    listed = {(one.what, one.number, one.said if one.what is Named.FIELD else "") for one in survey.elsewhere}
    names = Names(survey.names)
    if not names:
        return []
    events = [number for number, place in telling(session, names, survey.person_ids) if place in listed]
    _empty_rows(session, [place for place, _said in standing(session, names, survey.person_ids) if place in listed])
    return events


def _empty_rows(session: Session, places: list[Place]) -> None:
    connection = session.connection()
    for what, (model, empty) in _EMPTY.items():
        if ids := [number for kind, number, _field in places if kind is what]:
            rows = table(model)
            connection.execute(update(rows).where(rows.c.id.in_(ids)).values(empty))
    if ids := [number for kind, number, _field in places if kind is Named.DRAFT]:
        connection.execute(delete(table(Draft)).where(table(Draft).c.id.in_(ids)))
    rows = table(Profile)
    for kind, number, said in places:
        if kind is Named.FIELD:
            subject, _, field = said.partition(" ")
            whose = rows.c.subject == Subject(subject), rows.c.subject_id == number, rows.c.field == field
            connection.execute(update(rows).where(*whose).values(value=None))
    if any(kind in _BY_THEM for kind, _number, _field in places):
        _settle_touch(session, places)
        settle_all(connection)


def _settle_touch(session: Session, places: list[Place]) -> None:
    """Let conversations stand where touch models say without what was emptied."""
    connection = session.connection()
    told = [(number, said.split()) for kind, number, said in places if kind is Named.FIELD]
    for subject in Subject:
        touch.settle_those_of(
            connection,
            subject,
            [number for number, words in told if words[0] == subject and words[-1] in touch.TELLING],
        )
    if any(kind is Named.ENTRY for kind, _number, _field in places):
        touch.settle_those_picked(connection)


_BY_THEM: Final = frozenset({Named.ENTRY, Named.FIELD})
"""Among what is emptied so may be policies, calendars, and touch models: clocks stand by them."""

_EMPTY: Final[Mapping[Named, tuple[Any, dict[str, Any]]]] = {
    Named.RULE: (Rule, {"name": None, "conditions": None}),
    Named.VIEW: (View, {"name": None, "query": None}),
    Named.RESPONSE: (Response, ERASED),
    Named.ORGANIZATION: (Organization, naming(None)),
    Named.ENTRY: (Entry, {"name": None, "value": None}),
}
