"""Business calendars as the desk lays them down: windows of the week in a zone, holidays, and days of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from storage.kinds.words import EntryKind

ALWAYS_NAME: Final = "always"
"""The calendar that every desk has: round the clock, every day."""


@dataclass(frozen=True, slots=True)
class Window:
    """When it is open on a day of the week, by the clock on the wall.

    Attributes:
        day: the weekday on which it opens, 0 for Monday.
        opens, closes: whole minutes; one that closes no later than it opens goes on into the next day.
    """

    day: int
    opens: time
    closes: time

    def written(self) -> list[Any]:
        """Return it as facts and rows keep it."""
        return [self.day, *_written(self.opens, self.closes)]


@dataclass(frozen=True, slots=True)
class OwnDay:
    """A date that is not as its weekday, and goes before a holiday.

    Attributes:
        day: the date.
        hours: from when until when it is open, as those of `Window`; none where it is shut.
        name: why, for people.
    """

    day: date
    hours: tuple[tuple[time, time], ...] = ()
    name: str = ""

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        hours = [_written(*one) for one in self.hours]
        return {
            "day": self.day.isoformat(),
            **({"hours": hours} if hours else {}),
            **({"name": self.name} if self.name else {}),
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "OwnDay":
        """Return what `written` gave."""
        hours = tuple(_read(*one) for one in kept.get("hours", ()))
        return cls(date.fromisoformat(kept["day"]), hours, kept.get("name", ""))


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a desk, or an agent, is at work: one version of a calendar.

    Attributes:
        name: by which policies, rotas and agents have it.
        zone: in which the windows are meant, such as ``America/Sao_Paulo``.
        windows: of the week; a holiday or an own day shuts those that open on it.
        country: whose public holidays are kept, by its two letters; empty for none.
        region: the state or province of it.
        days: dates that are not as their weekday.
        optional: whether days off that the law leaves open, such as Carnival, are kept as well.
        valid_from: since when it holds, in place of the version before it; `None` for the first.
    """

    name: str
    zone: str
    windows: tuple[Window, ...]
    country: str = ""
    region: str = ""
    days: tuple[OwnDay, ...] = ()
    optional: bool = False
    valid_from: datetime | None = None

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it, without its name."""
        given: dict[str, Any] = {
            "zone": self.zone,
            "windows": [one.written() for one in self.windows],
            "country": self.country,
            "region": self.region,
            "days": [one.written() for one in self.days],
            "optional": self.optional,
            "valid_from": moment_written(self.valid_from),
        }
        return {word: value for word, value in given.items() if value or word in {"zone", "windows"}}

    @classmethod
    def read(cls, name: str, kept: Mapping[str, Any]) -> "Calendar":
        """Return what `written` gave."""
        return cls(
            name,
            kept["zone"],
            tuple(Window(day, *_read(opens, closes)) for day, opens, closes in kept["windows"]),
            kept.get("country", ""),
            kept.get("region", ""),
            tuple(map(OwnDay.read, kept.get("days", ()))),
            bool(kept.get("optional", False)),
            moment_read(kept.get("valid_from")),
        )


@dataclass(frozen=True, slots=True)
class KeptCalendar:
    """A calendar with all its versions, each of which holds until the next one does; the first since ever."""

    name: str
    versions: tuple[Calendar, ...]

    kind = EntryKind.CALENDAR

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        return {"name": self.name, "versions": [one.written() for one in self.versions]}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "KeptCalendar":
        """Return what `written` gave."""
        return cls(kept["name"], tuple(Calendar.read(kept["name"], one) for one in kept["versions"]))

    def at(self, moment: datetime) -> Calendar:
        """Return the version that holds at a moment."""
        return holding(self.versions, moment)


def holding(versions: Sequence[Calendar], moment: datetime) -> Calendar:
    """Return which of the versions of a calendar, in the order of their dates, holds at a moment."""
    held = versions[0]
    for one in versions[1:]:
        if one.valid_from is not None and one.valid_from <= moment:
            held = one
    return held


def moment_written(moment: datetime | None) -> str | None:
    """Return a moment as values of entries keep it."""
    return None if moment is None else moment.isoformat()


def moment_read(kept: str | None) -> datetime | None:
    """Return what `moment_written` gave."""
    return None if kept is None else datetime.fromisoformat(kept)


def _written(opens: time, closes: time) -> list[str]:
    return [opens.isoformat("minutes"), closes.isoformat("minutes")]


def _read(opens: str, closes: str) -> tuple[time, time]:
    return time.fromisoformat(opens), time.fromisoformat(closes)
