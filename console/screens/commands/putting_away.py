"""What keeps mail out of sight for good: spam, the trash, blocked senders; and what brings it back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.screens.commands.base import MAIN, Command
from console.screens.commands.deciding import about, from_room, line_of
from console.screens.commands.offering import offer_senders
from console.screens.doing import Deed
from console.screens.questions import Question
from storage.kinds.clean import clean_line
from widgets.language import _
from widgets.pane import Cover

if TYPE_CHECKING:
    from console.screens.main import MainScreen


def commands() -> Sequence[Command]:
    """Return them, in the order of use."""
    return (
        Command(
            "trash",
            ("D",),
            "",
            _("throw it away; it comes back when the customer writes"),
            MAIN,
            trash,
            "conversation",
            _("delete remove"),
            repeats=True,
        ),
        Command(
            "restore",
            (),
            "",
            _("bring it back from the trash or from spam, as it was"),
            MAIN,
            restore,
            "conversation",
            _("undelete untrash not spam"),
            repeats=True,
        ),
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
    )


async def trash(screen: "MainScreen", rest: str) -> None:
    """Throw conversations away."""
    targets, _more = about(screen, rest)
    deed = Deed(from_room("trash", "throw_away"), _("thrown away"), line_of("trash", targets), leaves=True, choices={})
    await screen.do(deed, targets)


async def restore(screen: "MainScreen", rest: str) -> None:
    """Bring conversations back from the trash or from spam."""
    targets, _more = about(screen, rest)
    deed = Deed(from_room("trash", "restore"), _("brought back"), line_of("restore", targets), leaves=True, choices={})
    await screen.do(deed, targets)


async def block(screen: "MainScreen", rest: str) -> None:
    """Block a sender or a domain: the line's, else one that is chosen of the customer's."""
    from storage.commands import ruling

    who = rest.strip()
    if not who:
        numbers = screen.targets().numbers
        if not numbers:
            screen.say_refusal(_("No conversation is chosen."))
            return
        question = Question(_("block"), offer=offer_senders(screen, numbers[0]), chooses=True)
        who = await screen.ask(question) or ""
    if who:

        def words(_rule: int) -> Cover:
            return ((_("blocked:"), "ok"), (f" {clean_line(who)}", "text"))

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
