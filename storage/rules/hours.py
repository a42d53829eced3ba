"""Open time between moments, and when an amount of it has passed: calendars reckoned; pure.

A moment is open when the clock on the wall, in the calendar's zone, stands inside a window. So a window is shorter on
the night when that clock is put on over it and longer when it is put back, and what counts are real seconds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from storage.kinds.errors import BadField
from storage.kinds.hours import Calendar
from storage.kinds.moments import TICK, microseconds, moment
from storage.rules.holidays_in import holidays_in

Holidays = Callable[[str, str, int, bool], Mapping[date, str]]
"""Gives the holidays of a country, a region of it and a year, with optional ones or without."""

Span = tuple[datetime, datetime]

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2200
"""Outside these years nothing is open."""

_NOTHING: Final = timedelta(0)
_DAY: Final = timedelta(days=1)
_STEP: Final = timedelta(hours=6)
_SECOND: Final = timedelta(seconds=1)


def library(country: str, region: str, year: int, optional: bool) -> Mapping[date, str]:  # noqa: FBT001 - as `Holidays`
    """Return the holidays that the library knows."""
    return holidays_in(country, region, year, optional=optional)


@dataclass(frozen=True, slots=True)
class _Table:
    """Open spans of whole years, one after another; moments and amounts of time are microseconds.

    Attributes:
        since, until: the years, `until` not among them; `begins` and `ends` are their moments.
        opens, shuts: of each span.
        sums: open time before each span; one more, of all.
    """

    since: int
    until: int
    begins: int
    ends: int
    opens: list[int]
    shuts: list[int]
    sums: list[int]

    def before(self, at: int) -> int:
        """Return the open time from the beginning to a moment."""
        place = bisect_right(self.opens, at) - 1
        if place < 0:
            return 0
        shuts = self.shuts[place]
        return self.sums[place + 1] - (shuts - at if at < shuts else 0)

    def reached(self, amount: int) -> int:
        """Return the first moment by which so much has been open since the beginning; there must be as much."""
        place = bisect_left(self.sums, amount) - 1
        return self.opens[place] + amount - self.sums[place]


class Hours:
    """The hours of a calendar, all its versions; made by `hours_of`.

    Moments are aware, or microseconds since 1970 where it says ticks: whoever asks a hundred thousand times does so.
    """

    __slots__ = ("_holidays", "_table", "versions")

    def __init__(self, versions: Sequence[Calendar], holidays: Holidays) -> None:
        self.versions = tuple(versions)
        self._holidays = holidays
        self._table = _table(FIRST_YEAR, ())

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the open time between two moments; none where the second is not later."""
        return timedelta(microseconds=self.ticks_between(microseconds(start), microseconds(end)))

    def after(self, start: datetime, amount: timedelta) -> datetime | None:
        """Return the first moment at which `amount` of open time has passed since `start`; `None` for never."""
        reached = self.ticks_after(microseconds(start), amount // TICK)
        return None if reached is None else moment(reached)

    def is_open(self, at: datetime) -> bool:
        """Say whether it is open at a moment: when it shuts it is not."""
        ticks = microseconds(at)
        table = self._covering(ticks, ticks)
        place = bisect_right(table.opens, ticks) - 1
        return place >= 0 and ticks < table.shuts[place]

    def spans(self, start: datetime, end: datetime) -> tuple[Span, ...]:
        """Return the open spans between two moments, in order, none touching the next."""
        found = self.ticks_open(microseconds(start), microseconds(end))
        return tuple((moment(opens), moment(shuts)) for opens, shuts in found)

    def ticks_between(self, start: int, end: int) -> int:
        """Return as `between`."""
        if end <= start:
            return 0
        table = self._table
        if start < table.begins or table.ends < end:
            table = self._covering(start, end)
        return table.before(end) - table.before(start)

    def ticks_after(self, start: int, amount: int) -> int | None:
        """Return as `after`."""
        if amount <= 0:
            return start
        table = self._table
        if not table.begins <= start < table.ends:
            table = self._covering(start, start)
        wanted = table.before(start) + amount
        if table.sums[-1] < wanted:
            return self._far(table, start, amount)
        return table.reached(wanted)

    def ticks_after_both(self, start: int, first: int, second: int) -> tuple[int | None, int | None]:
        """Return when a first amount has passed, and a second one, which is not the lesser: in one go."""
        table = self._table
        if first > 0 and table.begins <= start < table.ends:
            opens, sums, place = table.opens, table.sums, bisect_right(table.opens, start) - 1
            before = 0
            if place >= 0:
                shuts = table.shuts[place]
                before = sums[place + 1] - (shuts - start if start < shuts else 0)
            if before + second <= sums[-1]:
                early, late = bisect_left(sums, before + first) - 1, bisect_left(sums, before + second) - 1
                return opens[early] + before + first - sums[early], opens[late] + before + second - sums[late]
        return self.ticks_after(start, first), self.ticks_after(start, second)

    def ticks_open(self, start: int, end: int) -> tuple[tuple[int, int], ...]:
        """Return as `spans`."""
        if end <= start:
            return ()
        table = self._covering(start, end)
        first, last = bisect_right(table.shuts, start), bisect_left(table.opens, end)
        return tuple((max(start, table.opens[place]), min(end, table.shuts[place])) for place in range(first, last))

    def _far(self, table: _Table, start: int, amount: int) -> int | None:
        """Return when an amount has passed, in years that were not looked at yet."""
        while table.sums[-1] < (wanted := table.before(start) + amount):
            if table.until >= LAST_YEAR or not self._opens_since(table.until):
                return None
            table = self._extended(table.since, table.until + 1)
        return table.reached(wanted)

    def _covering(self, start: int, end: int) -> _Table:
        # What is asked at the last moment of a year belongs to it: the table of that year answers.
        since, until = _year_of(start), _year_of(end) + 1
        table = self._table
        if table.since <= since and until <= table.until:
            return table
        if table.since == table.until:
            return self._extended(since, until)
        return self._extended(min(since, table.since), max(until, table.until))

    def _extended(self, since: int, until: int) -> _Table:
        """Return a table that reaches over these years, and keep it; the old one may still be read meanwhile."""
        old = self._table
        spans: list[tuple[int, int]] = []
        known = range(old.since, old.until)
        for year in range(since, until):
            if year not in known:
                spans += ((microseconds(opens), microseconds(shuts)) for opens, shuts in self._year(year))
            elif year == old.since:
                spans += zip(old.opens, old.shuts, strict=True)
        self._table = table = _table(since, spans, until)
        return table

    def _year(self, year: int) -> Iterator[Span]:
        begins, ends = _moment(year), _moment(year + 1)
        for place, version in enumerate(self.versions):
            since = version.valid_from if place and version.valid_from else begins
            until = self.versions[place + 1].valid_from if place + 1 < len(self.versions) else None
            first, last = max(since, begins), min(until or ends, ends)
            if first < last:
                yield from _open(version, first, last, self._holidays)

    def _opens_since(self, year: int) -> bool:
        """Say whether anything can be open in a year, or later."""
        untils = [one.valid_from for one in self.versions[1:]]
        still = (
            one for one, until in zip(self.versions, (*untils, None), strict=True) if not until or until.year >= year
        )
        return any(one.windows or any(own.hours and own.day.year >= year - 1 for own in one.days) for one in still)


class _Always(Hours):
    """Round the clock, every day."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__((), library)

    def is_open(self, at: datetime) -> bool:  # noqa: ARG002 - every moment is alike
        """Say that it is open."""
        return True

    def ticks_between(self, start: int, end: int) -> int:
        """Return the time between two moments."""
        return end - start if end > start else 0

    def ticks_after(self, start: int, amount: int) -> int | None:
        """Return the moment `amount` later."""
        if amount <= 0:
            return start
        return start + amount if start + amount <= _LAST else None

    def ticks_after_both(self, start: int, first: int, second: int) -> tuple[int | None, int | None]:
        """Return the moments so much later."""
        return self.ticks_after(start, first), self.ticks_after(start, second)

    def ticks_open(self, start: int, end: int) -> tuple[tuple[int, int], ...]:
        """Return all the time between two moments."""
        return ((start, end),) if end > start else ()


def hours_of(calendar: Calendar | Sequence[Calendar], holidays: Holidays = library) -> Hours:
    """Return the hours of a calendar, or of all its versions, whose first holds since ever.

    Args:
        calendar: one version, or several in the order of their dates. The same ones give the same hours, which
            remember what they have reckoned.
        holidays: where holidays are looked up.

    Raises:
        BadField: there is no such time zone (reason ``zone``).
    """
    return _hours_of((calendar,) if isinstance(calendar, Calendar) else tuple(calendar), holidays)


@lru_cache(maxsize=256)
def _hours_of(versions: tuple[Calendar, ...], holidays: Holidays) -> Hours:
    for version in versions:
        zone_named(version.zone)
    return Hours(versions, holidays)


def zone_named(name: str) -> ZoneInfo:
    """Return a time zone.

    Raises:
        BadField: there is none of that name (reason ``zone``).
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # what `zoneinfo` raises for names of files that are none of its own
        raise BadField("zone", name, "zone") from None


def _moment(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)


_BEGINS, _ENDS = microseconds(_moment(FIRST_YEAR)), microseconds(_moment(LAST_YEAR))
_LAST: Final = microseconds(datetime.max.replace(tzinfo=UTC))


def _year_of(at: int) -> int:
    """Return the year of a moment, or the nearest one in which anything can be open."""
    if at < _BEGINS:
        return FIRST_YEAR
    return LAST_YEAR - 1 if at >= _ENDS else moment(at).year


def _table(since: int, spans: Sequence[tuple[int, int]], until: int | None = None) -> _Table:
    until = since if until is None else until
    table = _Table(since, until, microseconds(_moment(since)), microseconds(_moment(until)), [], [], [0])
    for opens, shuts in spans:
        if table.shuts and table.shuts[-1] == opens:
            table.shuts[-1] = shuts
            table.sums[-1] += shuts - opens
            continue
        table.opens.append(opens)
        table.shuts.append(shuts)
        table.sums.append(table.sums[-1] + (shuts - opens))
    return table


def _open(calendar: Calendar, since: datetime, until: datetime, holidays: Holidays) -> Iterator[Span]:
    """Give the open spans of one version between two moments of one year."""
    wall = _on_the_wall(calendar, since, until, holidays)
    shuts = [span[1] for span in wall]
    for begins, ends, offset in _offsets(calendar.zone, since.year):
        first, last = max(begins, since), min(ends, until)
        if first >= last:
            continue
        low, high = (one.replace(tzinfo=None) + offset for one in (first, last))
        for place in range(bisect_right(shuts, low), len(wall)):
            opens, closes = wall[place]
            if opens >= high:
                break
            yield (
                (max(opens, low) - offset).replace(tzinfo=UTC),
                (min(closes, high) - offset).replace(tzinfo=UTC),
            )


def _on_the_wall(
    calendar: Calendar, since: datetime, until: datetime, holidays: Holidays
) -> list[tuple[datetime, datetime]]:
    """Return when the wall clock stands inside a window, as times of no zone; in order, none touching the next."""
    week: dict[int, list[tuple[time, time]]] = {}
    for window in calendar.windows:
        week.setdefault(window.day, []).append((window.opens, window.closes))
    own = {one.day: one.hours for one in calendar.days}
    first, last = since.date() - 3 * _DAY, until.date() + 2 * _DAY  # offsets reach over a day, and so do windows
    shut: set[date] = set()
    if calendar.country and week:
        for year in range(first.year, last.year + 1):
            shut.update(holidays(calendar.country, calendar.region, year, calendar.optional))
    found: list[tuple[datetime, datetime]] = []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        hours = own[day] if day in own else () if day in shut else week.get(day.weekday(), ())
        for opens, closes in hours:
            ends = day if closes > opens else day + _DAY
            found.append((datetime.combine(day, opens), datetime.combine(ends, closes)))
    found.sort()
    merged: list[tuple[datetime, datetime]] = []
    for begins, ends in found:
        if merged and begins <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], ends)
        else:
            merged.append((begins, ends))
    return merged


@lru_cache(maxsize=4096)
def _offsets(name: str, year: int) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """Return the offsets of a zone through a year: from when, until when, and what wall clocks are ahead of UTC."""
    zone = zone_named(name)

    def offset(moment: datetime) -> timedelta:
        return moment.astimezone(zone).utcoffset() or _NOTHING

    found = []
    begins, ends = _moment(year), _moment(year + 1)
    place, held = begins, offset(begins)
    while place < ends:
        ahead = min(place + _STEP, ends)
        if offset(ahead) != held:
            low, high = place, ahead
            while high - low > _SECOND:
                middle = low + timedelta(seconds=(high - low) // _SECOND // 2)
                low, high = (middle, high) if offset(middle) == held else (low, middle)
            if high == ends:
                break
            found.append((begins, high, held))
            begins, held, ahead = high, offset(high), high
        place = ahead
    return (*found, (begins, ends, held))


ALWAYS: Final[Hours] = _Always()
"""The hours of the calendar that every desk has."""
