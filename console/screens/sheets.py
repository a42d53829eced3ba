"""A list with its page beside it or below: two columns of rows in a wide window, one in a narrow one."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal

from console.feed import Change
from console.screens.doing import Does, Targets
from console.screens.lining import Listing
from console.screens.moving import Steps
from widgets.bars import PaneTitle, TitleRow
from widgets.look import Look
from widgets.pane import Pane, Wall
from widgets.prompt import PromptRow
from widgets.sheet import BLANK, Sheet, SheetRow

_SIDE_BY_SIDE: Final = 90  # columns of the window from which the page stands beside the list


class Sheets(Steps, Listing, Does):
    """Two sheets of what a desk has laid down for itself; the list has the keys.

    Args:
        look: how they are drawn.
    """

    AUTO_FOCUS: ClassVar[str] = ""
    CSS: ClassVar[str] = """
    Sheets { background: $background; }
    Sheets #columns { height: 1fr; }
    """

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.list = Sheet(look, id="list")
        self.page = Sheet(look, id="page")
        self.prompt = PromptRow(look, id="prompt")
        self._wall = Wall(look)
        self._title = TitleRow(look)

    def compose(self) -> ComposeResult:
        """Yield the sheets and the last row."""
        yield self._title
        with Horizontal(id="columns"):
            yield self.list
            yield self._wall
            yield self.page
        yield self.prompt

    def on_mount(self) -> None:
        """Read what there is."""
        self.list.has_keys = True
        keys, always = self.ground.keymap.footer(self.where)
        undo = next((one.shown for one in self.ground.keymap.commands if one.name == "undo"), "")
        self.prompt.show(sorted(keys, key=lambda pair: pair[0] == undo), always)
        self.ground.changes.subscribe(self, self._changed)
        self.on_resize()
        self.read()

    def _changed(self, change: Change) -> None:
        if change.much or change.desk or change.rows or change.conversations:
            self.read()

    def read(self) -> object:
        """Read what there is, and show it."""
        raise NotImplementedError

    def show(self) -> None:
        """Lay the rows of what was read, and say above them what they are."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------ what is shown

    @property
    def widths(self) -> tuple[int, int]:
        """The columns of the list and of the page; 0 of a page whose rows stand below the list's."""
        width = self.app.size.width
        if width < _SIDE_BY_SIDE:
            return width, 0
        first = width * 55 // 100
        return first, width - first - 1

    def on_resize(self) -> None:
        """Share the window out anew."""
        first, second = self.widths
        self.list.styles.width = first
        self.page.display = self._wall.display = second > 0
        self.page.styles.width = max(1, second)
        self.show()
        self._draw_over()

    def lay(
        self,
        rows: Sequence[SheetRow],
        page: Sequence[SheetRow],
        titles: tuple[tuple[str, str], tuple[str, str]],
        *,
        anew: bool = False,
    ) -> None:
        """Lay list and page with what stands above each: a title and an aside."""
        first, second = self.widths
        shown = [PaneTitle(first, *titles[0], focused=True)]
        if second:
            self.list.lay(rows, anew=anew)
            self.page.lay(page, anew=anew)
            shown.append(PaneTitle(second, *titles[1], focused=False))
        else:
            title, aside = titles[1]
            heading = SheetRow(((title, "bright"),), ((aside, "muted"),) if aside else (), heading=True)
            self.list.lay([*rows, BLANK, heading, *page], anew=anew)
        self._title.show(shown)

    def panes(self) -> Sequence[Pane]:
        """Return what can be drawn over."""
        return (self.list, self._wall, self.page)

    # ------------------------------------------------------------------------------------------ what is asked of it

    def targets(self) -> Targets:
        """No conversation is here."""
        return Targets(())

    def passed_over(self, numbers: Sequence[int]) -> None:
        """No conversation is here."""

    def unmark(self, numbers: Sequence[int]) -> None:
        """No conversation is here."""

    def written(self, *numbers: int) -> None:  # noqa: ARG002 - all of it is read
        """Read again what was written, here and below."""
        self.read()
        self.ground.wake_feed()

    def step(self, by: int) -> None:
        """Go through the list."""
        self.list.move(by)
        self.moved()

    @on(Pane.Clicked)
    def _clicked(self) -> None:
        self.moved()

    def moved(self) -> None:
        """The cursor is on another row."""

    def rows_shown(self) -> int:
        """Return how many rows there is room for."""
        return self.list.size.height

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)
