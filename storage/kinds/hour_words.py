"""Hours of calendars as people type them: ``mon-fri 09:00-12:00 13:00-18:00, sat 22:00-06:00``."""

import re
from collections.abc import Sequence
from datetime import date, time
from typing import Final

from storage.kinds.clean import clean_line
from storage.kinds.errors import BadField
from storage.kinds.hours import OwnDay, Window

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHUT: Final = "shut"

_EXAMPLE: Final = ("mon-fri 09:00-12:00 13:00-18:00, sat 22:00-06:00",)
_PART: Final = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?((?: [0-9:]+-[0-9:]+)+)")
_CLOCK: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_MOST_MINUTES: Final = 24 * 60
_MOST_WINDOWS: Final = 200
_LONGEST: Final = 60


def read_windows(text: str) -> tuple[Window, ...]:
    """Read the windows of a week, sorted; ``fri-mon`` goes over its end, and ``24:00`` is the end of the day.

    Raises:
        BadField: a part is not of that form (reason ``hours``), or there are too many (``many_hours``).
    """
    found: set[Window] = set()
    for part in filter(None, (" ".join(one.split()).casefold() for one in text.split(","))):
        said = _PART.fullmatch(re.sub(r" ?- ?", "-", part))
        if said is None or said[1] not in DAYS or (said[2] or said[1]) not in DAYS:
            raise BadField("hours", part, "hours", _EXAMPLE)
        first, last = DAYS.index(said[1]), DAYS.index(said[2] or said[1])
        for opens, closes in _ranges(said[3].split(), part):
            found.update(Window((first + day) % 7, opens, closes) for day in range((last - first) % 7 + 1))
    if len(found) > _MOST_WINDOWS:
        raise BadField("hours", text, "many_hours")
    return tuple(sorted(found, key=lambda one: (one.day, one.opens, one.closes)))


def windows_text(windows: Sequence[Window]) -> str:
    """Write windows as they are read; days in a row that are alike stand together."""
    week: list[tuple[str, ...]] = [
        tuple(f"{one.opens:%H:%M}-{_closes(one.closes)}" for one in sorted(_of(windows, day), key=lambda o: o.opens))
        for day in range(7)
    ]
    parts, day = [], 0
    while day < len(week):
        last = day
        while last + 1 < len(week) and week[last + 1] == week[day]:
            last += 1
        if week[day]:
            days = DAYS[day] if last == day else f"{DAYS[day]}-{DAYS[last]}"
            parts.append(f"{days} {' '.join(week[day])}")
        day = last + 1
    return ", ".join(parts)


def read_day(day: str, text: str) -> OwnDay:
    """Read a date of its own: ``shut`` or hours (``09:00-12:00 14:00-16:00``), and behind them what it is called.

    Raises:
        BadField: it is no date (reason ``date``), or the hours are none (``own_day``).
    """
    try:
        when = date.fromisoformat(day.strip())
    except ValueError:
        raise BadField("day", day, "date") from None
    words = clean_line(text).split(" ")
    hours = [word for word in words if re.fullmatch(r"[0-9:]+-[0-9:]+", word)]
    rest = words[len(hours) :] if words[: len(hours)] == hours else None
    if rest is None or (not hours and (not rest or rest.pop(0).casefold() != SHUT)):
        raise BadField("day", text, "own_day")
    return OwnDay(when, tuple(_ranges(hours, text)), " ".join(rest)[:_LONGEST])


def day_text(day: OwnDay) -> str:
    """Write what a date of its own says, as it is read."""
    hours = " ".join(f"{opens:%H:%M}-{_closes(closes)}" for opens, closes in day.hours) or SHUT
    return f"{hours} {day.name}".rstrip()


def _ranges(words: Sequence[str], part: str) -> list[tuple[time, time]]:
    found = []
    for word in words:
        opens, _sign, closes = word.partition("-")
        begins, ends = _minutes(opens), _minutes(closes)
        if begins is None or ends is None or begins == _MOST_MINUTES:
            raise BadField("hours", part, "hours", _EXAMPLE)
        found.append((_time(begins), _time(ends)))
    return found


def _minutes(word: str) -> int | None:
    said = _CLOCK.fullmatch(word)
    if said is None or int(said[2]) >= 60:
        return None
    minutes = int(said[1]) * 60 + int(said[2])
    return minutes if minutes <= _MOST_MINUTES else None


def _time(minutes: int) -> time:
    return time(*divmod(minutes % _MOST_MINUTES, 60))


def _of(windows: Sequence[Window], day: int) -> list[Window]:
    return [one for one in windows if one.day == day]


def _closes(closes: time) -> str:
    return "24:00" if closes == time(0) else f"{closes:%H:%M}"
