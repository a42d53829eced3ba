"""The header block of a message or of a part: split on bytes, read field by field, never refused."""

import re
from functools import lru_cache
from itertools import chain
from urllib.parse import unquote_to_bytes

from console.mail.parse import charsets, encoded_words
from storage.kinds.clean import clean_line

_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]+)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
_EMPTY_LINE = re.compile(rb"[\r]*(?:\n|\Z)")
_FROM_LINE = re.compile(rb">?From [^\n]*\n")
_LEADING = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]*")
_ORDINARY = 16_384  # bytes of a block; hostile data is thousands of blocks of which none has an end
_FOLD = re.compile(r"[\r\n]+")
_SURE = re.compile(
    rb"(?:Return-Path|Received|Delivered-To|Date|From|Sender|Reply-To|To|Cc|Subject|Message-ID|In-Reply-To|References"
    rb"|MIME-Version|Content-Type|Content-Transfer-Encoding|Content-Disposition|X-[A-Za-z0-9\-]+)[ \t]*:",
    re.IGNORECASE,
)


class Fields:
    """The fields of one header block, by lower-case name, values as raw bytes.

    Attributes:
        end: where the body starts.
        items: every field in order.
        hint: the charset of the body, in which raw 8-bit signs may be written.
    """

    __slots__ = ("_first", "_names", "end", "hint", "items")

    def __init__(self, items: list[tuple[bytes, bytes]], end: int) -> None:
        self.items = items
        self.end = end
        self.hint = ""
        self._names = [name.lower() for name, _ in items]
        self._first = dict(zip(reversed(self._names), [value for _, value in reversed(items)], strict=True))

    def __contains__(self, name: bytes) -> bool:
        return name in self._first

    def has_any(self, names: frozenset[bytes]) -> bool:
        """Say whether a field of any of those names stands here."""
        return not self._first.keys().isdisjoint(names)

    def raw(self, name: bytes) -> bytes:
        """Return the first field of that name as it stands, empty when there is none."""
        return self._first.get(name, b"")

    def all(self, name: bytes) -> list[bytes]:
        """Return every field of that name as it stands."""
        if self._names.count(name) == 1:
            return [self._first[name]]
        return [value for found, (_, value) in zip(self._names, self.items, strict=True) if found == name]

    def text(self, name: bytes) -> str:
        """Return the first field of that name on one line, still encoded: see `readable`."""
        return unfolded(self._first.get(name, b""), self.hint)

    def line(self, name: bytes) -> str:
        """Return the first field of that name as a person reads it: decoded, clean, one line."""
        return readable(self._first.get(name, b""), self.hint)


def unfolded(value: bytes, hint: str = "") -> str:
    """Return a raw field value as text on one line; raw 8-bit signs are read as UTF-8, else as `hint` or a guess."""
    text = value.decode("ascii") if value.isascii() else charsets.guess(value, hint)
    if "\n" in text or "\r" in text:
        text = _FOLD.sub("", text)
    return text.strip()


def readable(value: bytes, hint: str = "") -> str:
    """Return a raw field value decoded, clean and on one line."""
    return clean_line(encoded_words.decode(unfolded(value, hint)))


def read(data: bytes, start: int, stop: int, *, whole: bool = False) -> Fields:
    """Read the header block that starts at `start`.

    The block ends at an empty line, or before the first line that is no field; such a line is passed over when a
    field that mail is known by follows it at once. The first line of a part is never passed over, that of a `whole`
    message is.
    """
    return _ordinary(data, start, stop) or _read(data, start, stop, whole=whole)


def _ordinary(data: bytes, start: int, stop: int) -> Fields | None:
    """Read a block of nothing but fields up to its empty line, as nearly all are; `None` for any other."""
    stop = min(stop, start + _ORDINARY)
    after = data.find(b"\n\r\n", start, stop)
    bare = data.find(b"\n\n", start, after if after >= 0 else stop)
    after = bare if bare >= 0 else after
    if after < 0:
        return None
    items: list[tuple[bytes, bytes]] = _FIELD.findall(data, start, after + 1)
    # No byte is left over when each field ends where the next one starts.
    if sum(map(len, chain.from_iterable(items))) + len(items) * len(b":\n") != after + 1 - start:
        return None
    return Fields(items, after + (2 if bare >= 0 else 3))


def _read(data: bytes, start: int, stop: int, *, whole: bool) -> Fields:
    items: list[tuple[bytes, bytes]] = []
    position = start
    match = _FIELD.match
    while position < stop:
        field = match(data, position, stop)
        if field is None:
            ending = _EMPTY_LINE.match(data, position, stop)
            if ending is not None and ending.end() > position:
                return Fields(items, ending.end())
            resumed = _resumes(data, position, stop, items, whole=whole)
            if not resumed:
                if not items and (from_line := _FROM_LINE.match(data, position, stop)) is not None:
                    position = from_line.end()
                    continue
                return Fields(items, position)
            position = resumed
            continue
        items.append(field.groups())  # type: ignore[arg-type]
        position = field.end()
    return Fields(items, stop)


def _resumes(data: bytes, position: int, stop: int, items: list[tuple[bytes, bytes]], *, whole: bool) -> int:
    """Return where the fields go on behind a line that is none, 0 when they do not.

    One such line may stand anywhere; below a Received field, whose folding some servers lose, four may.
    """
    if not items and not whole:
        return 0
    for _ in range(4 if items and items[-1][0].lower() == b"received" else 1):
        position = data.find(b"\n", position, stop) + 1
        if position == 0 or _EMPTY_LINE.match(data, position, stop):
            return 0
        if _SURE.match(data, position, stop):
            return position
    return 0


def top(data: bytes) -> int:
    """Return where the header block of a whole message starts: past a byte order mark and empty lines."""
    leading = _LEADING.match(data)
    return leading.end() if leading else 0


_PARAMETER = re.compile(r';[\s;]*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)', re.DOTALL)
_CONTINUED = re.compile(r"^(.+?)(?:\*(\d{1,3}))?(\*)?$")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_COMMENT = re.compile(r"\([^()]*\)")


def _unquoted(value: str) -> str:
    value = value.strip()
    if value.startswith('"'):
        value = value[1:-1] if len(value) > 1 and value.endswith('"') else value[1:]
        return _ESCAPED.sub(r"\1", value) if "\\" in value else value
    return value


@lru_cache(maxsize=512)
def _parameters(text: str) -> dict[str, str]:
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for hit in _PARAMETER.finditer(text[:20_000]):
        name, value = hit.group(1).lower(), _unquoted(hit.group(2))
        if "*" not in name:
            plain.setdefault(name, encoded_words.decode(value))
            continue
        split = _CONTINUED.match(name)
        if split is not None:
            number = int(split.group(2)) if split.group(2) else 0
            pieces.setdefault(split.group(1), []).append((number, split.group(3) is not None, value))
    for name, found in pieces.items():
        joined = _joined(sorted(found, key=lambda piece: piece[0]))
        if joined:
            plain[name] = joined
    return plain


def _joined(pieces: list[tuple[int, bool, str]]) -> str:
    """Put the pieces of an RFC 2231 value together; the charset stands in the first one only."""
    charset = ""
    data = bytearray()
    for place, (_, encoded, value) in enumerate(pieces):
        rest = value
        if encoded and place == 0 and value.count("'") >= 2:
            charset, _, rest = value.split("'", 2)
        if encoded:
            data += unquote_to_bytes(rest.encode("utf-8", "replace"))
        else:
            data += rest.encode("utf-8", "replace")
    return encoded_words.decode(charsets.decode(bytes(data), charset))


def valued(text: str) -> tuple[str, dict[str, str]]:
    """Split an unfolded structured value such as Content-Type into its lower-case word and its parameters.

    RFC 2231 continuations and charsets, RFC 2047 words inside quotes and unquoted values with spaces are read.
    """
    word, semicolon, rest = text.partition(";")
    if "(" in word:
        word = _COMMENT.sub("", word)
    return word.strip().lower(), _parameters(f";{rest}") if semicolon else {}
