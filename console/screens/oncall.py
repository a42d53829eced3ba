"""The console of whoever is on call: one pane, the brief first, what comes next below; the thread is a key away."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from console.feed import Change
from console.screens import asking
from console.screens.main import MainScreen
from storage.kinds import Direction
from storage.views import ConversationView
from widgets.bars import PaneTitle
from widgets.brief_pane import BriefPane
from widgets.language import _
from widgets.line import Span, one_line
from widgets.look import Look
from widgets.moments import count_words, moment_words
from widgets.next_list import NextList
from widgets.on_duty import DutyRow
from widgets.pane import Pane
from widgets.urgency import left_words, why_urgent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from storage.first_page import FirstPage
    from storage.kinds.handoffs import Brief
    from storage.kinds.rotas import OnCall

OFFERED: Final = "is:open is:offered"
"""What this agent is asked to accept."""

MINE: Final = "is:open is:mine"
ON_CALL: Final = "is:open (is:offered OR is:mine)"
"""What stands on the console of whoever is on call."""

_KEYS: Final = ("accept", "return", "open", "reply", "note", "hold", "urgent")
"""The commands of the last row, in the order of use; A and B where there is something to accept."""

_OF_HANDOFF: Final = frozenset({"accept", "return"})


@dataclass(frozen=True, slots=True)
class Shift:
    """Who is on call, and what waits for the agent.

    Attributes:
        on: everybody who is on call now.
        offered, mine: counted up to 1000.
    """

    on: "tuple[OnCall, ...]" = ()
    offered: int = 0
    mine: int = 0


def shift(session: "Session", *, agent_id: int | None, now: datetime) -> Shift:
    """Return who is on call, and what waits for an agent."""
    from storage.queries import inbox
    from storage.queries.on_call import on_call

    offered, mine = (inbox.count(session, query=query, agent_id=agent_id, now=now) for query in (OFFERED, MINE))
    return Shift(on_call(session, now), offered, mine)


def _last_word(view: ConversationView | None) -> str:
    """Return what the customer wrote last, without what it quotes."""
    theirs = [one for one in view.messages if one.direction is Direction.INCOMING] if view is not None else []
    return (theirs[-1].reply_text or theirs[-1].text) if theirs else ""


class OnCallScreen(MainScreen):
    """The brief of one conversation, and the others that wait for whoever is on call."""

    CSS: ClassVar[str] = """
    OnCallScreen { background: $background; }
    #panes { height: 1fr; width: 1fr; }
    #duty { height: 1fr; width: 1fr; }
    """

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self.view = asking.View("", _("On call"), ON_CALL)
        self.queue: NextList = NextList(look, id="queue")
        self.brief = BriefPane(look, id="brief")
        self._duty_row = DutyRow(look, id="duty-row")
        self._shift = Shift()

    def compose(self) -> ComposeResult:
        """Yield the rows and the panes."""
        yield self._duty_row
        yield self._title_row
        with Horizontal(id="panes"):
            with Vertical(id="duty"):
                yield self.brief
                yield self.queue
            yield self.empty
            yield self.conversation
        yield self._trouble_bar
        yield self.prompt

    def panes(self) -> "Sequence[Pane]":
        """Return the panes over which is drawn what is said, those that reach the foot first."""
        return (self.queue, self.empty, self.conversation, self.brief)

    def _show_first(self, page: "FirstPage") -> None:
        """Take who sits here; what was read ahead is another queue."""
        self._frame.agent_id = page.agent_id

    def _lay_over(self) -> None:
        """Draw what is offered over the list, and the rows for which that is too low over the brief above it."""
        super()._lay_over()
        low = self.queue.size.height if self.queue.display else 0
        strips = self.queue.covering
        self.brief.cover(strips[: len(strips) - low] if low and len(strips) > low else ())

    # ------------------------------------------------------------------------------------------ what it shows

    async def _read(self, change: Change) -> None:
        self._shift = await self.desk.ask(shift, agent_id=self.ground.agent_id, now=self.now())
        await super()._read(change)

    async def _show(self, conversation_id: int | None, *, at: int | None = None) -> None:
        """Read a conversation with its brief, and show both."""
        await super()._show(conversation_id, at=at)
        view, brief = self.conversation.view, None
        if view is not None and conversation_id is not None:
            from storage.queries import briefing

            brief = await self.desk.ask(briefing.brief, view.conversation_id, now=self.now())
        if view is self.conversation.view:  # nothing else was asked for meanwhile
            self.brief.show(brief, self.context.beside, self.now(), wrote=_last_word(view))
            self.paint()

    def _tick(self) -> None:
        """Let clocks show a later minute."""
        self.brief.tick(self.now())
        super()._tick()

    async def open_most_urgent(self) -> None:
        """Go to the brief of what will be let down first, but for the one that stands here, and say why it is that."""
        now, rows = self.now(), self.queue.rows
        row = next((one for one in rows if one.conversation_id != self.shown_id), None)
        if row is None:
            self.say(((_("Nothing else waits."), "ok"),))
            return
        from storage.queries.urgency import policy_behind

        policy = await self.desk.ask(policy_behind, row.conversation_id, row.due_metric)
        if self.reading:
            self.give_keys(reading=False)
        self.queue.go_to(row.conversation_id)
        await self.open_conversation(row.conversation_id, focus=False).wait()
        if row.due_at is not None:
            words = why_urgent(row.due_metric or "", row.due_at, one_line(policy), now)
            self.say(((f"#{row.conversation_id}", "ok"), (f"  {words}", "text")), ":urgent")

    # ------------------------------------------------------------------------------------------ the frame

    def _arrange(self) -> None:
        """Show the brief and what is next, or the thread, or that nothing waits."""
        nothing = self._frame.nothing(self.queue)
        self._frame.wide = True  # what stands above the list follows its cursor
        self.query_one("#duty").display = not self.reading and not nothing
        self.queue.display = not self.reading and not nothing
        self.empty.display = not self.reading and nothing
        self.conversation.display = self.reading
        self.paint(arrange=False)

    def paint(self, *, arrange: bool = True) -> None:
        """Draw the rows around the panes with what is known now; what is as before is not sent."""
        nothing, now = self._frame.nothing(self.queue), self.now()
        if arrange and nothing == bool(self.queue.display) and not self.reading:
            self._arrange()
            return
        self._duty_row.show(*self._duty(now))
        self._trouble_bar.show(self._frame.troubles(now, lambda one: self.account_refused(one) is not None))
        self.prompt.show(self._keys(), self.ground.keymap.footer(self.where)[1])
        if nothing:
            self.empty.show(*self._nothing(now))
        self._titles()

    def _keys(self) -> list[tuple[str, str]]:
        """Return the keys of the last row, those first that a brief asks for."""
        if self._frame.nothing(self.queue):
            return [pair for pair in self.ground.keymap.footer("queue")[0] if pair[0] in {"/", "u", "q"}]
        offered = self._to_accept is not None
        named = [self.ground.keymap.named(name) for name in _KEYS if offered or name not in _OF_HANDOFF]
        words = {"accept": _("accept"), "return": _("return"), "open": _("thread"), "hold": _("hold")}
        keys = [(one.shown, words.get(one.name, one.word)) for one in named if one is not None and one.shown]
        back = [("q", _("brief"))] if self.reading else []
        return [*back, *(pair for pair in keys if not (self.reading and pair[1] == words["open"]))]

    @property
    def _to_accept(self) -> "Brief | None":
        """The brief that stands here, if somebody waits for its being accepted."""
        brief = self.brief.brief
        return brief if brief is not None and brief.handoff is not None and brief.handoff.due_at is not None else None

    def _duty(self, now: datetime) -> tuple[list[Span], list[Span]]:
        """Return who is on call, and what waits, for the first row."""
        agent, on = self.ground.agent_id, self._shift.on
        mine = [one for one in on if one.agent_id == agent]
        if mine:
            one = mine[0]
            until = moment_words(one.until, now)
            words = _("{who}, {rota}, until {moment}").format(
                who=one_line(one.agent), rota=one_line(one.rota), moment=until
            )
            who: list[Span] = [(_("on call"), "bright"), ("  " + words, "text")]
        elif on:
            others = ", ".join(f"{one_line(one.agent)} ({one_line(one.rota)})" for one in on[:2])
            who = [(_("not you"), "soon"), ("  " + _("on call: {who}").format(who=others), "text")]
        else:
            who = [(_("nobody is on call"), "soon")]
        offered, yours = self._shift.offered, self._shift.mine
        waits: list[Span] = [
            (_("{count} to accept").format(count=count_words(offered)), "late" if offered else "muted"),
            (_("{count} yours").format(count=count_words(yours)), "text"),
            (f"{now:%H:%M}", "text"),
        ]
        if self._frame.sync.stopped:
            waits.insert(0, (_("mail stopped"), "late"))
        return who, waits

    def _nothing(self, now: datetime) -> "tuple[str, Sequence[tuple[str, str]], Sequence[tuple[str, str]]]":
        """Return what stands where nothing waits: that it is so, and who is on call."""
        if self._frame.failure or self._frame.opening:
            return self._frame.empty(self.view, self.views, self.narrowed, now)
        facts = []
        for one in self._shift.on:
            until = _("until {moment}").format(moment=moment_words(one.until, now))
            after = _("then {who}").format(who=one_line(one.next_agent)) if one.next_agent else ""
            facts.append((one_line(one.rota), ", ".join(filter(None, (one_line(one.agent), until, after)))))
        if not facts:
            facts.append((_("on call"), _("nobody: plantao rota set lays down who is")))
        keys = (("/", _("search all messages")), ("q", _("leave")), ("?", _("every key and command")))
        return _("Nothing to accept, and nothing of yours waits."), facts, keys

    def _titles(self) -> None:
        view, now = self.conversation.view, self.now()
        title = f"#{view.conversation_id} {view.subject}" if view else ""
        aside, offered = "", self._to_accept
        if offered is not None and offered.handoff is not None and offered.handoff.due_at is not None:
            due = offered.handoff.due_at
            left = left_words(due, now)
            aside = left if due <= now else _("accept within {span}").format(span=left)
        if view is None or self._frame.nothing(self.queue):
            title, aside = _("On call"), ""
        self._title_row.show([PaneTitle(self.app.size.width, title, aside, focused=True)])
