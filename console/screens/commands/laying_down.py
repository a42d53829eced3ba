"""What holds for the whole desk and is laid down by a line: own fields, settings of journeys, periods, models."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from console.screens.commands.base import MAIN, Command, Run
from console.screens.commands.offering import best
from console.screens.questions import Question
from storage.kinds import EntryKind, Subject
from storage.kinds.entries import OwnField
from storage.kinds.profiles import Block, Sort
from widgets.choices import Choice
from widgets.language import _
from widgets.line import one_line
from widgets.pane import Cover

if TYPE_CHECKING:
    from console.screens.main import MainScreen

_PERIOD: Final = re.compile(r"(\d{1,4})([my])")
_MONTHS: Final = {"m": 1, "y": 12}
_NONE: Final = "none"


def commands() -> Sequence[Command]:
    """Return them, in the order of use."""
    rows: tuple[tuple[str, str, str, Run], ...] = (
        ("field", _("a field of your own: contract org choice Gold,Silver"), _("custom attribute profile"), field),
        ("journey", _("thresholds, weights, stages, temperaments: stages=a, b"), _("lifecycle health"), journey),
        ("plays", _("which service model a mailbox plays: support hybrid"), _("mailbox playbook"), plays),
        ("retention", _("how long a mailbox keeps mail: support 24m, 3y, off"), _("privacy period erase"), retention),
    )
    return [
        Command(name, (), "", sentence, MAIN, run, "words", also, reads_first=True)
        for name, sentence, also, run in rows
    ]


async def field(screen: "MainScreen", rest: str) -> None:
    """Lay down a field of the desk's own, or take one away: ``-contract``, ``-contract org``."""
    from storage.commands import knowing
    from storage.queries.knowing import entries

    held = await screen.desk.ask(entries, None, None, EntryKind.FIELD)
    own = {(one.value.name, one.value.subject): one.entry_id for one in held if isinstance(one.value, OwnField)}
    shown = [f"-{name}" + (" org" if subject == Subject.ORGANIZATION else "") for name, subject in own]

    async def offer(text: str) -> Sequence[Choice]:
        return best(text, ((one, Choice(one, one_line(one))) for one in shown)) if shown else []

    prompt = _("field: name, org, sort, choices, label")
    words = (rest.strip() or await screen.ask(Question(prompt, offer=offer)) or "").split()
    if not words:
        return
    line = f"field {one_line(' '.join(words))}"
    name = words.pop(0)
    subject = Subject.PERSON
    if words and words[0] in {"org", str(Subject.ORGANIZATION)}:
        subject = Subject.ORGANIZATION
        words.pop(0)
    if name.startswith("-"):
        number = own.get((name[1:], str(subject)))
        if number is None:
            screen.say_refusal(_("There is no field of your own called {name}.").format(name=one_line(name[1:])))
            return
        await _tell(screen, knowing.change_entry, number, None, line=line, kind=EntryKind.FIELD)
        return
    sort = Sort(words.pop(0)) if words and words[0] in set(map(str, Sort)) else Sort.TEXT
    choices = tuple(filter(None, words.pop(0).split(","))) if sort is Sort.CHOICE and words else ()
    laid = OwnField(name, str(subject), str(Block.WHO), str(sort), choices, " ".join(words) or name)
    await _tell(screen, knowing.keep_entry, laid, line=line)


async def journey(screen: "MainScreen", rest: str) -> None:
    """Lay down a threshold, a weight, the stages, an approach or a temperament; nothing behind the sign resets it."""
    from storage.commands import knowing
    from storage.queries.knowing import settings
    from widgets.journey import laid_words

    held = await screen.desk.ask(settings)
    known = [(name, held.given.get(name) or held.shipped(name) or laid_words(name)) for name in held.named()]

    async def offer(text: str) -> Sequence[Choice]:
        if "=" in text:
            return []
        return best(text, ((name, Choice(f"{name}={one_line(says)}", name, one_line(says))) for name, says in known))

    line = rest.strip() or await screen.ask(Question(_("journey: name=value"), offer=offer)) or ""
    if not line:
        return
    name, sign, text = line.partition("=")
    if not sign:
        screen.say_refusal(_("Write what, and what it says: new.days=60; nothing behind = is as shipped."))
        return
    await _tell(screen, knowing.lay_down, name.strip(), text.strip() or None, line=f"journey {one_line(line)}")


async def plays(screen: "MainScreen", rest: str) -> None:
    """Let a mailbox play a service model, or none."""
    from storage.commands import playbooks
    from storage.rules.playbooks import SERVICE

    found = await _mailbox(screen, rest, _("mailbox, and what it plays"), (*SERVICE, _NONE))
    if found is not None:
        mailbox, model = found
        line = f"plays {one_line(mailbox)} {one_line(model)}"
        await _tell(screen, playbooks.play, mailbox, None if model == _NONE else model, line=line)


async def retention(screen: "MainScreen", rest: str) -> None:
    """Lay down how long a mailbox keeps mail; erasing what is older is a command of its own."""
    from storage.commands import erasing

    found = await _mailbox(screen, rest, _("mailbox, and how long it keeps mail"), ("24m", "3y", "off"))
    if found is None:
        return
    mailbox, word = found
    period = _PERIOD.fullmatch(word)
    if period is None and word != "off":
        screen.say_refusal(_("«{word}» is no period: write 24m, 3y or off.").format(word=one_line(word)))
        return
    months = int(period[1]) * _MONTHS[period[2]] if period is not None else None
    await _tell(screen, erasing.keep_period, mailbox, months, line=f"retention {one_line(mailbox)} {word}")


async def _mailbox(screen: "MainScreen", rest: str, prompt: str, words: Sequence[str]) -> tuple[str, str] | None:
    """Return a mailbox and the word behind it, read from a line or asked for."""
    from storage.queries import mailboxes

    names = [one.name for one in await screen.desk.ask(mailboxes.states)]

    async def offer(text: str) -> Sequence[Choice]:
        known = [f"{name} {word}" for name in names for word in words] if " " in text else [f"{one} " for one in names]
        return best(text, ((one, Choice(one, one_line(one))) for one in known))

    line = rest.strip()
    while not line or line in names:  # a name alone was taken of what is offered: what it says is offered next
        answer = await screen.ask(Question(prompt, f"{line} " if line else "", offer=offer))
        if not answer or answer.strip() == line:
            return None
        line = answer.strip()
    mailbox, _space, word = line.rpartition(" ")
    if not mailbox:
        screen.say_refusal(_("Write the mailbox, and what it says."))
        return None
    return mailbox.strip(), word.casefold()


async def _tell(screen: "MainScreen", command: object, *args: object, line: str, **given: object) -> None:
    words: Cover = ((_("kept"), "ok"),)
    done = await screen.tell(command, *args, words=lambda _given: words, line=line, **given)  # type: ignore[arg-type]
    if done is not None:
        screen.written()
