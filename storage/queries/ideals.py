"""How far organizations are what the desk wishes: of one whatever is known is read, of all a field at a time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Select, func, select
from sqlmodel import Session

from storage.kinds import EntryKind, Subject
from storage.kinds.clean import clean_line, folded
from storage.kinds.errors import NoSuch
from storage.kinds.ideals import Criterion, FitView, Icp, Placed, Tally
from storage.kinds.profiles import Sort
from storage.queries.knowing import Entry, fields, laid_down
from storage.queries.several import listed
from storage.queries.tables import CALLED, DOMAIN, ORGANIZATION, PERSON, PROFILE
from storage.rules.fit import Test, judge, outcome, test
from storage.rules.ideal import OF_PEOPLE, fields_of
from storage.rules.profile import ALWAYS, Field

_SHOWN: Final = 200  # organizations of a tally that are given

Numbered = tuple[int, Icp]


def ideals(session: Session) -> list[Numbered]:
    """Return the desk's definitions with their numbers, by name."""
    return ideals_among(laid_down(session, EntryKind.ICP))


def ideals_among(laid: Iterable[Entry]) -> list[Numbered]:
    """Return the definitions among what is laid down for the desk, as `ideals` does."""
    found = [(one.entry_id, one.value) for one in laid if isinstance(one.value, Icp)]
    return sorted(found, key=lambda one: (one[1].name.casefold(), one[0]))


def called(session: Session, word: str) -> Numbered:
    """Return the definition of a name, whatever its case and accents, or of a number as in #7.

    Raises:
        NoSuch: there is none.
    """
    known, wanted = ideals(session), folded(clean_line(word))
    number = wanted.removeprefix("#")
    for found in known:
        if folded(found[1].name) == wanted:
            return found
    for found in known:
        if number.isdecimal() and found[0] == int(number):
            return found
    raise NoSuch("icp", clean_line(word))


def of_organization(
    session: Session,
    organization_id: int,
    *,
    today: date,
    known: Sequence[Numbered] | None = None,
    laid: Sequence[Field] | None = None,
) -> tuple[FitView, ...]:
    """Return how far an organization fits each definition, the best first.

    Args:
        session: of any transaction.
        organization_id: which one.
        today: the day.
        known, laid: the definitions, and the fields of profiles, where they were read already.
    """
    known = ideals(session) if known is None else known
    if not known:
        return ()
    asked = fields_of(fields(session) if laid is None else laid)
    wanted = {one.field for _number, icp in known for one in icp.criteria if one.field in asked}
    says = _says(session, organization_id, wanted)
    sorts = {name: field.sort for name, field in asked.items()}
    views = [
        FitView(number, icp.name, icp.good, judge(icp.criteria, says, sorts, today=today)) for number, icp in known
    ]
    return tuple(sorted(views, key=_best_first))


def _best_first(view: FitView) -> tuple[int, str]:
    percent = view.fit.percent
    return (1 if percent is None else -percent, view.name.casefold())


def _says(session: Session, number: int, wanted: set[str]) -> dict[str, list[str]]:
    """Return what is known of one organization: a statement for its profile, one for its row, one each for the rest."""
    says: dict[str, list[str]] = {}
    connection = session.connection()
    if wanted:
        chosen = select(PROFILE.c.field, PROFILE.c.value).where(
            PROFILE.c.subject == Subject.ORGANIZATION, PROFILE.c.subject_id == number, PROFILE.c.value.is_not(None)
        )
        says.update((row.field, [row.value]) for row in connection.execute(chosen) if row.field in wanted)
    if wanted & {"name", "parent", "people"}:
        above = ORGANIZATION.alias("above")
        people = select(func.count()).where(PERSON.c.organization_id == number, PERSON.c.merged_into.is_(None))
        rows = ORGANIZATION.outerjoin(above, above.c.id == ORGANIZATION.c.parent_id)
        columns = (ORGANIZATION.c.name, above.c.name.label("parent"), people.scalar_subquery().label("people"))
        row = connection.execute(select(*columns).select_from(rows).where(ORGANIZATION.c.id == number)).first()
        told = {"name": row.name, "parent": row.parent, "people": str(row.people)} if row else {}
        says.update((name, [value]) for name, value in told.items() if value and name in wanted)
    for name in sorted(name for name in wanted if name == "domain" or name.startswith(OF_PEOPLE)):
        chosen = _values(name, of_one=True)
        its = connection.execute(chosen.where(chosen.selected_columns[0] == number))
        if found := sorted({str(row[1]) for row in its if row[1] is not None}):
            says[name] = found
    return says


# ---------------------------------------------------------------------------------------------- all of them


def percents(session: Session, icp: Icp, *, today: date, laid: Sequence[Field] | None = None) -> dict[int, int]:
    """Return by their numbers the share of each organization of which anything is known, as `Fit.percent` gives it.

    A statement a criterion, whatever there is: each reads one field of all profiles off its index.

    Args:
        session: of any transaction.
        icp: the definition.
        today: the day.
        laid: the fields of profiles, where they were read already.
    """
    asked = fields_of(fields(session) if laid is None else laid)
    known: dict[int, int] = {}
    matched: dict[int, int] = {}
    for criterion in icp.criteria:
        field = asked.get(criterion.field)
        if field is None:
            continue
        for number, done in _met(session, criterion, field.sort, today).items():
            known[number] = known.get(number, 0) + criterion.weight
            if outcome(criterion, done):
                matched[number] = matched.get(number, 0) + criterion.weight
    return {number: 100 * matched.get(number, 0) // weight for number, weight in known.items()}


def _met(session: Session, criterion: Criterion, sort: Sort, today: date) -> dict[int, bool]:
    """Return by organization whether any value of a field is one that a criterion names; without those unknown."""
    will_do = _once(test(criterion, sort, today))
    met: dict[int, bool] = {}
    for number, value in session.connection().execute(_values(criterion.field)):
        if (done := will_do(value)) is not None:
            met[number] = met.get(number, False) or done
    return met


def _once(will_do: Test) -> Test:
    """Return a test that is made once for each value: many organizations say the same."""
    told: dict[str, bool | None] = {}

    def found(value: str) -> bool | None:
        value = str(value)
        if value not in told:
            told[value] = will_do(value)
        return told[value]

    return found


def _values(name: str, *, of_one: bool = False) -> Select[Any]:
    """Return the selection of organizations and of what a field of theirs says.

    Args:
        name: of the field.
        of_one: whether one organization is asked for: from its people to what each says, null for nothing; the engine
            is free to go through all who say it otherwise.
    """
    if name.startswith(OF_PEOPLE):
        own = name.removeprefix(OF_PEOPLE)
        theirs = (PERSON.c.organization_id.is_not(None), PERSON.c.merged_into.is_(None))
        if own in ALWAYS:
            return select(PERSON.c.organization_id, PERSON.c[own]).where(*theirs, PERSON.c[own].is_not(None))
        joined = PROFILE.join(PERSON, PERSON.c.id == PROFILE.c.subject_id)
        told = (PROFILE.c.field == own, PROFILE.c.subject == Subject.PERSON, PROFILE.c.value.is_not(None))
        if of_one:
            said = select(PROFILE.c.value).where(*told, PROFILE.c.subject_id == PERSON.c.id).correlate(PERSON)
            return select(PERSON.c.organization_id, said.scalar_subquery().label("value")).where(*theirs)
        return select(PERSON.c.organization_id, PROFILE.c.value).select_from(joined).where(*told, *theirs)
    match name:
        case "name":
            return select(ORGANIZATION.c.id, ORGANIZATION.c.name).where(ORGANIZATION.c.name.is_not(None))
        case "parent":
            above = ORGANIZATION.alias("above")
            rows = ORGANIZATION.join(above, above.c.id == ORGANIZATION.c.parent_id)
            return select(ORGANIZATION.c.id, above.c.name).select_from(rows).where(above.c.name.is_not(None))
        case "people":
            of = PERSON.c.organization_id
            those = select(of, func.count().label("count")).where(PERSON.c.merged_into.is_(None)).group_by(of)
            counted = those.subquery("counted")
            rows = ORGANIZATION.outerjoin(counted, counted.c.organization_id == ORGANIZATION.c.id)
            return select(ORGANIZATION.c.id, func.coalesce(counted.c.count, 0)).select_from(rows)
        case "domain":
            return select(DOMAIN.c.organization_id, DOMAIN.c.domain).where(DOMAIN.c.domain.is_not(None))
    told = (PROFILE.c.field == name, PROFILE.c.subject == Subject.ORGANIZATION, PROFILE.c.value.is_not(None))
    return select(PROFILE.c.subject_id, PROFILE.c.value).where(*told)


def tally(session: Session, icp: Icp, *, today: date, limit: int = _SHOWN) -> Tally:
    """Return how many organizations fit a definition, kept or not, and those that fit best."""
    found = percents(session, icp, today=today)
    connection = session.connection()
    count = int(connection.execute(select(func.count()).select_from(ORGANIZATION)).scalar_one())
    fits = sum(percent >= icp.good for percent in found.values())
    first = sorted(found, key=lambda number: (-found[number], number))[:limit]
    chosen = select(ORGANIZATION.c.id, CALLED.label("called")).where(ORGANIZATION.c.id.in_(listed(connection, first)))
    names = {row.id: row.called or "" for row in connection.execute(chosen)}
    best = tuple(Placed(number, names.get(number, ""), found[number]) for number in first)
    return Tally(fits, len(found) - fits, count - len(found), best)


# ---------------------------------------------------------------------------------------------- asked for in queries

_KEPT: "WeakKeyDictionary[object, dict[Any, Any]]" = WeakKeyDictionary()


def once(session: Session, asked: object, read: Callable[[], Any]) -> Any:
    """Return what is read once in a transaction, however often a query's parts ask for it."""
    transaction = session.get_transaction()
    if transaction is None:
        return read()
    kept = _KEPT.setdefault(transaction, {})
    if asked not in kept:
        kept[asked] = read()
    return kept[asked]


def standing(session: Session, name: str, *, today: date) -> Mapping[int, tuple[int, bool]]:
    """Return by their numbers the share of organizations in a definition, and whether they fit it.

    Args:
        session: of any transaction.
        name: of the definition; empty for the best of all there are.
        today: the day.

    Raises:
        NoSuch: there is no definition of that name.
    """
    laid = fields(session)
    found: dict[int, tuple[int, bool]] = {}
    for _number, icp in [called(session, name)] if name else ideals(session):
        for number, percent in percents(session, icp, today=today, laid=laid).items():
            before = found.get(number, (0, False))
            found[number] = (max(before[0], percent), before[1] or percent >= icp.good)
    return found
