"""What works on screens of their own: in the search, in the help, in lists and papers."""

from collections.abc import Sequence
from typing import Final

from console.screens.commands.base import Command, Where, act
from widgets.language import _

_SEARCH: Final[frozenset[Where]] = frozenset({"search"})
_HELP: Final[frozenset[Where]] = frozenset({"help"})
_HISTORY: Final[frozenset[Where]] = frozenset({"history"})
_PAPER: Final[frozenset[Where]] = frozenset({"paper"})
_FILES: Final[frozenset[Where]] = frozenset({"files"})
_PAGES: Final[frozenset[Where]] = frozenset({"history", "paper", "files"})


def commands() -> Sequence[Command]:
    """Return them, in the order of use."""
    rows = (
        ("choose", ("Enter",), _("read"), _("open the conversation found"), _SEARCH, "choose"),
        ("next-hit", ("↓", "^n"), _("next"), _("the next one found"), _SEARCH, "next"),
        ("previous-hit", ("↑", "^p"), "", _("the one before"), _SEARCH, "previous"),
        ("complete", ("Tab",), _("complete"), _("take the first that is offered into the line"), _SEARCH, "complete"),
        ("close-search", ("Esc", "^g"), _("close"), _("back to where you were"), _SEARCH, "close"),
        ("close-help", ("Esc", "^g"), _("close"), _("close this page"), _HELP, "close"),
        ("take-back", ("Enter", "u"), _("take back"), _("take this action back"), _HISTORY, "take_back"),
        ("find", ("/",), _("find"), _("find words in this paper"), _PAPER, "find"),
        ("next-found", ("n",), _("next"), _("the next place they stand"), _PAPER, "next_found"),
        ("previous-found", ("N",), "", _("the place before"), _PAPER, "previous_found"),
        ("open-file", ("Enter", "o"), _("open"), _("open it with a program of choice"), _FILES, "open"),
        ("save-file", ("s",), _("save"), _("save it in a folder"), _FILES, "save"),
        ("yank-file", ("y",), _("copy"), _("copy the link, or the file's name"), _FILES, "yank"),
        ("close-page", ("q", "h", "Esc"), _("close"), _("back to where you were"), _PAGES, "close"),
    )
    return [
        Command(name, keys, word, sentence, where, act(action), hidden=True)
        for name, keys, word, sentence, where, action in rows
    ]
