"""What leads from the main screen to the composer, and what comes back from there."""

from typing import Any

from console.screens.commands.deciding import NUMBER
from console.screens.going import Goes
from console.screens.leaving import Leaving
from storage.kinds import DraftKind
from storage.kinds.errors import DeskError
from widgets.language import _
from widgets.line import Span


class Answers(Goes):
    """A screen from which customers are answered."""

    def compose_draft(self, kind: DraftKind, rest: str = "", *, picking: bool = False) -> None:
        """Open the composer on what is pointed at, or on the conversation that a line names.

        The screen is there at once, so that no letter typed ahead is taken for a key of this one.
        """
        from console.screens.composer import ComposerScreen

        number: int | None = None
        if kind is not DraftKind.NEW:
            named = rest.strip()
            numbers = (int(named.lstrip("#")),) if NUMBER.fullmatch(named) else self.targets().numbers
            if len(numbers) != 1:
                self.say_refusal(
                    _("One conversation is answered at a time: take the marks off.")
                    if numbers
                    else _("No conversation is chosen.")
                )
                return
            number = numbers[0]
        self._push(ComposerScreen(self.look, kind, conversation_id=number, picking=picking))

    def _push(self, screen: Any) -> None:
        if self.ground.desk is not None and self.app.is_running and not self.app._exit:  # noqa: SLF001 - it is leaving
            self.app.push_screen(screen, self._composed)

    def _composed(self, outcome: Any) -> None:
        """Say what became of a draft."""
        if isinstance(outcome, DeskError):
            self.say_error(outcome)
        if isinstance(outcome, Leaving):
            back: tuple[Span, ...] = (("   u", "accent"), (" " + _("takes it back"), "text"))
            number: Span = (f" #{outcome.conversation_id}", "text")
            if outcome.leaves_at is None:
                self.say(((_("note kept"), "ok"), number, *back), ":note")
            else:
                at = outcome.leaves_at.astimezone(self.now().tzinfo)
                words = _("leaves {time}").format(time=f"{at:%H:%M:%S}")  # never a countdown in a toast
                self.say(((_("answer queued"), "ok"), number, (f"  {words}", "text"), *back), ":outbox")
            if outcome.leaves_at is not None and outcome.settles:
                self.passed_over((outcome.conversation_id,))
            elif outcome.leaves_at is not None:  # it is read on, and goes down in the queue: the cursor does not
                self.queue.pass_over((outcome.conversation_id,))
            self.written(outcome.conversation_id)
            return
        self.written()

    def action_drafts(self) -> None:
        """Show this agent's drafts; one chosen there is gone on with."""
        from console.screens.drafts import DraftsScreen

        self.app.push_screen(DraftsScreen(), self._go_on)

    def action_outbox(self) -> None:
        """Show what is on its way out; a conversation chosen there is opened."""
        from console.screens.outbox import OutboxScreen

        self.app.push_screen(OutboxScreen(), self._read_sent)

    def _read_sent(self, number: int | None) -> None:
        if number is not None:
            self.open_conversation(number)

    def _go_on(self, draft_id: int | None) -> None:
        from console.screens.composer import ComposerScreen

        if draft_id is not None:
            self._push(ComposerScreen(self.look, DraftKind.REPLY, draft_id=draft_id))
