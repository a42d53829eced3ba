"""An agent's actions, a row each: when, what, to which conversations, and whether it was taken back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from rich.cells import cell_len
from textual.geometry import Region
from textual.strip import Strip

from storage.views import ActionView, EventView
from widgets.facts import fact_words
from widgets.language import _, ngettext
from widgets.line import Line, one_line
from widgets.look import Ground, Look
from widgets.moments import moment_words
from widgets.pane import Pane
from widgets.troubles import numbers_words


class ActionList(Pane):
    """The actions, newest first, with a cursor."""

    DEFAULT_CSS: ClassVar[str] = "ActionList { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._actions: tuple[ActionView, ...] = ()
        self._words: dict[int, str] = {}
        self._cursor = 0
        self._top = 0
        self._now = datetime.now().astimezone()

    @property
    def chosen(self) -> ActionView | None:
        """The action under the cursor."""
        return self._actions[self._cursor] if self._actions else None

    def show(
        self,
        actions: Sequence[ActionView],
        firsts: Mapping[int, EventView],
        now: datetime,
        names: Mapping[int, str],
    ) -> None:
        """Show other actions; the cursor stays on its own.

        Args:
            actions: the newest first.
            firsts: by the action's id, the event that says what it was.
            now: the present, in the reader's zone.
            names: of agents by number.
        """
        on = self.chosen.action_id if self.chosen else None
        self._actions, self._now = tuple(actions), now
        self._words = {number: fact_words(event.kind, event.values, now, names) for number, event in firsts.items()}
        places = {action.action_id: place for place, action in enumerate(self._actions)}
        self._cursor = places.get(on, 0) if on is not None else 0
        self._settle()
        self.repaint()

    def move(self, by: int) -> None:
        """Move the cursor; half a page is scrolled at the edge."""
        before, top = self._cursor, self._top
        self._cursor = max(0, min(self._cursor + by, len(self._actions) - 1))
        height = max(1, self.rows_free)
        if self._cursor < self._top:
            self._top = min(self._top - height // 2, self._cursor)
        elif self._cursor >= self._top + height:
            self._top = max(self._top + height // 2, self._cursor - height + 1)
        self._settle()
        if top != self._top:
            self.repaint()
        elif before != self._cursor:
            for row in (before, self._cursor):
                self.refresh(Region(0, row - self._top, self.size.width, 1))

    def _settle(self) -> None:
        self._cursor = max(0, min(self._cursor, len(self._actions) - 1))
        self._top = max(0, min(self._top, len(self._actions) - self.rows_free))

    def draw(self, y: int) -> Strip:
        """Draw one row."""
        index = self._top + y
        if index >= len(self._actions):
            return Line(self._look, self.size.width).strip()
        action = self._actions[index]
        ground: Ground = "selected" if index == self._cursor else "bg"
        line = Line(self._look, self.size.width, ground)
        line.sign("▌" if index == self._cursor and self._look.full else " ", "accent")
        line.put(moment_words(action.recorded_at, self._now), "muted", width=11).gap(2)
        aside = _("taken back") if action.undone else ""
        if action.undoes is not None:
            aside = _("done again") if action.undone else _("this took it back")
        about = action.conversation_ids
        what = (
            numbers_words(about)
            if len(about) < 4
            else ngettext("{count} conversation", "{count} conversations", len(about)).format(count=f"{len(about):,}")
        )
        told = action.action_id if action.undoes is None else action.undoes
        words = one_line(self._words.get(told, ", ".join(action.kinds)))
        room = max(8, line.width - line.column - cell_len(aside) - 3)
        line.put(
            words, "muted" if action.undone or action.undoes is not None else "bright", width=min(cell_len(words), room)
        )
        room = line.width - line.column - cell_len(aside) - 4
        line.gap(2).put(what, "text", width=max(0, min(cell_len(what), room)))
        line.to(line.width - 1 - cell_len(aside)).put(aside, "muted")
        return line.strip()
