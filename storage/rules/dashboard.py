"""What a dashboard's panels come to, from counts and turns that were read; pure.

Days, weekdays and hours are those of the reader's zone. Counts come in quarters of an hour, since every zone's offset
is a whole number of them: each falls into one hour of the reader, also in the nights in which clocks are changed.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate, pairwise
from typing import Final

from storage.kinds import PUT_AWAY, SETTLED, Status, Tier
from storage.kinds.dashboard import DAYS, HOURS, WEEKDAYS, Behind, DayResponse, FigureAsked, Growing, Heat, PromisesTold
from storage.kinds.moments import EPOCH, in_zone
from storage.kinds.policies import Metric, Policy
from storage.kinds.promises import Promise, found_by
from storage.rules.query import BadQuery, Field, Trouble
from storage.rules.reports import nearest

QUARTER: Final = timedelta(minutes=15)
LEAST: Final = 5
"""Conversations of seven days below which nothing is said of a tag's growing."""

WEEKS: Final = 8
"""Weeks before the last seven days, against which a tag is held."""

_FIGURE: Final = re.compile(r"([a-z_]+)((?:-[a-z0-9_]+)*)@(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)(,history)?")


def local(moment: datetime, now: datetime) -> datetime:
    """Return a moment in the zone of a reader, whose present is `now`; see `in_zone`."""
    zone = now.tzinfo
    return moment.astimezone(None if zone is None or type(zone).__name__ == "timezone" else zone)


def midnight(day: date, now: datetime) -> datetime:
    """Return when a day begins for a reader."""
    return in_zone(datetime.combine(day, time()), now)


def days_of(since: datetime, until: datetime, now: datetime) -> tuple[date, ...]:
    """Return the days of a period that have begun; of one that is all ahead, none."""
    first, last = local(since, now).date(), local(min(until - timedelta(microseconds=1), now), now).date()
    return tuple(first + timedelta(days=number) for number in range((last - first).days + 1))


def heat(quarters: Iterable[tuple[int, int]], now: datetime) -> Heat:
    """Return what came in by weekday and hour.

    Args:
        quarters: a number of a quarter of an hour since 1970 in UTC, and what came in it.
        now: the present, in the reader's zone.
    """
    cells = [[0] * HOURS for _day in range(WEEKDAYS)]
    for number, count in quarters:
        at = local(EPOCH + number * QUARTER, now)
        cells[at.weekday()][at.hour] += count
    return Heat(tuple(map(tuple, cells)))


def in_hour(at: datetime, more: Sequence[str], now: datetime) -> bool:
    """Say whether a moment lies on the weekday, and in the hour, that a figure names."""
    here = local(at, now)
    return (not more or DAYS[here.weekday()] == more[0]) and (len(more) < 2 or here.hour == int(more[1]))


def by_day(firsts: Iterable[tuple[datetime, float]], now: datetime) -> tuple[DayResponse, ...]:
    """Return first responses by the day on which their conversation began."""
    taken: defaultdict[date, list[float]] = defaultdict(list)
    for at, seconds in firsts:
        taken[local(at, now).date()].append(seconds)
    return tuple(
        DayResponse(day, len(values), nearest(sorted(values), 50), nearest(sorted(values), 90))
        for day, values in sorted(taken.items())
    )


@dataclass(slots=True)
class Life:
    """A conversation that began, turned or was handed on since a period began.

    Attributes:
        tier, status: as it stands now.
        began_at: when its first message arrived.
        turns: each change of status since then, and what it was before, in order.
        moves: each change of tier since then, and what it was before, by time.
    """

    tier: Tier
    status: Status
    began_at: datetime
    turns: list[tuple[datetime, Status]]
    moves: list[tuple[datetime, Tier]]

    def tier_open_at(self, moment: datetime) -> Tier | None:
        """Return the tier in which it was open at a moment; `None` where it was not."""
        if self.began_at > moment:
            return None
        status = next((before for at, before in self.turns if at > moment), self.status)
        if status in SETTLED or status in PUT_AWAY:
            return None
        return next((before for at, before in self.moves if at > moment), self.tier)


def open_at(now: Mapping[Tier, int], lives: Iterable[Life], moments: Sequence[datetime]) -> dict[Tier, tuple[int, ...]]:
    """Return how many conversations of each tier were open at each of some moments.

    Args:
        now: how many are open now.
        lives: all that became otherwise since the first of these moments.
        moments: of the past, in their order.
    """
    base = Counter(now)
    changes = [Counter[Tier]() for _moment in (*moments, None)]  # from a moment on
    for life in lives:
        if life.status not in SETTLED and life.status not in PUT_AWAY:
            base[life.tier] -= 1
        turned = sorted({life.began_at, *(at for at, _before in life.turns), *(at for at, _before in life.moves)})
        parts = [bisect_left(moments, at) for at in turned]
        for first, last in pairwise([*parts, len(moments)]):
            if first < last and (tier := life.tier_open_at(moments[first])) is not None:
                changes[first][tier] += 1
                changes[last][tier] -= 1
    return {tier: tuple(accumulate((change[tier] for change in changes[:-1]), initial=base[tier]))[1:] for tier in Tier}


def week_ends(until: datetime, now: datetime) -> tuple[datetime, ...]:
    """Return where the weeks before a moment part, each of seven of the reader's days, from the oldest on."""
    last = local(min(until - timedelta(microseconds=1), now), now).date() + timedelta(days=1)
    return tuple(midnight(last - timedelta(weeks=number), now) for number in range(WEEKS + 1, -1, -1))


def most_grown(tags: Iterable[Growing]) -> tuple[Growing, ...]:
    """Return those of which enough came to speak of, the one that grew most first."""
    told = [one for one in tags if one.n >= LEAST]
    return tuple(sorted(told, key=lambda one: (-(one.times or one.n * WEEKS + 1), -one.n, one.tag)))


def target(policies: Iterable[Policy], now: datetime) -> timedelta | None:
    """Return the first response that is promised for everything, by the policy in force; the shortest of several."""
    held = [one for one in policies if one.holds_at(now) and not any(one.when.said().values())]
    said = [one for one in held if Metric.FIRST_RESPONSE in one.targets]
    first = [one for one in said if not one.fallback] or said
    return min((one.targets[Metric.FIRST_RESPONSE] for one in first), default=None)


def is_broken(promise: Promise, now: datetime) -> bool:
    """Say whether the time of a promise passed before it was kept."""
    return promise.broken or (not promise.kept and found_by(promise.due) < found_by(now))


def promises_told(promises: Iterable[Promise], since: datetime, until: datetime, now: datetime) -> PromisesTold:
    """Return what came of promises: of those due in a period, and of those that are open now."""
    known = list(promises)
    count = Counter(word for _number, word in came_of(((0, one) for one in known), since, until, now))
    still = [one for one in known if not one.kept]
    return PromisesTold(count["kept"], count["broken"], len(still), sum(is_broken(one, now) for one in still))


def came_of(
    promises: Iterable[tuple[int, Promise]], since: datetime, until: datetime, now: datetime
) -> Iterator[tuple[int, str]]:
    """Yield of each promise that was due in a period, and is decided, its number and what came of it."""
    for number, one in promises:
        if since <= one.due < until and (one.kept or is_broken(one, now)):
            yield number, "broken" if is_broken(one, now) else "kept"


def figure_asked(field: Field) -> FigureAsked:
    """Return what ``figure:incoming-mon-10@2026-11-01..2026-11-28,history`` asks for; days are the reader's.

    Raises:
        BadQuery: it cannot be read.
    """
    assert field.now is not None
    said = _FIGURE.fullmatch(field.value.lower())
    known = tuple(f"{one}@2026-11-01..2026-11-28" for one in Behind)
    wrong = BadQuery(Trouble.UNKNOWN_VALUE, place=field.place, word=field.word, known=known)
    if said is None or said[1] not in set(Behind):
        raise wrong
    behind, more = Behind(said[1]), tuple(said[2].split("-")[1:])
    if not _fits(behind, more):
        raise wrong
    try:
        first, last = date.fromisoformat(said[3]), date.fromisoformat(said[4])
        since, until = midnight(first, field.now), midnight(last + timedelta(days=1), field.now)
    except (ValueError, OverflowError):
        raise BadQuery(Trouble.BAD_DATE, place=field.place, word=field.word) from None
    return FigureAsked(behind, more, since, until, said[5] is not None)


def _fits(behind: Behind, more: Sequence[str]) -> bool:
    match behind, more:
        case _, ():
            return True
        case Behind.INCOMING, [day]:
            return day in DAYS
        case Behind.INCOMING, [day, hour]:
            return day in DAYS and hour.isdecimal() and int(hour) < HOURS
        case Behind.PROMISED, [came]:
            return came in {"kept", "broken"}
        case Behind.HANDED, [before, after]:
            return {before, after} <= set(Tier)
        case Behind.BREACHED, [metric]:
            return metric in set(Metric)
        case _:
            return False
