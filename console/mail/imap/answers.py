"""Reads what an IMAP server says, one answer at a time, with every length checked before room is made for it.

The grammar is RFC 3501 §9, read generously where servers differ and strictly where a length or a number is at stake.
Nothing here knows a socket: a `Source` gives lines and bytes. Whatever bytes come, the only error is `AnswerBroken`
(beside those of the source).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

LITERAL_MOST = 65_536
"""Bytes of literals in one answer where no message body is awaited."""
DEPTH_MOST = 16
LITERALS_MOST = 256
TOO_LONG = "a literal longer than it may be"
"""What the error says of one that was announced, before room is made for it."""
MODSEQ_MOST = 2**63 - 1  # RFC 7162 §3.1

_LITERAL = re.compile(rb"~?\{(\d{1,20})\+?\}\Z")
_STATUS = re.compile(rb"(OK|NO|BAD|BYE|PREAUTH)(?: (.*))?\Z", re.IGNORECASE | re.DOTALL)
_DATA = re.compile(rb"(?:(\d{1,10}) )?([A-Za-z][A-Za-z0-9.=_-]{0,60})(?: |(?=\()|\Z)")
_TAGGED = re.compile(rb"([A-Za-z0-9]{1,40}) (OK|NO|BAD)(?: (.*))?\Z", re.IGNORECASE | re.DOTALL)
_CODE = re.compile(rb"\[([A-Za-z0-9.-]{1,60})(?: |(?=\]))", re.DOTALL)
# Possessive throughout: no text makes it go back over what it has read.
_TOKEN = re.compile(
    rb"""(?P<space>[ \t]++)
       | (?P<open>\()
       | (?P<close>\))
       | "(?P<quoted>(?:[^"\\]|\\.)*+)"
       | (?P<atom>(?:\[[^\[\]]{0,300}+\]|[^ \t()"])++)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


class AnswerBroken(Exception):
    """The server said what is no IMAP, or more than it may."""


class Source(Protocol):
    """Where bytes come from."""

    def line(self) -> bytes:
        """Return the next line with its end; bounded in length."""

    def exactly(self, size: int) -> bytes:
        """Return the next `size` bytes."""


Token = str | bytes | None | list["Token"]
"""An atom is `str`, a quoted string or literal `bytes`, NIL `None`, a parenthesised list a list."""

Bound = Callable[[bytes], int]
"""Given what the answer says before a literal, how many bytes of literals the answer may have."""


@dataclass(frozen=True, slots=True)
class Status:
    """OK, NO, BAD, BYE or PREAUTH.

    Attributes:
        tag: whose command this ends; empty for an untagged one.
        word: which of the five, in capitals.
        code: the response code's name in capitals, empty without one.
        argument: what follows the code's name.
        text: what is meant for people, as sent.
    """

    tag: str
    word: str
    code: str
    argument: str
    text: str


@dataclass(frozen=True, slots=True)
class Data:
    """Any other untagged answer.

    Attributes:
        number: the number before the name, as in ``* 5 EXISTS``.
        name: in capitals.
        pieces: text, literal, text, … in turn; always an odd number.
    """

    number: int | None
    name: str
    pieces: list[bytes] = field(default_factory=list)

    def tokens(self) -> list[Token]:
        """Return what it says, taken apart.

        Raises:
            AnswerBroken: quotes or parentheses do not match, or nest too deep.
        """
        return tokens(self.pieces)


@dataclass(frozen=True, slots=True)
class Continuation:
    """The server waits for more (``+``)."""

    text: str


Answer = Status | Data | Continuation


def small(_text: bytes) -> int:
    """Bound the literals of an answer in which no message body is awaited."""
    return LITERAL_MOST


def read_answer(source: Source, bound: Bound = small) -> Answer:
    """Read the next answer whole, literals included.

    Args:
        source: where the bytes come from.
        bound: how many bytes of literals it may have; asked before each is read.

    Raises:
        AnswerBroken: it is no IMAP, or a literal passes its bound. The connection is of no use after that.
    """
    line = _stripped(source.line())
    if line.startswith(b"* "):
        said = line[2:]
        # Checked before literals: the text of a status is for people and may end in anything.
        if status := _STATUS.match(said):
            return _status("", status[1], status[2])
        data = _DATA.match(said)
        if data is None:
            raise AnswerBroken("an untagged answer without a name")
        pieces = [said[data.end() :]]
        _read_literals(source, pieces, bound)
        return Data(int(data[1]) if data[1] else None, data[2].decode("ascii").upper(), pieces)
    if line.startswith(b"+"):
        return Continuation(_text(line[1:].strip()))
    if tagged := _TAGGED.match(line):
        return _status(tagged[1].decode("ascii"), tagged[2], tagged[3])
    raise AnswerBroken("a line that is no answer")


def _stripped(line: bytes) -> bytes:
    if not line.endswith(b"\n"):
        raise AnswerBroken("a line without its end")
    return line[:-2] if line.endswith(b"\r\n") else line[:-1]


def _text(said: bytes) -> str:
    return said.decode("utf-8", "replace")


def _status(tag: str, word: bytes, said: bytes | None) -> Status:
    said = said or b""
    name = argument = b""
    if code := _CODE.match(said):
        # A flag may hold a bracket, so a list of flags ends at its own parenthesis.
        end = said.find(b")]", code.end()) + 1 if said.startswith(b"(", code.end()) else said.find(b"]", code.end())
        if end > 0 or said.startswith(b"]", code.end()):
            name, argument, said = code[1], said[code.end() : end], said[end + 1 :].lstrip()
    return Status(tag, word.decode("ascii").upper(), name.decode("ascii").upper(), _text(argument), _text(said))


def _read_literals(source: Source, pieces: list[bytes], bound: Bound) -> None:
    total = 0
    while marker := _LITERAL.search(pieces[-1][-24:]):
        size = int(marker[1])
        total += size
        if total > bound(pieces[0]):
            raise AnswerBroken(TOO_LONG)
        if len(pieces) > 2 * LITERALS_MOST:
            raise AnswerBroken("too many literals in one answer")
        pieces[-1] = pieces[-1][: -len(marker[0])]
        pieces.append(source.exactly(size))
        pieces.append(_stripped(source.line()))


def tokens(pieces: list[bytes]) -> list[Token]:  # noqa: C901 - one branch a kind of token
    """Take text and literals, in turn, apart.

    Raises:
        AnswerBroken: quotes or parentheses do not match, or nest too deep.
    """
    top: list[Token] = []
    stack = [top]
    match = _TOKEN.match
    for turn, piece in enumerate(pieces):
        if turn % 2:
            stack[-1].append(piece)
            continue
        at, end = 0, len(piece)
        while at < end:
            token = match(piece, at)
            if token is None:
                raise AnswerBroken("a quote that never closes")
            at = token.end()
            kind = token.lastgroup
            if kind == "atom":
                word = token["atom"].decode("latin-1")
                stack[-1].append(None if word in {"NIL", "nil", "Nil"} else word)
            elif kind == "quoted":
                said = token["quoted"]
                stack[-1].append(_ESCAPED.sub(rb"\1", said) if b"\\" in said else said)
            elif kind == "open":
                if len(stack) > DEPTH_MOST:
                    raise AnswerBroken("parentheses nested too deep")
                inner: list[Token] = []
                stack[-1].append(inner)
                stack.append(inner)
            elif kind == "close":
                if len(stack) == 1:
                    raise AnswerBroken("a parenthesis too many")
                stack.pop()
    if len(stack) != 1:
        raise AnswerBroken("a parenthesis that never closes")
    return top


def number(value: Token, most: int) -> int:
    """Read a number that is at most `most`.

    Raises:
        AnswerBroken: it is none.
    """
    if not isinstance(value, str) or not 0 < len(value) <= 20 or not value.isascii() or not value.isdigit():
        raise AnswerBroken("a number that is none")
    read = int(value)
    if read > most:
        raise AnswerBroken("a number out of bounds")
    return read
