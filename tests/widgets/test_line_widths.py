"""A row is as wide as it was asked to be, whatever stands in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from widgets.line import Line, cut, one_line, steady
from widgets.look import Look
from widgets.wrapping import PIECE, pieces, wrap

LOOK = Look("dark")


@given(st.text(max_size=60), st.integers(0, 40))
def test_a_row_has_its_width_in_cells(text, width):
    strip = Line(LOOK, 40).put(text, width=width).put(text, "late").strip()
    assert cell_len(strip.text) == 40
    assert strip.cell_length == 40


@pytest.mark.parametrize(
    "text", ["日本語のメール", "👨‍👩‍👧 família", "e\u0301" * 20, "🇧🇷 Brasil", "❤️ obrigado", "plain"]
)
@pytest.mark.parametrize("width", [1, 2, 5, 6, 30])
def test_cutting_never_leaves_half_a_wide_sign(text, width):
    shown = cut(steady(text), width)
    assert cell_len(shown) <= width


def test_what_terminals_measure_differently_is_made_steady():
    assert steady("👨‍👩‍👧") == "👨👩👧"
    assert steady("🇧🇷") == "BR"
    assert steady("1️⃣ ❤️ so\u00adft\u200b") == "1 ❤ soft"
    assert steady("👍🏽") == "👍"
    assert steady("e" + "\u0301" * 50) == "e\u0301\u0301"
    assert steady("क्\u200dष") == "क्\u200dष"  # a joiner that belongs to a script stays


def test_a_cut_shows_that_something_is_missing():
    assert cut("Cobrança em duplicidade", 10) == "Cobrança …"
    assert cut("Cobrança", 8) == "Cobrança"


def test_neighbours_of_one_style_are_one_segment():
    strip = Line(LOOK, 20).put("one ").put("two ").put("three", "late").strip()
    assert [segment.text for segment in strip] == ["one two ", "three" + " " * 7]


def test_blanks_go_with_their_neighbour_on_one_ground_and_only_there():
    strip = Line(LOOK, 20).gap(2).put("late", "late").gap(2).put("ok", "ok").put(" x ", ground="selected").strip()
    assert [segment.text for segment in strip] == ["  late  ", "ok", " x ", " " * 7]
    reverse = Line(Look("none"), 12).put("one", "bright").put("  ", ground="selected").put("two", "muted").strip()
    assert [segment.text for segment in reverse] == ["one", "  ", "two    "]


def test_signs_have_letters_where_there_is_no_unicode_and_letters_of_mail_stay():
    line = Line(Look("dark", ascii=True), 20).sign("●").put(" Ação – …", "text")
    assert line.strip().text.rstrip() == "* Ação – …"


@given(st.text(max_size=400), st.integers(4, 60))
def test_wrapped_lines_fit_and_lose_no_word(text, width):
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(one_line(text).split())


def test_pieces_cover_a_text_without_gap_or_overlap():
    text = ("palavra " * 3000) + "\n" + "x" * 20_000 + "\n\n" + "fim"
    found = pieces(text)
    assert "".join(text[start:end] for start, end in found) == text
    assert max(end - start for start, end in found) <= PIECE


def test_indentation_and_tables_keep_their_blanks():
    assert wrap("  a   b\n\tc\n\n\n\nd", 40) == ["  a   b", "    c", "", "d"]
