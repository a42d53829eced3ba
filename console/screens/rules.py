"""The desk's rules: what each asks for and does, tried on the last month, dropped, and new ones made."""

from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.worker import Worker

from console.feed import Change
from console.screens.commands.base import Where
from console.screens.doing import Does, Targets
from console.screens.lining import Listing
from console.screens.moving import Steps
from console.screens.rulemaking import make, try_on_last_month
from storage.kinds.errors import DeskError
from storage.views import RuleView
from widgets.bars import PaneTitle, TitleRow
from widgets.empty import Empty
from widgets.language import _, ngettext
from widgets.line import one_line
from widgets.look import Look
from widgets.pane import Cover, Pane
from widgets.prompt import PromptRow
from widgets.rule_list import MetRows, RuleList
from widgets.rules import tried_words

_TRIED = 10  # rows of messages below the rules at most


class RulesScreen(Steps, Listing, Does):
    """The rules that stand, in the order in which they act."""

    CSS: ClassVar[str] = "RulesScreen { background: $background; } RulesScreen #tried-title { display: none; }"

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.rules = RuleList(look, id="rules")
        self.met = MetRows(look, id="tried")
        self.prompt = PromptRow(look, id="prompt")
        self._empty = Empty(look, id="empty")
        self._title = TitleRow(look, id="title")
        self._met_title = TitleRow(look, id="tried-title")
        self._shown: tuple[RuleView, ...] = ()
        self._tried: tuple[str, str] | None = None
        self._trial: Worker[None] | None = None

    @property
    def where(self) -> Where:
        """There is one list that has the keys."""
        return "rules"

    def panes(self) -> Sequence[Pane]:
        """Return what can be drawn over: the lowest that is there."""
        return (self.met if self._tried is not None else self.rules, self._empty)

    def compose(self) -> ComposeResult:
        """Yield the list, what a trial found, and the last row."""
        yield self._title
        yield self.rules
        yield self._empty
        yield self._met_title
        yield self.met
        yield self.prompt

    def on_mount(self) -> None:
        """Read the rules."""
        self._empty.display = False
        self._empty.show(
            _("No rule stands."), keys=(("n", _("make one")), ("F", _("in the queue: file mail like this")))
        )
        self.prompt.show(*self.ground.keymap.footer("rules"))
        self._arrange()
        self.ground.changes.subscribe(self, self._changed)
        self._read()

    def on_resize(self) -> None:
        """Share the window out anew."""
        self._arrange()
        self._draw_over()

    def _arrange(self) -> None:
        width, height = self.app.size.width, self.app.size.height
        count = len(self._shown)
        aside = ngettext("{count} stands", "{count} stand", count).format(count=f"{count:,}") if count else ""
        self._title.show([PaneTitle(width, _("Rules"), aside, focused=True)])
        rows = min(_TRIED, height // 2 - 2) if self._tried is not None else 0
        self._met_title.styles.display = "block" if rows > 0 else "none"
        self.met.styles.height = max(0, rows)
        if self._tried is not None:
            self._met_title.show([PaneTitle(width, *self._tried)])

    # ------------------------------------------------------------------------------------------ reading

    def _changed(self, _change: Change) -> None:
        self._read()

    @work(exclusive=True, group="rules")
    async def _read(self) -> None:
        from storage.queries.ruling import rules

        try:
            found = await self.desk.ask(rules)
        except DeskError as error:
            self.say_error(error)
            return
        if self.is_attached:  # it was not left meanwhile
            self._shown = found
            self.rules.display, self._empty.display = bool(found), not found
            self.rules.show(found, self.now())
            self._arrange()

    # ------------------------------------------------------------------------------------------ what is asked of it

    def targets(self) -> Targets:
        """No conversation is here."""
        return Targets(())

    def passed_over(self, numbers: Sequence[int]) -> None:
        """No conversation is here."""

    def unmark(self, numbers: Sequence[int]) -> None:
        """No conversation is here."""

    def written(self, *numbers: int) -> None:  # noqa: ARG002 - which ones is for the queue
        """Read again what was written, here and below."""
        self._read()
        self.ground.wake_feed()

    # ------------------------------------------------------------------------------------------ doing

    def action_try(self) -> None:
        """Say what the rule under the cursor would have met in the last month."""
        if self.rules.chosen is not None:
            self._trial = self._try(self.rules.chosen)

    @work(exclusive=True, group="trial")
    async def _try(self, rule: RuleView) -> None:
        name = one_line(rule.name) or _("(erased)")
        self.met.show((), self.now())
        self._tell_tried(name, _("being tried on the last month: Esc stops"))
        try:
            tried = await try_on_last_month(self, rule.conditions)
        except DeskError as error:
            self._tried = None
            self._arrange()
            self.say_error(error)
            return
        self.met.show(tried.first, self.now())
        self._tell_tried(name, tried_words(tried))

    def _tell_tried(self, name: str, words: str) -> None:
        over, self._tried = self.panes()[0], (name, words)
        if over is not self.met:
            over.cover([])
        self._arrange()
        self._draw_over()

    def action_escape(self) -> None:
        """Stop what is being tried, else put it away, else go back."""
        if self._trial is not None and self._trial.is_running:
            self._trial.cancel()
        elif self._tried is None:
            self.action_close()
            return
        self.met.cover([])
        self._tried = None
        self._arrange()
        self._draw_over()

    async def make_rule(self) -> None:
        """Make a new one."""
        if await make(self):
            self.call_later(self.rules.move, len(self._shown) + 1)

    async def drop_rule(self) -> None:
        """Let the rule under the cursor act no more."""
        from storage.commands import ruling

        rule = self.rules.chosen
        if rule is None:
            return
        name = one_line(rule.name) or _("(erased)")

        def words(_action: int) -> Cover:
            return ((_("acts no more:"), "ok"), (f" {name}", "text"))

        if await self.tell(ruling.drop, rule.rule_id, words=words, line=f"unrule {rule.name}".strip()) is not None:
            self.written()

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)

    # ------------------------------------------------------------------------------------------ moving

    def step(self, by: int) -> None:
        """Go so many rules down."""
        self.rules.move(by)

    def rows_shown(self) -> int:
        """Return how many rules there is room for."""
        return self.rules.size.height
