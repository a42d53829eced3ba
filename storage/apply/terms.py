"""The calendars and the policies that a desk has laid down."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, String, Text, cast, or_, select, type_coerce

from storage.apply.base import table
from storage.kinds import EntryKind
from storage.kinds.damaged import whole
from storage.kinds.errors import BadField
from storage.kinds.hours import ALWAYS_NAME, KeptCalendar
from storage.kinds.policies import KeptPolicy, Policy
from storage.models import Entry
from storage.prepared import Prepared
from storage.rules.hours import ALWAYS, Hours, hours_of
from storage.rules.policies import overlaid, versions

_E: Final = table(Entry)
_KIND: Final[Any] = type_coerce(_E.c.kind, String)
_LAID: Final = Prepared(
    lambda _: (
        select(_E.c.id, _KIND, cast(_E.c.value, Text))
        .where(or_(*(word == _KIND for word in ("calendar", "policy"))))
        .where(_E.c.value.is_not(None), _E.c.subject.is_(None))
        .order_by(_E.c.id)
    )
)

Rows = tuple[tuple[int, str, str], ...]
"""The number, the kind and the JSON of each calendar and policy."""


@dataclass(frozen=True, slots=True)
class Terms:
    """By what, and in which hours, a desk measures itself.

    Attributes:
        calendars: the desk's own, by name; `always` is every desk's.
        policies: by name, those shipped among them.
        entries: the numbers of those that the desk laid down, by kind and name.
        damaged: kind and name of those that cannot be read, where no other has the name: they are as if not there.
    """

    calendars: Mapping[str, KeptCalendar]
    policies: Mapping[str, KeptPolicy]
    entries: Mapping[tuple[EntryKind, str], int]
    damaged: tuple[tuple[EntryKind, str], ...] = ()

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
    return terms_of(laid_down(connection))


def laid_down(connection: Connection) -> Rows:
    """Return the rows in which it lies: where they are as they were, so is all that follows from them."""
    return tuple(map(tuple, _LAID.rows(connection)))


@lru_cache(maxsize=8)
def terms_of(rows: Rows) -> Terms:
    """Return what rows say."""
    calendars, policies, entries, damaged = {}, [], {}, []
    for number, word, text in rows:
        value: dict[str, Any] = json.loads(text)
        kind = EntryKind(word)
        read = whole(KeptCalendar, value) if kind is EntryKind.CALENDAR else whole(KeptPolicy, value)
        if read is None:
            damaged.append((kind, str(value.get("name", "")), number))
            continue
        entries[kind, read.name] = number
        if isinstance(read, KeptCalendar):
            calendars[read.name] = read
        else:
            policies.append(read)
    left = tuple((kind, name or f"#{number}") for kind, name, number in damaged if (kind, name) not in entries)
    return Terms(calendars, overlaid(policies), entries, left)
