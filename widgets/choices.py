"""What is offered while a line is typed: rows over the foot of the panes, with a cursor, the best first."""

from collections.abc import Sequence
from dataclasses import dataclass

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


def choice_rows(look: Look, width: int, choices: Sequence[Choice], cursor: int | None, rows: int) -> list[Strip]:
    """Return what is offered as rows of the window's width, the cursor's row among them.

    Args:
        look: how it is drawn.
        width: of the window, in cells.
        choices: the best first, which stands lowest but for the order: they are read from above.
        cursor: which one is chosen; `None` when none is.
        rows: how many are shown at most.
    """
    if rows <= 0:
        return []
    first = max(0, min((cursor or 0) - rows // 2, len(choices) - rows))
    drawn = []
    for number, choice in enumerate(choices[first : first + rows], first):
        ground: Ground = "selected" if number == cursor else "held"
        line = Line(look, width, ground)
        line.sign("▌" if number == cursor and look.full else " ", "accent").gap()
        aside = one_line(choice.aside)
        taken = len(aside) + len(choice.key) + 4
        line.put(one_line(choice.shown), choice.role, width=max(8, min(line.width // 2, line.width - taken)))
        line.gap(2).put(aside, "muted", width=max(0, line.width - line.column - len(choice.key) - 3))
        line.to(line.width - 1 - len(choice.key)).put(choice.key, "accent", bold=True)
        drawn.append(line.strip())
    return drawn
