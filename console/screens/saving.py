"""A draft kept as it is typed: saved whenever something changed, never two savings at once, never behind for long."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from textual import work

from console.screens import drafting
from console.screens.attaching import Attaches
from console.screens.reviewing import Reviews
from storage.kinds import Doing, DraftKind
from storage.kinds.drafts import DraftView
from storage.kinds.errors import DeskError, NoSuch
from widgets.language import _
from widgets.troubles import trouble_words

_BREATH = 0.15  # seconds between two savings while somebody types
_AGAIN = 1.0  # seconds after a saving that failed


class Saves(Attaches, Reviews):
    """A screen with one draft, which is kept.

    Attributes:
        begun: the draft and what is known around it; `None` until it is read.
    """

    def __init__(self) -> None:
        super().__init__()
        self.begun: drafting.Begun | None = None
        self._unsaved: dict[str, Any] = {}
        self._typing = asyncio.Event()
        self._saved_at: datetime | None = None
        self._trouble = ""

    def tell(self) -> None:
        """Draw the titles anew."""
        raise NotImplementedError

    @property
    def draft(self) -> DraftView:
        """The draft as it was read; what has been typed since is in the widgets."""
        assert self.begun is not None
        return self.begun.draft

    def changed(self, name: str, value: Any) -> None:
        """Keep what has been typed, soon: at once when nothing was typed a moment ago."""
        if self.begun is not None:
            self._unsaved[name] = value
            self._typing.set()
            self.review_soon()

    @work(exclusive=True, group="keep")
    async def _keep(self) -> None:
        """Save whenever something was typed, never two savings at once and never behind for long."""
        while True:
            await self._typing.wait()
            self._typing.clear()
            await asyncio.sleep(_BREATH if await self.save_now() else _AGAIN)

    async def save_now(self) -> bool:
        """Save what has not been saved; say whether it is."""
        values, self._unsaved = self._unsaved, {}
        if not values:
            return True
        try:
            await self._save(values)
        except DeskError as error:
            self._unsaved = {**values, **self._unsaved}
            self._trouble = _("not saved: {why}").format(why=trouble_words(error))
            self._typing.set()
            self.tell()
            return False
        self._trouble, self._saved_at = "", self.now()
        self.tell()
        return True

    async def _save(self, values: dict[str, Any]) -> None:
        from storage.commands import drafts

        agent_id = self.desk.agent_id
        assert self.begun is not None
        try:
            await self.desk.tell(drafts.save, self.draft.draft_id, agent_id=agent_id, values=values, now=self.now())
        except NoSuch:  # it was sent or thrown away in another window: what stands here is a draft of its own
            given = {**self.values(), "attachments": self.attached}
            draft = self.draft
            fresh, _known = await self.desk.tell(
                drafts.begin,
                agent_id=agent_id,
                kind=draft.kind,
                conversation_id=draft.conversation_id,
                message_id=draft.message_id,
                mailbox_id=draft.mailbox_id,
                values=given,
                now=self.now(),
            )
            self.begun = replace(self.begun, draft=fresh, known=False)

    def values(self) -> dict[str, str]:
        """Return what stands in the fields and in the text."""
        return {
            "to": self.fields.value("to"),
            "cc": self.fields.value("cc"),
            "bcc": self.fields.value("bcc"),
            "subject": self.fields.value("subject"),
            "body": self.editor.text,
        }

    async def tell_writing(self) -> None:
        """Let others see who has the conversation open; what happens to a note bothers nobody."""
        number = self.draft.conversation_id
        if number is None or self.draft.kind is DraftKind.NOTE:
            return
        from storage.commands.presence import note_presence

        given: dict[str, Any] = {"agent_id": self.desk.agent_id, "console": self.desk.actor.console, "now": self.now()}
        with suppress(DeskError):  # the next sign tells it
            await self.desk.tell(note_presence, number, doing=Doing.WRITING, **given)

    async def _sign(self) -> None:
        """Let others see that it is still being written."""
        if self.begun is not None and self.is_current:
            from storage.commands import drafts

            try:
                await self.desk.tell(
                    drafts.note_writing, self.draft.draft_id, agent_id=self.desk.agent_id, now=self.now()
                )
            except DeskError:
                return  # the next saving says what is wrong
            await self.tell_writing()
