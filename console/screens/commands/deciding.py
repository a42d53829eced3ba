"""What is decided about conversations by a key or a line: status, owner, tags, snoozes, joining, splitting, undoing."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING, Any

from console.screens.commands.base import CUSTOMER, ICP, MAIN, PERSONAS, RULES, TERMS, Command, Run
from console.screens.commands.offering import (
    offer_agents,
    offer_moments,
    offer_tags,
)
from console.screens.doing import Deed, Targets
from console.screens.questions import Question
from storage.kinds import Status
from storage.kinds.clean import clean_line
from storage.kinds.errors import NoSuch, Refused
from widgets.language import _
from widgets.moments import moment_words
from widgets.when import NoMoment, read_moment

if TYPE_CHECKING:
    from console.screens.main import MainScreen

NUMBER = re.compile(r"#?[0-9]+")
_LIMITED = 200  # conversations that are looked at before many are taken at once


def commands() -> Sequence[Command]:
    """Return what decides, in the order of use."""
    return (
        Command(
            "resolve",
            ("e",),
            _("resolve"),
            _("resolve: nothing is left to do"),
            MAIN,
            resolve,
            "conversation",
            _("done close settle archive"),
            repeats=True,
        ),
        Command(
            "take",
            ("t",),
            _("take"),
            _("take it: it is yours from now on"),
            MAIN,
            take,
            "conversation",
            _("mine own"),
            repeats=True,
        ),
        Command(
            "snooze",
            ("s",),
            _("snooze"),
            _("put it aside until a moment"),
            MAIN,
            snooze,
            "moment",
            _("later remind hide schedule tomorrow postpone put off monday"),
            repeats=True,
        ),
        Command(
            "wait",
            ("w",),
            _("wait"),
            _("waiting: the customer has to answer"),
            MAIN,
            _status(Status.WAITING, "wait", leaves=True),
            "conversation",
            _("pause customer"),
            repeats=True,
        ),
        Command(
            "hold",
            ("p",),
            _("on hold"),
            _("on hold: a third party has to answer"),
            MAIN,
            _status(Status.ON_HOLD, "hold", leaves=True),
            "conversation",
            _("pause vendor"),
            repeats=True,
        ),
        Command(
            "assign",
            ("a",),
            _("assign"),
            _("give it to an agent, or to nobody"),
            MAIN,
            assign,
            "agent",
            _("owner give colleague hand over"),
            repeats=True,
        ),
        Command(
            "tag",
            ("+",),
            _("tag"),
            _("put tags on: name; take them off: -name"),
            MAIN,
            tag,
            "tag",
            _("label"),
            repeats=True,
        ),
        Command(
            "spam",
            ("!",),
            _("spam"),
            _("mark as spam"),
            MAIN,
            _status(Status.SPAM, "spam", leaves=True),
            "conversation",
            _("junk"),
            repeats=True,
        ),
        Command(
            "reopen",
            ("O",),
            "",
            _("reopen: bring it back to open"),
            MAIN,
            reopen,
            "conversation",
            _("open again"),
            repeats=True,
        ),
        Command(
            "undo",
            ("u",),
            _("undo"),
            _("take your last action back"),
            MAIN | RULES | CUSTOMER | ICP | PERSONAS | TERMS,
            undo,
            also=_("back revert"),
            anywhere=True,
        ),
        Command(
            "redo",
            ("U",),
            "",
            _("do again what was taken back"),
            MAIN | RULES | CUSTOMER | ICP | PERSONAS | TERMS,
            redo,
            also=_("again"),
            anywhere=True,
        ),
        Command("repeat", (".",), "", _("do the last thing again, to this one"), MAIN, repeat, also=_("again dot")),
    )


def about(screen: "MainScreen", rest: str) -> tuple[Targets, str]:
    """Return what a line is about, and what else it says: the numbers it names, else what the screen points at."""
    words = rest.split()
    numbers = tuple(int(word.lstrip("#")) for word in words if NUMBER.fullmatch(word))
    if numbers:
        return Targets(numbers), " ".join(word for word in words if not NUMBER.fullmatch(word))
    return screen.targets(), rest.strip()


def without_numbers(rest: str) -> str:
    """Return a line without the conversations that it names: what is done again is done to another one."""
    return " ".join(word for word in rest.split() if not NUMBER.fullmatch(word))


def _status(to: Status, name: str, *, leaves: bool) -> Run:
    async def run(screen: "MainScreen", rest: str) -> None:
        targets, _more = about(screen, rest)
        await screen.do(
            Deed(from_room("triage", "set_status"), _done_words()[to], line_of(name, targets), leaves, {"to": to}),
            targets,
        )

    return run


async def resolve(screen: "MainScreen", rest: str) -> None:
    """Resolve; of one that is support its cause is asked for, and where N1 only directs `anyway` is needed."""
    targets, more = about(screen, rest)
    choices: dict[str, Any] = {"anyway": more == "anyway"}
    line = line_of("resolve", targets, "anyway" if more == "anyway" else "")

    async def otherwise(refused: Refused) -> None:
        if refused.rule == "director":
            screen.say_refusal(_("N1 directs here: T hands it on; :resolve anyway resolves it all the same."))
        elif refused.rule != "unsolved":
            screen.say_error(refused)
        else:
            from console.screens.commands.handing import ask_cause

            said = await ask_cause(screen, targets)
            if said is not None:
                await screen.do(replace(deed, choices=choices | said, otherwise=None), targets)

    # The rule is asked by the command itself: what is typed right behind `e` is for the next conversation.
    deed = Deed(from_room("resolving", "resolve"), _("resolved"), line, leaves=True, choices=choices)
    await screen.do(replace(deed, otherwise=otherwise) if len(targets.numbers) == 1 else deed, targets)


def _done_words() -> dict[Status, str]:
    return {
        Status.RESOLVED: _("resolved"),
        Status.WAITING: _("waiting"),
        Status.ON_HOLD: _("on hold"),
        Status.SPAM: _("spam"),
    }


def line_of(name: str, targets: Targets, more: str = "") -> str:
    """Return what a deed is on the `:` line: its name, the number when it is about one, and what else it needs."""
    numbers = f" {targets.numbers[0]}" if len(targets.numbers) == 1 else ""
    return f"{name}{numbers}{' ' + more if more else ''}"


def from_room(room: str, name: str) -> Callable[[], Callable[..., int]]:
    """Return what gives a command of `storage.commands`: it is imported when it is needed, which is late."""

    def command() -> Callable[..., int]:
        from importlib import import_module

        found: Callable[..., int] = getattr(import_module(f"storage.commands.{room}"), name)
        return found

    return command


async def take(screen: "MainScreen", rest: str) -> None:
    """Make conversations the agent's own."""
    targets, why = about(screen, rest)
    reason = await why_more(screen, targets, screen.ground.agent_id, why)
    if reason is not None:
        line = line_of("take", targets, reason)
        choices = {"reason": reason}
        await screen.do(Deed(from_room("triage", "take"), _("taken"), line, leaves=False, choices=choices), targets)


async def why_more(screen: "MainScreen", targets: Targets, agent_id: int | None, why: str = "") -> str | None:
    """Return why an agent takes more than a model allows in work, asked for where none is said; `None` leaves it.

    Empty where nothing is over a limit, or nothing asked: the record has the last word.
    """
    from storage.queries.working import over_limit

    if why or screen.ground.desk is None or not targets.numbers or len(targets.numbers) > _LIMITED:
        return why
    if not await screen.desk.ask(over_limit, targets.numbers, agent_id):
        return ""
    return await screen.ask(Question(_("one more than the model allows in work: why?"))) or None


async def reopen(screen: "MainScreen", rest: str) -> None:
    """Bring conversations back to open."""
    targets, _more = about(screen, rest)
    await screen.do(
        Deed(from_room("triage", "reopen"), _("reopened"), line_of("reopen", targets), leaves=False, choices={}),
        targets,
    )


async def assign(screen: "MainScreen", rest: str) -> None:
    """Give conversations to an agent, who is asked for when the line names none."""
    targets, name = about(screen, rest)
    if not targets.numbers:
        screen.say_refusal(_("No conversation is chosen."))
        return
    if not name:
        answer = await screen.ask(
            Question(_("assign {what} to").format(what=targets.words()), offer=offer_agents(screen), chooses=True)
        )
        if answer is None:
            return
        name = answer
        screen.remember("assign", name)
    name = clean_line(name)
    if name.casefold() in {"none", "nobody", _("nobody").casefold()}:
        to, word = None, _("assigned to nobody")
    else:
        from storage.queries.agents import agent_meant, agents

        me = name.casefold() in {"me", _("me").casefold()}
        to = screen.ground.agent_id if me else await screen.desk.ask(agent_meant, name=name)
        if to is None:
            screen.say_error(NoSuch("agent", name))
            return
        name = name if me else (await screen.desk.ask(agents))[to]
        word = _("assigned to {name}").format(name=name)
    line = line_of("assign", targets, name)
    reason = await why_more(screen, targets, to)
    if reason is not None:
        choices: dict[str, Any] = {"to": to, "reason": reason}
        await screen.do(Deed(from_room("triage", "assign"), word, line, leaves=False, choices=choices), targets)


async def snooze(screen: "MainScreen", rest: str) -> None:
    """Put conversations out of sight until a moment, which is asked for when the line names none."""
    targets, when = about(screen, rest)
    if not targets.numbers:
        screen.say_refusal(_("No conversation is chosen."))
        return
    if not when:
        answer = await screen.ask(
            Question(
                _("snooze {what} until").format(what=targets.words()),
                offer=offer_moments(screen),
                judge=lambda text: _moment_trouble(screen, text, beside=True),
            )
        )
        if not answer:
            return
        when = answer
        screen.remember("snooze", when)
    if when.lower() == "now":
        words, until = _("in sight again"), None
    else:
        if wrong := _moment_trouble(screen, when):
            screen.say_refusal(wrong)
            return
        moment = read_moment(when, now=screen.now())
        words = _("snoozed until {moment}").format(moment=moment_words(moment, screen.now()))
        until = moment.astimezone(UTC)
    deed = Deed(
        from_room("triage", "snooze"), words, line_of("snooze", targets, when), until is not None, {"until": until}
    )
    await screen.do(deed, targets)


def _moment_trouble(screen: "MainScreen", text: str, *, beside: bool = False) -> str:
    if text.strip().lower() in {"", "now"}:
        return ""
    try:
        moment = read_moment(text, now=screen.now())
    except NoMoment as wrong:
        return wrong.beside if beside else str(wrong)
    return "" if moment > screen.now() else _("that has passed")


async def tag(screen: "MainScreen", rest: str) -> None:
    """Put tags on conversations and take others off, which are asked for when the line names none."""
    targets, words = about(screen, rest)
    if not targets.numbers:
        screen.say_refusal(_("No conversation is chosen."))
        return
    if not words:
        answer = await screen.ask(
            Question(_("tag {what}").format(what=targets.words()), offer=offer_tags(screen, targets.numbers))
        )
        if not answer:
            return
        words = answer
        screen.remember("tag", words)
    named = words.split()
    removed = [name[1:] for name in named if name.startswith("-") and len(name) > 1]
    added = [name.removeprefix("+") for name in named if not name.startswith("-") and name != "+"]
    if not added and not removed:
        return
    shown = " ".join([*(f"+{clean_line(one)}" for one in added), *(f"-{clean_line(one)}" for one in removed)])
    choices: dict[str, Any] = {"add": added, "remove": removed}
    word = _("tagged {tags}").format(tags=shown)
    await screen.do(
        Deed(from_room("triage", "tag"), word, line_of("tag", targets, shown), leaves=False, choices=choices), targets
    )


async def undo(screen: "MainScreen", _rest: str) -> None:
    """Take this agent's last action back."""
    await screen.take_back(again=False)


async def redo(screen: "MainScreen", _rest: str) -> None:
    """Do again what was taken back."""
    await screen.take_back(again=True)


def repeat(screen: "MainScreen", _rest: str) -> None:
    """Do the last thing again, with the same words, to what the screen points at now."""
    screen.repeat_last()
