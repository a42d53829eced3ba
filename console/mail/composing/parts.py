"""What stands below the header: text, HTML beside it, files; in lines that any server takes, whatever it cannot do."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import policy
from email.message import MIMEPart
from email.quoprimime import body_length
from typing import Final

from console.files.names import safe_name
from console.mail.composing.markdown import as_html
from storage.kinds.clean import clean

LINE_MOST: Final = 998
"""Bytes of a line, without its end, that every server takes (RFC 5321 §4.5.3.1.6)."""

# 76 is what RFC 2045 allows a line of quoted-printable and base64. No 8-bit: not every server takes it.
_POLICY = policy.SMTP.clone(max_line_length=76, cte_type="7bit")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_MAIL = "message/rfc822"


@dataclass(frozen=True, slots=True)
class File:
    """An attachment with its bytes.

    Attributes:
        name: as its owner calls it; made safe for whoever saves it.
        media_type: such as ``application/pdf``; nonsense becomes ``application/octet-stream``.
    """

    name: str
    media_type: str
    content: bytes


def written(text: str, *, html: bool, files: Sequence[File]) -> bytes:
    """Return the MIME fields of the whole message, an empty line and the body.

    Args:
        text: as typed; control characters are left out.
        html: whether it stands there as HTML too, read as Markdown.
        files: in their order.
    """
    plain = clean(text)
    root = MIMEPart(policy=_POLICY)
    root.set_content(plain, cte=_encoding(plain))
    if html and (marked := as_html(plain)):
        root.add_alternative(marked, subtype="html", cte=_encoding(marked))
    if files:
        root.make_mixed()
    for file in files:
        _attach(root, file)
    return root.as_bytes()


def _encoding(text: str) -> str:
    """Return how a text is written: as it is, if ASCII in short lines; else by what makes fewer bytes of it."""
    if text.isascii() and all(len(line) <= LINE_MOST for line in text.split("\n")):
        return "7bit"
    data = text.encode()
    return "quoted-printable" if body_length(data) * 3 <= len(data) * 4 else "base64"


def _attach(root: MIMEPart, file: File) -> None:
    kind = file.media_type.strip().lower()
    content, name = file.content, file.name
    if kind == _MAIL and not name.lower().endswith(".eml"):
        name = f"{name or 'message'}.eml"
    if kind == _MAIL and (whole := _in_plain_lines(content)) is not None:
        part = MIMEPart(policy=_POLICY)
        part["Content-Type"] = _MAIL
        part["Content-Transfer-Encoding"] = "7bit"
        part.add_header("Content-Disposition", "attachment", filename=safe_name(name))
        part.set_payload(whole.decode("ascii"))
        root.attach(part)
        return
    if not _MEDIA_TYPE.fullmatch(kind) or kind.startswith(("multipart/", "message/")):
        kind = "application/octet-stream"  # those two may not be encoded (RFC 2046), and a mail must stay byte for byte
    maintype, _slash, subtype = kind.partition("/")
    parameters = {"charset": "utf-8"} if maintype == "text" and _is_utf8(content) else None
    root.add_attachment(
        content, maintype, subtype, cte="base64", filename=safe_name(name, media_type=kind), params=parameters
    )


def _in_plain_lines(content: bytes) -> bytes | None:
    """Return a mail with CR LF at its line ends, `None` when it has bytes or lines that need to be encoded."""
    if not content.isascii() or b"\0" in content:
        return None
    whole = _LINE_END.sub(b"\r\n", content)
    return whole if all(len(line) <= LINE_MOST for line in whole.split(b"\r\n")) else None


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
