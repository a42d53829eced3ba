"""What the figures of keys stand on: an answer is the first whole frame, wherever a read of the terminal ended."""

from types import SimpleNamespace

import pytest

from benchmarks.keys import Pressed, answered

PAGE = b"\x1b[?2026h\x1b[3;1H  row one\x1b[4;1H\xe2\x96\x8c row two, of somebody else\x1b[?2026l"
FOLLOWED = b"\x1b[?2026h\x1b[3;60Hthe conversation beside it\x1b[?2026l"


@pytest.mark.parametrize("first", range(len(PAGE) - 8, len(PAGE) + 1))
def test_a_frame_whose_end_comes_in_two_reads_is_the_keys_own_answer(first):
    """One page up of twenty seemed to take 225 ms: the mark was cut, and the conversation that followed was taken."""
    key = Pressed("page up", 1.0)
    came = [
        (0.5, b"\x1b[3;1H\xe2\x96\x8c row one\x1b[?2026l", 0.0),
        (1.008, PAGE[:first], 0.0),
        (1.009, PAGE[first:], 0.0),
        (1.225, FOLLOWED, 0.0),
    ]
    answered(SimpleNamespace(came=came), [key])
    assert key.whole == (1.008 if first == len(PAGE) else 1.009)
    assert key.began == 1.008
