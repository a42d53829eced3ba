"""The dashboard: what a period of the desk comes to, on one page, each figure with the conversations behind it."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from time import monotonic
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult

from console.config.errors import ConsoleError
from console.feed import Change
from console.screens.commands.base import Where
from console.screens.commands.offering import offer_query, query_trouble
from console.screens.lining import Listing
from console.screens.moving import Steps
from console.screens.questions import Question
from storage.kinds.dashboard import Figures, Panels
from storage.kinds.errors import DeskError
from storage.kinds.reports import Asked
from widgets.bars import PaneTitle, TitleRow
from widgets.board import Board, BoardRow
from widgets.dashboard import Shown, board, period_words, text_of, wall_of
from widgets.language import _
from widgets.line import one_line
from widgets.look import Look
from widgets.pane import Pane
from widgets.prompt import PromptRow

_LOOK_EVERY = 0.5  # seconds between two looks whether anything has changed
_BREATH = 3.0  # seconds between two readings, at least
_SHARE = 9  # as many times as long as a reading took is none: it takes time from the keys
_COPIED = 100  # columns of the figures that are copied


@dataclass(frozen=True, slots=True)
class Seen:
    """What is looked at.

    Attributes:
        asked: the period, and of what.
        at: the query that the cursor is on; empty for the first.
    """

    asked: Asked
    at: str = ""


class DashboardScreen(Steps, Listing):
    """A dashboard; leaves with the query of what is behind a figure.

    Args:
        look: how it is drawn.
        seen: what is looked at.

    Attributes:
        board: the page.
    """

    AUTO_FOCUS: ClassVar[str] = ""
    CSS: ClassVar[str] = "DashboardScreen { background: $background; }"

    def __init__(self, look: Look, seen: Seen) -> None:
        super().__init__()
        self.board = Board(look, id="board")
        self.prompt = PromptRow(look, id="prompt")
        self._title = TitleRow(look)
        self._asked, self._aim = seen.asked, seen.at
        self._panels: Panels | None = None
        self._figures: Figures | None = None
        self._stop = threading.Event()
        self._stale = self._reading = False
        self._read_at = self._took = 0.0
        self._moved = False  # by whoever looks: until then the cursor is on the first figure

    @property
    def where(self) -> Where:
        """There is one page."""
        return "dashboard"

    @property
    def seen(self) -> Seen:
        """What is looked at now."""
        spot = self.board.chosen
        return Seen(self._asked, spot.query if spot is not None else self._aim)

    @property
    def read(self) -> bool:
        """Whether all is read that is asked for."""
        return self._panels is not None and self._figures is not None

    def compose(self) -> ComposeResult:
        """Yield the title, the page and the last row."""
        yield self._title
        yield self.board
        yield self.prompt

    def on_mount(self) -> None:
        """Draw the frame, and read."""
        self.board.has_keys = True
        self.prompt.show(*self.ground.keymap.footer("dashboard"))
        self.ground.changes.subscribe(self, self._changed)
        self.set_interval(_LOOK_EVERY, self._read_anew)
        self._ask(self._asked)

    def on_unmount(self) -> None:
        """Let nothing be read on."""
        self._stop.set()

    def panes(self) -> Sequence[Pane]:
        """Return what can be drawn over."""
        return (self.board,)

    # ------------------------------------------------------------------------------------------ reading

    def _ask(self, asked: Asked) -> None:
        """Read another period, or another part of the desk; what was read for the one before is let go."""
        self._stop.set()
        self._asked, self._stop = asked, threading.Event()
        self._panels = self._figures = None
        self._show()
        self._read(asked, self._stop)

    def _changed(self, change: Change) -> None:
        self._stale = self._stale or change.much or change.desk or bool(change.conversations)

    def _read_anew(self) -> None:
        """Follow what has changed: all at once, after a pause that is longer where reading is long."""
        pause = max(_BREATH, _SHARE * self._took)
        if self._stale and not self._reading and self.read and monotonic() - self._read_at >= pause:
            self._read(self._asked, self._stop)

    @work(exclusive=True, group="dashboard")
    async def _read(self, asked: Asked, stop: threading.Event) -> None:
        self._stale, self._reading, begun = False, True, monotonic()
        try:
            await self._read_all(asked, stop)
        finally:
            if stop is self._stop:
                self._reading, self._read_at, self._took = False, monotonic(), monotonic() - begun

    async def _read_all(self, asked: Asked, stop: threading.Event) -> None:
        from storage.queries import dashboard

        now, follows = self.now(), self.read
        try:
            panels = await self.desk.ask(dashboard.panels, asked, now=now)
            if stop.is_set():
                return
            if not follows:
                self._panels = panels
                self._show()
            figures = await self.desk.ask(dashboard.figures, asked, now=now, stopped=stop.is_set)
        except dashboard.Left:
            return
        except DeskError as error:
            if not stop.is_set():
                self.say_error(error)
            return
        if not stop.is_set() and self.is_attached:
            self._panels, self._figures = panels, figures
            self._show(follows=follows)

    # ------------------------------------------------------------------------------------------ what is shown

    @property
    def _days(self) -> tuple[date, date]:
        """The first and the last day of the period."""
        from storage.rules.dashboard import local

        now = self.now()
        last = local(self._asked.until - timedelta(microseconds=1), now)
        return local(self._asked.since, now).date(), last.date()

    def _shown(self) -> Shown:
        first, last = self._days
        return Shown(
            self._panels,
            self._figures,
            first,
            last,
            self.now().date(),
            self._asked.history,
            self._asked.query,
            not self.look.full or self.look.ascii,
            self.board.chosen,
        )

    def _show(self, *, follows: bool = False) -> None:
        """Lay the page out, and say above it of what it is; the cursor stays where it is when it follows news."""
        width, shown = self.app.size.width, self._shown()
        self.board.lay(
            self._page(shown),
            at="" if follows else self._aim,
            anew=not self._moved and not follows,
            wall=wall_of(width),
        )
        aside = [period_words(shown.first, shown.last, shown.today)]
        aside.append(_("of: {query}").format(query=one_line(shown.query)) if shown.query else _("all mailboxes"))
        if shown.history:
            aside.append(_("with history"))
        self._title.show([PaneTitle(width, _("dashboard"), ", ".join(aside), focused=True)])

    @on(Board.Moved)
    def _has_moved(self) -> None:
        """Say what the cursor is on."""
        self._aim, self._moved = "", True
        self.board.lay(self._page(self._shown()), wall=wall_of(self.app.size.width))

    def _page(self, shown: Shown) -> list[BoardRow]:
        return board(shown, self.app.size.width, self.app.size.height - 2)

    def on_resize(self) -> None:
        """Lay it out for the room there is."""
        super().on_resize()
        self._show()
        self._draw_over()

    # ------------------------------------------------------------------------------------------ keys

    def step(self, by: int) -> None:
        """Go down or up from spot to spot."""
        for _step in range(min(abs(by), 99)):
            self.board.go(1 if by > 0 else -1, 0)

    def rows_shown(self) -> int:
        """Return how many rows there is room for."""
        return self.board.size.height

    def action_right(self) -> None:
        """Go to what stands to the right."""
        self.board.go(0, 1)

    def action_left(self) -> None:
        """Go to what stands to the left."""
        self.board.go(0, -1)

    def action_open(self) -> None:
        """Leave for the conversations behind what the cursor is on."""
        spot = self.board.chosen
        if spot is None:
            self.say_refusal(_("Nothing is under the cursor."))
        else:
            self.dismiss(spot.query)

    def action_earlier(self) -> None:
        """Show as many days before these."""
        self._shift(-1)

    def action_later(self) -> None:
        """Show as many days after these, as far as they have begun."""
        self._shift(1)

    def _shift(self, by: int) -> None:
        from storage.rules.dashboard import midnight

        now, (first, last) = self.now(), self._days
        days = ((last - first).days + 1) * by
        try:
            begin, end = first + timedelta(days=days), last + timedelta(days=days + 1)
            since, until = midnight(begin, now), midnight(end, now)
            since.timestamp()
        except (OverflowError, ValueError):
            return
        if by > 0 and begin > now.date():
            self.say_refusal(_("These are the last days there are."))
            return
        self._ask(replace(self._asked, since=since, until=until))

    def action_history(self) -> None:
        """Take in what came before its mailbox was live, or leave it out."""
        self._ask(replace(self._asked, history=not self._asked.history))

    async def narrow(self, line: str) -> None:
        """Show only what a query finds; all of it again where it says nothing."""
        words = line.strip()
        if not words:
            question = Question(
                _("only"),
                self._asked.query,
                offer=offer_query(self.base()),
                judge=lambda text: query_trouble(self, text)[0],
            )
            answer = await self.ask(question)
            if answer is None:
                return
            words = answer.strip()
        if wrong := query_trouble(self, words)[0]:
            self.say_refusal(wrong)
        else:
            self._ask(replace(self._asked, query=words))

    def action_yank(self) -> None:
        """Copy the figures as text, through the terminal."""
        from console.screens import yanking

        if self._figures is None:
            self.say_refusal(_("They are still being read."))
            return
        from widgets.report import lines

        words = ["".join(text for text, _role in line) for line in lines(self._figures.report, self.now().tzinfo)]
        page = text_of(board(replace(self._shown(), shades=True, on=None), _COPIED))
        try:
            yanking.send(self.ground, "\n".join([*words, "", page]), self.ground.means.clipboard)
        except ConsoleError as error:
            self.say_refusal(str(error))
            return
        self.say(((_("sent to terminal:"), "ok"), (" " + _("the figures"), "text")))

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)
