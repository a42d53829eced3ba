"""What a query asks of customers: their organization, and the fields of their profiles, else of its.

A field counts as the customer's own profile says it; where that says nothing, as the organization's does.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlmodel import Session

from storage.kinds import Subject
from storage.kinds.clean import folded
from storage.kinds.errors import BadField, NoSuch
from storage.kinds.profiles import Sort
from storage.queries import computed, ideals, personas, playbooks
from storage.queries.customers import of_that_name
from storage.queries.knowing import fields
from storage.queries.names import organizations_with, with_subsidiaries
from storage.queries.several import listed
from storage.queries.tables import CONVERSATION, MAILBOX, PERSON, PROFILE
from storage.rules.profile import ALWAYS, read
from storage.rules.query import COMPUTED, FITS, OWN, BadQuery, Field, Trouble
from storage.rules.query_asked import fit_asked

SERVICE: Final = "service"
"""The field that a mailbox answers where the organization does not."""

NOTHING: Final = "none"
"""What a query asks for where neither profile says anything in a field."""

SUGGESTED: Final = "suggested"
"""What ``persona:`` asks for where a persona is suggested that nobody has confirmed or dismissed."""

_SPELLED: Final = 500
"""Values of a field that are compared whatever their case and accents; where there are more, they are as typed."""


def served_to(
    session: Session, field: Field, *, probed: bool, among: Sequence[int] | None = None
) -> ColumnElement[bool]:
    """Return that a conversation's customer is such: looked up for the row, or with such customers as where to start.

    Args:
        session: of any transaction.
        field: of the query.
        probed: whether they are looked up for the row.
        among: the only customers who matter, as the rest of the query leaves no others; `None` for all.

    Raises:
        BadQuery: there is no such organization or field, or it never has that value.
    """
    customer = CONVERSATION.c.customer_id
    if field.name == SERVICE and (boxes := _playing(session, field)):
        # The organization's own word goes before what its mailbox plays.
        whose = PROFILE.c.subject == Subject.ORGANIZATION, PROFILE.c.subject_id == PERSON.c.organization_id
        says = exists(
            select(PERSON.c.id)
            .join(PROFILE, and_(*whose, PROFILE.c.field == SERVICE))
            .where(PERSON.c.id == customer + 0)
            .correlate(CONVERSATION)
        )
        theirs = _customers(session, field)
        return or_(and_(customer.is_not(None), customer.in_(theirs)), and_(CONVERSATION.c.mailbox_id.in_(boxes), ~says))
    if probed:
        # By the row's own number: looked up one by one, never gathered.
        return exists(
            select(PERSON.c.id).where(PERSON.c.id == customer + 0, _such(session, field, among)).correlate(CONVERSATION)
        )
    return and_(customer.is_not(None), customer.in_(_customers(session, field, among)))


def having(session: Session, field: Field, among: Sequence[int] | None = None) -> Select[Any]:
    """Return the conversations of such customers."""
    if field.name == SERVICE:
        return select(CONVERSATION.c.id).where(served_to(session, field, probed=False))
    return select(CONVERSATION.c.id).where(CONVERSATION.c.customer_id.in_(_customers(session, field, among)))


def _playing(session: Session, field: Field) -> list[int]:
    """Return the mailboxes that play a service model."""
    named = [name for name, model in playbooks.laid(session).plays.items() if folded(model) == folded(field.value)]
    if not named:
        return []
    chosen = select(MAILBOX.c.id).where(MAILBOX.c.name.in_(named))
    return sorted(session.connection().execute(chosen).scalars())


def _customers(session: Session, field: Field, among: Sequence[int] | None = None) -> Any:
    gathered = field.name == "org" or field.name in FITS or field.name in COMPUTED
    if gathered or _may_be(session, field) or _says_nothing(session, field):
        return select(PERSON.c.id).where(_such(session, field, among))
    name, values = _wanted(session, field)
    own = select(PROFILE.c.subject_id).where(
        PROFILE.c.field == name, PROFILE.c.value.in_(values), PROFILE.c.subject == Subject.PERSON
    )
    theirs = select(PROFILE.c.subject_id).where(
        PROFILE.c.field == name, PROFILE.c.value.in_(values), PROFILE.c.subject == Subject.ORGANIZATION
    )
    by_it = select(PERSON.c.id).where(PERSON.c.organization_id.in_(theirs), ~_says(Subject.PERSON, PERSON.c.id, name))
    return own.union_all(by_it)


def _such(session: Session, field: Field, among: Sequence[int] | None = None) -> ColumnElement[bool]:
    """Return that a person is such."""
    if field.name in COMPUTED:
        if field.name == "lifecycle":
            _wanted(session, field)
        return computed.such(session, field, among)
    if field.name in FITS:
        return _fitting(session, field)
    if field.name == "org":
        if folded(field.value) == "none":
            return PERSON.c.organization_id.is_(None)
        whole = ideals.once(session, ("org", field.value), lambda: _meant(session, field.value))
        if not whole:
            raise BadQuery(Trouble.UNKNOWN_VALUE, place=field.place, word=field.word)
        return PERSON.c.organization_id.in_(listed(session.connection(), whole))
    if _may_be(session, field):
        numbers = ideals.once(
            session, (SUGGESTED, None if among is None else tuple(among)), lambda: _suggested(session, among)
        )
        return PERSON.c.id.in_(listed(session.connection(), numbers))
    if _says_nothing(session, field):
        name = field.name.removeprefix(OWN)
        theirs = _says(Subject.ORGANIZATION, PERSON.c.organization_id, name)
        return and_(~_says(Subject.PERSON, PERSON.c.id, name), ~theirs)
    name, values = _wanted(session, field)
    return or_(
        _says(Subject.PERSON, PERSON.c.id, name, values),
        and_(
            _says(Subject.ORGANIZATION, PERSON.c.organization_id, name, values),
            ~_says(Subject.PERSON, PERSON.c.id, name),
        ),
    )


def _meant(session: Session, value: str) -> list[int]:
    """Return the organizations that a query's word means, with what stands below them."""
    numbers = of_that_name(session, Subject.ORGANIZATION, value) or organizations_with(session, value.split())
    return with_subsidiaries(session, numbers) if numbers else []


def _may_be(session: Session, field: Field) -> bool:
    """Say whether a query asks for whom a persona is suggested; a card of that very name goes first."""
    asks = field.name.removeprefix(OWN) == personas.FIELD and folded(field.value) == SUGGESTED
    return asks and not personas.names(session, field.value)


def _says_nothing(session: Session, field: Field) -> bool:
    """Say whether a query asks for who says nothing in a field; what a mailbox may answer, too, cannot be asked so."""
    if folded(field.value) != NOTHING or field.name == SERVICE:
        return False
    name = field.name.removeprefix(OWN)
    known = any(one.name == name for one in fields(session) if one.name not in ALWAYS)
    return known and not (name == personas.FIELD and personas.names(session, field.value))


def _suggested(session: Session, among: Sequence[int] | None) -> list[int]:
    return sorted(number for number, _found in personas.everyone(session, among=among))


def _fitting(session: Session, field: Field) -> ColumnElement[bool]:
    """Return that a person's organization fits so; of who belongs to none nothing is known."""
    asked, day = fit_asked(field), field.day
    assert day is not None  # the language gives it to each field that asks for a fit
    try:
        found = ideals.once(session, (asked.name, day), lambda: ideals.standing(session, asked.name, today=day))
    except NoSuch:
        known = tuple(icp.name for _number, icp in ideals.ideals(session))
        raise BadQuery(Trouble.UNKNOWN_VALUE, place=field.place, word=field.word, known=known) from None
    if asked.stands == "unknown":
        numbers = listed(session.connection(), sorted(found))
        return or_(PERSON.c.organization_id.is_(None), PERSON.c.organization_id.not_in(numbers))
    wanted = [
        number
        for number, (share, fits) in found.items()
        if (fits == (asked.stands == "good") if asked.stands else asked.least <= share <= asked.most)
    ]
    # What belongs to none surely does not fit, also when this is negated.
    numbers = listed(session.connection(), sorted(wanted))
    return and_(PERSON.c.organization_id.is_not(None), PERSON.c.organization_id.in_(numbers))


def _says(subject: Subject, number: Any, name: str, values: list[str] | None = None) -> ColumnElement[bool]:
    chosen = select(PROFILE.c.field).where(
        PROFILE.c.subject == subject, PROFILE.c.subject_id == number, PROFILE.c.field == name
    )
    if values is not None:
        chosen = chosen.where(PROFILE.c.value.in_(values))
    return exists(chosen.correlate(PERSON))


def _wanted(session: Session, field: Field) -> tuple[str, list[str]]:
    """Return the profile's field that a query's asks for, and the values that will do, as profiles keep them."""
    name = field.name.removeprefix(OWN)
    known = [one for one in fields(session) if one.name not in ALWAYS]
    own = [one for one in known if one.name == name]
    if not own:
        names = tuple(OWN + one for one in dict.fromkeys(one.name for one in known))
        raise BadQuery(Trouble.UNKNOWN_FIELD, place=field.place, word=field.name, known=names)
    values: set[str] = set()
    trouble: BadField | None = None
    for one in own:  # a person's and an organization's of one name may be of two sorts
        try:
            values.add(read(one, field.value))
        except BadField as wrong:
            trouble = wrong
        if (one.subject, name) == (Subject.PERSON, personas.FIELD):
            values.update(personas.names(session, field.value))
        if one.sort in {Sort.TEXT, Sort.AGENT}:
            wanted = {folded(field.value), *map(folded, values)}
            values.update(value for value in spelled(session, name) if folded(value) in wanted)
    if trouble is not None and not values:
        raise BadQuery(Trouble.UNKNOWN_VALUE, place=field.place, word=field.word, known=trouble.choices)
    return name, sorted(values)


def spelled(session: Session, name: str) -> list[str]:
    """Return the values that profiles have in a field, some of them where there are very many; read off the index."""
    own = PROFILE.c.field == name
    each = select(func.min(PROFILE.c.value).label("value")).where(own).cte(recursive=True)
    following = select(func.min(PROFILE.c.value)).where(own, PROFILE.c.value > each.c.value).scalar_subquery()
    each = each.union_all(select(following).where(each.c.value.is_not(None)))
    chosen = select(each.c.value).where(each.c.value.is_not(None)).limit(_SPELLED)
    return list(session.connection().execute(chosen).scalars())
