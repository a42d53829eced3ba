"""What argparse says of a command line, in the reader's language: its own sentences are looked up among ours."""

import argparse
from collections.abc import Iterable

from widgets.language import _, ngettext


def speak() -> None:
    """Let argparse ask for its words where all others are."""
    argparse._ = _said  # type: ignore[attr-defined]  # it has no door for this
    argparse.ngettext = ngettext  # type: ignore[attr-defined]


def _said(text: str | None) -> str | None:
    """Return what argparse says; a description that is none is asked for too."""
    return None if text is None else _(text)


def sentences() -> tuple[str, ...]:
    """Return those that a person can meet, in the reader's language; written out for whoever gathers words."""
    return (
        _("usage: "),
        _("options"),
        _("positional arguments"),
        _("show this help message and exit"),
        _("argument %(argument_name)s: %(message)s"),
        _("the following arguments are required: %s"),
        _("one of the arguments %s is required"),
        _("unrecognized arguments: %s"),
        _("not allowed with argument %s"),
        _("ignored explicit argument %r"),
        _("expected one argument"),
        _("expected at most one argument"),
        _("expected at least one argument"),
        ngettext("expected %s argument", "expected %s arguments", 2),
        _("invalid %(type)s value: %(value)r"),
        _("invalid choice: %(value)r (choose from %(choices)s)"),
    )


def no_such_command(asked: str, names: Iterable[str]) -> str:
    """Return the words for a command that is none, with the one that was meant if any is near."""
    from difflib import get_close_matches  # late: commands mostly are there

    near = get_close_matches(asked, names, n=1)
    if near:
        return _("There is no command «{asked}»: did you mean {near}?").format(asked=asked, near=near[0])
    return _("There is no command «{asked}».").format(asked=asked)
