"""What an agent promises the customer of a conversation, and that it was kept, without leaving it."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from console.screens.commands.base import MAIN, Command
from console.screens.commands.knowing import only_one
from console.screens.commands.offering import best, offer_moments
from console.screens.doing import Does
from console.screens.questions import Offer, Question
from storage.kinds.errors import DeskError
from storage.kinds.promises import PromiseView
from widgets.choices import Choice
from widgets.language import _
from widgets.line import one_line
from widgets.moments import moment_words
from widgets.owed import due_words
from widgets.when import NoMoment, read_moment

if TYPE_CHECKING:
    from console.screens.main import MainScreen

_QUOTED: Final = re.compile(r"""\s*(?:"([^"]+)"|“([^”]+)”|«([^»]+)»|'([^']+)')\s*(.*)""", re.DOTALL)


def commands() -> Sequence[Command]:
    """Return them, in the order of use."""
    return (
        Command(
            "promise",
            (),
            "",
            _("write down what you promised the customer, and until when"),
            MAIN,
            promise,
            "words",
            _("commitment deadline due owe call back remember customer"),
        ),
        Command(
            "kept",
            (),
            "",
            _("say that a promise to the customer was kept"),
            MAIN,
            kept,
            "words",
            _("promise done commitment customer"),
            reads_first=True,
        ),
        Command(
            "withdraw",
            (),
            "",
            _("take a promise away that will not be kept, or never was one"),
            MAIN,
            withdraw,
            "words",
            _("promise drop remove wrong mistaken commitment customer"),
            reads_first=True,
        ),
    )


async def promise(screen: "MainScreen", rest: str) -> None:
    """Write down what was promised the customer of the conversation pointed at; what is not said is asked for."""
    from storage.commands import promising

    number = only_one(screen)
    if number is None:
        return
    text, when = parted(rest, screen.now())
    if not text:
        text = await screen.ask(Question(_("promised in {what}").format(what=f"#{number}"))) or ""
        text, when = parted(text, screen.now()) if text else ("", "")
    if not text:
        return
    if not when:
        when = (
            await screen.ask(
                Question(_("until"), offer=offer_moments(screen), judge=lambda said: _trouble(screen, said))
            )
            or ""
        )
    if not when:
        return
    if wrong := _trouble(screen, when):
        screen.say_refusal(wrong)
        return
    due = read_moment(when, now=screen.now())
    said = _("promised {moment}").format(moment=moment_words(due, screen.now()))
    given = await screen.tell(
        promising.promise,
        number,
        text,
        due.astimezone(UTC),
        words=lambda _given: ((said, "ok"), (f"  {one_line(text)}", "text")),
        line=f'promise "{one_line(text)}" {when}',
    )
    if given is not None:
        screen.written(number)


async def kept(screen: "MainScreen", rest: str) -> None:
    """Say that a promise was kept: the only one, one whose number the line gives, or one that is chosen."""
    from storage.commands import promising

    await _with_one(screen, rest, promising.keep, _("kept"), _("kept:"), "kept")


async def withdraw(screen: "MainScreen", rest: str) -> None:
    """Take a promise away, also one whose time passed: chosen as `kept` chooses one."""
    from storage.commands import promising

    await _with_one(screen, rest, promising.withdraw, _("withdrawn"), _("withdrawn:"), "withdraw")


async def _with_one(screen: "MainScreen", rest: str, command: Any, asked: str, said: str, name: str) -> None:
    """Do something with an open promise to the customer of the conversation pointed at.

    Args:
        screen: where it is asked, and said.
        rest: the promise's number, or nothing.
        command: takes its number.
        asked: what the last row asks; `said` what it says then.
        name: of the command, as it is repeated.
    """
    from storage.queries.knowing import customer
    from storage.queries.promises import promised_to

    number = only_one(screen)
    if number is None:
        return
    try:
        who = await screen.desk.ask(customer, number)
        promised = await screen.desk.ask(promised_to, who.person_id)
    except DeskError as error:
        screen.say_error(error)
        return
    word = rest.strip()
    if not word and len(promised) == 1:
        word = str(promised[0].entry_id)
    if not word and promised:
        question = Question(asked, offer=_offer(screen, promised), chooses=True)
        word = await screen.ask(question) or ""
        if not word:
            return
    chosen = next((one for one in promised if str(one.entry_id) == word), None)
    if chosen is None:
        screen.say_refusal(
            _("Nothing of that number is promised to them.") if word else _("Nothing is promised to them.")
        )
        return
    text = one_line(chosen.text)
    given = await screen.tell(
        command,
        chosen.entry_id,
        words=lambda _given: ((said, "ok"), (f" {text}", "text")),
        line=f"{name} {chosen.entry_id}",
    )
    if given is not None:
        screen.written(number)


def parted(line: str, now: datetime) -> tuple[str, str]:
    """Return what a line promises, and until when: words in quotes and those after, or the last that are a moment."""
    if said := _QUOTED.fullmatch(line):
        return next(filter(None, said.groups()[:4])).strip(), said[5].strip()
    words = line.split()
    for place in range(1, len(words)):
        when = " ".join(words[place:])
        try:
            read_moment(when, now=now)
        except NoMoment:
            continue
        return " ".join(words[:place]), when
    return " ".join(words), ""


def trouble_of(said: tuple[str, str], now: datetime) -> str:
    """Return why what `parted` gave cannot be promised; empty where it can."""
    text, when = said
    if not text:
        return _("what was promised is missing")
    if not when:
        return _("until when is missing")
    try:
        return "" if read_moment(when, now=now) > now else _("that has passed")
    except NoMoment as wrong:
        return wrong.beside


def _trouble(screen: Does, text: str) -> str:
    if not text.strip():
        return ""
    try:
        due = read_moment(text, now=screen.now())
    except NoMoment as wrong:
        return wrong.beside
    return "" if due > screen.now() else _("that has passed")


def _offer(screen: Does, promised: Sequence[PromiseView]) -> Offer:
    async def offer(text: str) -> Sequence[Choice]:
        return best(
            text,
            (
                (
                    f"{one.entry_id} {one_line(one.text)}",
                    Choice(str(one.entry_id), one_line(one.text), due_words(one, screen.now())),
                )
                for one in promised
            ),
        )

    return offer
