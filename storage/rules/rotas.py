"""Who is on call by a rota at a moment, since and until when, who is next, and what is wrong with rotas; pure.

Turns change when the clock on the wall of the rota's zone says so: a turn over a night on which that clock is put on is
an hour shorter, and none is ever missing or there twice.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise
from typing import Final
from zoneinfo import ZoneInfo

from storage.kinds.errors import BadField
from storage.kinds.rotas import Because, Duty, Fault, Finding, KeptRota, Missing, Override, Rota
from storage.rules.hours import FIRST_YEAR, LAST_YEAR, Hours, zone_named

HoursOf = Callable[[Rota], Hours]
"""Gives the hours that a version of a rota covers."""

FIRST: Final = datetime(FIRST_YEAR, 1, 2, tzinfo=UTC)
LAST: Final = datetime(LAST_YEAR, 1, 1, tzinfo=UTC)
"""Nobody is on call before and after these moments."""

MOST_SPELLS: Final = 20_000
"""As many are followed at once; more are some fifty years of daily turns."""

_UTC: Final = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class People:
    """Who can be on call.

    Attributes:
        known: the numbers of those who work here, or did.
        retired: since when some do not any more.
        absences: when they are away, from when until when; `None` for since ever, and until they say so.
    """

    known: Collection[int]
    retired: Mapping[int, datetime] = field(default_factory=dict)
    absences: Mapping[int, Sequence[tuple[datetime | None, datetime | None]]] = field(default_factory=dict)

    def missing(self, agent_id: int, at: datetime) -> Missing | None:
        """Return why somebody cannot be on call at a moment; `None` where they can."""
        if agent_id not in self.known:
            return Missing.GONE
        if (since := self.retired.get(agent_id)) is not None and since <= at:
            return Missing.RETIRED
        for begins, ends in self.absences.get(agent_id, ()):
            if (begins is None or begins <= at) and (ends is None or at < ends):
                return Missing.AWAY
        return None

    def edges(self, agents: Collection[int]) -> Iterator[datetime]:
        """Give the moments at which any of these comes or goes."""
        for agent_id in agents:
            if agent_id in self.retired:
                yield self.retired[agent_id]
            for span in self.absences.get(agent_id, ()):
                yield from (one for one in span if one is not None)


def turn(rota: Rota, at: datetime) -> tuple[int, datetime, datetime]:
    """Return the number of the turn at a moment, from 1 on, and from when until when it is; below 1 it has not begun.

    Args:
        rota: a version of one; of a zone that this machine does not know, UTC is taken for it.
        at: the moment, between `FIRST` and `LAST`.
    """
    zone = _zone(rota.zone)
    place = (at.astimezone(zone).date() - rota.begun).days // rota.every.days
    if at < _starts(rota, zone, place):
        place -= 1
    elif at >= _starts(rota, zone, place + 1):
        place += 1
    return place + 1, _starts(rota, zone, place), _starts(rota, zone, place + 1)


def begun_before(rota: Rota, at: datetime) -> date:
    """Return on which date the turn began that a moment lies in."""
    return turn(rota, at)[1].astimezone(_zone(rota.zone)).date()


def duty(kept: KeptRota, at: datetime, *, hours: HoursOf, people: People) -> Duty | None:
    """Return who is on by a rota at a moment; `None` where it does not cover it, an empty line where nobody can be.

    Whoever is away, retired or gone is passed over, and the next in the order is on in their place. An override goes
    before whoever's turn it is, and the later laid down before the earlier; it holds outside the hours of the rota too.

    Args:
        kept: the rota with all its versions.
        at: the moment.
        hours: which hours its versions cover.
        people: who can be on.
    """
    here = _who(kept, at, hours, people)
    if here is None:
        return None
    low, high = _version_span(kept, at)
    version = kept.at(at)
    if version.agents:
        number, since, until = turn(version, at)
        low, high = max(low, since), min(high, until)
        if number < 1:  # nothing changes before the first turn
            low, high = max(_version_span(kept, at)[0], FIRST), turn(version, _starts_at(version))[1]
    cuts = {one for override in kept.overrides for one in (override.since, override.until)}
    cuts.update(people.edges({*here.line, *version.agents, *(one.agent_id for one in kept.overrides)}))
    if version.agents:
        for span in hours(version).spans(low, high):
            cuts.update(span)
    edges = [low, *sorted(one for one in cuts if low < one < high), high]
    place = max(place for place, edge in enumerate(edges[:-1]) if edge <= at)
    first = last = place
    while first > 0 and _same(_who(kept, edges[first - 1], hours, people), here):
        first -= 1
    while last + 2 < len(edges) and _same(_who(kept, edges[last + 1], hours, people), here):
        last += 1
    return replace(here, since=edges[first], until=edges[last + 1])


def after(found: Duty, agent_id: int) -> int | None:
    """Return who is asked after somebody: the next in line, then the duty lead; `None` when all were."""
    rest = found.line[found.line.index(agent_id) + 1 :] if agent_id in found.line else found.line
    if agent_id == found.lead:
        return None
    following = next((one for one in rest if one != agent_id), None)
    return following if following is not None else found.lead


def spells(kept: KeptRota, start: datetime, end: datetime, *, hours: HoursOf, people: People) -> Iterator[Duty]:
    """Give who is on one after another between two moments, clipped to them; at most `MOST_SPELLS`."""
    at, end = max(start, FIRST), min(end, LAST)
    for _ in range(MOST_SPELLS):
        if at >= end:
            return
        found = duty(kept, at, hours=hours, people=people)
        if found is not None:
            yield replace(found, since=max(found.since, at), until=min(found.until, end))
            at = found.until
            continue
        coming = [one.since for one in kept.overrides if one.since > at]
        coming += [one.valid_from for one in kept.versions if one.valid_from is not None and one.valid_from > at]
        version = kept.at(at)
        if version.agents and (open_ := hours(version).spans(at, end)):
            coming.append(open_[0][0])
        if not coming:
            return
        at = min(coming)


def edited(kept: KeptRota, version: Rota, now: datetime) -> KeptRota:
    """Return a rota of which another version holds from now on: who was on call stays as it was.

    A version that was to hold later gives way; the turns that are laid down are counted on.
    """
    stand = tuple(one for one in kept.versions if one.valid_from is None or one.valid_from < now)
    return replace(kept, versions=(*stand, replace(version, valid_from=now)))


def begun_for(version: Rota, held: Rota | None, on: int | None, now: datetime) -> date:
    """Return since when the turns of a new version count, so that whoever is on stays on until their turn is over.

    Args:
        version: with its zone, its order and when turns change; a `begun` that lies on the weekday of their change.
        held: the version before it; `None` for a new rota.
        on: whose turn it is; `None` for nobody's.
        now: the moment.
    """
    since = begun_before(version, now)
    if held is not None and on in version.agents:
        since -= timedelta(days=version.agents.index(on) * version.every.days)
    return since


def overridden(kept: KeptRota, override: Override) -> KeptRota:
    """Return a rota with one more override, which wins over those before it."""
    return replace(kept, overrides=(*kept.overrides, override))


def without(kept: KeptRota, place: int, now: datetime) -> KeptRota:
    """Return a rota whose override ends now, or never was where it has not begun.

    Raises:
        IndexError: there is none in that place.
    """
    one = kept.overrides[place]
    rest = [*kept.overrides]
    if one.since >= now:
        del rest[place]
    else:
        rest[place] = replace(one, until=min(one.until, now))
    return replace(kept, overrides=tuple(rest))


def check(
    rotas: Sequence[KeptRota], start: datetime, end: datetime, *, hours: HoursOf, people: People
) -> tuple[Finding, ...]:
    """Return what is wrong with rotas between two moments.

    Found is when nobody is on though the rota covers it, two rotas of one tier and topic that cover the same time, two
    overrides of one rota by different agents at once, a rota of which nobody can be on, and agents who left.
    """
    found: list[Finding] = []
    held: dict[str, list[Duty]] = {}
    for kept in rotas:
        version = kept.at(start)
        found += _zones(version)
        missing = [(one, people.missing(one, start)) for one in dict.fromkeys(version.agents)]
        left = [one for one, why in missing if why in {Missing.RETIRED, Missing.GONE}]
        found += [Finding(kept.name, Fault.MISSING, agent_id=one) for one in left]
        if version.agents and len(left) == len(missing):
            found.append(Finding(kept.name, Fault.NOBODY))
        held[kept.name] = [*spells(kept, start, end, hours=hours, people=people)]
        found += _gaps(kept.name, held[kept.name])
        found += _doubled(kept, start, end)
    for one, other in combinations(rotas, 2):
        found += _overlaps(held[one.name], held[other.name], one.name, other.name)
    return tuple(found)


def _zones(version: Rota) -> Iterator[Finding]:
    try:
        zone_named(version.zone)
    except BadField:
        yield Finding(version.name, Fault.ZONE, other=version.zone)


def _gaps(name: str, held: Sequence[Duty]) -> Iterator[Finding]:
    since = until = None
    for one in held:
        if one.line:
            continue
        if until == one.since:
            until = one.until
            continue
        if since is not None:
            yield Finding(name, Fault.GAP, since, until)
        since, until = one.since, one.until
    if since is not None:
        yield Finding(name, Fault.GAP, since, until)


def _doubled(kept: KeptRota, start: datetime, end: datetime) -> Iterator[Finding]:
    for one, other in combinations(kept.overrides, 2):
        since, until = max(one.since, other.since, start), min(one.until, other.until, end)
        if since < until and one.agent_id != other.agent_id:
            yield Finding(kept.name, Fault.OVERLAP, since, until, agent_id=one.agent_id)


def _overlaps(ones: Sequence[Duty], others: Sequence[Duty], name: str, other_name: str) -> Iterator[Finding]:
    since = until = None
    place = 0
    for one in ones:
        while place < len(others) and others[place].until <= one.since:
            place += 1
        for other in others[place:]:
            if other.since >= one.until:
                break
            if (one.tier, one.topic) != (other.tier, other.topic) or not (one.line and other.line):
                continue
            begins, ends = max(one.since, other.since), min(one.until, other.until)
            if until == begins:
                until = ends
                continue
            if since is not None:
                yield Finding(name, Fault.OVERLAP, since, until, other=other_name)
            since, until = begins, ends
    if since is not None:
        yield Finding(name, Fault.OVERLAP, since, until, other=other_name)


def _who(kept: KeptRota, at: datetime, hours: HoursOf, people: People) -> Duty | None:
    """Return who is on at a moment, without since and until when."""
    version = kept.at(at)
    over = [one for one in reversed(kept.overrides) if one.since <= at < one.until]
    covers = bool(version.agents) and hours(version).is_open(at)
    if not over and not covers:
        return None
    number = 0
    order: tuple[int, ...] = ()
    if covers:
        number = max(turn(version, at)[0], 0)
        place = (number - 1) % len(version.agents)
        order = (*version.agents[place:], *version.agents[:place]) if number else ()
    if over:
        order = (*(one.agent_id for one in over), *order[1:], *order[:1])
    line: list[int] = []
    passed: list[tuple[int, Missing]] = []
    for agent_id in dict.fromkeys(order):
        why = people.missing(agent_id, at)
        if why is None:
            line.append(agent_id)
        elif not line:
            passed.append((agent_id, why))
    chosen = next((each for each in over if line and each.agent_id == line[0]), None)
    because = Because(number, version.every, version.begun, chosen, tuple(passed))
    lead = version.lead if version.lead is not None and people.missing(version.lead, at) is None else None
    return Duty(kept.name, version.tier, version.topic, tuple(line), at, at, because, lead)


def _same(one: Duty | None, other: Duty) -> bool:
    return one is not None and one.line[:1] == other.line[:1] and one.because.override == other.because.override


def _version_span(kept: KeptRota, at: datetime) -> tuple[datetime, datetime]:
    edges = [FIRST, *(one.valid_from for one in kept.versions[1:] if one.valid_from is not None), LAST]
    return next(((low, high) for low, high in pairwise(edges) if low <= at < high), (FIRST, LAST))


def _starts_at(rota: Rota) -> datetime:
    return _starts(rota, _zone(rota.zone), 0)


def _starts(rota: Rota, zone: ZoneInfo, place: int) -> datetime:
    day = rota.begun + timedelta(days=place * rota.every.days)
    return datetime.combine(day, rota.at, zone).astimezone(UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return zone_named(name)
    except BadField:
        return _UTC
