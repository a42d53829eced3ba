"""`completion`: the words of the command line for a shell."""

from typing import TYPE_CHECKING

from console.cli.errors import DONE
from console.cli.parser import Group
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call

_SHELLS = ("bash", "zsh", "fish")


def add(group: Group) -> None:
    """Add the command."""
    parser = group.command(
        "completion",
        run_completion,
        words=_("completion for a shell"),
        more=_("For bash: plantao completion bash > ~/.local/share/bash-completion/completions/plantao"),
    )
    parser.add_argument("shell", choices=_SHELLS)


def run_completion(call: "Call") -> int:
    """Print the shell's own script."""
    import shtab

    from console.cli.parser import build

    call.out.line(shtab.complete(build(), shell=call.options.shell).rstrip("\n"))
    return DONE
