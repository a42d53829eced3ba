"""An answer is sent from the composer: its bytes are made, queued with all that follows, and the screen is left."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from console.config.errors import ConsoleError
from console.mail.outgoing import account_of
from console.screens.filling import Fills
from console.screens.leaving import Leaving
from storage.kinds import DraftKind, Status
from storage.kinds.drafts import DraftView
from storage.kinds.errors import DeskError, Refused
from widgets.language import _

if TYPE_CHECKING:
    from console.config.accounts import Account
    from storage.commands.outbox.queueing import Sent
    from storage.commands.transferring import Transfer

_MENDED_THERE: Final = frozenset({"no_destination", "consult_first"})
"""Why a macro's transfer is refused that can be mended on the screen of the handoff."""


class Sends(Fills):
    """A screen whose draft can be sent."""

    def __init__(self) -> None:
        super().__init__()
        self._under_way = False

    async def send(self) -> None:
        """Let the draft leave; whatever keeps it is said, and it stays as it is."""
        if self._under_way:
            return
        self._under_way = True
        try:
            if not await self.save_now():
                return
            draft = self._finished()
            if draft.kind is DraftKind.NOTE:
                self._leave_behind(Leaving(await asyncio.to_thread(self._keep_note, draft), None))
                return
            account = account_of(self.ground.accounts, draft.mailbox, draft.address)
            goes, wanted = await self._handed_on(draft)
            if not goes:
                return
            sent = await asyncio.to_thread(self._queue, draft, account, wanted)
        except ConsoleError as error:
            self.say_refusal(str(error))
        except DeskError as error:
            self.say_error(error)
        else:
            settles = draft.conversation_id is not None and self.after not in {None, Status.OPEN} and wanted is None
            self._leave_behind(Leaving(sent.conversation_id, sent.leaves_at, settles))
        finally:
            self._under_way = False

    async def _handed_on(self, draft: DraftView) -> "tuple[bool, Transfer | None]":
        """Return whether it may leave, and to whom a macro hands it on with it; what is missing is asked for."""
        macros = [one.actions.transfer for one in self.inserted if one.actions.transfer is not None]
        if not macros:
            return True, None
        if draft.conversation_id is None:
            self.say_refusal(_("A macro hands on only what stands: a conversation that begins is not."))
            return False, None
        from console.mail.transferring import by_macro

        number = draft.conversation_id
        wanted, wrong = await asyncio.to_thread(by_macro, self.desk.store, number, macros[-1], told=draft.body)
        if wrong is None:
            return True, wanted
        if isinstance(wrong, Refused) and wrong.rule not in _MENDED_THERE:
            self.say_error(wrong)
            return False, None
        from console.screens.handing_macro import MacroScreen

        screen = MacroScreen(self.look, number, macros[-1], told=draft.body)
        left: asyncio.Future[Transfer | None] = asyncio.get_running_loop().create_future()
        self.app.push_screen(screen, left.set_result)
        made = await left
        return made is not None, made

    def _leave_behind(self, left: Leaving) -> None:
        self.desk.wrote.set()
        self.dismiss(left)

    def _finished(self) -> DraftView:
        """Return the draft as it stands on the screen, from the mailbox that From names."""
        assert self.begun is not None
        wanted = self.fields.value("from").strip().casefold()
        sender = next((one for one in self.begun.senders if one.address.casefold() == wanted), None)
        said = self.values()
        draft = replace(
            self.draft,
            kind=self.kind,
            attachments=self.attached,
            to=said["to"],
            cc=said["cc"],
            bcc=said["bcc"],
            subject=said["subject"],
            body=said["body"],
        )
        if sender is None:
            return draft
        return replace(draft, mailbox_id=sender.mailbox_id, mailbox=sender.name, address=sender.address)

    def _keep_note(self, draft: DraftView) -> int:
        from console.mail.noting import keep_note

        assert draft.conversation_id is not None
        _action, _message, number = keep_note(
            self.desk.store,
            draft.conversation_id,
            draft.body,
            agent=self.desk.agent,
            actor=self.desk.actor,
            now=self.now(),
            draft_id=draft.draft_id,
        )
        return number

    def _queue(self, draft: DraftView, account: "Account", wanted: "Transfer | None") -> "Sent":
        from console.mail.answering import send_draft
        from storage.commands.responses import Use

        uses = [Use(one.response_id, edited=one.text.strip() not in draft.body) for one in self.inserted]
        return send_draft(
            self.desk.store,
            draft,
            account=account,
            agent=self.desk.agent,
            actor=self.desk.actor,
            now=self.now(),
            undo_window=timedelta(seconds=self.ground.undo_window),
            after=self.after if draft.conversation_id is not None else Status.WAITING,
            uses=uses,
            actions=self.done_beside(),
            promises=self.promises(),
            keeps=sorted(self.keeps),
            hands_on=wanted,
        )
