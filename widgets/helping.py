"""The page of keys: each with its sentence, in groups, scrolled by half pages."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.strip import Strip

from widgets.line import Line
from widgets.look import Look
from widgets.pane import Pane

Group = tuple[str, Sequence[tuple[str, str]]]
"""A heading, and pairs of keys and sentence."""


class KeysPage(Pane):
    """Every key and what it does."""

    DEFAULT_CSS: ClassVar[str] = "KeysPage { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, look: Look, groups: Sequence[Group], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(look, id=id)
        self._lines: list[tuple[str, str]] = []
        for heading, pairs in groups:
            if self._lines:
                self._lines.append(("", ""))
            self._lines.append((heading, ""))
            self._lines += pairs
        self._label = max((cell_len(key) for key, sentence in self._lines if sentence), default=0) + 2
        self._top = 0

    def scroll(self, by: int) -> None:
        """Scroll by lines, not beyond the ends."""
        top = max(0, min(self._top + by, len(self._lines) - self.size.height))
        if top != self._top:
            self._top = top
            self.repaint()

    def draw(self, y: int) -> Strip:
        """Draw one row."""
        line = Line(self._look, self.size.width).gap()
        if self._top + y >= len(self._lines):
            return line.strip()
        key, sentence = self._lines[self._top + y]
        if sentence:
            line.gap(2).put(key, "accent", width=self._label, bold=True).put(sentence, "text")
        elif key:
            line.put(key, "bright").gap().fill("─", line.width - 1)
        return line.strip()
