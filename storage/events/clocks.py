"""The facts of clocks: a warning and a breach that came, and what the desk says of a breach."""

from datetime import datetime
from typing import Literal

from storage.events.base import Fact, Personal
from storage.kinds.policies import Metric


class ClockWarned(Fact):
    """The share of a clock's time passed at which its policy warns; it `happened_at` that moment.

    Attributes:
        due_at: the clock's deadline then.
        policy: by name.
        noticed_at: when whoever holds the sync's lease saw it; late where nobody ran.
    """

    kind: Literal["clock_warned"] = "clock_warned"
    conversation_id: int
    metric: Metric
    due_at: datetime
    policy: str
    noticed_at: datetime


class ClockBreached(Fact):
    """A clock's deadline passed, and what it waits for was not done; it `happened_at` the deadline.

    Attributes:
        due_at, policy, noticed_at: as of `ClockWarned`.
    """

    kind: Literal["clock_breached"] = "clock_breached"
    conversation_id: int
    metric: Metric
    due_at: datetime
    policy: str
    noticed_at: datetime


class BreachExplained(Fact):
    """The desk said why a breach came about, and what is done so that it does not come again; or said it anew.

    Attributes:
        due_at: of the breach.
        before_at, after_at: when it had been said, and is; `None` for not at all.
        cause_before, cause, corrective_before, corrective: what; lines of text.
    """

    kind: Literal["breach_explained"] = "breach_explained"
    conversation_id: int
    metric: Metric
    due_at: datetime
    before_at: datetime | None
    after_at: datetime | None
    cause_before: Personal[str | None] = None
    cause: Personal[str | None] = None
    corrective_before: Personal[str | None] = None
    corrective: Personal[str | None] = None
