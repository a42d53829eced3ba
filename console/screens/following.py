"""What stands on the main screen follows the record: read anew when it changes, and opened when it is asked for."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from textual import work
from textual.timer import Timer
from textual.worker import Worker

from console.feed import Change
from console.screens import asking
from console.screens.answering import Answers
from console.screens.frame import PASSWORD_TROUBLES, Frame
from console.screens.freshness import Freshness
from console.screens.journeys import Journey
from console.sweeping import sweep
from storage.kinds.errors import DeskError
from storage.views import MailboxView
from widgets.context import ContextPane
from widgets.conversation import ConversationPane

if TYPE_CHECKING:
    from console.config.accounts import Account

_BEAT: Final = timedelta(seconds=20)  # after which it is told again that a conversation is still read
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_BREATH = 0.1  # seconds between two readings
_LONGEST_BREATH = 0.5  # the same while change follows upon change, as in a first sync: reading takes time from the keys


class Follows(Answers):
    """The reading of a screen with a queue, a conversation and its context.

    Attributes:
        writers: who writes where, by conversation; `lookers` who only has it open.
    """

    conversation: ConversationPane
    context: ContextPane

    def __init__(self) -> None:
        super().__init__()
        self._aiming: Journey | None = None
        self._stale = Change(much=True, local=True)
        self._news = asyncio.Event()
        self._hurry = asyncio.Event()
        self._rest: Timer | None = None
        self._frame = Frame()
        self._begun_before = False
        self._aim: int | None = None  # the conversation that the cursor goes to once its row is read
        self._fresh = Freshness()
        self._read_marks: dict[int, int] = {}
        self.writers: dict[int, str] = {}
        self.lookers: dict[int, str] = {}
        self._attended: tuple[int | None, datetime] = None, _NEVER

    def _changed(self, change: Change) -> None:
        self._stale = Change(
            self._stale.conversations | change.conversations,
            much=self._stale.much or change.much,
            local=self._stale.local or change.local,
            rows=self._stale.rows or change.rows,
            desk=self._stale.desk or change.desk,
        )
        self._news.set()

    @work(exclusive=True, group="follow")
    async def _follow(self) -> None:
        """Read what has changed whenever something has, never two readings at once and never behind for long.

        What was written here is read at once; what others write without end, less and less often.
        """
        breath = _BREATH
        while True:
            await self._news.wait()
            self._news.clear()
            change, self._stale = self._stale, Change()
            try:
                await self._read(change)
            except DeskError as error:
                if self._aiming is not None and self._aiming is self._journey:
                    self.call_off()
                self.say_error(error)
            with suppress(TimeoutError):
                async with asyncio.timeout(breath):
                    await self._hurry.wait()
            if not self._hurry.is_set():
                breath = min(2 * breath, _LONGEST_BREATH) if self._news.is_set() else _BREATH
            self._hurry.clear()

    async def _read(self, change: Change) -> None:
        now, agent = self.now(), self.ground.agent_id
        if change.much or change.rows or change.conversations:
            chosen, query, aim = self.queue.chosen, self.query_words, self._aim
            window = await self.desk.ask(
                asking.rows_around,
                query=query,
                agent_id=agent,
                now=now,
                around=chosen.conversation_id if chosen else None,
                place=chosen.place if chosen else None,
                aim=aim,
            )
            if query == self.query_words:  # no other view was asked for meanwhile
                self.queue.show(window, now)
                if aim is not None and aim == self._aim:
                    self._aim = None
                    self.queue.go_to(aim)
                    self.arrive(self._aiming)
            self.views, self._frame.counts = await self.desk.ask(asking.counted, agent_id=agent, now=now)
            self.view = next((view for view in self.views if view.name == self.view.name), self.view)
            if not self.queue.rows:
                self._frame.elsewhere = await self.desk.ask(asking.elsewhere, agent_id=agent, now=now)
            if self.shown_id is not None and await self._fresh.may_differ(self.desk, self.shown_id, change):
                await self._show(self.shown_id)
        if change.local or change.much:
            from storage.queries import mailboxes

            self._frame.sync = asking.SyncState(await self.desk.ask(mailboxes.states))
            self._enrol_first()
        from storage.queries import outbox

        self._frame.agent_id = agent
        self._frame.outbox = await self.desk.ask(outbox.outbox) if await self.desk.ask(outbox.is_open) else ()
        await self._read_writers()
        self.paint()
        sweep()

    def _enrol_first(self) -> None:
        """Where there is no mailbox at all, begin with the form for one, once."""
        begun, self._begun_before = self._begun_before, True
        if begun or not self.may_begin_with_form():
            return
        if self._frame.sync.mailboxes or self.app.screen is not self or self.asking:
            self.take_first()
        else:
            self.enrol_first()

    def may_begin_with_form(self) -> bool:
        """Say whether no account is known, and one could be added here: then there may be no mailbox at all."""
        return not self.ground.accounts and self.ground.new_accounts is not None

    def take_first(self) -> None:
        """Do what was asked for before the desk was open."""
        raise NotImplementedError

    def enrol_first(self) -> None:
        """Begin with the form for a mailbox."""
        raise NotImplementedError

    def unsent(self) -> bool:
        """Say whether something that this agent sent waits for a decision."""
        return bool(self._frame.unsent)

    async def _read_writers(self) -> None:
        """See who writes where: with each change, and each time the clocks move, since who died says nothing."""
        self.writers, self.lookers = await self.desk.ask(asking.company, agent_id=self.ground.agent_id, now=self.now())
        self.queue.write_in(self.writers)

    @work(exclusive=True, group="attend")
    async def attend(self) -> None:
        """Let colleagues see which conversation is read here: told when it changes, and again while it stays so."""
        if self.app.screen is not self:
            return  # a composer above tells its own
        here = self.shown_id if self.reading else None
        number, at = self._attended
        now = self.now()
        agent = self.ground.agent_id
        if self.ground.desk is None or agent is None or (here == number and (here is None or now - at < _BEAT)):
            return
        from storage.commands.presence import note_presence

        self._attended = here, now
        with suppress(DeskError):  # nothing is lost by it, and the next beat tells it
            await self.desk.tell(note_presence, here, agent_id=agent, console=self.desk.actor.console, now=now)

    def on_screen_resume(self) -> None:
        """Come back from a composer, which told that somebody writes."""
        self._attended = self._attended[0], _NEVER
        self.attend()

    def leave_all(self) -> None:
        """Let colleagues see that nothing is read here any more; called as the console ends."""
        if self._attended[0] is None or self.ground.desk is None or self.ground.agent_id is None:
            return
        from storage.commands.presence import note_presence

        with suppress(DeskError):  # whoever is dead is forgotten in a minute
            self.desk.tell_now(
                note_presence, None, agent_id=self.ground.agent_id, console=self.desk.actor.console, now=self.now()
            )

    def without_mailbox(self) -> bool:
        """Say whether there is none yet, and one can be set up here."""
        return self._frame.form and not self._frame.sync.mailboxes

    def stopped_mailboxes(self) -> Sequence[MailboxView]:
        """Return the mailboxes that wait for the agent."""
        return self._frame.sync.stopped

    def account_refused(self, mailbox: MailboxView) -> "Account | None":
        """Return the account of a mailbox whose password was refused or is missing, and which the keyring keeps."""
        if mailbox.trouble not in PASSWORD_TROUBLES:
            return None
        from console.config.secrets import is_for_keyring

        named = (account for account in self.ground.accounts if account.name == mailbox.name)
        return next((account for account in named if is_for_keyring(account)), None)

    async def _show(self, conversation_id: int | None, *, at: int | None = None) -> None:
        """Read a conversation and show it."""
        self.shown_id = conversation_id
        if conversation_id is None:
            self.conversation.show(None, self.now())
            self.context.show(None, None, self.now())
            return
        view, context, names = await self.desk.ask(
            asking.conversation, conversation_id=conversation_id, agent_id=self.ground.agent_id, now=self.now()
        )
        if self.shown_id == conversation_id:  # nothing else was asked for meanwhile
            self.shown_id = view.conversation_id  # another one, where it was joined
            self.conversation.show(view, self.now(), at=at, names=names, context=context)
            self.context.show(view, context, self.now())
            self._fresh.read()

    # ------------------------------------------------------------------------------------------ opening

    def open_conversation(self, number: int | None, *, focus: bool = True, at: int | None = None) -> Worker[None]:
        """Show a conversation, and let the keys go there: those typed meanwhile, too."""
        journey = None
        if focus and self._rest is not None:
            self._rest.stop()  # what was to follow the cursor would come between
        if focus and number is not None:
            journey = self.set_out("conversation")
        return self._open(number, journey, at)

    @work(exclusive=True, group="open")
    async def _open(self, number: int | None, journey: Journey | None, at: int | None) -> None:
        try:
            if at is not None or not self._stands(number):
                await self._show(number, at=at)
            if journey is not None:
                self.give_keys(reading=True)
                await self._mark_read()
        except DeskError as error:
            if journey is self._journey:
                self.call_off()
            self.say_error(error)
            if journey is not None and not self.reading:
                self.give_keys(reading=False)
        self.paint()
        self.arrive(journey)
        self.attend()
        if journey is not None:
            await self._note_look()

    async def _note_look(self) -> None:
        """Note what the agent has before them of the customer, so that it can be told what is new the next time."""
        beside, agent = self.context.beside, self.ground.agent_id
        if beside is None or beside.person_id is None or agent is None:
            return
        from storage.commands.looking import note_look

        try:
            await self.desk.tell(note_look, beside.person_id, beside.organization_id, agent_id=agent, now=self.now())
        except DeskError as error:
            self.say_error(error)

    def _stands(self, number: int | None) -> bool:
        """Say whether a conversation stands in its pane: one may have been asked for and called off before it came."""
        view = self.conversation.view
        return number == self.shown_id == (view.conversation_id if view is not None else None)

    async def _mark_read(self) -> None:
        view = self.conversation.view
        agent = self.ground.agent_id
        if view is None or not view.messages or agent is None:
            return
        number, newest = view.conversation_id, view.messages[-1].message_id
        if self._read_marks.get(number) != newest:
            from storage.commands import reading

            if await self.desk.tell(reading.mark_read, conversation_id=number, message_id=newest, agent_id=agent):
                self._changed(Change(rows=True))
            self._read_marks[number] = newest
