"""Which key means which command where: sequences, what the configuration changed, and what clashes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Final

from textual.keys import _character_to_key

from console.screens.commands.base import Command, Where
from widgets.language import _

_NAMED: Final[Mapping[str, str]] = {
    "enter": "enter",
    "esc": "escape",
    "space": "space",
    "tab": "tab",
    "shift+tab": "shift+tab",
    "home": "home",
    "end": "end",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "up": "up",
    "down": "down",
    "left": "left",
    "right": "right",
    "backspace": "backspace",
    "del": "delete",
    "↑": "up",
    "↓": "down",
    "←": "left",
    "→": "right",
    **{f"f{number}": f"f{number}" for number in range(2, 13)},
}


def textual_key(written: str) -> str:
    """Return a key as Textual names it.

    Args:
        written: as a person writes it: a sign, ``^d``, ``Enter``, ``PgDn``.

    Raises:
        ValueError: there is no such key.
    """
    if len(written) == 1 and written not in _NAMED:
        return _character_to_key(written)
    if len(written) == 2 and written[0] == "^" and written[1].isalpha():
        return f"ctrl+{written[1].lower()}"
    try:
        return _NAMED[written.lower()]
    except KeyError:
        raise ValueError(written) from None


@dataclass(frozen=True, slots=True)
class Pending:
    """Keys that so far are the beginning of commands: what may follow.

    Attributes:
        pressed: the keys, as a person writes them.
        next: what each further key means.
    """

    pressed: str
    next: tuple[tuple[str, Command], ...]


class Keymap:
    """The commands by their keys.

    Args:
        commands: the table.
        changed: keys from the configuration by a command's name; several are parted by commas, none is an empty text.

    Attributes:
        complaints: sentences on what the configuration asks for and cannot have; the rest of it holds.
    """

    def __init__(self, commands: Sequence[Command], changed: Mapping[str, str] | None = None) -> None:
        self.complaints: list[str] = []
        self.commands = tuple(self._changed(commands, changed or {}))
        self._by_keys: dict[Where, dict[tuple[str, ...], Command]] = {}
        for command in self.commands:
            for where in command.where:
                known = self._by_keys.setdefault(where, {})
                for keys in command.keys:
                    known.setdefault(_parsed(keys), command)

    def find(self, where: Where, pressed: Sequence[str]) -> Command | Pending | None:
        """Return what keys mean, one after the other as Textual names them, in a place."""
        known = self._by_keys.get(where, {})
        sequence = tuple(pressed)
        command = known.get(sequence)
        if command is not None:
            return command
        following = [
            (keys[len(sequence)], each) for keys, each in known.items() if keys[: len(sequence)] == sequence != ()
        ]
        if not following:
            return None
        written = {parsed: keys for each in self.commands for keys in each.keys if (parsed := _parsed(keys))}
        first = next(keys for parsed, keys in written.items() if parsed[: len(sequence)] == sequence)
        begun = " ".join(first.split()[: len(sequence)])
        further = [
            (written[parsed].split()[len(sequence)], each)
            for parsed, each in known.items()
            if parsed[: len(sequence)] == sequence
        ]
        return Pending(begun, tuple(further))

    def named(self, name: str) -> Command | None:
        """Return the command of that name that the `:` line knows."""
        return next((command for command in self.commands if command.name == name and not command.hidden), None)

    def footer(self, where: Where) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """Return the keys that matter in a place, and those that stand at the right edge."""
        known = [command for command in self.commands if where in command.where and command.word and command.keys]
        always = [(command.shown, command.word) for command in known if command.footer]
        keys: dict[tuple[str, str], str] = {}
        for command in known:
            if not command.footer:
                first = command.shown.split()[0]
                # What one key begins, and goes by one word, is one: the rest is said when it is pressed.
                keys[first, command.word] = first if (first, command.word) in keys else command.shown
        return [(shown, word) for (_first, word), shown in keys.items()], always

    def _changed(self, commands: Sequence[Command], changed: Mapping[str, str]) -> Iterable[Command]:
        known = {command.name for command in commands}
        for name in changed:
            if name not in known:
                near = get_close_matches(name, known, 1)
                hint = _("did you mean {name}?").format(name=near[0]) if near else _("? lists them.")
                self.complaints.append(_("[keys] {name}: no command is called so; {hint}").format(name=name, hint=hint))
        remade: dict[str, tuple[str, ...]] = {}
        for name, keys in changed.items():
            wanted = tuple(" ".join(each.split()) for each in keys.split(",") if each.strip())
            try:
                for each in wanted:
                    _parsed(each)
            except ValueError as wrong:
                self.complaints.append(_("[keys] {name}: there is no key {key}.").format(name=name, key=wrong))
                continue
            remade[name] = wanted
        own = {where_keys for name, keys in remade.items() for where_keys in _places(commands, name, keys)}
        made = []
        for command in commands:
            if command.name in remade:
                made.append(replace(command, keys=remade[command.name]))
            else:  # what the agent gave to another command is taken from this one
                kept = tuple(
                    keys for keys in command.keys if not any((where, _parsed(keys)) in own for where in command.where)
                )
                made.append(command if kept == command.keys else replace(command, keys=kept))
        self.complaints += clashes(made)
        return made


def _places(commands: Sequence[Command], name: str, keys: Sequence[str]) -> Iterable[tuple[Where, tuple[str, ...]]]:
    for command in commands:
        if command.name == name:
            for where in command.where:
                for each in keys:
                    yield where, _parsed(each)


def _parsed(keys: str) -> tuple[str, ...]:
    return tuple(textual_key(key) for key in keys.split())


def clashes(commands: Iterable[Command]) -> list[str]:
    """Return sentences on keys that mean two things in one place, or begin what is longer; Textual says neither."""
    meant: dict[tuple[Where, tuple[str, ...]], list[str]] = {}
    written: dict[tuple[str, ...], str] = {}
    for command in commands:
        for keys in command.keys:
            written[_parsed(keys)] = keys
            for where in command.where:
                names = meant.setdefault((where, _parsed(keys)), [])
                if command.name not in names:
                    names.append(command.name)
    found = []
    for (where, parsed), names in meant.items():
        key = written[parsed]
        if len(names) > 1:
            found.append(
                _("[keys] {key} means {first} and {second}: the first holds.").format(
                    key=key, first=names[0], second=names[1]
                )
            )
        size = len(parsed)
        longer = [other for place, other in meant if place == where and len(other) > size and other[:size] == parsed]
        if longer:
            found.append(
                _("[keys] {key} begins {longer}, which can never be reached.").format(
                    key=key, longer=written[longer[0]]
                )
            )
    return list(dict.fromkeys(found))
