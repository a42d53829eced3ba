"""The palette, the `:` line and doing again: three ways to the one table of commands beside its keys."""

import asyncio
from collections.abc import Sequence

from textual import work

from console.screens.asking import View
from console.screens.commands.base import Command
from console.screens.commands.deciding import without_numbers
from console.screens.commands.offering import best
from console.screens.doing import Does
from console.screens.lining import Lines
from console.screens.questions import Question
from widgets.choices import Choice
from widgets.conversation import ConversationPane
from widgets.language import _

WITHOUT_DESK = frozenset(
    {"quit", "help", "redraw", "suspend", "down", "up", "half-down", "half-up", "page-down", "page-up"}
)
"""Commands that need no desk: where rows were read ahead, the cursor moves in them."""


class Performs(Lines, Does):
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

    def base(self) -> "Performs":
        """Return this screen: all of it is done here."""
        return self

    def known(self) -> list[Command]:
        """Return the commands that the line, the palette and the help name."""
        named: dict[str, Command] = {}
        for command in self.ground.keymap.commands:
            if not command.hidden and not command.where.isdisjoint({"queue", "conversation"}):
                named.setdefault(command.name, command)
        return list(named.values())

    def perform_line(self, line: str) -> None:
        """Do what a line says."""
        name, _space, rest = line.strip().removeprefix(":").partition(" ")
        command = self.meant(name)
        if command is None:
            self.say_refusal(self._line_trouble(line, typing=False))
            return
        if self.where not in command.where and not self._move_to(command):
            self.say_refusal(_("{name} needs an open conversation: Enter opens one.").format(name=command.name))
            return
        self.perform(command, rest.strip())

    def _move_to(self, command: Command) -> bool:
        """Give the keys to the pane that a command works in; say whether that could be done."""
        raise NotImplementedError

    def action_palette(self) -> None:
        """Find a command by its words, and do it."""

        async def offer(text: str) -> Sequence[Choice]:
            return best(
                text,
                (
                    (
                        command.found_by,
                        Choice(command.name, command.sentence, f":{command.name}", command.shown),
                    )
                    for command in self.known()
                ),
            )

        self._perform_chosen(self.put_question(Question(_("do"), offer=offer, chooses=True)))

    @work(group="commands")
    async def _perform_chosen(self, answer: "asyncio.Future[str | None]") -> None:
        name = await answer
        if name:
            self.perform_line(name)
