"""The screen of a handoff that a macro begins: it asks for what the macro does not say, and leaves with all of it."""

from textual import work
from textual.widgets import TextArea

from console.screens.handing_on import TransferScreen
from storage.kinds.errors import DeskError
from storage.kinds.responses import ANYBODY, HandsOn
from widgets.language import _
from widgets.look import Look


class MacroScreen(TransferScreen):
    """A macro's handoff; it leaves with the `Transfer` that goes with the answer, or nothing.

    Args:
        look: how everything is drawn.
        conversation_id: which one is handed on.
        macro: with its texts as they came out for the customer.
        told: the answer, which tells the customer; it is written in the composer.
    """

    def __init__(self, look: Look, conversation_id: int, macro: HandsOn, *, told: str) -> None:
        super().__init__(look, conversation_id, macro.to)
        self._macro, self._told_with_it = macro, told

    def share_out(self) -> None:
        """Share the window out: what the customer is told stands in the composer."""
        self.told.display = self._lines["told"].display = False
        super().share_out()

    def fill(self) -> None:
        """Write what the macro says over what was typed before."""
        macro = self._macro
        who = _("anybody") if macro.agent == ANYBODY else macro.agent
        said = {"agent": who, "destination": macro.team, "reason": macro.reason}
        self.fields.put({name: text for name, text in said.items() if text})
        for editor, text in ((self.asked, macro.asked), (self.told, self._told_with_it)):
            with editor.prevent(TextArea.Changed):
                editor.load_text(text)
            editor.move_cursor(editor.document.end)
        self.taken = set()

    @work(exclusive=True, group="hand-on")
    async def _hand_on(self) -> None:
        """Leave with what goes with the answer, where nothing is missing."""
        from storage.commands import transferring

        assert self.begun is not None
        if self._missing():
            return
        wanted = self.wanted()
        try:
            await self.desk.ask(transferring.checked, wanted)
        except DeskError as error:
            self.say_error(error)
            return
        await self._leave_draft()
        self.dismiss(wanted)

    async def save_now(self) -> None:
        """Save nothing: it is a part of the answer, and what an agent typed here before stays as it was."""

    @work(exclusive=True, group="close")
    async def _close(self) -> None:
        await self._leave_draft()
        self.dismiss(None)

    async def _leave_draft(self) -> None:
        from storage.commands import drafts

        if self.begun is not None:
            agent_id, number = self.desk.agent_id, self.begun.draft_id
            if self.begun.typed:
                await self.desk.tell(drafts.note_writing, number, agent_id=agent_id, now=None)
            else:
                await self.desk.tell(drafts.forget, number, agent_id=agent_id)
