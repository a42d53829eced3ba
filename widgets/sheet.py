"""A column of rows to be read: headings, words, and rows that lead somewhere, through which a cursor goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from rich.cells import cell_len
from textual.message import Message
from textual.strip import Strip

from widgets.clicking import KeyClicked
from widgets.ends import write
from widgets.line import Line, Span
from widgets.look import Look
from widgets.pane import Pane

Target = tuple[
    Literal["conversation", "person", "organization", "criterion", "persona", "policy", "calendar", "fact", "named"],
    int,
]
"""Where a row leads."""

_NEAR_END = 20  # rows before the last one from which more are asked for


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row: spans from the left, an aside at the right edge; a heading carries a rule between them.

    Attributes:
        target: where it leads; `None` for what is only read.
        key: what tells it from others that lead to the same place.
    """

    left: tuple[Span, ...] = ()
    aside: tuple[Span, ...] = ()
    heading: bool = False
    target: Target | None = None
    key: object = None

    @property
    def same(self) -> object:
        """What stays the same of it while its words change; `None` where the cursor cannot be."""
        return self.key if self.key is not None else self.target


BLANK = SheetRow()


class Sheet(Pane):
    """Rows, of which those that lead somewhere can be under the cursor; what lies between is scrolled through.

    Args:
        look: how it is drawn.
    """

    DEFAULT_CSS: ClassVar[str] = "Sheet { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._rows: tuple[SheetRow, ...] = ()
        self._cursor: int | None = None
        self._first = 0

    @dataclass
    class NearEnd(Message):
        """The last rows are about to be seen."""

        sheet: "Sheet"

        @property
        def control(self) -> "Sheet":
            """Let `@on` select by widget."""
            return self.sheet

    @property
    def rows(self) -> tuple[SheetRow, ...]:
        """All of them."""
        return self._rows

    @property
    def chosen(self) -> Target | None:
        """Where the row under the cursor leads; `None` where the cursor is not seen."""
        return self._rows[self._cursor].target if self._cursor is not None and self._seen(self._cursor) else None

    @property
    def chosen_key(self) -> object:
        """What tells the row under the cursor from others; `None` where the cursor is not seen, or on no such row."""
        return self._rows[self._cursor].key if self._cursor is not None and self._seen(self._cursor) else None

    def lay(self, rows: Sequence[SheetRow], *, at: Target | None = None, anew: bool = False) -> None:
        """Show other rows; the cursor stays on what it is on, and what is seen stays where it is.

        Args:
            rows: from the top.
            at: where the cursor goes.
            anew: whether they are about something else: they begin at the top.
        """
        on: object = at
        if on is None and not anew and self._cursor is not None:
            on = self._rows[self._cursor].same
        above = 0 if anew or self._cursor is None else self._cursor - self._first
        before = self._cursor
        self._rows = tuple(rows)
        if anew:
            self._first = 0
        found = next((place for place, row in enumerate(rows) if row.same == on), None) if on is not None else None
        if found is not None and not anew and before is not None and at is None:
            self._first = max(0, found - above)
        if found is None:
            near = before if before is not None and not anew else 0
            found = self._target_from(min(near, max(0, len(rows) - 1)), 1)
            found = self._target_from(len(rows) - 1, -1) if found is None else found
        self._cursor = found
        if at is not None:
            self._bring_into_sight()
        self._settle()
        self.repaint()

    def move(self, by: int) -> None:
        """Go to the next row that leads somewhere; where none is near, what lies between is scrolled."""
        page, sign = self.rows_free, 1 if by > 0 else -1
        last = self._first + page - 1
        seen = self._cursor is not None and self._seen(self._cursor)
        start = self._cursor if seen and self._cursor is not None else (self._first - 1 if by > 0 else last + 1)
        place = self._target_from(start + by, sign)
        if abs(by) == 1 and (place is None or not self._first - page // 2 <= place <= last + page // 2):
            self._first += by
        else:
            beyond = place is not None
            if abs(by) > 1:
                self._first += by
                self._settle()
            if place is None:  # the last one there is, seen or not: what is read ends below it
                place = self._target_from(start + by, -sign)
            if place is not None:
                self._cursor = place
            if beyond:
                self._bring_into_sight()
        self._settle()
        self.repaint()
        if self._first + page + _NEAR_END >= len(self._rows):
            self.post_message(self.NearEnd(self))

    def _target_from(self, start: int, step: int) -> int | None:
        """Return the first place that leads somewhere, from one on."""
        start = max(0, start) if step > 0 else min(start, len(self._rows) - 1)
        places = range(start, len(self._rows)) if step > 0 else range(start, -1, -1)
        return next((place for place in places if self._rows[place].target is not None), None)

    def _seen(self, place: int) -> bool:
        return self._first <= place < self._first + self.rows_free

    def _bring_into_sight(self) -> None:
        """Scroll by half a page where the cursor's row is not seen; the heading above a first row is seen, too."""
        if self._cursor is None:
            return
        page = self.rows_free
        if self._cursor < self._first + 1:
            self._first = min(self._first - page // 2, self._cursor - 1)
        elif self._cursor >= self._first + page:
            self._first = max(self._first + page // 2, self._cursor - page + 1)

    def _settle(self) -> None:
        self._first = max(0, min(self._first, len(self._rows) - self.rows_free))

    def wheel(self, rows: int) -> None:
        """Scroll, the cursor where it is."""
        self._first += rows
        self._settle()
        self.repaint()

    def clicked(self, row: int, column: int, *, times: int) -> None:  # noqa: ARG002 - a row is one
        """Put the cursor on the row that is clicked, where it leads somewhere; a double click goes there."""
        place = self._first + row
        if place < len(self._rows) and self._rows[place].target is not None:
            self._cursor = place
            self.repaint()
            if times > 1:
                self.post_message(KeyClicked("Enter"))

    def on_resize(self) -> None:
        """Keep to the rows there are."""
        self._settle()
        self.repaint()

    def covered(self) -> None:
        """Keep the cursor's row in sight where the last row is covered now."""
        if self._cursor is not None and self._cursor == self._first + self.rows_free:
            self._first += 1
            self.repaint()

    def draw(self, y: int) -> Strip:
        """Draw one row, with the sign of the cursor before it."""
        place = self._first + y
        width = self.size.width
        if place >= len(self._rows):
            return Line(self._look, width).strip()
        row = self._rows[place]
        below = len(self._rows) - self._first - self.rows_free
        goes_on = y == self.rows_free - 1 and below > 0
        if row.heading:
            line = Line(self._look, width).gap().spans(row.left).gap()
            taken = sum(cell_len(text) + 1 for text, _role in row.aside)
            line.fill("─", width - 1 - taken)
            for text, role in row.aside:
                line.gap().put(text, role)
            return line.to(width - 1).sign("…" if goes_on else " ", "muted").strip()
        if place != self._cursor:
            line = write(Line(self._look, width).gap(), row.left, row.aside)
            return line.to(width - 1).sign("…" if goes_on else " ", "muted").strip()
        line = Line(self._look, width, "selected" if self.has_keys else "held")
        shows = self._look.full or not self.has_keys  # a reversed row needs no sign
        line.sign("▌" if shows else " ", "accent" if self.has_keys else "muted")
        return write(line, row.left, row.aside).to(width - 1).sign("…" if goes_on else " ", "muted").strip()
