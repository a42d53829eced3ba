"""This agent's last actions, each with what it did and whether it was taken back; any of them can be."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult

from console.feed import Change
from console.screens.commands.base import Where
from console.screens.lining import Listing
from console.screens.moving import Steps
from storage.kinds.errors import DeskError
from storage.views import ActionView
from widgets.actions import ActionList
from widgets.bars import PaneTitle, TitleRow
from widgets.empty import Empty
from widgets.facts import SILENT
from widgets.language import _
from widgets.pane import toast
from widgets.troubles import trouble_words

_SHOWN = 200


class HistoryScreen(Steps, Listing):
    """The agent's own actions, newest first; leaves with the one that is to be taken back."""

    AUTO_FOCUS: ClassVar[str] = ""
    CSS: ClassVar[str] = "HistoryScreen { background: $background; }"

    @property
    def where(self) -> Where:
        """There is one pane."""
        return "history"

    def compose(self) -> ComposeResult:
        """Yield the list."""
        yield TitleRow(self.look)
        yield ActionList(self.look)
        yield Empty(self.look)
        yield self.last_row()

    def on_mount(self) -> None:
        """Read the actions."""
        self.query_one(Empty).display = False
        self.prompt.show(*self.ground.keymap.footer("history"))
        self.on_resize()
        self.ground.changes.subscribe(self, self._changed)
        self._read()

    def on_resize(self) -> None:
        """Draw the title as wide as the window."""
        self.query_one(TitleRow).show(
            [PaneTitle(self.app.size.width, _("History"), _("your last actions"), focused=True)]
        )

    def _changed(self, _change: Change) -> None:
        self._read()

    @work(exclusive=True, group="history")
    async def _read(self) -> None:
        from storage.queries import history
        from storage.queries.agents import agents

        try:
            found: list[ActionView] = await self.desk.ask(history.actions, agent_id=self.ground.agent_id, limit=_SHOWN)
            firsts = await self.desk.ask(history.telling_of, found, silent=SILENT)
            names = await self.desk.ask(agents)
        except DeskError as error:
            self._say(trouble_words(error))
            return
        if not self.query(ActionList):  # it was left meanwhile
            return
        nothing = not found
        self.query_one(ActionList).display = not nothing
        empty = self.query_one(Empty)
        empty.display = nothing
        empty.show(_("You have done nothing yet that could be taken back."))
        self.query_one(ActionList).show(found, firsts, self.now(), names)

    def _say(self, words: str) -> None:
        strip = toast(self.look, self.size.width, ((_("not done"), "late"), (f"  {words}", "text")))
        self.query_one(ActionList).cover([strip])

    def action_take_back(self) -> None:
        """Take the action under the cursor back."""
        chosen = self.query_one(ActionList).chosen
        if chosen is None:
            return
        if chosen.undone:
            self._say(_("This was taken back already."))
            return
        self.dismiss(chosen)

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)

    def step(self, by: int) -> None:
        """Go so many actions back in time."""
        self.query_one(ActionList).move(by)

    def rows_shown(self) -> int:
        """Return how many actions there is room for."""
        return self.query_one(ActionList).size.height
