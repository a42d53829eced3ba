"""What is offered while a line is typed: rows over the foot of the panes, with a cursor, the best first."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.strip import Strip

from widgets.line import Line, one_line
from widgets.look import Ground, Look, Role


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be chosen.

    Attributes:
        text: what the line becomes when it is taken into it.
        shown: how it is named.
        aside: what is said of it, at the right edge.
        key: the key that does the same, when there is one.
        role: how its name is drawn.
    """

    text: str
    shown: str
    aside: str = ""
    key: str = ""
    role: Role = "text"


def first_shown(count: int, cursor: int | None, rows: int) -> int:
    """Return which of so many choices stands in the first of the rows, for the cursor's to be among them."""
    return max(0, min((cursor or 0) - rows // 2, count - rows))


def choice_rows(look: Look, width: int, choices: Sequence[Choice], cursor: int | None, rows: int) -> list[Strip]:
    """Return what is offered as rows of the window's width, the cursor's row among them.

    Args:
        look: how it is drawn.
        width: of the window, in cells.
        choices: the best first.
        cursor: which one is chosen; `None` when none is.
        rows: how many are shown at most.
    """
    if rows <= 0:
        return []
    first = first_shown(len(choices), cursor, rows)
    asides = any(choice.aside for choice in choices)
    longest = max((cell_len(one_line(choice.shown)) for choice in choices), default=0)
    beside = max((cell_len(one_line(choice.aside)) for choice in choices), default=0) if asides else 0
    keys = max((cell_len(choice.key) for choice in choices), default=0)
    column = min(longest, width - 8 - keys - min(beside, width // 2))  # asides give way first, down to half
    drawn = []
    for number, choice in enumerate(choices[first : first + rows], first):
        ground: Ground = "selected" if number == cursor else "held"
        line = Line(look, width, ground)
        line.sign("▌" if number == cursor and look.full else " ", "accent").gap()
        aside = one_line(choice.aside)
        edge = line.width - 1 - cell_len(choice.key)
        line.put(one_line(choice.shown), choice.role, width=max(1, min(column, edge - line.column - 2)))
        line.gap(2).put(aside, "muted", width=max(0, edge - line.column - 2))
        line.to(edge).put(choice.key, "accent", bold=True)
        drawn.append(line.strip())
    return drawn
