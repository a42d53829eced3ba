"""A dashboard's days, weekdays and hours are the reader's, also where clocks are changed; figures are asked by name."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from storage.kinds import Status, Tier
from storage.kinds.dashboard import Behind, Growing, Heat, figure_text
from storage.kinds.moments import EPOCH
from storage.kinds.policies import Metric, Policy, When
from storage.rules import dashboard as rules
from storage.rules.query import BadQuery, Trouble
from storage.rules.query_reader import parse

BERLIN, KOLKATA = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def quarter(at: datetime) -> int:
    return (at - EPOCH) // rules.QUARTER


def cell(told: Heat) -> set[tuple[int, int, int]]:
    """Return the cells that are not empty: weekday, hour, count."""
    return {(day, hour, n) for day, row in enumerate(told.cells) for hour, n in enumerate(row) if n}


def test_in_the_night_when_the_clock_goes_back_its_hour_counts_twice():
    # 25 October 2026: 03:00 in summer is 02:00 in winter. 00:30 and 01:30 UTC are both half past two.
    now = datetime(2026, 10, 31, 12, tzinfo=BERLIN)
    came = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1, 2)]
    assert cell(rules.heat(((quarter(at), 1) for at in came), now)) == {(6, 2, 2), (6, 3, 1)}


def test_in_the_night_when_the_clock_goes_on_the_hour_that_is_left_out_stays_empty():
    # 29 March 2026: 02:00 in winter is 03:00 in summer. 00:45 and 01:00 UTC are a quarter apart.
    now = datetime(2026, 3, 31, 12, tzinfo=BERLIN)
    came = [datetime(2026, 3, 29, 0, 45, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)]
    assert cell(rules.heat(((quarter(at), 1) for at in came), now)) == {(6, 1, 1), (6, 3, 1)}


def test_an_offset_of_half_an_hour_parts_the_hours_rightly():
    now = datetime(2026, 3, 31, 12, tzinfo=KOLKATA)  # UTC+5:30
    came = [datetime(2026, 3, 29, 18, 15, tzinfo=UTC), datetime(2026, 3, 29, 18, 30, tzinfo=UTC)]
    told = rules.heat(((quarter(at), 2) for at in came), now)
    assert cell(told) == {(6, 23, 2), (0, 0, 2)}
    assert (told.n, told.peak) == (4, (0, 0))


def test_the_days_of_a_period_and_its_weeks_are_whole_ones_over_the_change():
    now = datetime(2026, 10, 26, 9, tzinfo=BERLIN)
    since, until = rules.midnight(date(2026, 10, 24), now), rules.midnight(date(2026, 10, 27), now)
    assert until.astimezone(UTC) - since.astimezone(UTC) == 73 * HOUR  # three days, one of them of 25 hours
    assert rules.days_of(since, until, now) == (date(2026, 10, 24), date(2026, 10, 25), date(2026, 10, 26))
    assert rules.days_of(since, until, datetime(2026, 10, 25, 23, tzinfo=BERLIN))[-1] == date(2026, 10, 25)
    ends = rules.week_ends(until, now)
    assert len(ends) == 10
    assert ends[-1] == until
    assert {end.hour for end in ends} == {0}
    assert ends[-1].astimezone(UTC) - ends[-2].astimezone(UTC) == timedelta(days=7) + HOUR


def test_first_responses_fall_on_the_readers_day_on_which_their_conversation_began():
    now = datetime(2026, 10, 26, 9, tzinfo=BERLIN)
    evening = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)  # half past midnight of Sunday
    asked = [(evening + number * MINUTE, float(60 * number)) for number in range(1, 11)]
    told = rules.by_day([*asked, (evening - HOUR, 5.0)], now)
    assert [(one.day, one.n, one.p50, one.p90) for one in told] == [
        (date(2026, 10, 24), 1, 5.0, 5.0),
        (date(2026, 10, 25), 10, 300.0, 540.0),
    ]


def test_a_conversation_was_open_in_its_tier_of_that_moment():
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    life = rules.Life(
        Tier.N2,
        Status.RESOLVED,
        at,
        [(at + 3 * HOUR, Status.OPEN), (at + 5 * HOUR, Status.SPAM), (at + 6 * HOUR, Status.OPEN)],
        [(at + 2 * HOUR, Tier.N1)],
    )
    moments = [at + hours * HOUR for hours in (-1, 1, 2.5, 4, 5.5, 7)]
    # Not begun; new in N1; handed on; then spam until it was let out at five, and resolved at six.
    assert [life.tier_open_at(one) for one in moments] == [None, Tier.N1, Tier.N2, None, Tier.N2, None]
    counts = rules.open_at({Tier.N1: 3, Tier.N2: 1}, [life], moments)
    assert counts == {Tier.N1: (3, 4, 3, 3, 3, 3), Tier.N2: (1, 1, 2, 1, 2, 1), Tier.N3: (0, 0, 0, 0, 0, 0)}


def test_tags_of_which_few_came_are_not_spoken_of_and_the_rest_by_how_much_they_grew():
    many, new, few = (
        Growing("bill", (4,) * 8 + (9,)),
        Growing("login", (0,) * 8 + (5,)),
        Growing("export", (0,) * 8 + (4,)),
    )
    ever = Growing("tax", (6,) * 8 + (6,))
    assert rules.most_grown([ever, few, many, new]) == (new, many, ever)
    assert (many.usual, many.times, new.times, ever.times) == (4.0, 2.25, None, 1.0)


def test_the_target_is_what_the_policies_in_force_promise_for_everything():
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    rest = Policy("rest", {Metric.FIRST_RESPONSE: 8 * HOUR}, fallback=True)
    vip = Policy("vip", {Metric.FIRST_RESPONSE: MINUTE}, when=When(touch=("high",)))
    old = Policy("all", {Metric.FIRST_RESPONSE: HOUR}, valid_until=now)
    held = Policy("all", {Metric.FIRST_RESPONSE: 2 * HOUR}, valid_from=now)
    assert rules.target([vip], now) is None
    assert rules.target([rest, vip, old], now) == 8 * HOUR
    assert rules.target([rest, vip, old, held], now) == 2 * HOUR


@pytest.mark.parametrize(
    ("text", "behind", "more", "history"),
    [
        ("figure:solved@2026-10-24..2026-10-26", Behind.SOLVED, (), False),
        ("figure:incoming-mon-10@2026-10-24..2026-10-26,history", Behind.INCOMING, ("mon", "10"), True),
        ("figure:handed-n1-n2@2026-10-24..2026-10-26", Behind.HANDED, ("n1", "n2"), False),
        ("figure:breached-first_response@2026-10-24..2026-10-26", Behind.BREACHED, ("first_response",), False),
    ],
)
def test_a_query_names_a_figure_of_the_readers_days(text, behind, more, history):
    now = datetime(2026, 10, 31, 9, tzinfo=BERLIN)
    asked = rules.figure_asked(parse(text, now=now).where)
    assert (asked.behind, asked.more, asked.history) == (behind, more, history)
    assert (asked.since, asked.until) == (
        datetime(2026, 10, 23, 22, tzinfo=UTC),
        datetime(2026, 10, 26, 23, tzinfo=UTC),
    )
    said = "-".join((behind, *more))
    assert figure_text(said, date(2026, 10, 24), date(2026, 10, 26), history=history) == text


@pytest.mark.parametrize(
    ("value", "trouble"),
    [
        ("solved", Trouble.UNKNOWN_VALUE),
        ("nothing@2026-10-24..2026-10-26", Trouble.UNKNOWN_VALUE),
        ("incoming-mon-24@2026-10-24..2026-10-26", Trouble.UNKNOWN_VALUE),
        ("incoming-mon-²@2026-10-24..2026-10-26", Trouble.UNKNOWN_VALUE),
        ("solved-mon@2026-10-24..2026-10-26", Trouble.UNKNOWN_VALUE),
        ("handed-n1-n9@2026-10-24..2026-10-26", Trouble.UNKNOWN_VALUE),
        ("solved@2026-10-24..2026-13-26", Trouble.BAD_DATE),
        ("solved@2026-10-24..9999-12-31", Trouble.BAD_DATE),
    ],
)
def test_what_names_no_figure_is_refused_where_it_stands(value, trouble):
    with pytest.raises(BadQuery) as caught:
        parse(f"is:open figure:{value}", now=datetime(2026, 10, 31, 9, tzinfo=BERLIN))
    assert (caught.value.trouble, caught.value.place) == (trouble, 8)
