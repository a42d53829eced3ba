"""The `:` line, the palette, and doing again: three ways to the one table of commands beside its keys."""

import asyncio
from collections.abc import Sequence
from difflib import get_close_matches

from textual import work

from console.screens.asking import View
from console.screens.commands.base import Command
from console.screens.commands.deciding import without_numbers
from console.screens.commands.offering import best, close_to, offer_rest
from console.screens.doing import Does
from console.screens.questions import Question
from widgets.choices import Choice
from widgets.conversation import ConversationPane
from widgets.language import _

WITHOUT_DESK = frozenset(
    {"quit", "help", "redraw", "suspend", "down", "up", "half-down", "half-up", "page-down", "page-up"}
)
"""Commands that need no desk: where rows were read ahead, the cursor moves in them."""


class Performs(Does):
    """A screen that takes commands by name.

    Attributes:
        conversation: what is read.
        views: those there are.
    """

    conversation: ConversationPane
    views: Sequence[View]

    def __init__(self) -> None:
        super().__init__()
        self._last: tuple[str, str] | None = None

    def perform(self, command: Command, rest: str = "") -> None:
        """Do what a command does, and remember it for ``.``."""
        if self.ground.desk is None and command.name not in WITHOUT_DESK:
            return
        if command.repeats:
            self._last = command.name, without_numbers(rest)
        super().perform(command, rest)

    def remember(self, name: str, rest: str) -> None:
        """Remember what a command was answered with, so that doing it again does not ask again."""
        self._last = name, rest

    def repeat_last(self) -> None:
        """Do the last deed again, to what is pointed at now."""
        command = self.ground.keymap.named(self._last[0]) if self._last else None
        if command is None or self._last is None:
            self.say_refusal(_("Nothing was done yet that could be done again."))
        else:
            self.perform(command, self._last[1])

    def perform_line(self, line: str) -> None:
        """Do what a line says."""
        name, _space, rest = line.strip().removeprefix(":").partition(" ")
        command = self.ground.keymap.named(name)
        if command is None:
            self.say_refusal(self._line_trouble(line))
            return
        if self.where not in command.where and not self._move_to(command):
            self.say_refusal(_("{name} needs an open conversation: Enter opens one.").format(name=command.name))
            return
        self.perform(command, rest.strip())

    def _move_to(self, command: Command) -> bool:
        """Give the keys to the pane that a command works in; say whether that could be done."""
        raise NotImplementedError

    def _line_trouble(self, line: str) -> str:
        name, space, _rest = line.strip().removeprefix(":").partition(" ")
        if not name or self.ground.keymap.named(name) is not None:
            return ""
        known = [command.name for command in self._known()]
        if not space and any(close_to(name, each) is not None for each in known):
            return ""  # it is still being typed
        if near := get_close_matches(name, known, 1):
            return _("{word}: no command; did you mean {name}?").format(word=name, name=near[0])
        return _("{word}: no command; ? shows them all").format(word=name)

    def _judge_line(self, line: str) -> str:
        """Return why a line cannot be done, and point at the place; of most commands only the name is looked at."""
        name, _space, rest = line.partition(" ")
        command = self.ground.keymap.named(name)
        place = (0, 0)
        words = self._line_trouble(line)
        if command is not None and command.takes == "rule" and rest.strip():
            from console.screens.rulemaking import rule_trouble

            words, (start, end) = rule_trouble(rest)
            place = (start + len(line) - len(rest), end + len(line) - len(rest))
        self.prompt.point_at(place)
        return words

    def _known(self) -> list[Command]:
        named: dict[str, Command] = {}
        for command in self.ground.keymap.commands:
            if not command.hidden and not command.where.isdisjoint({"queue", "conversation"}):
                named.setdefault(command.name, command)
        return list(named.values())

    def action_line(self) -> None:
        """Ask for a line, and do what it says."""
        question = Question(":", offer=self._offer_line, judge=self._judge_line, history=self.ground.typed.lines)
        self._perform_answer(self.put_question(question))

    @work(group="commands")
    async def _perform_answer(self, answer: "asyncio.Future[str | None]") -> None:
        line = await answer
        if line and line.strip():
            self.ground.typed.keep(line)
            self.perform_line(line)

    async def _offer_line(self, text: str) -> Sequence[Choice]:
        name, space, rest = text.partition(" ")
        if not space:
            known = (
                (
                    command.name,
                    Choice(
                        f"{command.name} " if command.takes else command.name,
                        command.name,
                        command.sentence,
                        command.shown,
                    ),
                )
                for command in self._known()
            )
            return [choice for choice in best(name, known) if choice.shown.startswith(name) or len(name) > 1]
        command = self.ground.keymap.named(name)
        if command is None or not command.takes:
            return ()
        before, between, last = rest.rpartition(" ")
        offer = offer_rest(self, command.takes)
        if offer is None:
            return ()
        whole = command.takes in {"moment", "query", "view", "folder", "words", "rule", "standing"}
        lead = f"{name} " if whole else f"{name} {before}{between}"
        offered = await offer(rest if whole else last)
        return [Choice(f"{lead}{choice.text}", choice.shown, choice.aside, "", choice.role) for choice in offered]

    def action_palette(self) -> None:
        """Find a command by its words, and do it."""

        async def offer(text: str) -> Sequence[Choice]:
            return best(
                text,
                (
                    (
                        f"{command.name} {command.sentence} {command.also}",
                        Choice(command.name, command.sentence, f":{command.name}", command.shown),
                    )
                    for command in self._known()
                ),
            )

        self._perform_chosen(self.put_question(Question(_("do"), offer=offer, chooses=True)))

    @work(group="commands")
    async def _perform_chosen(self, answer: "asyncio.Future[str | None]") -> None:
        name = await answer
        if name:
            self.perform_line(name)
