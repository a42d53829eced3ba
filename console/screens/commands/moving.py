"""What moves: through rows, lines, pages and conversations, and marks on the way."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.screens.commands.base import LISTS, MAIN, QUEUE, READING, Command, Run, act
from widgets.language import _

if TYPE_CHECKING:
    from console.screens.main import MainScreen


def commands() -> Sequence[Command]:
    """Return what moves, in the order of use."""
    return (
        Command(
            "open",
            ("Enter", "l"),
            _("read"),
            _("open the conversation"),
            QUEUE,
            open_this,
            "conversation",
            _("read show"),
        ),
        Command("back", ("q", "h", "Esc"), _("back"), _("back to the queue"), READING, act("back"), also=_("close")),
        Command(
            "mark", ("Space",), "", _("mark or unmark, and go on to the next"), QUEUE, act("mark"), also=_("select")
        ),
        Command(
            "range",
            ("V",),
            "",
            _("mark from here to where you go; V again ends it"),
            QUEUE,
            act("range"),
            also=_("select several bulk"),
        ),
        Command("mark-all", ("*",), "", _("mark everything this view holds"), QUEUE, mark_all, also=_("select all")),
        Command(
            "unmark",
            ("Esc",),
            "",
            _("take all marks off, or the filter, or stop what is being done"),
            QUEUE,
            act("escape"),
            also=_("clear none"),
        ),
        Command("next", ("]",), "", _("read the next conversation"), MAIN, act("next"), also=_("following")),
        Command("previous", ("[",), "", _("read the one before"), MAIN, act("previous")),
        Command(
            "urgent",
            ("J",),
            _("next"),
            _("go to the most urgent one, and say why"),
            MAIN,
            urgent,
            also=_("next first late"),
            anywhere=True,
        ),
        Command("next-message", ("n",), "", _("the next message, then what was found next"), READING, message(1)),
        Command(
            "previous-message", ("N",), "", _("the message before, then what was found before"), READING, message(-1)
        ),
        Command("down", ("j", "↓"), "", _("down"), LISTS, act("down"), hidden=True),
        Command("up", ("k", "↑"), "", _("up"), LISTS, act("up"), hidden=True),
        Command("half-down", ("^d",), "", _("half a page down"), LISTS, act("half_down"), hidden=True),
        Command("half-up", ("^u",), "", _("half a page up"), LISTS, act("half_up"), hidden=True),
        Command("page-down", ("PgDn", "^f"), "", _("a page down"), LISTS, act("page_down"), hidden=True),
        Command("page-on", ("Space",), "", _("a page down, as pagers do"), READING, act("page_down"), hidden=True),
        Command("page-up", ("PgUp", "^b"), "", _("a page up"), LISTS, act("page_up"), hidden=True),
        Command("top", ("g g", "Home"), "", _("to the first one"), LISTS, act("top"), hidden=True),
        Command("bottom", ("G", "End"), "", _("to the last one"), LISTS, act("bottom"), hidden=True),
    )


def message(by: int) -> Run:
    """Return what goes to the next message, or the one before: out of what was searched, beyond the conversation."""

    def run(screen: "MainScreen", _rest: str) -> None:
        pane = screen.conversation
        if not (pane.action_next_message() if by > 0 else pane.action_previous_message()):
            screen.beside_found(by)

    return run


def open_this(screen: "MainScreen", rest: str) -> None:
    """Open the conversation of a number, else the one under the cursor."""
    number = rest.strip().lstrip("#")
    if number.isdecimal():
        screen.open_conversation(int(number))
    else:
        screen.action_open()


async def mark_all(screen: "MainScreen", _rest: str) -> None:
    """Mark every conversation of the view, those not on the screen too."""
    await screen.mark_everything()


async def urgent(screen: "MainScreen", _rest: str) -> None:
    """Go to the conversation that will be let down first, but for the one that is read, and say why it is that one."""
    await screen.open_most_urgent()
