"""What is printed where not all signs can be: ASCII forms for ours, letters without their accents for the rest."""

import codecs
import os
import sys

from widgets.language import draw_signs
from widgets.signs import ASCII_SIGNS, draws_letters_alone

_NEAREST = "plantao-nearest"


def settle_streams() -> None:
    """Let nothing that is printed fail for its letters, and draw our own signs as this terminal can."""
    codecs.register_error(_NEAREST, _nearest)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_NEAREST)
    draw_signs(ASCII_SIGNS if draws_letters_alone(os.environ) or not takes_all() else {})


def takes_all() -> bool:
    """Say whether standard output takes every sign."""
    return "utf" in (getattr(sys.stdout, "encoding", None) or "utf-8").lower()


def _nearest(error: UnicodeError) -> tuple[str, int]:
    """Return what is printed for signs that an encoding has not: `Plantao`, `N1 > N3`; a question mark at the worst."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    from unicodedata import combining, normalize

    made = ""
    for sign in error.object[error.start : error.end]:
        base = ASCII_SIGNS.get(sign) or normalize("NFKD", sign)[0]
        made += base if base.isascii() else "" if combining(sign) else "?"
    return made, error.end
