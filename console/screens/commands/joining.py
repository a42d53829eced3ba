"""What makes one conversation of several, several of one, or ties them together."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.screens.commands.base import MAIN, READING, Command
from console.screens.commands.deciding import NUMBER, about
from console.screens.commands.offering import offer_joins, offer_messages
from console.screens.questions import Question
from storage.kinds.errors import NoSuch
from widgets.language import _
from widgets.pane import Cover
from widgets.troubles import numbers_words

if TYPE_CHECKING:
    from console.screens.main import MainScreen


def commands() -> Sequence[Command]:
    """Return them, in the order of use."""
    return (
        Command(
            "join", ("M",), "", _("join it with another conversation"), MAIN, join, "conversation", _("merge duplicate")
        ),
        Command(
            "split",
            ("S",),
            "",
            _("split a message off into a conversation of its own"),
            READING,
            split,
            "words",
            _("part unmerge"),
        ),
        Command(
            "link",
            ("L",),
            "",
            _("link it with another conversation; they stay two"),
            MAIN,
            link,
            "conversation",
            _("relate connect"),
        ),
        Command("unlink", (), "", _("take a link off"), MAIN, unlink, "conversation", _("unrelate")),
        Command(
            "go",
            ("g l",),
            "",
            _("go to a conversation linked with this, or of the same customer"),
            READING,
            go,
            "conversation",
            _("linked other jump"),
        ),
    )


async def join(screen: "MainScreen", rest: str) -> None:
    """Join the conversations marked, or the one pointed at with another, which is asked for."""
    targets = screen.targets()
    numbers = [int(word.lstrip("#")) for word in rest.split() if NUMBER.fullmatch(word)]
    if not numbers and len(targets.numbers) == 1:
        offer = offer_joins(screen, targets.numbers[0])
        answer = await screen.ask(
            Question(_("join {what} with").format(what=targets.words()), offer=offer, chooses=True)
        )
        if not answer:
            return
        numbers = [int(answer.strip().lstrip("#"))]
    wanted = list(dict.fromkeys((*targets.numbers, *numbers)))
    if len(wanted) < 2:
        screen.say_refusal(_("Joining needs two conversations: mark several with Space, or name one."))
        return
    await _join(screen, wanted)


async def split(screen: "MainScreen", rest: str) -> None:
    """Split messages off the conversation that is read; which is asked for when the line names none."""
    view = screen.conversation.view
    if view is None:
        return
    known = {message.message_id for message in view.messages}
    named = [int(word.lstrip("m")) for word in rest.split() if word.lstrip("m").isdecimal()]
    if not named:
        answer = await screen.ask(Question(_("split off"), offer=offer_messages(screen), chooses=True))
        if not answer:
            return
        named = [int(answer.lstrip("m"))]
    if missing := [number for number in named if number not in known]:
        screen.say_error(NoSuch("message", missing[0]))
        return
    await _split_off(screen, named)


async def _join(screen: "MainScreen", numbers: Sequence[int]) -> None:
    """Join conversations; the lowest number stays."""
    from storage.commands import joining

    winner, others = min(numbers), sorted(set(numbers) - {min(numbers)})

    def words(_action: int) -> Cover:
        return ((_("joined to #{number}:").format(number=winner), "ok"), (f" {numbers_words(others)}", "text"))

    line = f"join {' '.join(map(str, numbers[:4]))}"
    if await screen.tell(joining.join, numbers, words=words, line=line) is not None:
        screen.unmark(numbers)
        screen.queue.go_to(winner)
        if screen.reading:
            screen.shown_id = winner
        screen.written(*numbers)


async def _split_off(screen: "MainScreen", message_ids: Sequence[int]) -> None:
    """Split messages off into a conversation of their own."""
    from storage.commands import joining

    def words(given: tuple[int, int]) -> Cover:
        return ((_("split off to #{number}").format(number=given[1]), "ok"),)

    line = f"split {' '.join(f'm{each}' for each in message_ids[:4])}"
    given = await screen.tell(joining.split, message_ids, words=words, line=line)
    if given is not None:
        screen.written(given[1], *(() if screen.shown_id is None else (screen.shown_id,)))


async def link(screen: "MainScreen", rest: str) -> None:
    """Link the conversation pointed at with another, which is asked for when the line names none."""
    await _link(screen, rest, linked=True)


async def unlink(screen: "MainScreen", rest: str) -> None:
    """Take the link with another conversation off."""
    await _link(screen, rest, linked=False)


async def _link(screen: "MainScreen", rest: str, *, linked: bool) -> None:
    from storage.commands import joining

    targets = screen.targets()
    if len(targets.numbers) != 1:
        screen.say_refusal(_("A link needs one conversation to begin at."))
        return
    number = targets.numbers[0]
    named, _more = about(screen, rest)
    other = named.numbers[0] if rest.strip() and named.numbers else None
    if other is None:
        prompt = _("link #{number} with") if linked else _("take the link off #{number} and")
        answer = await screen.ask(
            Question(prompt.format(number=number), offer=offer_joins(screen, number), chooses=True)
        )
        if not answer:
            return
        other = int(answer.lstrip("#"))

    def words(_action: int) -> Cover:
        word = _("linked:") if linked else _("link taken off:")
        return ((word, "ok"), (f" {numbers_words([number, other])}", "text"))

    line = f"{'link' if linked else 'unlink'} {other}"
    if await screen.tell(joining.link, number, other, linked=linked, words=words, line=line) is not None:
        screen.written(number, other)


async def go(screen: "MainScreen", rest: str) -> None:
    """Open another conversation: one linked with this, of the same customer, or found by its subject."""
    number = rest.strip().lstrip("#")
    if not number.isdecimal():
        here = screen.shown_id or 0
        answer = await screen.ask(Question(_("go to"), offer=offer_joins(screen, here), chooses=True))
        if not answer:
            return
        number = answer.lstrip("#")
    screen.open_conversation(int(number))
