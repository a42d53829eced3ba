"""The time zones of a calendar: by the name that everybody knows, else as the calendar itself describes them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_MOST = 200  # observances that are kept of a calendar
_NAME = re.compile(r"[A-Za-z0-9_+\-]{1,32}(?:/[A-Za-z0-9_+\-]{1,32}){0,8}")
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)(\d\d)?")
_LOCAL = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)")
_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class _Observance:
    """Standard or daylight time (RFC 5545 §3.6.5): from when, how far from UTC, and on which day of each year.

    Attributes:
        month, week, weekday: of a rule such as ``FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU``; `month` 0 for none.
    """

    begins: datetime
    offset: timedelta
    before: timedelta
    month: int = 0
    week: int = 0
    weekday: int = 0
    until: datetime | None = None

    def onset(self, moment: datetime) -> datetime | None:
        """Return when it last began at or before a local time, `None` when it had not."""
        if moment < self.begins:
            return None
        latest = self.begins
        if self.month:
            for year in (moment.year - 1, moment.year):
                day = self._in(year)
                if day is not None and latest < day <= moment and (self.until is None or day <= self.until):
                    latest = day
        return latest

    def _in(self, year: int) -> datetime | None:
        try:
            first = self.begins.replace(year=year, month=self.month, day=1)
            to_first = (self.weekday - first.weekday()) % 7
            if self.week > 0:
                return first + timedelta(days=to_first + 7 * (self.week - 1))
            after = first.replace(year=year + self.month // 12, month=self.month % 12 + 1)
            last = after - timedelta(days=1)
            return last - timedelta(days=(last.weekday() - self.weekday) % 7 + 7 * (-self.week - 1))
        except (ValueError, OverflowError):
            return None


class Zones:
    """The zones that one calendar speaks of."""

    def __init__(self) -> None:
        self._described: dict[str, list[_Observance]] = {}
        self._left = _MOST

    def observe(self, name: str, values: Mapping[str, str]) -> None:
        """Take note of a STANDARD or DAYLIGHT component of the zone `name`; a broken one is left out.

        Args:
            name: the zone's TZID.
            values: the component's properties by name.
        """
        begins = _local(values.get("DTSTART", ""))
        offset, before = _offset(values.get("TZOFFSETTO", "")), _offset(values.get("TZOFFSETFROM", ""))
        if begins is None or offset is None or self._left <= 0:
            return
        self._left -= 1
        rule = dict(part.partition("=")[::2] for part in values.get("RRULE", "").upper()[:500].split(";"))
        day = _DAY.fullmatch(rule.get("BYDAY", ""))
        month = rule.get("BYMONTH", "")
        yearly = rule.get("FREQ") == "YEARLY" and day is not None and re.fullmatch(r"0?[1-9]|1[0-2]", month) is not None
        self._described.setdefault(name, []).append(
            _Observance(
                begins,
                offset,
                before if before is not None else offset,
                int(month) if yearly else 0,
                int(day[1] or 1) if day else 0,
                _DAYS.index(day[2]) if day else 0,
                _local(rule.get("UNTIL", "")),
            )
        )

    def moment(self, local: datetime, name: str) -> datetime:
        """Return the moment in UTC at which clocks in a zone show a time; the time itself where none knows the zone.

        Raises:
            OverflowError: there is no such moment.
        """
        if not name:
            return local
        zone = _known(name)
        if zone is not None:
            return local.replace(tzinfo=zone).astimezone(UTC)
        described = self._described.get(name)
        if not described:
            return local
        begun = [(onset, one.offset) for one in described if (onset := one.onset(local)) is not None]
        offset = max(begun)[1] if begun else min(described, key=lambda one: one.begins).before
        return (local - offset).replace(tzinfo=UTC)


@lru_cache(maxsize=256)
def _known(name: str) -> ZoneInfo | None:
    """Return a zone by its name, also behind a maker's prefix, as in ``/mozilla.org/1/Europe/Lisbon``."""
    parts = name.strip("/")
    if not _NAME.fullmatch(parts.replace("mozilla.org", "m").replace(".", "")):
        return None
    pieces = parts.split("/")
    for count in (len(pieces), 2, 3):
        key = "/".join(pieces[-count:])
        try:
            return ZoneInfo(key)
        except (ValueError, KeyError, OSError):
            continue
    return None


def _offset(text: str) -> timedelta | None:
    found = _OFFSET.fullmatch(text)
    if found is None:
        return None
    size = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return -size if found[1] == "-" else size


def _local(text: str) -> datetime | None:
    found = _LOCAL.match(text)
    if found is None:
        return None
    try:
        return datetime(*(int(digits) for digits in found.groups()))  # type: ignore[arg-type] # noqa: DTZ001 - a clock's time
    except ValueError:
        return None
