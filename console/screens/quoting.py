"""What is quoted of the message that is answered: lines chosen one by one or as a range, never all of it by default."""

from typing import ClassVar

from textual.app import ComposeResult

from console.screens.commands.base import Where
from console.screens.ground import DeskScreen
from widgets.bars import KeyRow, PaneTitle, TitleRow
from widgets.language import _, ngettext
from widgets.line import one_line
from widgets.lines import Lines
from widgets.wrapping import wrap

_WIDTH = 76  # cells of a quoted line without its mark, so that it need not be broken on its way


class QuoteScreen(DeskScreen):
    """The lines of a message; leaves with those chosen, as a quotation, or with nothing.

    Args:
        who: who wrote it.
        text: what it says.
    """

    AUTO_FOCUS: ClassVar[str] = ""
    CSS: ClassVar[str] = "QuoteScreen { background: $background; }"

    def __init__(self, who: str, text: str) -> None:
        super().__init__()
        self._who = who
        self._rows = [line for raw in text.strip("\n").split("\n") for line in (wrap(raw, _WIDTH) or [""])]

    @property
    def where(self) -> Where:
        """There is one pane."""
        return "quote"

    @property
    def lines(self) -> Lines:
        """The list."""
        return self.query_one(Lines)

    def compose(self) -> ComposeResult:
        """Yield the lines."""
        yield TitleRow(self.look)
        yield Lines(self.look, self._rows)
        yield KeyRow(self.look)

    def on_mount(self) -> None:
        """Say what is chosen from."""
        self.query_one(KeyRow).show(*self.ground.keymap.footer("quote"))
        self.on_resize()

    def on_resize(self) -> None:
        """Draw the title as wide as the window."""
        title = _("quote what {who} wrote").format(who=one_line(self._who))
        count = len(self.lines.marks)
        aside = ngettext("{count} line", "{count} lines", count).format(count=count) if count else ""
        self.query_one(TitleRow).show([PaneTitle(self.app.size.width, title, aside, focused=True)])

    def action_mark(self) -> None:
        """Mark the line under the cursor, or take its mark off."""
        self.lines.mark()
        self.on_resize()

    def action_range(self) -> None:
        """Mark from here to where one goes, or end it."""
        self.lines.range_()
        self.on_resize()

    def action_mark_all(self) -> None:
        """Mark all."""
        self.lines.mark_all()
        self.on_resize()

    def action_choose(self) -> None:
        """Quote what is marked, else the line under the cursor."""
        from storage.rules.addressing import quoted

        self.dismiss(quoted("\n".join(self.lines.marked)))

    def action_close(self) -> None:
        """Quote nothing."""
        self.dismiss(None)

    def _move(self, by: int) -> None:
        self.lines.move(by)
        self.on_resize()

    def action_down(self) -> None:
        """Go down."""
        self._move(1)

    def action_up(self) -> None:
        """Go up."""
        self._move(-1)

    def action_half_down(self) -> None:
        """Go half a page down."""
        self._move(self.size.height // 2)

    def action_half_up(self) -> None:
        """Go half a page up."""
        self._move(-(self.size.height // 2))

    def action_page_down(self) -> None:
        """Go a page down."""
        self._move(self.size.height - 3)

    def action_page_up(self) -> None:
        """Go a page up."""
        self._move(3 - self.size.height)

    def action_top(self) -> None:
        """Go to the first line."""
        self._move(-len(self._rows))

    def action_bottom(self) -> None:
        """Go to the last line."""
        self._move(len(self._rows))
