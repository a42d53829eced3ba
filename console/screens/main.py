"""The main screen: queue, conversation and context, the rows around them, and what each message leads to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.strip import Strip

from console.ahead import ROWS
from console.feed import Change
from console.screens import asking
from console.screens.commands.base import Command, Where
from console.screens.doing import Targets, much
from console.screens.following import Follows
from console.screens.journeys import Journey
from console.screens.moving import Moves
from console.screens.performing import WITHOUT_DESK
from storage.kinds.errors import DeskError
from storage.views import QueueWindow
from widgets.arrangement import arranged
from widgets.bars import StatusRow, TitleRow, TroubleBar
from widgets.context import ContextPane
from widgets.conversation import ConversationPane
from widgets.empty import Empty
from widgets.language import _
from widgets.look import Look
from widgets.pane import Cover, Pane, Wall
from widgets.prompt import PromptRow
from widgets.queue import Queue
from widgets.text import explain

if TYPE_CHECKING:
    from storage.first_page import FirstPage

_REST = 0.2  # seconds that the cursor rests before the conversation beside the queue follows it
_WAITS = 1  # the last place of the queue in which somebody waits


class MainScreen(Moves, Follows):
    """Queue, conversation and context."""

    CSS: ClassVar[str] = """
    MainScreen { background: $background; }
    #panes { height: 1fr; width: 1fr; }
    """

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.queue = Queue(look, id="queue")
        self.conversation = ConversationPane(look, id="conversation")
        self.context = ContextPane(look, id="context")
        self.empty = Empty(look, id="empty")
        self.prompt = PromptRow(look, id="prompt")
        self._walls = (Wall(look, id="wall"), Wall(look, id="far-wall"))
        self._status_row = StatusRow(look, id="status")
        self._title_row = TitleRow(look, id="titles")
        self._trouble_bar = TroubleBar(look, id="trouble")
        self.reading = False
        self._jumping: Journey | None = None
        self._first: list[events.Key | int] = []
        self._takes = False
        self._sent: list[list[Strip]] = []  # as the first frame

    def compose(self) -> ComposeResult:
        """Yield the rows and the panes."""
        yield self._status_row
        yield self._title_row
        with Horizontal(id="panes"):
            yield self.queue
            yield self.empty
            yield self._walls[0]
            yield self.conversation
            yield self._walls[1]
            yield self.context
        yield self._trouble_bar
        yield self.prompt

    def on_mount(self) -> None:
        """Draw the frame before anything is known."""
        self.queue.has_keys = True
        if (page := self.ground.first_page()) is not None:
            self._show_first(page)
        self._arrange()
        self.set_interval(10, self._tick)

    def _show_first(self, page: "FirstPage") -> None:
        """Show the rows that were read ahead as they will stand once the desk is open."""
        self.queue.agent_id = self.conversation.agent_id = self.context.agent_id = page.agent_id
        self.views = asking.merged(page.saved)
        self.view = next((view for view in self.views if view.name == self.view.name), self.view)
        frame = self._frame
        frame.opening = False
        frame.agent_id = page.agent_id
        frame.sync = asking.SyncState(page.mailboxes)
        frame.counts = {view.key: page.counts[view.words] for view in self.views if view.words in page.counts}
        self.queue.show(page.window, self.now())

    def begin(self) -> None:
        """Read for the first time: the desk is open."""
        self.queue.agent_id = self.conversation.agent_id = self.context.agent_id = self.ground.agent_id
        for complaint in self.ground.keymap.complaints:
            self.say_refusal(complaint)
        self._frame.opening = False
        self._frame.form = self.ground.new_accounts is not None
        self.ground.changes.subscribe(self, self._changed)
        self._news.set()
        self._follow()
        if not self.may_begin_with_form():
            self.take_first()

    def take_first(self) -> None:
        """Do what was asked for before the desk was open; the conversation follows the cursor as if it had been."""
        if self.queue.rows:
            self._cursor_moved()
        self._take_next()

    def _take_next(self) -> None:
        """Do one of these things, and the next after all that it brings: a line must be over before keys are keys."""
        if not self._first:
            return
        self._takes, one = True, self._first[0]
        try:
            if isinstance(one, int):
                self.open_conversation(one)
            else:
                self.on_key(one)
        finally:
            self._takes = False
            del self._first[0]
        self.prompt.call_later(self.call_later, self._take_next)  # what the line says comes by the prompt's own queue

    def enrol_first(self) -> None:
        """Begin with the form for a mailbox: what was typed before it came is for its first line."""
        keys = [one for one in self._first if isinstance(one, events.Key)]
        self._first.clear()
        self.action_enrol(keys)

    def fail(self, error: BaseException) -> None:
        """Say that the desk cannot be opened."""
        self._frame.opening = False
        self._frame.failure = explain(error)
        self._first.clear()
        self.queue.show(QueueWindow((), before=False, after=False, position=None, total=0), self.now())
        self.paint()

    def blind(self, error: BaseException | None) -> None:
        """Say that nothing new can be seen, or can again."""
        self._frame.blind = explain(error) if error is not None else ""
        self.paint()

    def _tick(self) -> None:
        """Let clocks show a later minute."""
        if self.ground.desk is not None:
            for pane in (self.queue, self.conversation, self.context):
                pane.tick(self.now())
            if self.writers or self.lookers:
                self._changed(Change(local=True))
            self.attend()
        self.paint()

    # ------------------------------------------------------------------------------------------ the queue speaks

    @on(Queue.NeedRows)
    async def _more_rows(self, message: Queue.NeedRows) -> None:
        if self.ground.desk is None:
            return  # the first reading asks for the rows around the cursor
        jumping = self._jumping if message.direction in {"first", "last"} else None
        try:
            await self._read_rows(message)
        except DeskError as error:
            self.call_off()
            self.say_error(error)
        self.arrive(jumping)

    async def _read_rows(self, message: Queue.NeedRows) -> None:
        from storage.queries import inbox

        now = self.now()
        asked: dict[str, Any] = {"query": self.query_words, "agent_id": self.ground.agent_id, "now": now}
        if message.direction in {"first", "last"} and self.queue.ranging:
            self.queue.mark_beyond(await self.desk.ask(inbox.numbers, **asked), last=message.direction == "last")
        match message.direction:
            case "first":
                self.queue.jump(await self.desk.ask(inbox.window, **asked, size=ROWS), now)
            case "last":
                self.queue.jump(await self.desk.ask(asking.last_rows, **asked, size=ROWS), now, last=True)
            case "before":
                window = await self.desk.ask(inbox.window, **asked, before=message.place, size=ROWS)
                self.queue.extend(window, "before")
            case "after":
                window = await self.desk.ask(inbox.window, **asked, after=message.place, size=ROWS)
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
        number = chosen.conversation_id if chosen else None
        waits = self._journey is not None or self.ground.desk is None
        if not waits and not self.reading and not self._stands(number):
            self.open_conversation(chosen.conversation_id if chosen else None, focus=False)

    @on(StatusRow.Clicked)
    def _view_clicked(self, message: StatusRow.Clicked) -> None:
        self.call_off()
        self.action_view(message.key)

    @on(TitleRow.Clicked)
    def _title_clicked(self, message: TitleRow.Clicked) -> None:
        if self._frame.wide and message.place < 2:
            self._give_keys_to((self.queue, self.conversation)[message.place])

    @on(Pane.Clicked)
    def _pane_clicked(self, message: Pane.Clicked) -> None:
        self._give_keys_to(message.pane)

    def _give_keys_to(self, pane: Pane) -> None:
        """Give the keys to the pane that was clicked, where two stand side by side."""
        if pane is self.queue and self.reading:
            self.action_back()
        elif pane is self.conversation and not self.reading and self.shown_id is not None:
            self.call_off()
            self.open_conversation(self.shown_id)

    @on(Queue.Chosen)
    def _opened(self, message: Queue.Chosen) -> None:
        if self.ground.desk is None:
            self._first.append(message.conversation_id)
        else:
            self.call_off()  # a key that waits was not meant for what is clicked after it
            self.open_conversation(message.conversation_id)

    # ------------------------------------------------------------------------------------------ keys

    @property
    def where(self) -> Where:
        """Which pane has the keys."""
        to = self._journey.to if self._journey is not None else ""
        return "conversation" if to == "conversation" or (self.reading and not to) else "queue"

    def typed_ahead(self, event: events.Key) -> bool:
        """Keep what is typed before the desk is open, too, but for what needs none."""
        opens = self.ground.desk is None and not self._frame.failure
        early = opens or (self.may_begin_with_form() and not self._begun_before)
        if not self._takes and not self.asking and (self._first or early):
            return self._before_desk(event)
        return super().typed_ahead(event)

    def _before_desk(self, event: events.Key) -> bool:
        """Keep a key until the desk is open; what needs no desk is done at once, unless another key waits before it."""
        found = self.ground.keymap.find(self.where, (event.key,))
        for_a_line = self.may_begin_with_form() and event.is_printable
        if isinstance(found, Command) and found.name in WITHOUT_DESK and not self._first and not for_a_line:
            return False
        if found is None and not event.is_printable:
            return False  # such as ^c
        event.stop()
        event.prevent_default()
        self._first.append(event)
        return True

    def pane(self) -> Queue | ConversationPane:
        """Return the pane that has the keys."""
        return self.conversation if self.reading else self.queue

    def panes(self) -> Sequence[Pane]:
        """Return all panes, over which is drawn what is said."""
        return (self.queue, self.empty, *self._walls, self.conversation, self.context)

    def action_open(self) -> None:
        """Open the conversation under the cursor."""
        if self.queue.chosen is not None:
            self.open_conversation(self.queue.chosen.conversation_id)

    def action_top(self) -> None:
        """Go to the first one, which may have to be read."""
        self._jump_where(self.queue.goes_on[0])
        super().action_top()

    def action_bottom(self) -> None:
        """Go to the last one."""
        self._jump_where(self.queue.goes_on[1])
        super().action_bottom()

    def _jump_where(self, unread: object) -> None:
        if unread and not self.reading:
            self._jumping = self.set_out("queue")

    def action_back(self) -> None:
        """Give the keys back to the queue, or to the search that found what is read."""
        self.call_off()
        self.workers.cancel_group(self, "open")
        self.search_again()
        self.give_keys(reading=False)
        self._cursor_moved()

    def action_escape(self) -> None:
        """Stop what is being done to many, else take the marks off, else the filter."""
        if self.stop_doing() or self.queue.clear_marks():
            self._titles()
        elif self.narrowed:
            self.show_query(self.view)
        else:
            self.say(())

    def action_leave(self, *, asks: bool = False) -> None:
        """Leave the console; with `asks` only at the second time where something was done: one `q` too many is easy."""
        if asks and self.back_to_dashboard():
            return
        words: Cover = ((_("q again leaves the console"), "soon"),)
        if asks and self.worked and self._said != words:
            self.say(words)
        else:
            self.app.exit(0)

    def action_fold(self) -> None:
        """Show quotes and signatures, or fold them."""
        self.conversation.action_fold()

    def _move_to(self, command: Command) -> bool:
        """Give the keys to the pane that a command works in; say whether that could be done."""
        there = "conversation" in command.where
        if there and self.conversation.view is None:
            return False
        self.give_keys(reading=there)
        return True

    # ------------------------------------------------------------------------------------------ deeds

    def targets(self) -> Targets:
        """Return what a deed is about: the conversation that is read, else what is marked, else the cursor's."""
        if self.reading:
            view = self.conversation.view
            return Targets((view.conversation_id,), view.subject) if view else Targets(())
        if self.queue.marked:
            return Targets(tuple(self.queue.marked), marked=True)
        row = self.queue.chosen
        return Targets((row.conversation_id,), row.subject) if row else Targets(())

    def unmark(self, numbers: Sequence[int]) -> None:
        """Take marks off."""
        self.queue.unmark(numbers)
        self._titles()

    def passed_over(self, numbers: Sequence[int]) -> None:
        """Go on with what stands below, at once: the next key is meant for that, which is read if this was."""
        view, chosen = self.conversation.view, self.queue.chosen
        on = self.reading and view is not None and view.conversation_id in numbers and self.ground.read_on
        place = chosen.place[0] if chosen is not None else 0
        if view is not None and chosen is not None and view.conversation_id != chosen.conversation_id:
            place = _WAITS  # it has left this view already, as what was taken leaves what nobody has
            on = on and self._searched is None
        self.queue.pass_over(numbers)
        below = self.queue.chosen
        if on and below is not None and below.place[0] <= place:
            self.reading = False  # until it is there
            self.open_conversation(below.conversation_id)
        elif self.reading:  # nothing stands below, or what presses less, as what is on hold does
            self.give_keys(reading=False)

    def stay_with(self, number: int) -> None:
        """Go back to what was passed over and stands as it stood, and read it again if it was read."""
        self._aim = number
        if self.where == "conversation":
            self.open_conversation(number)

    def turn_to_taken_back(self, number: int, journey: Journey) -> None:
        """Go to what was taken back or done again: the next key is meant for that."""
        self._aim, self._aiming = number, None
        if self.reading and number != self.shown_id:
            self.open_conversation(number)
        elif self.reading:
            self.arrive(journey)
        else:
            self._aiming = journey

    def mailboxes_changed(self) -> None:
        """Read anew how the mailboxes stand, and what they brought."""
        self._changed(Change(much=True, local=True))
        self.ground.wake_feed()

    def written(self, *numbers: int) -> None:
        """Read again what was written, once what is said of it stands: reading takes time from drawing."""
        self.call_after_refresh(self._read_written, much(numbers) if numbers else Change(rows=True))

    def _read_written(self, change: Change) -> None:
        self._changed(change)
        self._hurry.set()
        self.ground.wake_feed()

    # ------------------------------------------------------------------------------------------ the frame

    def on_resize(self) -> None:
        """Share the window out anew; a conversation that has room now follows the cursor."""
        self._arrange()
        self._draw_over()
        self._cursor_moved()

    def _compositor_refresh(self) -> None:
        """Send the first frame as soon as it is laid out: it may well be as it will stand."""
        if not self._framed and not self._sent:
            self._send()
        super()._compositor_refresh()

    def first_frame(self) -> None:
        """Send the first frame again where it stands otherwise by now; whatever takes long begins behind it."""
        if not self._framed:
            self._framed = True
            self._send()
            self._sent = []
            self.ground.framed()

    def _send(self) -> None:
        """Send all of the screen, unless that is what was sent."""
        update = self._compositor.render_full_update()
        lines = [list(line) for line in update.strips]
        if lines != self._sent:
            self.app._display(self, update)  # noqa: SLF001 - as `action_redraw`
            self._sent = lines

    def give_keys(self, *, reading: bool) -> None:
        """Give the keys to the conversation or to the queue."""
        self.reading = reading
        if not reading:
            self._searched = None
        self.queue.has_keys, self.conversation.has_keys = not reading, reading
        self._arrange()
        if not reading:
            self.attend()

    def _arrange(self) -> None:
        """Give each pane its place; what has none is not there."""
        share = arranged(self.app.size.width)
        wide = self._frame.wide = share.panes > 1
        nothing = self._frame.nothing(self.queue)
        queue_shown = wide or not self.reading
        self.queue.display = queue_shown and not nothing
        self.empty.display = queue_shown and nothing
        self.conversation.display = wide or self.reading
        self.context.display = share.panes > 2
        for wall, shown in zip(self._walls, (wide, share.panes > 2), strict=True):
            wall.display = shown
        for pane in (self.queue, self.empty):
            pane.styles.width = share.queue if wide else "1fr"
        self.context.styles.width = share.context or "auto"
        self.paint(arrange=False)

    def linked(self, seconds: float) -> None:
        """Show how long the way to the terminal and back takes."""
        if self._frame.linked(seconds):
            self.paint()

    def paint(self, *, arrange: bool = True) -> None:
        """Draw the rows around the panes with what is known now; what is as before is not sent."""
        nothing = self._frame.nothing(self.queue)
        if arrange and nothing == bool(self.queue.display) and not (self.reading and not self._frame.wide):
            self._arrange()
            return
        frame = self._frame
        self._status_row.show(frame.labels(self.views, self.view), frame.asides(self.now(), self.size.width))
        self._trouble_bar.show(frame.troubles(self.now(), lambda mailbox: self.account_refused(mailbox) is not None))
        self.empty.show(*frame.empty(self.view, self.views, self.narrowed, self.now()))
        if not frame.opening:
            self.ground.entitle(frame.window_title(self.views))
        self._titles()

    def _titles(self) -> None:
        titles = self._frame.titles(self, self.app.size.width)
        self._title_row.show(titles)
        lasting = self._frame.lasting(self.ground.keymap.footer(self.where)[1], wide=self._frame.wide)
        self.prompt.show(self._keys(), lasting)

    def _keys(self) -> list[tuple[str, str]]:
        """Return the keys of the last row: what is pointed at says which are of use."""
        keys, _always = self.ground.keymap.footer(self.where)
        if self.behind is not None and not self.reading:
            leave = self.ground.keymap.named("quit")
            back = [(leave.shown, _("dashboard"))] if leave is not None else []
            keys = [*back, *(pair for pair in keys if leave is None or pair[0] != leave.shown)]
        nothing = self._frame.nothing(self.queue)
        return self._frame.useful(keys, self.where, nothing=nothing, offered=self._waits_to_be_accepted)

    @property
    def _waits_to_be_accepted(self) -> bool:
        """Whether any of what is pointed at waits to be accepted."""
        numbers = self.targets().numbers
        beside = self.context.beside if self.reading else None
        if beside is not None and numbers == (beside.conversation_id,):
            return beside.handed.handoff is not None and beside.handed.handoff.due_at is not None
        return any(row.offered and row.conversation_id in numbers for row in self.queue.rows)
