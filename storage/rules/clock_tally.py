"""How far clocks were kept, counted over many conversations; pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from storage.kinds.clocks import ClockState
from storage.kinds.moments import microseconds
from storage.kinds.policies import Metric, Policy
from storage.kinds.reports import Kept
from storage.rules.clocks import Calendars, Laid, Story, phases, reckoned, rounds


class ClockTally:
    """Counts every clock that ran in conversations, whether they are at rest by now or not.

    Args:
        policies: every version of every policy.
        calendars: by name.
        now: the present: what runs and was due before it is late.
    """

    def __init__(self, policies: Sequence[Policy], calendars: Calendars, now: datetime) -> None:
        self._laid, self._calendars, self._now = Laid(policies), calendars, microseconds(now)
        self._counted: Counter[tuple[Metric, ClockState]] = Counter()

    def take(self, story: Story) -> frozenset[Metric]:
        """Count the clocks of a conversation, and return which were breached; nobody waits for a task's."""
        if story.task:
            return frozenset()
        breached = set()
        stretches = phases(story)
        for one in rounds(story, stretches, self._laid):
            found = reckoned(one, stretches, self._laid, self._calendars)
            if found is None:
                continue
            late = one.stopped_at is None and found.due_at is not None and found.due_at < self._now
            state = ClockState.BREACHED if late else found.state
            self._counted[one.metric, state] += 1
            if state is ClockState.BREACHED:
                breached.add(one.metric)
        return frozenset(breached)

    def kept(self) -> tuple[Kept, ...]:
        """Return what was counted, metric by metric."""
        return tuple(self._kept(metric) for metric in Metric)

    def _kept(self, metric: Metric) -> Kept:
        of = {state: self._counted[metric, state] for state in ClockState}
        runs = of[ClockState.RUNNING] + of[ClockState.PAUSED] + of[ClockState.ON_HOLD]
        return Kept(metric, of[ClockState.MET], of[ClockState.BREACHED], runs, of[ClockState.DROPPED])
