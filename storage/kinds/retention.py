"""How long a mailbox keeps mail."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.kinds.words import EntryKind


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many months after its last message a mailbox keeps a conversation that is done."""

    name: str
    months: int

    kind = EntryKind.RETENTION

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        return {"name": self.name, "months": self.months}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Retention":
        """Return what `written` gave."""
        return cls(kept["name"], int(kept["months"]))


def before(now: datetime, months: int) -> datetime:
    """Return the moment so many months ago: the same day of the month, or its last one where it has none such."""
    years, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return now.replace(year=years, month=month + 1, day=min(now.day, calendar.monthrange(years, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Period:
    """How long a mailbox keeps mail, and what is older.

    Attributes:
        months: `None` where it keeps all.
        entry_id: what says so.
        conversations, messages: done for longer than that.
    """

    mailbox_id: int
    mailbox: str
    months: int | None
    entry_id: int | None
    conversations: int
    messages: int


@dataclass(frozen=True, slots=True)
class Aged:
    """What was erased by age; `people` of whom nothing else is known, `asked` deletions on servers."""

    conversations: int = 0
    messages: int = 0
    people: int = 0
    asked: int = 0

    def __add__(self, other: "Aged") -> "Aged":
        return Aged(
            self.conversations + other.conversations,
            self.messages + other.messages,
            self.people + other.people,
            self.asked + other.asked,
        )
