"""What is known of customers and organizations: their profiles, and what is written beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session

from storage.kinds import EntryKind, Subject
from storage.kinds.entries import VALUES, OwnField, Value
from storage.kinds.errors import NoSuch
from storage.queries.tables import ENTRY, ORGANIZATION, PERSON, PROFILE
from storage.rules.profile import FIELDS, Block, Field, Sort

_SUBJECTS = {Subject.PERSON: PERSON, Subject.ORGANIZATION: ORGANIZATION}
_MEMBERSHIP = {Subject.PERSON: PERSON.c.organization_id, Subject.ORGANIZATION: ORGANIZATION.c.parent_id}


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
    own = [one.value for one in entries(session, None, None, EntryKind.FIELD) if one.entry_id != without]
    return (*FIELDS, *(_field(one) for one in own if isinstance(one, OwnField)))


def _field(own: OwnField) -> Field:
    return Field(own.name, Subject(own.subject), Block(own.block), Sort(own.sort), own.choices, own.label)


def values(session: Session, subject: Subject, subject_id: int) -> dict[str, str | None]:
    """Return the filled fields of a profile by their names; of what was erased the value is `None`.

    Raises:
        NoSuch: there is nobody of that number.
    """
    rows = _SUBJECTS[subject]
    row = session.connection().execute(select(rows).where(rows.c.id == subject_id)).first()
    if row is None:
        raise NoSuch(str(subject), subject_id)
    own: dict[str, str | None] = {"name": row.name} if row.name is not None else {}
    if subject is Subject.PERSON:
        own["kind"] = str(row.kind)
    chosen = select(PROFILE.c.field, PROFILE.c.value).where(
        PROFILE.c.subject == subject, PROFILE.c.subject_id == subject_id
    )
    return own | {row.field: row.value for row in session.connection().execute(chosen)}


def membership(session: Session, subject: Subject, subject_id: int) -> int | None:
    """Return the organization that a person belongs to, or whose subsidiary an organization is.

    Raises:
        NoSuch: there is nobody of that number.
    """
    rows = _SUBJECTS[subject]
    row = session.connection().execute(select(_MEMBERSHIP[subject]).where(rows.c.id == subject_id)).first()
    if row is None:
        raise NoSuch(str(subject), subject_id)
    number: int | None = row[0]
    return number


def entries(
    session: Session, subject: Subject | None, subject_id: int | None, kind: EntryKind | None = None
) -> Sequence[Entry]:
    """Return what is written down about somebody, or laid down for the desk where nobody is named, oldest first.

    What was erased is left out.
    """
    chosen = select(ENTRY).where(ENTRY.c.value.is_not(None)).order_by(ENTRY.c.id)
    chosen = chosen.where(
        ENTRY.c.subject.is_(None) if subject is None else ENTRY.c.subject == subject,
        ENTRY.c.subject_id.is_(None) if subject_id is None else ENTRY.c.subject_id == subject_id,
    )
    if kind is not None:
        chosen = chosen.where(ENTRY.c.kind == kind)
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
    value = VALUES[row.kind].read(row.value)  # type: ignore[attr-defined]
    return Entry(row.id, row.subject, row.subject_id, value)  # type: ignore[attr-defined]
