"""Text of any size as lines of a width: cut into pieces without being read whole, wrapped a piece at a time."""

import re
from itertools import pairwise

from rich.cells import cell_len, chop_cells

from storage.kinds.clean import clean
from widgets.line import steady

PIECE = 4000
"""Signs in a piece: what is wrapped at once. A screen shows two or three of them."""

_BROKEN_AT = (50, 100)  # columns at which programs break the lines of letters
_CLOSING = 30  # signs of a line that may be the last one of a letter: "Best regards"
_OF_ITS_OWN = re.compile(r"^[\s>|*•·–—-]|^\(?\w{1,3}[.)]\s|\S(?: {3}|\t)|\|")  # noqa: RUF001 - signs of lists
"""What has lines of its own: indented, quoted, in a list, or in columns."""

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


def rejoined(text: str, width: int) -> str:
    """Return text with the lines of a paragraph put together that its sender's program broke, where they do not fit.

    A program breaks a line where the next word would not have fitted: such lines are one. Whatever else has lines of
    its own keeps them: lists, quotes, what is indented or stands in columns, addresses, the last line of a letter.

    Args:
        text: as it was sent.
        width: cells that there are; text whose lines all fit stays as it is.
    """
    lines = text.split("\n")
    found: list[str] = []
    start = 0
    while start < len(lines):
        end = start + 1
        while lines[start].strip() and end < len(lines) and lines[end].strip():
            end += 1
        found += _paragraph(lines[start:end], width)
        start = end
    return "\n".join(found)


def _paragraph(lines: list[str], width: int) -> list[str]:
    widest = max(len(line.rstrip()) for line in lines)
    if widest <= width or not _BROKEN_AT[0] <= widest <= _BROKEN_AT[1]:
        return lines
    found = [lines[0]]
    for before, line in pairwise(lines):
        if _goes_on(before.rstrip(), line.rstrip(), widest):
            found[-1] = f"{found[-1].rstrip()} {line}"
        else:
            found.append(line)
    return found


def _goes_on(before: str, line: str, widest: int) -> bool:
    """Say whether a line goes on with the next one, which only a program began."""
    if len(before) + 1 + len(line.split(maxsplit=1)[0]) <= widest:
        return False
    if _OF_ITS_OWN.search(line) or _OF_ITS_OWN.search(before) or before.endswith(":"):
        return False
    closing = before[-1] in ".!?" and line[0].isupper() and len(line) < _CLOSING
    return not closing


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
