"""What hands conversations on, accepts and returns them, asks a colleague, and says what sort of work they are."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from console.config.errors import ConsoleError
from console.screens.commands.base import MAIN, TRANSFER, Command, Run, act
from console.screens.commands.deciding import about, from_room, line_of
from console.screens.commands.offering import offer_agents
from console.screens.doing import Deed, Targets
from console.screens.questions import Question
from storage.kinds import ConversationKind, Tier
from storage.kinds.clean import clean_line
from storage.kinds.errors import DeskError, NoSuch, Refused
from widgets.language import _
from widgets.line import one_line
from widgets.pane import Cover
from widgets.text import kind_words, tier_words
from widgets.when import read_span

if TYPE_CHECKING:
    from console.screens.handing_on import TransferScreen
    from console.screens.main import MainScreen

_WITHIN: Final = timedelta(hours=4)


def commands() -> Sequence[Command]:
    """Return them, in the order of use."""
    tiers = {
        "transfer-n1": (("T 1",), _("transfer"), _("hand it to N1, with a brief"), Tier.N1),
        "transfer-n2": (("T 2",), _("transfer"), _("hand it to N2, with a brief and a visit"), Tier.N2),
        "transfer-n3": (("T 3",), _("transfer"), _("hand it to N3, with a brief"), Tier.N3),
    }
    return (
        *(
            Command(name, keys, word, sentence, MAIN, _transfer(to), "conversation", _("transfer escalate tier brief"))
            for name, (keys, word, sentence, to) in tiers.items()
        ),
        Command(
            "accept",
            ("A",),
            _("accept"),
            _("accept what was handed on: it is yours"),
            MAIN,
            accept,
            "conversation",
            _("handoff take tier escalation"),
        ),
        Command(
            "return",
            ("B",),
            _("return"),
            _("return it to whoever handed it on, with a reason"),
            MAIN,
            give_back,
            "words",
            _("handoff bounce back refuse"),
        ),
        Command(
            "brief",
            ("v b",),
            "",
            _("the brief: what is asked, tried, known and promised"),
            MAIN,
            brief,
            "conversation",
            _("handoff page specialist"),
        ),
        Command(
            "consult",
            (),
            "",
            _("ask a colleague in a note: NAME question; it stays yours"),
            MAIN,
            consult,
            "words",
            _("colleague help second opinion ask"),
        ),
        Command(
            "kind",
            (),
            "",
            _("say what sort of work it is, care or support"),
            MAIN,
            kind,
            "words",
            _("atendimento suporte incident cause"),
        ),
        Command(
            "solved",
            (),
            "",
            _("resolve it with its cause and its solution"),
            MAIN,
            solved,
            "conversation",
            _("cause solution unknown root support"),
            reads_first=True,
        ),
    )


def inside() -> Sequence[Command]:
    """Return what works on the screen of a handoff."""
    rows: tuple[tuple[str, tuple[str, ...], str, str, Run], ...] = (
        ("hand-on", ("^t",), _("transfer"), _("hand it on"), act("transfer")),
        ("next-part", ("Tab",), _("next field"), _("the next field"), _part(1)),
        ("previous-part", ("Shift+Tab",), "", _("the field before"), _part(-1)),
        ("as-read", ("^r",), _("as it is read"), _("read it as the receiver will"), act("as_read")),
        ("edit-brief", ("^o",), _("editor"), _("write it in $EDITOR"), act("edit")),
        ("leave-fact-out", ("Space",), "", _("leave the fact out, or take it along"), act("leave_out")),
        ("next-fact", ("↓", "j"), "", _("the next fact"), _move(1)),
        ("previous-fact", ("↑", "k"), "", _("the fact before"), _move(-1)),
        ("keep-brief", ("Esc",), _("keep it here"), _("leave; what was typed is kept"), act("escape")),
        ("help-transfer", ("^g",), _("help"), _("what every key does"), act("help")),
    )
    return [
        Command(name, keys, word, sentence, TRANSFER, run, hidden=True, footer=name == "help-transfer")
        for name, keys, word, sentence, run in rows
    ]


def _part(by: int) -> Run:
    def run(screen: "TransferScreen", _rest: str) -> None:
        screen.action_part(by)

    return run


def _move(by: int) -> Run:
    def run(screen: "TransferScreen", _rest: str) -> None:
        screen.action_move(by)

    return run


def _transfer(to: Tier) -> Run:
    def run(screen: "MainScreen", rest: str) -> None:
        targets, _more = about(screen, rest)
        if len(targets.numbers) != 1:
            screen.say_refusal(
                _("One conversation at a time: take the marks off.")
                if targets.numbers
                else _("No conversation is chosen.")
            )
            return
        from console.screens.handing_on import TransferScreen

        number = targets.numbers[0]

        def left(outcome: object) -> None:
            _handed(screen, number, to, outcome)

        screen.app.push_screen(TransferScreen(screen.look, number, to), left)

    return run


def _handed(screen: "MainScreen", number: int, to: Tier, outcome: object) -> None:
    """Say what became of a handoff."""
    if isinstance(outcome, DeskError):
        screen.say_error(outcome)
        return
    if outcome is None:
        return
    back: Cover = (("   u", "accent"), (" " + _("takes it back until it is accepted"), "text"))
    words = _("handed to {tier}").format(tier=tier_words(to))
    screen.say(((words, "ok"), (f" #{number}", "text"), *back), f":transfer-{to} {number}")
    screen.written(number)


async def accept(screen: "MainScreen", rest: str) -> None:
    """Accept what is pointed at."""
    from storage.commands import transferring

    targets, _more = about(screen, rest)
    for number in targets.numbers:
        said: Cover = ((_("accepted, and yours"), "ok"), (f" #{number}", "text"))
        given = await screen.tell(transferring.accept, number, words=partial(_said, said), line=f"accept {number}")
        if given is not None:
            screen.written(number)
    if not targets.numbers:
        screen.say_refusal(_("No conversation is chosen."))


def _said(words: Cover, _given: object) -> Cover:
    return words


async def give_back(screen: "MainScreen", rest: str) -> None:
    """Return what is pointed at, with a reason that is asked for where the line gives none."""
    from storage.commands import transferring
    from storage.queries.handoffs import was_handed

    targets, reason = about(screen, rest)
    if len(targets.numbers) != 1:
        screen.say_refusal(
            _("One conversation at a time: take the marks off.") if targets.numbers else _("No conversation is chosen.")
        )
        return
    number = targets.numbers[0]
    if not reason:
        listed = any(row.conversation_id == number for row in screen.queue.rows)
        if listed and not await screen.desk.ask(was_handed, number):
            screen.say_error(Refused("not_handed", (number,)))
            return
        reason = await screen.ask(Question(_("return {what}: why?").format(what=targets.words()))) or ""
    if not reason.strip():
        return
    given = await screen.tell(
        transferring.give_back,
        number,
        reason,
        words=lambda _given: ((_("returned"), "ok"), (f" #{number}  {one_line(reason)}", "text")),
        line=line_of("return", targets, reason),
    )
    if given is not None:
        screen.written(number)


async def consult(screen: "MainScreen", rest: str) -> None:
    """Ask a colleague; what the line does not say is asked for."""
    from console.mail.transferring import ask_colleague
    from storage.queries.agents import agents

    targets, line = about(screen, rest)
    if len(targets.numbers) != 1:
        screen.say_refusal(
            _("One conversation at a time: take the marks off.") if targets.numbers else _("No conversation is chosen.")
        )
        return
    number = targets.numbers[0]
    names = {name.casefold(): (agent, name) for agent, name in (await screen.desk.ask(agents)).items()}
    named = max((key for key in names if f"{line.casefold()} ".startswith(f"{key} ")), key=len, default="")
    text = line[len(named) :].strip() if named else line
    if not named:
        question = Question(_("consult whom?"), offer=offer_agents(screen), chooses=True)
        named = clean_line(await screen.ask(question) or "").casefold()
        if not named:
            return
    if named not in names:
        screen.say_error(NoSuch("agent", named))
        return
    agent_id, name = names[named]
    first, _blank, after = text.partition(" ")
    within = read_span(first) if first else None
    text = after.strip() if within is not None else text
    if not text:
        text = await screen.ask(Question(_("ask {name}").format(name=one_line(name)))) or ""
    if not text.strip():
        return
    try:
        await asyncio.to_thread(
            ask_colleague,
            screen.desk.store,
            number,
            agent_id,
            text,
            within=within or _WITHIN,
            agent=screen.desk.agent,
            actor=screen.desk.actor,
            now=screen.now(),
        )
    except ConsoleError as error:
        screen.say_refusal(str(error))
    except DeskError as error:
        screen.say_error(error)
    else:
        screen.desk.wrote.set()
        back: Cover = (("   u", "accent"), (" " + _("takes it back"), "text"))
        words = _("{name} is asked").format(name=one_line(name))
        screen.say(((words, "ok"), (f" #{number}", "text"), *back), f":consult {number} {one_line(name)}")
        screen.written(number)


async def kind(screen: "MainScreen", rest: str) -> None:
    """Say what sort of work it is."""
    targets, word = about(screen, rest)
    words = {kind_words(one).casefold(): one for one in (ConversationKind.CARE, ConversationKind.SUPPORT)}
    words |= {str(one): one for one in words.values()}
    if word.casefold() not in words:
        screen.say_refusal(_("Write care or support."))
        return
    to = words[word.casefold()]
    deed = Deed(from_room("solving", "set_kind"), kind_words(to), line_of("kind", targets, str(to)), False, {"to": to})
    await screen.do(deed, targets)


async def solved(screen: "MainScreen", rest: str) -> None:
    """Resolve with cause and solution, which are asked for; a cause that is left empty is unknown, with a reason."""
    targets, _more = about(screen, rest)
    said = await ask_cause(screen, targets)
    if said is None:
        return
    line = line_of("solved", targets)
    await screen.do(Deed(from_room("resolving", "resolve"), _("resolved"), line, leaves=True, choices=said), targets)


async def ask_cause(screen: "MainScreen", targets: Targets) -> dict[str, str] | None:
    """Ask for cause and solution, or why the cause is unknown; `None` where the agent leaves it.

    What was written down before stands in the lines: it may hold again.
    """
    from storage.queries.handoffs import solution_of

    held = await screen.desk.ask(solution_of, targets.numbers[0]) if len(targets.numbers) == 1 else None
    known, unknown = (held.known, not held.known) if held else (False, False)
    question = _("cause of {what}; empty: unknown").format(what=targets.words())
    cause = await screen.ask(Question(question, held.cause if held and known else ""))
    if cause is None:
        return None
    if cause.strip():
        solution = await screen.ask(Question(_("what solved it?"), held.solution if held and known else ""))
        return {"cause": cause, "solution": solution} if solution and solution.strip() else None
    why = await screen.ask(Question(_("why is the cause unknown?"), held.solution if held and unknown else ""))
    return {"unknown": why} if why and why.strip() else None


async def brief(screen: "MainScreen", rest: str) -> None:
    """Show the brief of what is pointed at: one page, with all that a specialist reads first."""
    from console.screens.paper import PaperScreen

    targets, _more = about(screen, rest)
    if len(targets.numbers) != 1:
        screen.say_refusal(
            _("One conversation at a time: take the marks off.") if targets.numbers else _("No conversation is chosen.")
        )
        return
    number, desk, now, width = targets.numbers[0], screen.desk, screen.now(), min(screen.app.size.width - 2, 80)

    def load() -> list[Any]:
        from storage.queries import briefing
        from widgets.briefs import brief_lines

        with desk.store.reading() as session:
            told = briefing.brief(session, number, now=now)
        return [((line, "text"),) for line in brief_lines(told, now, width)]

    screen.app.push_screen(PaperScreen(_("brief of #{number}").format(number=number), load))
