"""The calendars and the policies that a desk has laid down."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection, select

from storage.apply.base import table
from storage.kinds import EntryKind
from storage.kinds.errors import BadField
from storage.kinds.hours import ALWAYS_NAME, KeptCalendar
from storage.kinds.policies import KeptPolicy, Policy
from storage.models import Entry
from storage.rules.hours import ALWAYS, Hours, hours_of
from storage.rules.policies import overlaid, versions

_E: Final = table(Entry)
_KINDS: Final = (EntryKind.CALENDAR, EntryKind.POLICY)


@dataclass(frozen=True, slots=True)
class Terms:
    """By what, and in which hours, a desk measures itself.

    Attributes:
        calendars: the desk's own, by name; `always` is every desk's.
        policies: by name, those shipped among them.
        entries: the numbers of those that the desk laid down, by kind and name.
    """

    calendars: Mapping[str, KeptCalendar]
    policies: Mapping[str, KeptPolicy]
    entries: Mapping[tuple[EntryKind, str], int]

    def versions(self) -> tuple[Policy, ...]:
        """Return every version of every policy."""
        return versions(self.policies.values())

    def hours(self, name: str) -> Hours:
        """Return the hours of a calendar; round the clock where there is none of that name, or its zone is unknown.

        So nothing that runs in it is given more time than it has; `plantao calendar check` says what is wrong.
        """
        kept = self.calendars.get(name)
        if kept is None:
            return ALWAYS
        try:
            return hours_of(kept.versions)
        except BadField:
            return ALWAYS

    def laid(self, value: KeptCalendar | KeptPolicy) -> "Terms":
        """Return them with a calendar or a policy that says something else, or is new."""
        if isinstance(value, KeptCalendar):
            return replace(self, calendars={**self.calendars, value.name: value})
        return replace(self, policies={**self.policies, value.name: value})

    def has_calendar(self, name: str) -> bool:
        """Say whether there is a calendar of that name."""
        return name == ALWAYS_NAME or name in self.calendars


def terms_in(connection: Connection) -> Terms:
    """Return what the desk has laid down."""
    calendars, policies, entries = {}, [], {}
    chosen = select(_E.c.id, _E.c.kind, _E.c.value).where(
        _E.c.kind.in_(_KINDS), _E.c.value.is_not(None), _E.c.subject.is_(None)
    )
    for number, kind, value in connection.execute(chosen.order_by(_E.c.id)):
        entries[kind, value["name"]] = number
        if kind is EntryKind.CALENDAR:
            calendars[value["name"]] = KeptCalendar.read(value)
        else:
            policies.append(KeptPolicy.read(value))
    return Terms(calendars, overlaid(policies), entries)
