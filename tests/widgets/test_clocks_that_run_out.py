"""What is left is written as LOOK §6 says, soon by the policy's share, and counting down costs the cells that change."""

from datetime import timedelta

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.strip import Strip

from storage.kinds import Status
from widgets.differing import differing
from widgets.language import choose_language
from widgets.lean import Lean, Standing
from widgets.look import Look
from widgets.queue import Queue
from widgets.queue_row import Columns, RowManner, draw_row
from widgets.urgency import clock_width, clock_words, late_words, left_role, left_words

minutes, hours, days = (
    lambda count: timedelta(minutes=count),
    lambda count: timedelta(hours=count),
    lambda count: timedelta(days=count),
)


@pytest.fixture(autouse=True)
def english():
    choose_language("en")
    yield
    choose_language("en")


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (minutes(12) + timedelta(seconds=59), "12m"),
        (timedelta(seconds=1), "0m"),
        (minutes(59), "59m"),
        (hours(2) + minutes(5), "2h05"),
        (hours(9) + minutes(59), "9h59"),
        (hours(14) + minutes(30), "14h"),
        (days(3) + hours(5), "3d"),
        (timedelta(0), "LATE 0m"),
        (-minutes(3), "LATE 3m"),
        (-(hours(2) + minutes(59)), "LATE 2h"),
        (-(days(4) + hours(23)), "LATE 4d"),
        (-days(99), "LATE 99d"),
        (-days(120), "LATE 17w"),
        (-days(800), "LATE 2y"),
    ],
)
def test_what_is_left_is_written_in_the_fewest_signs_and_what_is_late_in_one_unit(now, left, words):
    assert left_words(now + left, now) == words
    assert cell_len(words) <= clock_width()


def test_it_is_soon_by_the_share_of_its_policy_and_never_by_the_minutes(now):
    assert left_role(now + minutes(5), now + minutes(1), now) == "text"
    assert left_role(now + hours(20), now, now) == "soon"
    assert left_role(now + minutes(5), None, now) == "text"
    assert left_role(now, now - hours(1), now) == "late"


@pytest.mark.parametrize("language", ["en", "es", "pt_BR"])
def test_the_column_is_as_wide_as_the_longest_late_form_of_the_language(make_row, now, language):
    choose_language(language)
    assert clock_width() >= max(cell_len(late_words(span)) for span in (minutes(59), hours(23), days(99), days(693)))
    row = make_row(1, due_at=now - minutes(59))
    drawn = draw_row(row, Look("dark"), 80, RowManner(True, True, 7), now).text
    assert late_words(minutes(59)) in drawn, "it is never cut"
    assert cell_len(drawn) == 80
    columns = Columns.within(80)
    assert columns.subject + columns.name + columns.organization + columns.owner + clock_width() + 11 == 80


def test_what_stands_says_so_and_what_has_no_clock_counts_up(make_row, now):
    due = {"due_at": now + minutes(12), "warn_at": now}
    cases = [
        ({**due}, ("12m", "soon")),
        ({**due, "status": Status.WAITING}, ("paused", "paused")),
        ({**due, "status": Status.ON_HOLD}, ("on hold", "paused")),
        ({**due, "snoozed_until": now + hours(1)}, ("snoozed", "paused")),
        ({"due_at": now - minutes(1), "snoozed_until": now + hours(1)}, ("LATE 1m", "late")),
        ({"waiting_since": now - hours(3)}, ("+3h00", "muted")),
        ({"waiting_since": None}, ("–", "muted")),
    ]
    for values, said in cases:
        assert clock_words(make_row(1, **values), now) == said


@pytest.mark.parametrize("look", ["dark", "terminal", "none"])
def test_what_is_late_is_bold_and_says_so_in_a_word(make_row, now, look):
    strip = draw_row(make_row(1, due_at=now - minutes(18)), Look(look), 80, RowManner(False, True, 7), now)
    [style] = {segment.style for segment in strip if "LATE" in segment.text}
    assert style.bold


def test_one_sign_stands_before_the_clock_the_first_that_holds(make_row, now):
    def sign(manner=None, **values):
        given = manner or RowManner(False, True, 7, writer="Marta")
        return draw_row(make_row(1, due_at=now, **values), Look("dark"), 80, given, now).text[1]

    every = {"unread": True, "bouncing": True, "promised": True}
    assert sign(RowManner(False, True, 7, marked=True), **every) == "*"
    assert sign(**every) == "●"
    assert sign(bouncing=True, promised=True) == "×"
    assert sign(promised=True) == "◆"
    assert sign() == "~"
    assert sign(RowManner(False, True, 7)) == " "


# ---------------------------------------------------------------------------------------------- only what changes


def strip_of(*pieces):
    return Strip([Segment(text, style) for text, style in pieces])


PLAIN, RED = Style(color="white"), Style(color="red")


@pytest.mark.parametrize(
    ("before", "after", "cells"),
    [
        ([("abc", PLAIN)], [("abc", PLAIN)], (0, 0)),
        ([("a", PLAIN), ("bc", PLAIN)], [("abc", PLAIN)], (0, 0)),
        ([(" 12m N1 Ana", PLAIN)], [(" 11m N1 Ana", PLAIN)], (2, 3)),
        ([("12m", PLAIN)], [("12m", RED)], (0, 3)),
        ([("日12m 本", PLAIN)], [("日11m 本", PLAIN)], (3, 4)),
        ([("x日y", PLAIN)], [("x本y", PLAIN)], (1, 3)),
        ([("ae\u0301b", PLAIN)], [("aeb", PLAIN)], (1, 2)),
        ([("aaaa", PLAIN)], [("aaa", PLAIN)], (3, 4)),
        ([("aab", PLAIN)], [("aaab", PLAIN)], (2, 4)),
    ],
)
def test_the_cells_in_which_two_rows_differ(before, after, cells):
    assert differing(strip_of(*before), strip_of(*after)) == cells


class Counting(App):
    CSS = "Queue { width: 120; height: 36; }"

    def __init__(self, look, **choices):
        super().__init__(**choices)
        self.queue = Queue(Look(look), agent_id=7)
        self._standing = Standing()

    def compose(self):
        yield self.queue

    def _display(self, screen, renderable):
        if isinstance(renderable, CompositorUpdate):
            renderable = Lean(renderable, self._standing)
        super()._display(screen, renderable)


@pytest.mark.parametrize(
    ("look", "style"), [("dark", b"\x1b[93;40m"), ("terminal", b"\x1b[1;91m"), ("none", b"\x1b[1m")]
)
async def test_a_minute_that_passes_over_a_full_page_costs_the_digits_that_change_and_no_byte_more(
    make_row, window_of, now, counting_driver, look, style
):
    rows = [make_row(number, due_at=now + minutes(11 * number), warn_at=now) for number in range(1, 37)]
    sent = []

    async def minute(pilot):
        await pilot.pause()
        queue = pilot.app.queue
        queue.show(window_of(rows), now)
        await pilot.pause()
        for later in (timedelta(seconds=59), timedelta(seconds=60), timedelta(seconds=61)):
            counting_driver.written.clear()
            queue.tick(now + later)
            await pilot.pause()
            sent.append("".join(counting_driver.written).encode())
        pilot.app.exit()

    await Counting(look, driver_class=counting_driver).run_async(headless=False, size=(120, 36), auto_pilot=minute)
    expected, styled = b"", False
    for y, row in enumerate(rows):
        before, after = (left_words(row.due_at, at).rjust(8) for at in (now, now + timedelta(seconds=59)))
        first, last = ([n for n in range(8) if before[n] != after[n]][place] for place in (0, -1))
        expected += b"\x1b[%d;%dH" % (y + 1, 4 + first)
        expected += after[first : last + 1].encode() if styled else style + after[first : last + 1].encode()
        styled = True
    assert sent[0] == expected + b"\x1b[0m\x1b[1;1H", "and Textual puts the cursor back"
    assert len(sent[0]) < 360, "for thirty-six clocks"
    assert sent[1] == b"", "what has not changed is not sent"
    assert sent[2], "the next minute"
