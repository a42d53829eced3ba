"""The parts of a message: found by their boundaries on the raw bytes, nothing copied, depth and number bounded."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from console.mail.parse import encodings, fields
from console.mail.parse.fields import Fields
from console.mail.parse.limits import Limits, Unreadable
from storage.kinds import QuarantineReason
from storage.kinds.clean import clean_line

MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})
"""The types whose content is a whole message."""
_MEDIA_TYPE = re.compile(r"[^\s/;,\"]+/[^\s/;,\"]+")
_GUESSED = re.compile(rb"(?:\A|\n)--([^\s\-][^\r\n]{0,199}?)[ \t]*\r?\n")


@dataclass(slots=True)
class Part:
    """One part of a message.

    Attributes:
        data, start, end: its body is ``data[start:end]``, still transfer-encoded.
        media_type: in lower case, ``text/plain`` when missing or broken.
        parameters: of the Content-Type, decoded, by lower-case name.
        disposition: the bare word of Content-Disposition, in lower case.
        section: IMAP section number.
        children: of a multipart, or the one message inside a message/rfc822.
    """

    headers: Fields
    data: bytes
    start: int
    end: int
    media_type: str
    parameters: dict[str, str]
    disposition: str
    disposition_parameters: dict[str, str]
    section: str
    children: list["Part"] = field(default_factory=list)

    @property
    def encoding(self) -> str:
        """The content transfer encoding as a bare lower-case word."""
        word = fields.valued(self.headers.text(b"content-transfer-encoding"))[0]
        return word.strip("\"' ").split(" ")[0] if word else ""

    def content(self) -> bytes:
        """Return the content without its transfer encoding."""
        return encodings.decoded(self.data[self.start : self.end], self.encoding)

    def name(self) -> str:
        """Return the file name as the message gives it, decoded and clean; empty when there is none."""
        name = self.disposition_parameters.get("filename") or self.parameters.get("name") or ""
        return clean_line(name)[:1000] if name else ""

    def walk(self) -> Iterator["Part"]:
        """Give this part and all below it in the order of the message."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.children))


def grow(data: bytes, start: int, end: int, limits: Limits, headers: Fields | None = None) -> Part:
    """Read the message that stands at ``data[start:end]`` into a tree of parts.

    Args:
        headers: its own, if they have been read.

    Raises:
        Unreadable: TOO_DEEP or TOO_MANY_PARTS.
    """
    return _Growth(limits).part(data, start, end, section="", default="text/plain", depth=0, headers=headers)


class _Growth:
    """A tree while it grows: how many parts it may still get."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.left = limits.parts

    def part(
        self,
        data: bytes,
        start: int,
        end: int,
        *,
        section: str,
        default: str,
        depth: int,
        headers: Fields | None = None,
    ) -> Part:
        """Read the part at ``data[start:end]`` and all below it."""
        self.left -= 1
        if self.left < 0:
            raise Unreadable(QuarantineReason.TOO_MANY_PARTS, f"more than {self.limits.parts} parts")
        if depth > self.limits.depth:
            raise Unreadable(QuarantineReason.TOO_DEEP, f"more than {self.limits.depth} parts inside one another")
        headers = headers or fields.read(data, start, end, whole=depth == 0)
        part = _single(data, end, headers, section=section, default=default)
        if part.media_type.startswith("multipart/"):
            self._multipart(part, depth)
        elif part.media_type in MESSAGES:
            self._message(part, depth)
        if not section and not part.children:
            part.section = "1"
        return part

    def _multipart(self, part: Part, depth: int) -> None:
        default = "message/rfc822" if part.media_type == "multipart/digest" else "text/plain"
        for number, (first, last) in enumerate(_between(part, self.limits.parts), 1):
            section = f"{part.section}.{number}" if part.section else str(number)
            part.children.append(self.part(part.data, first, last, section=section, default=default, depth=depth + 1))
        if not part.children:
            part.media_type = "text/plain"

    def _message(self, part: Part, depth: int) -> None:
        part.section = part.section or "1"
        data, first, last = part.data, part.start, part.end
        if part.encoding not in ("", "7bit", "8bit", "binary"):
            data = part.content()
            first, last = 0, len(data)
        first += fields.top(data[first : first + 64])
        child = self.part(data, first, last, section=part.section, default="text/plain", depth=depth + 1)
        if not child.children:
            child.section = f"{part.section}.1"
        part.children.append(child)


def _single(data: bytes, end: int, headers: Fields, *, section: str, default: str) -> Part:
    media_type = default
    parameters: dict[str, str] = {}
    if b"content-type" in headers:
        media_type, parameters = fields.valued(headers.text(b"content-type"))
        if not _MEDIA_TYPE.fullmatch(media_type):
            media_type = "text/plain"
    disposition = ""
    named: dict[str, str] = {}
    if b"content-disposition" in headers:
        disposition, named = fields.valued(headers.text(b"content-disposition"))
    return Part(headers, data, headers.end, end, media_type, parameters, disposition, named, section)


def _between(part: Part, most: int) -> list[tuple[int, int]]:
    """Return where the parts of a multipart start and end; the text before and after them is left out."""
    data, start, end = part.data, part.start, part.end
    boundary = part.parameters.get("boundary", "").rstrip().encode("utf-8", "surrogateescape")
    places = _places(data, start, end, boundary, most) if boundary else []
    if not places:
        guessed = _GUESSED.search(data, max(start - 1, 0), min(end, start + 10_000))
        if guessed is None:
            return []
        places = _places(data, start, end, guessed.group(1), most)
    spans = []
    for number, (_, first, closing) in enumerate(places):
        if closing:
            break
        last = end
        if number + 1 < len(places):
            last = places[number + 1][0]
            # The line end before a delimiter belongs to the delimiter.
            if last > first and data[last - 1] == 10:
                last -= 1
                if last > first and data[last - 1] == 13:
                    last -= 1
        if last > first:
            spans.append((first, last))
    return spans


def _places(data: bytes, start: int, end: int, boundary: bytes, most: int) -> list[tuple[int, int, bool]]:
    """Return each delimiter line: where it starts, where the next line starts, whether it closes."""
    found: list[tuple[int, int, bool]] = []
    mark = b"--" + boundary
    position = start
    while (hit := data.find(mark, position, end)) >= 0:
        position = hit + len(mark)
        if hit > start and data[hit - 1] != 10:
            continue
        line_end = data.find(b"\n", position, min(position + 1_000, end))
        after = line_end + 1 if line_end >= 0 else end
        rest = data[position:after].strip() if after - position <= 1_001 else b"x"
        if rest in (b"", b"--"):
            found.append((hit, after, rest == b"--"))
            if len(found) > 3 * most:
                raise Unreadable(QuarantineReason.TOO_MANY_PARTS, f"more than {3 * most} delimiter lines")
            if rest:
                break
            position = max(position, after - 1)
    return found
