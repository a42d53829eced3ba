"""Shifts read out of calendars: what comes once, what comes again, and what is refused."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from console.library.shifts import CalendarTrouble, read
from storage.kinds.rotas import Every

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MADRID = ZoneInfo("Europe/Madrid")
DAY = timedelta(days=1)


def calendar(tmp_path: Path, *events: str) -> Path:
    """A file with events, each given by its lines after SUMMARY."""
    body = "".join(f"BEGIN:VEVENT\r\nUID:{place}\r\n{event}\r\nEND:VEVENT\r\n" for place, event in enumerate(events))
    file = tmp_path / "rota.ics"
    file.write_text(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}END:VCALENDAR\r\n", encoding="utf-8")
    return file


WEEK = "DTSTART;TZID=Europe/Madrid:20260302T090000\r\nDTEND;TZID=Europe/Madrid:20260309T090000"
NIGHT = "DTSTART:20260304T220000Z\r\nDTEND:20260305T060000Z"


def test_events_give_who_from_when_until_when(tmp_path: Path) -> None:
    one, other, day, long = read(
        calendar(
            tmp_path,
            f"SUMMARY:Ana\x1b[31m\r\n{NIGHT}\r\nATTENDEE;CN=Ana Ruiz:mailto:ana@desk.example",
            f"SUMMARY:Rui\r\n{WEEK}",
            "SUMMARY:Ivo\r\nDTSTART;VALUE=DATE:20260304",
            "SUMMARY:Ivo\r\nDTSTART:20260304T220000Z\r\nDURATION:PT8H",
        ),
        now=NOW,
    )
    assert one.who == ("ana@desk.example", "Ana Ruiz", "Ana[31m")
    assert (one.since, one.until, one.every) == (
        datetime(2026, 3, 4, 22, tzinfo=UTC),
        datetime(2026, 3, 5, 6, tzinfo=UTC),
        None,
    )
    assert (other.who, other.since) == (("Rui",), datetime(2026, 3, 2, 9, tzinfo=MADRID))
    assert (day.since, day.until - day.since) == (datetime(2026, 3, 4, tzinfo=UTC), DAY)
    assert long.until - long.since == timedelta(hours=8)


def test_what_comes_again_until_an_end_is_given_each_time_by_the_clock_on_the_wall(tmp_path: Path) -> None:
    shifts = read(calendar(tmp_path, f"SUMMARY:Ana\r\n{WEEK}\r\nRRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=3"), now=NOW)
    assert [one.since for one in shifts] == [
        datetime(2026, 3, 2, 9, tzinfo=MADRID),
        datetime(2026, 3, 16, 9, tzinfo=MADRID),
        datetime(2026, 3, 30, 9, tzinfo=MADRID),  # the clock was put on the day before
    ]
    nights = read(
        calendar(tmp_path, f"SUMMARY:Ana\r\n{NIGHT}\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR;UNTIL=20260311T235959Z"),
        now=NOW,
    )
    assert [one.since.day for one in nights] == [4, 6, 9, 11]
    daily = read(calendar(tmp_path, f"SUMMARY:Ana\r\n{NIGHT}\r\nRRULE:FREQ=DAILY;UNTIL=20260306"), now=NOW)
    assert [one.since.day for one in daily] == [4, 5, 6]


def test_what_comes_again_without_end_stays_one(tmp_path: Path) -> None:
    (one,) = read(calendar(tmp_path, f"SUMMARY:Ana\r\n{WEEK}\r\nRRULE:FREQ=WEEKLY;INTERVAL=3;BYDAY=MO"), now=NOW)
    assert (one.every, one.interval) == (Every.WEEK, 3)
    (one,) = read(calendar(tmp_path, f"SUMMARY:Ana\r\n{WEEK}\r\nRRULE:FREQ=DAILY;INTERVAL=14"), now=NOW)
    assert (one.every, one.interval) == (Every.WEEK, 2)


@pytest.mark.parametrize(
    "lines",
    [
        f"{NIGHT}\r\nRRULE:FREQ=MONTHLY;COUNT=3",
        f"{NIGHT}\r\nRRULE:FREQ=WEEKLY;BYSETPOS=1;BYDAY=MO",
        f"{NIGHT}\r\nRRULE:FREQ=WEEKLY;BYDAY=1MO;COUNT=2",
        f"{NIGHT}\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU",
        f"{NIGHT}\r\nRRULE:FREQ=WEEKLY;COUNT=2\r\nEXDATE:20260304T220000Z",
        f"{NIGHT}\r\nRRULE:FREQ=DAILY;COUNT=2\r\nRRULE:FREQ=DAILY;COUNT=3",
    ],
)
def test_what_is_not_understood_is_refused_with_the_event(tmp_path: Path, lines: str) -> None:
    with pytest.raises(CalendarTrouble, match=r"«Ana» says .*not understood"):
        read(calendar(tmp_path, f"SUMMARY:Ana\r\n{lines}"), now=NOW)


FOR_EVER = (
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\nDTSTART:20260304T220000Z\r\n"
    b"RRULE:FREQ=DAILY;COUNT=999999999\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff" * 40,
        b"BEGIN:VCALENDAR\r\n",
        b"BEGIN:VEVENT\r\nEND:VEVENT\r\n",
        b"BEGIN:VCALENDAR\r\n" * 3_000,
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\nDTSTART:99999999T999999\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\nDTSTART:00010101T000000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20260304T220000Z\r\nDURATION:P999999999D\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20260304T220000Z\r\nDTSTART:20260304T220000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        b"x" * 2_000_001,
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 2_001 + b"END:VCALENDAR\r\n",
        FOR_EVER,
        FOR_EVER.replace(b"COUNT=999999999", b"UNTIL=99991231T000000Z"),
        FOR_EVER.replace(b"DAILY;COUNT=999999999", b"WEEKLY;INTERVAL=1000;COUNT=2000"),
        FOR_EVER.replace(
            b"DTSTART:20260304T220000Z\r\nRRULE:FREQ=DAILY;COUNT=999999999", b"DTSTART;TZID=Mars/Phobos:20260304T220000"
        ),
    ],
)
def test_hostile_files_end_in_a_sentence(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "rota.ics"
    file.write_bytes(data)
    with pytest.raises(CalendarTrouble) as refused:
        read(file, now=NOW)
    assert str(refused.value)


def test_times_without_a_zone_are_meant_where_the_person_is_by_the_rules_of_that_day(tmp_path: Path) -> None:
    zone = ZoneInfo("America/New_York")
    here = datetime(2026, 3, 2, 12, tzinfo=UTC).astimezone()  # as a machine tells it: an offset, and no rules
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone.key
    time.tzset()
    try:
        here = here.astimezone(None)
        (one,) = read(calendar(tmp_path, "SUMMARY:Ana\r\nDTSTART:20260701T090000"), now=here)
    finally:
        os.environ.pop("TZ")
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()
    assert one.since == datetime(2026, 7, 1, 9, tzinfo=zone)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(CalendarTrouble, match="cannot be used"):
        read(tmp_path / "nowhere.ics", now=NOW)
