"""What a click says, where the mouse is followed: which key it stands for, or which row over the panes' foot."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.message import Message

from widgets.line import Span


@dataclass
class KeyClicked(Message):
    """A key that stands on the screen was clicked: it does what it does when it is pressed.

    Attributes:
        keys: as the screen has them: ``e``, ``^s``, ``Enter``, ``g i`` for one after the other.
    """

    keys: str


@dataclass
class CoverClicked(Message):
    """A row over the panes' foot was clicked.

    Attributes:
        row: from the uppermost of them, from 0.
        column: of the window, from 0.
    """

    row: int
    column: int


def key_among(spans: Sequence[Span], cell: int) -> str:
    """Return the key that stands in a cell of a line, or whose word does; empty where there is none.

    Args:
        spans: of the line; a key is in the accent's role, and its word comes after it.
        cell: counted from the line's first span.
    """
    key, start = "", 0
    for text, role in spans:
        if role == "accent":
            key = text.strip()
            blank = cell_len(text) - cell_len(text.lstrip())
        else:
            blank = 0
        if start + blank <= cell < start + cell_len(text):
            return key
        start += cell_len(text)
    return ""
