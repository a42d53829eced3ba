"""Puts a mail together byte by byte: the same input gives the same bytes, and broken mail can be made on purpose."""

import base64
import quopri
from collections.abc import Sequence
from dataclasses import dataclass
from email.header import Header
from email.utils import parseaddr
from urllib.parse import quote

LINE = 76  # characters, the length at which mail programs fold


@dataclass(frozen=True, slots=True)
class Part:
    """A MIME part: its own headers, already encoded, and its encoded body with LF line ends.

    Attributes:
        headers: name and value of each.
        body: the encoded content.
    """

    headers: tuple[tuple[str, str], ...]
    body: bytes

    def rendered(self) -> bytes:
        """Return headers, an empty line and the body."""
        head = "".join(f"{name}: {value}\n" for name, value in self.headers)
        return head.encode("ascii") + b"\n" + self.body


def text_part(text: str, subtype: str = "plain", *, charset: str = "utf-8", parameters: str = "") -> Part:
    """Return a text part: 7bit when it is plain short ASCII, else quoted-printable."""
    data = text.encode(charset, "replace")
    kind = f"text/{subtype}; charset={charset}{parameters}"
    if text.isascii() and all(len(line) < 900 and line == line.rstrip() for line in text.split("\n")):
        return Part((("Content-Type", kind), ("Content-Transfer-Encoding", "7bit")), data)
    encoded = quopri.encodestring(data)
    return Part((("Content-Type", kind), ("Content-Transfer-Encoding", "quoted-printable")), encoded)


def file_part(name: str, media_type: str, content: bytes, *, content_id: str = "") -> Part:
    """Return a part that holds a file; with a `content_id` it is a picture that the HTML shows."""
    disposition = "inline" if content_id else "attachment"
    headers = [
        ("Content-Type", media_type),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-Disposition", f"{disposition}; {_file_name(name)}"),
    ]
    if content_id:
        headers.append(("Content-ID", f"<{content_id}>"))
    return Part(tuple(headers), base64.encodebytes(content))


def multipart(subtype: str, parts: Sequence[Part], boundary: str, *, parameters: str = "") -> Part:
    """Return a container of parts."""
    pieces = [b"--%s\n%s\n" % (boundary.encode(), part.rendered()) for part in parts]
    body = b"".join(pieces) + b"--%s--\n" % boundary.encode()
    return Part((("Content-Type", f'multipart/{subtype}; boundary="{boundary}"{parameters}'),), body)


def mail(headers: Sequence[tuple[str, str]], content: Part) -> bytes:
    """Return the whole mail, its lines ended by CRLF.

    Args:
        headers: name and finished value of each, in order.
        content: the outermost part.
    """
    part = Part((*headers, ("MIME-Version", "1.0"), *content.headers), content.body)
    return part.rendered().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def words(value: str, name: str = "Subject") -> str:
    """Return a header value as RFC 2047 wants it, folded."""
    if value.isascii() and value.isprintable():
        return Header(value, "us-ascii", header_name=name, maxlinelen=LINE).encode()
    return Header(value, "utf-8", header_name=name, maxlinelen=LINE).encode()


def mailbox(value: str) -> str:
    """Return `Name <address>` with the name encoded or quoted where it must be."""
    name, address = parseaddr(value)
    if not name:
        return f"<{address}>"
    if name.startswith("=?"):  # a story that has encoded it itself, for a reason
        return f"{name} <{address}>"
    if name.isascii() and name.isprintable():
        return f"{name} <{address}>" if name.replace(" ", "").isalnum() else f'"{name}" <{address}>'
    return f"{words(name, 'From')} <{address}>"


def references(identifiers: Sequence[str]) -> str:
    """Return Message-IDs folded one a line, as real programs do."""
    return "\n ".join(identifiers)


def _file_name(name: str) -> str:
    """Return the parameter for a file name (RFC 2231 when it is not plain ASCII)."""
    if name.isascii() and name.isprintable() and '"' not in name:
        return f'filename="{name}"'
    return f"filename*=utf-8''{quote(name, safe='')}"
