"""The header block of a message going out, written field by field: nothing in a value can begin a field of its own.

The library's `EmailMessage` is not used for it: under its line length of 78 it turns a long Message-ID in References
into encoded words, which no program reads as an identifier, and under 998 it makes encoded words longer than the 75
signs that RFC 2047 allows.
"""

import re
from collections.abc import Iterable, Sequence
from email.header import Header
from typing import Final

from console.mail.composing.errors import NoAddress
from console.mail.parse import LIMITS
from storage.kinds.clean import clean_line
from storage.kinds.mail import Correspondent

LINE: Final = 76
"""Characters of a line of the header, where its words allow it (RFC 5322 §2.1.1 asks for 78 at most)."""

REFERENCES_MOST: Final = 30
"""Message-IDs kept of those cited, beside the first: a long thread must not grow the header for ever."""

_ENCODED_WORD = 70
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"]{1,255}")
_IDENTIFIER = re.compile(r"(?=.*\w)[\x21-\x3b=\x3f-\x7e]{1,500}", re.ASCII)
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_TO_BE_ESCAPED = re.compile(r'(["\\])')


def field(name: str, words: Iterable[str]) -> str:
    """Return a field with its line end, folded between words only.

    Args:
        name: of the field.
        words: without white space in front, behind or, but for a quoted string, inside; ASCII but for addresses that
            are not.
    """
    lines, line = [], f"{name}:"
    for word in words:
        if len(line) + 1 + len(word) > LINE and line.strip() != f"{name}:":
            lines.append(line)
            line = ""
        line += f" {word}"
    lines.append(line)
    return "\r\n".join(lines) + "\r\n"


def text_words(text: str, most: int = LIMITS.subject) -> list[str]:
    """Return the words of a line of text, as encoded words (RFC 2047) where it has any that need it.

    Args:
        text: whatever was typed; it becomes one clean line.
        most: characters kept of it: no reader, ours among them, keeps more.
    """
    line = clean_line(text)[:most].strip()
    words = line.split()
    if line.isascii() and "=?" not in line and all(len(word) <= LINE for word in words):
        return words
    return _encoded(line)


def wire_address(address: str) -> str:
    """Return an address as it stands in a header and an envelope.

    A domain in letters beyond ASCII is written in ASCII (IDNA) where the part before it is ASCII, so that every server
    takes it; where that is not, the address stays as it is and needs a server with SMTPUTF8 (RFC 6531).

    Raises:
        NoAddress: it is none.
    """
    bare = clean_line(address)
    if not _ADDRESS.fullmatch(bare):
        raise NoAddress(address)
    local, _at, domain = bare.rpartition("@")
    return f"{local}@{_in_ascii(domain, address)}" if local.isascii() else bare


def id_domain(address: str) -> str:
    """Return what stands behind the @ of a Message-ID that leaves from an address: its domain, always in ASCII.

    Raises:
        NoAddress: it is none.
    """
    return _in_ascii(wire_address(address).rpartition("@")[2], address)


def _in_ascii(domain: str, address: str) -> str:
    if domain.isascii():
        return domain
    try:
        written = domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise NoAddress(address) from None
    if not _ADDRESS.fullmatch(f"x@{written}"):
        raise NoAddress(address)
    return written


def people_words(people: Sequence[Correspondent]) -> list[str]:
    """Return the words of an address field.

    Raises:
        NoAddress: somebody has none.
    """
    words: list[str] = []
    for one in people:
        address = wire_address(one.address)
        name = _name_words(one.name)
        words += [*name, f"<{address}>" if name else address]
        words[-1] += ","
    return [*words[:-1], words[-1].removesuffix(",")] if words else []


def _name_words(text: str) -> list[str]:
    """Return a display name as atoms, one quoted string, or encoded words."""
    name = clean_line(text)[: LIMITS.subject].strip()
    if _ATOMS.fullmatch(name) and "=?" not in name and len(name) < LINE:
        return name.split(" ")
    if name.isascii() and "=?" not in name and len(name) < LINE:
        return ['"' + _TO_BE_ESCAPED.sub(r"\\\1", name) + '"'] if name else []
    return _encoded(name)


def _encoded(line: str) -> list[str]:
    return Header(line, "utf-8", maxlinelen=_ENCODED_WORD).encode(linesep="\n").split()


def identifier(text: str) -> str:
    """Return a Message-ID without brackets, empty when it is none that can stand in a header of ASCII."""
    bare = text.strip().removeprefix("<").removesuffix(">")
    return bare if _IDENTIFIER.fullmatch(bare) else ""


def cited(references: Iterable[str], in_reply_to: str) -> list[str]:
    """Return the Message-IDs of References: the first, the nearest ones, what is answered (RFC 5322 §3.6.4).

    Args:
        references: from the first of the thread to the nearest; what is no Message-ID is left out.
        in_reply_to: what is answered; put at the end when it is not among them.
    """
    named = dict.fromkeys(one for one in map(identifier, references) if one)
    if answered := identifier(in_reply_to):
        named.setdefault(answered)
    known = list(named)
    return known if len(known) <= REFERENCES_MOST + 1 else [known[0], *known[-REFERENCES_MOST:]]
