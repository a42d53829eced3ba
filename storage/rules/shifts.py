"""Shifts of a calendar's file put into a rota: turns that go round without end, and overrides; pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from storage.kinds.errors import BadField
from storage.kinds.rotas import KeptRota, Override, Rota
from storage.kinds.shifts import Becomes, Shift
from storage.rules.rotas import HoursOf, People, edited, overridden, spells, turn

_DAY = timedelta(days=1)


def turns(rota: Rota, shifts: Sequence[tuple[int, Shift]]) -> Rota:
    """Return a rota whose turns are what comes again without end.

    Args:
        rota: what else it says.
        shifts: with whose each is; all of them come again.

    Raises:
        BadField: they do not follow each other round without a gap (reason ``no_round``).
    """
    ordered = sorted(shifts, key=lambda one: one[1].since)
    first = ordered[0][1]
    every = first.every
    assert every is not None
    zone = getattr(first.since.tzinfo, "key", None) or "UTC"
    for place, (_agent, one) in enumerate(ordered):
        starts = first.since.replace(tzinfo=None) + place * every.days * _DAY
        ends = starts + every.days * _DAY
        wall = (one.since.replace(tzinfo=None), one.until.replace(tzinfo=None))
        if (one.every, one.interval, *wall) != (every, len(ordered), starts, ends):
            raise BadField("rrule", one.since.date().isoformat(), "no_round")
    return replace(
        rota,
        zone=zone,
        agents=tuple(agent for agent, _one in ordered),
        every=every,
        at=first.since.time().replace(tzinfo=None),
        begun=first.since.date(),
    )


def same_turns(one: Rota, other: Rota, now: datetime) -> bool:
    """Say whether two versions have the same turns from now on."""
    if (one.zone, one.every, one.at, len(one.agents)) != (other.zone, other.every, other.at, len(other.agents)):
        return False
    at = now
    for _place in range(len(one.agents)):
        (number, since, until), (other_number, other_since, _until) = turn(one, at), turn(other, at)
        mine, theirs = (
            rota.agents[(place - 1) % len(rota.agents)] for rota, place in ((one, number), (other, other_number))
        )
        if mine != theirs or since != other_since or min(number, other_number) < 1:
            return False
        at = until
    return True


def brought(
    kept: KeptRota, shifts: Sequence[tuple[int, Shift]], now: datetime, *, hours: HoursOf, people: People
) -> tuple[KeptRota, list[Becomes]]:
    """Return a rota with the shifts of a file in it, and what became of each.

    What comes again without end makes its turns; what is once an override, unless the rota says so already.

    Args:
        kept: the rota as it stands.
        shifts: with whose each is.
        now: the moment.
        hours, people: as of `storage.rules.rotas.duty`.

    Raises:
        BadField: what comes again is no round of turns (reason ``no_round``).
    """
    again = [one for one in shifts if one[1].every is not None]
    turned = Becomes.SAME
    if again:
        held = kept.at(now)
        version = turns(held, again)
        if not same_turns(version, held, now):
            kept, turned = edited(kept, version, now), Becomes.TURN
    told = []
    for agent_id, one in shifts:
        since, until = max(one.since.astimezone(UTC), now), one.until.astimezone(UTC)
        if one.every is not None:
            told.append(turned)
        elif until <= now:
            told.append(Becomes.OVER)
        elif _says(kept, agent_id, since, until, hours, people):
            told.append(Becomes.SAME)
        else:
            kept = overridden(kept, Override(agent_id, since, until))
            told.append(Becomes.OVERRIDE)
    return kept, told


def _says(kept: KeptRota, agent_id: int, since: datetime, until: datetime, hours: HoursOf, people: People) -> bool:
    """Say whether a rota has somebody on through all of a time: by their turn, or by an override of theirs."""
    there = People(people.known, people.retired)  # who is away now is no reason to put them on once more
    at = since
    for one in spells(kept, since, until, hours=hours, people=there):
        if one.line[:1] != (agent_id,) or one.since != at:
            return False
        at = one.until
    return at >= until
