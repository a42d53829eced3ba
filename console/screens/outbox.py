"""The outbox: what leaves, what waits and why, what may have been sent; each settled by a key."""

from collections.abc import Callable
from typing import Any, ClassVar, Final

from textual import work
from textual.app import ComposeResult

from console.feed import Change
from console.screens.commands.base import Where
from console.screens.lining import Listing
from console.screens.moving import Steps
from storage.kinds import Delivery
from storage.kinds.errors import DeskError
from storage.kinds.outbox import OutboxRow
from widgets.bars import PaneTitle, TitleRow
from widgets.deliveries import reasons
from widgets.empty import Empty
from widgets.language import _, ngettext
from widgets.line import Span, one_line
from widgets.outbox_list import OutboxList
from widgets.pane import toast
from widgets.troubles import trouble_words
from widgets.wrapping import wrap

_OF_UNCERTAIN: Final = ("was-sent", "was-not-sent", "send-again")


class OutboxScreen(Steps, Listing):
    """Messages on their way; leaves with the conversation of the one that is to be read."""

    AUTO_FOCUS: ClassVar[str] = ""
    CSS: ClassVar[str] = "OutboxScreen { background: $background; }"

    def __init__(self) -> None:
        super().__init__()
        self._said: tuple[Span, ...] = ()

    @property
    def where(self) -> Where:
        """There is one pane."""
        return "outbox"

    @property
    def rows(self) -> OutboxList:
        """The list."""
        return self.query_one(OutboxList)

    def compose(self) -> ComposeResult:
        """Yield the list."""
        yield TitleRow(self.look)
        yield OutboxList(self.look)
        yield Empty(self.look)
        yield self.last_row()

    def on_mount(self) -> None:
        """Read them."""
        self.query_one(Empty).display = False
        self._tell_keys()
        self._title(0)
        self.ground.changes.subscribe(self, self._changed)
        self.set_interval(1, lambda: self.rows.tick(self.now()))
        self._read()

    def _title(self, count: int) -> None:
        aside = ngettext("{count} message", "{count} messages", count).format(count=count) if count else ""
        self.query_one(TitleRow).show([PaneTitle(self.app.size.width, _("Outbox"), aside, focused=True)])

    def _tell_keys(self) -> None:
        """Show the keys that do something to the message under the cursor."""
        chosen = self.rows.chosen
        state = chosen.delivery.state if chosen is not None else None
        useless = set() if state is Delivery.UNCERTAIN else set(_OF_UNCERTAIN)
        if state is not Delivery.QUEUED:
            useless.add("hold-message")
        if chosen is None or not (state is Delivery.QUEUED or chosen.delivery.failed):
            useless |= {"release-message", "drop-message"}
        keymap = self.ground.keymap
        named = {command.name: command.shown for command in keymap.commands}
        keys, always = keymap.footer("outbox")
        shown = {named[name] for name in useless}
        self.prompt.show([pair for pair in keys if pair[0] not in shown], always)

    def _changed(self, _change: Change) -> None:
        self._read()

    @work(exclusive=True, group="outbox")
    async def _read(self) -> None:
        from storage.queries import outbox

        try:
            rows = await self.desk.ask(outbox.outbox)
        except DeskError as error:
            self._say(((_("not done"), "late"), (f"  {trouble_words(error)}", "text")))
            return
        if not self.query(OutboxList):  # it was left meanwhile
            return
        self.rows.display = bool(rows)
        empty = self.query_one(Empty)
        empty.display = not rows
        empty.show(_("Nothing is on its way."), (), (("r", _("answers the conversation under the cursor")),))
        self.rows.show(rows, self.now())
        self._tell_why()
        self._title(len(rows))
        self._tell_keys()

    def _say(self, spans: tuple[Span, ...]) -> None:
        self._said = spans
        self._tell_why()

    def _tell_why(self) -> None:
        """Show below what keeps the message under the cursor, which is long for a row; then what was done."""
        why = reasons(self.rows.chosen.delivery, self.now()) if self.rows.chosen is not None else ""
        lines = wrap(one_line(why), self.size.width - 4)[:3] if why else []
        told: list[tuple[Span, ...]] = [((line, "soon"),) for line in lines]
        if self._said:
            told.append(self._said)
        over = [toast(self.look, self.size.width, spans) for spans in told]
        for pane in (self.rows, self.query_one(Empty)):  # what was said of the last one stands where nothing is left
            pane.cover(over)

    def _act(self, command: Callable[..., Any], word: str, *args: Any) -> None:
        """Give the record a command about the message under the cursor, wherever the cursor goes meanwhile."""
        if self.rows.chosen is not None:
            self._do(self.rows.chosen, command, word, *args)

    @work(exclusive=True, group="act")
    async def _do(self, chosen: OutboxRow, command: Callable[..., Any], word: str, *args: Any) -> None:
        """Give it, and say what became of it."""
        number = chosen.delivery.message_id
        about = number if args else [number]
        try:
            action = await self.desk.tell(command, about, *args, actor=self.desk.actor, now=self.now())
        except DeskError as error:
            self._say(((_("not done"), "late"), (f"  {trouble_words(error)}", "text")))
            return
        back: tuple[Span, ...] = (("   u", "accent"), (" " + _("takes it back"), "text")) if action else ()
        self._say(((word, "ok"), (f" {chosen.subject[:40]}", "text"), *back))
        self._read()

    def action_open(self) -> None:
        """Read the conversation of the message under the cursor."""
        chosen = self.rows.chosen
        if chosen is not None and chosen.conversation_id is not None:
            self.dismiss(chosen.conversation_id)

    def action_hold(self) -> None:
        """Keep the message under the cursor from leaving."""
        from storage.commands.outbox import acts

        self._act(acts.hold, _("held:"))

    def action_release(self) -> None:
        """Let it leave: at once, once more, or in spite of what came."""
        from storage.commands.outbox import acts

        self._act(acts.release, _("may leave:"))

    def action_drop(self) -> None:
        """Give it up; what reached nobody is a draft again."""
        from storage.commands.outbox import acts

        self._act(acts.drop, _("given up:"))

    def action_sent(self) -> None:
        """Say that it was sent."""
        from storage.commands.outbox import acts

        self._act(acts.settle, _("sent:"), "sent")

    def action_lost(self) -> None:
        """Say that it was not sent."""
        from storage.commands.outbox import acts

        self._act(acts.settle, _("not sent:"), "lost")

    def action_again(self) -> None:
        """Send it again, under the same Message-ID."""
        from storage.commands.outbox import acts

        self._act(acts.settle, _("leaves again:"), "again")

    @work(exclusive=True, group="act")
    async def action_undo(self) -> None:
        """Take this agent's last action back."""
        from storage.commands.undoing import undo

        try:
            await self.desk.tell(undo, actor=self.desk.actor, now=self.now())
        except DeskError as error:
            self._say(((_("not done"), "late"), (f"  {trouble_words(error)}", "text")))
            return
        self._say(((_("taken back"), "ok"),))
        self._read()

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)

    def on_resize(self) -> None:
        """Draw the list as wide as the window."""
        self.rows.repaint()
        self._tell_why()

    def step(self, by: int) -> None:
        """Move the cursor."""
        self.rows.move(by)
        self._said = ()
        self._tell_why()
        self._tell_keys()

    def rows_shown(self) -> int:
        """Return how many rows there is room for."""
        return self.rows.size.height
