"""What the last row asks, what is offered over the panes' foot while it is answered, and what is said there."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol

from textual import on, work
from textual.app import SuspendNotSupported
from textual.geometry import Region
from textual.strip import Strip

from console.screens.ground import DeskScreen
from console.screens.keymap import Pending
from storage.kinds.errors import DeskError
from widgets.choices import Choice, choice_rows, first_shown
from widgets.clicking import CoverClicked, KeyClicked, key_among
from widgets.language import _
from widgets.pane import Cover, fitted, toast
from widgets.prompt import PromptRow
from widgets.troubles import trouble_words

TOAST = 5.0
"""Seconds after which a toast leaves at the next key."""

_OFFERED = 10  # rows of choices at most
_PAUSE = 0.05  # seconds of no typing after which what is offered is read anew

Offer = Callable[[str], Awaitable[Sequence[Choice]]]


class Coverable(Protocol):
    """What rows can be drawn over."""

    @property
    def content_region(self) -> Region:
        """Where its rows are in the window; without any width where it is not there."""

    def cover(self, strips: Sequence[Strip]) -> None:
        """Draw rows of the window's width over the last rows, or take them away."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked in the last row.

    Attributes:
        prompt: before the line.
        text: in the line at first.
        offer: what may be chosen for a text; `None` when nothing is offered.
        judge: why a text cannot be taken, as words; empty when it can.
        chooses: whether Enter takes what the cursor is on, and not what was typed.
        history: earlier answers, the newest last, which the arrows bring back.
        secret: whether what is typed is not shown.
    """

    prompt: str
    text: str = ""
    offer: Offer | None = None
    judge: Callable[[str], str] | None = None
    chooses: bool = False
    history: Sequence[str] = ()
    secret: bool = False


def placed_at(column: int, strips: Sequence[Strip]) -> list[Strip]:
    """Return rows that begin in a column of the window, which `Coverable.cover` takes as the window's."""
    return [Strip.join([Strip.blank(column), strip]) for strip in strips] if column else list(strips)


class Asks(DeskScreen):
    """A screen with a last row that asks, and panes that what is said is drawn over."""

    prompt: PromptRow

    def __init__(self) -> None:
        super().__init__()
        self._question: Question | None = None
        self._answer: asyncio.Future[str | None] | None = None
        self._offered: Sequence[Choice] = ()
        self._offered_for: str | None = None  # the text that they were read for
        self._entered_for: str | None = None  # the text with which Enter waits for what is offered
        self._at: int | None = None
        self._past = 0
        self._draft = ""
        self._pending: Pending | None = None
        self._said: Cover = ()
        self._said_here: Cover = ()  # as much of it as there is room for
        self._aside = ""
        self.worked = False  # whether anything was done here that has a command
        self._said_at = 0.0
        self._left_over = 0  # the column in which what is drawn over begins

    def panes(self) -> Sequence[Coverable]:
        """Return what can be drawn over."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------ asking

    @property
    def asking(self) -> bool:
        """Whether the last row asks something."""
        return self._question is not None

    async def ask(self, question: Question) -> str | None:
        """Ask in the last row, and return what was answered; `None` when the agent wants none of it.

        A question that stands already is left: there is one last row.
        """
        return await self.put_question(question)

    def put_question(self, question: Question) -> "asyncio.Future[str | None]":
        """Ask in the last row at once: the very next key is for the line; return what will be answered."""
        self._leave(None)
        self._question, answer = question, asyncio.get_running_loop().create_future()
        self._answer = answer
        self._offered, self._at, self._past, self._draft = (), None, 0, ""
        self._offered_for = self._entered_for = None
        self._pending = None
        self._say_nothing()
        self.prompt.ask(question.prompt, question.text, secret=question.secret)
        self._judge(question.text)
        self._offer_for(question.text, at_once=True)
        if self._beginning:
            self.soon_take_waiting()
        return answer

    def _leave(self, answer: str | None) -> None:
        if self._question is None or self._answer is None:
            return
        self.workers.cancel_group(self, "offer")
        question_over, self._answer, self._question = self._answer, None, None
        self._offered, self._at = (), None
        self.prompt.rest()
        self._draw_over()
        if not question_over.done():
            question_over.set_result(answer)
            if answer is not None:  # who asked goes on with it first: a key typed after it is for where that leads
                self._beginning += 1
                self.soon_take_waiting()

    @on(PromptRow.Typed)
    def _typed(self, message: PromptRow.Typed) -> None:
        if self._question is not None:
            self._past = 0
            self._judge(message.text)
            self._offer_for(message.text)

    def _judge(self, text: str) -> None:
        judge = self._question.judge if self._question else None
        self.prompt.aside(judge(text) if judge is not None and text.strip() else "")

    @work(exclusive=True, group="offer")
    async def _offer_for(self, text: str, *, at_once: bool = False) -> None:
        question = self._question
        if question is None or question.offer is None:
            return
        if not at_once:
            await asyncio.sleep(_PAUSE)
        try:
            offered = await question.offer(text)
        except DeskError as error:
            self.prompt.aside(trouble_words(error))
            if self._entered_for is not None:
                self._entered_for = None
                self.prompt.go_on()
            return
        if self._question is question:
            self._offered, self._at = offered, (0 if question.chooses and offered else None)
            self._offered_for = text
            if question.chooses:
                self.prompt.aside("" if offered else _("nothing is called so"))
            self._draw_over()
            if self._entered_for == text:
                self._entered_for = None
                self._take_chosen()

    @on(PromptRow.Steered)
    def _steered(self, message: PromptRow.Steered) -> None:
        question = self._question
        if question is None:
            return
        if question.history and not question.chooses and abs(message.by) == 1:
            self._go_back(question, -message.by)
        elif self._offered:
            last = len(self._offered) - 1
            at = (self._at if self._at is not None else -1 if message.by > 0 else len(self._offered)) + message.by
            self._at = max(0, min(at, last)) if abs(message.by) > 1 else at % (last + 1)
            self._draw_over()

    def _go_back(self, question: Question, by: int) -> None:
        if self._past == 0:
            self._draft = self.prompt.value
        past = max(0, min(self._past + by, len(question.history)))
        if past != self._past:
            with self.prompt.prevent(PromptRow.Typed, PromptRow.Changed):
                self.prompt.put(question.history[-past] if past else self._draft)
            self._past = past
            self._judge(self.prompt.value)
            self._offer_for(self.prompt.value)

    @on(PromptRow.Completed)
    def _completed(self) -> None:
        """Take what is offered into the line: what the cursor is on, else the first."""
        if self._offered:
            self.prompt.put(self._offered[self._at or 0].text)

    @on(PromptRow.Entered)
    def _entered(self, message: PromptRow.Entered) -> None:
        question = self._question
        if question is None:
            return
        if question.chooses:
            if self._offered_for == message.text:
                self._take_chosen()
            else:  # what is offered still is for what was typed before: its first would be another one
                self._entered_for = message.text
                self._offer_for(message.text, at_once=True)
            return
        text = self._offered[self._at].text if self._at is not None and self._offered else message.text
        if question.judge is not None and (wrong := question.judge(text)):
            self.prompt.aside(wrong)
            self.prompt.go_on()
            return
        self._leave(text)

    def _take_chosen(self) -> None:
        """Answer with what the cursor is on, or let the agent type on where nothing is offered."""
        if self._offered and self._at is not None:
            self._leave(self._offered[self._at].text)
        else:
            self.prompt.go_on()

    @on(PromptRow.Left)
    def _left(self) -> None:
        self._leave(None)

    # ------------------------------------------------------------------------------------------ saying

    def say(self, spans: Cover, command: str = "") -> None:
        """Say what has been done, over the panes' last row.

        Args:
            spans: the words.
            command: what it would be on the `:` line, at the right edge.
        """
        self._said, self._aside, self._said_at = spans, command, monotonic()
        self.worked = self.worked or bool(command)
        self._draw_over()

    def say_error(self, error: DeskError) -> None:
        """Say why something was not done."""
        self.say_refusal(trouble_words(error))

    def say_refusal(self, words: str) -> None:
        """Say that something was not done, in these words."""
        self.say(((_("not done"), "late"), (f"  {words}", "text")))

    def _say_nothing(self) -> None:
        self._said = ()
        self._draw_over()

    def in_editor(self, text: str) -> str | None:
        """Lend the terminal to the editor of choice; return the text as it is then, `None` where that failed."""
        from console.files.editor import NotEdited, edit

        try:
            with self.app.suspend():
                return edit(text)
        except SuspendNotSupported:
            self.say_refusal(_("This terminal cannot be lent to another program."))
        except NotEdited as error:
            self.say_refusal(str(error))
        return None

    def key_came(self) -> None:
        """Take a toast away that has been read."""
        if self._said and monotonic() - self._said_at > TOAST:
            self._say_nothing()

    def hint(self, pending: Pending | None) -> None:
        """Show what may follow keys that are the beginning of commands, or stop showing it."""
        if pending != self._pending:
            self._pending = pending
            self._draw_over()

    def _draw_over(self) -> None:
        """Draw over the panes' foot what is offered, else what may follow a key, else what was said."""
        self._lay_over()
        if self._question is not None or self._pending is not None or self._said:
            self.call_after_refresh(self._lay_over)  # where panes are being laid out anew

    def _lay_over(self) -> None:
        """Draw it over the panes that end in the row in which the first one ends: over others it would be torn."""
        places = [pane.content_region for pane in self.panes()]
        floor = next((place.bottom for place in places if place.width), 0)
        beside = [place for place in places if place.width and place.bottom == floor]
        self._left_over = min((place.x for place in beside), default=0)
        width = max((place.right for place in beside), default=self.app.size.width) - self._left_over
        strips = placed_at(self._left_over, self._rows_over(width))
        for pane, place in zip(self.panes(), places, strict=True):
            pane.cover([] if place.width and place.bottom != floor else strips)

    @property
    def _room_over(self) -> int:
        return max(1, min(_OFFERED, self.app.size.height // 2 - 2))

    @on(CoverClicked)
    def _clicked_over(self, message: CoverClicked) -> None:
        self.clicked_over(message.row, message.column)

    def clicked_over(self, row: int, column: int) -> None:
        """Take the choice that was clicked, press the key that may follow, or the one that a toast names."""
        if self._question is not None:
            self._at = min(first_shown(len(self._offered), self._at, self._room_over) + row, len(self._offered) - 1)
            if self._question.chooses:
                self._leave(self._offered[self._at].text)
            else:
                self._completed()
        elif self._pending is not None:
            self.post_message(KeyClicked(self._pending.next[row][0]))
        elif key := key_among(self._said_here, column - self._left_over - 2):
            self.post_message(KeyClicked(key))

    def _rows_over(self, width: int) -> list[Strip]:
        rows = self._room_over
        if self._question is not None:
            return choice_rows(self.look, width, self._offered, self._at, rows)
        if self._pending is not None:
            keys = [
                Choice("", command.sentence, "", f"{self._pending.pressed} {key}")
                for key, command in self._pending.next
            ]
            # All of them: nothing says that there would be more, and no cursor goes there.
            return choice_rows(self.look, width, keys, None, max(rows, min(len(keys), self.app.size.height - 4)))
        self._said_here = fitted(self.look, width, self._said)
        return [toast(self.look, width, self._said_here, self._aside)] if self._said else []

    # ------------------------------------------------------------------------------------------ keys

    def typed_ahead(self, event: Any) -> bool:
        """Leave keys to the line while it asks, also those typed before it had the keys; say whether it asks."""
        if self.asking and not self.prompt.take_key(event) and event.character and event.is_printable:
            self.prompt.insert_text_at_cursor(event.character)
            event.stop()
        return self.asking
