"""Letters whose lines the sender's program broke are read as paragraphs in a narrow pane; what has lines keeps them."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.wrapping import rejoined, wrap

LETTER = (
    "Good morning, since yesterday's update the projector in room four shows a thin green line on the left side of "
    "every slide, and the remote control does not answer any more whatever I do with its batteries."
)


def broken(text: str, at: int = 72) -> str:
    return "\n".join(textwrap.wrap(text, at))


def test_a_paragraph_is_one_where_it_does_not_fit() -> None:
    text = f"{broken(LETTER)}\n\n{broken(LETTER, 66)}\n\nRegards"
    assert rejoined(text, 45) == f"{LETTER}\n\n{LETTER}\n\nRegards"
    assert rejoined(text, 80) == text
    assert max(len(line) for line in wrap(rejoined(text, 45), 45)) <= 45
    assert min(len(line) for line in wrap(rejoined(broken(LETTER), 45), 45)[:-1]) > 35


@pytest.mark.parametrize(
    "text",
    [
        "- the first thing that is wrong with it, at some length, so that it is wide\n- the second\n- the third",
        "> what somebody wrote before, quoted in a line that is as wide as such lines are\n> and goes on",
        "article        pieces    price each    what it comes to in the end, with taxes\nscrews         12        0.40          4.80",
        "    def indented(as, code, is): return all_of_it_as_it_stands_in_a_wide_line()\n    more of it",
        "Please send it to the address below, where somebody will be there all day long.\nAna Souza\nRua A, 12",
        "We have looked into it and found nothing that would be wrong with the machine.\nBest regards",
        "What we need of you is the number that stands on the back of the device, this:\n12345-67890-1234567890",
        "1. the first step is to take it off the wall and to unplug whatever is in it\n2. then wait",
    ],
)
def test_what_has_lines_of_its_own_keeps_them(text: str) -> None:
    assert rejoined(text, 45) == text


@given(st.lists(st.text("abc .\n->|é", max_size=90), max_size=12), st.integers(4, 120))
def test_no_word_is_lost_or_moved(lines: list[str], width: int) -> None:
    text = "\n".join(lines)
    assert rejoined(text, width).split() == text.split()
