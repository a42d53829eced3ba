"""Customers and organizations as lists show them, and who is meant by a number, an address or a name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session

from storage.kinds import AddressKind, PersonKind, Subject
from storage.kinds.clean import clean_line
from storage.kinds.errors import Ambiguous, NoSuch
from storage.queries import names
from storage.queries.several import listed
from storage.queries.tables import ADDRESS, CALLED, DOMAIN, ORGANIZATION, PERSON

_NUMBER: Final = re.compile(r"#?([0-9]{1,18})")
_NAMED: Final = 8  # of those that one word may mean, as many are told back


@dataclass(frozen=True, slots=True)
class AddressView:
    """By what somebody is reached, in the mail of a mailbox group."""

    address: str
    kind: AddressKind
    group: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person as lists show them.

    Attributes:
        name: empty when it was erased, or nobody gave one.
        organization: its name, or a domain of its; empty for none.
    """

    person_id: int
    name: str
    kind: PersonKind
    organization_id: int | None
    organization: str
    addresses: tuple[AddressView, ...]

    @property
    def called(self) -> str:
        """What they are called: by name, else by an address."""
        return self.name or next((one.address for one in self.addresses), "")


@dataclass(frozen=True, slots=True)
class OrganizationView:
    """An organization as lists show it.

    Attributes:
        name: empty while nobody gave one.
        parent: what the organization that this is a subsidiary of is called; empty for none.
        domains: each with the mailbox group of the mail that is meant.
    """

    organization_id: int
    name: str
    parent_id: int | None
    parent: str
    domains: tuple[tuple[str, str], ...]

    @property
    def called(self) -> str:
        """What it is called: by name, else by a domain."""
        return self.name or next((domain for domain, _ in self.domains), "")


def persons(
    session: Session, words: Sequence[str] = (), *, kind: PersonKind | None, after: int = 0, limit: int
) -> list[PersonView]:
    """Return people in the order of their numbers, who stand for themselves.

    Args:
        session: of any transaction.
        words: each is somewhere in the name, an address, or the organization's name or a domain of its, whatever case
            and accents.
        kind: only such; `None` for all.
        after: the number after which to begin.
        limit: how many at most.
    """
    chosen = select(PERSON.c.id).where(names.STANDS, PERSON.c.id > after, *names.persons_like(session, words))
    if kind is not None:
        chosen = chosen.where(PERSON.c.kind == kind)
    return persons_of(session, _first(session, chosen.order_by(PERSON.c.id), limit))


def organizations(session: Session, words: Sequence[str] = (), *, after: int = 0, limit: int) -> list[OrganizationView]:
    """Return organizations in the order of their numbers; the arguments are those of `persons`."""
    chosen = select(ORGANIZATION.c.id).where(ORGANIZATION.c.id > after, *names.organizations_like(session, words))
    return organizations_of(session, _first(session, chosen.order_by(ORGANIZATION.c.id), limit))


def _first(session: Session, chosen: Any, limit: int) -> list[int]:
    return list(session.connection().execute(chosen.limit(limit)).scalars())


def persons_of(session: Session, numbers: Sequence[int]) -> list[PersonView]:
    """Return people by their numbers, in the order of these."""
    connection = session.connection()
    some = listed(connection, numbers)
    addresses: dict[int, list[AddressView]] = {}
    chosen = select(ADDRESS).where(ADDRESS.c.person_id.in_(some), ADDRESS.c.address.is_not(None))
    for row in connection.execute(chosen.order_by(ADDRESS.c.id)):
        addresses.setdefault(row.person_id, []).append(AddressView(row.address, row.kind, row.mailbox_group))
    joined = PERSON.outerjoin(ORGANIZATION, ORGANIZATION.c.id == PERSON.c.organization_id)
    columns = (PERSON.c.id, PERSON.c.name, PERSON.c.kind, PERSON.c.organization_id, CALLED.label("organization"))
    found = {
        row.id: PersonView(
            row.id,
            row.name or "",
            row.kind,
            row.organization_id,
            row.organization or "",
            tuple(addresses.get(row.id, ())),
        )
        for row in connection.execute(select(*columns).select_from(joined).where(PERSON.c.id.in_(some)))
    }
    return [found[number] for number in numbers if number in found]


def organizations_of(session: Session, numbers: Sequence[int]) -> list[OrganizationView]:
    """Return organizations by their numbers, in the order of these."""
    connection = session.connection()
    rows = {
        row.id: row
        for row in connection.execute(select(ORGANIZATION).where(ORGANIZATION.c.id.in_(listed(connection, numbers))))
    }
    above = sorted({row.parent_id for row in rows.values() if row.parent_id is not None})
    called: Mapping[int, str | None] = {
        row[0]: row[1]
        for row in connection.execute(
            select(ORGANIZATION.c.id, CALLED).where(ORGANIZATION.c.id.in_(listed(connection, above)))
        )
    }
    domains: dict[int, list[tuple[str, str]]] = {}
    chosen = select(DOMAIN).where(
        DOMAIN.c.organization_id.in_(listed(connection, numbers)), DOMAIN.c.domain.is_not(None)
    )
    for row in connection.execute(chosen.order_by(DOMAIN.c.domain, DOMAIN.c.id)):
        domains.setdefault(row.organization_id, []).append((row.domain, row.mailbox_group))
    return [
        OrganizationView(
            number,
            rows[number].name or "",
            rows[number].parent_id,
            called.get(rows[number].parent_id) or "",
            tuple(domains.get(number, ())),
        )
        for number in numbers
        if number in rows
    ]


def somebody_of(session: Session, organization_id: int) -> int | None:
    """Return the number of one of an organization's people, whoever was met first; `None` where it has none."""
    chosen = select(PERSON.c.id).where(PERSON.c.organization_id == organization_id, PERSON.c.merged_into.is_(None))
    number: int | None = session.connection().execute(chosen.order_by(PERSON.c.id).limit(1)).scalar()
    return number


def named(session: Session, subject: Subject, word: str) -> int:
    """Return the number of the person or organization that a word means.

    Args:
        session: of any transaction.
        subject: which of the two.
        word: a number, as in 7 or #7; an address of a person's, a domain of an organization's; a whole name, whatever
            its case and accents. Who was merged into another leads to who stays.

    Raises:
        NoSuch: it means nobody.
        Ambiguous: it means several.
    """
    word = clean_line(word)
    numbers = _numbers(session, subject, word)
    if not numbers:
        raise NoSuch(str(subject), word)
    if len(numbers) == 1:
        return next(iter(numbers))
    few = sorted(numbers)[: _NAMED + 1]
    views: Sequence[PersonView | OrganizationView]
    views = persons_of(session, few) if subject is Subject.PERSON else organizations_of(session, few)
    told = tuple(map(_told, views))
    raise Ambiguous(str(subject), word, (*told[:_NAMED], "…") if len(told) > _NAMED else told)


def of_that_name(session: Session, subject: Subject, word: str) -> set[int]:
    """Return the numbers of all whom a word may mean, as `named` reads it; one that is written just so goes before."""
    word = clean_line(word)
    return names.written_so(session, subject, word) or _numbers(session, subject, word)


def _told(view: PersonView | OrganizationView) -> str:
    if isinstance(view, OrganizationView):
        return clean_line(f"#{view.organization_id} {view.called}")
    reached = view.addresses[0].address if view.addresses else ""
    said = f"{view.called} <{reached}>" if reached != view.called else view.called
    return clean_line(f"#{view.person_id} {said}")


def _numbers(session: Session, subject: Subject, word: str) -> set[int]:
    person = subject is Subject.PERSON
    connection = session.connection()
    if given := _NUMBER.fullmatch(word):
        number: int | None = int(given[1])
        found = None
        while number is not None:  # who was merged was so before who stays could be, so this ends
            found = number
            if not person:
                break
            number = connection.execute(select(PERSON.c.merged_into).where(PERSON.c.id == number)).scalar()
        rows = PERSON if person else ORGANIZATION
        return set(connection.execute(select(rows.c.id).where(rows.c.id == found)).scalars())
    if person:
        spelled = {word, word.lower()}
        if word.startswith("+"):
            spelled.add("+" + "".join(filter(str.isdecimal, word)))
        reached = set(
            connection.execute(select(ADDRESS.c.person_id).where(ADDRESS.c.address.in_(sorted(spelled)))).scalars()
        )
    else:
        domain = word.lower().strip("@.")
        reached = set(connection.execute(select(DOMAIN.c.organization_id).where(DOMAIN.c.domain == domain)).scalars())
    return reached or names.called(session, subject, word)
