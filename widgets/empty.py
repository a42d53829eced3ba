"""What is said where there is nothing to show: a bold sentence, what comes next, two or three keys."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.strip import Strip

from widgets.line import Line, Span, one_line
from widgets.look import Look
from widgets.pane import Pane
from widgets.wrapping import wrap


class Empty(Pane):
    """What is said where there is nothing to show: a bold sentence, what comes next, two or three keys."""

    DEFAULT_CSS: ClassVar[str] = "Empty { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._sentence = ""
        self._facts: tuple[tuple[str, str], ...] = ()
        self._keys: tuple[tuple[str, str], ...] = ()

    def show(self, sentence: str, facts: Sequence[tuple[str, str]] = (), keys: Sequence[tuple[str, str]] = ()) -> None:
        """Say something else."""
        if (self._sentence, self._facts, self._keys) != (sentence, tuple(facts), tuple(keys)):
            self._sentence, self._facts, self._keys = sentence, tuple(facts), tuple(keys)
            self.repaint()

    def _rows(self) -> list[tuple[Span, ...]]:
        rows: list[tuple[Span, ...]] = [((line, "bright"),) for line in wrap(self._sentence, self.size.width - 6)]
        if self._facts:
            label = max(cell_len(name) for name, _value in self._facts) + 3
            rows.append(())
            rows += [
                ((name + " " * (label - cell_len(name)), "muted"), (one_line(value), "text"))
                for name, value in self._facts
            ]
        if self._keys:
            rows.append(())
            rows += [((f"{key}  ", "accent"), (words, "text")) for key, words in self._keys]
        return rows

    def draw(self, y: int) -> Strip:
        """Draw one of the rows."""
        line = Line(self._look, self.size.width).gap(3)
        number = y - max(1, self.size.height // 4)
        rows = self._rows()
        if 0 <= number < len(rows):
            line.spans(rows[number])
        return line.strip()
