"""Text for the system's clipboard, handed to the terminal by the escape sequence OSC 52."""

import base64
import os
from collections.abc import Mapping
from typing import Final, Literal

from console.config.errors import ConsoleError
from storage.kinds.clean import clean
from widgets.language import _
from widgets.moments import size_words

LONGEST: Final = 74_994
"""The most that is sent, in bytes of UTF-8: in base64, with its frame, the 100,000 that terminals take at most."""

Way = Literal["plain", "tmux", "off"]
"""How the terminal is reached: as it is, through tmux to the terminal around it, or not at all."""


class NotCopied(ConsoleError):
    """Text that was not sent to the clipboard; `str()` says why and what to do."""


def sequence(text: str, *, way: Way = "plain", environment: Mapping[str, str] = os.environ) -> str:
    r"""Return what is written to the terminal so that it puts text on the system's clipboard.

    It is ``ESC ] 52 ; c ; base64 BEL``, as xterm's control sequences name it. tmux takes that itself where it has
    ``set-clipboard on``; where it has not, `way` wraps it so that tmux hands it to the terminal around it, which takes
    tmux's ``allow-passthrough on``. Outside of tmux nothing is wrapped.

    Args:
        text: what is copied; characters that could command the terminal where it is pasted are left out.
        way: as configured.
        environment: where TMUX is looked up.

    Raises:
        NotCopied: it is switched off, too long, or there is nothing to copy.
    """
    if way == "off":
        raise NotCopied(_("Not copied: the configuration's clipboard is off."))
    data = clean(text).encode("utf-8", "replace")
    if not data:
        raise NotCopied(_("There is nothing to copy here."))
    if len(data) > LONGEST:
        raise NotCopied(
            _("Not copied: it has {size}, and terminals take {most}. Save it as a file instead.").format(
                size=size_words(len(data)), most=size_words(LONGEST)
            )
        )
    made = f"\x1b]52;c;{base64.b64encode(data).decode('ascii')}\x07"
    if way == "tmux" and environment.get("TMUX"):
        return "\x1bPtmux;" + made.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    return made
