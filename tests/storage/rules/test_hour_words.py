"""Hours and spans as people type them: written as they are read, and refused where they are none."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.kinds.errors import BadField
from storage.kinds.hour_words import day_text, read_day, read_windows, windows_text
from storage.kinds.hours import Calendar, OwnDay, Window
from storage.kinds.spans import read_span, span_text
from storage.rules.terms import faults

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)

clocks = st.integers(0, 24 * 60 - 1).map(lambda minutes: time(*divmod(minutes, 60)))
windows = st.sets(st.builds(Window, st.integers(0, 6), clocks, clocks), max_size=15)


@given(windows)
def test_windows_are_read_as_they_are_written(some: set[Window]) -> None:
    assert set(read_windows(windows_text(tuple(some)))) == some


def test_days_in_a_row_stand_together() -> None:
    text = "mon-thu 09:00-12:00 13:00-18:00, fri 09:00-24:00, sat-sun 22:00-06:00"
    assert windows_text(read_windows(text)) == text
    assert windows_text(read_windows("Fri - Mon 9:00 - 18:00")) == "mon 09:00-18:00, fri-sun 09:00-18:00"
    assert read_windows("") == ()


@pytest.mark.parametrize(
    "text", ["9-18", "mon", "mon 9-18", "mon 09:60-18:00", "mon 09:00", "fun 09:00-18:00", "mon 24:00-01:00"]
)
def test_what_is_no_hours_is_named(text: str) -> None:
    with pytest.raises(BadField) as wrong:
        read_windows(f"tue 09:00-10:00, {text}")
    assert wrong.value.value == text


@pytest.mark.parametrize(
    "text", ["shut", "shut Carnaval da casa", "09:00-12:00", "09:00-12:00 22:00-24:00 Christmas Eve"]
)
def test_a_day_of_its_own_is_read_as_it_is_written(text: str) -> None:
    assert day_text(read_day("2026-12-24", text)) == text


@pytest.mark.parametrize(
    ("day", "text"), [("24/12/2026", "shut"), ("2026-12-24", "closed"), ("2026-12-24", "party 09:00-10:00")]
)
def test_what_is_no_day_is_refused(day: str, text: str) -> None:
    with pytest.raises(BadField):
        read_day(day, text)


@given(st.integers(0, 200_000), st.booleans())
def test_spans_are_read_as_they_are_written(minutes: int, days) -> None:
    span = timedelta(minutes=minutes)
    assert read_span(span_text(span, days=days)) == span


@pytest.mark.parametrize("text", ["", "4", "-4h", "4h-", "h", "1.5h", "4 hours", "²h"])
def test_what_is_no_span_is_none(text: str) -> None:
    assert read_span(text) is None


def wrong(calendar: Calendar) -> list[tuple[str, bool]]:
    return [(fault.reason, fault.grave) for fault in faults([calendar], now=NOW)]


def test_what_is_wrong_with_a_calendar_is_found() -> None:
    week = read_windows("mon-fri 09:00-18:00")
    good = Calendar("x", "UTC", week, "BR", "SP")
    assert wrong(good) == []
    assert wrong(Calendar("x", "Mars", week)) == [("zone", True)]
    assert wrong(Calendar("x", "UTC", week, "XX")) == [("country", True)]
    assert wrong(Calendar("x", "UTC", week, "BR", "ZZ")) == [("region", True)]
    assert wrong(Calendar("x", "UTC", ())) == [("never_open", True)]
    far = OwnDay(date(2029, 1, 1), ((time(9), time(10)),))
    assert wrong(Calendar("x", "UTC", (), days=(far,))) == [("never_open", True)]
    for text in ("mon 09:00-12:00 11:00-13:00", "sun 22:00-06:00, mon 05:00-07:00", "mon 22:00-06:00, tue 01:00-02:00"):
        assert wrong(Calendar("x", "UTC", read_windows(text))) == [("overlap", False)], text
    assert wrong(Calendar("x", "UTC", read_windows("mon 22:00-06:00, tue 06:00-07:00"))) == []
    # Of a version that holds no more only its zone matters.
    for bad, found in ((Calendar("x", "UTC", week, "XX"), []), (Calendar("x", "Mars", week), ["zone"])):
        held = [bad, Calendar("x", "UTC", week, valid_from=NOW - timedelta(days=1))]
        assert [fault.reason for fault in faults(held, now=NOW)] == found
