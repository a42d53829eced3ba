"""The text area that an answer is written in: plain text, restyled, and only the cells that changed are sent.

Built on Textual's TextArea, which repaints itself whole at every key: 6 kB at 80 by 24 for one letter.
"""

from collections.abc import Collection, Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.document._document import Document
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import Selection, TextAreaTheme

from storage.kinds.clean import clean
from widgets.clicking import CoverClicked
from widgets.look import Ground, Look, Role

Mark = tuple[int, int, Role]
"""A part of the text, from one sign to another, and how it is drawn."""


class Editor(TextArea):
    """Writes plain text. What is pasted or quoted into it is cleaned first: nothing in it can act.

    Args:
        look: how it is drawn.
        note: whether it lies on the paper of internal notes.
    """

    DEFAULT_CSS: ClassVar[str] = """
    Editor, Editor:focus { border: none; padding: 0 1; height: 1fr; width: 1fr; background: $background;
        background-tint: $background 0%; scrollbar-size: 0 0; }
    """

    # ^z belongs to the shell; ^_ is what line editors undo by.
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+underscore", "undo", show=False)]

    def __init__(self, look: Look, *, note: bool = False, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, soft_wrap=True, tab_behavior="focus", highlight_cursor_line=False)
        self._look = look
        self.cursor_blink = False
        self.match_cursor_bracket = False
        self._ground: Ground = "bg"
        self._over: Sequence[Strip] = ()
        self._drawn: dict[int, Strip] = {}
        self._marks: dict[int, list[Mark]] = {}
        self.paper(note=note)

    # ------------------------------------------------------------------------------------------ how it is drawn

    def paper(self, *, note: bool) -> None:
        """Lie on note paper, or on the ground of the panes."""
        look = self._look
        self._ground = "notebg" if note else "bg"
        base = look.style("text", self._ground)
        reverse = Style(reverse=True)
        cursor = Style(color=base.bgcolor, bgcolor=base.color, bold=False) if look.full else reverse
        chosen = look.style("bright", "selected") if look.full else reverse
        self.register_theme(
            TextAreaTheme(
                name=f"plantao-{self._ground}",
                base_style=base,
                cursor_style=cursor,
                cursor_line_style=base,
                selection_style=chosen,
            )
        )
        self.theme = f"plantao-{self._ground}"
        if look.full:
            self.styles.background = look.colour(self._ground)

    def mark(self, marks: Sequence[Mark]) -> None:
        """Draw parts of the text in a role, such as what is still to be filled in."""
        by_line: dict[int, list[Mark]] = {}
        for start, end, role in marks:
            row, column = self._plain.get_location_from_index(start)
            by_line.setdefault(row, []).append((column, column + end - start, role))
        if by_line != self._marks:
            self._marks = by_line
            self._line_cache.clear()
            self.refresh()

    def cover(self, strips: Sequence[Strip]) -> None:
        """Draw rows of the window's width over the last rows, or take them away."""
        if list(strips) != list(self._over):
            self._over = strips
            self.refresh()

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:  # noqa: FBT001, FBT002 - Textual's
        """Wrap anew at another width, also where Textual finds that nothing but scrolling changed, and tells nobody."""
        changed = super()._size_updated(size, virtual_size, container_size, layout)
        if changed:
            self.call_later(self._wrap_anew)
        return changed

    def _wrap_anew(self) -> None:
        if self.wrapped_document._width != self.wrap_width:  # noqa: SLF001 - it has no public name
            self._rewrap_and_refresh_virtual_size()
            self.scroll_cursor_visible()

    def get_line(self, line_index: int) -> Text:
        """Return a line of the text, drawn in its roles: quotations are muted."""
        line = super().get_line(line_index)
        if line.plain.startswith(">"):
            line.stylize(self._look.style("muted", self._ground))
        for start, end, role in self._marks.get(line_index, ()):
            line.stylize(Style(reverse=True) + self._look.style(role, self._ground), start, end)
        return line

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw rows in our own theme: Textual would read its styles anew for each."""
        return ScrollView.render_lines(self, crop)

    def render_line(self, y: int) -> Strip:
        """Draw one row, or what covers it."""
        strip = self._drawn[y] = self._row(y)
        return strip

    def _row(self, y: int) -> Strip:
        over = y - self.size.height + len(self._over)
        if over >= 0 and self._over:
            left = self.region.x + self.gutter.left
            return self._over[over].crop(left, left + self.size.width)
        return super().render_line(y)

    def _exchange_repaint_regions(self) -> Collection[Region]:
        """Return the cells that look different from what was sent, whatever Textual thinks is to be painted."""
        if not super()._exchange_repaint_regions():
            return ()
        changed = []
        for y in range(self.size.height):
            row, before = self._row(y), self._drawn.get(y)
            if before is None:
                changed.append(Region(0, y, self.outer_size.width, 1))
            elif row != before:
                start, end = _apart(before, row)
                changed.append(Region(start + self.gutter.left, y, end - start, 1))
        return changed

    # ------------------------------------------------------------------------------------------ clicks

    def _covered(self, event: events.MouseEvent) -> int | None:
        """Return which row over the text the mouse is on; `None` where it is on the text."""
        over = event.screen_y - self.region.y - self.size.height + len(self._over)
        return over if self._over and over >= 0 else None

    async def _on_mouse_down(self, event: events.MouseDown) -> None:
        if self._covered(event) is not None:
            event.prevent_default()  # the cursor of the text stays

    def on_click(self, event: events.Click) -> None:
        """Say which row over the text was clicked."""
        row = self._covered(event)
        if row is not None:
            self.post_message(CoverClicked(row, event.screen_x))

    # ------------------------------------------------------------------------------------------ writing

    def put(self, text: str) -> None:
        """Insert text from outside at the cursor, clean, in the place of what is chosen."""
        result = self._replace_via_keyboard(clean(text), *self.selection)
        if result is not None:
            self.move_cursor(result.end_location)

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.put(event.text)

    def leave_out(self, start: int, end: int, sign: str) -> None:
        """Put a sign in the place of a part of the text; it can be taken back as what was typed can."""
        document = self._plain
        self.replace(sign, document.get_location_from_index(start), document.get_location_from_index(end))

    def go_to(self, start: int, end: int) -> None:
        """Choose a part of the text, so that typing replaces it."""
        first, last = self._plain.get_location_from_index(start), self._plain.get_location_from_index(end)
        self.selection = Selection(first, last)
        self.scroll_cursor_visible()

    @property
    def _plain(self) -> Document:
        assert isinstance(self.document, Document)  # no language is ever chosen
        return self.document

    @property
    def index(self) -> int:
        """The cursor's place, in signs from the beginning."""
        return int(self._plain.get_index_from_location(self.cursor_location))


def _apart(before: Strip, after: Strip) -> tuple[int, int]:
    """Return the first cell in which two rows differ, and the one behind the last."""
    old, new = _cells(before), _cells(after)
    if len(old) != len(new):
        return 0, max(len(old), len(new))
    start = next((place for place, pair in enumerate(zip(old, new, strict=True)) if pair[0] != pair[1]), 0)
    end = next((place for place in range(len(new), start, -1) if old[place - 1] != new[place - 1]), start + 1)
    while start and not new[start][0]:  # the second cell of a wide sign is sent with its first
        start -= 1
    return start, end + 1 if end < len(new) and not new[end][0] else end


def _cells(strip: Strip) -> list[tuple[str, Style | None]]:
    """Return what stands in each cell; the second cell of a wide sign is empty."""
    cells: list[tuple[str, Style | None]] = []
    for segment in strip:
        if segment.text.isascii():
            cells += [(sign, segment.style) for sign in segment.text]
            continue
        for sign in segment.text:
            width = cell_len(sign)
            if not width and cells:  # an accent goes with its letter
                cells[-1] = (cells[-1][0] + sign, segment.style)
                continue
            cells.append((sign, segment.style))
            cells += [("", segment.style)] * (width - 1)
    return cells
