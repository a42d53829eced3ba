"""Moments as people write them, in a fixed zone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from widgets.when import NoMoment, read_moment

HERE = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2026, 11, 25, 14, 30, tzinfo=HERE)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30m", NOW + timedelta(minutes=30)),
        ("2h", NOW + timedelta(hours=2)),
        ("3 d", NOW + timedelta(days=3)),
        ("1w", NOW + timedelta(weeks=1)),
        ("tomorrow", (26, 9, 0)),
        ("tomorrow 9:00", (26, 9, 0)),
        ("Amanhã 14h30", (26, 14, 30)),
        ("mañana 8", (26, 8, 0)),
        ("hoje 18h", (25, 18, 0)),
        ("mon", (30, 9, 0)),
        ("monday morning", (30, 9, 0)),
        ("segunda de manhã", (30, 9, 0)),
        ("mañana por la mañana", (26, 9, 0)),
        ("Friday 5pm", (27, 17, 0)),
        ("sexta-feira 12am", (27, 0, 0)),
        ("sábado", (28, 9, 0)),
        ("wed", datetime(2026, 12, 2, 9, tzinfo=HERE)),
        ("16:00", (25, 16, 0)),
        ("9:15", (26, 9, 15)),
        ("2026-12-24", datetime(2026, 12, 24, 9, tzinfo=HERE)),
        ("2026-12-24 08:30", datetime(2026, 12, 24, 8, 30, tzinfo=HERE)),
        ("2026-12-24T08:30", datetime(2026, 12, 24, 8, 30, tzinfo=HERE)),
        ("2026-12-24T08:30:00Z", datetime(2026, 12, 24, 5, 30, tzinfo=HERE)),
    ],
)
def test_a_moment_is_read(text, expected):
    if isinstance(expected, tuple):
        day, hour, minute = expected
        expected = datetime(2026, 11, day, hour, minute, tzinfo=HERE)
    assert read_moment(text, now=NOW) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "25:00",
        "tomorrow 24",
        "13pm x",
        "2026-13-01",
        "99999999d",
        "\x1b",
        "2026-02-30 8:00",
        "٣h",
        "9" * 500,
    ],
)
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(NoMoment, match="no moment"):
        read_moment(text, now=NOW)


def test_the_day_after_the_clocks_change_begins_at_nine_there():
    berlin = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 10, 24, 12, tzinfo=berlin)
    assert read_moment("tomorrow", now=now) == datetime(2026, 10, 25, 9, tzinfo=berlin)
