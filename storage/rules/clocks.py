"""Clocks (DOMAIN §3): how long what is owed has waited, by which policies, and when it is due; pure.

A clock starts at a message, a beginning or a transfer, and stops at an answer, a resolution or an acceptance. Between
the two it counts the open hours of its policy's calendar, without the pauses that the policy grants. Its deadline is
the first moment at which, by a policy that is in force at that moment, the time counted reaches the target: so the
shortest deadline wins, an edit touches what still runs, and never what was late or done before it.

Moments are microseconds since 1970 here, as the tables keep them, and what there are many of are plain tuples: the
clocks of a hundred thousand conversations are made anew while somebody waits. `ClockView` has moments as people do.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Final, NamedTuple

from storage.kinds import PUT_AWAY, SETTLED, Status, Tier
from storage.kinds.clocks import ClockState, ClockView, Interval, Why
from storage.kinds.moments import TICK, microseconds, moment
from storage.kinds.policies import CONDITIONS, Matter, Metric, Pause, Policy
from storage.rules.hours import Hours
from storage.rules.policies import matching

Calendars = Callable[[str], Hours]
"""Gives the hours of a calendar by its name."""

Said = tuple[int, int, bool, int | None]
"""A message that matters: when, its number, whether it answers, and since when it is marked as needing no answer.

One that answers is public and by a person: a letter that was not refused for good, or a call, whoever rang. Others are
live, by a customer, and no machine wrote them. Of two in one moment the one taken in later came later.
"""

Stood = tuple[int, str, str]
"""A change of state: when, and the words of the `Status` before and after it."""

Offered = tuple[int, str, int | None, bool]
"""A transfer that asks to be accepted: when, and to which tier; when it was accepted, returned or gone, `None` while
it is open; whether somebody accepted or returned it."""


@dataclass(slots=True)
class Story:
    """What happened in one conversation, as far as clocks are concerned.

    Attributes:
        status: where it stands now, as a word.
        matter: what the conditions of policies are held against.
        began_at: its first live message that is no note; `None` where all of it is history or the desk's own task.
        said: by time, with numbers breaking ties.
        stood: in the order in which they were recorded.
        offered: in the order of their beginnings.
        task: it began at the desk, and nobody waits for an answer: only a policy that names its kind has a word.
    """

    status: str
    matter: Matter
    began_at: int | None
    said: Sequence[Said] = ()
    stood: Sequence[Stood] = ()
    offered: Sequence[Offered] = ()
    task: bool = False


Phase = tuple[int | None, int | None, str]
"""A stretch in which a conversation stood in one state: from when, until when, and which; the last one is open."""


class Round(NamedTuple):
    """One run of a metric: from what started it to what stopped it.

    Attributes:
        done: whether it was stopped by what it waited for.
    """

    metric: Metric
    started_at: int
    stopped_at: int | None
    done: bool
    matter: Matter


class Reckoned(NamedTuple):
    """A round by the policy that has the word.

    Attributes:
        due_at: `None` while a pause keeps it open, or where its calendar never opens for long enough.
    """

    round: Round
    state: ClockState
    due_at: int | None
    warn_at: int | None
    policy: Policy


_Rule = tuple[Policy, int, int, frozenset[str]]
"""What a policy says of a metric: its target, when it warns, and in which states the clock does not count."""


class _Held(NamedTuple):
    """What the policies say that hold for a conversation at a moment.

    Attributes:
        grace: how long after it was resolved it comes back as the same, at most; `None` for ever.
    """

    rules: dict[Metric, tuple[_Rule, ...]]
    grace: int | None


class Laid:
    """What policies a desk has, and which of them hold: asked once for all conversations that are alike to them.

    Attributes:
        edges: the moments at which another version comes to hold, or one ceases to, in their order.
    """

    def __init__(self, policies: Sequence[Policy]) -> None:
        self.policies = tuple(policies)
        bounds = {edge for one in policies for edge in (one.valid_from, one.valid_until) if edge is not None}
        self.edges = [microseconds(edge) for edge in sorted(bounds)]
        names = [name for name in CONDITIONS if any(getattr(one.when, name) for one in policies)]
        self._asked = attrgetter(*names) if names else lambda _: None
        self._known: dict[Any, _Held] = {}

    def holding(self, matter: Matter, at: int) -> _Held:
        """Return what the policies say that `storage.rules.policies.matching` finds."""
        key = self._asked(matter), bisect_right(self.edges, at) if self.edges else 0
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = _held(matching(self.policies, matter, moment(at)))
        return found


_REST: Final = frozenset(map(str, SETTLED | PUT_AWAY))
_OVER: Final = frozenset(map(str, SETTLED))
_PAUSED: Final = {
    Status.WAITING: (Pause.CUSTOMER, Why.WAITING, ClockState.PAUSED),
    Status.ON_HOLD: (Pause.THIRD_PARTY, Why.ON_HOLD, ClockState.ON_HOLD),
}
_RUNNING, _MET, _BREACHED, _DROPPED = (
    ClockState.RUNNING,
    ClockState.MET,
    ClockState.BREACHED,
    ClockState.DROPPED,
)  # as names of their own they are at hand at once
_AS_EVER: Final[dict[str, tuple[Phase]]] = {str(status): ((None, None, str(status)),) for status in Status}


def _held(policies: Sequence[Policy]) -> _Held:
    rules = {
        metric: tuple(_rule(one, metric) for one in policies if metric in one.targets)
        for metric in Metric
        if any(metric in one.targets for one in policies)
    }
    return _Held(rules, max((one.grace // TICK for one in policies if Metric.RESOLUTION in one.targets), default=None))


def _rule(policy: Policy, metric: Metric) -> _Rule:
    target = policy.targets[metric]
    still = frozenset(str(status) for status in Status if _pause(status, metric, policy) is not None)
    return policy, target // TICK, min(target, target * policy.warn) // TICK, still


def phases(story: Story) -> Sequence[Phase]:
    """Return how a conversation stood, without a gap; what was recorded later has the word from its moment on."""
    if not story.stood:
        return _AS_EVER[story.status]
    starts: list[int | None] = [None]
    states = [story.stood[0][1]]
    for at, _, after in story.stood:
        while len(starts) > 1 and (since := starts[-1]) is not None and since >= at:
            starts.pop()
            states.pop()
        starts.append(at)
        states.append(after)
    return list(zip(starts, (*starts[1:], None), states, strict=True))


def rounds(story: Story, stretches: Sequence[Phase], laid: Laid) -> list[Round]:
    """Return every run of every metric, in the order of their beginnings within a metric."""
    since, _, status = stretches[-1]
    rests = (since or 0) if status in _REST else None  # 0: it never stood otherwise
    found = [] if story.task or not story.said else _responses(story, rests)
    if story.began_at is not None:
        _resolutions(story, story.began_at, stretches, laid, found)
    for at, tier, until, done in story.offered:
        if until is None and rests is not None:
            until = max(at, rests)  # noqa: PLW2901 - it waits for nobody any more
        found.append(Round(Metric.ACCEPTANCE, at, until, done, replace(story.matter, tier=Tier(tier))))
    return found


def _responses(story: Story, rests: int | None) -> list[Round]:
    """Return the runs of first and next response: from the oldest unanswered message to the next answer."""
    found: list[Round] = []
    waiting: list[tuple[int, int | None]] = []  # since when, and from when on they need no answer
    needless: int | None = None  # the first moment at which one of them does not
    metric, matter = Metric.FIRST_RESPONSE, story.matter
    for at, _, answers, marked in story.said:
        # An answer marks as handled what it answers, in its own moment: that comes after it.
        if needless is not None and needless < at:
            waiting, needless = _unmarked(waiting, needless, at, metric, matter, found)
        if answers:
            if waiting:
                found.append(Round(metric, waiting[0][0], at, True, matter))
                waiting, needless = [], None
            metric = Metric.NEXT_RESPONSE
        elif marked is None:
            waiting.append((at, None))
        else:
            # Where machines differ on the time a message may be marked before it came, and is owed nothing then.
            since = max(at, marked)
            waiting.append((at, since))
            needless = since if needless is None else min(needless, since)
    if needless is not None:
        waiting, _ = _unmarked(waiting, needless, None, metric, matter, found)
    if waiting:
        at = waiting[0][0]
        found.append(Round(metric, at, None if rests is None else max(at, rests), False, matter))
    return found


def _unmarked(
    waiting: list[tuple[int, int | None]],
    needless: int | None,
    until: int | None,
    metric: Metric,
    matter: Matter,
    found: list[Round],
) -> tuple[list[tuple[int, int | None]], int | None]:
    """Return what still waits at a moment, or in the end; where nothing was left that was the end of a run."""
    while needless is not None and (until is None or needless < until):
        left = [one for one in waiting if one[1] != needless]
        if not left:
            found.append(Round(metric, waiting[0][0], needless, False, matter))
        waiting, needless = left, min((one[1] for one in left if one[1] is not None), default=None)
    return waiting, needless


def _resolutions(story: Story, start: int, stretches: Sequence[Phase], laid: Laid, found: list[Round]) -> None:
    """Add the runs of resolution: one, unless a conversation came back later than grace allows."""
    before: Phase | None = None
    for phase in stretches:
        if before is not None and before[2] in _OVER and phase[2] not in _OVER and phase[0] is not None:
            since = max(start, before[0] or start)
            grace = laid.holding(story.matter, phase[0]).grace
            if grace is not None and phase[0] - since > grace:
                found.append(Round(Metric.RESOLUTION, start, since, True, story.matter))
                start = phase[0]
        before = phase
    since_last, _, status = stretches[-1]
    stopped = max(start, since_last or start) if status in _REST else None
    found.append(Round(Metric.RESOLUTION, start, stopped, status in _OVER, story.matter))


def reckoned(
    one: Round, stretches: Sequence[Phase], laid: Laid, calendars: Calendars, *, task: bool = False
) -> Reckoned | None:
    """Return where a round stands by its policies, whatever time it is now; `None` where none has a word on it.

    One that is not stopped is said to run, or to pause: whether it is late is for `at` to say.
    """
    metric, started, stopped, done, matter = one
    edges = laid.edges
    for since, until in _eras(laid, one) if edges and edges[-1] > started else ((started, None),):
        due = warns = policy = None
        for rule in laid.holding(matter, since).rules.get(metric, ()):
            if task and not rule[0].when.kind:
                continue
            reached, warned = _reached(started, stopped, stretches, rule, calendars(rule[0].calendar))
            if reached is not None and reached < since and since != started:
                reached = since  # it cannot have been broken before it was in force
            if policy is None or (reached is not None and (due is None or reached < due)):
                due, warns, policy, still = reached, warned, rule[0], rule[3]
        if due is not None and (until is None or due < until):
            break
    if policy is None:
        return None
    if warns is not None and due is not None and warns > due:
        warns = due
    if stopped is not None:
        state = _BREACHED if due is not None and due < stopped else _MET if done else _DROPPED
    else:
        status = stretches[-1][2]
        state = _PAUSED[Status(status)][2] if status in still else _RUNNING
    return Reckoned(one, state, due, warns, policy)


def _eras(laid: Laid, one: Round) -> Iterator[tuple[int, int | None]]:
    """Give the stretches through which the same policies are in force, from a round's beginning on."""
    since = one.started_at
    for edge in laid.edges:
        if edge > since and (one.stopped_at is None or edge < one.stopped_at):
            yield since, edge
            since = edge
    yield since, None


def _pause(status: Status, metric: Metric, policy: Policy) -> Why | None:
    """Return why a clock does not count while its conversation stands so; `None` where it does."""
    if status in SETTLED:
        return Why.SETTLED
    if status in PUT_AWAY:
        return Why.PUT_AWAY
    # A colleague is asked, whoever else is waited for.
    if status in _PAUSED and metric is not Metric.ACCEPTANCE and _PAUSED[status][0] in policy.pauses:
        return _PAUSED[status][1]
    return None


def _running(started: int, stopped: int | None, stretches: Sequence[Phase]) -> list[tuple[int, int | None, str]]:
    """Return the stretches of a round, each with how it stood; the last one of a round that goes on is open."""
    found = []
    for starts, ends, status in stretches:
        if ends is not None and ends <= started:
            continue
        since = started if starts is None or starts < started else starts
        if stopped is None or (ends is not None and ends <= stopped):
            found.append((since, ends, status))
        elif since < stopped:
            found.append((since, stopped, status))
    return found


def _reached(
    started: int, stopped: int | None, stretches: Sequence[Phase], rule: _Rule, hours: Hours
) -> tuple[int | None, int | None]:
    """Return when a rule's target is reached, and when it warns; of a round that is stopped, had it gone on."""
    _, left, early, still = rule
    alone, _, status = stretches[-1]
    if (alone is None or alone <= started) and status not in still:  # nearly all: nothing paused it
        warns, due = hours.ticks_after_both(started, early, left)
        return due, warns
    warned: int | None = None
    place = stopped
    for since, until, status in _running(started, stopped, stretches):
        if status in still:
            continue
        if until is None:
            place = since
            break
        spent = hours.ticks_between(since, until)
        if warned is None and spent >= early:
            warned = hours.ticks_after(since, early)
        if spent >= left:
            return hours.ticks_after(since, left), warned
        left, early = left - spent, early - spent
    if place is None:
        return None, warned
    if warned is not None:
        return hours.ticks_after(place, left), warned
    warned, due = hours.ticks_after_both(place, early, left)
    return due, warned


def at(found: Reckoned, stretches: Sequence[Phase], calendars: Calendars, now: datetime) -> ClockView:
    """Return how a reckoned round stands at a moment, interval by interval."""
    one, policy = found.round, found.policy
    hours = calendars(policy.calendar)
    intervals: list[Interval] = []
    spent = 0
    present = microseconds(now)
    end = max(present, one.started_at) if one.stopped_at is None else one.stopped_at

    def lay(starts: int, ends: int, why: Why, calendar: str) -> None:
        intervals.append(Interval(moment(starts), moment(ends), why is Why.OPEN, why, calendar, policy.name))

    for starts, ends, status in _running(one.started_at, one.stopped_at, stretches):
        until = end if ends is None else min(ends, end)
        if until <= starts:
            continue
        pause = _pause(Status(status), one.metric, policy)
        if pause is not None:
            lay(starts, until, pause, "")
            continue
        place = starts
        for opens, shuts in hours.ticks_open(starts, until):
            if opens > place:
                lay(place, opens, Why.CLOSED, policy.calendar)
            lay(opens, shuts, Why.OPEN, policy.calendar)
            spent += shuts - opens
            place = shuts
        if place < until:
            lay(place, until, Why.CLOSED, policy.calendar)
    state = found.state
    if one.stopped_at is None and found.due_at is not None and found.due_at < present:
        state = ClockState.BREACHED
    due, warns, stopped = (
        None if one is None else moment(one) for one in (found.due_at, found.warn_at, one.stopped_at)
    )
    return ClockView(
        metric=one.metric,
        state=state,
        started_at=moment(one.started_at),
        due_at=due,
        warn_at=warns,
        stopped_at=stopped,
        spent=timedelta(microseconds=spent),
        target=policy.targets[one.metric],
        policy=policy.name,
        calendar=policy.calendar,
        intervals=tuple(intervals),
    )


def clocks(story: Story, policies: Sequence[Policy], calendars: Calendars, now: datetime) -> tuple[ClockView, ...]:
    """Return every clock of a conversation as it stands now, by metric and by when it started.

    Args:
        story: what happened.
        policies: every version of every policy.
        calendars: by name.
        now: the moment, aware; one before a clock started counts as its start.
    """
    stretches, laid = phases(story), Laid(policies)
    found = (reckoned(one, stretches, laid, calendars, task=story.task) for one in rounds(story, stretches, laid))
    return tuple(at(one, stretches, calendars, now) for one in found if one is not None)
