"""What is said where there is nothing to show: a bold sentence, what comes next, two or three keys."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.strip import Strip

from widgets.clicking import KeyClicked, key_among
from widgets.line import Line, Span
from widgets.look import Look, Role
from widgets.pane import Pane
from widgets.wrapping import wrap

_AIR = 3  # columns left of the words, and as many right of them
_APART, _CLOSE = 3, 2  # cells between labels and values, and between keys and what they do
_NARROWEST = 16  # cells that a value needs beside its label; where it has fewer it stands below

Row = tuple[Span, ...]


class Empty(Pane):
    """What is said where there is nothing to show: a bold sentence, what comes next, two or three keys."""

    DEFAULT_CSS: ClassVar[str] = "Empty { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._sentence = ""
        self._facts: tuple[tuple[str, str], ...] = ()
        self._keys: tuple[tuple[str, str], ...] = ()
        self._rows: list[Row] | None = None

    def show(self, sentence: str, facts: Sequence[tuple[str, str]] = (), keys: Sequence[tuple[str, str]] = ()) -> None:
        """Say something else.

        Args:
            sentence: what is; of any length.
            facts: labelled values; long ones are wrapped, since a command that is cut cannot be typed.
            keys: each with what it does.
        """
        if (self._sentence, self._facts, self._keys) != (sentence, tuple(facts), tuple(keys)):
            self._sentence, self._facts, self._keys = sentence, tuple(facts), tuple(keys)
            self._anew()

    def covered(self) -> None:
        """Move up what would lie under the row that covers the last one."""
        self._anew()

    def on_resize(self, _event: events.Resize) -> None:
        """Wrap anew."""
        self._rows = None
        self.repaint()

    def clicked(self, row: int, column: int, *, times: int) -> None:  # noqa: ARG002 - twice is as good as once
        """Say which key was clicked."""
        rows = self._shown()
        key = key_among(rows[row], column - min(_AIR, self.size.width // 8)) if row < len(rows) else ""
        if key:
            self.post_message(KeyClicked(key))

    def _anew(self) -> None:
        self._rows = None
        self.repaint()

    def draw(self, y: int) -> Strip:
        """Draw one of the rows."""
        line = Line(self._look, self.size.width).gap(min(_AIR, self.size.width // 8))
        rows = self._shown()
        if y < len(rows):
            for text, role in rows[y]:
                line.put(text, role, bold=role == "accent")
        return line.strip()

    def _shown(self) -> list[Row]:
        """Return the rows from the pane's top on: a quarter down where there is room, without blanks where not."""
        if self._rows is None:
            height = self.rows_free
            rows = self._laid(max(8, self.size.width - 2 * min(_AIR, self.size.width // 8)))
            if len(rows) > height:
                rows = [row for row in rows if row]
            above = max(0, min(max(1, self.size.height // 4), height - len(rows)))
            self._rows = [*([()] * above), *rows][:height]
        return self._rows

    def _laid(self, width: int) -> list[Row]:
        rows: list[Row] = [((line, "bright"),) for line in wrap(self._sentence, width)]
        return [*rows, *_paired(self._facts, "muted", _APART, width), *_paired(self._keys, "accent", _CLOSE, width)]


def _paired(pairs: Sequence[tuple[str, str]], ink: Role, apart: int, width: int) -> list[Row]:
    """Return a blank row, then values in a column of their own beside their names; nothing where there are none."""
    if not pairs:
        return []
    column = max(cell_len(name) for name, _value in pairs) + apart
    return [(), *(row for name, value in pairs for row in _pair(name, value, column, width, ink))]


def _pair(name: str, value: str, column: int, width: int, ink: Role) -> list[Row]:
    """Return a value beside its name, further lines below one another; below the name where it is too narrow."""
    if width - column < _NARROWEST:
        below = [_row(f"  {line}", "text") for line in wrap(value, width - 2)]
        return [*(_row(line, ink) for line in wrap(name, width)), *below]
    first, *more = wrap(value, width - column) or [""]
    pad = column - cell_len(name)
    return [((name, ink), (" " * pad + first, "text")), *(_row(" " * column + line, "text") for line in more)]


def _row(text: str, role: Role) -> Row:
    return ((text, role),)
