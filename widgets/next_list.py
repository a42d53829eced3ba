"""What comes next: the conversations of a queue but for the one whose brief stands above, in a few rows."""

from typing import ClassVar

from textual.strip import Strip

from widgets.language import _
from widgets.line import Line
from widgets.look import Look
from widgets.moments import count_words
from widgets.queue import Queue
from widgets.queue_row import RowManner, draw_row

HEADED = 1
"""Rows that the heading takes."""


class NextList(Queue):
    """A queue whose cursor is what stands above it; its rows are the others, the most urgent first."""

    DEFAULT_CSS: ClassVar[str] = "NextList { width: 1fr; height: 3; background: $background; }"

    def __init__(self, look: Look, *, agent_id: int | None = None, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, agent_id=agent_id, id=id)

    @property
    def _others(self) -> list[int]:
        return [place for place in range(len(self._rows)) if place != self._cursor]

    def _repaint(self, index: int) -> None:  # noqa: ARG002 - any row may be another one now
        self.repaint()

    def clicked(self, row: int, column: int, *, times: int) -> None:  # noqa: ARG002 - a row is one
        """Put the cursor on the row that is clicked."""
        others = self._others
        if 0 <= row - HEADED < len(others):
            self._move(others[row - HEADED])

    def draw(self, y: int) -> Strip:
        """Draw the heading, or one of the others."""
        line = Line(self._look, self.size.width)
        others = self._others
        if y < HEADED:
            more = max(self.total, len(self._rows)) - 1
            aside = _("{count} more").format(count=count_words(more)) if more > 0 else _("nothing else")
            line.gap().put(_("next"), "text", bold=True).gap()
            return line.fill("─", line.width - len(aside) - 2, "rule").gap().put(aside, "muted").gap().strip()
        if y - HEADED >= len(others):
            return line.strip()
        row = self._rows[others[y - HEADED]]
        number = row.conversation_id
        manner = RowManner(
            cursor=False,
            focused=False,
            agent_id=self.agent_id,
            marked=number in self._marked,
            writer=self._writers.get(number, ""),
        )
        return draw_row(row, self._look, self.size.width, manner, self._now)
