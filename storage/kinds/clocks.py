"""Clocks as they are shown: where each stands, by which policy, and every interval of it (DOMAIN §3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from storage.kinds.policies import Metric


class ClockState(StrEnum):
    """Where a clock stands."""

    RUNNING = "running"
    PAUSED = "paused"  # while the customer is waited for
    ON_HOLD = "on_hold"  # while a third party is
    MET = "met"  # done in time
    BREACHED = "breached"  # done too late, or late and still not done
    DROPPED = "dropped"  # it came to need nothing, in time: settled, put away or marked as handled


STANDS_OVER = frozenset({ClockState.MET, ClockState.DROPPED})
"""The states from which nothing is owed any more."""


class Mark(StrEnum):
    """What is recorded of a clock when its moment comes."""

    WARNED = "warned"
    BREACHED = "breached"


class Why(StrEnum):
    """By which rule a stretch of a clock counts, or does not."""

    OPEN = "open"  # the hours of its calendar
    CLOSED = "closed"  # outside of them
    WAITING = "waiting"  # for the customer
    ON_HOLD = "on_hold"  # for a third party
    SETTLED = "settled"  # resolved or closed: a reopening takes the clock up where it stood
    PUT_AWAY = "put_away"  # spam or trash


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of a clock.

    Attributes:
        starts, ends: its moments; the last one of a clock that goes on ends now.
        counted: whether it is time spent.
        rule: why, or why not.
        calendar: by name, of `open` and `closed`; else empty.
        policy: the one whose clock it is, by name.
    """

    starts: datetime
    ends: datetime
    counted: bool
    rule: Why
    calendar: str
    policy: str


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock of a conversation, as it stands at a moment.

    Attributes:
        due_at: its deadline; of one that is paused `None`, unless it has passed; `None` as well where its calendar
            never opens for long enough.
        warn_at: when it warns, likewise.
        stopped_at: when what it waited for was done; `None` while it is not.
        spent: of open hours, without pauses.
        target: how much of them the policy gives.
        policy, calendar: by name.
        intervals: all of them, from `started_at` to `stopped_at` or now, in order and without a gap.
    """

    metric: Metric
    state: ClockState
    started_at: datetime
    due_at: datetime | None
    warn_at: datetime | None
    stopped_at: datetime | None
    spent: timedelta
    target: timedelta
    policy: str
    calendar: str
    intervals: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class BreachView:
    """A breach that was recorded.

    Attributes:
        conversation_id: as it was numbered then.
        due_at: the deadline that passed; `noticed_at` when the desk saw it, later where nobody ran.
        policy: by name.
        explained_at: when the desk said why; `None` while it has not.
        cause, corrective: what it said; empty where it has not, and where that was erased.
        subject: of the conversation.
    """

    conversation_id: int
    metric: Metric
    due_at: datetime
    noticed_at: datetime
    policy: str
    explained_at: datetime | None
    cause: str
    corrective: str
    subject: str
