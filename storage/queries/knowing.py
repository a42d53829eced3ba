"""What is known of customers and organizations: their profiles, and what is written beside them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlmodel import Session

from storage.kinds import EntryKind, Subject
from storage.kinds.entries import VALUES, OwnField, Value
from storage.kinds.errors import NoSuch, Refused
from storage.kinds.journey import Setting
from storage.kinds.profiles import Block, Sort
from storage.models.profiles import MEMBERSHIP
from storage.prepared import Named
from storage.queries.tables import CONVERSATION, ENTRY, ORGANIZATION, PERSON, PROFILE
from storage.rules.journey import Settings
from storage.rules.profile import FIELDS, Field

_SUBJECTS = {Subject.PERSON: PERSON, Subject.ORGANIZATION: ORGANIZATION}


_FEATURES = 200  # as many are told apart at most
_THEIRS = "org."  # before a field's name it means the organization's


@dataclass(frozen=True, slots=True)
class Customer:
    """Who is the customer of a conversation, and to which organization they belong there."""

    person_id: int
    organization_id: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that is written down.

    Attributes:
        subject, subject_id: about whom; `None` when it is the desk's.
    """

    entry_id: int
    subject: Subject | None
    subject_id: int | None
    value: Value


def fields(session: Session, *, without: int | None = None) -> tuple[Field, ...]:
    """Return the fields that profiles have: those of every desk, then this one's own.

    Args:
        session: of any transaction.
        without: the entry of a field that is left out.
    """
    return fields_among(one for one in laid_down(session, EntryKind.FIELD) if one.entry_id != without)


def fields_among(laid: Iterable[Entry]) -> tuple[Field, ...]:
    """Return the fields that profiles have, the desk's own from among what is laid down for it."""
    return (*FIELDS, *(_field(one.value) for one in laid if isinstance(one.value, OwnField)))


def laid_down(session: Session, *kinds: EntryKind) -> Sequence[Entry]:
    """Return what of some kinds is laid down for the desk, oldest first, in one statement; without what was erased."""
    return tuple(_entry(row) for row in _laid(kinds).rows(session.connection()))


@cache
def _laid(kinds: tuple[EntryKind, ...]) -> Named:
    def build(dialect: str) -> Any:
        del dialect
        ours = (ENTRY.c.value.is_not(None), ENTRY.c.subject.is_(None), ENTRY.c.subject_id.is_(None))
        return select(ENTRY).where(*ours, or_(*(ENTRY.c.kind == kind for kind in kinds))).order_by(ENTRY.c.id)

    return Named(build)


def settings(session: Session) -> Settings:
    """Return what the desk lays down for journeys, where it differs from what is shipped."""
    own = (one.value for one in laid_down(session, EntryKind.SETTING))
    return Settings({one.name: one.value for one in own if isinstance(one, Setting)})


def features(session: Session) -> tuple[str, ...]:
    """Return the features of the product of which anybody has figures, or an agent said something; off the index."""
    found: set[str] = set()
    for kind in (EntryKind.USAGE, EntryKind.ENGAGEMENT):
        own = ENTRY.c.kind == kind
        each = select(func.min(ENTRY.c.name).label("name")).where(own).cte(recursive=True)
        following = select(func.min(ENTRY.c.name)).where(own, ENTRY.c.name > each.c.name).scalar_subquery()
        each = each.union_all(select(following).where(each.c.name.is_not(None)))
        chosen = select(each.c.name).where(each.c.name.is_not(None)).limit(_FEATURES)
        found.update(session.connection().execute(chosen).scalars())
    return tuple(sorted(found))


def _field(own: OwnField) -> Field:
    return Field(own.name, Subject(own.subject), Block(own.block), Sort(own.sort), own.choices, own.label)


def values(session: Session, subject: Subject, subject_id: int) -> dict[str, str | None]:
    """Return the filled fields of a profile by their names; of what was erased the value is `None`.

    Raises:
        NoSuch: there is nobody of that number.
        Refused: that person is another one's number since the two were merged (rule ``already_merged``).
    """
    row = _who(session, subject, subject_id)
    own: dict[str, str | None] = {"name": row.name} if row.name is not None else {}
    if subject is Subject.PERSON:
        own["kind"] = str(row.kind)
    chosen = select(PROFILE.c.field, PROFILE.c.value).where(
        PROFILE.c.subject == subject, PROFILE.c.subject_id == subject_id
    )
    return own | {row.field: row.value for row in session.connection().execute(chosen)}


def beside(session: Session, who: Customer, name: str) -> tuple[Subject, int, str]:
    """Return of whom a field is, the customer or their organization, and what it is called there.

    Args:
        session: of any transaction.
        who: the customer.
        name: ``org.`` before it means the organization's, as does a field that only those have.

    Raises:
        Refused: the customer belongs to no organization (rule ``no_organization``).
    """
    own, field = not name.startswith(_THEIRS), name.removeprefix(_THEIRS)
    if own:
        have = {one.subject for one in fields(session) if one.name == field}
        own = have != {Subject.ORGANIZATION}
    if own:
        return Subject.PERSON, who.person_id, field
    if who.organization_id is None:
        raise Refused("no_organization")
    return Subject.ORGANIZATION, who.organization_id, field


def customer(session: Session, conversation_id: int) -> Customer:
    """Return who is the customer of a conversation.

    Raises:
        NoSuch: it has none, or there is no such conversation.
    """
    rows = CONVERSATION.join(PERSON, PERSON.c.id == CONVERSATION.c.customer_id)
    organization = func.coalesce(CONVERSATION.c.organization_id, PERSON.c.organization_id)
    chosen = select(PERSON.c.id, organization.label("organization")).select_from(rows)
    row = session.connection().execute(chosen.where(CONVERSATION.c.id == conversation_id)).first()
    if row is None:
        raise NoSuch("customer", f"#{conversation_id}")
    return Customer(row.id, row.organization)


def person(session: Session, person_id: int) -> Customer:
    """Return a person as a customer, with the organization that they belong to.

    Raises:
        NoSuch: there is nobody of that number.
        Refused: as `values`.
    """
    return Customer(person_id, membership(session, Subject.PERSON, person_id))


def known_beside(session: Session, conversation_id: int) -> list[tuple[str, Field, str]]:
    """Return the fields that can be set beside a conversation: as they are written there, and what each says now.

    Raises:
        NoSuch: the conversation has no customer.
    """
    return _known(session, customer(session, conversation_id))


def known_of(session: Session, person_id: int) -> list[tuple[str, Field, str]]:
    """Return the fields that can be set of a person and their organization, as `known_beside` does.

    Raises:
        NoSuch, Refused: as `person`.
    """
    return _known(session, person(session, person_id))


def _known(session: Session, who: Customer) -> list[tuple[str, Field, str]]:
    own = fields(session)
    held = {Subject.PERSON: values(session, Subject.PERSON, who.person_id)}
    if who.organization_id is not None:
        held[Subject.ORGANIZATION] = values(session, Subject.ORGANIZATION, who.organization_id)
    persons = {one.name for one in own if one.subject is Subject.PERSON}
    return [
        (
            f"{_THEIRS}{one.name}" if one.subject is Subject.ORGANIZATION and one.name in persons else one.name,
            one,
            held[one.subject].get(one.name) or "",
        )
        for one in own
        if one.subject in held
    ]


def membership(session: Session, subject: Subject, subject_id: int) -> int | None:
    """Return the organization that a person belongs to, or whose subsidiary an organization is.

    Raises:
        NoSuch: there is nobody of that number.
        Refused: as `values`.
    """
    number: int | None = getattr(_who(session, subject, subject_id), MEMBERSHIP[subject])
    return number


def _who(session: Session, subject: Subject, subject_id: int) -> Row[Any]:
    rows = _SUBJECTS[subject]
    row = session.connection().execute(select(rows).where(rows.c.id == subject_id)).first()
    if row is None:
        raise NoSuch(str(subject), subject_id)
    if subject is Subject.PERSON and row.merged_into is not None:
        raise Refused("already_merged")
    return row


def entries(
    session: Session,
    subject: Subject | None,
    subject_id: int | None,
    kind: EntryKind | None = None,
    *,
    kinds: Sequence[EntryKind] = (),
) -> Sequence[Entry]:
    """Return what is written down about somebody, or laid down for the desk where nobody is named, oldest first.

    What was erased is left out; `kind`, or one of `kinds`, is all that is wanted where they are given.
    """
    chosen = select(ENTRY).where(ENTRY.c.value.is_not(None)).order_by(ENTRY.c.id)
    chosen = chosen.where(
        ENTRY.c.subject.is_(None) if subject is None else ENTRY.c.subject == subject,
        ENTRY.c.subject_id.is_(None) if subject_id is None else ENTRY.c.subject_id == subject_id,
    )
    if kind is not None:
        chosen = chosen.where(ENTRY.c.kind == kind)
    if kinds:
        chosen = chosen.where(ENTRY.c.kind.in_(kinds))
    return tuple(_entry(row) for row in session.connection().execute(chosen))


def entry(session: Session, entry_id: int, kind: EntryKind) -> Entry:
    """Return one entry.

    Raises:
        NoSuch: there is no such entry of that kind, or it was erased.
    """
    chosen = select(ENTRY).where(ENTRY.c.id == entry_id, ENTRY.c.kind == kind, ENTRY.c.value.is_not(None))
    row = session.connection().execute(chosen).first()
    if row is None:
        raise NoSuch(str(kind), entry_id)
    return _entry(row)


def _entry(row: object) -> Entry:
    value = value_of(row.kind, row.value)  # type: ignore[attr-defined]
    return Entry(row.id, row.subject, row.subject_id, value)  # type: ignore[attr-defined]


def value_of(kind: EntryKind, kept: Mapping[str, Any]) -> Any:
    """Return what an entry of a kind holds, as rows keep it."""
    return VALUES[kind].read(kept)
