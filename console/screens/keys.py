"""The one table of keys: from it the screens' bindings, the row of keys and the help are made."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from textual.binding import Binding

from widgets.language import _

Where = Literal["queue", "conversation", "search", "help"]

_QUEUE: Final[frozenset[Where]] = frozenset({"queue"})
_READING: Final[frozenset[Where]] = frozenset({"conversation"})
_BOTH: Final[frozenset[Where]] = frozenset({"queue", "conversation"})
_LISTS: Final[frozenset[Where]] = frozenset({"queue", "conversation", "help"})


@dataclass(frozen=True, slots=True)
class Command:
    """What a key does.

    Attributes:
        action: the screen's method, without ``action_``.
        keys: as Textual names them; `shown` as a person reads them.
        word: for the row of keys; empty for what it never shows.
        sentence: for the help.
        where: which panes it works in.
    """

    action: str
    keys: tuple[str, ...]
    shown: str
    word: str
    sentence: str
    where: frozenset[Where]


def commands() -> tuple[Command, ...]:
    """Return every command in the order of use, in the reader's language."""
    return (
        Command("open", ("enter", "l"), "Enter", _("read"), _("open the conversation"), _QUEUE),
        Command("back", ("q", "h", "escape"), "q", _("back"), _("back to the queue"), _READING),
        Command("resolve", ("e",), "e", _("resolve"), _("resolve: nothing is left to do"), _BOTH),
        Command("take", ("t",), "t", _("take"), _("take it: it is yours from now on"), _BOTH),
        Command("spam", ("exclamation_mark",), "!", _("spam"), _("mark as spam"), _BOTH),
        Command("fold", ("z",), "z", _("quotes"), _("show quotes and signatures, or fold them"), _READING),
        Command("search", ("slash",), "/", _("search"), _("search all messages"), _BOTH),
        Command("undo", ("u",), "u", _("undo"), _("take your last action back"), _BOTH),
        Command("redo", ("U",), "U", _("redo"), _("do again what was taken back"), _BOTH),
        Command("down", ("j", "down"), "j", "", _("down"), _LISTS),
        Command("up", ("k", "up"), "k", "", _("up"), _LISTS),
        Command("half_down", ("ctrl+d",), "^d", "", _("half a page down"), _LISTS),
        Command("half_up", ("ctrl+u",), "^u", "", _("half a page up"), _LISTS),
        Command("page_down", ("pagedown",), "PgDn", "", _("a page down"), _LISTS),
        Command("page_up", ("pageup",), "PgUp", "", _("a page up"), _LISTS),
        Command("go", ("g",), "g g", "", _("to the first one"), _LISTS),
        Command("top", ("home",), "Home", "", _("to the first one"), _LISTS),
        Command("bottom", ("G", "end"), "G", "", _("to the last one, or the newest message"), _LISTS),
        Command("view", tuple("123456789"), "1-9", "", _("another view"), _BOTH),
        Command("redraw", ("ctrl+l",), "^l", "", _("draw the screen anew"), _BOTH),
        Command("suspend", ("ctrl+z",), "^z", "", _("back to the shell for a while; fg returns"), _LISTS),
        Command("leave", ("q",), "q", _("leave"), _("leave the console; mail goes on being read"), _QUEUE),
        Command("help", ("question_mark",), "?", _("help"), _("this page"), _BOTH),
        Command("close", ("q", "escape", "question_mark"), "q", _("close"), _("close this page"), frozenset({"help"})),
        Command("choose", ("enter",), "Enter", _("read"), _("open the conversation found"), frozenset({"search"})),
        Command("next", ("down", "ctrl+n"), "↓", _("next"), _("the next one found"), frozenset({"search"})),
        Command("previous", ("up", "ctrl+p"), "↑", "", _("the one before"), frozenset({"search"})),
        Command("close", ("escape", "ctrl+g"), "Esc", _("close"), _("back to where you were"), frozenset({"search"})),
    )


def bindings(*where: Where) -> list[Binding]:
    """Return Textual's bindings for panes; the screen's ``action_command`` knows which pane has the keys."""
    keys = dict.fromkeys(key for command in commands() if not command.where.isdisjoint(where) for key in command.keys)
    return [Binding(key, f"command('{key}')", show=False) for key in keys]


def command_for(where: Where, key: str) -> Command | None:
    """Return what a key does in a pane."""
    return next((command for command in commands() if where in command.where and key in command.keys), None)


def footer(where: Where) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the keys that matter in a pane, and those that stand at the right edge."""
    known = [command for command in commands() if where in command.where and command.word]
    always = [(command.shown, command.word) for command in known if command.action == "help"]
    return [(command.shown, command.word) for command in known if command.action != "help"], always


def clashes(table: Iterable[Command]) -> list[str]:
    """Return the keys that mean two things in one pane; Textual does not always say so."""
    meant: dict[tuple[Where, str], set[str]] = {}
    for command in table:
        for where in command.where:
            for key in command.keys:
                meant.setdefault((where, key), set()).add(command.action)
    return [f"{key} in {where}: {sorted(actions)}" for (where, key), actions in meant.items() if len(actions) > 1]
