"""`completion` and `manual`: the words of the command line for a shell, and on a page for `man`."""

import re
from typing import TYPE_CHECKING

from console.cli.errors import DONE
from console.cli.parser import Group
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call

_SHELLS = ("bash", "zsh", "fish")
_TEXT = re.compile(r"^[.'](?!(?:TH|SH|SS|TP|PP|RS|RE|nf|fi|B)\b)", re.MULTILINE)  # words that troff would obey


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command(
        "completion",
        run_completion,
        words=_("completion for a shell"),
        more=_("For bash: plantao completion bash > ~/.local/share/bash-completion/completions/plantao"),
    )
    parser.add_argument("shell", choices=_SHELLS)
    group.command(
        "manual",
        run_manual,
        words=_("the manual page, for man"),
        more=_("To read it: plantao manual | man -l -\nTo keep it: plantao manual > ~/.local/share/man/man1/plantao.1"),
    )


def run_completion(call: "Call") -> int:
    """Print the shell's own script."""
    import shtab

    from console.cli.parser import build

    call.out.line(shtab.complete(build(), shell=call.options.shell).rstrip("\n"))
    return DONE


def run_manual(call: "Call") -> int:
    """Print the manual page of all commands."""
    from importlib.metadata import version

    from argparse_manpage.manpage import Manpage

    from console.cli.parser import build

    told = {
        "project_name": "plantao",
        "description": _("a support desk in one terminal"),
        "version": version("plantao"),
        "manual_title": "Plantão",
        "date": f"{call.now:%Y-%m-%d}",
    }
    parser = build(repeats=False)
    statuses, parser.epilog = parser.epilog or "", None
    page = Manpage(parser, told, format="single-commands-section")
    page.add_section(_("exit status"), ">", statuses)
    page.add_section(
        _("environment"),
        ">",
        _(
            "PLANTAO_HOME puts configuration, data and state under one folder, else the XDG folders hold them. "
            "NO_COLOR, PAGER, VISUAL and EDITOR are obeyed."
        ),
    )
    call.out.line(_TEXT.sub(r"\\&\g<0>", str(page)).rstrip("\n"))
    return DONE
