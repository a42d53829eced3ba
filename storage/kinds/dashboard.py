"""What a dashboard shows of a period beside its report: each panel as counts, with its n."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from storage.kinds.reports import Asked, Figure, Report
from storage.kinds.words import Tier

HOURS = 24
WEEKDAYS = 7
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The weekdays as a query names them."""


class Behind(StrEnum):
    """Which conversations of a period: the words of ``figure:``, which may say more behind a ``-``."""

    BEGAN = "began"  # spam, trash and, unless it is asked for, history apart
    COUNTED = "counted"  # in the figures
    LEFT_OUT = "left_out"  # began, and in none of them
    SOLVED = "solved"
    UNSOLVED = "unsolved"
    ANSWERED = "answered"  # by a person
    INCOMING = "incoming"  # the customer wrote or rang; -mon, -mon-10
    HANDED = "handed"  # handed on; -n1-n2
    BREACHED = "breached"  # a clock was; -first_response
    PROMISED = "promised"  # something was promised that was due then; -kept, -broken


@dataclass(frozen=True, slots=True)
class Heat:
    """Incoming messages and calls of people, by the weekday and the hour at which they arrived.

    Attributes:
        cells: of each day from Monday on, of each hour from midnight on.
    """

    cells: tuple[tuple[int, ...], ...]

    @property
    def n(self) -> int:
        """All of them."""
        return sum(map(sum, self.cells))

    @property
    def peak(self) -> tuple[int, int] | None:
        """The weekday and hour of most, the earliest of equals; `None` where nothing came."""
        most = max(max(row) for row in self.cells)
        places = ((day, hour) for day in range(WEEKDAYS) for hour in range(HOURS))
        return next((place for place in places if self.cells[place[0]][place[1]] == most), None) if most else None


@dataclass(frozen=True, slots=True)
class OpenDays:
    """How many conversations of a tier were open at the end of each day.

    Attributes:
        counts: of each day of the period that has begun; of today, now.
        now, late: those open now, and those of them of which a clock is late.
    """

    tier: Tier
    counts: tuple[int, ...]
    now: int
    late: int


@dataclass(frozen=True, slots=True)
class DayResponse:
    """First responses in what began on one day: half, and nine tenths, took at most so many seconds."""

    day: date
    n: int
    p50: float
    p90: float


@dataclass(frozen=True, slots=True)
class Growing:
    """Conversations with a tag that began in the seven days that end with the period, and in each week before.

    Attributes:
        weeks: the eight weeks before from the oldest on, then those seven days.
    """

    tag: str
    weeks: tuple[int, ...]

    @property
    def n(self) -> int:
        """Those of the last seven days."""
        return self.weeks[-1]

    @property
    def usual(self) -> float:
        """The mean of the weeks before."""
        return sum(self.weeks[:-1]) / (len(self.weeks) - 1)

    @property
    def times(self) -> float | None:
        """How many times the usual number came; `None` where none ever did."""
        return self.n / self.usual if self.usual else None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is open now.

    Attributes:
        waiting: all of it, as ``is:open`` finds it.
        late: of which a clock is late.
        for_customers: what waits for the customer.
    """

    waiting: int = 0
    late: int = 0
    for_customers: int = 0


@dataclass(frozen=True, slots=True)
class PromisesTold:
    """What was promised to customers in conversations.

    Attributes:
        kept: due in the period, and kept in time.
        broken: due in the period, and not kept by then; also those kept later.
        open: not kept now, whenever due.
        late: of which the time has passed.
    """

    kept: int = 0
    broken: int = 0
    open: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True)
class Panels:
    """What one statement each can tell: there at once."""

    asked: Asked
    standing: Standing
    heat: Heat
    tiers: tuple[OpenDays, ...]
    growing: tuple[Growing, ...]
    target: timedelta | None
    promises: PromisesTold = PromisesTold()


@dataclass(frozen=True, slots=True)
class Figures:
    """What the stories of a period tell: its report, and the figures of as many days before it.

    Attributes:
        days: first responses by day; days without any are not there.
        before: of the days before, without clocks and handoffs.
    """

    report: Report
    days: tuple[DayResponse, ...]
    before: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class FigureAsked:
    """What ``figure:solved@2026-11-01..2026-11-28`` asks for.

    Attributes:
        behind: which conversations.
        more: what it says behind a ``-``: weekday and hour, tiers, or a metric; empty for all.
        since, until: moments; `until` is outside.
        history: whether what came before its mailbox was live counts as well.
    """

    behind: Behind
    more: tuple[str, ...]
    since: datetime
    until: datetime
    history: bool = False


def figure_text(behind: str, since: date, last: date, *, history: bool = False) -> str:
    """Return the query of what is behind a figure, from a first to a last day; `behind` is a word with what follows."""
    return f"figure:{behind}@{since.isoformat()}..{last.isoformat()}{',history' if history else ''}"
