"""What a FETCH answer says about one message: number, flags, date, size and body, each checked."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from console.mail.imap.answers import MODSEQ_MOST, AnswerBroken, Data, Token, number
from console.mail.imap.uids import UID_MOST, UidsBroken, uid
from storage.kinds.clean import clean_line

FLAGS_MOST = 200
FLAG_LENGTH = 200
SIZE_MOST = 2**63 - 1
_SYSTEM = {flag.lower(): flag for flag in ("NIL", r"\Seen", r"\Answered", r"\Flagged", r"\Deleted", r"\Draft")}
_MONTHS = {
    name: number
    for number, name in enumerate(
        (b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"), 1
    )
}
_PLAIN = re.compile(
    rb"(?:UID (\d{1,10})|FLAGS \(([!#-'*-Z\\\]-z| ]{0,2000})\)|MODSEQ \((\d{1,18})\)|RFC822\.SIZE (\d{1,18})"
    rb"|INTERNALDATE \"([A-Za-z0-9 :+-]{20,30})\")[ )]"
)
_DATE = re.compile(rb" ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)\Z")


@dataclass(frozen=True, slots=True)
class Fetched:
    r"""One whole message.

    Attributes:
        uid: its number in the folder.
        flags: system flags in their RFC spelling, keywords as the server writes them; never ``\Recent``.
        internaldate: when the server received it, in UTC; `None` when the server gives no date that exists.
        size: RFC822.SIZE, the server's claim; `raw` tells the truth.
        modseq: its modification sequence; `None` without CONDSTORE.
        raw: the message, byte for byte.
    """

    uid: int
    flags: frozenset[str]
    internaldate: datetime | None
    size: int
    modseq: int | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class TooLarge:
    """A message that was left on the server because it is larger than asked for; the rest as in `Fetched`."""

    uid: int
    flags: frozenset[str]
    internaldate: datetime | None
    size: int
    modseq: int | None


@dataclass(frozen=True, slots=True)
class Sized:
    """What can be known of a message without its body; the fields are those of `Fetched`."""

    uid: int
    flags: frozenset[str]
    internaldate: datetime | None
    size: int
    modseq: int | None


@dataclass(frozen=True, slots=True)
class FlagRow:
    """The flags of one message as they stand on the server; `modseq` is `None` without CONDSTORE."""

    uid: int
    flags: frozenset[str]
    modseq: int | None


@dataclass(slots=True)
class Row:
    """One FETCH answer; `None` stands for what it does not say."""

    uid: int | None = None
    flags: frozenset[str] | None = None
    internaldate: datetime | None = None
    size: int | None = None
    modseq: int | None = None
    body: bytes | None = None
    dated: bool = False


def read_row(data: Data) -> Row:
    """Read one FETCH answer.

    Raises:
        AnswerBroken: it is none, or says one thing twice.
    """
    return _read_plain(data.pieces) or _read_any(data)


def _read_plain(pieces: list[bytes]) -> Row | None:  # noqa: C901 - one branch an item
    """Read the answer that nearly every server gives, four times as fast; `None` for any other.

    A test holds it to what `_read_any` reads.
    """
    text, row, at, seen = pieces[0], Row(), 1, 0
    if text[:1] != b"(":
        return None
    while item := _PLAIN.match(text, at):
        kind, end = item.lastindex or 0, item.end()
        if seen >> kind & 1:
            return None
        seen |= 1 << kind
        said = item[kind]
        if kind == 1:
            row.uid = int(said)
            if not 0 < row.uid <= UID_MOST:
                return None
        elif kind == 2:
            row.flags = _plain_flags(said)
        elif kind == 3:
            row.modseq = int(said)
        elif kind == 4:
            row.size = int(said)
        else:
            row.internaldate, row.dated = internaldate(said), True
        if text[end - 1 :] == b")":
            return row if len(pieces) == 1 else None
        if text[end - 1] != 0x20:
            return None
        at = end
    if text[at:] == b"BODY[] " and pieces[2:] == [b")"]:
        row.body = pieces[1]
        return row
    return None


@lru_cache(maxsize=4096)
def _plain_flags(said: bytes) -> frozenset[str]:
    return read_flags(tuple(said.decode("ascii").split()))


def _read_any(data: Data) -> Row:  # noqa: C901 - one branch an item
    said = data.tokens()
    items = said[0] if len(said) == 1 else None
    if not isinstance(items, list) or len(items) % 2:
        raise AnswerBroken("a FETCH answer that is no list of pairs")
    row = Row()
    seen = set()
    for at in range(0, len(items), 2):
        name, value = items[at], items[at + 1]
        if not isinstance(name, str):
            raise AnswerBroken("a FETCH item without a name")
        name = name.upper()
        if name in seen:
            raise AnswerBroken("a FETCH answer that says one thing twice")
        seen.add(name)
        match name:
            case "UID":
                row.uid = _uid(value)
            case "FLAGS":
                row.flags = _flags(value)
            case "INTERNALDATE":
                row.internaldate = internaldate(value) if isinstance(value, bytes) else None
                row.dated = True
            case "RFC822.SIZE":
                row.size = number(value, SIZE_MOST)
            case "MODSEQ":
                row.modseq = number(value[0] if isinstance(value, list) and len(value) == 1 else value, MODSEQ_MOST)
            case "BODY[]":
                row.body = value if isinstance(value, bytes | None) else _no_body()
    return row


def _no_body() -> bytes:
    raise AnswerBroken("a body that is no string")


def _uid(value: Token) -> int:
    try:
        return uid(value if isinstance(value, str) else "")
    except UidsBroken as broken:
        raise AnswerBroken(str(broken)) from None


def _flags(value: Token) -> frozenset[str]:
    if not isinstance(value, list) or len(value) > FLAGS_MOST:
        raise AnswerBroken("flags that are no list, or too many")
    # An atom NIL is a keyword that somebody chose badly.
    words = tuple("NIL" if each is None else each for each in value)
    if not all(isinstance(each, str) for each in words):
        raise AnswerBroken("a flag that is no word")
    return read_flags(words)


@lru_cache(maxsize=4096)
def read_flags(words: tuple[str, ...]) -> frozenset[str]:
    r"""Return flags clean, system flags spelt one way, without ``\Recent``: it is about the session."""
    found = (_SYSTEM.get(word.lower()) or clean_line(word)[:FLAG_LENGTH] for word in words[:FLAGS_MOST])
    return frozenset(flag for flag in found if flag and flag.lower() != r"\recent")


def internaldate(text: bytes) -> datetime | None:
    """Read an INTERNALDATE such as ``17-Jul-1996 02:44:25 -0700`` as UTC; `None` when no such moment exists."""
    match = _DATE.match(text)
    month = _MONTHS.get(match[2].lower()) if match else None
    if match is None or month is None:
        return None
    day, _, year, hour, minute, second, sign, hours, minutes = match.groups()
    try:
        there = datetime(int(year), month, int(day), int(hour), int(minute), min(int(second), 59), tzinfo=UTC)
        if hours == minutes == b"00":
            return there
        away = timedelta(hours=int(hours), minutes=int(minutes))
        return there - away if sign == b"+" else there + away
    except (ValueError, OverflowError):
        return None


def written_date(moment: datetime) -> str:
    """Write an aware moment as an INTERNALDATE, in UTC."""
    there = moment.astimezone(UTC)
    month = next(name for name, number in _MONTHS.items() if number == there.month).decode().capitalize()
    return f"{there.day:02d}-{month}-{there.year:04d} {there:%H:%M:%S} +0000"
