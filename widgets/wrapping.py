"""Text of any size as lines of a width: cut into pieces without being read whole, wrapped a piece at a time."""

import re

from rich.cells import cell_len, chop_cells

from storage.kinds.clean import clean
from widgets.line import steady

PIECE = 4000
"""Signs in a piece: what is wrapped at once. A screen shows two or three of them."""

_WORDS = re.compile(r"\S+[^\S\n]*|[^\S\n]+")


def pieces(text: str, size: int = PIECE) -> list[tuple[int, int]]:
    """Return the (start, end) of pieces of `text` of at most `size` signs, cut at line ends, else at spaces.

    Takes time by the number of pieces, not of signs: two megabytes are 500 steps.
    """
    found: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        end = start + size
        if end < len(text):
            line_end = text.rfind("\n", start, end)
            space = -1 if line_end >= 0 else text.rfind(" ", start + size // 2, end)
            end = line_end + 1 if line_end >= 0 else space + 1 if space >= 0 else end
        else:
            end = len(text)
        found.append((start, end))
        start = end
    return found


def wrap(text: str, width: int) -> list[str]:
    """Return one piece of text as clean lines of at most `width` cells; blank lines in a row become one."""
    width = max(4, width)
    lines: list[str] = []
    for raw in steady(clean(text)).removesuffix("\n").split("\n"):
        line = raw.expandtabs(4).rstrip()
        if not line:
            if not lines or lines[-1]:
                lines.append("")
        elif cell_len(line) <= width:
            lines.append(line)
        else:
            lines += _wrapped(line, width)
    return lines


def _wrapped(line: str, width: int) -> list[str]:
    lines: list[str] = []
    current, used = "", 0
    for word in _WORDS.findall(line):
        bare = word.rstrip()
        cells = cell_len(bare)
        if used and used + cells > width:
            lines.append(current.rstrip())
            current, used = "", 0
            if not bare:
                continue
        if cells > width:
            *whole, bare = chop_cells(bare, width)
            lines += whole
        current += bare + word[len(word.rstrip()) :]
        used = cell_len(current)
    if current.strip():
        lines.append(current.rstrip())
    return lines
