"""A conversation as an agent reads it: where it stands, then its timeline as plain lines, wrapped when in sight."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.strip import Strip

from storage.views import ConversationView
from widgets.language import _, ngettext
from widgets.line import Line, Span, one_line
from widgets.look import Ground, Look
from widgets.moments import moment_words, span_words
from widgets.pane import Pane
from widgets.queue_row import TIER_ROLES
from widgets.text import status_words, tier_words
from widgets.timeline import BLANK, Anchor, Drawn, Timeline

Facts = tuple[tuple[Span, ...], tuple[Span, ...]]
"""A line of the strip above the timeline: spans from the left, and spans that end at the right edge."""


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
        self.strip_below = 110
        """Windows narrower than this show the facts as a strip on a ground of its own (LOOK §4)."""

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
    ) -> None:
        """Show a conversation, or nothing. One that was shown already keeps its place; it is only drawn afresh.

        Args:
            view: the conversation.
            now: the present, in the reader's zone.
            at: a message to begin with, such as one that was found.
            names: agents' names by id, for the events.
        """
        before, top = self._timeline, self._top
        self._now = now
        self._page = None
        self._top_settled = False
        if view is None:
            self._timeline = self._top = None
            self.repaint()
            return
        same = before is not None and before.view.conversation_id == view.conversation_id
        self._unfolded = self._unfolded and same
        self._names = names or self._names
        self._timeline = Timeline(view, now, names=self._names, unfolded=self._unfolded)
        self._top = None
        if before is not None and same and top is not None and top.item < len(before.items):
            item = self._timeline.find(before.key(top.item))
            self._top = None if item is None else Anchor(item, top.piece, top.line)
        self._top_chosen = self._top_chosen and self._top is not None
        if at is not None and (item := self._timeline.find(("message", at))) is not None:
            self._top = Anchor(item, 0, 1 if item else 0)
            self._top_chosen = True
        self.repaint()

    # ------------------------------------------------------------------------------------------ moving

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

    def action_fold(self) -> None:
        """Show quotes and signatures, or fold them away; the message at the top stays there."""
        if self._timeline is None:
            return
        top = self._anchor(self._timeline)
        self._unfolded = not self._unfolded
        self._timeline = Timeline(self._timeline.view, self._now, names=self._names, unfolded=self._unfolded)
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
        return 2 if self.size.height < 12 else 3

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
        self._page = None
        self._top_settled = False
        if not self._top_chosen:
            self._top = None
        elif self._top is not None and self._width != self._page_size[0]:  # lines are other ones now
            self._top = Anchor(self._top.item, self._top.piece, 0 if self._top.piece else min(self._top.line, 1))
        self.refresh()

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
            return self._facts_line(self._timeline.view, y, last=y == facts - 1)
        shown = self._shown()
        drawn = shown[y - facts] if y - facts < len(shown) else BLANK
        line = Line(self._look, self.size.width)
        line.gap(1 + drawn.indent)
        _write(line, drawn.spans, drawn.aside)
        return line.strip()

    def _facts_line(self, view: ConversationView, number: int, *, last: bool) -> Strip:
        strip = self.app.size.width < self.strip_below
        ground: Ground = "surface" if strip else "bg"
        if last:
            line = Line(self._look, self.size.width)
            return line.fill("─", line.width).strip() if strip else line.strip()
        line = Line(self._look, self.size.width, ground).gap()
        _write(line, *(self._who(view) if number == 0 else self._where(view)))
        return line.strip()

    def _who(self, view: ConversationView) -> Facts:
        name = one_line(view.customer) or one_line(view.customer_address) or _("unknown")
        address = one_line(view.customer_address)
        tier: Span = (tier_words(view.tier), TIER_ROLES[view.tier])
        owner: Span = ("–", "muted")  # noqa: RUF001 - the sign for "none"
        if view.assignee_id is not None:
            owner = (_("you"), "accent") if view.assignee_id == self.agent_id else (one_line(view.assignee), "text")
        left: tuple[Span, ...] = ((name, "bright"), ("" if address == name else f"  {address}", "muted"))
        return left, (tier, (" › ", "muted"), owner)  # noqa: RUF001 - the sign for from and to

    def _where(self, view: ConversationView) -> Facts:
        count = len(view.messages)
        left: list[Span] = [
            (status_words(view.status), "text"),
            ("   " + ngettext("{count} message", "{count} messages", count).format(count=count), "text"),
            (f"   {one_line(view.mailbox)}", "muted"),
        ]
        left += [(f"   +{one_line(tag)}", "muted") for tag in view.tags]
        if view.linked:
            left.append(("   " + _("linked") + " " + " ".join(f"#{number}" for number in view.linked[:4]), "muted"))
        if view.snoozed_until is not None and view.snoozed_until > self._now:
            until = moment_words(view.snoozed_until, self._now)
            return tuple(left), ((_("snoozed until {moment}").format(moment=until), "paused"),)
        if view.waiting_since is None:
            return tuple(left), ((_("nothing waits"), "muted"),)
        return tuple(left), ((_("waits") + " ", "muted"), (span_words(self._now - view.waiting_since), "text"))


def _write(line: Line, left: tuple[Span, ...], right: tuple[Span, ...]) -> None:
    """Write spans from the left, cut before the spans that end one column before the right edge."""
    edge = line.width - 1
    taken = sum(cell_len(text) for text, _role in right)
    room = edge - taken - (2 if taken else 0)
    for text, role in left:
        if line.column >= room:
            break
        line.put(text, role, width=min(cell_len(text), room - line.column))
    if taken:
        line.to(edge - taken).spans(right)
