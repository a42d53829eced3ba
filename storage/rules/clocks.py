"""Clocks (DOMAIN §3): how long what is owed has waited, by which policies, and when it is due; pure.

A clock starts at a message, a beginning or a transfer, and stops at an answer, a resolution or an acceptance. Between
the two it counts the open hours of its policy's calendar, without the pauses that the policy grants. Its deadline is
the first moment at which, by a policy that is in force at that moment, the time counted reaches the target: so the
shortest deadline wins, an edit touches what still runs, and never what was late or done before it.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Final

from storage.kinds import PUT_AWAY, SETTLED, Status, Tier
from storage.kinds.clocks import ClockState, ClockView, Interval, Why
from storage.kinds.policies import CONDITIONS, Matter, Metric, Pause, Policy
from storage.rules.hours import Hours
from storage.rules.policies import matching

Calendars = Callable[[str], Hours]
"""Gives the hours of a calendar by its name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A live message by a customer, that no machine wrote.

    Attributes:
        number: the message's: of two in one second the one taken in later came later.
        needless_at: when it was marked as needing no answer, by hand or with a resolution.
    """

    at: datetime
    number: int
    needless_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A public answer by a person: a letter that was not refused for good, or a call, whoever rang."""

    at: datetime
    number: int


@dataclass(frozen=True, slots=True)
class Stood:
    """A change of state; those of a conversation come in the order in which they were recorded."""

    at: datetime
    before: Status
    after: Status


@dataclass(frozen=True, slots=True)
class Offered:
    """A transfer that asks to be accepted.

    Attributes:
        tier: where it goes.
        until: when it was accepted, returned or gone; `None` while it is open.
        answered: whether somebody accepted or returned it.
    """

    at: datetime
    tier: Tier
    until: datetime | None = None
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """What happened in one conversation, as far as clocks are concerned; all by time, with numbers breaking ties.

    Attributes:
        status: where it stands now.
        matter: what the conditions of policies are held against.
        began_at: its first live message that is no note; `None` where all of it is history or the desk's own task.
        task: it began at the desk, and nobody waits for an answer: only a policy that names its kind has a word.
    """

    status: Status
    matter: Matter
    began_at: datetime | None
    asked: Sequence[Asked] = ()
    answered: Sequence[Answered] = ()
    stood: Sequence[Stood] = ()
    offered: Sequence[Offered] = ()
    task: bool = False


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch in which a conversation stood in one state; the last one ends with `None`."""

    starts: datetime | None
    ends: datetime | None
    status: Status


@dataclass(frozen=True, slots=True)
class Round:
    """One run of a metric: from what started it to what stopped it.

    Attributes:
        done: whether it was stopped by what it waited for.
    """

    metric: Metric
    started_at: datetime
    stopped_at: datetime | None
    done: bool
    matter: Matter


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A round by the policy that has the word.

    Attributes:
        due_at: `None` while a pause keeps it open, or where its calendar never opens for long enough.
    """

    round: Round
    state: ClockState
    due_at: datetime | None
    warn_at: datetime | None
    policy: Policy


class Laid:
    """What policies a desk has, and which of them hold: asked once for all conversations that are alike to them.

    Attributes:
        edges: the moments at which another version comes to hold, or one ceases to, in their order.
    """

    def __init__(self, policies: Sequence[Policy]) -> None:
        self.policies = tuple(policies)
        bounds = {edge for one in policies for edge in (one.valid_from, one.valid_until) if edge is not None}
        self.edges = sorted(bounds)
        names = [name for name in CONDITIONS if any(getattr(one.when, name) for one in policies)]
        self._asked = attrgetter(*names) if names else lambda _: None
        self._known: dict[Any, tuple[Policy, ...]] = {}

    def holding(self, matter: Matter, at: datetime) -> tuple[Policy, ...]:
        """Return as `storage.rules.policies.matching`."""
        key = self._asked(matter), bisect_right(self.edges, at) if self.edges else 0
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = matching(self.policies, matter, at)
        return found


_ASKED, _ANSWERED, _NEEDLESS = range(3)
_LAST: Final = 1 << 62

_PAUSED: Final = {
    Status.WAITING: (Pause.CUSTOMER, Why.WAITING, ClockState.PAUSED),
    Status.ON_HOLD: (Pause.THIRD_PARTY, Why.ON_HOLD, ClockState.ON_HOLD),
}


def phases(story: Story) -> list[Phase]:
    """Return how a conversation stood, without a gap; what was recorded later has the word from its moment on."""
    steps: list[tuple[datetime | None, Status]] = [(None, story.stood[0].before if story.stood else story.status)]
    for one in story.stood:
        while len(steps) > 1 and (since := steps[-1][0]) is not None and since >= one.at:
            steps.pop()
        steps.append((one.at, one.after))
    ends = [since for since, _ in steps[1:]]
    return [Phase(since, until, status) for (since, status), until in zip(steps, (*ends, None), strict=True)]


def rounds(story: Story, stretches: Sequence[Phase], laid: Laid) -> list[Round]:
    """Return every run of every metric, in the order of their beginnings within a metric."""
    last = stretches[-1]
    rests = last.starts if last.status in SETTLED or last.status in PUT_AWAY else None
    found = [] if story.task else list(_responses(story, rests))
    if story.began_at is not None:
        found += _resolutions(story, stretches, laid)
    for offer in story.offered:
        until, done = offer.until, offer.answered
        if until is None and rests is not None:
            until = max(offer.at, rests)
        found.append(Round(Metric.ACCEPTANCE, offer.at, until, done, replace(story.matter, tier=offer.tier)))
    return found


def _responses(story: Story, rests: datetime | None) -> Iterator[Round]:
    """Give the runs of first and next response: from the oldest unanswered message to the next answer."""
    steps = [(one.at, one.number, _ASKED) for one in story.asked]
    steps += [(one.at, one.number, _ANSWERED) for one in story.answered]
    # An answer marks as handled what it answers, in its own moment: that comes after it.
    # Where machines differ on the time a message may be marked before it came, and is owed nothing then.
    needless = {one.number: max(one.at, one.needless_at) for one in story.asked if one.needless_at}
    steps += [(moment, _LAST, _NEEDLESS) for moment in set(needless.values())]
    waiting: dict[int, Asked] = {}
    asked = {one.number: one for one in story.asked}
    metric = Metric.FIRST_RESPONSE
    for moment, number, what in sorted(steps):
        if what == _ASKED:
            waiting[number] = asked[number]
            continue
        since = min((one.at for one in waiting.values()), default=moment)
        if what == _ANSWERED:
            if waiting:
                yield Round(metric, since, moment, True, story.matter)
                waiting.clear()
            metric = Metric.NEXT_RESPONSE
        elif waiting:
            waiting = {number: one for number, one in waiting.items() if needless.get(number) != moment}
            if not waiting:
                yield Round(metric, since, moment, False, story.matter)
    if waiting:
        since = min(one.at for one in waiting.values())
        yield Round(metric, since, None if rests is None else max(since, rests), False, story.matter)


def _resolutions(story: Story, stretches: Sequence[Phase], laid: Laid) -> Iterator[Round]:
    """Give the runs of resolution: one, unless a conversation came back later than grace allows."""
    assert story.began_at is not None
    start = story.began_at
    for phase, before in zip(stretches[1:], stretches, strict=False):
        if before.status not in SETTLED or phase.status in SETTLED or phase.starts is None:
            continue
        since = max(start, before.starts or start)
        if phase.starts - since > _grace(laid, story.matter, phase.starts):
            yield Round(Metric.RESOLUTION, start, since, True, story.matter)
            start = phase.starts
    last = stretches[-1]
    if last.status in SETTLED or last.status in PUT_AWAY:
        yield Round(Metric.RESOLUTION, start, max(start, last.starts or start), last.status in SETTLED, story.matter)
    else:
        yield Round(Metric.RESOLUTION, start, None, False, story.matter)


def _grace(laid: Laid, matter: Matter, at: datetime) -> timedelta:
    held = [one.grace for one in laid.holding(matter, at) if Metric.RESOLUTION in one.targets]
    return max(held, default=timedelta.max)


def reckoned(
    one: Round, stretches: Sequence[Phase], laid: Laid, calendars: Calendars, *, task: bool = False
) -> Reckoned | None:
    """Return where a round stands by its policies, whatever time it is now; `None` where none has a word on it.

    One that is not stopped is said to run, or to pause: whether it is late is for `at` to say.
    """
    chosen: tuple[datetime | None, Policy] | None = None
    for since, until in _eras(laid, one):
        chosen = None
        for policy in laid.holding(one.matter, since):
            if one.metric not in policy.targets or (task and not policy.when.kind):
                continue
            due = _reached(one, stretches, policy, calendars, policy.targets[one.metric])
            if due is not None and due < since and since != one.started_at:
                due = since  # it cannot have been broken before it was in force
            if chosen is None or (due is not None and (chosen[0] is None or due < chosen[0])):
                chosen = due, policy
        if chosen is not None and chosen[0] is not None and (until is None or chosen[0] < until):
            break
    if chosen is None:
        return None
    due, policy = chosen
    warns = _reached(one, stretches, policy, calendars, policy.targets[one.metric] * policy.warn)
    if warns is not None and due is not None and warns > due:
        warns = due
    return Reckoned(one, _state(one, stretches, policy, due), due, warns, policy)


def _eras(laid: Laid, one: Round) -> Iterator[tuple[datetime, datetime | None]]:
    """Give the stretches through which the same policies are in force, from a round's beginning on."""
    since = one.started_at
    for edge in laid.edges:
        if edge > since and (one.stopped_at is None or edge < one.stopped_at):
            yield since, edge
            since = edge
    yield since, None


def _state(one: Round, stretches: Sequence[Phase], policy: Policy, due: datetime | None) -> ClockState:
    if one.stopped_at is not None:
        if due is not None and due < one.stopped_at:
            return ClockState.BREACHED
        return ClockState.MET if one.done else ClockState.DROPPED
    pause = _pause(stretches[-1].status, one, policy)
    return ClockState.RUNNING if pause is None else _PAUSED[stretches[-1].status][2]


def _pause(status: Status, one: Round, policy: Policy) -> Why | None:
    """Return why a clock does not count while its conversation stands so; `None` where it does."""
    if status in SETTLED:
        return Why.SETTLED
    if status in PUT_AWAY:
        return Why.PUT_AWAY
    # A colleague is asked, whoever else is waited for.
    if status in _PAUSED and one.metric is not Metric.ACCEPTANCE and _PAUSED[status][0] in policy.pauses:
        return _PAUSED[status][1]
    return None


def _running(
    one: Round, stretches: Sequence[Phase], policy: Policy
) -> Iterator[tuple[datetime, datetime | None, Why | None]]:
    """Give the stretches of a round, each with why it does not count; the last one of a round that goes on is open."""
    for phase in stretches:
        starts = one.started_at if phase.starts is None else max(one.started_at, phase.starts)
        ends = phase.ends
        if one.stopped_at is not None and (ends is None or ends > one.stopped_at):
            ends = one.stopped_at
        if ends is None or ends > starts:
            yield starts, ends, _pause(phase.status, one, policy)


def _reached(
    one: Round, stretches: Sequence[Phase], policy: Policy, calendars: Calendars, target: timedelta
) -> datetime | None:
    """Return when a target is reached; of a round that is stopped, when it would have been had it gone on."""
    hours, left = calendars(policy.calendar), target
    if one.stopped_at is None and len(stretches) == 1 and _pause(stretches[0].status, one, policy) is None:
        return hours.after(one.started_at, left)  # nearly all
    for starts, ends, pause in _running(one, stretches, policy):
        if pause is not None:
            continue
        if ends is None:
            return hours.after(starts, left)
        spent = hours.between(starts, ends)
        if spent >= left:
            return hours.after(starts, left)
        left -= spent
    return None if one.stopped_at is None else hours.after(one.stopped_at, left)


def at(found: Reckoned, stretches: Sequence[Phase], calendars: Calendars, now: datetime) -> ClockView:
    """Return how a reckoned round stands at a moment, interval by interval."""
    one, policy = found.round, found.policy
    hours = calendars(policy.calendar)
    intervals: list[Interval] = []
    spent = timedelta(0)
    end = max(now, one.started_at) if one.stopped_at is None else one.stopped_at
    for starts, ends, pause in _running(one, stretches, policy):
        until = end if ends is None else min(ends, end)
        if until <= starts:
            continue
        if pause is not None:
            intervals.append(Interval(starts, until, False, pause, "", policy.name))
            continue
        place = starts
        for opens, shuts in hours.spans(starts, until):
            if opens > place:
                intervals.append(Interval(place, opens, False, Why.CLOSED, policy.calendar, policy.name))
            intervals.append(Interval(opens, shuts, True, Why.OPEN, policy.calendar, policy.name))
            spent += shuts - opens
            place = shuts
        if place < until:
            intervals.append(Interval(place, until, False, Why.CLOSED, policy.calendar, policy.name))
    state = found.state
    if one.stopped_at is None and found.due_at is not None and found.due_at < now:
        state = ClockState.BREACHED
    return ClockView(
        metric=one.metric,
        state=state,
        started_at=one.started_at,
        due_at=found.due_at,
        warn_at=found.warn_at,
        stopped_at=one.stopped_at,
        spent=spent,
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
