"""The main screen: the queue, beside it or over it the conversation, and the rows around them."""

import asyncio
from time import monotonic
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer

from console.feed import Change
from console.screens import asking, deeds
from console.screens.frame import Frame, arranged
from console.screens.ground import DeskScreen
from console.screens.helping import HelpScreen
from console.screens.keys import Where, bindings
from console.screens.moving import Moves
from console.screens.searching import SearchScreen
from storage.kinds.errors import DeskError
from storage.views import SearchHit
from widgets.bars import KeyRow, StatusRow, TitleRow, TroubleBar
from widgets.conversation import ConversationPane
from widgets.empty import Empty
from widgets.language import _
from widgets.look import Look
from widgets.pane import Cover, Pane, Wall, toast
from widgets.queue import Queue
from widgets.text import explain

_REST = 0.2  # seconds that the cursor rests before the conversation beside the queue follows it
_TOAST = 5.0  # seconds after which a toast leaves at the next key
_ROWS = 200  # read of the queue at a time
_BREATH = 0.1  # seconds between two readings while much is changing


class MainScreen(Moves, DeskScreen):
    """Queue and conversation."""

    BINDINGS: ClassVar[Any] = bindings("queue", "conversation")
    CSS: ClassVar[str] = """
    MainScreen { background: $background; }
    #panes { height: 1fr; width: 1fr; }
    """

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.queue = Queue(look, id="queue")
        self.conversation = ConversationPane(look, id="conversation")
        self.empty = Empty(look, id="empty")
        self._wall = Wall(look, id="wall")
        self._status_row = StatusRow(look, id="status")
        self._title_row = TitleRow(look, id="titles")
        self._trouble_bar = TroubleBar(look, id="trouble")
        self._key_row = KeyRow(look, id="keys")
        self.reading = self._will_read = False
        self._view = asking.views()[2]
        self._stale = Change(much=True, local=True)
        self._news = asyncio.Event()
        self._shown_id: int | None = None
        self._message: Cover = ()
        self._said_at = 0.0
        self._rest: Timer | None = None
        self._frame = Frame()
        self._read_marks: dict[int, int] = {}

    def compose(self) -> ComposeResult:
        """Yield the rows and the panes."""
        yield self._status_row
        yield self._title_row
        with Horizontal(id="panes"):
            yield self.queue
            yield self.empty
            yield self._wall
            yield self.conversation
        yield self._trouble_bar
        yield self._key_row

    def on_mount(self) -> None:
        """Draw the frame before anything is known."""
        self.queue.has_keys = True
        self._arrange()
        self.set_interval(10, self._tick)

    def begin(self) -> None:
        """Read for the first time: the desk is open."""
        self.queue.agent_id = self.conversation.agent_id = self.ground.agent_id
        self._frame.opening = False
        self.ground.changes.subscribe(self, self._changed)
        self._news.set()
        self._follow()

    def fail(self, error: BaseException) -> None:
        """Say that the desk cannot be opened."""
        self._frame.opening = False
        self._frame.failure = explain(error)
        self._paint()

    def blind(self, error: BaseException | None) -> None:
        """Say that nothing new can be seen, or can again."""
        self._frame.blind = explain(error) if error is not None else ""
        self._paint()

    # ------------------------------------------------------------------------------------------ reading anew

    def _changed(self, change: Change) -> None:
        self._stale = Change(
            self._stale.conversations | change.conversations,
            much=self._stale.much or change.much,
            local=self._stale.local or change.local,
            rows=self._stale.rows or change.rows,
        )
        self._news.set()

    @work(exclusive=True, group="follow")
    async def _follow(self) -> None:
        """Read what has changed whenever something has, never two readings at once and never behind for long."""
        while True:
            await self._news.wait()
            self._news.clear()
            change, self._stale = self._stale, Change()
            try:
                await self._read(change)
            except DeskError as error:
                self.say_error(error)
            await asyncio.sleep(_BREATH)

    async def _read(self, change: Change) -> None:
        now, agent = self.now(), self.ground.agent_id
        if change.much or change.rows or change.conversations:
            chosen = self.queue.chosen
            window = await self.desk.ask(
                asking.rows_around,
                query=self._view.words,
                agent_id=agent,
                now=now,
                around=chosen.conversation_id if chosen else None,
                place=chosen.place if chosen else None,
            )
            self.queue.show(window, now)
            self._frame.counts = await self.desk.ask(asking.counts, agent_id=agent, now=now)
            if change.touches(self._shown_id):
                await self._show(self._shown_id)
        if change.local or change.much:
            from storage.queries import mailboxes

            self._frame.sync = asking.SyncState(await self.desk.ask(mailboxes.states))
        self._paint()

    async def _show(self, conversation_id: int | None, *, at: int | None = None) -> None:
        """Read a conversation and show it."""
        self._shown_id = conversation_id
        if conversation_id is None:
            self.conversation.show(None, self.now())
            return
        view, names = await self.desk.ask(
            asking.conversation, conversation_id=conversation_id, agent_id=self.ground.agent_id
        )
        if self._shown_id == conversation_id:  # nothing else was asked for meanwhile
            self._shown_id = view.conversation_id  # another one, where it was joined
            self.conversation.show(view, self.now(), at=at, names=names)

    def _tick(self) -> None:
        """Let clocks show a later minute."""
        if self.ground.desk is not None:
            self.queue.tick(self.now())
        self._paint()

    # ------------------------------------------------------------------------------------------ the queue speaks

    @on(Queue.NeedRows)
    async def _more_rows(self, message: Queue.NeedRows) -> None:
        from storage.queries import inbox

        now = self.now()
        asked: dict[str, Any] = {"query": self._view.words, "agent_id": self.ground.agent_id, "now": now}
        match message.direction:
            case "first":
                self.queue.jump(await self.desk.ask(inbox.window, **asked, size=_ROWS), now)
            case "last":
                self.queue.jump(await self.desk.ask(asking.last_rows, **asked, size=_ROWS), now, last=True)
            case "before":
                window = await self.desk.ask(inbox.window, **asked, before=message.place, size=_ROWS)
                self.queue.extend(window, "before")
            case "after":
                window = await self.desk.ask(inbox.window, **asked, after=message.place, size=_ROWS)
                self.queue.extend(window, "after")

    @on(Queue.Moved)
    def _cursor_moved(self) -> None:
        """Let the conversation follow once the cursor rests: none is read while it moves fast."""
        if self._rest is not None:
            self._rest.stop()
        if self._frame.wide and not self.reading:
            self._rest = self.set_timer(_REST, self._rested)
        self._titles()

    def _rested(self) -> None:
        chosen = self.queue.chosen
        if not self.reading and (chosen.conversation_id if chosen else None) != self._shown_id:
            self.open_conversation(chosen.conversation_id if chosen else None, focus=False)

    @on(Queue.Chosen)
    def _opened(self, message: Queue.Chosen) -> None:
        self.open_conversation(message.conversation_id)

    @work(exclusive=True, group="open")
    async def open_conversation(self, number: int | None, *, focus: bool = True, at: int | None = None) -> None:
        """Show a conversation, and let the keys go there."""
        try:
            if number != self._shown_id or at is not None:
                await self._show(number, at=at)
            if focus and number is not None:
                self._read_there(there=True)
                await self._mark_read()
        except DeskError as error:
            self.say_error(error)
        finally:
            self._will_read = False
        self._paint()

    async def _mark_read(self) -> None:
        view = self.conversation.view
        agent = self.ground.agent_id
        if view is None or not view.messages or agent is None:
            return
        number, newest = view.conversation_id, view.messages[-1].message_id
        if self._read_marks.get(number) != newest:
            from storage.commands import reading

            self._read_marks[number] = newest
            if await self.desk.tell(reading.mark_read, conversation_id=number, message_id=newest, agent_id=agent):
                self._changed(Change(rows=True))

    # ------------------------------------------------------------------------------------------ keys

    @property
    def where(self) -> Where:
        """Which pane has the keys."""
        return "conversation" if self.reading or self._will_read else "queue"

    def pane(self) -> Queue | ConversationPane:
        """Return the pane that has the keys."""
        return self.conversation if self.reading else self.queue

    def action_open(self) -> None:
        """Open the conversation under the cursor."""
        self._will_read = self.queue.chosen is not None  # a key typed ahead, such as q, is meant for the conversation
        self.queue.action_open()

    def action_back(self) -> None:
        """Give the keys back to the queue."""
        self._will_read = False
        self.workers.cancel_group(self, "open")
        self._read_there(there=False)
        self._cursor_moved()

    def action_leave(self) -> None:
        """Leave the console."""
        self.app.exit(0)

    def action_fold(self) -> None:
        """Show quotes and signatures, or fold them."""
        self.conversation.action_fold()

    def action_view(self, key: str) -> None:
        """Show another view."""
        chosen = next((view for view in asking.views() if view.key == key), None)
        if chosen is not None and self.ground.desk is not None:
            self._view = chosen
            self._read_there(there=False)
            self._show_view()

    @work(exclusive=True, group="view")
    async def _show_view(self) -> None:
        from storage.queries import inbox

        now, words = self.now(), self._view.words
        window = await self.desk.ask(inbox.window, query=words, agent_id=self.ground.agent_id, now=now, size=_ROWS)
        self.queue.jump(window, now)
        self._paint()

    def action_help(self) -> None:
        """Show what every key does."""
        self.app.push_screen(HelpScreen())

    def action_search(self) -> None:
        """Search, then open what was chosen.

        The screen is there at once, so that no letter typed ahead is taken for a key of this one.
        """
        if self.ground.desk is not None and self.app.is_running and not self.app._exit:  # noqa: SLF001 - it is leaving
            self.app.push_screen(SearchScreen(), self._found)

    def _found(self, hit: SearchHit | None) -> None:
        if hit is not None:
            self.open_conversation(hit.conversation_id, at=hit.message_id)

    # ------------------------------------------------------------------------------------------ deeds

    def action_resolve(self) -> None:
        """Resolve the conversation."""
        self._do("resolve")

    def action_take(self) -> None:
        """Take the conversation."""
        self._do("take")

    def action_spam(self) -> None:
        """Mark the conversation as spam."""
        self._do("spam")

    def _target(self) -> tuple[int, str] | None:
        view, row = self.conversation.view, self.queue.chosen
        if self.reading:
            return (view.conversation_id, view.subject) if view else None
        return (row.conversation_id, row.subject) if row else None

    @work(group="deeds")
    async def _do(self, name: str) -> None:
        target = self._target()
        if self.ground.desk is None or target is None:
            return
        deed = deeds.deeds()[name]
        try:
            await self.desk.tell(deeds.done, name=name, numbers=[target[0]], **self._acting())
        except DeskError as error:
            self.say_error(error)
            return
        self.say(deeds.said(deed.word, *target))
        if deed.leaves:
            self._read_there(there=False)
        self._written(target[0])

    @work(group="deeds")
    async def action_undo(self) -> None:
        """Take this agent's last action back."""
        await self._take_back(again=False)

    @work(group="deeds")
    async def action_redo(self) -> None:
        """Do again what was taken back."""
        await self._take_back(again=True)

    async def _take_back(self, *, again: bool) -> None:
        if self.ground.desk is None:
            return
        from storage.commands import undoing
        from storage.queries.agents import agents

        try:
            undone = await self.desk.tell(undoing.redo if again else undoing.undo, **self._acting())
        except DeskError as error:
            self.say_error(error)
            return
        names = await self.desk.ask(agents)
        self.say(deeds.taken_back(undone.facts, undone.kept, self.now(), names, again=again))
        self._written(*{fact.about for fact in undone.facts if fact.about is not None})

    def _acting(self) -> dict[str, Any]:
        return {"actor": self.desk.actor, "now": self.now()}

    def _written(self, *numbers: int) -> None:
        self._changed(Change(frozenset(numbers)))
        self.ground.wake_feed()

    # ------------------------------------------------------------------------------------------ saying

    def say(self, spans: Cover) -> None:
        """Say what has been done, over the panes' last row."""
        self._message, self._said_at = spans, monotonic()
        strip = toast(self.look, self.size.width, spans) if spans else None
        panes: tuple[Pane, ...] = (self.queue, self.empty, self._wall, self.conversation)
        for pane in panes:
            pane.cover(strip)

    def say_error(self, error: DeskError) -> None:
        """Say why something was not done."""
        self.say(((_("not done"), "late"), (f"  {explain(error)}", "text")))

    def key_came(self) -> None:
        """Take a toast away that has been read."""
        if self._message and monotonic() - self._said_at > _TOAST:
            self.say(())

    # ------------------------------------------------------------------------------------------ the frame

    def _read_there(self, *, there: bool) -> None:
        self.reading = there
        self.queue.has_keys, self.conversation.has_keys = not there, there
        self._arrange()

    def on_resize(self) -> None:
        """Share the window out anew."""
        self._arrange()
        if self._message:
            self.say(self._message)

    def _arrange(self) -> None:
        """Give each pane its place; what has none is not there."""
        width = self.app.size.width
        panes = arranged(width)
        self._frame.wide = panes is not None
        nothing = self._frame.nothing(self.queue)
        queue_shown = self._frame.wide or not self.reading
        self.queue.display = queue_shown and not nothing
        self.empty.display = queue_shown and nothing
        self.conversation.display = self._frame.wide or self.reading
        self._wall.display = self._frame.wide
        for pane in (self.queue, self.empty):
            pane.styles.width = panes[0] if panes else "1fr"
        self._paint(arrange=False)

    def _paint(self, *, arrange: bool = True) -> None:
        """Draw the rows around the panes with what is known now; what is as before is not sent."""
        nothing = self._frame.nothing(self.queue)
        if arrange and nothing == bool(self.queue.display) and not (self.reading and not self._frame.wide):
            self._arrange()
            return
        frame = self._frame
        self._status_row.show(frame.labels(self._view), frame.asides(self.now(), self.size.width))
        self._trouble_bar.show(frame.troubles(self.now()))
        self._key_row.show(*frame.keys(self.where, nothing=nothing))
        self.empty.show(*frame.empty(self._view))
        self._titles()

    def _titles(self) -> None:
        titles = self._frame.titles(
            self.queue, self.conversation, self._view, self.app.size.width, reading=self.reading
        )
        self._title_row.show(titles)
