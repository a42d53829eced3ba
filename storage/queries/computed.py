"""What a query asks of what is computed: lifecycle, engagement, health and milestones (docs/decisions/0025).

The rules are asked for whole accounts at once, and the rows for these by their numbers. Where the rest of a query
leaves few conversations, only their customers are computed.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Engine, and_, or_, select
from sqlmodel import Session

from storage.kinds import EntryKind, Subject
from storage.kinds.clean import folded
from storage.kinds.journey import Engaged
from storage.queries import knowing
from storage.queries.ideals import once
from storage.queries.journey import FARING, Account, accounts, as_told, milestones
from storage.queries.several import listed
from storage.queries.tables import ENTRY, EVENT, PERSON, PROFILE
from storage.rules.journey import Known, Settings, features, health, phase
from storage.rules.query import BadQuery, Field, Reached, Trouble
from storage.rules.query_asked import engagement_asked, health_asked
from storage.uncollected import uncollected

_P, _O = Subject.PERSON, Subject.ORGANIZATION
_OWN: Final = (EntryKind.USAGE, EntryKind.ENGAGEMENT)
_LIFE: Final = frozenset({"fields", "mails", EntryKind.USAGE})
_USE: Final = frozenset({EntryKind.USAGE, EntryKind.ENGAGEMENT, "tagged"})

_Judges = Callable[[Known], bool | None]


@dataclass(frozen=True, slots=True)
class Met:
    """Who meets what is asked.

    Attributes:
        organizations: whose people do.
        people: who does, beside those.
        others: people of these organizations who do not: what is said of themselves goes first.
    """

    organizations: Sequence[int]
    people: Sequence[int]
    others: Sequence[int] = ()


_MOST_KEPT: Final = 16  # answers of one desk
_KEPT: WeakKeyDictionary[Engine, dict[object, Met]] = WeakKeyDictionary()
_LOCK: Final = Lock()


def such(session: Session, field: Field, among: Sequence[int] | None) -> ColumnElement[bool]:
    """Return that a person meets what is asked.

    Args:
        session: of any transaction.
        field: of the query.
        among: the only people who matter; `None` for all.
    """
    asked = ("computed", field.name, field.value, field.now, None if among is None else tuple(among))
    found: Met = once(session, asked, lambda: _remembered(session, field, among))
    connection = session.connection()
    meets = or_(
        and_(
            PERSON.c.organization_id.is_not(None), PERSON.c.organization_id.in_(listed(connection, found.organizations))
        ),
        PERSON.c.id.in_(listed(connection, found.people)),
    )
    return and_(meets, PERSON.c.id.not_in(listed(connection, found.others))) if found.others else meets


def _remembered(session: Session, field: Field, among: Sequence[int] | None) -> Met:
    """Return who meets what is asked; what was found in this minute holds while nothing is recorded.

    The digest of the last event tells: it stands for all that was recorded before it, on any way to it.
    """
    moment = field.now
    assert moment is not None  # the language gives it to each field of these
    connection = session.connection()
    last = connection.execute(select(EVENT.c.digest).order_by(EVENT.c.id.desc()).limit(1)).scalar()
    minute = moment.replace(second=0, microsecond=0)
    asked = (last, minute, field.name, field.value, None if among is None else tuple(among))
    with _LOCK:
        kept = _KEPT.setdefault(connection.engine, {})
        found = kept.get(asked)
    if found is None or last is None:
        with uncollected():
            found = _met(session, field, among)
        with _LOCK:
            while len(kept) >= _MOST_KEPT:
                del kept[next(iter(kept))]
            kept[asked] = found
    return found


def _met(session: Session, field: Field, among: Sequence[int] | None) -> Met:
    now = field.now
    assert now is not None  # the language gives it to each field of these
    if field.name == "milestone":
        return _milestones(session, field.value, now)
    settings = knowing.settings(session)
    judges, pieces = _judges(session, field, settings, now)
    homes = None if among is None else _homes(session, among)
    some: set[Account] | None = None
    if homes is not None:
        some = {(_P, number) if home is None else (_O, home) for number, home in homes.items()}
    whole = accounts(session, some, settings=settings, now=now, pieces=pieces)
    met = [account for account, known in whole.items() if judges(known)]
    people = [number for subject, number in met if subject is _P]
    others: list[int] = []
    for person, home, fields, written in _themselves(session, homes, pieces):
        own = as_told(whole.get((_O, home), Known()), fields, written)
        (people if judges(own) else others).append(person)
    return Met([number for subject, number in met if subject is _O], people, others)


def _judges(session: Session, field: Field, settings: Settings, now: datetime) -> tuple[_Judges, Collection[str]]:
    """Return what says of an account whether it is meant, and what must be known of it."""
    today = now.date()
    if field.name == "lifecycle":
        word = folded(field.value)
        return lambda known: phase(known, settings, today).word == word, _LIFE
    if field.name == "engagement":
        feature, state = engagement_asked(field)
        names = knowing.features(session)
        wanted = [one for one in names if folded(one) == folded(feature)] if feature else names
        if not wanted:
            known = tuple(f"{name}={state}" for name in names)
            raise BadQuery(Trouble.UNKNOWN_VALUE, place=field.place, word=field.word, known=known)
        return _engaged(wanted, state, settings, now), _USE
    asked = health_asked(field)

    def fares(known: Known) -> bool:
        lived, uses = phase(known, settings, today), features(known, settings, today)
        score = health(known, settings, today, lived=lived, uses=uses).score
        return score is None if asked is None else score is not None and asked[0] <= score <= asked[1]

    return fares, FARING


def _engaged(wanted: Sequence[str], state: Engaged, settings: Settings, now: datetime) -> _Judges:
    today = now.date()

    def judges(known: Known) -> bool:
        names = wanted if known.usages else [one for one in wanted if folded(one) in known.tagged]
        return any(one.state is state for one in features(known, settings, today, names) if one.feature in wanted)

    return judges


def _homes(session: Session, people: Sequence[int]) -> Mapping[int, int | None]:
    connection = session.connection()
    chosen = select(PERSON.c.id, PERSON.c.organization_id).where(PERSON.c.id.in_(listed(connection, people)))
    return {row.id: row.organization_id for row in connection.execute(chosen)}


def _themselves(
    session: Session, homes: Mapping[int, int | None] | None, pieces: Collection[str]
) -> Sequence[tuple[int, int, Mapping[str, str], Sequence[object]]]:
    """Return people of organizations of whom themselves something is said: their fields, and what is written down."""
    connection = session.connection()
    numbers = None if homes is None else listed(connection, sorted(one for one, home in homes.items() if home))
    fields: dict[int, dict[str, str]] = {}
    written: dict[int, list[object]] = {}
    whose: dict[int, int] = {}
    if "fields" in pieces:
        rows = PROFILE.join(PERSON, PERSON.c.id == PROFILE.c.subject_id)
        said = select(PERSON.c.id, PERSON.c.organization_id, PROFILE.c.field, PROFILE.c.value).select_from(rows)
        said = said.where(PROFILE.c.field.in_(("lifecycle", "health")), PROFILE.c.subject == _P)
        said = said.where(PROFILE.c.value.is_not(None), PERSON.c.organization_id.is_not(None))
        for number, home, name, value in connection.execute(_among(said, numbers)):
            whose[number] = home
            fields.setdefault(number, {})[name] = value
    kinds = [kind for kind in _OWN if kind in pieces]
    rows = ENTRY.join(PERSON, PERSON.c.id == ENTRY.c.subject_id)
    kept = select(PERSON.c.id, PERSON.c.organization_id, ENTRY.c.kind, ENTRY.c.value).select_from(rows)
    kept = kept.where(ENTRY.c.kind.in_(kinds), ENTRY.c.subject == _P, ENTRY.c.value.is_not(None))
    for number, home, kind, value in connection.execute(
        _among(kept.where(PERSON.c.organization_id.is_not(None)), numbers)
    ):
        whose[number] = home
        written.setdefault(number, []).append(knowing.value_of(kind, value))
    return [(one, home, fields.get(one, {}), written.get(one, ())) for one, home in whose.items()]


def _among(chosen: Any, numbers: Any) -> Any:
    return chosen if numbers is None else chosen.where(PERSON.c.id.in_(numbers))


def _milestones(session: Session, value: str, now: datetime) -> Met:
    today = now.date()
    found = milestones(session, overdue_at=today if value == Reached.OVERDUE else None)
    met = {
        one.account
        for one in found
        if value == Reached.OVERDUE
        or (one.milestone.done is not None if value == Reached.DONE else one.milestone.done is None)
    }
    organizations, people = (sorted(number for whose, number in met if whose is subject) for subject in (_O, _P))
    return Met(organizations, people)
