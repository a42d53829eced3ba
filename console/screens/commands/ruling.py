"""The desk's rules as commands: made, made from a conversation, listed, dropped; senders blocked and let in again."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.screens.commands.base import MAIN, RULES, Command, act
from console.screens.commands.offering import offer_senders
from console.screens.questions import Question
from storage.kinds.clean import clean_line
from storage.kinds.errors import DeskError
from widgets.language import _
from widgets.pane import Cover

if TYPE_CHECKING:
    from console.screens.main import MainScreen
    from console.screens.rules import RulesScreen


def commands() -> Sequence[Command]:
    """Return them, in the order of use."""
    return (
        Command(
            "block",
            ("b",),
            "",
            _("block a sender, or a whole domain: its mail is spam from now on"),
            MAIN,
            block,
            "words",
            _("ban spam sender domain"),
        ),
        Command("unblock", (), "", _("let a sender or a domain write again"), MAIN, unblock, "words", _("unban")),
        Command(
            "file",
            ("F",),
            "",
            _("file mail like this: a rule made of it"),
            MAIN,
            file_like,
            also=_("filter sort newsletter list"),
            reads_first=True,
        ),
        Command(
            "rule",
            (),
            "",
            _("make a rule: what is done with mail as it arrives"),
            MAIN,
            rule,
            "rule",
            _("filter automatic"),
            reads_first=True,
        ),
        Command("unrule", (), "", _("let a rule act no more"), MAIN, unrule, "standing", _("drop remove delete rule")),
        Command(
            "rules",
            ("g r",),
            "",
            _("the rules that stand: try them, drop them, make new ones"),
            MAIN,
            act("rules"),
            also=_("filters blocked"),
            anywhere=True,
        ),
        Command("try-rule", ("Enter", "t"), _("try"), _("try it on the last month"), RULES, act("try"), hidden=True),
        Command("new-rule", ("n",), _("new"), _("make a new rule"), RULES, new, hidden=True, reads_first=True),
        Command("drop-rule", ("D",), _("drop"), _("let this rule act no more"), RULES, drop, hidden=True),
        Command("close-rules", ("q", "h"), _("back"), _("back to where you were"), RULES, act("close"), hidden=True),
        Command(
            "stop-trial",
            ("Esc",),
            "",
            _("stop what is being tried, put it away, or go back"),
            RULES,
            act("escape"),
            hidden=True,
        ),
    )


async def block(screen: "MainScreen", rest: str) -> None:
    """Block a sender or a domain: the line's, else one that is chosen of the customer's."""
    from storage.commands import ruling

    who, beside = rest.strip(), False
    if not who:
        beside = screen.view.words.startswith("is:open")
        numbers = screen.targets().numbers
        if not numbers:
            screen.say_refusal(_("No conversation is chosen."))
            return
        question = Question(_("block"), offer=offer_senders(screen, numbers[0]), chooses=True)
        who = await screen.ask(question) or ""
    if who:

        def words(_rule: int) -> Cover:
            here = (("   !", "accent"), (" " + _("for this one, too"), "text")) if beside else ()
            return ((_("blocked:"), "ok"), (f" {clean_line(who)}", "text"), *here)

        if await screen.tell(ruling.block, who, words=words, line=f"block {who}") is not None:
            screen.written()


async def unblock(screen: "MainScreen", rest: str) -> None:
    """Let a sender or a domain write again."""
    from storage.commands import ruling

    who = rest.strip() or await screen.ask(Question(_("unblock"))) or ""
    if who:

        def words(_action: int) -> Cover:
            return ((_("unblocked:"), "ok"), (f" {clean_line(who)}", "text"))

        if await screen.tell(ruling.unblock, who, words=words, line=f"unblock {who}") is not None:
            screen.written()


async def rule(screen: "MainScreen", rest: str) -> None:
    """Make a rule of the line, else of one that is asked for."""
    from console.screens.rulemaking import make

    await make(screen, rest)


async def file_like(screen: "MainScreen", _rest: str) -> None:
    """Make a rule that meets mail like the conversation's; what it is to do is asked for."""
    from console.screens.rulemaking import line_like, make

    numbers = screen.targets().numbers
    if not numbers:
        screen.say_refusal(_("No conversation is chosen."))
        return
    try:
        line = await line_like(screen, numbers[0])
    except DeskError as error:
        screen.say_error(error)
        return
    await make(screen, line, asks=True)


async def unrule(screen: "MainScreen", rest: str) -> None:
    """Let the rule of that name act no more."""
    from console.screens.commands.offering import offer_rules
    from storage.commands import ruling
    from storage.queries.ruling import rule_called

    name = clean_line(rest) or await screen.ask(Question(_("drop the rule"), offer=offer_rules(screen), chooses=True))
    if not name:
        return

    def words(_action: int) -> Cover:
        return ((_("acts no more:"), "ok"), (f" {clean_line(name)}", "text"))

    try:
        found = await screen.desk.ask(rule_called, name)
    except DeskError as error:
        screen.say_error(error)
        return
    if await screen.tell(ruling.drop, found.rule_id, words=words, line=f"unrule {found.name}") is not None:
        screen.written()


async def new(screen: "RulesScreen", _rest: str) -> None:
    """Make a new rule."""
    await screen.make_rule()


async def drop(screen: "RulesScreen", _rest: str) -> None:
    """Let the rule under the cursor act no more."""
    await screen.drop_rule()
