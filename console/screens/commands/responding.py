"""What can be done with canned responses: going to them, choosing among them while typing, and tending the library."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from console.screens.commands.base import MAIN, Command, Where, act
from widgets.language import _

if TYPE_CHECKING:
    from console.screens.main import MainScreen

_PICKER: Final[frozenset[Where]] = frozenset({"picker"})
_LIBRARY: Final[frozenset[Where]] = frozenset({"library"})


def commands() -> Sequence[Command]:
    """Return the commands, in the order of use."""
    return (
        Command(
            "library",
            ("g k",),
            "",
            _("the canned responses: list, edit, try"),
            MAIN,
            library,
            also=_("canned responses macros templates"),
            anywhere=True,
        ),
        Command("pick", ("Enter",), _("insert"), _("put it into the answer"), _PICKER, act("choose"), hidden=True),
        Command("stack", ("Tab",), _("one more"), _("choose it, and one more"), _PICKER, act("stack"), hidden=True),
        Command("pick-next", ("↓", "^n"), "", _("the next response"), _PICKER, act("down"), hidden=True),
        Command("pick-previous", ("↑", "^p"), "", _("the response before"), _PICKER, act("up"), hidden=True),
        Command("pick-page", ("PgDn",), "", _("a page down"), _PICKER, act("page_down"), hidden=True),
        Command("pick-page-back", ("PgUp",), "", _("a page up"), _PICKER, act("page_up"), hidden=True),
        Command("leave-picker", ("Esc", "^g"), _("back"), _("leave it"), _PICKER, act("close"), hidden=True),
        Command(
            "edit-response", ("Enter", "E"), _("edit"), _("edit it in $EDITOR"), _LIBRARY, act("edit"), hidden=True
        ),
        Command("new-response", ("n",), _("new"), _("write a new one in $EDITOR"), _LIBRARY, act("new"), hidden=True),
        Command("find-response", ("/",), _("find"), _("find by words"), _LIBRARY, act("find"), hidden=True),
        Command(
            "share-response", ("s",), _("share"), _("the team's, or yours alone"), _LIBRARY, act("share"), hidden=True
        ),
        Command("try-response", ("t",), _("try"), _("try it on a conversation"), _LIBRARY, act("try_on"), hidden=True),
        Command("drop-response", ("d",), _("drop"), _("take it away"), _LIBRARY, act("drop"), hidden=True),
        Command(
            "undo-response", ("u",), _("undo"), _("take your last action back"), _LIBRARY, act("undo"), hidden=True
        ),
        Command(
            "leave-library", ("q", "Esc"), _("back"), _("back to where you were"), _LIBRARY, act("close"), hidden=True
        ),
    )


def library(screen: "MainScreen", _rest: str) -> None:
    """Go to the canned responses, to be tried on the conversation under the cursor."""
    from console.screens.library import LibraryScreen

    if screen.ground.desk is not None:
        chosen = screen.queue.chosen
        number = screen.shown_id if screen.reading else chosen.conversation_id if chosen else None
        screen.app.push_screen(LibraryScreen(number))
