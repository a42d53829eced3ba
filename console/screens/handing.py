"""The screen on which a conversation is handed on: fields, what goes along, what changes; saved as typed."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final, Literal

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import TextArea

from console.config.errors import ConsoleError
from console.screens import drawing_up
from console.screens.commands.base import Where
from console.screens.questions import Asks, Coverable
from storage.kinds import Tier
from storage.kinds.errors import DeskError
from storage.kinds.handoffs import Contents, Visit
from widgets.bars import PaneTitle, TitleRow
from widgets.briefs import brief_lines
from widgets.editor import Editor
from widgets.fields import FieldLine, Fields, Summary
from widgets.handing import along_rows, changes_rows, tier_spans
from widgets.language import _
from widgets.line import Span, one_line
from widgets.look import Look
from widgets.moments import moment_words
from widgets.pane import Wall
from widgets.prompt import PromptRow
from widgets.sheet import Sheet
from widgets.text import tier_words
from widgets.troubles import trouble_words
from widgets.when import NoMoment, read_moment

FIELDS: Final = ("destination", "reason", "site", "asset", "from", "until")
"""The fields above the texts, in their order; the last four are a visit's."""

_VISIT: Final = ("site", "asset", "from", "until")
_TWO_COLUMNS: Final = 100  # cells of the window from which what changes stands beside
_CHANGES: Final = 42  # cells of that column
_BREATH: Final = 0.15  # seconds between two savings while somebody types

Part = Literal["fields", "asked", "along", "told"]
_PARTS: Final[tuple[Part, ...]] = ("asked", "along", "told", "fields")


def _field_words(name: str) -> str:
    return {
        "destination": _("team"),
        "reason": _("reason"),
        "site": _("site"),
        "asset": _("asset"),
        "from": _("from"),
        "until": _("until"),
    }[name]


class TransferScreen(Asks):
    """One handoff, as far as it is typed; it leaves with what was made of it, an error, or nothing.

    Args:
        look: how everything is drawn.
        conversation_id: which one is handed on.
        to: the receiving tier.
    """

    AUTO_FOCUS: ClassVar[str] = ""
    CSS: ClassVar[str] = """
    TransferScreen { background: $background; }
    TransferScreen #sheets { height: 1fr; width: 1fr; }
    TransferScreen #left { height: 1fr; width: 1fr; }
    TransferScreen #asked { height: 3; }
    TransferScreen #told { height: 3; }
    """

    def __init__(self, look: Look, conversation_id: int, to: Tier) -> None:
        super().__init__()
        self._about = conversation_id
        self.to = to
        self.begun: drawing_up.DrawnUp | None = None
        self.out: set[str] = set()
        self.fields = Fields(look, FIELDS if to is Tier.N2 else FIELDS[:2], words=_field_words, id="fields")
        self.asked = Editor(look, id="asked")
        self.told = Editor(look, id="told")
        self.along = Sheet(look, id="along")
        self.changes = Sheet(look, id="changes")
        self.prompt = PromptRow(look, id="prompt")
        self._wall = Wall(look, id="wall")
        self._titles = TitleRow(look, id="titles")
        self._tiers = Summary(look, id="tiers")
        self._lines = {name: TitleRow(look, id=f"line-{name}") for name in ("asked", "told")}
        self._part: Part = "asked"
        self._ahead: list[str] = []
        self._typing = asyncio.Event()
        self._saved_at: datetime | None = None
        self._trouble = ""
        self._going = False

    def compose(self) -> ComposeResult:
        """Yield the fields, the texts, what goes along, and what changes."""
        yield self._titles
        with Horizontal(id="sheets"):
            with Vertical(id="left"):
                yield self._tiers
                yield self.fields
                yield self._lines["asked"]
                yield self.asked
                yield self.along
                yield self._lines["told"]
                yield self.told
            yield self._wall
            yield self.changes
        yield self.prompt

    def on_mount(self) -> None:
        """Draw the frame, then read what the handoff is about."""
        self._tiers.styles.height = 1
        self._arrange()
        self.go_to("asked")
        self._begin()
        self._keep()

    @property
    def where(self) -> Where:
        """There is one form."""
        return "transfer"

    def panes(self) -> Sequence[Coverable]:
        """Return what is drawn over."""
        return (self.along, self.told, self.changes, self._wall)

    @work(exclusive=True, group="begin")
    async def _begin(self) -> None:
        asked = {"agent_id": self.desk.agent_id, "now": self.now()}
        try:
            begun = await self.desk.tell(drawing_up.begin, conversation_id=self._about, to=self.to, **asked)
        except DeskError as error:
            self.dismiss(error)
            return
        self.begun = begun
        typed = begun.typed
        self.fields.put({name: str(typed.get(name, "")) for name in FIELDS})
        for name, editor in (("asked", self.asked), ("told", self.told)):
            with editor.prevent(TextArea.Changed):
                editor.load_text(str(typed.get(name, "")))
            editor.move_cursor(editor.document.end)
        self.out = set(typed.get("out", ()))
        self._saved_at = self.now() if typed else None
        ahead, self._ahead = "".join(self._ahead), []
        if ahead:
            self.asked.put(ahead)
        self.tell()

    def typed_ahead(self, event: events.Key) -> bool:
        """Keep what is typed while the conversation is read."""
        if self.begun is None and (event.is_printable or event.key == "enter") and event.key != "escape":
            self._ahead.append(event.character if event.is_printable and event.character else "\n")
            event.stop()
            event.prevent_default()
            return True
        return super().typed_ahead(event)

    # ------------------------------------------------------------------------------------------ what is typed

    @property
    def contents(self) -> Contents:
        """What is handed over, as far as it is typed; without its visit where that is not whole."""
        drawn = self.begun.contents if self.begun is not None else Contents("")
        return replace(
            drawn,
            asked=self.asked.text,
            told=self.told.text,
            reason=self.fields.value("reason"),
            facts=tuple(replace(one, out=one.sort in self.out) for one in drawn.facts),
            visit=self._visit()[0],
        )

    def _visit(self) -> tuple[Visit | None, str]:
        """Return the visit that the fields describe, or why they describe none."""
        given = {name: self.fields.value(name).strip() for name in _VISIT}
        if not any(given.values()):
            return None, ""
        moments = []
        for name in ("from", "until"):
            try:
                moments.append(read_moment(given[name], now=self.now()).astimezone(UTC))
            except NoMoment as wrong:
                return None, f"{_field_words(name)}: {wrong}" if given[name] else _("A visit needs from and until.")
        return Visit(given["site"], given["asset"], moments[0], moments[1]), ""

    def values(self) -> dict[str, Any]:
        """Return what was typed, as it is kept."""
        return {
            **{name: self.fields.value(name) for name in FIELDS},
            "asked": self.asked.text,
            "told": self.told.text,
            "out": sorted(self.out),
        }

    @on(TextArea.Changed)
    @on(Fields.Changed)
    def _changed(self) -> None:
        self._typing.set()
        self.tell()

    @work(exclusive=True, group="keep")
    async def _keep(self) -> None:
        """Save whenever something was typed, never two savings at once and never behind for long."""
        while True:
            await self._typing.wait()
            self._typing.clear()
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
            self._trouble = _("not saved: {why}").format(why=trouble_words(error))
        else:
            self._trouble, self._saved_at = "", self.now()
        self.tell()

    # ------------------------------------------------------------------------------------------ where the keys are

    def go_to(self, part: Part) -> None:
        """Give the keys to a part of the form."""
        self._part = part
        match part:
            case "asked":
                self.set_focus(self.asked)
            case "told":
                self.set_focus(self.told)
            case "fields":
                self.fields.go_to("destination")
            case "along":
                self.set_focus(None)
        self.tell()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Follow what was clicked."""
        part: Part = {"asked": "asked", "told": "told"}.get(event.widget.id or "", "fields")  # type: ignore[assignment]
        if part != self._part:
            self._part = part
            self.tell()

    def action_part(self, by: int) -> None:
        """Go to the next part, or the one before."""
        if self._part == "fields" and self.fields.step(by):
            return
        place = (_PARTS.index(self._part) + by) % len(_PARTS)
        self.go_to(_PARTS[place])
        if self._part == "fields" and by < 0:
            self.fields.go_to(self.fields_shown[-1])

    @property
    def fields_shown(self) -> Sequence[str]:
        """The names of the fields that there are."""
        return FIELDS if self.to is Tier.N2 else FIELDS[:2]

    @on(FieldLine.Steered)
    def _field_steered(self, message: FieldLine.Steered) -> None:
        if not self.fields.step(message.by):
            self.go_to("asked")

    @on(Fields.Left)
    def _left(self) -> None:
        self.go_to("asked")

    def action_move(self, by: int) -> None:
        """Move through what goes along, where the keys are there."""
        if self._part == "along":
            self.along.move(by)

    def action_leave_out(self) -> None:
        """Leave the fact under the cursor out, or take it along again."""
        if self._part != "along" or self.along.chosen_key is None:
            return
        self.out ^= {str(self.along.chosen_key)}
        self._typing.set()
        self.tell()

    # ------------------------------------------------------------------------------------------ drawing

    def on_resize(self) -> None:
        """Share the window out anew."""
        self._arrange()
        self._draw_over()

    def _arrange(self) -> None:
        width, height = self.app.size
        beside = width >= _TWO_COLUMNS
        self._wall.display = self.changes.display = beside
        self.changes.styles.width = _CHANGES
        for editor, rows in ((self.asked, 4 if height >= 30 else 3), (self.told, 4 if height >= 30 else 2)):
            editor.styles.height = rows
        self.tell()

    def tell(self) -> None:
        """Draw all that is no text."""
        width = self.app.size.width
        left = width - (_CHANGES + 1 if self.changes.display else 0)
        view = self.begun.view if self.begun is not None else None
        here = view.tier if view is not None else self.to
        title = f"{_('transfer')} #{self._about}  {tier_words(here)} → {tier_words(self.to)}"
        saved = _("saved {moment}").format(moment=moment_words(self._saved_at, self.now())) if self._saved_at else ""
        panes = [PaneTitle(left, title, self._trouble or saved or _("saved as you type"), focused=True)]
        if self.changes.display:
            panes.append(PaneTitle(_CHANGES, _("what changes"), "", focused=False))
        self._titles.show(panes)
        asks = self.begun.changing.asked if self.begun is not None else ""
        aside: list[Span] = [
            (_("{name} is asked").format(name=asks) if asks else _("anybody of the tier is asked"), "muted")
        ]
        self._tiers.show((tier_spans(here, self.to), aside))
        self._lines["asked"].show(
            [
                PaneTitle(
                    left,
                    _("asked of {tier}").format(tier=tier_words(self.to)),
                    _("required"),
                    focused=self._part == "asked",
                )
            ]
        )
        name = one_line(view.customer or view.customer_address) if view is not None else ""
        self._lines["told"].show(
            [
                PaneTitle(
                    left,
                    _("{name} is told").format(name=name or _("the customer")),
                    _("sent with it; empty says nothing"),
                    focused=self._part == "told",
                )
            ]
        )
        self._tell_rows()
        self.prompt.show(*self.ground.keymap.footer("transfer"))

    def _tell_rows(self) -> None:
        if self.begun is None:
            return
        contents = self.contents
        self.along.lay(along_rows(contents, self.out, self.now()))
        needs = self.to is Tier.N2 and (contents.visit is None or not contents.reason.strip())
        self.changes.lay(changes_rows(self.begun.changing, contents, self.begun.before, visit_missing=needs))

    # ------------------------------------------------------------------------------------------ what is done with it

    def action_transfer(self) -> None:
        """Hand it on, where nothing is missing."""
        if self.begun is not None and not self._going:
            self._hand_on()

    @work(exclusive=True, group="hand-on")
    async def _hand_on(self) -> None:
        from console.mail.transferring import hand_on, told_draft, told_findings
        from storage.commands.transferring import Transfer
        from storage.kinds.review import Severity
        from widgets.findings import finding_words

        assert self.begun is not None
        visit, wrong = self._visit()
        if wrong:
            self.say_refusal(wrong)
            self.fields.go_to("from")
            return
        contents = replace(self.contents, visit=visit)
        if not contents.asked.strip():
            self.say_refusal(_("Say what is asked of {tier}.").format(tier=tier_words(self.to)))
            self.go_to("asked")
            return
        self._going = True
        store, number = self.desk.store, self.begun.view.conversation_id
        try:
            await self.save_now()
            if contents.told.strip():
                draft = await asyncio.to_thread(
                    told_draft, store, number, contents.told, agent_id=self.desk.agent_id, now=self.now()
                )
                found = await asyncio.to_thread(told_findings, store, draft, now=self.now())
                stops = [one for one in found if one.severity is Severity.STOP]
                if stops:
                    self.say_refusal(finding_words(stops[0], self.now(), conversation_id=number))
                    self.go_to("told")
                    return
            made = await asyncio.to_thread(
                hand_on,
                store,
                Transfer(number, self.to, contents, destination=self.fields.value("destination")),
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

    def action_as_read(self) -> None:
        """Read it as the receiver will."""
        if self.begun is None:
            return
        from console.screens.paper import PaperScreen

        contents, number, width = self.contents, self.begun.view.conversation_id, min(self.app.size.width - 2, 80)
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
