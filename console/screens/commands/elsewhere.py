"""What works on screens of their own: in the search, in the help, in lists and papers."""

from collections.abc import Sequence

from console.screens.commands.base import READING, Command, Where, act
from widgets.language import _


def commands() -> Sequence[Command]:
    """Return them, in the order of use."""
    search: frozenset[Where] = frozenset({"search"})
    helping: frozenset[Where] = frozenset({"help"})
    history: frozenset[Where] = frozenset({"history"})
    return (
        Command(
            "fold",
            ("z",),
            _("quotes"),
            _("show quotes and signatures, or fold them"),
            READING,
            act("fold"),
            also=_("unfold signature"),
        ),
        Command("choose", ("Enter",), _("read"), _("open the conversation found"), search, act("choose"), hidden=True),
        Command("next-hit", ("↓", "^n"), _("next"), _("the next one found"), search, act("next"), hidden=True),
        Command("previous-hit", ("↑", "^p"), "", _("the one before"), search, act("previous"), hidden=True),
        Command(
            "close-search", ("Esc", "^g"), _("close"), _("back to where you were"), search, act("close"), hidden=True
        ),
        Command("close-help", ("Esc", "^g"), _("close"), _("close this page"), helping, act("close"), hidden=True),
        Command(
            "take-back",
            ("Enter", "u"),
            _("take back"),
            _("take this action back"),
            history,
            act("take_back"),
            hidden=True,
        ),
        Command(
            "close-history", ("q", "Esc"), _("close"), _("back to where you were"), history, act("close"), hidden=True
        ),
    )
