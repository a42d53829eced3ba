"""The commands and their flags, gathered from the groups; building it imports nothing that is slow."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Final, NoReturn

from console.cli.output import terminal_columns
from console.cli.usage import no_such_command, speak
from storage.kinds.clean import clean
from widgets.language import _

Run = Callable[[Any], int]
"""What a command does with its `Call`; returns the exit status."""

_WITH_VALUE: Final = ("--store", "--config")  # of the options that every command takes; see `_shared`
_JOINED: Final = ("--store=", "--config=")
_ALONE: Final = ("--json",)


class Parser(argparse.ArgumentParser):
    """An argument parser that prints nothing that could command a terminal."""

    def __init__(self, *arguments: Any, **choices: Any) -> None:
        super().__init__(*arguments, **{"allow_abbrev": False, **choices})

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Read arguments; what follows the options of a command that takes words is among its words.

        argparse gives every word to the first place that takes any, and knows none after the next option.
        """
        found, rest = super().parse_known_args(args, namespace)
        name: str | None = self.get_default("gathers")
        if name is not None:
            words = [word for word in rest if word == "-" or not word.startswith("-") or " " in word]
            setattr(found, name, [*getattr(found, name), *words])
            rest = [word for word in rest if word not in words]
        return found, rest

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Say which command was meant, in place of a list of sixty."""
        if isinstance(action, argparse._SubParsersAction) and value not in action.choices:  # noqa: SLF001 - of its own
            raise argparse.ArgumentError(None, no_such_command(str(value), action.choices))
        super()._check_value(action, value)

    def _get_formatter(self, *_where: Any, **_named: Any) -> argparse.HelpFormatter:
        """Return what lays the help out; asked for at each argument, and left to itself it would load shutil.

        From Python 3.14 on it would colour what it writes to a terminal, which `clean` then turns into signs.
        """
        formatter = self.formatter_class(prog=self.prog, width=terminal_columns(80) - 2)  # type: ignore[call-arg]
        if hasattr(formatter, "_set_color"):
            formatter._set_color(False)  # noqa: SLF001 - whoever makes the formatter is asked to
        return formatter

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """End the process; what was asked for is printed to standard output."""
        if message:
            self._print_message(message, sys.stdout if status == 0 else sys.stderr)
        sys.exit(status)

    def _print_message(self, message: str, file: Any = None) -> None:
        if message:
            (file or sys.stderr).write(clean(message))

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command line, and how to read more."""
        self._print_message(
            _("{program}: {message}\nSee {program} --help.\n").format(program=self.prog, message=message), sys.stderr
        )
        self.exit(2)


class Group:
    """Where a group of commands puts them.

    Args:
        subcommands: of the whole parser, or of a command that has commands of its own.
        shared: the parser of the options that every command takes.
    """

    def __init__(self, subcommands: Any, shared: argparse.ArgumentParser) -> None:
        self._subcommands = subcommands
        self._shared = shared

    def command(self, name: str, run: Run | None, *, words: str, more: str = "") -> Parser:
        """Add a command and return its parser.

        Args:
            name: as typed.
            run: what it does; `None` when only its own commands do something.
            words: one line on it.
            more: paragraphs of its own help.
        """
        parser: Parser = self._subcommands.add_parser(
            name,
            help=words,
            description=f"{words}\n\n{more}".strip(),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            parents=[self._shared],
        )
        if run is not None:
            parser.set_defaults(run=run, done=name)
        return parser

    def under(self, parser: Parser, *, needed: bool = True) -> "Group":
        """Return the group of a command's own commands, one of which is `needed` unless it does something itself."""
        return Group(parser.add_subparsers(title=_("commands"), metavar=_("COMMAND"), required=needed), self._shared)


ROOMS: Final[Mapping[str, Sequence[str]]] = {
    "demo": ["demo"],
    "accounts": ["account"],
    "syncing": ["sync"],
    "importing": ["import", "export"],
    "listing": ["list", "search"],
    "showing": ["show", "why", "history"],
    "files": ["files"],
    "deciding": [
        "take",
        "assign",
        "wait",
        "hold",
        "spam",
        "resolve",
        "trash",
        "restore",
        "reopen",
        "snooze",
        "tag",
        "join",
        "split",
    ],
    "handing": ["transfer", "accept", "return", "consult", "kind"],
    "undoing": ["undo", "redo"],
    "viewing": ["view"],
    "ruling": ["rule", "block", "unblock"],
    "replying": ["reply"],
    "outbox": ["outbox"],
    "drafting": ["draft"],
    "noting": ["note", "call"],
    "retaining": ["retention"],
    "tasks": ["task"],
    "promising": ["promise"],
    "reporting": ["report"],
    "responding": ["response"],
    "customers": ["customer"],
    "organizations": ["organization"],
    "own_fields": ["field"],
    "assessing": ["assess"],
    "ideals": ["icp"],
    "playbooks": ["playbook", "away"],
    "personas": ["persona"],
    "calendars": ["calendar"],
    "rotas": ["oncall", "rota"],
    "agents": ["agent"],
    "handover": ["handover"],
    "policies": ["policy"],
    "breaching": ["breach"],
    "journeys": ["journey"],
    "checking": ["doctor"],
    "configuration": ["config"],
    "completing": ["completion", "manual"],
}
"""The modules that add commands, in the order of the help, with the names of those commands."""


def build(asked: Sequence[str] | None = None, *, repeats: bool = True) -> Parser:
    """Return the parser of the command line.

    Args:
        asked: the command line that it is for: only the command in it is known then, as nobody asks for the others;
            `None` for the whole.
        repeats: whether each command takes and tells what all of them take.
    """
    speak()
    shared = _shared()
    parser = Parser(
        prog="plantao",
        description=_("A support desk in one terminal. Without a command it opens the console."),
        epilog=_("Exit status: 0 done, 1 failed, 2 wrong usage, 75 try again, 77 not allowed, 78 configuration."),
        parents=[shared],
    )
    parser.add_argument("--version", action=_Version, nargs=0, help=_("print the version"))
    parser.set_defaults(run=_console)
    group = Group(
        parser.add_subparsers(title=_("commands"), metavar=_("COMMAND")),
        shared if repeats else argparse.ArgumentParser(add_help=False),
    )
    for room in ROOMS if asked is None else _rooms_of(asked):
        import_module(f"console.cli.{room}").add(group)
    return parser


def _rooms_of(asked: Sequence[str]) -> Sequence[str]:
    """Return the modules that a command line needs: all of them where it has no plain command as its first word."""
    words = iter(asked)
    for word in words:
        if word in _WITH_VALUE:
            next(words, None)
        elif word.startswith("-") and word not in _ALONE and not word.startswith(_JOINED):
            break
        elif not word.startswith("-"):
            return [room for room, names in ROOMS.items() if word in names] or list(ROOMS)
    else:
        return []  # the console's own
    return list(ROOMS)


def _shared() -> argparse.ArgumentParser:
    """Return the options that may stand before the command or after it."""
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument(
        "--store", metavar="URL", help=_("the store: a folder, sqlite:////PATH/desk.db, postgresql://…")
    )
    shared.add_argument("--config", metavar="FILE", help=_("the configuration file"))
    shared.add_argument("--json", action="store_true", help=_("print JSON, one object a line"))
    return shared


class _Version(argparse.Action):
    """Print the version: it is looked up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_arguments: object) -> None:
        from importlib.metadata import version

        parser.exit(0, f"plantao {version('plantao')}\n")


def _console(call: Any) -> int:
    from console.cli.opening import run_console

    return run_console(call)
