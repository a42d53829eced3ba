"""What all panes share: the row that says what has just been done is drawn over their last row."""

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from widgets.line import Line, Span
from widgets.look import Look

Cover = tuple[Span, ...]


def toast(look: Look, width: int, spans: Cover) -> Strip:
    """Return the row that says what has just been done, and the key that takes it back."""
    line = Line(look, width, "held").sign("▌", spans[0][1] if spans else "ok").gap()
    for text, role in spans:
        line.put(text, role, bold=role in {"ok", "accent"})
    return line.strip()


class Pane(Widget):
    """A pane that draws itself line by line, and may be covered in its last row.

    A widget of its own for that row would have the whole screen laid out and sent anew: 31 kB a toast.
    """

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._look = look
        self._over: Strip | None = None
        self._drawn: dict[int, Strip] = {}
        self._has_keys = False

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
        """Send the rows that look different now, and no others."""
        for y in range(self.size.height):
            if self._drawn.get(y) != self._row(y):
                self.refresh(Region(0, y, self.size.width, 1))

    @property
    def rows_free(self) -> int:
        """The rows that are not covered."""
        return max(1, self.size.height - (self._over is not None))

    def on_show(self) -> None:
        """Draw everything: what changed while the pane was hidden was not sent."""
        self.refresh()

    def cover(self, strip: Strip | None) -> None:
        """Draw a row of the window's width over the last row, or take it away."""
        if strip is not self._over:
            self._over = strip
            self.covered()
            self.refresh(Region(0, self.size.height - 1, self.size.width, 1))

    def covered(self) -> None:
        """Take note that there is a row more or less."""

    def render_line(self, y: int) -> Strip:
        """Draw one row, or what covers it."""
        strip = self._drawn[y] = self._row(y)
        return strip

    def _row(self, y: int) -> Strip:
        if self._over is not None and y == self.size.height - 1:
            left = self.region.x
            return self._over.crop(left, left + self.size.width)
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
