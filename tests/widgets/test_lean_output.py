"""What goes to the terminal draws the same in fewer bytes: any text in any styles, cell by cell, on a terminal."""

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.control import Control
from rich.style import Style
from textual.strip import Strip

from widgets.lean import lean

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
