"""The fields of a draft: what is typed in them, what is offered, and the way from one to the next."""

import asyncio
from collections.abc import Sequence

from textual import events, on, work

from console.screens.questions import placed_at
from console.screens.saving import Saves
from storage.kinds.clean import clean
from storage.kinds.errors import DeskError
from storage.kinds.mail import entries
from widgets.choices import Choice, choice_rows, first_shown
from widgets.fields import FieldLine, Fields
from widgets.line import one_line

_RECIPIENTS = frozenset({"to", "cc", "bcc"})
_OFFERED = 6  # rows of what is offered


class Fills(Saves):
    """A screen with a draft's fields."""

    def __init__(self) -> None:
        super().__init__()
        self._choices: Sequence[Choice] = ()
        self._choice: int | None = None
        self._field = self._offered_in = ""
        self._came_as = ""  # what the field that has the keys said when they came there
        self._choices_for: tuple[str, str] | None = None  # the field and the text that the choices were read for
        self._tab_for: tuple[str, str] | None = None  # those with which Tab waits for them

    @on(Fields.Changed)
    def _field_changed(self, message: Fields.Changed) -> None:
        if self.begun is None:
            return
        if message.name == "from":
            wanted = message.text.strip().casefold()
            found = next((one for one in self.begun.senders if one.address.casefold() == wanted), None)
            if found is not None:
                self.changed("mailbox_id", found.mailbox_id)
        else:
            self.changed(message.name, clean(message.text))
        self._offer(message.name, message.text)

    @work(exclusive=True, group="offer-field")
    async def _offer(self, name: str, text: str, *, at_once: bool = False) -> None:
        """Offer known persons for the last recipient of a line, mailboxes for the sender."""
        self._choices, self._choice, self._offered_in = (), None, name
        if self.begun is None:
            return
        if name == "from":
            self._choices = [
                Choice(one.address, one.address, one.name)
                for one in self.begun.senders
                if text.strip().casefold() in one.address.casefold() and one.address != text.strip()
            ]
        elif name in _RECIPIENTS:
            if not at_once:
                await asyncio.sleep(0.05)
            self._choices = await self._persons(text)
        self._choices_for = name, text
        self._draw_choices()
        if self._tab_for == self._choices_for:
            self._tab_for = None
            self._take_or_go_on()

    async def _persons(self, text: str) -> Sequence[Choice]:
        """Return whom the desk knows by the last entry of a line, while that is being written."""
        from storage.queries import answering
        from storage.rules.addressing import entry_of

        if not (last := _being_written(text)):
            return ()
        before = text[: len(text.rstrip()) - len(last)]
        try:
            found = await self.desk.ask(answering.persons, last)
        except DeskError:
            return ()
        return [
            Choice(f"{before}{entry_of(one)}", one_line(one.name) or one.address, one.address)
            for one in found
            if one.address != last
        ]

    def _draw_choices(self) -> None:
        place = self.editor.content_region
        width = place.width or self.size.width
        rows = choice_rows(self.look, width, self._choices, self._choice, _OFFERED)
        self.editor.cover(placed_at(place.x, rows))

    def _uncover(self) -> None:
        self._choices, self._choice = (), None
        self._draw_choices()

    def clicked_over(self, row: int, column: int) -> None:
        """Take the person or the mailbox that was clicked into its field."""
        if self.asking or not self._choices:
            super().clicked_over(row, column)
            return
        at = min(first_shown(len(self._choices), self._choice, _OFFERED) + row, len(self._choices) - 1)
        taken = self._choices[at].text
        self._uncover()
        self.fields.go_to(self._offered_in)  # the click took the keys out of it
        self.fields.put({self._offered_in: taken}, quietly=False)
        self._choices = ()

    @on(FieldLine.Steered)
    def _field_steered(self, message: FieldLine.Steered) -> None:
        if self._choices:
            at = -1 if self._choice is None and message.by > 0 else (self._choice or 0)
            self._choice = (at + message.by) % len(self._choices)
            self._draw_choices()
        elif not self.fields.step(message.by) and message.by > 0:
            self.to_text()
        else:
            self._field = self.fields.focused_name or self._field

    @on(Fields.Left)
    def _fields_left(self) -> None:
        self.to_text()

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        """Take note of the field that has the keys."""
        name = self.fields.focused_name
        if name != self._field:
            self._field = name
            self._came_as = self.fields.value(name)
            self._arrange()

    def action_fields(self) -> None:
        """Take what is offered, else go to the next field, and from the last one to the text."""
        if self.note:
            return
        if not self._field:
            self.fields.go_to("to")
            return
        here = self._field, self.fields.value(self._field)
        if self._choices_for == here or self._field not in _RECIPIENTS:
            self._take_or_go_on()
        elif here[1] != self._came_as and _being_written(here[1]):
            # What is offered still is for the letters before: its first would be another person.
            self._tab_for = here
            self._offer(*here, at_once=True)
        elif not self.fields.step(1):
            self.to_text()

    def _take_or_go_on(self) -> None:
        if self._choices:
            taken = self._choices[self._choice or 0].text
            self._uncover()
            self._came_as = taken
            self.fields.put({self._field: taken}, quietly=False)
            self._choices = ()
        elif not self.fields.step(1):
            self.to_text()

    def action_fields_back(self) -> None:
        """Go to the field before."""
        if self.note:
            return
        if not self._field:
            self.fields.go_to("subject")
        elif not self.fields.step(-1):
            self.to_text()


def _being_written(text: str) -> str:
    """Return the last entry of a line of recipients, as long as it is not finished."""
    last = entries(f"{text} ")[-1] if entries(text) and not text.rstrip().endswith((",", ";")) else ""
    return last if len(last) > 1 and "<" not in last else ""
