# ruff: noqa: RUF001 - the dashes, quotes and words that mail programs write
"""The readable text of a message, its attachments, and the parts that are named for what they are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from console.mail.parse import charsets, encodings, html, reports, tnef
from console.mail.parse.limits import Limits
from console.mail.parse.tree import MESSAGES, Part
from storage.kinds import Special
from storage.kinds.clean import clean, clean_line
from storage.kinds.mail import Attachment
from storage.kinds.notices import Notice

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:\-]{2,40})", re.IGNORECASE)
_SEEN = re.compile("[^\\s\u00ad\u034f\u200b-\u200f\u2060\ufeff]")  # what leaves ink
_STUB = re.compile(
    r"(?:not|n['’]t|unable|capable|suppor\w+|enabled?|view\w*|display\w*|read|only|suport\w+|admite|soport\w+|visuali\w+|ver|formato)"
    r"\b.{0,60}\bhtml|\bhtml\b.{0,60}(?:capable|suppor\w*|enabled?|version|view\w*|compatib\w+|suport\w*|vers[ãi]\w+|format\w*)"
    r"|(?:view|read|see) this (?:e-?mail|message) (?:online|in (?:your|a) browser)|web version|versão web|versión web"
    r"|visualiz\w+ (?:est[ae]|o) (?:e-?mail|mensagem|mensaje|correo) (?:online|no navegador|en el navegador|en línea)",
    re.IGNORECASE | re.DOTALL,
)
SEALED = frozenset(
    {"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted", "multipart/encrypted"}
)
SEALS = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status", "message/feedback-report"})
_NOTICES = 100
_TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)


@dataclass(slots=True)
class Body:
    """What stands in a message.

    Attributes:
        texts: the readable texts, in order, clean.
        links: what the numbered links of the texts stand for.
        signatures: for each text, where lines of a marked signature start and end.
        forwarded: the messages that are attached.
        notices: what invitations, delivery reports and receipts say.
    """

    texts: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    signatures: list[list[tuple[int, int]]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    specials: set[Special] = field(default_factory=set)
    forwarded: list[Part] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    left: int = 0

    def text(self) -> str:
        """All texts in one."""
        return "\n\n".join(self.texts)

    def signature_lines(self) -> list[tuple[int, int]]:
        """Where lines of a marked signature start and end in the whole text."""
        found = []
        offset = 0
        for text, spans in zip(self.texts, self.signatures, strict=True):
            found += [(start + offset, end + offset) for start, end in spans]
            offset += text.count("\n") + 2
        return found


def read(root: Part, limits: Limits) -> Body:
    """Read a tree of parts; an attached message is an attachment, its inside is not read."""
    body = Body(left=limits.text)
    _read(root, body, limits, related=False)
    return body


def _read(part: Part, body: Body, limits: Limits, *, related: bool) -> None:
    kind = part.media_type
    if part.children and kind.startswith("multipart/"):
        if kind == "multipart/alternative":
            _read_best(part, body, limits, related=related)
        elif kind == "multipart/related":
            _read_related(part, body, limits)
        else:
            if kind == "multipart/signed":
                body.specials.add(Special.SIGNED)
            elif kind == "multipart/encrypted":
                body.specials.add(Special.ENCRYPTED)
            elif kind == "multipart/report" and part.parameters.get("report-type", "").lower() in (
                "delivery-status",
                "disposition-notification",
                "feedback-report",
            ):
                body.specials.add(Special.DELIVERY_REPORT)
            for child in part.children:
                _read(child, body, limits, related=related)
        return
    _read_leaf(part, body, limits, related=related)


def _read_leaf(part: Part, body: Body, limits: Limits, *, related: bool) -> None:  # noqa: C901, PLR0912 - a list of kinds
    kind = part.media_type
    if kind in ("text/plain", "text/html") and not _is_attached(part, related=related):
        if kind == "text/plain":
            _add_plain(part, body)
        else:
            _add_html(part, body, limits)
        if name := part.name():
            # A text with a name that stands inline is both: read here, and a file to save.
            body.attachments.append(Attachment(name, kind, size(part), part.section, inline=True))
        return
    if kind in ("text/calendar", "application/ics"):
        body.specials.add(Special.INVITATION)
        from console.mail.parse import invitation  # few messages hold one, and each process would load its zones

        _note(body, invitation.read(part.content(), part.parameters.get("charset", "")))
    elif kind in _REPORTS or kind in reports.RECEIPTS:
        if kind in _REPORTS:
            body.specials.add(Special.DELIVERY_REPORT)
        _note(body, reports.read(part.content(), kind))
    elif kind in SEALED:
        smime = part.parameters.get("smime-type", "").lower()
        body.specials.add(Special.SIGNED if smime == "signed-data" else Special.ENCRYPTED)
    elif kind in SEALS:
        body.specials.add(Special.SIGNED)
    name = part.name()
    if kind in TNEF or name.lower() == "winmail.dat":
        body.specials.add(Special.TNEF)
        members = tnef.members(part.content())
        if members:
            for number, member in enumerate(members):
                section = f"{part.section}/{number}"
                body.attachments.append(Attachment(member.name, member.media_type, len(member.content), section))
            return
    if kind in MESSAGES and part.children:
        body.forwarded.append(part.children[0])
        name = name or part.children[0].headers.line(b"subject")[:1000]
    has_id = b"content-id" in part.headers
    inline = part.disposition != "attachment" and has_id and (related or kind.startswith("image/"))
    inline = inline or (related and part.disposition == "inline")
    body.attachments.append(Attachment(name, kind, size(part), part.section, inline))


def _note(body: Body, notices: Sequence[Notice]) -> None:
    """Keep what a part says to a program, once: invitations come as an alternative and as a file."""
    body.notices += [notice for notice in notices if notice not in body.notices][: _NOTICES - len(body.notices)]


def size(part: Part) -> int:
    """Return the size of the decoded content in bytes, without decoding what need not be."""
    if part.encoding in ("", "7bit", "8bit", "binary"):
        return part.end - part.start
    return len(part.content())


def _is_attached(part: Part, *, related: bool) -> bool:
    if part.disposition == "attachment":
        return True
    return related and bool(part.name())


def _read_related(part: Part, body: Body, limits: Limits) -> None:
    start = part.parameters.get("start", "").strip("<> ")
    root = part.children[0]
    if start:
        for child in part.children:
            if child.headers.text(b"content-id").strip("<> ") == start:
                root = child
    for child in part.children:
        _read(child, body, limits, related=child is not root)


def _read_best(part: Part, body: Body, limits: Limits, *, related: bool) -> None:
    """Show one of several alternatives: the plain text, unless it is empty or only says that there is HTML."""
    readings: list[tuple[bool, Body]] = []
    chosen: Body | None = None
    has_html = any(_holds(child, "text/html") for child in part.children)
    for child in part.children:
        inner = Body(left=body.left)
        if chosen is not None and child.media_type == "text/html" and not _is_attached(child, related=related):
            continue
        _read(child, inner, limits, related=related)
        readings.append((_holds(child, "text/plain"), inner))
        if chosen is None and _holds(child, "text/plain") and not (has_html and _is_stub(inner.text())):
            chosen = inner
    if chosen is None:
        rest = [inner for _, inner in readings if inner.text().strip()]
        chosen = rest[-1] if rest else None
    for _, inner in readings:
        if inner is chosen:
            body.texts += inner.texts
            body.links += inner.links
            body.signatures += inner.signatures
            body.left = inner.left
        body.attachments += inner.attachments
        body.specials |= inner.specials
        body.forwarded += inner.forwarded
        _note(body, inner.notices)


def _holds(part: Part, kind: str) -> bool:
    return any(child.media_type == kind and child.disposition != "attachment" for child in part.walk())


def _is_stub(text: str) -> bool:
    bare = text.strip()
    return _SEEN.search(bare) is None or (len(bare) < 300 and len(bare.split()) < 45 and _STUB.search(bare) is not None)


def _charset(part: Part, data: bytes) -> str:
    declared = part.parameters.get("charset", "")
    if part.media_type == "text/html" and (not declared or declared.lower() == "us-ascii"):
        meta = _META_CHARSET.search(data, 0, 4_000)
        if meta is not None:
            return meta.group(1).decode("ascii")
    return declared


def _add_plain(part: Part, body: Body) -> None:
    data = part.content()
    if b"begin " in data and (b"\nbegin " in data or data.startswith(b"begin ") or b"=ybegin " in data):
        data = _without_enclosed(part, data, body)
    text = charsets.decode(data[: body.left * 4], _charset(part, data))[: body.left]
    body.left -= len(text)
    if part.parameters.get("format", "").lower() == "flowed":
        text = _unflowed(text, delete_space=part.parameters.get("delsp", "").lower() == "yes")
    text = clean(text)
    if " \n" in text or ("\t" in text and "\t\n" in text):
        text = _trimmed(text)
    text = text.strip("\n")
    if text.strip():
        body.texts.append(text)
        body.signatures.append([])


def _trimmed(text: str) -> str:
    """Return a text without white space at the ends of its lines; the mark of a signature keeps its own."""
    if "-- " not in text:
        once = text.replace(" \n", "\n").rstrip(" \t")
        if " \n" not in once and ("\t" not in once or "\t\n" not in once):
            return once
    return "\n".join(line if line == "-- " else line.rstrip(" \t") for line in text.split("\n"))


def _without_enclosed(part: Part, data: bytes, body: Body) -> bytes:
    """Take the uuencoded and yEnc files out of a text; they are attachments."""
    files = encodings.enclosed(data)
    pieces = []
    position = 0
    for number, file in enumerate(files):
        if file.start < position:
            continue
        name = clean_line(charsets.decode(file.name))[:1000]
        section = f"{part.section}/{number}"
        body.attachments.append(Attachment(name, "application/octet-stream", len(file.content), section))
        pieces.append(data[position : file.start])
        position = file.end
    pieces.append(data[position:])
    return b"".join(pieces)


def _unflowed(text: str, *, delete_space: bool) -> str:
    """Join the soft line ends of RFC 3676, at each depth of quoting."""
    lines: list[list[str]] = []
    open_depth = -1
    for line in text.replace("\r\n", "\n").split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        bare = bare.removeprefix(" ")
        soft = bare.endswith(" ") and bare != "-- "
        kept = bare[:-1] if soft and delete_space else bare
        if open_depth == depth and bare != "-- ":
            lines[-1].append(kept)
        else:
            lines.append([">" * depth + " " if depth else "", kept])
        open_depth = depth if soft else -1
    return "\n".join("".join(pieces) for pieces in lines)


def _add_html(part: Part, body: Body, limits: Limits) -> None:
    data = part.content()
    markup = charsets.decode(data[: limits.text * 4], _charset(part, data))
    page = html.render(markup, longest=min(body.left, limits.text), most_links=limits.links)
    text = page.text
    body.left -= len(text)
    offset = len(body.links)
    if offset and page.links:
        text = re.sub(r" \[(\d+)\](?=\s|$)", lambda hit: f" [{int(hit.group(1)) + offset}]", text)
    if text.strip():
        body.texts.append(text)
        body.links += page.links
        body.signatures.append(page.signatures)
