"""Which cells of a row look different now, so that no others are sent."""

from collections.abc import Iterator

from rich.cells import split_graphemes
from rich.style import Style
from textual.strip import Strip

Cell = tuple[str, int, Style | None]
"""What a terminal shows as one sign, with its accents: the text, the cells it takes, and its style."""


def differing(before: Strip, after: Strip) -> tuple[int, int]:
    """Return from which column on two rows differ, and up to which; two equal ones from 0 to 0.

    No sign is cut in two: of a wide one both cells are named.
    """
    old, new = list(_signs(before)), list(_signs(after))
    start = alike = 0
    for mine, theirs in zip(old, new, strict=False):
        if mine != theirs:
            break
        start += mine[1]
        alike += 1
    if alike == len(old) == len(new):
        return 0, 0
    end = max(before.cell_length, after.cell_length)
    if before.cell_length != after.cell_length:
        return start, end
    for mine, theirs in zip(reversed(old[alike:]), reversed(new[alike:]), strict=False):
        if mine != theirs:
            break
        end -= mine[1]
    return start, end


def _signs(strip: Strip) -> Iterator[Cell]:
    for text, style, _control in strip:
        if text.isascii():
            yield from ((sign, 1, style) for sign in text)
        else:
            yield from ((text[first:last], cells, style) for first, last, cells in split_graphemes(text)[0])
