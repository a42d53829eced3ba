"""The composer: fields, text and review of one draft, saved as it is typed, the conversation beside it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import TextArea

from console.feed import Change
from console.files.attaching import brought
from console.screens import asking, drafting
from console.screens.commands.base import Where
from console.screens.freshness import Freshness
from console.screens.moving import Moves
from console.screens.questions import Coverable
from console.screens.reviewing import holds_secrets
from console.screens.sending import Sends
from storage.kinds import DraftKind
from storage.kinds.drafts import Inserted
from storage.kinds.errors import DeskError
from storage.kinds.mail import entries
from widgets.arrangement import THREE_PANES
from widgets.bars import PaneTitle, TitleRow
from widgets.conversation import ConversationPane
from widgets.editor import Editor
from widgets.fields import NAMES, FieldLine, Fields, Summary, shortened
from widgets.language import _, ngettext
from widgets.line import Span, one_line
from widgets.look import Look
from widgets.moments import moment_words, size_words
from widgets.pane import Wall
from widgets.persona import manner
from widgets.prompt import PromptRow
from widgets.review import ReviewPane
from widgets.text import draft_words

if TYPE_CHECKING:
    from console.screens.picking import Picked

_SIGN = 30  # seconds between two signs that somebody writes
_BLINK = 0.1  # seconds that the first frame waits for the draft
_ROOM = 16  # rows of the window from which there is room for more than fields and text
_MIDDLING = 20  # rows from which how the customer is written to has two of them
_TALL = 30  # rows of the window from which the fields keep a row each


class ComposerScreen(Moves, Sends):
    """One draft.

    Args:
        look: how everything is drawn.
        kind: what it will be.
        conversation_id: that it belongs to; `None` for a new one.
        message_id: what is answered or forwarded; `None` for the message that asks for it.
        draft_id: of the draft that is gone on with; the others are not looked at then.
        picking: whether the canned responses are offered at once.
    """

    AUTO_FOCUS: ClassVar[str] = ""
    CSS: ClassVar[str] = """
    ComposerScreen { background: $background; }
    ComposerScreen #sheets { height: 1fr; width: 1fr; }
    ComposerScreen #sheet { height: 1fr; width: 1fr; }
    """

    def __init__(
        self,
        look: Look,
        kind: DraftKind,
        *,
        conversation_id: int | None = None,
        message_id: int | None = None,
        draft_id: int | None = None,
        picking: bool = False,
    ) -> None:
        super().__init__()
        self._fresh = Freshness()
        self.kind = kind
        self.note = kind is DraftKind.NOTE
        self._about = (conversation_id, message_id, draft_id)
        self._picking = self._for_picking = picking
        self._look_given = look
        self.editor = Editor(look, note=self.note, id="text")
        self.fields = Fields(look, NAMES, id="fields")
        self.review = ReviewPane(look, id="review")
        self.prompt = PromptRow(look, id="prompt")
        self.conversation = ConversationPane(look, id="beside")
        self._wall = Wall(look, id="wall")
        self._titles = TitleRow(look, id="titles")
        self._line = TitleRow(look, id="line-above")
        self._files = Summary(look, id="files")
        self._manner = Summary(look, id="manner")
        self._reading = False
        self._ahead: list[events.Key] = []
        self._waits = False  # whether the first frame has begun to wait for the draft

    def compose(self) -> ComposeResult:
        """Yield the conversation, and the sheet with its fields, text and review."""
        yield self._titles
        with Horizontal(id="sheets"):
            yield self.conversation
            yield self._wall
            with Vertical(id="sheet"):
                yield self.fields
                yield self._files
                yield self._manner
                yield self._line
                yield self.editor
                yield self.review
        yield self.prompt

    def on_mount(self) -> None:
        """Draw the sheet, then begin the draft."""
        self._lay_paper()
        self._files.display = self._manner.display = False
        self._arrange()
        self._begin()
        self.set_interval(_SIGN, self._sign)
        self.ground.changes.subscribe(self, self._changed)

    def first_frame(self) -> None:
        """Send the first frame with the draft in it, read in a blink; an empty sheet where that takes longer."""
        if not self._framed and not self._waits:
            self._waits = True
            self.set_timer(_BLINK, super().first_frame)

    @property
    def where(self) -> Where:
        """What has the keys."""
        if self.reviewing:
            return "review"
        return "beside" if self._reading else "composer"

    def panes(self) -> Sequence[Coverable]:
        """Return what is drawn over; the review below keeps its rows."""
        return (self.editor, self.conversation, self._wall)

    # ------------------------------------------------------------------------------------------ beginning

    @work(exclusive=True, group="begin")
    async def _begin(self) -> None:
        conversation_id, message_id, draft_id = self._about
        self.conversation.agent_id = self.desk.agent_id
        asked: dict[str, Any] = {"agent_id": self.desk.agent_id, "now": self.now()}
        try:
            if draft_id is not None:
                begun = await self.desk.tell(drafting.resume, draft_id=draft_id, **asked)
            else:
                begun = await self.desk.tell(
                    drafting.begin, kind=self.kind, conversation_id=conversation_id, message_id=message_id, **asked
                )
        except DeskError as error:
            self.dismiss(error)
            return
        self._show(begun)
        await self.tell_writing()

    def _show(self, begun: drafting.Begun) -> None:
        self.begun = begun
        draft = begun.draft
        self.kind = draft.kind
        self._lay_paper()
        self.attached = draft.attachments
        self.right = set(draft.right)
        self.inserted = draft.inserted
        self._choose_after()
        self._saved_at = draft.updated_at if begun.known else None
        self.fields.put(
            {"from": draft.address, "to": draft.to, "cc": draft.cc, "bcc": draft.bcc, "subject": draft.subject}
        )
        with self.editor.prevent(TextArea.Changed):
            self.editor.load_text(draft.body)
        if begun.known and draft.kind is not DraftKind.FORWARD:
            self.editor.move_cursor(self.editor.document.end)
        if begun.view is not None:
            self.conversation.show(begun.view, self.now(), names=begun.names, context=begun.context)
        self._tell_files()
        self._arrange()
        self._keep()
        if self._picking:
            self._picking = False
            self.to_text()
            ahead, self._ahead = self._ahead, []
            self.pick(ahead)
        elif draft.kind in {DraftKind.FORWARD, DraftKind.NEW} and not draft.to.strip():
            self.fields.go_to("to")
        else:
            self.to_text()
        self.review_soon()
        self.call_after_refresh(self.call_after_refresh, super().first_frame)  # once what was shown has been laid out
        ahead, self._ahead = self._ahead, []
        for event in ahead:
            self._replay(event)

    def _lay_paper(self) -> None:
        """Show a note as what it is, also one that is gone on with from the list of drafts: it has no recipients."""
        self.note = self.kind is DraftKind.NOTE
        self.editor.paper(note=self.note)
        self.fields.display = not self.note

    def _replay(self, event: events.Key) -> None:
        """Do what a key meant that was typed before the draft was there."""
        line = self.focused if isinstance(self.focused, FieldLine) else None
        if event.is_printable and event.character:
            line.insert_text_at_cursor(event.character) if line else self.editor.put(event.character)
        elif line is None and event.key == "enter":
            self.editor.put("\n")
        elif line is None and event.key == "backspace":
            self.editor.action_delete_left()
        elif event.key != "enter":
            self.on_key(event)

    def typed_ahead(self, event: events.Key) -> bool:
        """Keep keys for a draft that is still on its way, and leave those of a line that asks to that line."""
        if self.begun is None:
            if event.key in {"escape", "ctrl+l"}:
                return False
            self._ahead.append(event)
            event.stop()
            return True
        if super().typed_ahead(event):
            return True
        # Text and lines keep what they are given: what comes here was on its way before one of them had the keys.
        breaks = event.key == "enter" and not isinstance(self.focused, FieldLine)  # a line hands its own on to here
        if self.where == "composer" and ((event.is_printable and event.character) or breaks):
            self._replay(event)
            event.stop()
            return True
        return False

    # ------------------------------------------------------------------------------------------ where things stand

    def on_resize(self) -> None:
        """Share the window out anew."""
        self._arrange()
        self._draw_over()

    @property
    def _wide(self) -> bool:
        return self.app.size.width >= THREE_PANES

    def _arrange(self) -> None:
        """Give each part its place: the conversation stands beside the sheet, or takes its place while it is read."""
        width, height = self.app.size
        beside = self._wide and self.begun is not None and self.begun.view is not None
        self.conversation.display = beside or self._reading
        self._wall.display = beside
        self.query_one("#sheet").display = beside or not self._reading
        self.conversation.styles.width = max(45, width * 2 // 5) if beside else "1fr"
        self.fields.fold(folded=not self.note and height < _TALL and not self._field and self.begun is not None)
        self._line.display = height >= _ROOM
        self._tell_manner()
        self.review.display = height >= 12 and (not self.note or self.reviewing or holds_secrets(self.review.findings))
        most = max(4, min(height // 2 - 2, height - 14))
        self.review.styles.height = min(self.review.rows_wanted, most) if self.reviewing else 1
        self.tell()

    def tell(self) -> None:
        """Draw the titles, the fields in two rows, and the keys."""
        here = draft_words(self.kind)
        view = self.begun.view if self.begun else None
        title = f"{here} #{view.conversation_id}" if view else here
        if self.note:
            title += "  " + _("never sent")
        elif view is not None and (names := self._names("to")):
            title += " " + _("to {names}").format(names=shortened(names, 30))
        width = self.app.size.width
        panes = [PaneTitle(width, title, self._state_words(), focused=not self._reading)]
        if self.conversation.display and self._wall.display and view is not None:
            left = max(45, width * 2 // 5)
            about = PaneTitle(left, f"#{view.conversation_id} {one_line(view.subject)}", "", self._reading)
            panes = [about, PaneTitle(width - left - 1, title, self._state_words(), not self._reading)]
        elif self._reading and view is not None:
            panes = [PaneTitle(width, f"#{view.conversation_id} {one_line(view.subject)}", "", focused=True)]
        self._titles.show(panes)
        sheet = width - (max(45, width * 2 // 5) + 1 if self._wall.display else 0)
        label = _("a note, for the desk alone") if self.note else _("you write")
        self._line.show([PaneTitle(sheet, label, self._sender_words(), focused=False)])
        self._tell_summary(sheet)
        keys, always = self.ground.keymap.footer(self.where)
        if self.reviewing:  # the others stand beside what they settle or choose
            shown = {self._key("send-now"), self._key("leave-review")}
            keys = [pair for pair in keys if pair[0] in shown]
        if self.note:  # nothing is looked over, attached or quoted
            kept = {self._key(name): _("keep") for name in ("send", "send-now")}
            left_out = {self._key("attach-file"), self._key("quote-lines")}
            keys = [(key, kept.get(key, word)) for key, word in keys if key not in left_out or self._reading]
        self.prompt.show(keys, always)

    def _state_words(self) -> str:
        if self._trouble:
            return self._trouble
        if self._saved_at is None:
            return ""
        return _("draft saved {moment}").format(moment=moment_words(self._saved_at, self.now()))

    def _names(self, field: str) -> list[str]:
        """Return a field's recipients by their names, else their addresses."""
        return [one_line(each.split("<")[0].strip().strip('"') or each) for each in entries(self.fields.value(field))]

    def _sender_words(self) -> str:
        """Return which mailbox it is written from, where there are several and its field does not stand here."""
        several = self.begun is not None and len(self.begun.senders) > 1
        address = one_line(self.fields.value("from")) if several and not self.note else ""
        return _("from {address}").format(address=address) if address and self.fields.folded else ""

    def _tell_summary(self, width: int) -> None:
        if not self.fields.query(Summary):
            return
        to, cc, bcc = (self._names(name) for name in ("to", "cc", "bcc"))
        first: list[Span] = [(f"{_('to'):<9}", "muted"), (shortened(to, width // 2) or _("nobody yet"), "bright")]
        if cc:
            first += [(f"   {_('cc')} ", "muted"), (shortened(cc, width // 4), "text")]
        if bcc:
            first += [(f"   {_('bcc')} ", "muted"), (shortened(bcc, width // 4), "text")]
        key = next((one.shown for one in self.ground.keymap.commands if one.name == "fields"), "")
        aside: list[Span] = [(key, "accent"), (" " + _("to, cc, subject"), "muted")]
        wrote = one_line(self.begun.wrote[:2000]) if self.begun else ""
        if wrote:
            second: list[Span] = [(f"{_('wrote'):<9}", "muted"), (wrote, "muted")]
        else:
            second = [(f"{_('subject'):<9}", "muted"), (one_line(self.fields.value("subject")), "text")]
        self.fields.summary.show((first, aside), (second, ()))

    def _tell_manner(self) -> None:
        """Say how the customer is written to: who they are to the desk, their tone, what helps and what does not."""
        height = self.app.size.height
        context = self.begun.context if self.begun is not None and not self.note and height >= _ROOM else None
        rows = manner(context, rows=3 if height >= _TALL else 2 if height >= _MIDDLING else 1)
        self._manner.display = bool(rows)
        self._manner.styles.height = max(1, len(rows))
        self._manner.show(*rows)

    def _tell_files(self) -> None:
        self._files.display = bool(self.attached) and not self.note
        self._files.styles.height = 1
        names = ", ".join(f"{one_line(one.name)} {size_words(one.size)}" for one in self.attached)
        count = ngettext("{count} file", "{count} files", len(self.attached)).format(count=len(self.attached))
        self._files.show(([(f"{_('files'):<9}", "muted"), (names, "text")], [(count, "muted")]))

    def to_text(self) -> None:
        """Give the keys to the text."""
        self._uncover()
        self._field = ""
        self._reading = False
        self.leave_review()
        self.set_focus(self.editor)
        self._arrange()

    def _leave(self, answer: str | None) -> None:
        """Give the keys back to where they were, once the last row asks nothing any more."""
        asked = self.asking
        super()._leave(answer)
        if asked and not self.reviewing and not self._reading:
            if self._field:
                self.fields.go_to(self._field)
            else:
                self.set_focus(self.editor)

    # ------------------------------------------------------------------------------------------ what is typed

    @on(TextArea.Changed)
    def _text_changed(self) -> None:
        self.changed("body", self.editor.text)

    def _changed(self, change: Change) -> None:
        if self.begun is not None and self.begun.view is not None:
            if change.touches(self.begun.view.conversation_id):
                self._read_anew(change)
            self.review_soon()

    @work(exclusive=True, group="beside")
    async def _read_anew(self, change: Change) -> None:
        assert self.begun is not None
        assert self.begun.view is not None
        try:
            if not await self._fresh.may_differ(self.desk, self.begun.view.conversation_id, change):
                return
            view, context, names = await self.desk.ask(
                asking.conversation,
                conversation_id=self.begun.view.conversation_id,
                agent_id=self.desk.agent_id,
                now=self.now(),
            )
        except DeskError:
            return
        self.conversation.show(view, self.now(), names=names, context=context)
        self.begun = replace(self.begun, context=context)
        self._fresh.read()
        self._tell_manner()

    # ------------------------------------------------------------------------------------------ leaving

    def action_escape(self) -> None:
        """Take away what is offered, else go back to the text, else leave with the draft kept."""
        if self._choices:
            self._uncover()
        elif self._field or self._reading or self.reviewing:
            self.to_text()
        else:
            self._go()

    @work(exclusive=True, group="go")
    async def _go(self) -> None:
        """Leave; what was typed is saved first, and a draft in which nothing was ever written is none."""
        if self.begun is None:
            self.dismiss(None)
            return
        from storage.commands import drafts

        if not await self.save_now():
            self.say_refusal(_("It cannot be saved: copy it, or try again."))
            return
        agent_id, draft = self.desk.agent_id, self.draft
        untouched = not self.begun.known and self.values()["body"] == draft.body and self.attached == draft.attachments
        try:
            if untouched and self.fields.value("to") == draft.to:
                await self.desk.tell(drafts.forget, draft.draft_id, agent_id=agent_id)
            else:
                await self.desk.tell(drafts.note_writing, draft.draft_id, agent_id=agent_id, now=None)
        except DeskError as error:
            self.say_error(error)
            return
        self.dismiss(None)

    # ------------------------------------------------------------------------------------------ the conversation

    def action_read(self) -> None:
        """Read the conversation, and come back."""
        if self.begun is None or self.begun.view is None:
            return
        if self._reading:
            self.to_text()
            return
        self._uncover()
        self._field = ""
        self.leave_review()
        self._reading = True
        self.set_focus(None)
        self.conversation.has_keys = True
        self._arrange()

    def pane(self) -> ConversationPane:
        """Return the pane that is moved in: the conversation."""
        return self.conversation

    def action_fold(self) -> None:
        """Show quotes and signatures of the conversation, or fold them."""
        self.conversation.action_fold()

    def action_next_message(self) -> None:
        """Go to the next message of the conversation."""
        self.conversation.action_next_message()

    def action_previous_message(self) -> None:
        """Go to the message before."""
        self.conversation.action_previous_message()

    def action_read_news(self) -> None:
        """Read what came meanwhile; from then on it is seen."""
        finding = self.review.chosen
        if finding is None or "read-news" not in finding.remedies:
            return
        number = finding.message_id
        self.action_read()
        self._seen(number)

    @work(exclusive=True, group="beside")
    async def _seen(self, message_id: int | None) -> None:
        """Take note that the agent has seen everything that stands here now."""
        from storage.queries.history import last_event

        assert self.begun is not None
        assert self.begun.view is not None
        try:
            newest = await self.desk.ask(last_event)
            view, context, names = await self.desk.ask(
                asking.conversation,
                conversation_id=self.begun.view.conversation_id,
                agent_id=self.desk.agent_id,
                now=self.now(),
            )
        except DeskError as error:
            self.say_error(error)
            return
        self.conversation.show(view, self.now(), at=message_id, names=names, context=context)
        self.begun = replace(self.begun, draft=replace(self.begun.draft, seen_event_id=newest))
        self.changed("seen_event_id", newest)

    # ------------------------------------------------------------------------------------------ other ways to write

    def action_edit(self) -> None:
        """Write in the editor of choice, and come back; the draft is saved before and after."""
        self._edit()

    @work(exclusive=True, group="edit")
    async def _edit(self) -> None:
        await self.save_now()
        text = self.editor.text
        made = self.in_editor(text)
        if made is not None and made != text:
            self.editor.select_all()
            self.editor.put(made)
            self.changed("body", self.editor.text)

    def pick(self, ahead: Sequence[events.Key] = ()) -> None:
        """Choose canned responses, filled in with this customer's values, and insert them at the cursor.

        Args:
            ahead: what was typed for them already.
        """
        if self.begun is None:
            return
        from console.screens.picking import ResponsePicker

        self._uncover()
        to = self.fields.value("to")
        self.app.push_screen(ResponsePicker(self.begun.draft.conversation_id, ahead, to=to), self._picked)

    def _picked(self, picked: "tuple[Picked, ...] | None") -> None:
        if picked:
            row, column = self.editor.cursor_location
            before = self.editor.document.get_line(row)[:column]
            self.editor.put(
                ("\n" if before.strip() else "") + "\n\n".join(one.text.rstrip("\n") for one in picked) + "\n"
            )
            files = [file for one in picked for file in one.attachments]
            held = {one.digest for one in self.attached if one.digest}
            new = tuple(brought(file) for file in files if file.digest not in held)
            if new and not self.note:
                self._put_files((*self.attached, *new))
            self.inserted += tuple(Inserted(one.response_id, one.text, one.actions) for one in picked)
            self.changed("inserted", self.inserted)
            self._choose_after()
        elif self._for_picking and not self.editor.text.strip():  # it was opened for nothing else
            self._go()
            return
        self._for_picking = False
        self.to_text()
        self.review_soon()

    def action_quote(self) -> None:
        """Choose lines of the message that is answered, and insert them as a quotation."""
        if self.begun is None or self.note or not self.begun.wrote.strip():
            self.say_refusal(_("There is nothing here to be quoted."))
            return
        from console.screens.quoting import QuoteScreen

        self.app.push_screen(QuoteScreen(self.begun.wrote_by, self.begun.wrote), self._quoted)

    def _quoted(self, quotation: str | None) -> None:
        if quotation:
            at_start = self.editor.cursor_location[1] == 0
            self.editor.put(f"{'' if at_start else chr(10)}{quotation}\n")
        self.to_text()

    def action_copy(self) -> None:
        """Copy what is chosen to the system's clipboard."""
        from console.config.errors import ConsoleError
        from console.screens.yanking import send

        text = self.editor.selected_text
        if not text:
            self.say(((_("Esc closes; the draft is kept."), "text"),))
            return
        try:
            send(self.ground, text, self.ground.means.clipboard)
        except ConsoleError as error:
            self.say_refusal(str(error))
            return
        self.say(((_("sent to terminal"), "ok"),))
