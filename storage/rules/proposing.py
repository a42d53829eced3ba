"""Targets proposed out of what a desk has done: never of too little, and always with what was left out; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Final

LEAST: Final = 20
"""How many must have been done before anything is proposed: of fewer a ninetieth percentile is one or two of them."""

_STEPS: Final = (  # up to how long, and the step to which a proposal is rounded up
    (timedelta(hours=1), timedelta(minutes=5)),
    (timedelta(hours=4), timedelta(minutes=15)),
    (timedelta(hours=12), timedelta(minutes=30)),
    (timedelta.max, timedelta(hours=1)),
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a metric took, and what may be asked of it.

    Attributes:
        n: how many were done; `running` still wait, and `needless` came to need nothing: both are left out.
        p50, p90: open time within which half, and nine of ten, were done; `None` of fewer than `LEAST`.
        target: the proposed one: `p90`, rounded up; `None` likewise.
    """

    n: int
    running: int
    needless: int
    p50: timedelta | None = None
    p90: timedelta | None = None
    target: timedelta | None = None


def proposal(spent: Sequence[timedelta], *, running: int, needless: int) -> Proposal:
    """Return what is proposed of the open time that each of some took."""
    if len(spent) < LEAST:
        return Proposal(len(spent), running, needless)
    ranked = sorted(spent)
    p90 = percentile(ranked, 90)
    return Proposal(len(spent), running, needless, percentile(ranked, 50), p90, rounded(p90))


def percentile(ranked: Sequence[timedelta], percent: int) -> timedelta:
    """Return a percentile by the nearest rank: the least of them within which so many per cent were done."""
    return ranked[max(0, ceil(percent * len(ranked) / 100) - 1)]


def rounded(span: timedelta) -> timedelta:
    """Return a span rounded up to what people say: five minutes under an hour, hours from half a day on."""
    step = next(step for most, step in _STEPS if span <= most)
    return max(step, -(-span // step) * step)
