"""What all panes share: what is offered, and what has just been done, is drawn over their last rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from widgets.clicking import CoverClicked
from widgets.differing import differing
from widgets.line import Line, Span, cut
from widgets.look import Look

Cover = tuple[Span, ...]

_LEAST = 24  # cells of a text that gives way
_WHEEL = 3  # rows that a notch of the mouse's wheel goes


def fitted(look: Look, width: int, spans: Cover) -> Cover:
    """Return what a row of this width says: the longest of its texts gives way where it says what a key does after."""
    over = sum(cell_len(text) for text, _role in spans) - (width - 3)
    longest = max((one for one in spans if one[1] == "text"), key=lambda one: len(one[0]), default=None)
    if over <= 0 or longest is None or not any(role == "accent" for _text, role in spans):
        return spans
    kept = cut(longest[0], max(_LEAST, cell_len(longest[0]) - over), look.sign("…"))
    return tuple((kept, role) if (text, role) == longest else (text, role) for text, role in spans)


def toast(look: Look, width: int, spans: Cover, aside: str = "") -> Strip:
    """Return the row that says what has just been done, and the key that takes it back; the aside gives way first."""
    line = Line(look, width, "held").sign("▌", spans[0][1] if spans else "ok").gap()
    for text, role in fitted(look, width, spans):
        line.put(text, role, bold=role in {"ok", "accent"})
    if aside and line.column + cell_len(aside) + 4 <= line.width:
        line.to(line.width - 1 - cell_len(aside)).put(aside, "muted")
    return line.strip()


class Pane(Widget):
    """A pane that draws itself line by line, and may be covered in its last rows.

    A widget of its own for these rows would have the whole screen laid out and sent anew: 31 kB a toast.
    """

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._look = look
        self._over: Sequence[Strip] = ()
        self._drawn: dict[int, Strip] = {}
        self._has_keys = False

    @dataclass
    class Clicked(Message):
        """One of the pane's own rows was clicked, where the mouse is followed."""

        pane: "Pane"

        @property
        def control(self) -> "Pane":
            """Let `@on` select by widget."""
            return self.pane

    @property
    def has_keys(self) -> bool:
        """Whether keys go here. Textual's own focus would send both panes whole whenever it moves."""
        return self._has_keys

    @has_keys.setter
    def has_keys(self, has_keys: bool) -> None:
        if has_keys is not self._has_keys:
            self._has_keys = has_keys
            self.repaint()

    def repaint(self) -> None:
        """Send what looks different now, and no other cell: of a clock that counts down, its digits."""
        for y in range(self.size.height):
            before, after = self._drawn.get(y), self._row(y)
            if before is None or before.cell_length != self.size.width:
                self.refresh(Region(0, y, self.size.width, 1))
            elif before != after:
                first, last = differing(before, after)
                self.refresh(Region(first, y, last - first, 1))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Let the wheel go down, where the mouse is followed."""
        event.stop()
        self.wheel(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Let the wheel go up."""
        event.stop()
        self.wheel(-_WHEEL)

    def wheel(self, rows: int) -> None:
        """Scroll by rows, down when positive."""

    def on_click(self, event: events.Click) -> None:
        """Say what was clicked: a row over the pane, or one of its own."""
        event.stop()
        row = event.screen_y - self.region.y
        over = row - self.size.height + len(self._over)
        if self._over and over >= 0:
            self.post_message(CoverClicked(over, event.screen_x))
            return
        self.post_message(self.Clicked(self))
        self.clicked(row, event.screen_x - self.region.x, times=event.chain)

    def clicked(self, row: int, column: int, *, times: int) -> None:
        """Make something of a click on one of the pane's own cells.

        Args:
            row, column: of the pane, from 0.
            times: how many clicks came there one upon the other: two are a double click.
        """

    @property
    def rows_free(self) -> int:
        """The rows that are not covered; what is offered while a line is typed moves nothing."""
        return max(1, self.size.height - (len(self._over) == 1))

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:  # noqa: ARG002, FBT001, FBT002 - Textual's own
        """Take a size that a layout gives: that sends all of the pane, and Textual would ask for it once more."""
        resized = super()._size_updated(size, virtual_size, container_size, layout=False)
        if resized:
            self._exchange_repaint_regions()
        return resized

    def on_show(self) -> None:
        """Draw what stands otherwise than in the layout that showed the pane: all the rest was sent with that."""
        self.repaint()

    def cover(self, strips: Sequence[Strip]) -> None:
        """Draw rows of the window's width over the last rows, or take them away."""
        if list(strips) != list(self._over):
            rows = max(len(strips), len(self._over))
            self._over = strips
            self.covered()
            first = max(0, self.size.height - rows)
            self.refresh(Region(0, first, self.size.width, self.size.height - first))

    @property
    def covering(self) -> Sequence[Strip]:
        """The rows that are drawn over the last ones."""
        return self._over

    def covered(self) -> None:
        """Take note that there are rows more or less."""

    def render_line(self, y: int) -> Strip:
        """Draw one row, or what covers it."""
        strip = self._drawn[y] = self._row(y)
        return strip

    def _row(self, y: int) -> Strip:
        over = y - self.size.height + len(self._over)
        if over >= 0 and self._over:
            left = self.region.x
            return self._over[over].crop(left, left + self.size.width)
        return self.draw(y)

    def draw(self, y: int) -> Strip:
        """Draw one row of the pane's own."""
        raise NotImplementedError(y)


class Wall(Pane):
    """The rule between two panes."""

    DEFAULT_CSS = "Wall { width: 1; height: 1fr; background: $background; }"

    def draw(self, y: int) -> Strip:  # noqa: ARG002 - all rows are alike
        """Draw one cell of it."""
        return Line(self._look, 1).sign("│", "rule").strip()
