"""The brief of a conversation on one page: what is asked first, then all that helps to do it."""

from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual import events
from textual.strip import Strip

from storage.kinds.handoffs import Brief
from storage.views import ContextView
from widgets.briefs import LABEL, BriefRow, brief_rows
from widgets.clock_rows import strip_parts
from widgets.ends import write
from widgets.language import _
from widgets.line import Line, Span
from widgets.look import Look
from widgets.pane import Pane
from widgets.wrapping import PIECE, rejoined, wrap

_AIR = 2  # the columns at both sides
_GAP: Span = ("   ", "muted")
_LINES = 4  # of what the customer wrote
_WHO = "who"
_STANDS = "stands"  # the block that says where it stands, and until when it is to be accepted


class BriefPane(Pane):
    """What whoever is on call reads first.

    Args:
        look: how it is drawn.
    """

    DEFAULT_CSS: ClassVar[str] = "BriefPane { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._brief: Brief | None = None
        self._beside: ContextView | None = None
        self._wrote = ""
        self._now = datetime.now().astimezone()
        self._rows: list[BriefRow | None] | None = None

    @property
    def brief(self) -> Brief | None:
        """The brief that is shown."""
        return self._brief

    def show(self, brief: Brief | None, context: ContextView | None, now: datetime, *, wrote: str = "") -> None:
        """Show another brief, or none.

        Args:
            brief: what it was handed over with, or what the record would say now.
            context: what stands beside the conversation.
            now: the present, in the reader's zone.
            wrote: what the customer wrote last, which stands first where nobody asks anything.
        """
        self._brief, self._beside, self._wrote = brief, context, wrote
        self.tick(now)

    def tick(self, now: datetime) -> None:
        """Let clocks show a later time; only what changes is painted."""
        self._now = now
        self._rows = None
        self.repaint()

    def on_resize(self, _event: events.Resize) -> None:
        """Wrap anew."""
        self._rows = None
        self.repaint()

    def draw(self, y: int) -> Strip:
        """Draw one row."""
        if self._rows is None:
            self._rows = self._laid()
        line = Line(self._look, self.size.width)
        row = self._rows[y] if y < len(self._rows) else None
        if row is None:
            return line.strip()
        line.gap().put(row.label, "muted", width=LABEL)
        return write(line, row.left, row.aside).strip()

    def _laid(self) -> list[BriefRow | None]:
        """Return the rows with the air between their blocks: as many as there is room for."""
        if self._brief is None:
            return []
        clocks, first = self._clocks(), self._first()
        height = self.size.height - len(clocks) - len(first)
        rows = brief_rows(self._brief, self._now, self.size.width - _AIR, height=height)
        stands = [row for row in rows if row.block == _STANDS]
        others = [row for row in rows if row.block != _STANDS]
        place = next((place for place, row in enumerate(others) if row.block == _WHO), len(others))
        above, below = others[:place], others[place:]
        if above and not first:
            above[0] = replace(above[0], apart=False)
        air = [None] if len(rows) + sum(row.apart for row in rows) <= height and (above or first) else []
        return [*first, *_parted(above), *air, *stands, *clocks, *_parted([replace(row, apart=False) for row in below])]

    def _first(self) -> list[BriefRow]:
        """Return what the customer wrote last, in its first lines, where nobody asks anything."""
        if self._brief is None or self._brief.handoff is not None or not self._wrote.strip():
            return []
        width = self.size.width - _AIR - LABEL
        lines = [line for line in wrap(rejoined(self._wrote[:PIECE], width), width) if line.strip()]
        if len(lines) > _LINES:
            lines[_LINES - 1] += " …"
        return [
            BriefRow("wrote", _("wrote") if not place else "", ((line, "text"),))
            for place, line in enumerate(lines[:_LINES])
        ]

    def _clocks(self) -> list[BriefRow]:
        """Return the row of the clocks, where there are any."""
        spans: list[Span] = []
        for one in strip_parts(self._beside.clocks, self._now) if self._beside is not None else ():
            spans += [_GAP, *one] if spans else one
        return [BriefRow(_STANDS, _("clocks"), tuple(spans))] if spans else []


def _parted(rows: list[BriefRow]) -> list[BriefRow | None]:
    """Return the rows with the air that stands before some of them."""
    return [one for row in rows for one in ([None, row] if row.apart else [row])]
