"""The one place where text from outside loses what could command a terminal or reorder a line."""

import re
import unicodedata
from typing import Final

_LINE_ENDS = re.compile(r"\r\n?|\x0b|\x0c|\x85|\u2028|\u2029")
# C0 and C1 control characters but tab and newline, DEL, direction marks, embeddings, overrides and isolates,
# language tags, interlinear annotation, invisible fillers and lone surrogates.
_BARRED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u206a-\u206f"
    "\ufff9-\ufffb\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
_BARRED_SPACES = "\x1c\x1d\x1e\x1f"  # control characters that Python takes for white space


# What terminals do not agree about in width, so that a row could be longer than it was measured: joined emoji, skin
# tones, presentation selectors, keycaps, soft hyphens and invisible fillers. Each emoji of a joined one stands alone.
_UNSTEADY = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2064\u20e3\u3164\uffa0\ufe00-\ufe0f"
    "\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef]|\u200d(?=[\u2190-\u2bff\U0001f000-\U0001faff])"
)


# The signs of Windows-1252, in which nearly all mail of the desk's languages can be written: such a text is looked at
# as bytes, which takes a tenth of the time. None of its signs is barred but the controls of ASCII.
WESTERN = "cp1252"
_CONTROLS = bytes([*range(9), *range(11, 32), 127])
UPPER_CONTROLS = bytes(range(0x80, 0xA0))
"""The bytes that are controls in Latin-1 and signs in Windows-1252; all others are the same in both."""


def as_western(text: str) -> bytes | None:
    """Return `text` in Windows-1252, `None` where that cannot write it."""
    try:
        # The codec of Latin-1 takes a tenth of the time; apart from these controls both write the same.
        latin = text.encode("latin-1")
    except UnicodeEncodeError:
        try:
            return text.encode(WESTERN)
        except UnicodeEncodeError:
            return None
    return latin if text.isascii() or len(latin.translate(None, UPPER_CONTROLS)) == len(latin) else None


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
    if "\r" not in (plain := text.replace("\r\n", "\n")):
        western = as_western(plain)
        if western is not None and len(western.translate(None, _CONTROLS)) == len(western):
            return plain
    return _BARRED.sub("", _LINE_ENDS.sub("\n", text))


def clean_line(text: str) -> str:
    """Return `text` as one clean line: runs of white space become a single space."""
    line = " ".join(text.split())
    if line.isprintable() and not any(map(text.__contains__, _BARRED_SPACES)):
        return line  # nothing that is barred can be printed: six times as quick, and nearly every line
    return " ".join(clean(text).split())


def unsteady_gone(text: str) -> str:
    """Return `text` without the signs that are not seen, or not as wide everywhere: none of them is ever shown."""
    return text if text.isascii() else _UNSTEADY.sub("", text)


def folded(text: str) -> str:
    """Return `text` lower-cased and without accents, for comparing and for search."""
    if text.isascii():
        return text.lower()
    western = as_western(text)
    if western is not None and len(western.translate(None, _UNLIKE)) == len(western):
        return western.translate(_ALIKE).decode(WESTERN)
    return _folded(text)


FOUND_BY: Final = 200
"""Letters of a folded name that are kept to find it by: what PostgreSQL takes into an index ends at 2,700 bytes."""


def folded_name(name: str | None) -> str | None:
    """Return what a person's or an organization's name is found by: folded, and no longer than `FOUND_BY` letters."""
    return None if name is None else folded(clean_line(name))[:FOUND_BY]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKD", text.casefold()).translate(_WITHOUT_MARKS)


def _alike() -> tuple[bytes, bytes]:
    """Return what each byte of Windows-1252 is folded to, and the bytes that are folded to anything but one byte."""
    table, unlike = bytearray(range(256)), bytearray()
    for byte in range(256):
        one = bytes([byte])
        to = as_western(_folded(one.decode(WESTERN, "replace")))
        if to is not None and len(to) == 1:
            table[byte] = to[0]
        else:
            unlike.append(byte)
    return bytes(table), bytes(unlike)


_ALIKE, _UNLIKE = _alike()


def folded_words(text: str) -> list[bytes] | None:
    r"""Return the words (``\w+``) of a text when folded, `None` unless they are plainly letters and digits of ASCII."""
    western = as_western(text)
    if western is None:
        return None
    parted = western.translate(_PARTED)
    return parted.split() if parted.isascii() else None


def _parted() -> bytes:
    """Return what each byte of Windows-1252 is folded to, a blank where it stands in no word."""
    table = bytearray(_ALIKE)
    for byte, to in enumerate(_ALIKE):
        if byte in _UNLIKE:
            table[byte] = 255
        elif not re.fullmatch(r"\w", bytes([to]).decode(WESTERN)):
            table[byte] = 32
    return bytes(table)


_PARTED = _parted()
