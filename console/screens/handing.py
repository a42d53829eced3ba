"""The screen on which a conversation is handed on: where its fields and texts stand, and where the keys are."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, Final, Literal

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.strip import Strip
from textual.widgets import TextArea

from console.screens import drawing_up
from console.screens.commands.base import Where
from console.screens.handing_whom import Asked, choices_of, whom
from console.screens.questions import Asks, Coverable
from storage.kinds import Tier
from storage.kinds.handoffs import Contents
from storage.kinds.promises import Commitment
from widgets.bars import PaneTitle, TitleRow
from widgets.briefs import LABEL
from widgets.choices import Choice, choice_rows, first_shown
from widgets.editor import Editor
from widgets.fields import FieldLine, Fields, Summary
from widgets.handing import PROMISE, along_rows, asked_spans, changes_rows, tier_spans
from widgets.language import _, drawn
from widgets.line import Span, one_line
from widgets.look import Look
from widgets.moments import moment_words
from widgets.pane import Wall
from widgets.prompt import PromptRow
from widgets.sheet import Sheet
from widgets.text import tier_words

FIELDS: Final = ("agent", "destination", "reason", "site", "asset", "from", "until", "promise")
"""The fields above the texts, in their order."""

VISIT: Final = ("site", "asset", "from", "until")
"""Those of a visit."""

_TWO_COLUMNS: Final = 100  # cells of the window from which what changes stands beside
_CHANGES: Final = 42  # cells of that column
_HIGH: Final = 30  # rows of a window that is high

Part = Literal["fields", "asked", "along", "told"]
_PARTS: Final[tuple[Part, ...]] = ("asked", "along", "told", "fields")


def field_words(name: str) -> str:
    """Return the label of a field."""
    return {
        "agent": _("to whom"),
        "destination": _("team"),
        "reason": _("reason"),
        "site": _("site"),
        "asset": _("asset"),
        "from": _("from"),
        "until": _("until"),
        "promise": _("promised"),
    }[name]


class HandoffForm(Asks):
    """The form of one handoff: what is typed in it, and what that makes.

    Args:
        look: how everything is drawn.
        conversation_id: which one is handed on.
        to: the receiving tier.
    """

    AUTO_FOCUS: ClassVar[str] = ""
    CSS: ClassVar[str] = """
    HandoffForm { background: $background; }
    HandoffForm #sheets { height: 1fr; width: 1fr; }
    HandoffForm #left { height: 1fr; width: 1fr; }
    HandoffForm #asked { height: 3; }
    HandoffForm #told { height: 3; }
    """

    def __init__(self, look: Look, conversation_id: int, to: Tier) -> None:
        super().__init__()
        self.about = conversation_id
        self.to = to
        self.begun: drawing_up.DrawnUp | None = None
        self.out: set[str] = set()
        self.taken: set[str] = set()
        self.fields = Fields(look, self.fields_shown, words=field_words, id="fields")
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
        self._choices: Sequence[Choice] = ()
        self._choice: int | None = None
        self.typing = asyncio.Event()
        self.saved_at: datetime | None = None
        self.trouble = ""

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

    @property
    def where(self) -> Where:
        """There is one form."""
        return "transfer"

    def panes(self) -> Sequence[Coverable]:
        """Return what is drawn over."""
        return (self.along, self.told, self.changes, self._wall)

    @property
    def fields_shown(self) -> Sequence[str]:
        """The names of the fields that there are."""
        return FIELDS if self.to is Tier.N2 else tuple(name for name in FIELDS if name not in VISIT)

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
            visit=drawing_up.visit_of(self.values(), self.now(), words=field_words)[0],
        )

    @property
    def commitments(self) -> tuple[Commitment, ...]:
        """What the customer is told that could be promised."""
        from storage.rules.promised import promised

        return promised(self.told.text, now=self.now()) if self.told.text.strip() else ()

    @property
    def whom(self) -> Asked:
        """Who is asked to accept it, as far as the fields say so."""
        if self.begun is None:
            return Asked()
        return whom(self.fields.value("agent"), self.begun, self.fields.value("destination"), self.now())

    def values(self) -> dict[str, Any]:
        """Return what was typed, as it is kept."""
        return {
            **{name: self.fields.value(name) for name in FIELDS},
            "asked": self.asked.text,
            "told": self.told.text,
            "out": sorted(self.out),
            "taken": sorted(self.taken),
        }

    def put(self, typed: Any) -> None:
        """Write what was typed before into the form."""
        self.fields.put({name: str(typed.get(name, "")) for name in FIELDS})
        for name, editor in (("asked", self.asked), ("told", self.told)):
            with editor.prevent(TextArea.Changed):
                editor.load_text(str(typed.get(name, "")))
            editor.move_cursor(editor.document.end)
        self.out, self.taken = set(typed.get("out", ())), set(typed.get("taken", ()))

    @on(TextArea.Changed)
    def _text_changed(self) -> None:
        self.typing.set()
        self.tell()

    @on(Fields.Changed)
    def _field_changed(self, message: Fields.Changed) -> None:
        self.typing.set()
        if message.name == "agent" and self.fields.focused_name == "agent":
            self._offer(message.text)
        self.tell()

    # ------------------------------------------------------------------------------------------ whom to ask

    def _offer(self, text: str) -> None:
        """Offer who can be asked, by what is typed so far."""
        self._choices = choices_of(text, self.begun, self.now()) if self.begun is not None else ()
        self._choice = 0 if text.strip() and self._choices else None
        self._draw_over()

    def _leave_agent(self) -> None:
        """Take whom the cursor is on; nobody is offered any more."""
        if self._choice is not None:
            self.fields.put({"agent": self._choices[self._choice].text}, quietly=False)
        self._choices, self._choice = (), None
        self._draw_over()

    def _rows_over(self, width: int) -> list[Strip]:
        below = super()._rows_over(width)
        if self._question is None and self._pending is None and self._choices:
            return [*choice_rows(self.look, width, self._choices, self._choice, self._room_over - len(below)), *below]
        return below

    def clicked_over(self, row: int, column: int) -> None:
        """Take whom was clicked."""
        if self.asking or not self._choices:
            super().clicked_over(row, column)
            return
        self._choice = min(first_shown(len(self._choices), self._choice, self._room_over) + row, len(self._choices) - 1)
        self._leave_agent()

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
                self.fields.go_to(FIELDS[0])
            case "along":
                self.set_focus(None)
                self._left_fields()
        self.tell()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Follow what was clicked, and offer whom to ask where that is typed."""
        part: Part = {"asked": "asked", "told": "told"}.get(event.widget.id or "", "fields")  # type: ignore[assignment]
        self._left_fields()
        if self.fields.focused_name == "agent":
            self._offer("")
        if part != self._part:
            self._part = part
            self.tell()

    def _left_fields(self) -> None:
        if self._choices and self.fields.focused_name != "agent":
            self._leave_agent()

    def action_part(self, by: int) -> None:
        """Go to the next part, or the one before."""
        if self._part == "fields" and self.fields.step(by):
            return
        place = (_PARTS.index(self._part) + by) % len(_PARTS)
        self.go_to(_PARTS[place])
        if self._part == "fields" and by < 0:
            self.fields.go_to(self.fields_shown[-1])

    @on(FieldLine.Steered)
    def _field_steered(self, message: FieldLine.Steered) -> None:
        if self._choices:
            at = -1 if self._choice is None and message.by > 0 else self._choice or 0
            self._choice = (at + message.by) % len(self._choices)
            self._draw_over()
        elif not self.fields.step(message.by):
            self.go_to("asked")

    @on(Fields.Left)
    def _left(self) -> None:
        self.go_to("asked")

    def action_move(self, by: int) -> None:
        """Move through what goes along, where the keys are there."""
        if self._part == "along":
            self.along.move(by)

    def action_leave_out(self) -> None:
        """Leave the fact under the cursor out, or take it along again; promise what is told, or not."""
        key = self.along.chosen_key
        if self._part != "along" or key is None:
            return
        if isinstance(key, tuple) and key[0] == PROMISE:
            self.taken ^= {str(key[1])}
        else:
            self.out ^= {str(key)}
        self.typing.set()
        self.tell()

    # ------------------------------------------------------------------------------------------ drawing

    def on_resize(self) -> None:
        """Share the window out anew."""
        self.share_out()
        self._draw_over()

    def share_out(self) -> None:
        """Share the window out."""
        width, height = self.app.size
        beside = width >= _TWO_COLUMNS
        self._wall.display = self.changes.display = beside
        self.changes.styles.width = _CHANGES
        high = height >= _HIGH
        self._tiers.styles.height = 2 if high else 1
        for editor, rows in ((self.asked, 4 if high else 3), (self.told, 4 if high else 2)):
            editor.styles.height = rows
        self.tell()

    @property
    def heading(self) -> str:
        """What the first row says: which conversation, and from where to where once that is read."""
        way = tier_words(self.to)
        if self.begun is not None:
            way = f"{tier_words(self.begun.view.tier)}{drawn(' → ')}{way}"
        return f"{_('transfer')} #{self.about}  {way}"

    def tell(self) -> None:
        """Draw all that is no text."""
        width = self.app.size.width
        left = width - (_CHANGES + 1 if self.changes.display else 0)
        view = self.begun.view if self.begun is not None else None
        here = view.tier if view is not None else self.to
        saved = _("saved {moment}").format(moment=moment_words(self.saved_at, self.now())) if self.saved_at else ""
        panes = [PaneTitle(left, self.heading, self.trouble or saved or _("saved as you type"), focused=True)]
        if self.changes.display:
            panes.append(PaneTitle(_CHANGES, _("what changes"), "", focused=False))
        self._titles.show(panes)
        low = self.app.size.height < _HIGH
        spans: tuple[Span, ...] = ()
        if self.begun is not None:
            beside = bool(self.changes.display)
            spans = asked_spans(self.whom.shown, self.begun.changing, self.now(), low=low, beside=beside)
        if low:
            self._tiers.show((tier_spans(here, self.to), spans))
        else:
            self._tiers.show((tier_spans(here, self.to), ()), (((" " * LABEL, "muted"), *spans), ()))
        name = one_line(view.customer or view.customer_address) if view is not None else ""
        for part, words, aside in (
            ("asked", _("asked of {tier}").format(tier=tier_words(self.to)), _("required")),
            (
                "told",
                _("{name} is told").format(name=name or _("the customer")),
                _("sent with it; empty says nothing"),
            ),
        ):
            self._lines[part].show([PaneTitle(left, words, aside, focused=self._part == part)])
        self._tell_rows()
        self.prompt.show(*self.ground.keymap.footer("transfer"))

    def _tell_rows(self) -> None:
        if self.begun is None:
            return
        contents, said, now = self.contents, self.commitments, self.now()
        typed = drawing_up.promise_of(self.values(), now)[0]
        if typed is not None:
            contents = replace(contents, promised=(*contents.promised, typed))
        low = self.app.size.height < _HIGH
        self.along.lay(along_rows(contents, self.out, now, said=said, taken=self.taken, low=low))
        self.changes.lay(
            changes_rows(
                self.begun.changing,
                contents,
                self.begun.before,
                now,
                asking=self.whom.shown,
                visit_missing=self.to is Tier.N2 and (contents.visit is None or not contents.reason.strip()),
                unpromised=sum(one.text not in self.taken for one in said),
            )
        )
