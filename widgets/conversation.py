"""A conversation as an agent reads it: where it stands, then its timeline as plain lines, wrapped when in sight."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import ClassVar

from textual import events
from textual.strip import Strip

from storage.views import ContextView, ConversationView
from widgets.arrangement import THREE_PANES
from widgets.ends import Ends, write
from widgets.line import Line
from widgets.look import Look
from widgets.pane import Pane
from widgets.strip import five_rows, one_row, two_rows
from widgets.timeline import BLANK, Anchor, Drawn, Timeline

_WHOLE_STRIP = 24  # rows of the window from which the strip has its five rows; fewer leave the customer and the clocks
_LOWEST = 6, 10  # rows of the pane under which there is no strip, and under which it is one row
_HALF = 14  # rows of the pane under which five rows would leave too little to read, as when an error stands below


class ConversationPane(Pane):
    """Messages and events of one conversation, windowed: nothing is wrapped that is not shown.

    Args:
        look: how it is drawn.
        agent_id: who "you" is.
    """

    DEFAULT_CSS: ClassVar[str] = "ConversationPane { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, look: Look, *, agent_id: int | None = None, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self.agent_id = agent_id
        self._timeline: Timeline | None = None
        self._top: Anchor | None = None
        self._top_settled = False  # known to leave no row empty
        self._top_chosen = False  # by a key or a search, not by where reading starts
        self._page: list[Drawn] | None = None
        self._page_size = (0, 0)
        self._unfolded = False
        self._names: Mapping[int, str] = {}
        self._now = datetime.now().astimezone()
        self._beside: ContextView | None = None
        self._strip: tuple[Ends, ...] | None = None
        self._strip_for = (0, False)

    # ------------------------------------------------------------------------------------------ what it shows

    @property
    def view(self) -> ConversationView | None:
        """The conversation that is shown."""
        return self._timeline.view if self._timeline else None

    def show(
        self,
        view: ConversationView | None,
        now: datetime,
        *,
        at: int | None = None,
        names: Mapping[int, str] | None = None,
        context: ContextView | None = None,
    ) -> None:
        """Show a conversation, or nothing. One that was shown already keeps its place; it is only drawn afresh.

        Args:
            view: the conversation.
            now: the present, in the reader's zone.
            at: a message to begin with, such as one that was found.
            names: agents' names by id, for the events.
            context: what stands beside it, for the strip; `None` leaves the strip's rows about it empty.
        """
        before, top = self._timeline, self._top
        self._now = now
        self._beside = context
        self._page = self._strip = None
        self._top_settled = False
        if view is None:
            self._timeline = self._top = None
            self.repaint()
            return
        same = before is not None and before.view.conversation_id == view.conversation_id
        self._unfolded = self._unfolded and same
        self._names = names or self._names
        self._timeline = Timeline(view, now, names=self._names, you=self.agent_id, unfolded=self._unfolded)
        self._top = None
        if before is not None and same and top is not None and top.item < len(before.items):
            item = self._timeline.find(before.key(top.item))
            self._top = None if item is None else Anchor(item, top.piece, top.line)
        self._top_chosen = self._top_chosen and self._top is not None
        if at is not None and (item := self._timeline.find(("message", at))) is not None:
            self._top = Anchor(item, 0, 1 if item else 0)
            self._top_chosen = True
        self.repaint()

    def tick(self, now: datetime) -> None:
        """Let the clocks of the strip show a later time; only rows whose words change are painted."""
        self._now = now
        self._strip = None
        self.repaint()

    # ------------------------------------------------------------------------------------------ moving

    def wheel(self, rows: int) -> None:
        """Scroll by lines."""
        self._scroll(rows)

    def action_down(self) -> None:
        """Scroll a line down."""
        self._scroll(1)

    def action_up(self) -> None:
        """Scroll a line up."""
        self._scroll(-1)

    def action_half_down(self) -> None:
        """Scroll half a page down."""
        self._scroll(max(1, self._height // 2))

    def action_half_up(self) -> None:
        """Scroll half a page up."""
        self._scroll(-max(1, self._height // 2))

    def action_page_down(self) -> None:
        """Scroll a page down; a line of the page before stays."""
        self._scroll(max(1, self._height - 1))

    def action_page_up(self) -> None:
        """Scroll a page up; a line of the page before stays."""
        self._scroll(-max(1, self._height - 1))

    def action_top(self) -> None:
        """Go to the first message."""
        self._go(Anchor())

    def action_bottom(self) -> None:
        """Go to the newest message."""
        if self._timeline:
            self._go(self._timeline.last_page(self._width, self._height))

    def action_next_message(self) -> bool:
        """Begin the page with the next message; say whether that is another page."""
        return self._to_message(1)

    def action_previous_message(self) -> bool:
        """Begin the page with the message before, or the one that is read; say whether that is another page."""
        return self._to_message(-1)

    def _to_message(self, by: int) -> bool:
        timeline = self._timeline
        if timeline is None:
            return False
        before = self._top
        here = self._anchor(timeline)
        beginnings = [timeline.beginning(index) for index in timeline.messages]
        if by > 0:
            there = next((place for place in beginnings if place > here), None)
            if there is not None:
                self._go(min(there, max(here, timeline.last_page(self._width, self._height))))
        else:
            self._go(next((place for place in reversed(beginnings) if place < here), Anchor()))
        return self._top != before

    def action_fold(self) -> None:
        """Show quotes and signatures, or fold them away; the message at the top stays there."""
        if self._timeline is None:
            return
        top = self._anchor(self._timeline)
        self._unfolded = not self._unfolded
        self._timeline = Timeline(
            self._timeline.view, self._now, names=self._names, you=self.agent_id, unfolded=self._unfolded
        )
        self._go(Anchor(top.item, 0, min(top.line, 1) if top.piece == 0 else 0), force=True)

    def _scroll(self, lines: int) -> None:
        timeline = self._timeline
        if timeline is None:
            return
        start = self._anchor(timeline)
        if lines < 0:
            top = min(islice(timeline.backward(start, self._width), -lines), default=start)
        else:
            ahead = (place for place, _drawn in timeline.forward(start, self._width))
            top = max(islice(ahead, lines + 1), default=start)
            top = max(start, min(top, timeline.last_page(self._width, self._height)))
        self._go(top)

    def _go(self, top: Anchor, *, force: bool = False) -> None:
        if force or top != self._top:
            self._top = top
            self._top_chosen = True
            self._top_settled = False
            self._page = None
            self.repaint()

    @property
    def _width(self) -> int:
        return max(8, self.size.width - 2)  # a column of air on both sides

    @property
    def _height(self) -> int:
        return max(1, self.rows_free - self._facts_rows)

    @property
    def _facts_rows(self) -> int:
        """The rows above the timeline: the facts, then a rule, or a blank row where the context has a pane."""
        height = self.size.height
        none, one = _LOWEST
        if height < none:
            return 0
        if height < one:
            return 1
        if not self._narrow:
            return 2
        return 6 if self.app.size.height >= _WHOLE_STRIP and height >= _HALF else 3

    @property
    def _narrow(self) -> bool:
        """Whether the context has no pane of its own, so that a strip on its own ground stands for it."""
        return self.app.size.width < THREE_PANES

    def _anchor(self, timeline: Timeline) -> Anchor:
        if self._top is None:
            self._top = timeline.start(self._width, self._height)
        elif not self._top_settled:  # it may lie so near the end that rows below would stay empty
            self._top = min(self._top, timeline.last_page(self._width, self._height))
        self._top_settled = True
        return self._top

    def covered(self) -> None:
        """Let the last line be scrolled into sight above what covers the last row."""
        self._page = None
        self._top_settled = False

    def on_resize(self, _event: events.Resize) -> None:
        """Wrap anew; the message at the top stays there, but no row below the newest is wasted."""
        self._page = self._strip = None
        self._top_settled = False
        if not self._top_chosen:
            self._top = None
        elif self._top is not None and self._width != self._page_size[0]:  # lines are other ones now
            self._top = Anchor(self._top.item, self._top.piece, 0 if self._top.piece else min(self._top.line, 1))
        self.repaint()

    # ------------------------------------------------------------------------------------------ drawing

    def _shown(self) -> list[Drawn]:
        if self._page is None or self._page_size != (self._width, self._height):
            self._page_size = (self._width, self._height)
            timeline = self._timeline
            lines = timeline.forward(self._anchor(timeline), self._width) if timeline else iter(())
            self._page = [drawn for _place, drawn in islice(lines, self._height)]
        return self._page

    def draw(self, y: int) -> Strip:
        """Draw one line of the screen."""
        if self._timeline is None:
            return Line(self._look, self.size.width).strip()
        facts = self._facts_rows
        if y < facts:
            return self._facts_line(self._timeline.view, y, facts)
        shown = self._shown()
        drawn = shown[y - facts] if y - facts < len(shown) else BLANK
        line = Line(self._look, self.size.width, drawn.ground)
        if drawn.ground == "notebg":
            line.sign("▌", "note").gap(drawn.indent)
        else:
            line.gap(1 + drawn.indent)
        return write(line, drawn.spans, drawn.aside).strip()

    def _facts_line(self, view: ConversationView, number: int, rows: int) -> Strip:
        if rows > 1 and number == rows - 1:
            line = Line(self._look, self.size.width)
            return line.fill("─", line.width if self._narrow else 0).strip()
        if self._strip is None or self._strip_for != (rows, self._narrow):
            self._strip_for = rows, self._narrow
            self._strip = self._strip_of(view, rows)
        line = Line(self._look, self.size.width, "surface" if self._narrow else "bg").gap()
        return write(line, *self._strip[number]).strip()

    def _strip_of(self, view: ConversationView, rows: int) -> tuple[Ends, ...]:
        if not self._narrow:
            return (one_row(view, self._beside, self._now, self.agent_id),)
        whole = two_rows if rows < 6 else five_rows
        return whole(view, self._beside, self._now, self.agent_id, room=self._width)
