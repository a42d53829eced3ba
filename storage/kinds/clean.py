"""The one place where text from outside loses what could command a terminal or reorder a line."""

import re
import unicodedata

_LINE_ENDS = re.compile(r"\r\n?|\x0b|\x0c|\x85|\u2028|\u2029")
# C0 and C1 control characters but tab and newline, DEL, direction marks, embeddings, overrides and isolates,
# language tags, interlinear annotation, invisible fillers and lone surrogates.
_BARRED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u206a-\u206f"
    "\ufff9-\ufffb\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
_BARRED_SPACES = "\x1c\x1d\x1e\x1f"  # control characters that Python takes for white space


class _Marks(dict[int, int | None]):
    """A translation that drops combining marks and learns each sign when it first meets it."""

    def __missing__(self, code: int) -> int | None:
        self[code] = kept = None if unicodedata.combining(chr(code)) else code
        return kept


_WITHOUT_MARKS = _Marks()


def clean(text: str) -> str:
    r"""Return `text` without control characters and direction overrides, its line ends made ``\n``.

    Tabs and newlines stay. An escape sequence loses its ESC, so that its letters remain as harmless text
    and nothing that a person could have read disappears unseen.
    """
    if text.isascii() and text.isprintable():
        return text
    return _BARRED.sub("", _LINE_ENDS.sub("\n", text))


def clean_line(text: str) -> str:
    """Return `text` as one clean line: runs of white space become a single space."""
    line = " ".join(text.split())
    if line.isprintable() and not any(map(text.__contains__, _BARRED_SPACES)):
        return line  # nothing that is barred can be printed: six times as quick, and nearly every line
    return " ".join(clean(text).split())


def folded(text: str) -> str:
    """Return `text` lower-cased and without accents, for comparing and for search."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", text.casefold()).translate(_WITHOUT_MARKS)
