"""The organizations that a file of customers names: found by name or domain, made, and told more of."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import table
from storage.commands.knowing.facts import changed
from storage.events import Belongs, DomainKept, Fact, OrganizationKept
from storage.kinds import Subject
from storage.kinds.clean import clean_line, folded
from storage.kinds.errors import BadField
from storage.kinds.importing import Fault
from storage.models import Domain, Organization, Profile
from storage.queries import playbooks
from storage.record import next_ids
from storage.rules.domains import bare, free
from storage.rules.importing import ORGANIZATION, PARENT, above
from storage.rules.playbooks import Books, playing
from storage.rules.profile import LONGEST_VALUE

_ORGANIZATION, _DOMAIN, _PROFILE = table(Organization), table(Domain), table(Profile)
_O: Final = Subject.ORGANIZATION
_SERVED: Final = ("owner", "touch", "stage")
"""The fields by which it is told how many organizations an agent owns of a model."""
Changes = list[tuple[str, str, str]]


class Organizations:
    """Every organization of the desk by its names; there are far fewer of them than customers.

    Args:
        session: of any transaction.
        group: the mailbox group in which a domain tells one.
        now: the moment.
    """

    def __init__(self, session: Session, *, group: str, now: datetime) -> None:
        connection = session.connection()
        self.made = 0
        self._group = group
        self._now = now
        self._session = session
        self._names: dict[str, list[int]] = {}
        self._called: dict[int, str] = {}
        self._parents: dict[int, int | None] = {}
        for row in connection.execute(select(_ORGANIZATION)):
            self._parents[row.id] = row.parent_id
            if row.name is not None:
                self._names.setdefault(folded(clean_line(row.name)), []).append(row.id)
                self._called[row.id] = row.name
        chosen = select(_DOMAIN.c.domain, _DOMAIN.c.organization_id).where(
            _DOMAIN.c.mailbox_group == group, _DOMAIN.c.domain.is_not(None)
        )
        self._domains: dict[str, int] = {}
        for row in connection.execute(chosen):
            self._domains[row.domain] = row.organization_id
            self._called.setdefault(row.organization_id, row.domain)
        self._next_id, self._next_domain = next_ids(session, Organization, Domain)
        self._holds: dict[int, dict[str, str | None]] = {}
        self._said: dict[tuple[int, str], tuple[object, int, str]] = {}  # what, in which row and column
        self._served: dict[int, tuple[dict[str, str], int, str]] = {}  # as before the file, and where it tells last
        self._kept: list[Fact] = []
        self._belongs: list[Fact] = []
        self._fields: list[Fact] = []

    def facts(self) -> list[Fact]:
        """Return the facts since this was asked last, runs of one kind together."""
        domains = [one for one in self._kept if isinstance(one, DomainKept)]
        made = [one for one in self._kept if not isinstance(one, DomainKept)]
        given: list[Fact] = [*made, *domains, *self._belongs, *self._fields]
        self._kept, self._belongs, self._fields = [], [], []
        return given

    def called(self, number: int) -> str:
        """Return what an organization is called: by name, else by a domain."""
        return self._called.get(number, "")

    def of_domain(self, domain: str) -> int | None:
        """Return the organization whose people write from a domain, if one is known."""
        return self._domains.get(domain)

    def told(
        self,
        row: int,
        words: Mapping[str, tuple[str, str]],
        fields: Mapping[str, tuple[str, str]],
        faults: list[Fault],
        changes: Changes,
    ) -> int | None:
        """Return the organization of a row, made if need be, and keep what the row tells of it.

        Args:
            row: its line.
            words: `ORGANIZATION` and `PARENT`: of each the column, and what stands in it.
            fields: of its profile: by name the column, and the value.
            faults: what is wrong goes there.
            changes: what will be different goes there.
        """
        if ORGANIZATION not in words:
            for column, _ in (*words.values(), *fields.values()):
                faults.append(Fault(row, column, "no_organization"))
            return None
        number = self._found(row, *words[ORGANIZATION], faults)
        if number is None:
            return None
        over = self._found(row, *words[PARENT], faults) if PARENT in words else None
        if over is not None and self._says(row, words[PARENT][0], number, "", over, faults):
            self._put_below(number, over, changes)
        for name, (column, value) in fields.items():
            if name == "name" and self._renames(words[ORGANIZATION][1], value):
                faults.append(Fault(row, column, "renames", value))
            elif self._says(row, column, number, name, value, faults):
                self._fill(row, column, number, name, value, faults, changes)
        return number

    def _renames(self, text: str, name: str) -> bool:
        """Say whether a row gives another name to what it finds by name: a second time it would not be found."""
        return folded(clean_line(text)) in self._names and folded(clean_line(text)) != folded(name)

    def cycles(self) -> list[Fault]:
        """Return what would put an organization below itself, once all of the file was read."""
        faults = []
        for (number, name), (_, row, column) in self._said.items():
            if not name and number in above(number, self._parents):
                faults.append(Fault(row, column, "own_subsidiary", self.called(number)))
        return faults

    def too_many(self) -> list[Fault]:
        """Return who would own more organizations than a model allows, once all of the file was read: row by row.

        What stands so already is no fault: the same file a second time changes nothing.
        """
        if not self._served:
            return []
        books = playbooks.laid(self._session).books
        owners = {owner for number in self._served if (owner := self._holds[number].get("owner"))}
        counted: dict[tuple[str, str], int] = {}
        for number, says in self._owned(owners).items():
            if number not in self._served and (which := _which(books, says)) is not None:
                counted[which[:2]] = counted.get(which[:2], 0) + 1
        faults = []
        others = sorted(self._served.items(), key=lambda one: (_which(books, one[1][0]) is None, one[1][1]))
        for number, (before, row, column) in others:
            which = _which(books, _served(self._holds[number]))
            if which is None:
                continue
            owner, model, capacity = which
            counted[owner, model] = counted.get((owner, model), 0) + 1
            if counted[owner, model] > capacity and _which(books, before) != which:
                faults.append(Fault(row, column, "capacity", owner, (f"{model}: {capacity}",)))
        return faults

    def _owned(self, owners: Collection[str]) -> dict[int, dict[str, str]]:
        """Return what tells a model of the organizations that agents own, as the file leaves them."""
        connection = self._session.connection()
        chosen = select(_PROFILE.c.subject_id).where(_PROFILE.c.subject == _O, _PROFILE.c.field == "owner")
        numbers = connection.execute(chosen.where(_PROFILE.c.value.in_(sorted(owners)))).scalars().all()
        found = playbooks.told(connection, _O, numbers)
        return found | {number: _served(self._holds[number]) for number in found if number in self._holds}

    def _found(self, row: int, column: str, text: str, faults: list[Fault]) -> int | None:
        name = clean_line(text)
        numbers = self._names.get(folded(name), ())
        if len(numbers) == 1:
            return numbers[0]
        if numbers:
            faults.append(Fault(row, column, "ambiguous", name, tuple(f"#{one}" for one in numbers)))
            return None
        try:
            domain = bare(name)
        except BadField:
            domain = ""
        if domain and domain in self._domains:
            return self._domains[domain]
        if domain and free(domain):
            faults.append(Fault(row, column, "free_mail", domain))
            return None
        if not name or len(name) > LONGEST_VALUE:
            faults.append(Fault(row, column, "long" if name else "empty", name))
            return None
        return self._make(name, domain)

    def _make(self, name: str, domain: str) -> int:
        number = self._next_id
        self._next_id += 1
        self.made += 1
        self._called[number] = name
        self._parents[number] = None
        self._holds[number] = {}
        self._kept.append(
            OrganizationKept(organization_id=number, name=None if domain else name, happened_at=self._now)
        )
        if domain:  # it has no name yet, as one that mail brought
            self._domains[domain] = number
            self._kept.append(
                DomainKept(
                    domain_id=self._next_domain,
                    organization_id=number,
                    group=self._group,
                    domain=domain,
                    happened_at=self._now,
                )
            )
            self._next_domain += 1
        else:
            self._names[folded(name)] = [number]
            self._holds[number]["name"] = name
        return number

    def _says(self, row: int, column: str, number: int, name: str, value: object, faults: list[Fault]) -> bool:
        """Say whether a row is the first to tell this of an organization; that another says otherwise is a fault."""
        said = self._said.setdefault((number, name), (value, row, column))
        if said[0] != value:
            shown = str(value) if name else self.called(int(str(value)))
            faults.append(Fault(row, column, "differs", shown, other=said[1]))
        return said[1] == row and said[0] == value

    def _put_below(self, number: int, over: int, changes: Changes) -> None:
        before = self._parents[number]
        if before == over:
            return
        self._parents[number] = over
        changes.append(("org.parent", "" if before is None else self.called(before), self.called(over)))
        self._belongs.append(Belongs(subject=_O, subject_id=number, before=before, after=over, happened_at=self._now))

    def _fill(
        self, row: int, column: str, number: int, name: str, value: str, faults: list[Fault], changes: Changes
    ) -> None:
        holds = self._held(number)
        before = holds.get(name)
        if before == value:
            return
        if name == "name":
            others = [one for one in self._names.get(folded(value), ()) if one != number]
            if others:
                faults.append(Fault(row, column, "organization_taken", value, (f"#{others[0]}",)))
                return
            self._names.setdefault(folded(value), [number])
            self._called[number] = value
        if name in _SERVED:
            held, *_place = self._served.get(number, (_served(holds), 0, ""))
            self._served[number] = (held, row, column)
        changes.append((f"org.{name}", before or "", value))
        self._fields.append(changed(_O, number, name, before, value, self._now))
        holds[name] = value

    def _held(self, number: int) -> dict[str, str | None]:
        """Return what the profile of an organization says; asked for once."""
        if number not in self._holds:
            chosen = select(_PROFILE.c.field, _PROFILE.c.value).where(
                _PROFILE.c.subject == _O, _PROFILE.c.subject_id == number
            )
            own: dict[str, str | None] = {row.field: row.value for row in self._session.connection().execute(chosen)}
            name = (
                self._session.connection()
                .execute(select(_ORGANIZATION.c.name).where(_ORGANIZATION.c.id == number))
                .scalar()
            )
            if name is not None:
                own["name"] = name
            self._holds[number] = own
        return self._holds[number]


def _served(says: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name in _SERVED if (value := says.get(name))}


def _which(books: Books, says: Mapping[str, str]) -> tuple[str, str, int] | None:
    """Return who owns an organization, of which model, and how many of it an agent may own; `None` for any number."""
    if "owner" not in says or "touch" not in says:
        return None
    said = playbooks.said_of({}, {"touch": says["touch"], "stage": says.get("stage", "")})
    capacity, model = playing(books, said).knob("capacity")
    return None if capacity is None else (says["owner"], model, capacity)
