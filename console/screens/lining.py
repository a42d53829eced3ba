"""The `:` line: asked wherever a letter is a key; what a list cannot do is done on the main screen."""

import asyncio
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, cast

from textual import work
from textual.app import ComposeResult

from console.screens.commands.base import MAIN, Command
from console.screens.commands.deciding import NUMBER
from console.screens.commands.offering import best, close_to, offer_rest
from console.screens.commands.synonyms import with_synonyms
from console.screens.questions import Asks, Question
from storage.kinds.clean import folded
from widgets.choices import Choice
from widgets.language import _
from widgets.pane import Pane
from widgets.prompt import PromptRow

if TYPE_CHECKING:
    from console.screens.performing import Performs

_WHOLE: Final = frozenset(
    {"moment", "query", "view", "kept view", "folder", "words", "rule", "standing", "customer", "icp", "persona"}
)
"""What may be of several words, and is offered for the line as a whole."""


class Lines(Asks):
    """A screen that takes commands by their names."""

    def known(self) -> Sequence[Command]:
        """Return the commands that can be given here, each once."""
        raise NotImplementedError

    def named(self, name: str) -> Command | None:
        """Return the command of that name that can be given here."""
        return next((command for command in self.known() if command.name == name), None)

    def meant(self, name: str) -> Command | None:
        """Return the command of that name, else the only one that begins so."""
        begun = [command for command in self.known() if name and command.name.startswith(name)]
        return self.named(name) or (begun[0] if len(begun) == 1 else None)

    def base(self) -> "Performs":
        """Return the screen that most is done on."""
        raise NotImplementedError

    def perform_line(self, line: str) -> None:
        """Do what a line says."""
        raise NotImplementedError

    def _line_trouble(self, line: str, *, typing: bool = True) -> str:
        name, space, _rest = line.strip().removeprefix(":").partition(" ")
        if not name or self.named(name) is not None:
            return ""
        known = [command.name for command in self.known()]
        if typing and not space and any(close_to(name, each) is not None for each in known):
            return ""  # it is still being typed
        called = [each for each in self.known() if folded(name) in folded(each.called).split()]
        called.sort(key=lambda each: folded(name) not in folded(with_synonyms(each.name)).split())
        if near := [each.name for each in called] or get_close_matches(name, known, 1):
            return _("{word}: no command; did you mean {name}?").format(word=name, name=near[0])
        return _("{word}: no command; ? shows them all").format(word=name)

    def _judge_line(self, line: str) -> str:
        """Return why a line cannot be done, and point at the place; of most commands only the name is looked at."""
        name, _space, rest = line.partition(" ")
        command = self.named(name)
        place = (0, 0)
        words = self._line_trouble(line)
        if command is not None and command.takes == "rule" and rest.strip():
            from console.screens.rulemaking import rule_trouble

            words, (start, end) = rule_trouble(rest)
            place = (start + len(line) - len(rest), end + len(line) - len(rest))
        self.prompt.point_at(place)
        return words

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
                for command in self.known()
            )
            return [choice for choice in best(name, known) if choice.shown.startswith(name) or len(name) > 1]
        command = self.named(name)
        if command is None or not command.takes:
            return ()
        before, between, last = rest.rpartition(" ")
        offer = offer_rest(self.base(), command.takes)
        if offer is None:
            return ()
        whole = command.takes in _WHOLE
        lead = f"{name} " if whole else f"{name} {before}{between}"
        offered = await offer(rest if whole else last)
        return [Choice(f"{lead}{choice.text}", choice.shown, choice.aside, "", choice.role) for choice in offered]


class Listing(Lines):
    """A list or a page above the main screen, whose last row becomes the line."""

    def last_row(self) -> PromptRow:
        """Return the last row, made anew."""
        self.prompt = PromptRow(self.look, id="prompt")
        return self.prompt

    def compose(self) -> ComposeResult:
        """Yield the last row alone."""
        yield self.last_row()

    def panes(self) -> Sequence[Pane]:
        """Return what the screen shows."""
        return tuple(self.query(Pane))

    def base(self) -> "Performs":
        """Return the main screen."""
        return cast("Performs", self.app.screen_stack[0])

    def known(self) -> Sequence[Command]:
        """Return what works on this list by its name, then what is done on the main screen wherever one is."""
        commands = self.ground.keymap.commands
        here = [one for one in commands if self.where in one.where and (not one.hidden or one.where.isdisjoint(MAIN))]
        here.sort(key=lambda one: not one.where.isdisjoint(MAIN))
        found: dict[str, Command] = {}
        for command in (*here, *(one for one in self.base().known() if one.anywhere)):
            found.setdefault(command.name, command)
        return list(found.values())

    def named(self, name: str) -> Command | None:
        """Return the command of that name, also one that needs a number here."""
        return super().named(name) or self.base().named(name)

    def perform_line(self, line: str) -> None:
        """Do what a line says: here where it works here, else on the main screen, where this list is left for it."""
        name, _space, rest = line.strip().removeprefix(":").partition(" ")
        command = self.meant(name)
        if command is None:
            self.say_refusal(self._line_trouble(line, typing=False))
        elif self.where in command.where:
            self.perform(command, rest.strip())
        elif command.anywhere or any(NUMBER.fullmatch(word) for word in rest.split()):
            base = self.base()
            self.dismiss(None)
            base.call_later(base.perform_line, line)
        else:
            self.say_refusal(
                _("{name} is about a conversation: name its number, or go back to the queue.").format(name=name)
            )
