"""Rows with a cursor: what a list of actions, of files, of rules shares, however each draws its rows."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from textual.geometry import Region
from textual.strip import Strip

from widgets.clicking import KeyClicked
from widgets.line import Line
from widgets.look import Look
from widgets.pane import Pane

Row = TypeVar("Row")


class Rows(Pane, Generic[Row]):
    """Rows, one of them under the cursor; half a page is scrolled at the edge.

    Args:
        look: how it is drawn.
    """

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._rows: tuple[Row, ...] = ()
        self._cursor = 0
        self._first = 0

    @property
    def chosen(self) -> Row | None:
        """The one under the cursor."""
        return self._rows[self._cursor] if self._rows else None

    @property
    def cursor(self) -> int:
        """The place of the one under the cursor, from 0."""
        return self._cursor

    def lay(self, rows: Sequence[Row], same: Callable[[Row], object] | None = None) -> None:
        """Show other rows.

        Args:
            rows: from the top.
            same: gives what stays the same of a row: the cursor stays on its own, else where it was; with `None` it
                goes to the first.
        """
        on = same(self.chosen) if same is not None and self.chosen is not None else None
        self._rows = tuple(rows)
        if same is None:
            self._cursor = self._first = 0
        elif on is not None:
            places = (place for place, row in enumerate(self._rows) if same(row) == on)
            self._cursor = next(places, self._cursor)
        self._settle()
        self.repaint()

    def move(self, by: int) -> None:
        """Move the cursor; half a page is scrolled at the edge."""
        before, first = self._cursor, self._first
        self._cursor = max(0, min(self._cursor + by, len(self._rows) - 1))
        page = self.rows_free
        if self._cursor < self._first:
            self._first = min(self._first - page // 2, self._cursor)
        elif self._cursor >= self._first + page:
            self._first = max(self._first + page // 2, self._cursor - page + 1)
        self._settle()
        if first != self._first:
            self.repaint()
        elif before != self._cursor:
            for place in (before, self._cursor):
                self.refresh(Region(0, place - self._first, self.size.width, 1))

    def wheel(self, rows: int) -> None:
        """Go by rows, the cursor with them."""
        self.move(rows)

    def clicked(self, row: int, column: int, *, times: int) -> None:  # noqa: ARG002 - a row is one
        """Put the cursor on the row that is clicked; a double click is Enter on it."""
        if self._first + row < len(self._rows):
            self.move(self._first + row - self._cursor)
            if times > 1:
                self.post_message(KeyClicked("Enter"))

    def _settle(self) -> None:
        self._cursor = max(0, min(self._cursor, len(self._rows) - 1))
        self._first = max(0, min(self._first, len(self._rows) - self.rows_free))

    def on_resize(self) -> None:
        """Keep the cursor's row in sight where the pane is lower now."""
        self._keep_in_sight()

    def covered(self) -> None:
        """Keep the cursor's row in sight where the last row is covered now."""
        self._keep_in_sight()

    def _keep_in_sight(self) -> None:
        first = self._first
        self._first = max(self._first, self._cursor - self.rows_free + 1)
        self._settle()
        if first != self._first:
            self.repaint()

    def draw(self, y: int) -> Strip:
        """Draw one row, with the sign of the cursor before it."""
        place = self._first + y
        if place >= len(self._rows):
            return Line(self._look, self.size.width).strip()
        is_chosen = place == self._cursor
        line = Line(self._look, self.size.width, "selected" if is_chosen else "bg")
        line.sign("▌" if is_chosen and self._look.full else " ", "accent")
        self.write(line, self._rows[place])
        return line.strip()

    def write(self, line: Line, row: Row) -> None:
        """Write one row after the cursor's column."""
        raise NotImplementedError(line, row)
