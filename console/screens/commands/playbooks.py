"""What touch and service models say, and who is away, from the `:` line."""

from collections.abc import Sequence
from datetime import UTC
from typing import TYPE_CHECKING

from console.screens.commands.base import MAIN, Command
from console.screens.commands.offering import best
from console.screens.questions import Question
from storage.kinds.clean import clean_line
from widgets.choices import Choice
from widgets.language import _
from widgets.line import one_line
from widgets.moments import moment_words
from widgets.pane import Cover
from widgets.when import NoMoment, read_moment

if TYPE_CHECKING:
    from console.screens.main import MainScreen
    from console.screens.questions import Offer


def commands() -> Sequence[Command]:
    """Return them, in the order of use."""
    return (
        Command(
            "playbook",
            (),
            "",
            _("what a touch or service model says: mid check-in=14"),
            MAIN,
            playbook,
            "words",
            _("model touch service knob limit capacity cadence assignment"),
            reads_first=True,
        ),
        Command(
            "away",
            (),
            "",
            _("you are away until a moment; back ends it"),
            MAIN,
            away,
            "words",
            _("absence holiday vacation out of office back"),
        ),
    )


async def playbook(screen: "MainScreen", rest: str) -> None:
    """Let a playbook say something else; asked for where the line does not say it, with what each says now."""
    from storage.commands import playbooks
    from storage.rules.playbooks import SERVICE, TOUCH

    line = rest.strip()
    while True:  # a name alone was taken of what is offered: its knobs are offered next
        name, _blank, knob = line.partition(" ")
        if "=" in knob or (line and name not in (*TOUCH, *SERVICE)) or knob.strip() == "reset":
            break
        offered = f"{name} " if name else ""
        answer = await screen.ask(Question(_("playbook: its name, and what it says"), offered, offer=_offer(screen)))
        if not answer or answer.strip() == line:
            return
        line = answer.strip()
    if knob.strip() == "reset":
        done = await screen.tell(playbooks.reset, name, words=lambda _a: _said(name), line=f"playbook {line}")
    else:
        word, sign, value = knob.partition("=")
        if not sign:
            screen.say_refusal(_("Write the model and what it says, as in mid check-in=14."))
            return
        knobs = {word.strip(): value.strip()}
        done = await screen.tell(playbooks.change, name, knobs, words=lambda _a: _said(name), line=f"playbook {line}")
    if done is not None:
        screen.written()


def _said(name: str) -> Cover:
    return ((_("The playbook {name} is changed.").format(name=name), "ok"),)


def _offer(screen: "MainScreen") -> "Offer":
    async def offer(text: str) -> Sequence[Choice]:
        from storage.queries.playbooks import laid
        from storage.rules.playbooks import knobs_of
        from widgets.playbooks import knob_words

        books = (await screen.desk.ask(laid)).books
        name, blank, knob = text.partition(" ")
        if not blank or name not in books:
            return best(text, ((one.name, Choice(f"{one.name} ", one.name, knob_words(one))) for one in books.values()))
        book = books[name]
        says = {one.replace("_", "-"): str(book.knobs().get(one, "")) for one in knobs_of(name)}
        if book.picks:
            says["picks"] = ", ".join(one.words() for one in book.picks)
        says = {word: f"{word}={value}" for word, value in says.items()} | {"reset": "reset"}
        return best(knob, ((word, Choice(f"{name} {value}", value)) for word, value in says.items()))

    return offer


async def away(screen: "MainScreen", rest: str) -> None:
    """Say that you are away, or here again."""
    from storage.commands import playbooks

    when = rest.strip() or await screen.ask(Question(_("away until: mon, 3d, or back")))
    if not when:
        return
    line, me = f"away {one_line(when)}", screen.desk.agent
    if clean_line(when).casefold() in {"back", _("back").casefold()}:
        here: Cover = ((_("you are here again"), "ok"),)
        await screen.tell(playbooks.come_back, me, words=lambda _a: here, line=line)
        return
    try:
        until = read_moment(when, now=screen.now())
    except NoMoment as wrong:
        screen.say_refusal(str(wrong))
        return
    words: Cover = ((_("away until {moment}").format(moment=moment_words(until, screen.now())), "ok"),)
    await screen.tell(playbooks.leave, me, until.astimezone(UTC), words=lambda _a: words, line=line)
