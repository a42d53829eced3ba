"""An agent's actions, a row each: when, what, to which conversations, and whether it was taken back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from rich.cells import cell_len

from storage.views import ActionView, EventView
from widgets.facts import fact_words
from widgets.language import _, ngettext
from widgets.line import Line, one_line
from widgets.look import Look
from widgets.moments import moment_words
from widgets.rows import Rows
from widgets.troubles import numbers_words


class ActionList(Rows[ActionView]):
    """The actions, newest first, with a cursor."""

    DEFAULT_CSS: ClassVar[str] = "ActionList { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._words: dict[int, str] = {}
        self._now = datetime.now().astimezone()

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
        self._now = now
        self._words = {number: fact_words(event.kind, event.values, now, names) for number, event in firsts.items()}
        self.lay(actions, lambda action: action.action_id)

    def write(self, line: Line, row: ActionView) -> None:
        """Write when, what, about what, and whether it was taken back."""
        action = row
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
        words = one_line(self._words.get(action.told_by, ", ".join(action.kinds)))
        room = max(8, line.width - line.column - cell_len(aside) - 3)
        line.put(
            words, "muted" if action.undone or action.undoes is not None else "bright", width=min(cell_len(words), room)
        )
        room = line.width - line.column - cell_len(aside) - 4
        line.gap(2).put(what, "text", width=max(0, min(cell_len(what), room)))
        line.to(line.width - 1 - cell_len(aside)).put(aside, "muted")
