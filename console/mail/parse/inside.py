"""The parts of a message as an agent reads them: the tree, each part with its type, name, size and what it is."""

from dataclasses import dataclass
from typing import Literal

from console.mail.parse import body, encodings, fields, reports, tnef, tree
from console.mail.parse.limits import LIMITS
from console.mail.parse.message import _checked
from storage.kinds.clean import clean_line

What = Literal[
    "container",
    "text",
    "html",
    "invitation",
    "delivery_report",
    "receipt",
    "signature",
    "encrypted",
    "tnef",
    "message",
    "picture",
    "file",
]
"""What a part is, in a word."""

_MEMBERS = 500  # files of a winmail.dat or of a text that are shown


@dataclass(frozen=True, slots=True)
class Inside:
    """One part of a message.

    Attributes:
        section: as in `Attachment.section`; empty for the whole of a multipart message.
        depth: how many parts are around it.
        size: of the decoded content in bytes; of a container what its parts have together.
        charset, encoding: as declared, empty when they are not.
        saveable: whether `console.mail.parse.part` gives its content.
    """

    section: str
    depth: int
    media_type: str
    name: str
    size: int
    what: What
    charset: str = ""
    encoding: str = ""
    saveable: bool = True


def parts(raw: bytes) -> tuple[Inside, ...]:
    """Return every part in the order of the message, those inside a winmail.dat or a text among them.

    Raises:
        Unreadable: the message passes a bound.
    """
    raw = _checked(raw, LIMITS)
    found: list[Inside] = []
    _walk(tree.grow(raw, fields.top(raw), len(raw), LIMITS), 0, found)
    return tuple(found)


def _walk(part: tree.Part, depth: int, found: list[Inside]) -> None:
    """Add a part and what is in it; the depth of the tree is bounded by `Limits.depth`."""
    is_container = bool(part.children) and part.media_type.startswith("multipart/")
    what: What = "container" if is_container else _what(part)
    found.append(
        Inside(
            part.section,
            depth,
            clean_line(part.media_type)[:200],
            part.name(),
            part.end - part.start if is_container else body.size(part),
            what,
            clean_line(part.parameters.get("charset", ""))[:60],
            clean_line(part.encoding)[:60],
            saveable=not is_container,
        )
    )
    if what == "tnef":
        for number, member in enumerate(tnef.members(part.content())[:_MEMBERS]):
            section = f"{part.section}/{number}"
            found.append(Inside(section, depth + 1, member.media_type, member.name, len(member.content), "file"))
    elif what == "text":
        _enclosed(part, depth, found)
    for child in part.children:
        _walk(child, depth + 1, found)


def _enclosed(part: tree.Part, depth: int, found: list[Inside]) -> None:
    """Add the uuencoded and yEnc files in a text."""
    data = part.content()
    if b"begin " not in data and b"=ybegin " not in data:
        return
    for number, file in enumerate(encodings.enclosed(data)[:_MEMBERS]):
        name = clean_line(file.name.decode("utf-8", "replace"))[:1000]
        section = f"{part.section}/{number}"
        found.append(Inside(section, depth + 1, "application/octet-stream", name, len(file.content), "file"))


def _what(part: tree.Part) -> What:
    kind = part.media_type
    simple: dict[str, What] = {
        "text/plain": "text",
        "text/html": "html",
        "text/calendar": "invitation",
        "application/ics": "invitation",
        "message/feedback-report": "delivery_report",
        **dict.fromkeys(body.SEALS, "signature"),
        **dict.fromkeys(body.SEALED, "encrypted"),
        **dict.fromkeys(tree.MESSAGES, "message"),
        **dict.fromkeys(reports.STATUSES, "delivery_report"),
        **dict.fromkeys(reports.RECEIPTS, "receipt"),
    }
    if kind in body.TNEF or part.name().lower() == "winmail.dat":
        return "tnef"
    if kind in simple:
        return simple[kind]
    return "picture" if kind.startswith("image/") else "file"
