"""A pager: something long to read and to search, such as a message's source, its headers or its parts."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from console.config.errors import ConsoleError
from console.screens.commands.base import Where
from console.screens.lining import Listing
from console.screens.moving import Steps
from storage.kinds.errors import DeskError
from widgets.bars import PaneTitle, TitleRow
from widgets.language import _
from widgets.line import one_line
from widgets.moments import size_words
from widgets.notices import part_words
from widgets.pane import toast
from widgets.paper import Entry, Paper
from widgets.troubles import trouble_words
from widgets.typing_line import TypingLine, line_css

if TYPE_CHECKING:
    from console.desk import Desk

Load = Callable[[], Iterable[Entry]]
"""Gives what a paper says; called in a thread, and what it returns is taken in as far as it is looked at."""


class PaperScreen(Steps, Listing):
    """A pager.

    Args:
        title: what is read.
        load: gives its lines; a `DeskError` or `ConsoleError` of it is shown in their place.
    """

    AUTO_FOCUS: ClassVar[str] = ""  # keys are for the page until the line is asked for
    CSS: ClassVar[str] = line_css("PaperScreen", comes=True)

    def __init__(self, title: str, load: Load) -> None:
        super().__init__()
        self._named = title
        self._load = load
        self._words = ""

    @property
    def where(self) -> Where:
        """There is one pane."""
        return "paper"

    @property
    def paper(self) -> Paper:
        """The page."""
        return self.query_one(Paper)

    def compose(self) -> ComposeResult:
        """Yield the page, and the line to type in."""
        yield TitleRow(self.look)
        yield Paper(self.look)
        with Horizontal(id="line"):
            yield Static(" / ", id="sign", markup=False)
            line = TypingLine(id="words", compact=True, select_on_focus=False)
            line.cursor_blink = False
            yield line
        yield self.last_row()

    def typed_ahead(self, event: events.Key) -> bool:
        """Leave every key but the one that leaves to the line while it is there: ``^u`` is for what is typed in it."""
        return super().typed_ahead(event) or (self.focused is not None and event.key != "escape")

    def on_mount(self) -> None:
        """Read it."""
        self.prompt.show(*self.ground.keymap.footer("paper"))
        self._tell()
        self._read()

    def on_resize(self) -> None:
        """Draw the title as wide as the window."""
        self.call_after_refresh(self._tell)

    def _tell(self) -> None:
        if not self.query(Paper):
            return
        percent = self.paper.percent
        aside = "" if percent is None else f"{percent}\u00a0%"
        self.query_one(TitleRow).show([PaneTitle(self.app.size.width, one_line(self._named), aside, focused=True)])

    @work(exclusive=True, group="paper")
    async def _read(self) -> None:
        try:
            entries = await asyncio.to_thread(self._load)
        except DeskError as error:
            entries = [((trouble_words(error), "late"),)]
        except ConsoleError as error:
            entries = [((str(error), "late"),)]
        if self.query(Paper):  # it was not left meanwhile
            self.paper.show(entries)
            self._tell()

    # ------------------------------------------------------------------------------------------ moving

    def step(self, by: int) -> None:
        """Scroll by so many rows."""
        self.paper.cover([])
        self.paper.scroll(by)
        self._tell()

    def rows_shown(self) -> int:
        """Return how many rows there is room for."""
        return self.paper.size.height

    def action_top(self) -> None:
        """Go to the first row."""
        self.paper.cover([])
        self.paper.to_top()
        self._tell()

    def action_bottom(self) -> None:
        """Go to the last page."""
        self.paper.cover([])
        self.paper.to_end()
        self._tell()

    # ------------------------------------------------------------------------------------------ searching

    def action_find(self) -> None:
        """Ask for words to search for."""
        self.query_one("#line").styles.display = "block"
        line = self.query_one("#words", Input)
        line.value = ""
        self.set_focus(line)  # at once: `focus()` waits, and what is typed meanwhile would be keys

    def _close_line(self) -> None:
        self.query_one("#line").styles.display = "none"
        self.set_focus(None)

    @on(Input.Submitted)
    def _wanted(self, message: Input.Submitted) -> None:
        self._close_line()
        self._words = message.value.strip() or self._words
        self._find(back=False)

    def action_next_found(self) -> None:
        """Go to the next place that says the words."""
        self._find(back=False)

    def action_previous_found(self) -> None:
        """Go to the place before that says the words."""
        self._find(back=True)

    @work(exclusive=True, group="find")
    async def _find(self, *, back: bool) -> None:
        """Search in a thread; from one end it goes on at the other."""
        paper, words = self.paper, self._words
        paper.cover([])
        if not words:
            return
        start = paper.here
        if paper.next_in(start, words, back=back):
            self._tell()
            return
        block = await asyncio.to_thread(paper.block_with, words, start + (-1 if back else 1), back=back)
        if block is None:
            block = await asyncio.to_thread(paper.block_with, words, 2**62 if back else 0, back=back)
            paper.forget_hit()
        if block is None or not paper.next_in(block, words, back=back):
            self._say(_("Nothing found for: {query}").format(query=one_line(words)))
        self._tell()

    def _say(self, words: str) -> None:
        self.paper.cover([toast(self.look, self.size.width, ((words, "soon"),))])

    def action_close(self) -> None:
        """Leave the line to type in, or go back."""
        if self.query_one("#line").styles.display != "none":
            self._close_line()
        else:
            self.dismiss()


# ---------------------------------------------------------------------------------------------- what papers there are


def source_paper(desk: "Desk", message_id: int) -> PaperScreen:
    """Return a pager of the mail of a message as it came."""

    def load() -> Iterable[Entry]:
        from console.mail.raw import raw_mail, source

        return source(raw_mail(desk.store, message_id))

    return PaperScreen(_("m{number} as it came").format(number=message_id), load)


def headers_paper(desk: "Desk", message_id: int) -> PaperScreen:
    """Return a pager of every header field of a message."""

    def load() -> Iterable[Entry]:
        from console.mail.raw import headers, raw_mail

        found = headers(raw_mail(desk.store, message_id))
        return [((f"{name}: ", "muted"), (value, "text")) for name, value in found]

    return PaperScreen(_("headers of m{number}").format(number=message_id), load)


def parts_paper(desk: "Desk", message_id: int) -> PaperScreen:
    """Return a pager of the parts of a message, as a tree."""

    def load() -> Iterable[Entry]:
        from console.mail.parse import Unreadable
        from console.mail.raw import parts, raw_mail

        try:
            found = parts(raw_mail(desk.store, message_id))
        except Unreadable:
            return [((_("The parts of this mail cannot be told apart: its source shows it as it came."), "soon"),)]
        return list(_part_rows(found))

    return PaperScreen(_("parts of m{number}").format(number=message_id), load)


def why_paper(desk: "Desk", conversation_id: int, now: datetime) -> PaperScreen:
    """Return a pager of how a conversation was threaded, and how its clocks stand.

    Args:
        desk: the record.
        conversation_id: the conversation.
        now: the present, in the reader's zone.
    """

    def load() -> Iterable[Entry]:
        from storage.queries.why import why
        from widgets.why import why_lines

        told = desk.ask_now(why, conversation_id, now=now)
        return [((" " * indent, "text"), (words, role)) for indent, words, role in why_lines(told, now)]

    return PaperScreen(_("why #{number} is as it is").format(number=conversation_id), load)


def _part_rows(found: Iterable[Any]) -> Iterator[Entry]:
    for part in found:
        more = "  ".join(filter(None, (part.charset, part.encoding)))
        yield (
            (f"{'  ' * part.depth}{part.section or '-':<6}", "muted"),
            (f"{part_words(part.what)}  ", "bright"),
            (f"{part.name}  " if part.name else "", "text"),
            (f"{part.media_type}  {size_words(part.size)}  {more}".rstrip(), "muted"),
        )
