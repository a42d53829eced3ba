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


# The signs of Windows-1252, in which nearly all mail of the desk's languages can be written: such a text is looked at
# as bytes, which takes a tenth of the time. None of its signs is barred but the controls of ASCII.
_WESTERN = "cp1252"
_CONTROLS = bytes([*range(9), *range(11, 32), 127])


def _western(text: str) -> bytes | None:
    try:
        return text.encode(_WESTERN)
    except UnicodeEncodeError:
        return None


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
        western = _western(plain)
        if western is not None and len(western.translate(None, _CONTROLS)) == len(western):
            return plain
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
    western = _western(text)
    if western is not None and len(western.translate(None, _UNLIKE)) == len(western):
        return western.translate(_ALIKE).decode(_WESTERN)
    return _folded(text)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKD", text.casefold()).translate(_WITHOUT_MARKS)


def _alike() -> tuple[bytes, bytes]:
    """Return what each byte of Windows-1252 is folded to, and the bytes that are folded to anything but one byte."""
    table, unlike = bytearray(range(256)), bytearray()
    for byte in range(256):
        one = bytes([byte])
        to = _western(_folded(one.decode(_WESTERN, "replace")))
        if to is not None and len(to) == 1:
            table[byte] = to[0]
        else:
            unlike.append(byte)
    return bytes(table), bytes(unlike)


_ALIKE, _UNLIKE = _alike()
