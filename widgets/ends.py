"""Rows that are written from both ends: spans from the left, cut before the spans that end at the right edge."""

import re
from collections.abc import Sequence

from rich.cells import cell_len

from widgets.line import Line, Span
from widgets.look import Look
from widgets.signs import ASCII_SIGNS

Ends = tuple[tuple[Span, ...], tuple[Span, ...]]
"""A row: spans from the left, and spans that end at the right edge."""

_KEPT = 12  # cells that the left part keeps beside an aside; where it would have fewer the aside gives way whole
GAP = 2  # cells between both ends, and between asides
_LEADING = re.compile(rf"^(\s*)([{re.escape(''.join(ASCII_SIGNS))}]+)(?=\s|$)")


def write(line: Line, left: Sequence[Span], right: Sequence[Span] = (), *, air: int = 1) -> Line:
    """Write spans from the left, then those that end `air` columns before the right edge, and return the line."""
    edge = line.width - air
    taken = sum(cell_len(text) for text, _role in right)
    needed = sum(cell_len(text) for text, _role in left)
    if taken and edge - line.column - taken - GAP < min(_KEPT, needed):
        taken = 0
    room = edge - taken - (GAP if taken else 0)
    for text, role in left:
        if line.column >= room:
            break
        text = signed(line.look, text, role)  # noqa: PLW2901 - the same span, as this look draws it
        line.put(text, role, width=min(cell_len(text), room - line.column))
    if taken:
        line.to(edge - taken)
        for text, role in right:
            line.put(signed(line.look, text, role), role)
    return line


def fitting(left: Sequence[Span], asides: Sequence[Sequence[Span]], room: int) -> tuple[Span, ...]:
    """Return the asides that have room beside `left`, which keeps all it needs or three fifths; the last give way."""
    free = room - min(sum(cell_len(text) for text, _role in left), room * 3 // 5) - GAP
    spans: list[Span] = []
    for aside in asides:
        gap: list[Span] = [(" " * GAP, "muted")] if spans else []
        free -= sum(cell_len(text) for text, _role in (*gap, *aside))
        if free < 0:
            break
        spans += [*gap, *aside]
    return tuple(spans)


def signed(look: Look, text: str, role: str) -> str:
    """Return a span with the signs it begins with as `look` draws it; what may be a letter of mail stays."""
    if not look.ascii or role in {"text", "bright"} or text.isascii():
        return text
    return _LEADING.sub(lambda found: found[1] + "".join(map(look.sign, found[2])), text)
