"""What argparse says of a command line is said in the reader's language, and a command that is none is named."""

import argparse
import ast
from pathlib import Path

import pytest

from console.cli import usage
from console.cli.parser import Parser

# For whoever writes a parser, or of features that ours has not.
UNMET = {
    " (default: %(default)s)",
    "%(heading)s:",  # the same in our languages
    "%(prog)s: error: %(message)s\n",
    "%(prog)s: warning: %(message)s\n",
    "%r is not callable",
    ".__call__() not defined",
    "'required' is an invalid argument for positionals",
    'argument "-" with mode %r',
    "ambiguous option: %(option)s could match %(matches)s",
    "can't open '%(filename)s': %(error)s",
    "cannot have multiple subparser arguments",
    "cannot merge actions - two groups are named %r",
    "conflicting option string: %s",
    "conflicting subparser alias: %s",
    "conflicting subparser: %s",
    "dest= is required for options like %r",
    "invalid conflict_resolution value: %r",
    "invalid option string %(option)r: must start with a character %(prefix_chars)r",
    "mutually exclusive arguments must be optional",
    "show program's version number and exit",
    "subcommands",
    "unexpected option string: %s",
    "unknown parser %(parser_name)r (choices: %(choices)s)",
}


def test_all_that_argparse_says_to_a_person_is_among_our_words():
    source = ast.parse(Path(argparse.__file__).read_text(encoding="utf-8"))
    said = {
        call.args[0].value
        for call in ast.walk(source)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in {"_", "ngettext"}
        and isinstance(call.args[0], ast.Constant)
    }
    assert len(said) > 20
    ours = {*usage.sentences(), "expected %s argument"}
    missing = {one for one in said - UNMET - ours if "deprecated" not in one and "maybe you meant" not in one}
    assert not missing


@pytest.mark.parametrize(
    ("language", "arguments", "words"),
    [
        ("pt_BR", ["show"], ["falta o seguinte: ID", "Veja plantao show --help"]),
        ("es", ["show"], ["falta lo siguiente: ID"]),
        ("es", ["list", "-n", "x"], ["'x' no es un valor de tipo int"]),
        ("pt_BR", ["undo", "--bogus"], ["não se conhece: --bogus"]),
        ("pt_BR", ["snoze", "1"], ["Não há nenhum comando «snoze»: você quis dizer snooze?"]),
    ],
)
def test_wrong_usage_is_said_in_the_language(run, monkeypatch, language, arguments, words):
    monkeypatch.setenv("LANGUAGE", language)
    said = run(*arguments)
    assert said.status == 2
    for one in words:
        assert one in said.err
    assert "argument" not in said.err.replace("argumento", "")


def test_a_command_that_is_none_is_named_with_the_nearest_and_not_with_all(run):
    said = run("snoze", 1)
    assert (said.status, said.out) == (2, "")
    assert said.err == "plantao: There is no command «snoze»: did you mean snooze?\nSee plantao --help.\n"
    assert run("xyzzy").err == "plantao: There is no command «xyzzy».\nSee plantao --help.\n"
    assert "did you mean list?" in run("account", "lst").err


def test_help_is_in_the_language(run, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "es")
    said = run("undo", "--help").out
    assert said.startswith("uso: plantao undo")
    assert "muestra esta ayuda y termina" in said
    for english in ("usage:", "options:", "show this help"):
        assert english not in said


class AsOf314(argparse.RawDescriptionHelpFormatter):
    """From Python 3.14 on a formatter colours what goes to a terminal, unless it is told otherwise once it is made."""

    coloured = True

    def _set_color(self, color, **more):
        self.coloured = color


def test_help_is_not_coloured_by_argparse(run, monkeypatch):
    plain = run("undo", "--help").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert run("undo", "--help").out == plain
    asked = Parser(prog="plantao", formatter_class=AsOf314)
    assert not asked._get_formatter().coloured
    assert not asked._get_formatter(file=None).coloured  # later versions name where it goes
