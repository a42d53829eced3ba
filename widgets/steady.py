"""Text that every terminal gives the same width; Textual is not needed for it, so that commands can speak so too."""

import re

from storage.kinds.clean import clean_line, unsteady_gone
from widgets.look import Role

Span = tuple[str, Role]
"""A run of text and the role it is drawn in."""

_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]")
_ACCENTS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff"
_PILED = re.compile(f"([{_ACCENTS}]{{2}})[{_ACCENTS}]+")


def steady(text: str) -> str:
    """Return `text` with only what every terminal gives the same width, at most two accents on a letter."""
    if text.isascii():
        return text
    text = unsteady_gone(text)
    text = _FLAG.sub(lambda found: chr(ord(found[0]) - 0x1F1E6 + ord("A")), text)
    return _PILED.sub(r"\1", text)


def one_line(text: str) -> str:
    """Return `text` from outside as one clean, steady line. Long text is cut first: no row shows 2,000 signs."""
    return steady(clean_line(text[:4000]))
