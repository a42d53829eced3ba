"""An agent's drafts in rows, those that were thrown away below, with a cursor."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from storage.kinds import DraftKind
from storage.kinds.drafts import DraftView
from widgets.language import _
from widgets.line import Line, one_line
from widgets.look import Look
from widgets.moments import moment_words
from widgets.rows import Rows
from widgets.text import draft_words


class DraftList(Rows[DraftView]):
    """Drafts, the one that was written last first."""

    DEFAULT_CSS: ClassVar[str] = "DraftList { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._dropped: frozenset[int] = frozenset()
        self._now = datetime.now().astimezone()

    @property
    def is_dropped(self) -> bool:
        """Whether the one under the cursor was thrown away."""
        return self.chosen is not None and self.chosen.draft_id in self._dropped

    def show(self, drafts: Sequence[DraftView], dropped: Sequence[DraftView], now: datetime) -> None:
        """Show other drafts; the cursor stays in its place, for the next one to be dealt with."""
        self._dropped = frozenset(one.draft_id for one in dropped)
        self._now = now
        place = self.cursor
        self.lay((*drafts, *dropped))
        self.move(place)

    def write(self, line: Line, row: DraftView) -> None:
        """Write when it was written, what it will be, to whom, and how it begins."""
        line.gap()
        line.put(moment_words(row.updated_at, self._now), "muted", width=10).gap()
        thrown = row.draft_id in self._dropped
        line.put(draft_words(row.kind), "note" if row.kind is DraftKind.NOTE else "text", width=11).gap()
        number = f"#{row.conversation_id}" if row.conversation_id is not None else ""
        line.put(number, "muted", width=7).gap()
        who = row.customer or row.to
        line.put(one_line(who), "muted" if thrown else "bright", width=16).gap(2)
        if thrown:
            line.put(_("thrown away") + "  ", "soon")
        own = "\n".join(each for each in row.body.split("\n") if not each.startswith(">")).strip()
        line.put(one_line(own) or one_line(row.subject) or _("(nothing yet)"), "text")
