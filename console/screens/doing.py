"""Doing the same to one conversation or to ten thousand, in parts that let others through, and taking it back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from console.feed import Change
from console.screens import deeds
from console.screens.journeys import Journey, Travels
from storage.kinds.errors import DeskError, Refused
from widgets.language import _, ngettext
from widgets.line import one_line
from widgets.pane import Cover
from widgets.troubles import trouble_words

if TYPE_CHECKING:
    from storage.commands.bulk import Progress, TakenBack


class _Steps(Protocol):
    """How far something done in parts has come."""

    @property
    def done(self) -> int: ...

    @property
    def total(self) -> int: ...


_Step = TypeVar("_Step", bound=_Steps)

PARTS_SAID = 400
"""Conversations from which the progress of a bulk act is said."""


@dataclass(frozen=True, slots=True)
class Targets:
    """What a deed is about.

    Attributes:
        numbers: the conversations.
        subject: of the one, empty when there are several.
        marked: whether they were marked, rather than being under the cursor.
    """

    numbers: tuple[int, ...]
    subject: str = ""
    marked: bool = False

    def words(self) -> str:
        """Return what it is about in a few words: its number, or how many."""
        if len(self.numbers) == 1:
            return f"#{self.numbers[0]}"
        return ngettext("{count} conversation", "{count} conversations", len(self.numbers)).format(
            count=f"{len(self.numbers):,}"
        )


@dataclass(frozen=True, slots=True)
class Deed:
    """A command of the record as an agent gives it.

    Attributes:
        command: of `storage.commands`, given only when it is needed: the store's libraries are imported late.
        word: what the toast says was done.
        line: what it is on the `:` line.
        leaves: whether a conversation leaves the queue by it, so that the agent goes on with the next one.
        choices: of the command.
        otherwise: what is done instead where a rule refuses all of it; `None` for saying so.
    """

    command: Callable[[], Callable[..., int]]
    word: str
    line: str
    leaves: bool
    choices: dict[str, Any]
    otherwise: "Callable[[Refused], Awaitable[None]] | None" = None


class Does(Travels):
    """A screen on which conversations are decided."""

    def __init__(self) -> None:
        super().__init__()
        self._stopped = asyncio.Event()
        self._turn = asyncio.Lock()

    def targets(self) -> Targets:
        """Return what a deed is about."""
        raise NotImplementedError

    def passed_over(self, numbers: Sequence[int]) -> None:
        """Go on with what stands below these, which are about to leave the queue."""
        raise NotImplementedError

    def stay_with(self, number: int) -> None:
        """Go back to what was passed over and stands as it stood: nothing was done to it."""

    def turn_to_taken_back(self, number: int, journey: Journey) -> None:  # noqa: ARG002 - only the main screen shows it
        """Go to what was taken back or done again, where it is shown here, and arrive there."""
        self.arrive(journey)

    def written(self, *numbers: int) -> None:
        """Show what was written; no numbers when only the rows may look different."""
        raise NotImplementedError

    def unmark(self, numbers: Sequence[int]) -> None:
        """Take marks off."""
        raise NotImplementedError

    async def do(self, deed: Deed, targets: Targets) -> None:
        """Do a deed to conversations, and say what became of it."""
        if not targets.numbers or self.ground.desk is None:
            self.say_refusal(_("No conversation is chosen."))
            return
        if self.busy:
            self.say_refusal(_("Something long is still being done: Esc stops it."))
            return
        from storage.commands.bulk import in_parts

        parts = in_parts(
            self.desk.store,
            deed.command(),
            targets.numbers,
            actor=self.desk.actor,
            clock=self.now,
            **deed.choices,
        )
        if deed.leaves:
            self.passed_over(targets.numbers)
        progress: Progress | None = None
        try:
            async for step in self._steps(parts, deed.word):
                progress = step
        except DeskError as error:
            self.say_error(error)
        refused = progress.why if progress is not None and not progress.changed else None
        instead = deed.otherwise if refused is not None else None
        if progress is not None and instead is None:
            self._tell(deed, targets, progress)
        if deed.leaves and (progress is None or not progress.changed):
            self.stay_with(targets.numbers[0])
            self.written()
        if refused is not None and instead is not None:
            await instead(refused)

    async def _steps(self, parts: "Iterator[_Step]", word: str) -> "AsyncIterator[_Step]":
        """Yield how far it has come, one transaction in a thread at a time; Esc stops it after the one under way.

        What was asked for first is done first, however fast the keys come.
        """
        async with self._turn:
            self._stopped.clear()
            try:
                while (progress := await asyncio.to_thread(next, parts, None)) is not None:
                    self.desk.wrote.set()
                    self.busy = progress.total > PARTS_SAID and progress.done < progress.total
                    yield progress
                    if self._stopped.is_set():
                        return
                    if self.busy:
                        self._say_progress(word, progress.done, progress.total)
            finally:
                self.busy = False

    def _say_progress(self, word: str, done: int, total: int) -> None:
        counted = _("{done} of {total}").format(done=f"{done:,}", total=f"{total:,}")
        self.say(((word, "soon"), (f"  {counted}", "text"), ("   Esc", "accent"), (" " + _("stops"), "text")))

    def stop_doing(self) -> bool:
        """Stop what is being done to many; say whether anything was."""
        if self.busy:
            self._stopped.set()
        return self.busy

    def _tell(self, deed: Deed, targets: Targets, progress: "Progress") -> None:
        changed, why = progress.changed, progress.why
        if targets.marked:
            self.unmark([number for number in targets.numbers if number not in set(progress.left)])
        if not changed:
            if why is not None:
                self.say_error(why)
            elif progress.missing:
                self.say_refusal(_("There is no conversation #{number}.").format(number=progress.missing[0]))
            return
        one = len(changed) == 1
        what = f"#{changed[0]}" if one else Targets(changed).words()
        subject = f" {one_line(targets.subject)[:60]}" if one and targets.subject else ""
        more = ""
        if progress.refused or progress.missing:
            stay = len(progress.refused) + len(progress.missing)
            more += "   " + ngettext("{count} stays: {why}", "{count} stay: {why}", stay).format(
                count=f"{stay:,}", why=trouble_words(why) if why else _("no such conversation")
            )
        if progress.left:
            more += "   " + _("stopped, {count} left").format(count=f"{len(progress.left):,}")
        self.say(
            (
                (deed.word, "ok"),
                (f" {what}{subject}", "text"),
                ("   u", "accent"),
                (" " + _("takes it back"), "text"),
                (more, "soon"),
            ),
            f":{deed.line}",
        )
        self.written(*changed)

    async def tell(
        self, command: Callable[..., Any], *args: Any, words: Callable[[Any], Cover], line: str, **choices: Any
    ) -> Any:
        """Give the record a command that is about few things, and say what became of it.

        Args:
            command: of `storage.commands`; takes the session, `args`, `choices`, the actor and the moment.
            args: the command's.
            words: the toast's, for what the command gave.
            line: what it is on the `:` line.
            choices: of the command.

        Returns:
            What the command gave, `None` when it was refused, which is said.
        """
        try:
            given = await self.desk.tell(command, *args, actor=self.desk.actor, now=self.now(), **choices)
        except DeskError as error:
            self.say_error(error)
            return None
        self.say((*words(given), ("   u", "accent"), (" " + _("takes it back"), "text")), f":{line}")
        return given

    async def take_back(self, *, again: bool, action_id: int | None = None) -> None:
        """Take this agent's last action back, or do it again; of a bulk act what still stands as it was left."""
        if self.ground.desk is None or self.busy:
            return
        from storage.commands.bulk import undo_in_parts
        from storage.queries.agents import agents

        parts = undo_in_parts(self.desk.store, actor=self.desk.actor, clock=self.now, redo=again, action_id=action_id)
        word = _("doing again") if again else _("taking back")
        undone: TakenBack | None = None
        names = {}
        journey = self.set_out()
        named = asyncio.create_task(self.desk.ask(agents))  # read while the store's lock is waited for
        try:
            async for step in self._steps(parts, word):
                undone = step
            names = await named
        except DeskError as error:
            self.call_off()
            self.say_error(error)
        finally:
            named.cancel()
        if undone is None:
            self.arrive(journey)
            return
        self.say(deeds.taken_back(undone, self.now(), names, again=again), ":redo" if again else ":undo")
        if undone.taken:
            self.turn_to_taken_back(min(undone.taken), journey)
        else:
            self.arrive(journey)
        self.written(*undone.taken)


def much(numbers: Sequence[int]) -> Change:
    """Return the change that writing to these conversations is: too many are not named one by one."""
    return Change(much=True) if len(numbers) > PARTS_SAID // 2 else Change(frozenset(numbers))
