"""One row of a pane, written span by span in roles, measured in cells, and handed to Textual as a strip."""

from collections.abc import Iterable

from rich.cells import cell_len, split_graphemes
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from storage.kinds.clean import clean
from widgets.look import Ground, Look, Role
from widgets.steady import Span, one_line, steady

__all__ = ["Line", "Span", "cut", "one_line", "steady"]

_BLANKS = str.maketrans("\n\t", "  ")


def cut(text: str, width: int, ellipsis: str = "…") -> str:
    """Return `text` in at most `width` cells, with an ellipsis where something is missing."""
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    room, end = width - 1, 0
    for _, after, cells in split_graphemes(text[: 4 * width + 16])[0]:
        if cells > room:
            break
        room -= cells
        end = after
    return text[:end] + ellipsis


def _on_one_ground(one: Style, other: Style) -> bool:
    """Say whether a blank looks the same in two styles."""
    return one.bgcolor == other.bgcolor and one.reverse is other.reverse and one.reverse is not True


class Line:
    """A row that is being written from left to right.

    Args:
        look: gives roles their styles.
        width: of the row, in cells; what does not fit is cut.
        ground: what the row lies on.
    """

    __slots__ = ("_pieces", "column", "ground", "look", "width")

    def __init__(self, look: Look, width: int, ground: Ground = "bg") -> None:
        self.look = look
        self.width = width
        self.ground: Ground = ground
        self.column = 0
        self._pieces: list[tuple[str, Style]] = []

    def _add(self, text: str, style: Style, cells: int) -> None:
        if not text:
            return
        before, last = self._pieces[-1] if self._pieces else ("", style)
        if self._pieces and last == style:
            self._pieces[-1] = (before + text, style)
        elif self._pieces and _on_one_ground(last, style) and (text.isspace() or before.isspace()):
            # Blanks show no ink: they go with their neighbour, and no colour is sent for them.
            self._pieces[-1] = (before + text, last if text.isspace() else style)
        else:
            self._pieces.append((text, style))
        self.column += cells

    def put(
        self,
        text: str,
        role: Role = "text",
        *,
        width: int | None = None,
        right: bool = False,
        bold: bool = False,
        ground: Ground | None = None,
    ) -> "Line":
        """Write text at the current column and return the line.

        Args:
            text: anything; it is made one clean line.
            role: what it is drawn as.
            width: cells to fill, the text cut or padded; `None` for as many as it needs.
            right: whether padding goes before the text.
            bold: whether it is bold beyond its role.
            ground: another ground than the row's.
        """
        if not (text.isascii() and text.isprintable()):
            text = steady(clean(text)).translate(_BLANKS)
            if self.look.ascii:
                text = text.replace("\u00a0", " ")
        room = self.width - self.column
        room = room if width is None else min(width, room)
        shown = cut(text, room, self.look.sign("…"))
        cells = cell_len(shown)
        style = self.look.style(role, ground or self.ground, bold=bold)
        blank = self.look.style("text", ground or self.ground)
        pad = room - cells if width is not None else 0
        if pad and right:
            self._add(" " * pad, blank, pad)
        if shown.endswith("…") and cells < cell_len(text) and role != "muted":
            dots = self.look.sign("…")
            self._add(shown[: -len(dots)], style, cells - 1)
            self._add(dots, self.look.style("muted", ground or self.ground), 1)
        else:
            self._add(shown, style, cells)
        if pad and not right:
            self._add(" " * pad, blank, pad)
        return self

    def sign(self, sign: str, role: Role = "text") -> "Line":
        """Write one of our own signs."""
        return self.put(self.look.sign(sign), role)

    def spans(self, spans: Iterable[Span]) -> "Line":
        """Write several spans."""
        for text, role in spans:
            self.put(text, role)
        return self

    def gap(self, cells: int = 1) -> "Line":
        """Leave cells empty."""
        cells = max(0, min(cells, self.width - self.column))
        self._add(" " * cells, self.look.style("text", self.ground), cells)
        return self

    def to(self, column: int) -> "Line":
        """Leave cells empty up to a column."""
        return self.gap(column - self.column)

    def fill(self, sign: str, column: int, role: Role = "rule") -> "Line":
        """Draw a sign again and again up to a column."""
        cells = max(0, min(column, self.width) - self.column)
        self._add(self.look.sign(sign) * cells, self.look.style(role, self.ground), cells)
        return self

    def strip(self) -> Strip:
        """Return the row, filled up to its width; neighbours of one style are one segment."""
        self.to(self.width)
        return Strip([Segment(text, style) for text, style in self._pieces], self.width)
