"""An agent's drafts: gone on with, thrown away, recalled."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult

from console.feed import Change
from console.screens.commands.base import Where
from console.screens.lining import Listing
from console.screens.moving import Steps
from storage.kinds.errors import DeskError
from widgets.bars import PaneTitle, TitleRow
from widgets.draft_list import DraftList
from widgets.empty import Empty
from widgets.language import _, ngettext
from widgets.line import Span
from widgets.pane import toast
from widgets.troubles import trouble_words


class DraftsScreen(Steps, Listing):
    """Drafts; leaves with the number of the one that is gone on with."""

    AUTO_FOCUS: ClassVar[str] = ""
    CSS: ClassVar[str] = "DraftsScreen { background: $background; }"

    def __init__(self) -> None:
        super().__init__()
        self._last_dropped: int | None = None

    @property
    def where(self) -> Where:
        """There is one pane."""
        return "drafts"

    @property
    def drafts(self) -> DraftList:
        """The list."""
        return self.query_one(DraftList)

    def compose(self) -> ComposeResult:
        """Yield the list."""
        yield TitleRow(self.look)
        yield DraftList(self.look)
        yield Empty(self.look)
        yield self.last_row()

    def on_mount(self) -> None:
        """Read them."""
        self.query_one(Empty).display = False
        self.prompt.show(*self.ground.keymap.footer("drafts"))
        self._title(0)
        self.ground.changes.subscribe(self, self._changed)
        self._read()

    def _title(self, count: int) -> None:
        aside = ngettext("{count} draft", "{count} drafts", count).format(count=count) if count else ""
        self.query_one(TitleRow).show([PaneTitle(self.app.size.width, _("Drafts"), aside, focused=True)])

    def _changed(self, _change: Change) -> None:
        self._read()

    @work(exclusive=True, group="drafts")
    async def _read(self) -> None:
        from storage.queries import drafts

        try:
            mine = await self.desk.ask(drafts.drafts, agent_id=self.desk.agent_id)
            dropped = await self.desk.ask(drafts.drafts, agent_id=self.desk.agent_id, dropped=True)
        except DeskError as error:
            self._say(((_("not done"), "late"), (f"  {trouble_words(error)}", "text")))
            return
        if not self.query(DraftList):  # it was left meanwhile
            return
        nothing = not mine and not dropped
        self.drafts.display = not nothing
        empty = self.query_one(Empty)
        empty.display = nothing
        empty.show(_("You are writing nothing."), (), (("r", _("answers the conversation under the cursor")),))
        self.drafts.show(mine, dropped, self.now())
        self._title(len(mine))

    def _say(self, spans: tuple[Span, ...]) -> None:
        self.drafts.cover([toast(self.look, self.size.width, spans)])

    def action_open(self) -> None:
        """Go on with the draft under the cursor, recalled where it was thrown away."""
        chosen = self.drafts.chosen
        if chosen is None:
            return
        if self.drafts.is_dropped:
            self._recall(chosen.draft_id, go_on=True)
        else:
            self.dismiss(chosen.draft_id)

    def action_drop(self) -> None:
        """Throw the draft under the cursor away."""
        chosen = self.drafts.chosen
        if chosen is not None and not self.drafts.is_dropped:
            self._drop(chosen.draft_id)  # by its number: the cursor may be elsewhere before it is done

    @work(exclusive=True, group="drop")
    async def _drop(self, number: int) -> None:
        from storage.commands import drafts

        try:
            await self.desk.tell(drafts.drop, number, agent_id=self.desk.agent_id, now=self.now())
        except DeskError as error:
            self._say(((_("not done"), "late"), (f"  {trouble_words(error)}", "text")))
            return
        self._last_dropped = number
        self._say(((_("thrown away"), "ok"), ("   u", "accent"), (" " + _("recalls it, for a week"), "text")))
        self._read()

    def action_recall(self) -> None:
        """Recall the one under the cursor, else the one that was thrown away last."""
        chosen = self.drafts.chosen
        number = chosen.draft_id if chosen is not None and self.drafts.is_dropped else self._last_dropped
        if number is not None:
            self._recall(number, go_on=False)

    @work(exclusive=True, group="drop")
    async def _recall(self, number: int, *, go_on: bool) -> None:
        from storage.commands import drafts

        try:
            await self.desk.tell(drafts.recall, number, agent_id=self.desk.agent_id)
        except DeskError as error:
            self._say(((_("not done"), "late"), (f"  {trouble_words(error)}", "text")))
            return
        if go_on:
            self.dismiss(number)
            return
        self._say(((_("recalled"), "ok"),))
        self._read()

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)

    def on_resize(self) -> None:
        """Draw the list as wide as the window."""
        self.drafts.repaint()

    def step(self, by: int) -> None:
        """Move the cursor."""
        self.drafts.move(by)

    def rows_shown(self) -> int:
        """Return how many rows there is room for."""
        return self.drafts.size.height
