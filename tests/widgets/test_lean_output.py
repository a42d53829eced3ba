"""What goes to the terminal draws the same in fewer bytes: any text in any styles, cell by cell, on a terminal."""

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.console import Console
from rich.control import Control
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from widgets.lean import Lean, Standing, lean

COLOURS = st.sampled_from([None, "#6CC5E0", "#10141B", "red", "bright_black", "color(200)", "default"])
STYLES = st.builds(
    Style,
    color=COLOURS,
    bgcolor=COLOURS,
    bold=st.booleans(),
    dim=st.booleans(),
    italic=st.booleans(),
    underline=st.booleans(),
    reverse=st.booleans(),
    strike=st.booleans(),
)
RUNS = st.lists(st.tuples(st.sampled_from(["", " ", "Ana", "雪 ", "▌● x"]), st.none() | STYLES), max_size=6)
ROWS = st.lists(RUNS, max_size=5)


def drawn(sequence):
    """Return every cell of a terminal that was given this, and the pen that it is left with."""
    screen = pyte.Screen(40, 8)
    pyte.Stream(screen).feed(sequence)
    return [[screen.buffer[y][x] for x in range(40)] for y in range(8)], screen.cursor.attrs


def written(rows, system):
    """Return what Textual writes for these rows."""
    made = []
    for y, runs in enumerate(rows):
        made.append(Control.move_to(0, y).segment.text)
        made += [Strip.render_style(style or Style.null(), text, system) for text, style in runs]
        made.append("\n" if y < len(rows) - 1 else "")
    return "".join(made)


@given(ROWS, st.sampled_from([ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT, ColorSystem.STANDARD]))
def test_every_cell_is_drawn_the_same(rows, system):
    whole = written(rows, system)
    less = lean(whole)
    assert drawn(less) == drawn(whole)
    assert len(less) <= len(whole)


@given(st.lists(st.sampled_from(["\x1b[0m", "\x1b[1;38;5;3m", "\x1b[22;49m", "\x1b[7m", "\x1b[m", "a", "\x1b[2;3H"])))
def test_sequences_that_textual_does_not_write_are_understood_too(pieces):
    whole = "".join(pieces)
    assert drawn(lean(whole))[0] == drawn(whole)[0]


@pytest.mark.parametrize(
    ("whole", "less"),
    [
        ("\x1b[31;40ma\x1b[0m\x1b[32;40mb\x1b[0m", "\x1b[31;40ma\x1b[32mb\x1b[0m"),
        ("\x1b[1;2;31ma\x1b[0m\x1b[2;31mb\x1b[0m", "\x1b[1;2;31ma\x1b[22;2mb\x1b[0m"),
        ("\x1b[7ma\x1b[0m\n\x1b[4;1H\x1b[7mb\x1b[0m", "\x1b[7ma\x1b[4;1Hb\x1b[0m"),
        ("\x1b[31ma\x1b[0m b", "\x1b[31ma\x1b[0m b"),
        ("\x1b]8;;https://x.example\x1b\\\x1b[31ma\x1b[0m\x1b]8;;\x1b\\", None),
        ("plain", None),
        ("", None),
    ],
)
def test_only_what_changes_is_said(whole, less):
    assert lean(whole) == (less or whole)


WIDE = 12
CONSOLE = Console(color_system="truecolor", force_terminal=True, width=WIDE)


@st.composite
def updates(draw):
    """Return frames as Textual makes them: whole ones, and pieces of some rows that were parted anew each time."""
    made = []
    for whole in draw(st.lists(st.booleans(), min_size=1, max_size=8)):
        rows, ends, spans = [], [], []
        for y in range(3):
            cuts = sorted({*draw(st.sets(st.integers(1, WIDE - 1), max_size=2)), WIDE})
            texts = [draw(st.sampled_from("ab")) * (end - start) for start, end in zip([0, *cuts], cuts, strict=False)]
            style = Style(bold=draw(st.booleans()))
            starts = [0, *cuts[:-1]]
            rows.append({start: Strip([Segment(text, style)]) for start, text in zip(starts, texts, strict=True)})
            ends.append(cuts)
            first = draw(st.integers(0, WIDE - 1))
            spans.append((y, first, draw(st.integers(first + 1, WIDE))))
        if whole:
            made.append(LayoutUpdate([row.values() for row in rows], Region(0, 0, WIDE, 3)))
        else:
            made.append(ChopsUpdate(rows, spans, ends))
    return made


@given(updates())
def test_what_stands_already_is_not_sent_and_every_cell_is_as_if_it_were(frames):
    standing = Standing()
    sparing = [Lean(frame, standing).render_segments(CONSOLE) for frame in frames]
    whole = [Lean(frame, Standing()).render_segments(CONSOLE) for frame in frames]
    assert drawn("".join(sparing))[0] == drawn("".join(whole))[0]
    assert all(len(less) <= len(more) for less, more in zip(sparing, whole, strict=True))


def test_a_piece_that_stands_is_sent_again_once_it_is_not_known_any_more_what_stands():
    row = {0: Strip([Segment("a" * WIDE)])}
    again = ChopsUpdate([row], [(0, 0, WIDE)], [[WIDE]])
    standing = Standing()
    whole = LayoutUpdate([row.values()], Region(0, 0, WIDE, 1))
    first = Lean(whole, standing).render_segments(CONSOLE)
    assert Lean(again, standing).render_segments(CONSOLE) == ""
    assert Lean(whole, standing).render_segments(CONSOLE) == first  # who asks for all of it gets all of it
    standing.forget()
    assert "a" * WIDE in Lean(again, standing).render_segments(CONSOLE)
