"""What each row of a file of customers does: who is meant, what is told of them, and the facts of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import chunks, table
from storage.commands.knowing.facts import changed
from storage.commands.knowing.import_organizations import Organizations
from storage.events import AddressKept, Belongs, CustomerKept, Fact, ProfileChanged
from storage.kinds import AddressKind, PersonKind, Subject
from storage.kinds.errors import BadField
from storage.kinds.importing import Fault, Row
from storage.kinds.profiles import Sort
from storage.models import Address, Agent, Person, Profile
from storage.queries import knowing
from storage.record import next_ids
from storage.rules import importing, profile
from storage.rules.importing import Target

_ADDRESS, _PERSON, _PROFILE = table(Address), table(Person), table(Profile)
_P: Final = Subject.PERSON
_REMEMBERED: Final = 10_000  # values that are read once only


@dataclass(frozen=True, slots=True)
class Planned:
    """What a row does.

    Attributes:
        row: its line in the file.
        address: the first one in it.
        does: whether the customer is made, something of theirs or of their organization changes, or all stands so.
        changes: the fields that say something else, each with what it said and will say.
    """

    row: int
    address: str
    does: Literal["made", "changed", "same"]
    changes: tuple[tuple[str, str, str], ...]


@dataclass(slots=True)
class _Told:
    """A row that was understood."""

    row: Row
    addresses: list[str]
    values: dict[str, str]
    organization: int | None
    changes: list[tuple[str, str, str]] = field(default_factory=list)


class Plan:
    """Says what rows do, lot by lot, and remembers of those before only what must not come twice.

    Args:
        session: of any transaction; whoever records the facts of a lot does so before the next one.
        given: as `storage.rules.importing.target` takes it.
        group: the mailbox group of the addresses.
        now: the moment.
    """

    def __init__(self, session: Session, given: Mapping[str, str | None], *, group: str, now: datetime) -> None:
        self.now = now
        self._session = session
        self._given = given
        self._group = group
        self._fields = knowing.fields(session)
        self._agents = set(session.connection().execute(select(table(Agent).c.name)).scalars())
        self._layouts: dict[tuple[str, ...], list[Target] | None] = {}
        self._read: dict[tuple[Subject, str, str], str] = {}
        self._rows_of: dict[int, int] = {}  # of the addresses met, each by its hash
        self._persons: dict[int, int] = {}  # who was found, each with their row
        self._organizations = Organizations(session, group=group, now=now)
        self._next_person, self._next_address = next_ids(session, Person, Address)
        self._unknown: set[str] = set()

    @property
    def organizations(self) -> int:
        """How many organizations are made so far."""
        return self._organizations.made

    def take(self, rows: Sequence[Row], faults: list[Fault]) -> tuple[list[Planned], list[Fact]]:
        """Return what these rows do, and the facts of it; what is wrong with them goes to the faults."""
        told = [one for row in rows if (one := self._understood(row, faults)) is not None]
        facts = self._organizations.facts()
        holders = self._holders(told)
        known = self._known({number for own in holders for number in own})
        made: list[Fact] = []
        addresses: list[Fact] = []
        belongs: list[Fact] = []
        fields: list[Fact] = []
        planned = []
        for one, own in zip(told, holders, strict=True):
            row, first = one.row.number, one.addresses[0]
            if not own:
                made.append(self._made(one))
                planned.append(Planned(row, first, "made", tuple(one.changes)))
                continue
            number = next(iter(own))
            if len(own) > 1:
                faults.append(Fault(row, self._column(one, importing.ADDRESS), "address_taken", first))
                continue
            if (other := self._persons.setdefault(number, row)) != row:
                faults.append(Fault(row, self._column(one, importing.ADDRESS), "same_customer", first, other=other))
                continue
            addresses += self._reached(one, number, own[number])
            belongs += self._moved(one, number, known[number])
            fields += self._told(one, number, known[number])
            planned.append(Planned(row, first, "changed" if one.changes else "same", tuple(one.changes)))
        return planned, [*facts, *made, *addresses, *belongs, *fields]

    def finish(self, faults: list[Fault]) -> None:
        """Put down what only the file as a whole has wrong: rings of organizations, and more of them than one owns."""
        faults += self._organizations.cycles()
        faults += self._organizations.too_many()

    def rest(self) -> Iterable[list[Fact]]:
        """Return the facts that are left: none, as each lot had its own."""
        return ()

    def _understood(self, row: Row, faults: list[Fault]) -> _Told | None:
        layout = self._layout(row, faults)
        if layout is None:
            return None
        had = len(faults)
        addresses: list[str] = []
        values: dict[str, str] = {}
        theirs: dict[str, tuple[str, str]] = {}
        words: dict[str, tuple[str, str]] = {}
        for target in layout:
            cell = row.cells[target.column]
            if not cell or cell.isspace():
                continue
            try:
                if target.word == importing.ADDRESS:
                    addresses = importing.addresses(cell)
                elif target.field is None:
                    words[target.word] = target.column, cell
                elif target.field.subject is _P:
                    values[target.field.name] = self._value(target.field, cell)
                else:
                    theirs[target.field.name] = target.column, self._value(target.field, cell)
            except BadField as bad:
                faults.append(Fault(row.number, target.column, bad.reason, bad.value, bad.choices))
        if had == len(faults):
            faults += self._met_before(row, layout, addresses)
        if had != len(faults):
            return None
        changes: list[tuple[str, str, str]] = []
        organization = self._organizations.told(row.number, words, theirs, faults, changes)
        return None if had != len(faults) else _Told(row, addresses, values, organization, changes)

    def _met_before(self, row: Row, layout: Sequence[Target], addresses: Sequence[str]) -> list[Fault]:
        """Remember the addresses of a row; return what is wrong with them in this file."""
        column = next(one.column for one in layout if one.word == importing.ADDRESS)
        if not addresses:
            return [Fault(row.number, column, "no_address")]
        return [
            Fault(row.number, column, "twice_in_file", address, other=other)
            for address in addresses
            if (other := self._rows_of.setdefault(hash(address), row.number)) != row.number
        ]

    def _layout(self, row: Row, faults: list[Fault]) -> list[Target] | None:
        """Return where the cells of a row go; what is wrong with its columns is told once, and `None` returned."""
        names = tuple(row.cells)
        if names in self._layouts:
            return self._layouts[names]
        had, layout, places = len(faults), [], dict[object, str]()
        for name in names:
            try:
                target = importing.target(self._fields, name, self._given)
            except BadField as bad:
                if name not in self._unknown:
                    faults.append(Fault(row.head, name, "unknown", bad.field, bad.choices))
                    self._unknown.add(name)
                continue
            if target is None:
                continue
            if target.place in places:
                faults.append(Fault(row.head, name, "two_columns", places[target.place]))
            places[target.place] = name
            layout.append(target)
        if importing.ADDRESS not in places and had == len(faults) and self._unknown.isdisjoint(names):
            faults.append(Fault(row.head, "", "no_column", importing.ADDRESS, names))
        sound = had == len(faults) and self._unknown.isdisjoint(names)
        good = layout if sound else None
        if len(self._layouts) < _REMEMBERED:
            self._layouts[names] = good
        return good

    def _value(self, field: profile.Field, cell: str) -> str:
        place = field.subject, field.name, cell
        if (kept := self._read.get(place)) is not None:
            return kept
        value = profile.read(field, cell)
        if field.sort is Sort.AGENT and value not in self._agents:
            raise BadField(field.name, value, "agent")
        if len(self._read) < _REMEMBERED:
            self._read[place] = value
        return value

    def _column(self, told: _Told, word: str) -> str:
        layout = self._layouts.get(tuple(told.row.cells)) or ()
        return next((one.column for one in layout if one.word == word), word)

    def _holders(self, told: Sequence[_Told]) -> list[dict[int, set[str]]]:
        """Return of each row who has its addresses, and which of them."""
        wanted = {address for one in told for address in one.addresses}
        held: dict[str, int] = {}
        for some in chunks(wanted):
            whose = _ADDRESS.c.address.in_(some), _ADDRESS.c.mailbox_group == self._group
            chosen = select(_ADDRESS.c.address, _ADDRESS.c.person_id).where(*whose)
            held.update((row.address, row.person_id) for row in self._session.connection().execute(chosen))
        holders = []
        for one in told:
            own: dict[int, set[str]] = {}
            for address in one.addresses:
                if address in held:
                    own.setdefault(held[address], set()).add(address)
            holders.append(own)
        return holders

    def _known(self, numbers: set[int]) -> dict[int, dict[str, str | int | None]]:
        """Return what is known of people: their fields by name, and their organization as the empty one."""
        known: dict[int, dict[str, str | int | None]] = {}
        connection = self._session.connection()
        for some in chunks(numbers):
            for row in connection.execute(select(_PERSON).where(_PERSON.c.id.in_(some))):
                known[row.id] = {"": row.organization_id, "kind": str(row.kind)}
                if row.name is not None:
                    known[row.id]["name"] = row.name
            whose = _PROFILE.c.subject == _P, _PROFILE.c.subject_id.in_(some)
            for row in connection.execute(select(_PROFILE).where(*whose)):
                known[row.subject_id][row.field] = row.value
        return known

    def _made(self, told: _Told) -> CustomerKept:
        values = dict(told.values)
        name = values.pop("name", None)
        kind = PersonKind(values.pop("kind", PersonKind.CUSTOMER))
        organization = told.organization
        if organization is None and kind is PersonKind.CUSTOMER:
            organization = self._organizations.of_domain(told.addresses[0].rpartition("@")[2])
        person, first = self._next_person, self._next_address
        self._next_person += 1
        self._next_address += len(told.addresses)
        told.changes[:0] = [(name, "", value) for name, value in told.values.items()]
        if told.organization is not None:
            told.changes.append(("organization", "", self._organizations.called(told.organization)))
        return CustomerKept(
            person_id=person,
            person_kind=kind,
            organization_id=organization,
            group=self._group,
            address_ids=tuple(range(first, self._next_address)),
            filled=tuple(values),
            name=name,
            addresses=tuple(told.addresses),
            values=tuple(values.values()),
            happened_at=self.now,
        )

    def _reached(self, told: _Told, number: int, held: set[str]) -> list[Fact]:
        facts: list[Fact] = []
        for address in told.addresses:
            if address in held:
                continue
            told.changes.append(("address", "", address))
            facts.append(
                AddressKept(
                    address_id=self._next_address,
                    person_id=number,
                    group=self._group,
                    address_kind=AddressKind.EMAIL,
                    address=address,
                    happened_at=self.now,
                )
            )
            self._next_address += 1
        return facts

    def _moved(self, told: _Told, number: int, known: Mapping[str, str | int | None]) -> list[Fact]:
        before = known[""]
        assert not isinstance(before, str)
        if told.organization in {None, before}:
            return []
        names = ["" if one is None else self._organizations.called(one) for one in (before, told.organization)]
        told.changes.append(("organization", names[0], names[1]))
        return [Belongs(subject=_P, subject_id=number, before=before, after=told.organization, happened_at=self.now)]

    def _told(self, told: _Told, number: int, known: Mapping[str, str | int | None]) -> list[ProfileChanged]:
        facts = []
        for name, value in told.values.items():
            before = known.get(name)
            if before == value:
                continue
            assert not isinstance(before, int)
            told.changes.append((name, before or "", value))
            facts.append(changed(_P, number, name, before, value, self.now))
        return facts
