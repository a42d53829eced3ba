"""A handoff on its screen: begun, kept as it is typed, read as the receiver will, and handed on."""

import asyncio
from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any, Final

from textual import events, work

from console.config.errors import ConsoleError
from console.screens import drawing_up
from console.screens.handing import FIELDS, HandoffForm, field_words
from storage.kinds import Tier
from storage.kinds.errors import DeskError
from storage.kinds.handoffs import Contents, Promised
from widgets.briefs import brief_lines
from widgets.editor import Editor
from widgets.language import _
from widgets.line import one_line
from widgets.look import Look
from widgets.text import tier_words
from widgets.troubles import trouble_words

if TYPE_CHECKING:
    from storage.commands.transferring import Transfer

_BREATH: Final = 0.15  # seconds between two savings while somebody types


class TransferScreen(HandoffForm):
    """One handoff, as far as it is typed; it leaves with what was made of it, an error, or nothing.

    Args:
        look: how everything is drawn.
        conversation_id: which one is handed on.
        to: the receiving tier.
    """

    def __init__(self, look: Look, conversation_id: int, to: Tier) -> None:
        super().__init__(look, conversation_id, to)
        self._ahead: list[str] = []
        self._going = False

    def on_mount(self) -> None:
        """Draw the frame, then read what the handoff is about."""
        self.share_out()
        self.go_to("asked")
        self._begin()
        self._keep()

    @work(exclusive=True, group="begin")
    async def _begin(self) -> None:
        asked = {"agent_id": self.desk.agent_id, "now": self.now()}
        try:
            begun = await self.desk.tell(drawing_up.begin, conversation_id=self.about, to=self.to, **asked)
        except DeskError as error:
            self.dismiss(error)
            return
        self.begun = begun
        self.put(begun.typed)
        self.fill()
        self.saved_at = self.now() if begun.typed else None
        ahead, self._ahead = "".join(self._ahead), []
        if ahead:
            self.asked.put(ahead)
        self.tell()

    def fill(self) -> None:
        """Write what is known beforehand into the form: nothing, where an agent hands on."""

    def wanted(self) -> "Transfer":
        """Return what is to be handed on, as it is typed."""
        from storage.commands.transferring import Transfer

        assert self.begun is not None
        asked = self.whom
        return Transfer(
            self.begun.view.conversation_id,
            self.to,
            self.contents,
            to_agent_id=asked.agent_id,
            anybody=asked.anybody,
            destination=self.fields.value("destination"),
            promises=self._promised(),
        )

    def typed_ahead(self, event: events.Key) -> bool:
        """Keep what is typed while the conversation is read."""
        if self.begun is None and (event.is_printable or event.key == "enter") and event.key != "escape":
            self._ahead.append(event.character if event.is_printable and event.character else "\n")
            event.stop()
            event.prevent_default()
            return True
        return super().typed_ahead(event)

    # ------------------------------------------------------------------------------------------ kept

    @work(exclusive=True, group="keep")
    async def _keep(self) -> None:
        """Save whenever something was typed, never two savings at once and never behind for long."""
        while True:
            await self.typing.wait()
            self.typing.clear()
            if self.begun is not None:
                await self.save_now()
            await asyncio.sleep(_BREATH)

    async def save_now(self) -> None:
        """Save what is typed."""
        from storage.commands import drafts

        assert self.begun is not None
        body = drawing_up.written(self.values())
        try:
            await self.desk.tell(
                drafts.save,
                self.begun.draft_id,
                agent_id=self.desk.agent_id,
                values={"body": body},
                now=self.now(),
            )
        except DeskError as error:
            self.trouble = _("not saved: {why}").format(why=trouble_words(error))
        else:
            self.trouble, self.saved_at = "", self.now()
        self.tell()

    # ------------------------------------------------------------------------------------------ handed on

    def action_transfer(self) -> None:
        """Hand it on, where nothing is missing."""
        if self.begun is not None and not self._going:
            self._hand_on()

    def _promised(self) -> tuple[Promised, ...]:
        """Return what is promised with it: of what the customer is told, and what the field says."""
        told = [one for one in self.commitments if one.text in self.taken]
        typed, _wrong = drawing_up.promise_of(self.values(), self.now())
        found = [Promised(one.text, one.due.astimezone(UTC)) for one in told]
        return (*found, *([typed] if typed is not None else ()))

    def _missing(self) -> bool:
        """Say what keeps it from being handed on, and go there; return whether anything does."""
        values = self.values()
        _visit, no_visit = drawing_up.visit_of(values, self.now(), words=field_words)
        _promise, no_promise = drawing_up.promise_of(values, self.now())
        unknown = self.whom.unknown
        if not self.asked.text.strip():
            self.say_refusal(_("Say what is asked of {tier}.").format(tier=tier_words(self.to)))
            self.go_to("asked")
        elif unknown:
            name = one_line(self.fields.value("agent"))
            self.say_refusal(_("Nobody here is called {name}.").format(name=name))
            self.fields.go_to("agent")
        elif no_visit:
            self.say_refusal(no_visit)
            self.fields.go_to("from")
        elif no_promise:
            self.say_refusal(f"{field_words('promise')}: {no_promise}")
            self.fields.go_to("promise")
        else:
            return False
        return True

    @work(exclusive=True, group="hand-on")
    async def _hand_on(self) -> None:
        from console.mail.transferring import hand_on

        assert self.begun is not None
        if self._missing():
            return
        self._going = True
        contents, number = self.contents, self.begun.view.conversation_id
        wanted = self.wanted()
        try:
            await self.save_now()
            if contents.told.strip() and not await self._may_be_told(number, contents):
                return
            made = await asyncio.to_thread(
                hand_on,
                self.desk.store,
                wanted,
                accounts=self.ground.accounts,
                agent=self.desk.agent,
                actor=self.desk.actor,
                now=self.now(),
                undo_window=timedelta(seconds=self.ground.undo_window),
                draft_id=self.begun.draft_id,
            )
        except ConsoleError as error:
            self.say_refusal(str(error))
        except DeskError as error:
            self.say_error(error)
        else:
            self.desk.wrote.set()
            self.dismiss(made)
        finally:
            self._going = False

    async def _may_be_told(self, number: int, contents: Contents) -> bool:
        """Look what the customer is told over; say what stops it, if anything does."""
        from console.mail.transferring import told_draft, told_findings
        from storage.kinds.review import Severity
        from widgets.findings import finding_words

        store, now = self.desk.store, self.now()
        draft = await asyncio.to_thread(told_draft, store, number, contents.told, agent_id=self.desk.agent_id, now=now)
        found = await asyncio.to_thread(told_findings, store, draft, now=now)
        stops = [one for one in found if one.severity is Severity.STOP]
        if stops:
            self.say_refusal(finding_words(stops[0], now, conversation_id=number))
            self.go_to("told")
        return not stops

    # ------------------------------------------------------------------------------------------ beside

    def action_as_read(self) -> None:
        """Read it as the receiver will."""
        if self.begun is None:
            return
        from console.screens.paper import PaperScreen

        contents = replace(self.contents, promised=(*self.contents.promised, *self._promised()))
        number, width = self.begun.view.conversation_id, min(self.app.size.width - 2, 80)
        desk, now = self.desk, self.now()

        def load() -> list[Any]:
            from storage.queries.briefing import brief

            with desk.store.reading() as session:
                told = replace(brief(session, number, now=now), contents=contents, tier=self.to, handoff=None)
            return [((line, "text"),) for line in brief_lines(told, now, width, height=23)]

        self.app.push_screen(PaperScreen(_("as {tier} will read it").format(tier=tier_words(self.to)), load))

    def action_edit(self) -> None:
        """Write in the editor of choice, and come back."""
        self._edit(self.told if self._part == "told" else self.asked)

    @work(exclusive=True, group="edit")
    async def _edit(self, editor: Editor) -> None:
        text = editor.text
        made = self.in_editor(text)
        if made is not None and made != text:
            editor.select_all()
            editor.put(made)
        self.set_focus(editor)

    def action_escape(self) -> None:
        """Leave; what was typed is kept for the next time."""
        self._close()

    @work(exclusive=True, group="close")
    async def _close(self) -> None:
        from storage.commands import drafts

        if self.begun is not None:
            values = self.values()
            if any(values[name] for name in (*FIELDS, "asked", "told")):
                await self.save_now()
                await self.desk.tell(drafts.note_writing, self.begun.draft_id, agent_id=self.desk.agent_id, now=None)
            else:
                await self.desk.tell(drafts.forget, self.begun.draft_id, agent_id=self.desk.agent_id)
        self.dismiss(None)
