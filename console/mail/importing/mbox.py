"""An mbox is read as a stream of messages: each as its bytes stand there, in memory one at a time.

The line that parts two messages is known by its form and by the header field in the line below it. A Content-Length
is not believed: programs wrote wrong ones, and files were edited afterwards (RFC 4155, appendix A; jwz, *mail-demos*).
"""

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

LARGEST: Final = 256 * 1024 * 1024
"""Bytes of one message that are held in memory; what is larger is named, and not taken in."""

_CHUNK: Final = 1 << 20
_LONGEST_LINE: Final = 2_000  # a From_ line, the one before it and the field below it; nobody writes longer ones
_BEFORE: Final = 4  # bytes before a line that tell whether an empty one stands there
_FIELD: Final = rb"(?:>From [^\r\n]*\r?\n)?[A-Za-z][A-Za-z0-9\-]{0,60}[ \t]*:"
_MOMENT: Final = (
    rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}[ ,][^\r\n]{0,40}?[0-9]{1,2}:[0-9]{2}[^\r\n]{0,60}"
)
# A sender and a moment, as nearly every program writes them; or what some put in the place of both.
_PARTING: Final = re.compile(
    rb"From (?:[^\r\n]{0,1000}?" + _MOMENT + rb"|-[^\r\n]{0,60}|[0-9]{6,40}@xxx[^\r\n]{0,60})\r?\n" + _FIELD
)
# A sender alone is too little, unless an empty line stands before it.
_PARTING_AFTER_BLANK: Final = re.compile(rb"From [^ \r\n]{1,1000}[ \t]*\r?\n" + _FIELD)
_QUOTED: Final = re.compile(rb"^>(>*From )", re.MULTILINE)


class TooLong(Exception):
    """A message of an mbox is larger than `LARGEST`.

    Args:
        number: which one, counted from 1.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def is_mbox(start: bytes) -> bool:
    """Say whether a file that starts so is an mbox."""
    start = start.lstrip(b"\r\n")
    return bool(_PARTING.match(start) or _PARTING_AFTER_BLANK.match(start))


def messages(stream: BinaryIO, *, unquote: bool = False) -> Iterator[bytes | TooLong]:
    """Yield the messages of an mbox, without the lines that part them.

    Args:
        stream: opened at the start.
        unquote: whether it is an mboxrd, in which a line that began with ``From `` has a ``>`` more; in other mboxes
            nobody knows who wrote it, so it stays.
    """
    for number, raw in enumerate(_pieces(stream), 1):
        if raw is None:
            yield TooLong(number)
        else:
            whole = _without_frame(raw)
            yield _QUOTED.sub(rb"\1", whole) if unquote else whole


def _pieces(stream: BinaryIO) -> Iterator[bytes | None]:
    """Yield the file from one parting line to the next, `None` for a piece that is too large."""
    held = bytearray()
    begun, large = False, False
    searched = 0
    while True:
        chunk = stream.read(_CHUNK)
        held += chunk
        # Near the end of what is held, a line below may still be missing.
        until = len(held) - (2 * _LONGEST_LINE if chunk else 0)
        while (at := _next_parting(held, searched, until)) is not None:
            if begun:
                yield None if large else bytes(held[:at])
            begun, large = True, False
            del held[:at]
            until -= at
            searched = 1
        searched = max(searched, until - 1, 0)
        if large or len(held) > LARGEST:
            large = True
            del held[: max(0, searched - _BEFORE)]
            searched = min(searched, _BEFORE)
        if not chunk:
            break
    if begun:
        yield None if large else bytes(held)


def _next_parting(held: bytearray, start: int, until: int) -> int | None:
    """Return where the next parting line begins, at `start` or later and before `until`."""
    at = start
    while True:
        at = held.find(b"From ", at, max(until, 0) + 5)
        if at < 0 or at >= until:
            return None
        if at == 0 or held[at - 1] == 0x0A:
            if _PARTING.match(held, at):
                return at
            if _blank_before(held, at) and _PARTING_AFTER_BLANK.match(held, at):
                return at
        at += 5


def _blank_before(held: bytearray, at: int) -> bool:
    before = bytes(held[max(0, at - _BEFORE) : at])
    return before in {b"", b"\n", b"\r\n"} or before.endswith((b"\n\n", b"\n\r\n"))


def _without_frame(raw: bytes) -> bytes:
    """Take off the parting line, and the empty line that the frame puts after a message."""
    end = len(raw)
    if raw.endswith(b"\r\n\r\n"):
        end -= 2
    elif raw.endswith(b"\n\n"):
        end -= 1
    return raw[raw.index(b"\n") + 1 : end]
