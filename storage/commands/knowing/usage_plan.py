"""What each row of a file of figures of use does: whose the figure is, of which feature and day."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import chunks, table
from storage.commands.knowing.facts import entry_kept
from storage.commands.knowing.import_plan import Planned
from storage.events import Fact
from storage.kinds import EntryKind, Subject
from storage.kinds.clean import clean_line, folded
from storage.kinds.errors import BadField
from storage.kinds.importing import Fault, Row
from storage.kinds.journey import Figure, Usage
from storage.models import Address, Domain, Entry, Organization
from storage.queries import knowing
from storage.record import next_id
from storage.rules import importing
from storage.rules.importing import ADDRESS, DATE, FEATURE, FIGURE, ORGANIZATION

_ADDRESS, _DOMAIN, _ENTRY, _ORGANIZATION = table(Address), table(Domain), table(Entry), table(Organization)
_LOT: Final = 500
_LONGEST_FEATURE: Final = 60  # letters
_MOST_FEATURES: Final = 200

_Whose = tuple[Subject, int]
_Key = tuple[Subject, int, str]


class UsagePlan:
    """Says what rows do; what is held of the file is the figures that are new, and the row of each.

    Args:
        session: of any transaction.
        given: the words of columns that are not called so, as for customers.
        group: the mailbox group of the addresses.
        now: the moment.
    """

    organizations = 0  # none is made

    def __init__(self, session: Session, given: Mapping[str, str | None], *, group: str, now: datetime) -> None:
        self.now = now
        self._session, self._given, self._group = session, given, group
        self._layouts: dict[tuple[str, ...], Mapping[str, str] | None] = {}
        self._features = {folded(one): one for one in knowing.features(session)}
        self._called = self._organizations()
        self._held: dict[_Key, tuple[int, Usage] | None] = {}
        self._new: dict[_Key, dict[str, Figure]] = {}
        self._rows: dict[int, int] = {}  # of the figures met, each by its hash

    def take(self, rows: Sequence[Row], faults: list[Fault]) -> tuple[list[Planned], list[Fact]]:
        """Return what these rows do; what is wrong with them goes to the faults. The facts come in the end."""
        told = [(row, layout, one) for row in rows for layout, one in self._understood(row, faults)]
        people = self._people([one[0] for _, _, one in told if one[0]])
        known: list[tuple[Row, str, _Key, str, Figure]] = []
        for row, layout, (address, organization, feature, day, figure) in told:
            word = ADDRESS if address else ORGANIZATION
            whose = self._whose(row, layout[word], address, organization, people, faults)
            if whose is None:
                continue
            key = (*whose, feature)
            if (other := self._rows.setdefault(hash((key, day)), row.number)) != row.number:
                faults.append(Fault(row.number, layout[DATE], "figure_twice", day, other=other))
                continue
            known.append((row, address or organization, key, day, figure))
        self._look_up({key for _, _, key, _, _ in known})
        return [self._planned(*one) for one in known], []

    def finish(self, faults: list[Fault]) -> None:
        """Nothing is wrong with a file that each of its rows is not wrong with."""

    def rest(self) -> Iterable[list[Fact]]:
        """Yield the facts, some hundreds at a time: one for whose figures, and of which feature, they are."""
        keys = list(self._new)
        number = next_id(self._session, Entry)  # once: the lots may be put by before any is recorded
        for start in range(0, len(keys), _LOT):
            facts = list[Fact]()
            for key in keys[start : start + _LOT]:
                subject, subject_id, feature = key
                held = self._held[key]
                before = held[1] if held else None
                after = (before or Usage(feature)).told(self._new[key])
                if held is None:
                    facts.append(entry_kept(number, subject, subject_id, None, after, self.now))
                    number += 1
                elif after != before:  # it is not, where all that is new is older than what is kept
                    facts.append(entry_kept(held[0], subject, subject_id, before, after, self.now))
            yield facts

    # ------------------------------------------------------------------------------------------ a row

    def _understood(
        self, row: Row, faults: list[Fault]
    ) -> Iterable[tuple[Mapping[str, str], tuple[str, str, str, str, Figure]]]:
        layout = self._layout(row, faults)
        if layout is None:
            return
        cells = {word: clean_line(row.cells[column]) for word, column in layout.items()}
        had = len(faults)
        address, organization = cells.get(ADDRESS, "").lower(), cells.get(ORGANIZATION, "")
        if not address and not organization:
            faults.append(Fault(row.number, "", "nobody"))
        feature, day, figure = cells[FEATURE], "", None
        if not feature or len(feature) > _LONGEST_FEATURE:
            faults.append(Fault(row.number, layout[FEATURE], "long" if feature else "empty", feature))
        elif folded(feature) not in self._features and len(self._features) >= _MOST_FEATURES:
            faults.append(Fault(row.number, layout[FEATURE], "features", feature, (str(_MOST_FEATURES),)))
        else:
            feature = self._features.setdefault(folded(feature), feature)
        try:
            day = importing.day(cells[DATE], self.now.date())
        except BadField as bad:
            faults.append(Fault(row.number, layout[DATE], bad.reason, bad.value))
        try:
            figure = importing.figure(cells[FIGURE])
        except BadField as bad:
            faults.append(Fault(row.number, layout[FIGURE], bad.reason, bad.value))
        if had == len(faults) and figure is not None:
            yield layout, (address, "" if address else organization, feature, day, figure)

    def _layout(self, row: Row, faults: list[Fault]) -> Mapping[str, str] | None:
        """Return which column holds what; what is wrong with the columns is told once, and `None` returned."""
        names = tuple(row.cells)
        if names in self._layouts:
            return self._layouts[names]
        had, layout = len(faults), dict[str, str]()
        for name in names:
            try:
                word = importing.usage_word(name, self._given)
            except BadField as bad:
                faults.append(Fault(row.head, name, "unknown", bad.field, bad.choices))
                continue
            if word is None:
                continue
            if word in layout:
                faults.append(Fault(row.head, name, "two_columns", layout[word]))
            layout[word] = name
        for word in (FEATURE, DATE, FIGURE):
            if word not in layout and had == len(faults):
                faults.append(Fault(row.head, "", "no_column", word, names))
        if ADDRESS not in layout and ORGANIZATION not in layout and had == len(faults):
            faults.append(Fault(row.head, "", "no_column", ORGANIZATION, names))
        self._layouts[names] = layout if had == len(faults) else None
        return self._layouts[names]

    def _whose(
        self,
        row: Row,
        column: str,
        address: str,
        organization: str,
        people: Mapping[str, int],
        faults: list[Fault],
    ) -> _Whose | None:
        if address:
            if address in people:
                return Subject.PERSON, people[address]
            faults.append(Fault(row.number, column, "no_customer", address))
            return None
        numbers = self._called.get(folded(organization), ())
        if len(numbers) == 1:
            return Subject.ORGANIZATION, numbers[0]
        reason = "ambiguous" if numbers else "no_such_organization"
        faults.append(Fault(row.number, column, reason, organization, tuple(f"#{one}" for one in numbers)))
        return None

    def _planned(self, row: Row, who: str, key: _Key, day: str, figure: Figure) -> Planned:
        held = self._held[key]
        before = dict(zip(held[1].days, held[1].figures, strict=True)).get(day) if held else None
        does: Literal["made", "changed", "same"] = "made" if before is None else "changed"
        if before == figure:
            return Planned(row.number, who, "same", ())
        self._new.setdefault(key, {})[day] = figure
        told = f"{key[2]} {day}", "" if before is None else str(before), str(figure)
        return Planned(row.number, who, does, (told,))

    # ------------------------------------------------------------------------------------------ the desk

    def _organizations(self) -> Mapping[str, Sequence[int]]:
        """Return every organization by its name and by its domains; there are far fewer of them than customers."""
        connection, called = self._session.connection(), dict[str, list[int]]()
        names = select(_ORGANIZATION.c.name, _ORGANIZATION.c.id).where(_ORGANIZATION.c.name.is_not(None))
        domains = select(_DOMAIN.c.domain, _DOMAIN.c.organization_id).where(
            _DOMAIN.c.domain.is_not(None), _DOMAIN.c.mailbox_group == self._group
        )
        for name, number in connection.execute(names):
            called.setdefault(folded(clean_line(name)), []).append(number)
        for domain, number in connection.execute(domains):
            called.setdefault(domain, [number])
        return called

    def _people(self, addresses: Iterable[str]) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for some in chunks(set(addresses)):
            whose = _ADDRESS.c.address.in_(some), _ADDRESS.c.mailbox_group == self._group
            chosen = select(_ADDRESS.c.address, _ADDRESS.c.person_id).where(*whose)
            found.update((row.address, row.person_id) for row in self._session.connection().execute(chosen))
        return found

    def _look_up(self, keys: set[_Key]) -> None:
        """Read the figures that are kept of these, unless they were read before."""
        new = {key for key in keys if key not in self._held}
        self._held.update(dict.fromkeys(new))
        for subject in Subject:
            for some in chunks({number for whose, number, _ in new if whose is subject}):
                chosen = select(_ENTRY.c.id, _ENTRY.c.subject_id, _ENTRY.c.name, _ENTRY.c.value).where(
                    _ENTRY.c.subject == subject,
                    _ENTRY.c.subject_id.in_(some),
                    _ENTRY.c.kind == EntryKind.USAGE,
                    _ENTRY.c.value.is_not(None),
                )
                for row in self._session.connection().execute(chosen):
                    key = (subject, row.subject_id, row.name)
                    if key in new:
                        self._held[key] = row.id, Usage.read(row.value)
