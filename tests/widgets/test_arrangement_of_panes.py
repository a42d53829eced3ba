"""The window's columns are shared out as the look says, at every width."""

import pytest

from widgets.arrangement import Arrangement, arranged


@pytest.mark.parametrize("width", range(20, 301))
def test_every_column_belongs_to_somebody(width):
    queue, conversation, context, panes = arranged(width)
    assert panes == (1 if width < 90 else 2 if width < 110 else 3)
    assert (context > 0) == (panes == 3)
    if panes == 1:
        assert queue == conversation == width
    else:
        assert queue + conversation + context + panes - 1 == width
        assert min(queue, conversation) >= 36
    if panes == 3:
        assert 26 <= context <= 34
        assert queue >= 45
        assert conversation <= 84


@pytest.mark.parametrize("width", range(111, 301))
def test_a_wider_window_makes_no_pane_narrower(width):
    before, after = arranged(width - 1), arranged(width)
    assert all(more >= less for less, more in zip(before, after, strict=True))
    assert sum(after) - sum(before) == 1


def test_what_is_more_goes_to_the_conversation_then_the_queue_then_the_context():
    assert arranged(80) == Arrangement(80, 80, 0, 1)
    assert arranged(90) == Arrangement(36, 53, 0, 2)
    assert arranged(109) == Arrangement(36, 72, 0, 2)
    assert arranged(110) == Arrangement(45, 37, 26, 3)
    assert arranged(120) == Arrangement(45, 47, 26, 3)
    assert arranged(140) == Arrangement(45, 67, 26, 3)
    assert arranged(157) == Arrangement(45, 84, 26, 3)
    assert arranged(160) == Arrangement(48, 84, 26, 3)
    assert arranged(212) == Arrangement(100, 84, 26, 3)
    assert arranged(220) == Arrangement(100, 84, 34, 3)
    assert arranged(300) == Arrangement(180, 84, 34, 3)
