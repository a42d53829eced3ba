"""Clocks against a slow model that walks minute by minute: any events, calendars and policies, the same answer."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.kinds import PUT_AWAY, SETTLED, Status, Tier
from storage.kinds.clocks import ClockState, Why
from storage.kinds.hours import Calendar, OwnDay, Window
from storage.kinds.moments import microseconds, moment
from storage.kinds.policies import Matter, Metric, Pause, Policy, When
from storage.rules.clocks import Story, clocks
from storage.rules.hours import ALWAYS, hours_of
from storage.rules.policies import matching

MINUTE = timedelta(minutes=1)
MATTER = Matter(priority="normal", touch="", tier="n1", mailbox="one", organization=None, kind="care")
# The nights on which São Paulo (2018), Madrid and New York put their clocks on or back, and a plain week.
BEGINNINGS = [
    datetime(2018, 11, 3, 12, tzinfo=UTC),
    datetime(2026, 3, 28, 12, tzinfo=UTC),
    datetime(2026, 10, 24, 12, tzinfo=UTC),
    datetime(2026, 11, 1, 0, tzinfo=UTC),
    datetime(2026, 6, 10, 7, tzinfo=UTC),
]
ZONES = ["America/Sao_Paulo", "Europe/Madrid", "America/New_York", "Asia/Kathmandu", "UTC"]
LASTS = 40 * 60  # minutes that the model walks

TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
WINDOWS = st.lists(st.builds(Window, st.integers(0, 6), TIMES, TIMES), min_size=1, max_size=10).map(tuple)
MOMENTS = st.integers(0, LASTS)
SPANS = st.integers(1, 20 * 60).map(lambda minutes: timedelta(minutes=minutes))
TARGETS = st.dictionaries(st.sampled_from([*Metric]), SPANS, min_size=1)
STEPS = st.lists(st.tuples(MOMENTS, st.sampled_from([*Status])), max_size=5)
PAUSES = st.sampled_from([(), (Pause.CUSTOMER,), (Pause.THIRD_PARTY,), (Pause.CUSTOMER, Pause.THIRD_PARTY)])


@st.composite
def calendars(draw, zero: datetime) -> tuple[Calendar, ...]:
    first = Calendar("days", draw(st.sampled_from(ZONES)), draw(WINDOWS))
    if draw(st.booleans()):
        return (first,)
    shut = OwnDay(date(zero.year, zero.month, zero.day) + timedelta(days=1))
    later = Calendar(
        "days",
        draw(st.sampled_from(ZONES)),
        draw(WINDOWS),
        days=(shut,),
        valid_from=zero + draw(MOMENTS) * MINUTE,
    )
    return first, later


@st.composite
def policies(draw, zero: datetime) -> tuple[Policy, ...]:
    found = []
    for number in range(draw(st.integers(1, 3))):
        edges = sorted(draw(st.lists(MOMENTS, max_size=2, unique=True)))
        bounds = [None, *(zero + edge * MINUTE for edge in edges), None]
        for since, until in pairwise(bounds):
            found.append(
                Policy(
                    f"p{number}",
                    draw(TARGETS),
                    draw(st.sampled_from(["days", "always"])),
                    When(tier=draw(st.sampled_from([(), ("n1",), ("n2",)]))),
                    pauses=draw(PAUSES),
                    fallback=draw(st.booleans()),
                    grace=timedelta(hours=draw(st.sampled_from([1, 10]))),
                    valid_from=since,
                    valid_until=until,
                )
            )
    return tuple(found)


@st.composite
def stories(draw, zero: datetime) -> Story:
    def ticks(minute: int) -> int:
        return microseconds(zero + minute * MINUTE)

    numbers = iter(range(1, 100))
    asked = [
        (ticks(at), next(numbers), False, None if later is None else ticks(at + later))
        for at, later in draw(st.lists(st.tuples(MOMENTS, st.none() | st.integers(0, 600)), max_size=4))
    ]
    answered = [(ticks(at), next(numbers), True, None) for at in draw(st.lists(MOMENTS, max_size=3))]
    before, stood = draw(st.sampled_from([*Status])), []
    for at, status in draw(STEPS):  # as they were recorded: mail that comes late tells of what was
        stood.append((ticks(at), before, status))
        before = status
    offered = [
        (ticks(at), Tier.N2, None if lasts is None else ticks(at + lasts), lasts is not None)
        for at, lasts in draw(st.lists(st.tuples(MOMENTS, st.none() | st.integers(1, 900)), max_size=1))
    ]
    said = sorted((*asked, *answered))
    return Story(before, MATTER, said[0][0] if said else None, said, stood, offered)


def open_at(versions: Sequence[Calendar], minute: datetime) -> bool:
    """Whether the wall clock stands in a window in this minute: by the letter, nothing remembered."""
    version = [one for one in versions if one.valid_from is None or one.valid_from <= minute][-1]
    wall = minute.astimezone(ZoneInfo(version.zone)).replace(tzinfo=None)
    own = {one.day for one in version.days}
    for back in (0, 1):
        day = wall.date() - timedelta(days=back)
        if day in own:
            continue
        for window in version.windows:
            if window.day != day.weekday():
                continue
            opens = datetime.combine(day, window.opens)
            closes = datetime.combine(day, window.closes)
            if closes <= opens:
                closes += timedelta(days=1)
            if opens <= wall < closes:
                return True
    return False


def status_at(story: Story, minute: datetime) -> Status:
    """Where it stood: what was recorded last of what had come true."""
    came = [after for at, _, after in story.stood if moment(at) <= minute]
    return Status(came[-1] if came else story.stood[0][1] if story.stood else story.status)


def runs(metric: Metric, policy: Policy, status: Status) -> bool:
    if status in SETTLED or status in PUT_AWAY:
        return False
    if metric is Metric.ACCEPTANCE:
        return True
    paused = {Status.WAITING: Pause.CUSTOMER, Status.ON_HOLD: Pause.THIRD_PARTY}.get(status)
    return paused is None or paused not in policy.pauses


class Model:
    """Walks from a clock's start, counting for every policy the minutes that count."""

    def __init__(self, story: Story, held: Sequence[Policy], versions: Sequence[Calendar]) -> None:
        self.story, self.held, self.versions = story, held, versions

    def counts(self, metric: Metric, policy: Policy, minute: datetime) -> bool:
        open_now = policy.calendar == "always" or open_at(self.versions, minute)
        return open_now and runs(metric, policy, status_at(self.story, minute))

    def due(self, metric: Metric, matter: Matter, start: datetime, end: datetime) -> tuple[datetime, str] | None:
        """The first moment, not after `end`, at which a policy in force has had its target spent."""
        spent: dict[int, timedelta] = {}
        minute = start
        while minute <= end:
            reached = [
                policy.name
                for policy in matching(self.held, matter, minute)
                if metric in policy.targets and spent.get(self.number(policy), timedelta(0)) >= policy.targets[metric]
            ]
            if reached:
                return minute, reached[0]
            for number, policy in enumerate(self.held):
                if self.counts(metric, policy, minute):
                    spent[number] = spent.get(number, timedelta(0)) + MINUTE
            minute += MINUTE
        return None

    def number(self, policy: Policy) -> int:
        """Which of the policies it is, of which targets may have been taken."""
        return next(
            number
            for number, one in enumerate(self.held)
            if (one.name, one.valid_from) == (policy.name, policy.valid_from)
        )


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_clocks_are_as_walking_minute_by_minute_finds_them(data) -> None:
    zero = data.draw(st.sampled_from(BEGINNINGS))
    versions, held, story = data.draw(calendars(zero)), data.draw(policies(zero)), data.draw(stories(zero))
    now = zero + data.draw(MOMENTS) * MINUTE
    model = Model(story, held, versions)
    days = hours_of(versions)
    found = clocks(story, held, lambda name: ALWAYS if name == "always" else days, now)
    for clock in found:
        matter = MATTER if clock.metric is not Metric.ACCEPTANCE else Matter(**{**_fields(MATTER), "tier": "n2"})
        end = clock.stopped_at or max(now, clock.started_at)
        due = model.due(clock.metric, matter, clock.started_at, end)
        late = due is not None and due[0] < end
        if late:
            assert due is not None
            assert (clock.state, clock.due_at) == (ClockState.BREACHED, due[0])
        else:
            assert clock.state is not ClockState.BREACHED
            assert clock.due_at is None or clock.due_at >= end
        policy = next(one for one in held if one.name == clock.policy and _targets(one, clock))
        spent, minute = timedelta(0), clock.started_at
        while minute < end:
            inside = next(one for one in clock.intervals if one.starts <= minute < one.ends)
            counted = model.counts(clock.metric, policy, minute)
            assert inside.counted is counted, (minute, inside)
            assert inside.counted == (inside.rule is Why.OPEN)
            spent += MINUTE * counted
            minute += MINUTE
        assert clock.spent == spent
        for one, other in pairwise(clock.intervals):
            assert one.ends == other.starts
        if clock.stopped_at is None and clock.due_at is not None and not late:
            # Nothing more happens: it is due when walking on says so.
            ahead = model.due(clock.metric, matter, clock.started_at, clock.due_at + MINUTE)
            assert clock.due_at - now > timedelta(days=5) or (ahead is not None and ahead[0] == clock.due_at)


def _targets(policy: Policy, clock) -> bool:
    return policy.targets.get(clock.metric) == clock.target and policy.calendar == clock.calendar


def _fields(matter: Matter) -> dict:
    return {name: getattr(matter, name) for name in ("priority", "touch", "tier", "mailbox", "organization", "kind")}
