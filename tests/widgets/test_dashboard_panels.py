"""The panels of a dashboard: as they stand at two sizes, in signs that every terminal has, whatever tags are called."""

import os
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len

from storage.kinds import Tier
from storage.kinds.dashboard import DayResponse, Figures, Growing, Heat, OpenDays, Panels, PromisesTold, Standing
from storage.kinds.policies import Metric
from storage.kinds.reports import Asked, Border, Figure, Kept, LeftOut, Measure, Report, Unit
from widgets.board import Board, Row
from widgets.dashboard import Shown, board, text_of, wall_of
from widgets.look import LOOK_NAMES, Look

GRIDS = Path(__file__).parent / "grids"
REDRAWN = "PLANTAO_REDRAW_GRIDS" in os.environ
FIRST, LAST = date(2026, 8, 6), date(2026, 9, 2)
HOUR = 3600.0
ASKED = Asked(datetime(2026, 8, 6, tzinfo=UTC), datetime(2026, 9, 3, tzinfo=UTC))


def figure(measure: Measure, unit: Unit, n: int, value: float, p50: float, p90: float) -> Figure:
    return Figure(measure, unit, n, value, p50, p90)


def figures(faster: float = 0.0, points: float = 0.0) -> tuple[Figure, ...]:
    return (
        Figure(Measure.SOLVED, Unit.SHARE, 758, 0.91 + points),
        figure(Measure.CONTACTS, Unit.COUNT, 690, 2.3, 2, 5),
        figure(Measure.FIRST_RESPONSE, Unit.SECONDS, 812, 1800, 840 + faster, 6720),
        figure(Measure.ANY_RESPONSE, Unit.SECONDS, 2140, 4000, 2460, 15000),
    )


def shown(tags: tuple[str, ...] = ("cobrança", "export-500"), **choices) -> Shown:
    heat = Heat(
        tuple(
            tuple(max(0, (9 - abs(hour - 10 - 5 * (hour > 13))) * (day < 5) - day) for hour in range(24))
            for day in range(7)
        )
    )
    tiers = (
        OpenDays(Tier.N1, (*(17 + number * 7 % 15 for number in range(27)), 32), 32, 1),
        OpenDays(Tier.N2, tuple(2 + number * 5 % 8 for number in range(28)), 7, 0),
        OpenDays(Tier.N3, (0,) * 28, 0, 0),
    )
    growing = tuple(Growing(tag, (1, 0, 1, 1, 0, 2, 2, 1, 9 - place)) for place, tag in enumerate(tags))
    panels = Panels(ASKED, Standing(39, 1, 9), heat, tiers, growing, timedelta(hours=1), PromisesTold(18, 2, 5, 1))
    days = tuple(
        DayResponse(FIRST + timedelta(days=day), 20 + day, 600 + day * 37 % 900, 2000 + day * 1700 % 9000)
        for day in range(28)
        if day % 7 != 3
    )
    acceptance = figure(Measure.ACCEPTANCE, Unit.SECONDS, 3, HOUR, HOUR, 2 * HOUR)
    told = Report(
        ASKED,
        821,
        ((LeftOut.AUTOMATIC, 63), (LeftOut.HISTORY, 17)),
        (*figures(), acceptance),
        (Border(Tier.N1, Tier.N2, 5, 3, 1, 2, 0, 0, 1, acceptance),),
        tuple(Kept(metric, 90, 10 * (place == 0), 3, 0) for place, metric in enumerate(Metric)),
    )
    read = Figures(told, days, figures(faster=200, points=0.02))
    return Shown(panels, read, FIRST, LAST, LAST, **choices)


@pytest.mark.parametrize(("width", "height"), [(120, 34), (80, 22)])
def test_the_page_stands_as_it_was_drawn(width: int, height: int) -> None:
    text = text_of(board(shown(shades=True), width, height))
    path = GRIDS / f"dashboard-{width}.txt"
    if REDRAWN:
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{path.name}: see it drawn anew with PLANTAO_REDRAW_GRIDS=1"


@pytest.mark.parametrize("width", [20, 40, 80, 109, 110, 120, 160, 230])
def test_no_row_is_wider_than_the_window(width: int) -> None:
    for told in (shown(), shown(("雪" * 30, "é" * 60)), Shown(None, None, FIRST, LAST, LAST)):
        for row in board(told, width, 43):
            assert sum(cell_len(piece.text) for piece in row) <= width


def test_a_page_of_one_window_fits_it() -> None:
    assert len(board(shown(), 120, 34)) == 34
    assert len(board(shown(), 160, 43)) == 43


def test_a_tag_can_neither_act_nor_break_a_query(hostile: str, barred: re.Pattern[str]) -> None:
    rows = board(shown((hostile, 'so "called"', "plain")), 120, 34)
    assert not barred.search(text_of(rows).replace("\n", ""))
    spots = [piece.spot.query for row in rows for piece in row if piece.spot and piece.spot.query.startswith("tag:")]
    assert 'tag:"so ""called""" figure:began@2026-08-27..2026-09-02' in spots
    assert 'tag:"plain" figure:began@2026-08-27..2026-09-02' in spots


def test_nothing_made_up_stands_where_nothing_is_known() -> None:
    none = Shown(None, None, FIRST, LAST, LAST)
    text = text_of(board(none, 120, 34))
    assert not re.search(r"\d %|n \d|p50 \d", text)
    assert text.count("reading") >= 6
    assert not [piece for row in board(none, 120, 34) for piece in row if piece.spot]


@pytest.mark.parametrize("name", LOOK_NAMES)
def test_without_unicode_every_sign_is_a_letter(name) -> None:
    look = Look(name, ascii=True)
    drawn = Board(look)
    drawn._rows = tuple(board(shown(("plain",), shades=True), 120, 34))
    signs = {sign for row in drawn._rows for piece in row if piece.signs for sign in piece.text}
    assert all(look.sign(sign).isascii() for sign in signs)


def test_the_cursor_goes_to_what_is_nearest_and_stays_where_it_was() -> None:
    look = Look("dark")
    page = Board(look)
    page._size = page.size.__class__(120, 34)
    page.post_message = lambda _message: True  # type: ignore[method-assign]
    rows = board(shown(), 120, 34)
    page.lay(rows, wall=wall_of(120))
    queries = []
    for down, right in ((0, 1), (0, 1), (0, 1), (1, 0), (1, 0)):
        page.go(down, right)
        assert page.chosen is not None
        queries.append(page.chosen.query.partition("@")[0])
    assert queries[0] == "figure:answered"  # of any response
    assert queries[1] == "figure:solved"
    assert queries[2] == "figure:counted"
    assert queries[3].startswith("figure:incoming-mon")
    assert queries[4].startswith("figure:incoming-tue")
    page.lay(rows, wall=wall_of(120))
    assert page.chosen.query.partition("@")[0] == queries[4]


def test_a_row_cuts_and_pads_by_cells() -> None:
    row = Row(12).put("雪雪雪", width=5).put("a\x1b[31mb").done()
    assert "".join(piece.text for piece in row).startswith("雪雪… ") or cell_len(row[0].text) <= 5
    assert sum(cell_len(piece.text) for piece in row) == 12


@pytest.mark.parametrize(("width", "height"), [(80, 22), (120, 34)])
def test_going_down_and_up_leaves_out_no_panel_and_shows_each_wholly(monkeypatch, width, height) -> None:
    monkeypatch.setattr(Board, "rows_free", height)
    page = Board(Look("dark"))
    page.post_message = lambda _message: True  # type: ignore[method-assign]
    rows = board(shown(), width, height)
    page.lay(rows, wall=wall_of(width))
    page.go(0, 1)  # from there a step down would go far to the side
    with_spots = sorted({place[0] for place in page._places if not page._wall or place[1] < page._wall})
    for by, wanted in ((1, with_spots), (-1, with_spots[::-1])):
        been = [page._places[page._at][0]]
        for _step in range(len(with_spots)):
            page.go(by, 0)
            y, left, _end, _spot = page._places[page._at]
            been.append(y)
            top = max((above for above in range(y + 1) if page._parted(above, left)), default=-1) + 1
            below = min((under for under in range(y, len(rows)) if page._parted(under, left)), default=len(rows))
            assert below - top > height or (page._first <= top and below <= page._first + height), (y, page._first)
        assert list(dict.fromkeys(been)) == wanted


def test_what_came_of_promises_leads_to_their_conversations() -> None:
    queries = [piece.spot.query for row in board(shown(), 80, 22) for piece in row if piece.spot]
    days = "@2026-08-06..2026-09-02"
    for query in (
        f"figure:promised-kept{days}",
        f"figure:promised-broken{days}",
        "is:promised -is:spam",
        "promise:late -is:spam",
    ):
        assert query in queries
