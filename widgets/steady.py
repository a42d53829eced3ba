"""Text that every terminal gives the same width; Textual is not needed for it, so that commands can speak so too."""

import re

from storage.kinds.clean import clean_line
from widgets.look import Role

Span = tuple[str, Role]
"""A run of text and the role it is drawn in."""

# What terminals do not agree about in width, so that a row could be longer than it was measured: joined emoji, skin
# tones, presentation selectors, keycaps, soft hyphens and invisible fillers. Each emoji of a joined one stands alone.
_UNSTEADY = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2064\u20e3\u3164\uffa0\ufe00-\ufe0f"
    "\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef]|\u200d(?=[\u2190-\u2bff\U0001f000-\U0001faff])"
)
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]")
_ACCENTS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff"
_PILED = re.compile(f"([{_ACCENTS}]{{2}})[{_ACCENTS}]+")


def steady(text: str) -> str:
    """Return `text` with only what every terminal gives the same width, at most two accents on a letter."""
    if text.isascii():
        return text
    text = _UNSTEADY.sub("", text)
    text = _FLAG.sub(lambda found: chr(ord(found[0]) - 0x1F1E6 + ord("A")), text)
    return _PILED.sub(r"\1", text)


def one_line(text: str) -> str:
    """Return `text` from outside as one clean, steady line. Long text is cut first: no row shows 2,000 signs."""
    return steady(clean_line(text[:4000]))
