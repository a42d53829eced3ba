"""The parser that is built for one command line says of its command what the whole one says."""

import argparse
from importlib import import_module

import pytest

from console.cli.parser import ROOMS, Group, build

NAMES = [name for names in ROOMS.values() for name in names]


def commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of a parser's commands."""
    return next(one.choices for one in parser._actions if isinstance(one, argparse._SubParsersAction))  # type: ignore[return-value]


def helps(parser: argparse.ArgumentParser) -> list[str]:
    """Return the help of a command and of all that are under it."""
    under = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    return [parser.format_help(), *(text for one in under for sub in one.choices.values() for text in helps(sub))]


def test_every_command_stands_at_the_module_that_adds_it() -> None:
    assert list(commands(build())) == NAMES
    for room, names in ROOMS.items():
        shared = argparse.ArgumentParser(add_help=False)
        subcommands = argparse.ArgumentParser().add_subparsers()
        import_module(f"console.cli.{room}").add(Group(subcommands, shared))
        assert list(subcommands.choices) == list(names)


@pytest.mark.parametrize("name", NAMES)
def test_a_command_is_the_same_alone(name: str) -> None:
    whole, alone = commands(build())[name], commands(build(["--store", "sync", "--json", name]))[name]
    assert helps(alone) == helps(whole)
    assert alone._defaults == whole._defaults
    assert set(commands(build([name]))) < set(NAMES)


@pytest.mark.parametrize(
    "asked",
    [["--help"], ["-h", "sync"], ["nonsense"], ["--store", "x", "nonsense", "sync"], ["--nonsense", "sync"], ["--"]],
)
def test_whatever_is_no_plain_command_gets_the_whole(asked: list[str]) -> None:
    assert list(commands(build(asked))) == NAMES


@pytest.mark.parametrize("asked", [[], ["--json"], ["--store=x", "--config", "sync"], ["--store"]])
def test_the_console_needs_no_command(asked: list[str]) -> None:
    assert not commands(build(asked))
    if asked != ["--store"]:
        assert build(asked).parse_args(asked).run == build().parse_args(asked).run
