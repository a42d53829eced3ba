"""The files inside a winmail.dat, the envelope that Outlook puts around attachments."""

import logging
import mimetypes
from dataclasses import dataclass

from storage.kinds.clean import clean_line


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a winmail.dat."""

    name: str
    media_type: str
    content: bytes


def members(data: bytes) -> list[Member]:
    """Return the files inside, none when the envelope cannot be read."""
    from tnefparse import TNEF

    logging.getLogger("tnef-decode").setLevel(logging.CRITICAL)
    try:
        attachments = TNEF(data).attachments
    except Exception:  # noqa: BLE001 - whatever the library lets out, the envelope is then unreadable
        return []
    found = []
    for attachment in attachments:
        try:
            content = bytes(attachment.data or b"")
            name = clean_line(str(attachment.long_filename() or attachment.name or ""))[:1000]
        except Exception:  # noqa: BLE001, S112 - a broken member is left out, the others stand
            continue
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        found.append(Member(name, kind, content))
    return found
