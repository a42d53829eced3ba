"""A notice as bytes for the terminal: its bell, and the two sequences by which terminals tell the desktop."""

import os
from collections.abc import Mapping
from typing import Final, Literal

from storage.kinds.clean import clean_line

LONGEST: Final = 200
"""Signs of a notice at most: terminals show one line, and some cut nothing."""

Desktop = Literal["off", "osc9", "osc777"]


def notice(
    title: str,
    text: str,
    *,
    bell: bool = False,
    desktop: Desktop = "off",
    through_tmux: bool = False,
    environment: Mapping[str, str] = os.environ,
) -> str:
    r"""Return what is written to the terminal so that it calls for attention; empty when nothing is asked for.

    OSC 9 is ``ESC ] 9 ; text BEL``, OSC 777 ``ESC ] 777 ; notify ; title ; text BEL``. Text from mail can end neither:
    control characters are gone, a title's semicolons are commas, and a text of OSC 9 that begins with a digit and a
    semicolon, which ConEmu would take for a command, has a space before it. tmux hands both on only where its
    ``allow-passthrough`` is on; the bell needs no wrapping.

    Args:
        title: what it is about.
        text: what happened.
        bell: whether the bell rings.
        desktop: how the desktop is told.
        through_tmux: whether sequences are wrapped so that tmux hands them to the terminal around it.
        environment: where TMUX is looked up.
    """
    said, head = clean_line(text)[:LONGEST], clean_line(title)[:60].replace(";", ",")
    made = ""
    if desktop == "osc9":
        whole = f"{head}: {said}" if head else said
        made = f"\x1b]9;{' ' if whole[:1].isdigit() else ''}{whole}\x07"
    elif desktop == "osc777":
        made = f"\x1b]777;notify;{head};{said}\x07"
    if made and through_tmux and environment.get("TMUX"):
        made = "\x1bPtmux;" + made.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    return made + ("\x07" if bell else "")


KEEP_TITLE: Final = "\x1b[22;2t"
GIVE_TITLE_BACK: Final = "\x1b[23;2t"
"""What has a terminal put its window's title by, and take it up again (xterm's control sequences)."""


def has_titles(environment: Mapping[str, str]) -> bool:
    """Say whether the terminal is one whose window has a title: the console of Linux would print it."""
    return environment.get("TERM", "linux") not in {"linux", "dumb", "unknown", ""}


def window_title(text: str) -> str:
    r"""Return what names the terminal's window: OSC 2, ended by ST, since a bell here would be one to some."""
    return f"\x1b]2;{clean_line(text)[:LONGEST]}\x1b\\"
