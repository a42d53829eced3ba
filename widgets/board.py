"""A page of panels: pieces of text and signs, of which those that lead somewhere can be under the cursor."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from rich.cells import cell_len
from textual.message import Message
from textual.strip import Strip

from widgets.clicking import KeyClicked
from widgets.line import Line, cut, one_line
from widgets.look import Look, Role
from widgets.pane import Pane

_ASIDE: Final = 12  # columns that weigh as much as a row, on the way to the side


@dataclass(frozen=True, slots=True)
class Spot:
    """What the cursor can be on.

    Attributes:
        query: which conversations are behind it.
        words: what is said of it above its panel while the cursor is there; empty for nothing.
        panel: which one that is.
    """

    query: str
    words: str = ""
    panel: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of one role.

    Attributes:
        spot: what the cursor is on when it is here.
        signs: these are signs of ours, which a terminal without Unicode shows as letters.
        marked: what stands here while the cursor is; empty for the same.
    """

    text: str
    role: Role = "text"
    spot: Spot | None = None
    signs: bool = False
    marked: str = ""


BoardRow = tuple[Piece, ...]


@dataclass(slots=True)
class Row:
    """A row that is being written from left to right, in cells."""

    width: int
    column: int = 0
    pieces: list[Piece] = field(default_factory=list)

    def put(
        self, text: str, role: Role = "text", spot: Spot | None = None, *, width: int = 0, right: bool = False
    ) -> "Row":
        """Write text from anywhere, made one clean line; cut and padded to a width where one is given."""
        room = self.width - self.column
        words = one_line(text)
        before, after = len(text) - len(text.lstrip(" ")), len(text) - len(text.rstrip(" "))
        if words:  # blanks at its ends are meant
            words = " " * before + words + " " * after
        shown = cut(words, min(width or room, room), "…")
        pad = max(0, min(width, room) - cell_len(shown))
        if right:
            self._add(Piece(" " * pad))
        self._add(Piece(shown, role, spot))
        if not right:
            self._add(Piece(" " * pad))
        return self

    def signs(self, signs: str, role: Role = "text", spot: Spot | None = None, *, marked: str = "") -> "Row":
        """Write signs of ours, a cell each."""
        self._add(Piece(signs[: max(0, self.width - self.column)], role, spot, signs=True, marked=marked))
        return self

    def to(self, column: int) -> "Row":
        """Leave cells empty up to a column."""
        self._add(Piece(" " * max(0, min(column, self.width) - self.column)))
        return self

    def ends(self, text: str, role: Role = "muted", spot: Spot | None = None) -> "Row":
        """Write text at the right edge, one cell of air after it."""
        return self.to(self.width - 1 - cell_len(text)).put(text, role, spot)

    def done(self) -> BoardRow:
        """Return it, filled up."""
        self.to(self.width)
        return tuple(self.pieces)

    def _add(self, piece: Piece) -> None:
        if piece.text:
            self.pieces.append(piece)
            self.column += cell_len(piece.text)


def heading(width: int, title: str, aside: str = "", *, lit: bool = False) -> BoardRow:
    """Return a panel's title with a rule to its aside; `lit` where the aside speaks of what the cursor is on."""
    row = Row(width).to(1).put(title, "bright").to(min(width, 2 + cell_len(title)))
    row.signs("─" * max(0, width - row.column - (cell_len(aside) + 2 if aside else 0)), "rule")
    return row.put(f" {aside}" if aside else "", "text" if lit else "muted").done()


class Board(Pane):
    """Rows of pieces; the cursor goes from spot to spot, whichever is next in a direction."""

    DEFAULT_CSS: ClassVar[str] = "Board { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._rows: tuple[BoardRow, ...] = ()
        self._wall = 0
        self._first = 0
        self._places: list[tuple[int, int, int, Spot]] = []  # row, first column, the one behind the last
        self._at: int | None = None

    @dataclass
    class Moved(Message):
        """The cursor is on another spot."""

        board: "Board"

        @property
        def control(self) -> "Board":
            """Let `@on` select by widget."""
            return self.board

    @property
    def chosen(self) -> Spot | None:
        """What the cursor is on."""
        return self._places[self._at][3] if self._at is not None else None

    def lay(self, rows: Sequence[BoardRow], *, at: str = "", anew: bool = False, wall: int = 0) -> None:
        """Show other rows; the cursor stays on the same query.

        Args:
            rows: from the top.
            at: the query that it goes to.
            anew: whether it goes to the first spot where that is not there.
            wall: the column that parts panels beside one another; 0 where they stand under one another.
        """
        self._wall = wall
        wanted = at or (self.chosen.query if self.chosen is not None and not anew else "")
        before = None if anew else self._at
        self._rows = tuple(rows)
        self._places = []
        for y, row in enumerate(rows):
            column = 0
            for piece in row:
                end = column + cell_len(piece.text)
                if piece.spot is not None:
                    self._places.append((y, column, end, piece.spot))
                column = end
        found = [place for place, one in enumerate(self._places) if one[3].query == wanted]
        if before in found:
            self._at = before
        elif found or anew or before is None:
            self._at = found[0] if found else (0 if self._places else None)
        else:  # what it was on is gone: it stays about where it is
            self._at = min(before, len(self._places) - 1) if self._places else None
        if at and found:
            self._bring_into_sight()
        self._settle()
        self.repaint()

    def go(self, down: int, right: int) -> None:
        """Go to the next spot down or up, or to the right or the left; where none is below, the rest is scrolled."""
        if self._at is None:
            self._first += down
        else:
            y, left, end, _spot = self._places[self._at]
            there = [(self._far(one, y, left, end, down, right), place) for place, one in enumerate(self._places)]
            near = min((one for one in there if one[0] is not None), default=None)
            if near is None:
                self._first += down
            else:
                self._at = near[1]
                self._bring_into_sight()
                self.post_message(self.Moved(self))
        self._settle()
        self.repaint()

    def _far(
        self, one: tuple[int, int, int, Spot], y: int, left: int, end: int, down: int, right: int
    ) -> tuple[int, int] | None:
        """Return how far a spot is in a direction; `None` where it does not lie there."""
        if down:  # row by row: what lies far to the side is no reason to leave a row out
            rows = (one[0] - y) * down
            beside = max(0, one[1] - end + 1, left - one[2] + 1)  # 0 where one stands above the other
            return (rows, beside) if rows > 0 and (one[1] >= self._wall) == (left >= self._wall) else None
        columns = (one[1] - left) * right
        return (columns + abs(one[0] - y) * _ASIDE, 0) if columns > 0 else None

    def _bring_into_sight(self) -> None:
        """Show the whole panel that the cursor is in; of one that is higher than the page, what is around it."""
        if self._at is None:
            return
        y, left, _end, _spot = self._places[self._at]
        page = self.rows_free
        top = bottom = y
        while top and not self._parted(top - 1, left):
            top -= 1
        while bottom + 1 < len(self._rows) and not self._parted(bottom + 1, left):
            bottom += 1
        if bottom - top >= page:
            top, bottom = max(top, y - page // 2), min(bottom, y + page // 2 - 1)
        self._first = min(max(self._first, bottom - page + 1), top)

    def _parted(self, y: int, left: int) -> bool:
        """Say whether a row is empty on the side of the wall on which a column is."""
        column = 0
        for piece in self._rows[y]:
            mine = (column >= self._wall) == (left >= self._wall)
            wall = bool(self._wall) and column == self._wall - 1
            if mine and not wall and piece.text.strip():
                return False
            column += cell_len(piece.text)
        return True

    def _settle(self) -> None:
        self._first = max(0, min(self._first, len(self._rows) - self.rows_free))

    def wheel(self, rows: int) -> None:
        """Scroll, the cursor where it is."""
        self._first += rows
        self._settle()
        self.repaint()

    def clicked(self, row: int, column: int, *, times: int) -> None:
        """Put the cursor on the spot that is clicked; a double click opens what is behind it."""
        y = self._first + row
        found = (place for place, one in enumerate(self._places) if one[0] == y and one[1] <= column < one[2])
        if (place := next(found, None)) is not None:
            self._at = place
            self.post_message(self.Moved(self))
            self.repaint()
            if times > 1:
                self.post_message(KeyClicked("Enter"))

    def on_resize(self) -> None:
        """Keep to the rows there are."""
        self._settle()
        self.repaint()

    def draw(self, y: int) -> Strip:
        """Draw one row."""
        line = Line(self._look, self.size.width)
        place = self._first + y
        if place >= len(self._rows):
            return line.strip()
        on = self._places[self._at] if self._at is not None else None
        for piece in self._rows[place]:
            here = on is not None and on[0] == place and on[1] == line.column and piece.spot is on[3]
            text = piece.marked if here and piece.marked else piece.text
            if piece.signs and text is piece.text:
                text = "".join(map(self._look.sign, text))
            if here:
                line.put(text, "bright", ground="selected")
            else:
                line.put(text, piece.role)
        if y == self.rows_free - 1 and len(self._rows) > self._first + self.rows_free:
            line.to(self.size.width - 2).gap().sign("…", "muted")
        return line.strip()
