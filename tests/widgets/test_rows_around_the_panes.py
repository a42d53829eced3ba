"""The rows around the panes: what gives way first where they have no room for all."""

import re

import pytest
from textual.app import App

from widgets.bars import BRAND, PaneTitle, StatusRow, TitleRow, ViewLabel
from widgets.look import Look

NAMES = ("Mine 5", "Unassigned 22", "All 46", "Settled 129", "Spam 0", "Faturas 4")


class Frame(App[None]):
    """The first row alone."""

    def compose(self):
        yield StatusRow(Look("dark"))


class Titled(App[None]):
    """The titles alone."""

    def compose(self):
        yield TitleRow(Look("dark"))


async def first_row(width, *, lit, names=NAMES, quiet=()):
    """Return the first row as it is drawn with one view lit, and the widths that a click finds by the views' keys."""
    app = Frame()
    async with app.run_test(size=(width, 4)):
        row = app.query_one(StatusRow)
        labels = [
            ViewLabel(str(key), *name.rsplit(" ", 1), key == lit, str(key) in quiet)
            for key, name in enumerate(names, 1)
        ]
        row.show(labels, [("09:32", "muted")])
        return row.render_line(0).text, list(row._places)


@pytest.mark.parametrize(
    ("width", "brand", "whole"),
    [(120, True, True), (92, True, True), (90, False, True), (82, False, True), (80, False, False)],
)
async def test_the_brand_gives_way_before_the_names_of_views_do(width, brand, whole):
    said, _places = await first_row(width, lit=1)
    assert (BRAND in said) == brand
    assert all(f"{key} {name}" in said for key, name in enumerate(NAMES, 1)) == whole
    assert said.rstrip().endswith("09:32")


async def test_a_view_with_nothing_in_it_gives_its_count_up_before_any_name_is_cut():
    said, places = await first_row(80, lit=1)
    assert all(f"{key} {name.removesuffix(' 0')} " in said for key, name in enumerate(NAMES, 1))
    assert "Spam 0" not in said
    assert [said[start:end].split()[0] for _key, start, end in places] == [key for key, _start, _end in places]


async def test_of_many_views_those_where_nothing_is_to_be_done_give_way_and_then_the_clock():
    names = ("Mine 6", "Unassigned 29", "All 55", "Settled 128", "Spam 0", "Faturas 4", "Check-ins 1")
    said, places = await first_row(80, lit=3, names=names, quiet={"4", "5"})
    assert said.split() == [
        *[
            "1",
            "Mine",
            "6",
            "2",
            "Unassigned",
            "29",
            "3",
            "All",
            "55",
            "4",
            "Settled",
            "6",
            "Faturas",
            "4",
            "7",
            "Check-ins",
            "1",
        ]
    ]
    assert [key for key, _start, _end in places] == ["1", "2", "3", "4", "6", "7"]
    said, _places = await first_row(80, lit=5, names=names, quiet={"4", "5"})
    assert "5 Spam 0 " in said


@pytest.mark.parametrize("width", [74, 70])
@pytest.mark.parametrize("lit", range(1, 7))
async def test_the_name_of_the_view_that_is_lit_is_never_cut(lit, width):
    said, _places = await first_row(width, lit=lit)
    assert f"{lit} {NAMES[lit - 1]} " in said
    assert "…" in said
    assert all(f"{key} {name[:3]}" in said for key, name in enumerate(NAMES, 1))


async def test_a_lit_name_that_would_push_the_other_views_off_the_row_is_cut_all_the_same():
    names = ("Customers who wait for the courier since the strike of the first days of November 7", *NAMES[1:])
    said, _places = await first_row(80, lit=1, names=names)
    assert all(f" {key} {name[:3]}" in said for key, name in enumerate(names, 1))


@pytest.mark.parametrize("width", range(10, 60))
async def test_a_count_is_whole_or_left_out(width):
    names = ("Mine 1,234", "Unassigned 22", "Courier 4,321")
    said, _places = await first_row(width, lit=1, names=names)
    assert set(re.findall(r"[\d,:]+", said)) <= {"1", "2", "3", "1,234", "22", "4,321", "09:32"}


@pytest.mark.parametrize("width", [6, 9, 12, 40])
async def test_a_number_beside_a_title_is_whole_or_left_out(width):
    app = Titled()
    async with app.run_test(size=(width, 4)):
        row = app.query_one(TitleRow)
        row.show([PaneTitle(width, "All", "12 of 1,234")])
        said = row.render_line(0).text
    assert ("12 of 1,234" in said) == (width == 40)
    assert "1" not in said.replace("12 of 1,234", "")
