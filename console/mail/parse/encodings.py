"""Content transfer encodings, read as leniently as mail is written: base64, quoted-printable, uuencode, yEnc."""

import binascii
import re
from dataclasses import dataclass

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
_URLSAFE = bytes.maketrans(b"-_", b"+/")
_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]{4,}={0,2}")
_PADDING = re.compile(rb"=+")


def base64(data: bytes) -> bytes:
    """Return decoded base64; foreign characters are skipped, missing padding is added, nothing is refused.

    What follows the padding is read on if it is base64 again (several texts put together) and dropped if it is
    not (a footer that a list added).
    """
    try:
        decoded = binascii.a2b_base64(data)
    except binascii.Error:
        pass
    else:
        end = data.find(b"=")
        if end < 0 or not data[end:].strip(b"=\r\n\t "):
            return decoded
    return b"".join(_base64_pieces(data))


def _base64_pieces(data: bytes) -> list[bytes]:
    head, _, rest = data.partition(b"=")
    pieces = [head]
    for piece in _PADDING.split(rest):
        lines = piece.split()
        if not all(_BASE64_LINE.fullmatch(line) for line in lines):
            break
        pieces.append(b"".join(lines))
    decoded = []
    for piece in pieces:
        bare = _NOT_BASE64.sub(b"", piece)
        if len(bare) % 4 == 1:
            bare = bare[:-1]
        decoded.append(binascii.a2b_base64(bare + b"=" * (-len(bare) % 4)))
    return decoded


def quoted_printable(data: bytes) -> bytes:
    """Return decoded quoted-printable; broken escapes stay as they are."""
    return binascii.a2b_qp(data)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Some encoders pad a line wrongly: keep what its first character promises.
        length = (((line[0] - 32) & 63) * 4 + 5) // 3
        try:
            return binascii.a2b_uu(line[:length])
        except binascii.Error:
            return b""


_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,200})\r?\n", re.MULTILINE)
_UU_LINE = re.compile(rb"[\x20-\x60]{1,90}")
_YENC_BEGIN = re.compile(rb"^=ybegin [^\r\n]{0,200}?name=([^\r\n]{1,200})\r?\n", re.MULTILINE)
_YENC = bytes((sign - 42) & 255 for sign in range(256))
_YENC_ESCAPE = re.compile(rb"=(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that stands encoded within a text: its raw name, its content, and where it starts and ends."""

    name: bytes
    content: bytes
    start: int
    end: int


def enclosed(data: bytes) -> list[Enclosed]:
    """Return the uuencoded and yEnc files inside a plain text, in order; a beginning without an end is no file."""
    found = []
    if b"begin" in data:
        found += _uuencoded(data)
        found += _yencoded(data)
        found.sort(key=lambda file: file.start)
    return found


def _uuencoded(data: bytes) -> list[Enclosed]:
    found: list[Enclosed] = []
    position = 0
    while (begin := _UU_BEGIN.search(data, position)) is not None:
        position = begin.end()
        end = re.compile(rb"^(?:end|====)[ \t]*\r?$", re.MULTILINE).search(data, position)
        if end is None:
            break
        content = data[begin.end() : end.start()]
        if begin.group().startswith(b"begin-base64"):
            decoded = base64(content)
        else:
            lines = content.splitlines()
            if not all(_UU_LINE.fullmatch(line) for line in lines if line):
                continue
            decoded = b"".join(_uu_line(line) for line in lines if line)
        found.append(Enclosed(begin.group(1).strip(), decoded, begin.start(), end.end()))
        position = end.end()
    return found


def _yencoded(data: bytes) -> list[Enclosed]:
    found: list[Enclosed] = []
    position = 0
    while (begin := _YENC_BEGIN.search(data, position)) is not None:
        position = begin.end()
        stop = data.find(b"\n=yend", position)
        if stop < 0:
            break
        end = data.find(b"\n", stop + 1)
        end = len(data) if end < 0 else end
        lines = [line for line in data[position:stop].splitlines() if not line.startswith(b"=ypart ")]
        content = _YENC_ESCAPE.sub(lambda hit: bytes([(hit.group(1)[0] - 64) & 255]), b"".join(lines))
        found.append(Enclosed(begin.group(1).strip(), content.translate(_YENC), begin.start(), end))
        position = end
    return found


def uudecode(data: bytes) -> bytes:
    """Return the content of a part whose transfer encoding is uuencode."""
    files = _uuencoded(data)
    if files:
        return files[0].content
    return b"".join(_uu_line(line) for line in data.splitlines() if line and not line.startswith((b"begin ", b"end")))


def decoded(data: bytes, encoding: str) -> bytes:
    """Return `data` without its content transfer encoding; an unknown encoding leaves it as it is.

    Args:
        encoding: the bare word of the Content-Transfer-Encoding header, in lower case.
    """
    match encoding:
        case "" | "7bit" | "8bit" | "binary":
            return data
        case "base64":
            return base64(data)
        case "quoted-printable":
            return quoted_printable(data)
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            return uudecode(data)
        case "x-yencode" | "yenc":
            files = _yencoded(data)
            return files[0].content if files else data
        case _:
            return data
