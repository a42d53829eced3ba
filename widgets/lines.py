"""Lines of a text to choose from: a cursor, marks, and ranges."""

from collections.abc import Sequence
from typing import ClassVar

from widgets.line import Line
from widgets.look import Look
from widgets.rows import Rows


class Lines(Rows[tuple[int, str]]):
    """Lines of which some are marked, each with its place."""

    DEFAULT_CSS: ClassVar[str] = "Lines { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, look: Look, lines: Sequence[str], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(look, id=id)
        self.lines = tuple(lines)
        self.marks: set[int] = set()
        self._range: int | None = None
        self._rows = tuple(enumerate(self.lines))

    @property
    def marked(self) -> tuple[str, ...]:
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
        """Move the cursor; a range goes with it."""
        super().move(by)
        if self._range is not None:
            self.repaint()

    def clicked(self, row: int, column: int, *, times: int) -> None:
        """Put the cursor on the line that is clicked, and mark it when it was clicked twice."""
        super().clicked(row, column, times=1)
        if times == 2 and self._first + row < len(self.lines):
            self.marks ^= {self.cursor}
            self.repaint()

    def mark(self) -> None:
        """Mark the cursor's line, or take its mark off, and go on."""
        self.marks ^= {self.cursor}
        self.repaint()
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

    def write(self, line: Line, row: tuple[int, str]) -> None:
        """Write one line, with its mark before it."""
        place, text = row
        marked = place in self.marks or place in self._ranged
        line.put("*" if marked else " ", "accent", bold=True).gap().put(text, "bright" if marked else "text")
