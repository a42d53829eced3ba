"""The command line: everything on screen is also a command; nothing but the console itself loads Textual."""

import os
import sys
from collections.abc import Sequence

from console.cli import collector  # noqa: F401 - the first that is imported
from console.cli.errors import INTERRUPTED, tell, tell_interrupted, was_interrupted
from console.cli.letters import settle_streams
from console.cli.parser import build
from console.cli.quiet import keep_libraries_quiet
from widgets.language import choose_language


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 failed, 2 wrong usage, 75, 77, 78 as `errors` says.

    Args:
        arguments: what follows the program's name; `None` for the process's own.
    """
    choose_language()
    # To look for plugins, pydantic would read the metadata of every package that is installed: 20 ms of each start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    settle_streams()
    try:
        options = build(sys.argv[1:] if arguments is None else arguments).parse_args(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    from console.cli.call import Call
    from console.cli.output import OutputLost

    call = Call(options)
    if not getattr(options, "loads_little", False):
        keep_libraries_quiet()
    try:
        status: int = options.run(call)
        call.out.flush()
    except OutputLost as lost:
        _let_go_of_output()
        return tell(call, lost) if lost.reason else 0
    except KeyboardInterrupt:
        tell_interrupted(call)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort: no traceback reaches a person
        if was_interrupted(error):
            tell_interrupted(call)
            return INTERRUPTED
        return tell(call, error)
    finally:
        call.close()
    return status


def _let_go_of_output() -> None:
    """Give standard output up: whoever read it has seen enough, and Python must not complain about it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
