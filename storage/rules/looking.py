"""When a visit to a customer ends and the next begins, and what an agent is told is new since."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from storage.kinds.looking import Looks, Seen

VISIT: Final = timedelta(minutes=30)
"""Whoever looks again within that is still there: what was new stays new until they have been away for longer."""


def renewed(looks: Looks | None, seen: Seen, now: datetime) -> Looks:
    """Return what is kept once an agent has looked again."""
    if looks is None:
        return Looks(now, seen)
    if now - looks.at > VISIT:
        return Looks(now, seen, looks.at, looks.seen)
    return replace(looks, at=max(now, looks.at), seen=seen)


def since(looks: Looks | None, now: datetime) -> tuple[datetime, Seen] | None:
    """Return since when something is new to an agent, and what they saw then; `None` for whoever never looked."""
    if looks is None:
        return None
    if now - looks.at > VISIT:
        return looks.at, looks.seen
    if looks.before_at is None or looks.before is None:
        return None
    return looks.before_at, looks.before


def digests(fields: Mapping[str, str]) -> dict[str, str]:
    """Return for fields what is kept of their values."""
    return {name: sha256(f"{name}={value}".encode()).hexdigest()[:8] for name, value in fields.items()}


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """Return the fields that say something else than they did, filled and emptied ones too, in an order of theirs."""
    names = dict.fromkeys((*now, *before))
    return tuple(name for name in names if before.get(name) != now.get(name))
