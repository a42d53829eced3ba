"""Asking on the terminal before something is changed, and answering for scripts."""

import sys
from typing import TYPE_CHECKING

from console.cli.errors import Failed, Usage
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call


def must_be_agreed(call: "Call") -> None:
    """Ask whether to go on, unless the command said so.

    Raises:
        Usage: there is nobody to ask.
        Failed: the answer is no.
    """
    if call.options.yes:
        return
    if not sys.stdin.isatty():
        raise Usage(_("There is no terminal to ask on: say {option}.").format(option="--yes"))
    sys.stderr.write(_("Go on? y or n:") + " ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().casefold() not in {"y", "yes", "s", "sim", "si", "sí"}:
        raise Failed(_("Nothing was changed."))
