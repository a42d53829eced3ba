"""The page of keys: each with its sentence, in groups, scrolled by half pages."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.strip import Strip

from widgets.line import Line
from widgets.look import Look
from widgets.pane import Pane

Group = tuple[str, Sequence[tuple[str, str, str]]]
"""A heading, and rows of keys, sentence, and the name on the `:` line."""


class KeysPage(Pane):
    """Every key and what it does."""

    DEFAULT_CSS: ClassVar[str] = "KeysPage { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, look: Look, groups: Sequence[Group] = (), *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(look, id=id)
        self._lines: list[tuple[str, str, str]] = []
        self._label = self._top = 0
        self._nothing = ""
        self.show(groups)

    def show(self, groups: Sequence[Group], nothing: str = "") -> None:
        """Show other keys, from the first on; where there are none, what is said instead."""
        self._nothing = nothing
        lines: list[tuple[str, str, str]] = []
        for heading, rows in groups:
            if lines:
                lines.append(("", "", ""))
            lines.append((heading, "", ""))
            lines += rows
        self._label = max((cell_len(key) for key, sentence, _name in lines if sentence), default=0) + 2
        self._lines, self._top = lines, 0
        self.repaint()

    def scroll(self, by: int) -> None:
        """Scroll by lines, not beyond the ends."""
        top = max(0, min(self._top + by, len(self._lines) - self.size.height))
        if top != self._top:
            self._top = top
            self.repaint()

    def draw(self, y: int) -> Strip:
        """Draw one row."""
        line = Line(self._look, self.size.width).gap()
        if not self._lines and y == 1:
            return line.gap(2).put(self._nothing, "text").strip()
        if self._top + y >= len(self._lines):
            return line.strip()
        key, sentence, name = self._lines[self._top + y]
        if sentence:
            line.gap(2).put(key, "accent", width=self._label, bold=True)
            aside = (
                cell_len(name) + 2 if name else 0
            )  # what has no key is known by its name alone: that is never left out
            line.put(sentence, "text", width=min(cell_len(sentence), max(8, line.width - line.column - 1 - aside)))
            if name:
                line.to(line.width - 1 - cell_len(name)).put(name, "muted")
        elif key:
            line.put(key, "bright").gap().fill("─", line.width - 1)
        return line.strip()
