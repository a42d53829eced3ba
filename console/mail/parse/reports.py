"""Delivery reports (RFC 3464) and receipts (RFC 8098) as data: for whom, what happened, what the server said."""

import re
from collections.abc import Iterator
from itertools import islice

from console.mail.parse import dates, fields
from console.mail.parse.fields import Fields
from storage.kinds.clean import clean_line
from storage.kinds.notices import Delivery, Notice, Receipt

STATUSES = frozenset({"message/delivery-status", "message/global-delivery-status"})
RECEIPTS = frozenset({"message/disposition-notification", "message/global-disposition-notification"})

_SIZE = 1_000_000
_RECIPIENTS = 100
_LOOKED_AT = 1_000  # groups of fields: a report has one, and one for each recipient
_WORDS = 1_000  # signs kept of what a server said
_ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_FIELD_LINE = re.compile(rb"^\r*(?=[\x21-\x39\x3b-\x7e]+[ \t]*:)", re.MULTILINE)
_MARKED = re.compile(r"\s*[A-Za-z0-9\-]{1,30}\s*;\s*")


def read(data: bytes, media_type: str) -> tuple[Notice, ...]:
    """Return what a part of a report says, at most a hundred recipients; nothing where it cannot be read.

    Args:
        data: the part without its transfer encoding.
        media_type: one of `STATUSES` or `RECEIPTS`.
    """
    blocks = islice(_blocks(data[:_SIZE]), _LOOKED_AT)
    if media_type in RECEIPTS:
        return tuple(_receipt(block) for block in blocks if b"disposition" in block)[:1]
    found: list[Notice] = []
    for block in blocks:
        if b"final-recipient" in block or b"original-recipient" in block:
            found.append(_delivery(block))
            if len(found) == _RECIPIENTS:
                break
    return tuple(found)


def _blocks(data: bytes) -> Iterator[Fields]:
    """Yield the groups of fields that empty lines part (RFC 3464 §2.1)."""
    position = 0
    while (line := _FIELD_LINE.search(data, position)) is not None:  # whatever is no field is passed over at once
        block = fields.read(data, line.end(), len(data))
        yield block
        position = block.end


def _delivery(block: Fields) -> Delivery:
    action = _bare(block.line(b"action")).lower()
    status = _STATUS.search(block.text(b"status"))
    return Delivery(
        recipient=_recipient(block),
        action=action if action in _ACTIONS else "",
        status=status[0] if status else "",
        said=_unmarked(block.line(b"diagnostic-code"))[:_WORDS],
        server=_unmarked(block.line(b"remote-mta"))[:200],
        retry_until=dates.read(block.text(b"will-retry-until")),
    )


def _receipt(block: Fields) -> Receipt:
    """Read ``Disposition: manual-action/MDN-sent-manually; displayed`` (RFC 8098 §3.2.6)."""
    mode, _semicolon, did = block.line(b"disposition").lower().partition(";")
    return Receipt(
        recipient=_recipient(block),
        did=re.split(r"[/,\s]", did.strip(), maxsplit=1)[0][:40],
        by_hand=mode.partition("/")[0].strip() == "manual-action",
    )


def _recipient(block: Fields) -> str:
    """Return the address as it was written to, else as it became on the way."""
    for name in (b"original-recipient", b"final-recipient"):
        address = _unmarked(block.line(name)).strip("<> ")[:320]
        if address:
            return address.lower()
    return ""


def _bare(text: str) -> str:
    """Return a word without the comment that some put after it."""
    return text.partition("(")[0].partition(";")[0].strip()


def _unmarked(text: str) -> str:
    """Return a value without its type, as in ``smtp; 550 no such user``."""
    return clean_line(_MARKED.sub("", text, count=1) if ";" in text[:40] else text)
