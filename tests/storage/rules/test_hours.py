"""Business hours, held against a slow model that looks at every minute by the clock on the wall."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.kinds.errors import BadField
from storage.kinds.hours import Calendar, KeptCalendar, OwnDay, Window, holding
from storage.rules.holidays_in import country_of, holidays_in, region_of
from storage.rules.hours import ALWAYS, LAST_YEAR, Hours, hours_of

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ZONES = {  # a moment beside which each puts its clocks on or back, or passes a day over
    "America/Sao_Paulo": datetime(2018, 11, 4, 3, tzinfo=UTC),
    "Europe/Madrid": datetime(2026, 10, 25, 1, tzinfo=UTC),
    "Europe/London": datetime(2026, 3, 29, 1, tzinfo=UTC),
    "America/New_York": datetime(2026, 3, 8, 7, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2026, 4, 4, 15, tzinfo=UTC),
    "Africa/Casablanca": datetime(2026, 2, 15, 2, tzinfo=UTC),
    "America/Havana": datetime(2026, 11, 1, 5, tzinfo=UTC),
    "Asia/Kathmandu": datetime(2026, 1, 1, tzinfo=UTC),
    "Pacific/Apia": datetime(2011, 12, 30, 10, tzinfo=UTC),
    "Pacific/Kiritimati": datetime(2026, 12, 31, 10, tzinfo=UTC),
    "Antarctica/Troll": datetime(2026, 3, 29, 1, tzinfo=UTC),
    "America/Caracas": datetime(2016, 5, 1, 7, tzinfo=UTC),
    "Asia/Tehran": datetime(2022, 9, 21, 19, 30, tzinfo=UTC),
    "Etc/GMT+12": datetime(2026, 1, 1, tzinfo=UTC),
}
WEEK = tuple(Window(day, time(9), time(18)) for day in range(5))
OFFICE = Calendar("office", "America/Sao_Paulo", WEEK, country="BR", region="SP")


def at(text: str, zone: str = "UTC", *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


class Model:
    """Whether it is open, asked of every minute."""

    def __init__(self, versions: tuple[Calendar, ...], shut: set[date]) -> None:
        self.versions, self.shut = versions, shut

    def is_open(self, moment: datetime) -> bool:
        calendar = holding(self.versions, moment)
        wall = moment.astimezone(ZoneInfo(calendar.zone)).replace(tzinfo=None)
        for day in (wall.date(), wall.date() - DAY):
            for opens, closes in self._hours(calendar, day):
                begins = datetime.combine(day, opens)
                ends = datetime.combine(day if closes > opens else day + DAY, closes)
                if begins <= wall < ends:
                    return True
        return False

    def _hours(self, calendar: Calendar, day: date):
        own = [one.hours for one in calendar.days if one.day == day]
        if own:
            return own[-1]
        if calendar.country and day in self.shut:
            return ()
        return [(one.opens, one.closes) for one in calendar.windows if one.day == day.weekday()]

    def between(self, start: datetime, end: datetime) -> timedelta:
        total, cell = timedelta(0), start.replace(second=0, microsecond=0)
        while cell < end:
            if start < end and self.is_open(cell):
                total += min(cell + MINUTE, end) - max(cell, start)
            cell += MINUTE
        return total


minutes = st.integers(0, 24 * 60 - 1).map(lambda count: time(*divmod(count, 60)))
pairs = st.tuples(minutes, minutes)


@st.composite
def made(draw):
    """A calendar of one or two versions, its holidays, and two moments beside what its zone's clocks do."""
    name = draw(st.sampled_from(sorted(ZONES)))
    middle = ZONES[name]
    days = st.integers(-4, 4).map(lambda count: (middle + count * DAY).date())
    start = middle + timedelta(seconds=draw(st.integers(-3 * 86_400, 2 * 86_400)))
    end = start + timedelta(seconds=draw(st.integers(-3_600, 3 * 86_400)))
    versions = []
    for place in range(draw(st.integers(1, 2))):
        windows = draw(st.lists(st.builds(Window, st.integers(0, 6), minutes, minutes), max_size=12))
        own = draw(st.dictionaries(days, st.lists(pairs, max_size=2).map(tuple), max_size=3))
        zone = name if not place else draw(st.sampled_from(sorted(ZONES)))
        since = middle + draw(st.integers(-3_000, 3_000)) * MINUTE if place else None
        versions.append(
            Calendar(
                "made",
                zone,
                tuple(windows),
                country=draw(st.sampled_from(["", "BR"])),
                days=tuple(OwnDay(day, hours) for day, hours in own.items()),
                valid_from=since,
            )
        )
    return tuple(versions), draw(st.sets(days, max_size=3)), start, end


def of(versions: tuple[Calendar, ...], shut: set[date]) -> Hours:
    return Hours(versions, lambda _country, _region, year, _optional: {day: "" for day in shut if day.year == year})


@given(made())
@settings(max_examples=150, deadline=None)
def test_the_same_answer_as_looking_at_every_minute(case) -> None:
    versions, shut, start, end = case
    hours, model = of(versions, shut), Model(versions, shut)
    open_time = model.between(start, end)
    assert hours.between(start, end) == open_time
    assert hours.is_open(start) == model.is_open(start)
    assert hours.is_open(end) == model.is_open(end)
    spans = hours.spans(start, end)
    assert sum((shuts - opens for opens, shuts in spans), timedelta(0)) == open_time
    assert all(start <= opens < shuts <= end for opens, shuts in spans)
    assert all(before[1] < after[0] for before, after in pairwise(spans))


@given(made(), st.integers(1, 400_000))
@settings(max_examples=150, deadline=None)
def test_after_is_the_first_moment_by_which_so_much_has_been_open(case, seconds: int) -> None:
    versions, shut, start, end = case
    hours, amount = of(versions, shut), timedelta(seconds=seconds)
    due = hours.after(start, amount)
    if due is None:
        assert hours.between(start, datetime(LAST_YEAR, 1, 1, tzinfo=UTC)) < amount
    else:
        assert hours.between(start, due) == amount
        assert hours.between(start, due - timedelta(seconds=1)) == amount - timedelta(seconds=1)
    spent = hours.between(start, end)
    if spent:
        back = hours.after(start, spent)
        assert back is not None
        assert back <= end
        assert hours.between(back, end) == timedelta(0)


@pytest.mark.parametrize(
    ("window", "start", "seconds"),
    [
        # Clocks in Madrid are put on from 02:00 to 03:00 on 2026-03-29, and back from 03:00 to 02:00 on 2026-10-25.
        ((time(1), time(4)), "2026-03-29", 2 * 3600),
        ((time(2, 15), time(2, 45)), "2026-03-29", 0),
        ((time(2, 30), time(4)), "2026-03-29", 3600),
        ((time(1), time(4)), "2026-10-25", 4 * 3600),
        ((time(2, 15), time(2, 45)), "2026-10-25", 3600),
        ((time(0), time(0)), "2026-03-29", 23 * 3600),
        ((time(0), time(0)), "2026-10-25", 25 * 3600),
    ],
)
def test_a_window_on_the_night_when_clocks_change(window, start: str, seconds: int) -> None:
    hours = hours_of(Calendar("night", "Europe/Madrid", (Window(6, *window),)))
    begins = at(start, "Europe/Madrid")
    assert hours.between(begins, begins + 26 * HOUR).total_seconds() == seconds


def test_a_holiday_shuts_what_opens_on_it_and_a_day_of_its_own_goes_before_it() -> None:
    night = Calendar("night", "America/Sao_Paulo", tuple(Window(day, time(22), time(6)) for day in range(7)), "BR")
    hours = hours_of(night)
    # 2026-09-07, a Monday, is Independence Day: Sunday's night goes on into it, Monday's does not begin.
    assert hours.is_open(at("2026-09-07T05:59", "America/Sao_Paulo"))
    assert not hours.is_open(at("2026-09-07T23:00", "America/Sao_Paulo"))
    assert not hours.is_open(at("2026-09-08T05:00", "America/Sao_Paulo"))
    own = Calendar(
        "own",
        "America/Sao_Paulo",
        WEEK,
        "BR",
        days=(OwnDay(date(2026, 9, 7), ((time(10), time(12)),)), OwnDay(date(2026, 9, 8))),
    )
    whole = at("2026-09-07", "America/Sao_Paulo"), at("2026-09-09", "America/Sao_Paulo")
    assert hours_of(own).spans(*whole) == (
        (at("2026-09-07T10:00", "America/Sao_Paulo"), at("2026-09-07T12:00", "America/Sao_Paulo")),
    )


def test_holidays_of_a_state_and_those_left_to_each_house() -> None:
    revolution, carnival = date(2026, 7, 9), date(2026, 2, 17)
    assert revolution in holidays_in("BR", "SP", 2026)
    assert revolution not in holidays_in("BR", "RJ", 2026)
    assert carnival not in holidays_in("BR", "SP", 2026)
    assert holidays_in("BR", "SP", 2026, optional=True)[carnival] == "Carnaval"
    assert holidays_in("", "", 2026) == {}
    wall = at("2026-02-17T10:00", "America/Sao_Paulo")
    assert hours_of(OFFICE).is_open(wall)
    assert not hours_of(Calendar("c", OFFICE.zone, WEEK, "BR", "SP", optional=True)).is_open(wall)


def test_a_country_or_a_state_that_is_none_is_named() -> None:
    assert (country_of(" br "), region_of("BR", "sp"), region_of("US", "california")) == ("BR", "SP", "CA")
    with pytest.raises(BadField) as wrong:
        country_of("XX")
    assert (wrong.value.field, wrong.value.reason) == ("country", "country")
    with pytest.raises(BadField) as wrong:
        region_of("BR", "ZZ")
    assert "SP" in wrong.value.choices


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "America", "/etc/localtime", "a\0b"])
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    with pytest.raises(BadField) as wrong:
        hours_of(Calendar("x", zone, WEEK))
    assert wrong.value.reason == "zone"


def test_a_calendar_that_never_opens_again_has_no_deadline() -> None:
    start = at("2026-11-28T12:00")
    assert hours_of(Calendar("shut", "UTC", ())).after(start, MINUTE) is None
    once = Calendar("once", "UTC", (), days=(OwnDay(date(2030, 1, 2), ((time(9), time(10)),)),))
    assert hours_of(once).after(start, HOUR) == at("2030-01-02T10:00")
    assert hours_of(once).after(start, HOUR + MINUTE) is None
    shut_later = (Calendar("x", "UTC", WEEK), Calendar("x", "UTC", (), valid_from=at("2026-11-30T10:00")))
    assert hours_of(shut_later).after(start, HOUR) == at("2026-11-30T10:00")
    assert hours_of(shut_later).after(start, HOUR + MINUTE) is None
    between = (*shut_later[:1], Calendar("x", "UTC", WEEK, valid_from=at("2028-01-01")))
    later = (*between, Calendar("x", "UTC", (), valid_from=at("2030-01-01")))
    assert hours_of(later).after(at("2029-12-31T17:00"), HOUR) == at("2029-12-31T18:00")


def test_an_edit_counts_from_its_moment_on_and_not_before() -> None:
    edited = at("2026-12-02T12:00")
    versions = (Calendar("x", "UTC", WEEK), Calendar("x", "UTC", (Window(2, time(12), time(13)),), valid_from=edited))
    hours = hours_of(versions)
    assert hours.between(at("2026-11-30"), edited) == hours_of(versions[0]).between(at("2026-11-30"), edited)
    assert hours.between(edited, edited + DAY) == HOUR
    kept = KeptCalendar("x", versions)
    assert KeptCalendar.read(kept.written()) == kept
    assert kept.at(edited - MINUTE) == versions[0]
    assert kept.at(edited) == versions[1]


def test_always_is_every_moment() -> None:
    start = at("2026-11-28T12:00")
    assert ALWAYS.between(start, start + DAY) == DAY
    assert ALWAYS.between(start + DAY, start) == timedelta(0)
    assert ALWAYS.after(start, HOUR) == start + HOUR
    assert ALWAYS.after(start, timedelta.max) is None
    assert ALWAYS.is_open(start)
    assert ALWAYS.spans(start, start + DAY) == ((start, start + DAY),)


def test_moments_out_of_order_and_out_of_range_are_no_open_time() -> None:
    hours = hours_of(OFFICE)
    start = at("2026-11-27T12:00")
    assert hours.between(start, start - HOUR) == timedelta(0)
    assert hours.after(start, timedelta(0)) == start
    assert hours.between(datetime.min.replace(tzinfo=UTC), at("1969-12-31")) == timedelta(0)
    assert not hours.is_open(datetime.max.replace(tzinfo=UTC))
    assert hours.after(datetime.max.replace(tzinfo=UTC), HOUR) is None
    assert hours.spans(datetime.max.replace(tzinfo=UTC) - DAY, datetime.max.replace(tzinfo=UTC)) == ()


def test_a_warm_question_takes_microseconds() -> None:
    hours = hours_of(OFFICE)
    start = at("2026-03-02T12:00")
    end = start + 40 * DAY

    def least(act) -> float:
        act()
        found = []
        for _ in range(7):
            begun = perf_counter()
            for _ in range(2_000):
                act()
            found.append((perf_counter() - begun) / 2_000)
        return min(found)

    assert least(lambda: hours.between(start, end)) < 5e-6
    assert least(lambda: hours.after(start, 60 * HOUR)) < 5e-6
