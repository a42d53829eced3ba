"""One message from its raw bytes: the parts put together, every bound kept, no error let out but `Unreadable`."""

import hashlib
import re

from console.mail.parse import (
    addresses,
    automatic,
    body,
    dates,
    encodings,
    fields,
    forward,
    identifiers,
    language,
    quotes,
    tnef,
    tree,
)
from console.mail.parse.fields import Fields
from console.mail.parse.limits import LIMITS, Limits, Unreadable
from console.mail.parse.markers import Text
from storage.kinds import QuarantineReason, Special
from storage.kinds.clean import clean_line
from storage.kinds.mail import Correspondent, Original, Parsed

_NOBODY = Correspondent("", "")
_LIST_ID_MOST = 255
_HEADER_LINE = re.compile(rb"(?:>?From [^\n]*\n)?([A-Za-z][A-Za-z0-9\-]{0,60})[ \t]*:")
_RETURNED_HEADERS = frozenset({"text/rfc822-headers", "message/global-headers"})
_KNOWN = frozenset(
    b"from to cc bcc subject date message-id return-path received delivered-to mime-version content-type sender"
    b" reply-to x-mailer content-transfer-encoding references in-reply-to dkim-signature authentication-results".split()
)


def _checked(raw: bytes, limits: Limits) -> bytes:
    """Return the message with line ends that can be read, if it keeps the bounds of size and header."""
    if len(raw) > limits.message:
        raise Unreadable(QuarantineReason.TOO_LARGE, f"{len(raw)} bytes, more than {limits.message}")
    if not raw.strip():
        raise Unreadable(QuarantineReason.NOT_MAIL, "empty")
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    return raw


def _top(raw: bytes, limits: Limits) -> Fields:
    headers = fields.read(raw, fields.top(raw), min(len(raw), limits.header_bytes + 1), whole=True)
    if headers.end > limits.header_bytes:
        raise Unreadable(QuarantineReason.TOO_MANY_HEADERS, f"a header of more than {limits.header_bytes} bytes")
    if len(headers.items) > limits.header_lines:
        raise Unreadable(QuarantineReason.TOO_MANY_HEADERS, f"{len(headers.items)} header fields")
    if not headers.items:
        raise Unreadable(QuarantineReason.NOT_MAIL, "no header field at the top")
    return headers


def parse(raw: bytes, *, limits: Limits = LIMITS) -> Parsed:
    """Read one message.

    Args:
        raw: the message as the server or the file holds it.
        limits: the bounds to keep.

    Raises:
        Unreadable: a bound is passed, or this is no mail; whatever the bytes, nothing else is raised.
    """
    try:
        return _parse(raw, limits)
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(
            QuarantineReason.PARSER_FAILED, f"{type(error).__name__}: {clean_line(str(error))[:200]}"
        ) from error


def _parse(raw: bytes, limits: Limits) -> Parsed:
    raw = _checked(raw, limits)
    headers = _top(raw, limits)
    root = tree.grow(raw, fields.top(raw), len(raw), limits, headers if len(raw) <= limits.header_bytes else None)
    headers = root.headers
    headers.hint = _hint(root)
    read = body.read(root, limits)
    subject = headers.line(b"subject")[: limits.subject]
    author = _author(headers)
    dated_at = dates.read(headers.text(b"date"))
    text = read.text()
    page = Text(text)
    apart = quotes.split(page, read.signature_lines())
    original = forward.find(page, apart, subject) or _attached_original(read, limits)
    when = dated_at.isoformat() if dated_at else headers.text(b"date")
    return Parsed(
        header_id=identifiers.one(headers.text(b"message-id")),
        in_reply_to=identifiers.several(headers.text(b"in-reply-to"), limits.references),
        references=_references(headers, root, read, limits),
        subject=subject,
        author=author,
        reply_to=_people(headers, b"reply-to", limits),
        to=_people(headers, b"to", limits),
        cc=_people(headers, b"cc", limits),
        dated_at=dated_at,
        text=text,
        reply_text=apart.reply,
        quoted_text=apart.quoted,
        language=language.guess(apart.reply or text),
        attachments=tuple(read.attachments),
        original=original,
        automatic=automatic.read(
            headers, root.media_type, root.parameters.get("report-type", "").lower(), author.address, subject
        ),
        specials=frozenset(read.specials),
        digest=_digest(author.address, when, subject, text),
        links=tuple(read.links),
        notices=tuple(read.notices),
        list_id=_list_id(headers),
    )


def _references(headers: Fields, root: tree.Part, read: body.Body, limits: Limits) -> tuple[str, ...]:
    """Return what is cited; a delivery report cites the message that it returns, or the headers of which it returns."""
    cited = identifiers.several(headers.text(b"references"), limits.references)
    if Special.DELIVERY_REPORT not in read.specials:
        return cited
    returned = next((inner.headers for inner in read.forwarded), None)
    for part_ in root.walk() if returned is None else ():
        if part_.media_type in _RETURNED_HEADERS:
            content = part_.content()[: limits.header_bytes]
            returned = fields.read(content, 0, len(content))
            break
    name = identifiers.one(returned.text(b"message-id")) if returned is not None else ""
    return cited if not name or name in cited else (*cited, name)


def _hint(root: tree.Part) -> str:
    for part_ in root.walk():
        if part_.media_type.startswith("text/") and part_.parameters.get("charset"):
            return part_.parameters["charset"]
    return ""


def _author(headers: Fields) -> Correspondent:
    """Return who wrote: the first of From with an address, else Sender, else the address that answers go to."""
    named = addresses.read(headers.text(b"from"), 5)
    for name in (b"", b"sender", b"reply-to"):
        people = addresses.read(headers.text(name), 5) if name else named
        for one in people:
            if one.address:
                return Correspondent(named[0].name or one.name, one.address) if name and named else one
    return named[0] if named else _NOBODY


def _list_id(headers: Fields) -> str:
    """Return what stands in the brackets of List-Id, else all of it (RFC 2919 §3)."""
    if b"list-id" not in headers:
        return ""
    said = headers.line(b"list-id")[:_LIST_ID_MOST]
    return said.rpartition("<")[2].partition(">")[0].strip().lower() or said.lower()


def _people(headers: Fields, name: bytes, limits: Limits) -> tuple[Correspondent, ...]:
    if name not in headers:
        return ()
    values = headers.all(name)
    found: list[Correspondent] = []
    for value in values:
        found += [
            one
            for one in addresses.read(fields.unfolded(value, headers.hint), limits.recipients - len(found))
            if one.address
        ]
        if len(found) >= limits.recipients:
            break
    return tuple(found)


def _attached_original(read: body.Body, limits: Limits) -> Original | None:
    """Return the message that is attached, when there is exactly one and this is no delivery report."""
    if len(read.forwarded) != 1 or Special.DELIVERY_REPORT in read.specials:
        return None
    inner = read.forwarded[0]
    people = addresses.read(inner.headers.text(b"from"), 1)
    if not people:
        return None
    text = body.read(inner, limits).text()
    return Original(people[0], inner.headers.line(b"subject")[: limits.subject], text)


def _digest(*pieces: str) -> bytes:
    """Return the SHA-256 of the pieces, each after its length in bytes, so that no two sets run into one another."""
    written = [piece.encode("utf-8", "replace") for piece in pieces]
    return hashlib.sha256(b"".join([part for one in written for part in (len(one).to_bytes(8, "big"), one)])).digest()


def part(raw: bytes, section: str) -> bytes:
    """Return the decoded content of an attachment.

    Args:
        raw: the message.
        section: as in `Attachment.section`; ``2/0`` is the first member of the envelope or text at section 2.

    Raises:
        KeyError: the message has no such part.
        Unreadable: the message passes a bound.
    """
    raw = _checked(raw, LIMITS)
    root = tree.grow(raw, fields.top(raw), len(raw), LIMITS)
    outer, slash, member = section.partition("/")
    for candidate in root.walk():
        if candidate.section != outer or (candidate.children and candidate.media_type.startswith("multipart/")):
            continue
        content = candidate.content()
        if not slash:
            return content
        if candidate.media_type.startswith("text/"):
            inside = [file.content for file in encodings.enclosed(content)]
        else:
            inside = [file.content for file in tnef.members(content)]
        if member.isdecimal() and int(member) < len(inside):
            return inside[int(member)]
    raise KeyError(section)


def looks_like_mail(raw: bytes) -> bool:
    """Say whether header lines stand at the top, as in a message; a file that is no mail is named, not taken in."""
    start = fields.top(raw[:4_096])
    first = _HEADER_LINE.match(raw, start)
    if first is None:
        return False
    headers = fields.read(raw[: start + 262_144], start, min(len(raw), start + 262_144))
    return any(name.lower() in _KNOWN for name, _ in headers.items)


def headers(raw: bytes) -> list[tuple[str, str]]:
    """Return every field of the top header block, decoded and clean, in order."""
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    found = fields.read(raw, fields.top(raw), min(len(raw), LIMITS.header_bytes))
    return [
        (name.decode("ascii", "replace"), fields.readable(value)) for name, value in found.items[: LIMITS.header_lines]
    ]
