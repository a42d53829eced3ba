"""Shifts that a calendar's file gives, and what becomes of them in a rota."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.kinds.rotas import Every


@dataclass(frozen=True, slots=True)
class Shift:
    """An event of a calendar's file: somebody is on.

    Attributes:
        who: whom it names: addresses and names, the surest first.
        since, until: the first time, in the zone of the event.
        every, interval: how it comes again without end: each so many days or weeks; `None` for once.
    """

    who: tuple[str, ...]
    since: datetime
    until: datetime
    every: Every | None = None
    interval: int = 1


class Becomes(StrEnum):
    """What becomes of a shift."""

    TURN = "turn"  # it is one of the turns that go round
    OVERRIDE = "override"
    SAME = "same"  # the rota says so already
    OVER = "over"  # it lies before now: what was stays as it was


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a shift, or would."""

    agent_id: int
    agent: str
    since: datetime
    until: datetime
    becomes: Becomes
