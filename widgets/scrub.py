"""The last place before the terminal: whatever a widget draws loses what could command it.

Text is cleaned before it is stored and again where it is drawn; this filter is for what both forgot, and for the
widgets that are Textual's. Measured: Textual 8.2 passes ESC, C1 and bidi characters on in all of its widgets.
"""

from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from storage.kinds.clean import clean_line


class Scrub(LineFilter):
    """Take barred characters out of every segment and out of its link; the segment keeps its width."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """Return `segments`, harmless. Control segments are Textual's own and are left out: none is drawn in a line."""
        return [
            segment
            if _harmless(segment.text) and (segment.style is None or segment.style.link is None)
            else Segment(scrubbed(segment.text), None if segment.style is None else _unlinked(segment.style))
            for segment in segments
            if not segment.control
        ]


def _harmless(text: str) -> bool:
    return text.isascii() and text.isprintable()


def scrubbed(text: str) -> str:
    """Return `text` of the same width in cells without anything but what can be seen."""
    if _harmless(text):
        return text
    safe = "".join(_mark(sign) for sign in text)
    return safe + " " * (cell_len(text) - cell_len(safe))


@lru_cache(4096)
def _mark(sign: str) -> str:
    """Return one sign, or what stands for it: a space for white space, nothing for what is barred."""
    if sign.isspace():
        return " " if cell_len(sign) else ""
    return clean_line(sign)


@lru_cache(1024)
def _unlinked(style: Style) -> Style:
    """Return a style whose link can hold no control character, and no link when it did."""
    link = style.link
    if link is None or (clean_line(link) == link and " " not in link):
        return style
    return style.update_link(None)
