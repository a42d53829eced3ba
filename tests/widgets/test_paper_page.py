"""The pager's page: every sign of the text, in rows that fit, read as far as it is looked at, searched by words."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App

from storage.kinds.clean import clean
from widgets.line import steady
from widgets.look import Look
from widgets.paper import Paper, blocks, lit, rows_of


def text_of(rows) -> str:
    return "".join(words for row in rows for words, _ in row)


class Page(App[None]):
    def compose(self):
        yield Paper(Look("dark"))

    @property
    def paper(self) -> Paper:
        return self.query_one(Paper)

    def rows(self) -> list[str]:
        return [self.paper.render_line(y).text.rstrip() for y in range(self.paper.size.height)]


@settings(max_examples=300, derandomize=True, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("ab cdé日本😀\u0301\t\x1b\u202e\n")) | st.text(max_size=200),
    st.integers(4, 40),
)
def test_rows_fit_and_hold_every_sign_in_order(text, width):
    for block in blocks([text]):
        rows = rows_of(block, width)
        expected = steady(clean("".join(words for words, _ in block))).replace("\t", "    ").replace("\n", "")
        assert text_of(rows) == expected
        assert all(cell_len(text_of([row])) <= width for row in rows)


def test_rows_break_at_spaces_and_keep_their_roles():
    rows = rows_of((("Subject: ", "muted"), ("the quick brown fox", "text")), 14)
    assert rows == [(("Subject: ", "muted"), ("the ", "text")), (("quick brown ", "text"),), (("fox", "text"),)]


def test_a_line_that_is_indented_goes_on_under_where_it_began():
    rows = rows_of((("   ", "text"), ("the quick brown fox", "text")), 14)
    assert [text_of([row]) for row in rows] == ["   the quick ", "   brown fox"]
    assert [text_of([row]) for row in rows_of((("   the quick fox", "text"),), 14)] == ["   the quick ", "fox"]


async def test_words_over_two_indented_rows_are_found():
    app = Page()
    async with app.run_test(size=(16, 6)):
        app.paper.show([(("   ", "text"), ("the quick brown fox", "text"))])
        assert app.paper.next_in(0, "quick brown")


def test_long_spans_become_blocks():
    made = list(blocks([(("X: ", "muted"), ("y" * 10_000, "text"))]))
    assert len(made) == 3
    assert sum(len(words) for block in made for words, _ in block) == 10_003


@pytest.mark.parametrize(
    ("text", "words", "bright"),
    [
        ("Uma cobrança dupla", "cobranca", ["cobrança"]),
        ("COBRANÇA cobranca", "cobranca", ["COBRANÇA", "cobranca"]),
        ("straße und Straße", "strasse", ["straße", "Straße"]),
        ("e\u0301te\u0301", "ete", ["e\u0301te\u0301"]),
        ("nothing", "x", []),
    ],
)
def test_what_is_found_is_lit(text, words, bright):
    row = lit(((text, "text"),), words)
    assert "".join(one for one, _ in row) == text
    assert [one.rstrip("\u0301") for one, role in row if role == "bright"] == [one.rstrip("\u0301") for one in bright]


async def test_scrolling_stays_within_the_text():
    app = Page()
    async with app.run_test(size=(40, 10)):
        app.paper.show([f"line {n}\n" for n in range(30)])
        assert app.rows()[0] == " line 0"
        app.paper.scroll(-5)
        assert app.rows()[0] == " line 0"
        app.paper.scroll(7)
        assert app.rows()[0] == " line 7"
        app.paper.scroll(1000)
        assert app.rows() == [f" line {n}" for n in range(20, 30)]
        assert app.paper.percent == 100
        app.paper.scroll(-3)
        assert app.rows()[0] == " line 17"
        app.paper.to_end()
        assert app.rows()[-1] == " line 29"
        app.paper.to_top()
        assert app.rows()[0] == " line 0"


async def test_a_short_text_does_not_scroll_and_an_empty_one_shows_nothing():
    app = Page()
    async with app.run_test(size=(40, 10)):
        app.paper.show(["one\ntwo"])
        app.paper.scroll(5)
        app.paper.to_end()
        assert app.rows()[:3] == [" one", " two", ""]
        app.paper.show([])
        app.paper.scroll(5)
        app.paper.to_end()
        assert app.rows() == [""] * 10
        assert app.paper.block_with("x", 0) is None


async def test_only_what_is_looked_at_is_taken_in():
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield "a line\n"

    app = Page()
    async with app.run_test(size=(40, 10)):
        app.paper.show(endless())
        app.paper.scroll(50)
        assert app.rows()[0] == " a line"
        assert len(taken) < 100


async def test_megabytes_are_paged_at_once():
    text = "".join(f"{n:07} {'x' * 60}\n" for n in range(300_000))  # 20 MB
    app = Page()
    async with app.run_test(size=(100, 30)):
        began = time.process_time()
        app.paper.show([text])
        app.paper.scroll(15)
        assert app.rows()[0].startswith(" 0000015 ")
        assert time.process_time() - began < 0.5
        began = time.process_time()
        app.paper.to_end()
        assert app.rows()[-1].startswith(" 0299999 ")
        assert time.process_time() - began < 3
        block = app.paper.block_with("0250000 ", 0)
        assert app.paper.next_in(block, "0250000 ")
        assert any(row.startswith("▌0250000 ") for row in app.rows())


async def test_a_line_of_a_million_signs_is_paged():
    app = Page()
    async with app.run_test(size=(40, 10)):
        app.paper.show(["é" * 1_000_000])
        began = time.process_time()
        app.paper.to_end()
        app.rows()
        app.paper.scroll(-20)
        app.rows()
        assert time.process_time() - began < 1
        assert set("".join(app.rows())) == {"é", " "}


async def test_searching_goes_from_hit_to_hit_and_across_the_end_of_a_row():
    app = Page()
    async with app.run_test(size=(20, 6)):
        app.paper.show(
            [f"{'fill ' * 3}{n}\n" for n in range(40)] + ["abcdefghijklmnopqrstuvwxyz\n", "Última cobrança\n"]
        )
        block = app.paper.block_with("pqrstuv", 0)
        assert block == 40
        assert app.paper.next_in(block, "pqrstuv")
        assert "▌abcdefghijklmnopqr" in app.rows()
        assert not app.paper.next_in(block, "pqrstuv")
        assert app.paper.block_with("ULTIMA", 41) == 41
        assert app.paper.block_with("fill", 100, back=True) == 39
        assert app.paper.block_with("fill", 39, back=True) == 39
        assert app.paper.block_with("missing", 0) is None


async def test_a_resize_keeps_the_place():
    app = Page()
    async with app.run_test(size=(60, 10)) as pilot:
        app.paper.show([f"{n} {'word ' * 30}\n" for n in range(50)])
        app.paper.scroll(60)
        before = app.rows()[0].split()[0]
        await pilot.resize_terminal(20, 5)
        assert app.rows()
        await pilot.resize_terminal(200, 40)
        assert app.rows()[0].split()[0] in {before, "20", "word"}
