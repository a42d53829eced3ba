"""How a window's columns are shared out between queue, conversation and context (LOOK §4)."""

from typing import Final, NamedTuple

TWO_PANES: Final = 90
"""Columns from which queue and conversation stand side by side."""

THREE_PANES: Final = 110
"""Columns from which the context has a pane of its own; below, it is a strip above the conversation."""

_ROOMY: Final = 140
_QUEUE_BESIDE, _QUEUE, _QUEUE_FULL = 36, 45, 100  # at 100 the queue has all its columns and half of it for the subject
_READING: Final = 84
_CONTEXT, _CONTEXT_FULL = 26, 34
_WALL: Final = 1


class Arrangement(NamedTuple):
    """The widths of the three panes; with one pane, queue and conversation each have the whole window in turn.

    Attributes:
        context: 0 where the context is a strip.
    """

    queue: int
    conversation: int
    context: int
    panes: int


def arranged(width: int) -> Arrangement:
    """Share a window of `width` columns out; a wall of one column stands between two panes.

    From 140 columns what is more goes to the conversation up to 84, then to the queue up to 100, then to the context
    up to 34, then to the queue again: longer lines of text are hard to read.
    """
    if width < TWO_PANES:
        return Arrangement(max(1, width), max(1, width), 0, 1)
    if width < THREE_PANES:
        return Arrangement(_QUEUE_BESIDE, width - _QUEUE_BESIDE - _WALL, 0, 2)
    room = width - 2 * _WALL
    queue, context = _QUEUE, _CONTEXT
    conversation = room - queue - context
    if width >= _ROOMY and conversation > _READING:
        more = conversation - _READING
        conversation = _READING
        queue += min(more, _QUEUE_FULL - queue)
        context += min(max(0, room - queue - conversation - context), _CONTEXT_FULL - context)
        queue = room - conversation - context
    return Arrangement(queue, conversation, context, 3)
