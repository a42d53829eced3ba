"""Lines of a text to choose from: a cursor, marks, and ranges."""

from collections.abc import Sequence
from typing import ClassVar

from textual.strip import Strip

from widgets.line import Line
from widgets.look import Look
from widgets.pane import Pane


class Lines(Pane):
    """Lines of which some are marked."""

    DEFAULT_CSS: ClassVar[str] = "Lines { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, look: Look, lines: Sequence[str], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(look, id=id)
        self.lines = tuple(lines)
        self.cursor = 0
        self.marks: set[int] = set()
        self._range: int | None = None
        self._first = 0

    @property
    def chosen(self) -> tuple[str, ...]:
        """What is marked, in the order of the text; without any mark, the cursor's line."""
        places = sorted(self.marks | self._ranged) or [self.cursor]
        return tuple(self.lines[place] for place in places if place < len(self.lines))

    @property
    def _ranged(self) -> set[int]:
        if self._range is None:
            return set()
        low, high = sorted((self._range, self.cursor))
        return set(range(low, high + 1))

    def move(self, by: int) -> None:
        """Move the cursor; half a page is scrolled at the edge."""
        page = max(1, self.rows_free)
        self.cursor = max(0, min(self.cursor + by, len(self.lines) - 1))
        if self.cursor < self._first:
            self._first = max(0, self.cursor - page // 2)
        elif self.cursor >= self._first + page:
            self._first = max(self.cursor - page + 1, min(self.cursor - page // 2, len(self.lines) - page))
        self.repaint()

    def wheel(self, rows: int) -> None:
        """Go by lines, the cursor with them."""
        self.move(rows)

    def clicked(self, row: int, column: int, *, times: int) -> None:  # noqa: ARG002 - a line is one
        """Put the cursor on the line that is clicked, and mark it when it was clicked twice."""
        if self._first + row < len(self.lines):
            self.move(self._first + row - self.cursor)
            if times == 2:
                self.marks ^= {self.cursor}
                self.repaint()

    def mark(self) -> None:
        """Mark the cursor's line, or take its mark off, and go on."""
        self.marks ^= {self.cursor}
        self.move(1)

    def range_(self) -> None:
        """Begin a range at the cursor, or end it: its lines are marked then."""
        if self._range is None:
            self._range = self.cursor
        else:
            self.marks |= self._ranged
            self._range = None
        self.repaint()

    def mark_all(self) -> None:
        """Mark every line, or none where all are."""
        everything = set(range(len(self.lines)))
        self.marks = set() if self.marks == everything else everything
        self.repaint()

    def draw(self, y: int) -> Strip:
        """Draw one line."""
        place = self._first + y
        if place >= len(self.lines):
            return Line(self._look, self.size.width).strip()
        here = place == self.cursor
        marked = place in self.marks or place in self._ranged
        line = Line(self._look, self.size.width, "selected" if here else "bg")
        line.sign("▌" if here and self._look.full else " ", "accent")
        line.put("*" if marked else " ", "accent", bold=True).gap()
        return line.put(self.lines[place], "bright" if marked else "text").strip()
