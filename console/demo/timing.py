"""Says when the messages of a story were written: back from its end, mostly in business hours, the same for a seed."""

import hashlib
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from console.demo.story import Story

ZONES = {"pt": ZoneInfo("America/Sao_Paulo"), "es": ZoneInfo("Europe/Madrid"), "en": ZoneInfo("Europe/London")}
_RECENT = timedelta(hours=20)  # younger than this, the stated age holds to the minute
_UNHURRIED = timedelta(hours=1)  # an answer that quick came at whatever hour the question did
_NIGHT_OWLS = 0.07  # of the messages keep a moment outside business hours
_EARLIEST, _LATEST = timedelta(days=8), timedelta(days=42)


def chance_of(seed: int, *what: object) -> random.Random:
    """Return a source of chance of its own for one purpose, so that a new story changes no other."""
    digest = hashlib.sha256(repr((seed, *what)).encode()).digest()
    return random.Random(digest)  # noqa: S311 - repeatable on purpose, no secret


def moments(story: Story, now: datetime, seed: int, language: str) -> Sequence[datetime]:
    """Return when each message of the story was written, in the language's time zone, rising, none after `now`."""
    chance = chance_of(seed, "moments", story.key)
    zone = ZONES[language]
    age = story.last
    if age is None:
        age = timedelta(seconds=chance.uniform(_EARLIEST.total_seconds(), _LATEST.total_seconds()))
    at = (now - age - timedelta(seconds=chance.randrange(50))).astimezone(zone)
    if age > _RECENT:
        at = _in_business_hours(at, chance)
    found = [at]
    for turn in reversed(story.turns[1:]):
        gap = turn.after
        if gap is None:
            minutes = chance.triangular(12, 300, 45) if turn.is_answer else chance.triangular(25, 1800, 120)
            gap = timedelta(minutes=minutes)
        at = (at.astimezone(UTC) - gap).astimezone(zone)  # across a change of the clocks too
        if gap >= _UNHURRIED and now - at > _RECENT:
            at = _in_business_hours(at, chance)
        found.append(at)
    return [one.replace(microsecond=0) for one in reversed(found)]


def _in_business_hours(at: datetime, chance: random.Random) -> datetime:
    """Move a moment back into Monday to Friday, 8 to 19, if it is outside; never forward."""
    if chance.random() < _NIGHT_OWLS:
        return at
    if at.hour < 8:
        at = (at - timedelta(days=1)).replace(hour=chance.randrange(14, 19), minute=chance.randrange(60))
    elif at.hour >= 19:
        at = at.replace(hour=chance.randrange(9, 19), minute=chance.randrange(60))
    return at - timedelta(days=max(0, at.weekday() - 4))
