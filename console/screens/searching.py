"""The search: a line to type in, the newest messages found below it, Enter opens one."""

from collections.abc import Sequence
from threading import Event
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from console.screens import asking
from console.screens.commands.base import Where
from console.screens.commands.offering import offer_query
from console.screens.found import Searched
from console.screens.ground import DeskScreen
from storage.kinds.errors import DeskError
from storage.views import SearchHit
from widgets.bars import KeyRow, PaneTitle, TitleRow
from widgets.choices import Choice, choice_rows
from widgets.clicking import CoverClicked
from widgets.empty import Empty
from widgets.hits import Hits
from widgets.language import _, ngettext
from widgets.text import explain, query_words
from widgets.typing_line import TypedLine, line_css

_LIMIT = 50
_PAUSE = 0.12  # seconds of no typing after which a search begins


class SearchScreen(DeskScreen):
    """Search all messages; gives the hit that was chosen among those found, or nothing.

    Args:
        words: that are searched at once.
        at: the message whose hit has the cursor then; `None` for the newest.
    """

    CSS: ClassVar[str] = line_css("SearchScreen", sign="slash")

    def __init__(self, words: str = "", *, at: int | None = None) -> None:
        super().__init__()
        self._at = at
        self._stop = Event()
        self._ahead = words
        self._offered: Sequence[Choice] = ()
        self._found_for = ""
        self._wanted: str | None = None
        self._after: list[events.Key] = []
        self._left = False

    def takes(self, event: events.Key) -> bool:
        """Take an Enter in its turn, and what follows it: that is meant for what is found; say whether it was taken."""
        if event.key in {"escape", "ctrl+g"} and not self._left:
            self._wanted = None
            self._after.clear()
            return False
        if self._left or self._wanted is not None:
            self._after.append(event)
            self._hand_on()
        elif event.key == "enter":
            self.action_choose()
        else:
            return False
        return True

    def _hand_on(self) -> None:
        """Give what was typed after the choice to the screen that it was meant for."""
        top = self.app.screen
        if self._left and isinstance(top, DeskScreen):
            after, self._after = self._after, []
            for event in after:
                top.call_later(top.on_key, event)

    def typed_ahead(self, event: events.Key) -> bool:
        """Put text into the line, as soon as there is one."""
        if self.takes(event):
            event.stop()
            return True
        if not event.character or not event.is_printable:
            return False
        line = self.query("#query").first(Input) if self.query("#query") else None
        if line is not None and line.is_mounted:
            line.insert_text_at_cursor(event.character)
        else:
            self._ahead += event.character
        return True

    @property
    def where(self) -> Where:
        """There is one pane."""
        return "search"

    def compose(self) -> ComposeResult:
        """Yield the line and what it found."""
        with Horizontal(id="line"):
            yield Static(" / ", id="slash", markup=False)
            yield TypedLine(self.takes, id="query")
        yield TitleRow(self.look)
        yield Hits(self.look)
        yield Empty(self.look)
        yield KeyRow(self.look)

    def on_mount(self) -> None:
        """Wait for words."""
        self.query_one(KeyRow).show(*self.ground.keymap.footer("search"))
        self.query_one("#query").focus()
        self._say(_("Type words, or fields such as from:ana is:open before:3d."))
        self.query_one("#query", Input).insert_text_at_cursor(self._ahead)
        self._ahead = ""

    def on_unmount(self) -> None:
        """Stop what still runs."""
        self._stop.set()

    def _say(self, sentence: str, aside: str = "") -> None:
        self.query_one(Hits).display = not sentence
        empty = self.query_one(Empty)
        empty.display = bool(sentence)
        empty.show(sentence)
        self.query_one(TitleRow).show([PaneTitle(self.app.size.width, _("Messages"), aside, focused=True)])

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        self._stop.set()
        self._stop = Event()
        self._search(message.value, self._stop)
        self._offer(message.value)

    @work(exclusive=True, group="offer")
    async def _offer(self, words: str) -> None:
        """Offer fields and their values for the last word, over the foot of what was found."""
        try:
            self._offered = await offer_query(self)(words)
        except DeskError:
            self._offered = ()
        if not self.query(Hits):  # it was left meanwhile
            return
        strips = choice_rows(self.look, self.size.width, self._offered, None, 6)
        for pane in (self.query_one(Hits), self.query_one(Empty)):
            pane.cover(strips)

    def action_complete(self) -> None:
        """Take the first that is offered into the line."""
        self._complete(0)

    @on(CoverClicked)
    def _clicked_over(self, message: CoverClicked) -> None:
        self._complete(message.row)

    def _complete(self, place: int) -> None:
        if place < len(self._offered):
            line = self.query_one("#query", Input)
            line.value = self._offered[place].text
            line.cursor_position = len(line.value)

    @work(exclusive=True, group="search")
    async def _search(self, words: str, stop: Event) -> None:
        """Search once typing rests; a search that nobody waits for any more is stopped."""
        from asyncio import sleep

        from storage.rules.query import BadQuery

        hits: Sequence[SearchHit] = ()
        if not words.strip():
            self._show(words, hits, _("Type words, or fields such as from:ana is:open before:3d."))
            return
        await sleep(_PAUSE)
        said = ""
        try:
            hits = await self.desk.ask(
                asking.found,
                query=words,
                agent_id=self.ground.agent_id,
                now=self.now(),
                stopped=stop.is_set,
                limit=_LIMIT,
            )
        except BadQuery as bad:
            said = query_words(bad.trouble.value, bad.word, bad.known)
        except DeskError as error:
            said = explain(error)
        if stop.is_set() or not self.query(Hits):  # other words were typed, or it was left meanwhile
            return
        self._show(words, hits, said)

    def _show(self, words: str, hits: Sequence[SearchHit], said: str) -> None:
        """Show what words found, or what there is to say of them, and open the first where Enter was typed ahead."""
        self._found_for = words
        self.query_one(Hits).show(hits, self.now(), at=self._at)
        count = len(hits)
        more = "+" if count == _LIMIT else ""
        found = ngettext("{count} message", "{count} messages", count).format(count=f"{count}{more}")
        nothing = "" if hits else _("Nothing found for: {query}").format(query=words)
        self._say(said or nothing, found if hits else "")
        if self._wanted == words:
            self._wanted = None
            self.action_choose()
            if not self._left:  # nothing was found
                self._after.clear()

    def action_next(self) -> None:
        """Go to the next hit."""
        self.query_one(Hits).move(1)

    def action_previous(self) -> None:
        """Go to the hit before."""
        self.query_one(Hits).move(-1)

    def action_choose(self) -> None:
        """Open the hit under the cursor; where its words are still being searched for, the first once it is there."""
        words = self.query_one("#query", Input).value
        if words != self._found_for:
            self._wanted = words
            return
        chosen = self.query_one(Hits).chosen
        if chosen is not None:
            self._left = True
            self.dismiss(Searched(words, chosen, self.query_one(Hits).hits))
            self._hand_on()

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)
