"""An agent's drafts in rows, those that were thrown away below, with a cursor."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual.strip import Strip

from storage.kinds import DraftKind
from storage.kinds.drafts import DraftView
from widgets.language import _
from widgets.line import Line, one_line
from widgets.look import Look
from widgets.moments import moment_words
from widgets.pane import Pane


class DraftList(Pane):
    """Drafts, the one that was written last first."""

    DEFAULT_CSS: ClassVar[str] = "DraftList { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._drafts: Sequence[DraftView] = ()
        self._dropped: frozenset[int] = frozenset()
        self._now = datetime.now().astimezone()
        self._cursor = self._first = 0

    @property
    def chosen(self) -> DraftView | None:
        """The draft under the cursor."""
        return self._drafts[self._cursor] if self._cursor < len(self._drafts) else None

    @property
    def is_dropped(self) -> bool:
        """Whether the one under the cursor was thrown away."""
        return self.chosen is not None and self.chosen.draft_id in self._dropped

    def show(self, drafts: Sequence[DraftView], dropped: Sequence[DraftView], now: datetime) -> None:
        """Show other drafts; the cursor stays in its place."""
        self._drafts = (*drafts, *dropped)
        self._dropped = frozenset(one.draft_id for one in dropped)
        self._now = now
        self._cursor = max(0, min(self._cursor, len(self._drafts) - 1))
        self.repaint()

    def move(self, by: int) -> None:
        """Move the cursor; half a page is scrolled at the edge."""
        page = max(1, self.rows_free)
        self._cursor = max(0, min(self._cursor + by, len(self._drafts) - 1))
        if self._cursor < self._first:
            self._first = max(0, self._cursor - page // 2)
        elif self._cursor >= self._first + page:
            self._first = max(self._cursor - page + 1, min(self._cursor - page // 2, len(self._drafts) - page))
        self.repaint()

    def draw(self, y: int) -> Strip:
        """Draw one draft."""
        place = self._first + y
        if place >= len(self._drafts):
            return Line(self._look, self.size.width).strip()
        draft = self._drafts[place]
        here = place == self._cursor
        line = Line(self._look, self.size.width, "selected" if here else "bg")
        line.sign("▌" if here and self._look.full else " ", "accent").gap()
        line.put(moment_words(draft.updated_at, self._now), "muted", width=10).gap()
        word = {
            DraftKind.REPLY: _("reply"),
            DraftKind.REPLY_SENDER: _("reply"),
            DraftKind.FORWARD: _("forward"),
            DraftKind.NEW: _("new"),
            DraftKind.NOTE: _("note"),
        }[draft.kind]
        thrown = draft.draft_id in self._dropped
        line.put(word, "note" if draft.kind is DraftKind.NOTE else "text", width=10).gap()
        number = f"#{draft.conversation_id}" if draft.conversation_id is not None else ""
        line.put(number, "muted", width=7).gap()
        who = draft.customer or draft.to
        line.put(one_line(who), "muted" if thrown else "bright", width=16).gap(2)
        if thrown:
            line.put(_("thrown away") + "  ", "soon")
        own = "\n".join(each for each in draft.body.split("\n") if not each.startswith(">")).strip()
        return line.put(one_line(own) or one_line(draft.subject) or _("(nothing yet)"), "text").strip()
