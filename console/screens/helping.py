"""The page of keys, made from the one table."""

from typing import Any, ClassVar

from textual.app import ComposeResult

from console.screens.ground import DeskScreen
from console.screens.keys import Where, bindings, commands, footer
from widgets.bars import KeyRow, PaneTitle, TitleRow
from widgets.helping import Group, KeysPage
from widgets.language import _


def groups() -> list[Group]:
    """Return the keys by where they work."""
    headings: tuple[tuple[Where, str], ...] = (
        ("queue", _("in the queue")),
        ("conversation", _("in a conversation")),
        ("search", _("in the search")),
    )
    made: list[Group] = []
    told: set[tuple[str, str]] = set()
    for where, heading in headings:
        pairs = [(command.shown, command.sentence) for command in commands() if where in command.where]
        made.append((heading, [pair for pair in pairs if pair not in told]))
        told.update(pairs)
    return made


class HelpScreen(DeskScreen):
    """What every key does."""

    BINDINGS: ClassVar[Any] = bindings("help")
    CSS: ClassVar[str] = "HelpScreen { background: $background; }"

    @property
    def where(self) -> Where:
        """There is one pane."""
        return "help"

    def compose(self) -> ComposeResult:
        """Yield the page."""
        yield TitleRow(self.look)
        yield KeysPage(self.look, groups())
        yield KeyRow(self.look)

    def on_mount(self) -> None:
        """Say where one is."""
        self.on_resize()
        self.query_one(KeyRow).show(*footer("help"))

    def on_resize(self) -> None:
        """Draw the title as wide as the window."""
        self.query_one(TitleRow).show([PaneTitle(self.app.size.width, _("Keys"), "", focused=True)])

    def _scroll(self, by: int) -> None:
        self.query_one(KeysPage).scroll(by)

    def action_down(self) -> None:
        """Scroll a line down."""
        self._scroll(1)

    def action_up(self) -> None:
        """Scroll a line up."""
        self._scroll(-1)

    def action_half_down(self) -> None:
        """Scroll half a page down."""
        self._scroll(self.size.height // 2)

    def action_half_up(self) -> None:
        """Scroll half a page up."""
        self._scroll(-(self.size.height // 2))

    def action_page_down(self) -> None:
        """Scroll a page down."""
        self._scroll(self.size.height - 3)

    def action_page_up(self) -> None:
        """Scroll a page up."""
        self._scroll(3 - self.size.height)

    def action_top(self) -> None:
        """Scroll to the first line."""
        self._scroll(-1000)

    def action_go(self) -> None:
        """Scroll to the first line."""
        self.action_top()

    def action_bottom(self) -> None:
        """Scroll to the last line."""
        self._scroll(1000)

    def action_close(self) -> None:
        """Go back."""
        self.dismiss()
