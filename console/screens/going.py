"""Where an agent goes on the main screen: views, filters, marks, the most urgent one, and the screens beside it."""

from typing import TYPE_CHECKING

from textual import work
from textual.worker import Worker, WorkerCancelled

from console.ahead import ROWS
from console.screens import asking
from console.screens.commands.offering import offer_query, query_trouble
from console.screens.commands.synonyms import with_synonyms
from console.screens.found import Searched
from console.screens.journeys import Journey
from console.screens.performing import Performs
from console.screens.questions import Question
from storage.kinds.clean import folded
from storage.kinds.errors import DeskError
from storage.views import ActionView
from widgets.language import _
from widgets.line import one_line
from widgets.moments import span_words
from widgets.queue import Queue
from widgets.text import query_words
from widgets.urgency import why_urgent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from console.config.accounts import Account
    from console.screens.dashboard import Seen


class Goes(Performs):
    """The going about of a screen with a queue and a conversation."""

    queue: Queue
    reading: bool

    def __init__(self) -> None:
        super().__init__()
        self.views = asking.views()
        self.shown_id: int | None = None
        self.view = self.views[2]
        self.narrowed = ""
        self._searched: Searched | None = None
        self.behind: tuple[Seen, asking.View, str] | None = None

    def open_conversation(self, number: int | None, *, focus: bool = True, at: int | None = None) -> Worker[None]:
        """Show a conversation, and let the keys go there."""
        raise NotImplementedError

    def give_keys(self, *, reading: bool) -> None:
        """Give the keys to the conversation or to the queue."""
        raise NotImplementedError

    def paint(self) -> None:
        """Draw the rows around the panes anew."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------ steps and marks

    def action_next(self) -> None:
        """Go to the next conversation, and read it when one is read."""
        self._step(1)

    def action_previous(self) -> None:
        """Go to the one before."""
        self._step(-1)

    def _step(self, by: int) -> None:
        before = self.queue.chosen
        beside = self.reading and before is not None and before.conversation_id != self.shown_id
        if by < 0 or not beside:  # the cursor stands below what is read and has left its place
            self.queue.action_down() if by > 0 else self.queue.action_up()
        if self.reading and self.queue.chosen is not None and (beside or self.queue.chosen is not before):
            self.open_conversation(self.queue.chosen.conversation_id)

    def action_mark(self) -> None:
        """Mark the conversation under the cursor, or take its mark off, and go on."""
        self.queue.toggle_mark()
        self.paint()

    def action_range(self) -> None:
        """Begin to mark what the cursor passes over, or end it."""
        self.queue.toggle_range()
        self.paint()

    async def mark_everything(self) -> None:
        """Mark every conversation of the view, read from the store: most are not on the screen."""
        from storage.queries import inbox

        now, words = self.now(), self.query_words
        journey = self.set_out("queue")
        try:
            numbers = await self.desk.ask(inbox.numbers, query=words, agent_id=self.ground.agent_id, now=now)
        except DeskError:
            self.call_off()
            raise
        self.queue.mark(numbers)
        self.paint()
        self.arrive(journey)

    # ------------------------------------------------------------------------------------------ going

    @property
    def query_words(self) -> str:
        """The query that the queue shows: the view's, narrowed by the filter."""
        return f"{self.view.words} {self.narrowed}".strip()

    def action_view(self, named: str) -> None:
        """Show the view of a key or a name, else what a query finds."""
        if self.ground.desk is None or not named.strip():
            return
        wanted = named.strip().casefold()
        chosen = next((view for view in self.views if wanted in {view.key, view.name.casefold()}), None)
        if chosen is None and wanted.isdecimal():
            self.say_refusal(_("No view is on {key}: :keep NAME keeps this one there.").format(key=wanted))
            return
        verb, _space, name = named.strip().partition(" ")
        if chosen is None and name and (wrong := _about_keeping(verb, name.strip())):
            self.say_refusal(wrong)
            return
        if chosen is None and (wrong := query_trouble(self, named)[0]):
            self.say_refusal(wrong)
            return
        self.show_query(chosen or asking.View("", named.strip(), named.strip()))

    def action_view_called(self, name: str) -> None:
        """Show the view of a name once it is read: it has just been kept."""
        self.view = asking.View("", name.strip(), self.query_words)
        self.written()

    def action_inbox(self) -> None:
        """Show all that is open."""
        self.show_query(asking.views()[2])

    async def narrow(self, words: str) -> None:
        """Narrow the view by a query, which is asked for when there is none."""
        if not words:
            answer = await self._ask_narrower()
            if answer is None:
                return
            words = answer
        elif wrong := await self._cannot_be_asked(words):
            self.say_refusal(wrong[0])
            return
        self.show_query(self.view, words)

    async def _ask_narrower(self) -> str | None:
        """Ask for a query until it can be asked of the store: what was typed stays, and so does the view."""
        text = f"{self.narrowed} " if self.narrowed else ""
        refused: dict[str, tuple[str, tuple[int, int]]] = {}

        def judge(text: str) -> str:
            words, place = refused.get(text.strip()) or query_trouble(self, text)
            self.prompt.point_at(place)
            return words

        while True:
            answer = await self.ask(Question(_("only"), text, offer=offer_query(self), judge=judge))
            if answer is None:
                return None
            wrong = await self._cannot_be_asked(answer.strip())
            if wrong is None:
                return answer.strip()
            text = answer
            refused[answer.strip()] = wrong

    async def _cannot_be_asked(self, text: str) -> tuple[str, tuple[int, int]] | None:
        """Return why the view cannot be narrowed by a query, and where that says so; `None` when it can."""
        from storage.queries import inbox
        from storage.rules.query import BadQuery

        words, place = query_trouble(self, text)
        if words:
            return words, place
        query = f"{self.view.words} {text}"
        try:
            await self.desk.ask(inbox.count, query=query, agent_id=self.ground.agent_id, now=self.now())
        except BadQuery as bad:
            start = max(0, bad.place - len(query) + len(text))
            return query_words(bad.trouble.value, bad.word, bad.known), (start, start + max(1, len(bad.word)))
        return None

    def show_query(self, view: asking.View, narrowed: str = "") -> None:
        """Show a view, narrowed by a query."""
        self.view, self.narrowed, self.behind = view, narrowed, None
        self.queue.clear_marks()
        self.give_keys(reading=False)
        self._show_view(self.set_out("queue"))

    @work(exclusive=True, group="view")
    async def _show_view(self, journey: Journey) -> None:
        from storage.queries import inbox

        now, words = self.now(), self.query_words
        try:
            window = await self.desk.ask(inbox.window, query=words, agent_id=self.ground.agent_id, now=now, size=ROWS)
        except DeskError as error:
            self.call_off()
            self.view, self.narrowed = asking.views()[2], ""
            self.say_error(error)
            self._show_view(self.set_out("queue"))
            return
        self.queue.jump(window, now)
        if not window.rows:
            self.written()  # what there is elsewhere is read, too
        self.paint()
        self.arrive(journey)

    async def open_most_urgent(self) -> None:
        """Go to the conversation that will be let down first, but for the one that is read, and say why it is that."""
        now = self.now()
        self.set_out("conversation")
        try:
            row, policy = await self.desk.ask(
                asking.most_urgent_and_why,
                agent_id=self.ground.agent_id,
                now=now,
                but=self.shown_id if self.reading else None,
            )
        except DeskError:
            self.call_off()
            raise
        if row is None:
            self.call_off()
            self.say(((_("Nothing else waits."), "ok"),))
            return
        if row.due_at is not None:
            why = why_urgent(row.due_metric or "", row.due_at, one_line(policy), now)
        elif row.waiting_since is not None:
            why = _("no clock runs; nobody waits longer: {span}").format(span=span_words(now - row.waiting_since))
        else:
            why = _("nothing waits; it is first in order")
        self.queue.go_to(row.conversation_id)
        try:
            await self.open_conversation(row.conversation_id).wait()
        except WorkerCancelled:  # called off, or another one was asked for before it was read
            return
        self.say(((f"#{row.conversation_id}", "ok"), (f"  {why}", "text")), ":urgent")

    def action_history(self) -> None:
        """Show this agent's last actions; one chosen there is taken back."""
        from console.screens.history import HistoryScreen

        self.app.push_screen(HistoryScreen(), self._take_back_chosen)

    def action_enrol(self, ahead: "Sequence[events.Key]" = ()) -> None:
        """Set up a mailbox: a form that is tried against its servers before it is kept.

        Args:
            ahead: keys that were meant for it.
        """
        doors = self.ground.new_accounts
        if doors is None:
            self.say_refusal(_("This console has no configuration to write into: plantao account add does it."))
            return
        from console.screens.enrolling import EnrolScreen

        self.app.push_screen(EnrolScreen(self.look, doors, ahead), self._enrolled)

    def _enrolled(self, account: "Account | None") -> None:
        if account is not None:
            self.say(
                ((_("added:"), "ok"), (f" {account.name}  ", "text"), (_("its newest mail comes first"), "muted")),
                ":account add",
            )
            self.mailboxes_changed()

    def mailboxes_changed(self) -> None:
        """Read anew how the mailboxes stand."""
        raise NotImplementedError

    def show_dashboard(self, seen: "Seen") -> None:
        """Show a dashboard; what is behind a figure of it is then shown in the queue, from where one comes back."""
        from console.screens.dashboard import DashboardScreen

        was = self.view, self.narrowed
        if self.ground.desk is not None:
            screen = DashboardScreen(self.look, seen)
            self.app.push_screen(screen, lambda query: self._show_behind(query, screen.seen, was))

    def _show_behind(self, query: str | None, seen: "Seen", was: tuple[asking.View, str]) -> None:
        if query:
            self.show_query(asking.View("", _("behind a figure"), query))
            self.behind = (seen, *was)

    def back_to_dashboard(self) -> bool:
        """Go back to the dashboard, when what is shown is behind a figure of it; say whether it is."""
        if self.behind is None:
            return False
        seen, view, narrowed = self.behind
        self.show_query(view, narrowed)
        self.show_dashboard(seen)
        return True

    def action_rules(self) -> None:
        """Show the desk's rules."""
        from console.screens.rules import RulesScreen

        self.app.push_screen(RulesScreen(self.look))

    def show_customer(self, *, conversation_id: int | None = None, named: str = "") -> None:
        """Show all that is known of the customer of a conversation, or of whoever a word means.

        The screen is there at once, so that no letter typed ahead is taken for a key of this one.
        """
        from console.screens.customer import CustomerScreen

        screen = CustomerScreen(self.look, conversation_id=conversation_id, named=named)
        self.app.push_screen(screen, self.customer_left)

    def customer_left(self, outcome: int | DeskError | None) -> None:
        """Open what was chosen on a customer's screen, or say why there was none."""
        if isinstance(outcome, DeskError):
            self.say_error(outcome)
        elif outcome is not None:
            self.open_conversation(outcome)

    def _take_back_chosen(self, chosen: ActionView | None) -> None:
        if chosen is not None:
            self.run_worker(self.take_back(again=False, action_id=chosen.action_id), group="commands")

    def action_search(self, words: str = "", *, at: int | None = None) -> None:
        """Search, then open what was chosen; the conversation's own way back leads here again.

        The screen is there at once, so that no letter typed ahead is taken for a key of this one.
        """
        if self.ground.desk is not None and self.app.is_running and not self.app._exit:  # noqa: SLF001 - it is leaving
            from console.screens.searching import SearchScreen

            search = SearchScreen(words, at=at)
            self.app.push_screen(search, self._found)

    def _found(self, searched: Searched | None) -> None:
        if searched is not None:
            self._searched = searched
            self.open_conversation(searched.hit.conversation_id, at=searched.hit.message_id)

    def beside_found(self, by: int) -> None:
        """Read what was found next, or before, in another conversation; nothing where what is read was not found."""
        searched = self._searched
        if searched is None or searched.hit.conversation_id != self.shown_id:
            return
        other = searched.beside(by)
        if other is None:
            end = _("That was the last one found.") if by > 0 else _("That was the first one found.")
            self.say(((end, "text"),))
            return
        self._found(other)
        place = _("{place} of {count} found").format(place=other.place + 1, count=len(other.hits))
        self.say(((place, "text"), (f"  {one_line(searched.words)}", "muted")))

    def search_again(self) -> bool:
        """Go back to the search, when what is read was found there; say whether it was."""
        searched, self._searched = self._searched, None
        if searched is None or searched.hit.conversation_id != self.shown_id:
            return False
        self.action_search(searched.words, at=searched.hit.message_id)
        return True


def _about_keeping(verb: str, name: str) -> str:
    """Return which command keeps a view, or takes it away, where ``view`` was told to; empty where it was not."""
    told = folded(verb)
    if told in folded(with_synonyms("keep")).split():
        return _("A view is kept by :keep {name}, for everybody by :share {name}.").format(name=one_line(name))
    if told in folded(with_synonyms("drop")).split():
        return _("A kept view is taken away by :drop {name}.").format(name=one_line(name))
    return ""
