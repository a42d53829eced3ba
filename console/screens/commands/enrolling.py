"""The form for a mailbox: how it is called, and what works in it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from console.screens.commands.base import MAIN, Command, Where, act
from widgets.language import _

if TYPE_CHECKING:
    from console.screens.main import MainScreen

_FORM: Final[frozenset[Where]] = frozenset({"enrol"})


def commands() -> Sequence[Command]:
    """Return them, in the order of use."""
    rows = (
        (
            "try-account",
            ("^s",),
            _("try it and keep it"),
            _("try it against its servers; what they let in is kept"),
            "try",
        ),
        ("next-field", ("Tab",), _("next"), _("to the next field"), "fields"),
        ("previous-field", ("Shift+Tab",), "", _("to the field before"), "fields_back"),
        ("help-enrolling", ("^g",), _("help"), _("every key and command"), "help"),
        ("redraw-form", ("^l",), "", _("draw the screen anew"), "redraw"),
        ("leave-form", ("Esc",), _("leave it"), _("stop trying, else leave with nothing written"), "escape"),
    )
    return (
        Command(
            "account",
            (),
            "",
            _("set up a mailbox, tried against its servers before it is kept"),
            MAIN,
            account,
            "words",
            _("add mailbox imap smtp password first"),
            anywhere=True,
        ),
        *(
            Command(name, keys, word, sentence, _FORM, act(action), hidden=True, footer=action == "help")
            for name, keys, word, sentence, action in rows
        ),
    )


def account(screen: "MainScreen", rest: str) -> None:
    """Set up a mailbox."""
    if rest.strip() not in {"", "add"}:
        screen.say_refusal(_("Here :account add sets one up; the shell has plantao account list, check and remove."))
        return
    screen.action_enrol()
