"""The first and the last row have room for what is looked for there: search, `sync ok` beside nine views, the line."""

from datetime import UTC, datetime

import pytest

from console.screens.commands.table import commands
from console.screens.frame import Frame
from console.screens.keymap import Keymap
from widgets.bars import ViewLabel, _given_way, _needed, _taken, keys_line
from widgets.look import Look


@pytest.mark.parametrize("where", ["queue", "conversation"])
@pytest.mark.parametrize(("width", "lasting"), [(80, "/ search  ? help"), (120, "/ search  : command  ? help")])
def test_the_last_row_says_how_to_search(where: str, width: int, lasting: str) -> None:
    keys, always = Keymap(commands(), None).footer(where)
    keys = Frame.useful(keys, where, nothing=False, offered=False)
    text = keys_line(Look("dark"), width, keys, Frame.lasting(always, wide=width >= 100)).text.rstrip()
    assert text.endswith(lasting)
    assert {"r reply", "T transfer", "e resolve"} <= set(text.strip().split("  "))


def test_counts_that_ask_for_nothing_go_before_what_the_sync_says() -> None:
    views = [
        ViewLabel("1", "Mine", "8", current=False),
        ViewLabel("4", "Settled", "118", current=False, quiet=True),
        ViewLabel("5", "Spam", "0", current=False, quiet=True),
    ]
    asides = [("sync ok", "ok"), ("Sat 17:38", "text")]
    whole = _needed(views, [" 8", " 118", " 0"]) + _taken(asides)
    assert _given_way(views, asides, whole)[1:] == ([" 8", " 118", " 0"], asides)
    assert _given_way(views, asides, whole - 1)[1:] == ([" 8", "", ""], asides)
    assert _given_way(views, asides, whole - 6)[1:] == ([" 8", "", ""], asides)
    assert list(_given_way(views, asides, whole - 7)[2]) == [("Sat 17:38", "text")]


@pytest.mark.parametrize(
    ("seconds", "wide", "narrow"),
    [
        (0.004, None, None),
        (0.019, None, None),
        (0.0383, ("38 ms", "muted"), None),
        (0.1449, ("140 ms", "muted"), None),
        (0.2512, ("250 ms", "soon"), ("250 ms", "soon")),
        (2.345, ("2340 ms", "soon"), ("2340 ms", "soon")),
    ],
)
def test_the_line_is_told_of_where_it_is_felt(seconds: float, wide: object, narrow: object) -> None:
    frame = Frame()
    frame.linked(seconds)
    now = datetime(2026, 11, 23, 9, 32, tzinfo=UTC)
    assert [one for one in frame.asides(now, 120) if "ms" in one[0]] == ([wide] if wide else [])
    assert [one for one in frame.asides(now, 80) if "ms" in one[0]] == ([narrow] if narrow else [])


def test_a_line_that_is_as_quick_as_before_is_not_drawn_again() -> None:
    frame = Frame()
    assert not frame.linked(0.003)  # nothing is said of it
    assert frame.linked(0.05)
    assert not frame.linked(0.055)
    assert frame.linked(0.09)
    assert frame.linked(0.002)  # what stood there goes
    assert not frame.linked(0.001)
