"""What names an erased person and belongs to the desk or to others: emptied where an agent decided so."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import and_, or_, select, update
from sqlmodel import Session

from storage.apply.base import naming, table
from storage.apply.responses import ERASED
from storage.kinds import Subject
from storage.kinds.erasing import Named, Survey
from storage.models import Entry, Event, EventPersonal, Organization, Profile, Response, Rule, View
from storage.queries.named_elsewhere import pattern_of

_Found = Callable[[Mapping[str, Any]], tuple[Named, int, str]]


def erase_elsewhere(session: Session, survey: Survey) -> list[int]:
    """Empty the rules, views, responses, organizations' names, entries and fields that a survey lists.

    Returns:
        The events whose personal parts say the same.
    """
    listed = {(one.what, one.number, one.said if one.what is Named.FIELD else "") for one in survey.elsewhere}
    _empty_rows(session, survey)
    events, personal = table(Event), table(EventPersonal)
    chosen = (
        select(events.c.id, events.c.kind, events.c.public, personal.c.personal)
        .join(personal, personal.c.event_id == events.c.id)
        .where(events.c.kind.in_(tuple(_PLACES)))
    )
    pattern = pattern_of(survey.names) if survey.names else None
    found = []
    for row in session.connection().execute(chosen):
        place = _PLACES[row.kind](json.loads(row.public)["fact"])
        if place in listed and pattern is not None and pattern.search(_plainly(row.personal)):
            found.append(row.id)
    return found


def _plainly(personal: str) -> str:
    """Return a personal part as it is read: without JSON's signs before quotes."""
    return personal.replace("\\n", "\n").replace('\\"', '"')


def _of(what: Named, name: str) -> _Found:
    return lambda fact: (what, fact[name], "")


def _of_profile(fact: Mapping[str, Any]) -> tuple[Named, int, str]:
    if fact["subject"] == Subject.ORGANIZATION and fact["field"] == "name":
        return Named.ORGANIZATION, fact["subject_id"], ""
    return Named.FIELD, fact["subject_id"], f"{fact['subject']} {fact['field']}"


_PLACES: Final[Mapping[str, _Found]] = {
    "rule_kept": _of(Named.RULE, "rule_id"),
    "ruled": _of(Named.RULE, "rule_id"),
    "view_kept": _of(Named.VIEW, "view_id"),
    "response_kept": _of(Named.RESPONSE, "response_id"),
    "response_used": _of(Named.RESPONSE, "response_id"),
    "organization_kept": _of(Named.ORGANIZATION, "organization_id"),
    "entry_kept": _of(Named.ENTRY, "entry_id"),
    "profile_changed": _of_profile,
}


def _empty_rows(session: Session, survey: Survey) -> None:
    numbers: dict[Named, list[int]] = {}
    fields = []
    for one in survey.elsewhere:
        if one.what is Named.FIELD:
            subject, _, field = one.said.partition(" ")
            fields.append((Subject(subject), one.number, field))
        else:
            numbers.setdefault(one.what, []).append(one.number)
    connection = session.connection()
    for what, (model, empty) in _EMPTY.items():
        if ids := numbers.get(what):
            rows = table(model)
            connection.execute(update(rows).where(rows.c.id.in_(ids)).values(empty))
    if fields:
        rows = table(Profile)
        places = (
            and_(rows.c.subject == subject, rows.c.subject_id == number, rows.c.field == field)
            for subject, number, field in fields
        )
        connection.execute(update(rows).where(or_(*places)).values(value=None))


_EMPTY: Final[Mapping[Named, tuple[Any, dict[str, Any]]]] = {
    Named.RULE: (Rule, {"name": None, "conditions": None}),
    Named.VIEW: (View, {"name": None, "query": None}),
    Named.RESPONSE: (Response, ERASED),
    Named.ORGANIZATION: (Organization, naming(None)),
    Named.ENTRY: (Entry, {"name": None, "value": None}),
}
