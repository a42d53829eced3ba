"""What stands behind a message: its raw mail out of the store, as source, headers, parts, and the content of a part."""

from collections.abc import Iterator

from console.mail import parse
from console.mail.parse.inside import Inside
from console.mail.parse.inside import parts as parts_of
from storage.kinds.clean import clean
from storage.kinds.errors import NoSuch
from storage.queries.numbers import raw_digests
from storage.store import Store

_AT_ONCE = 64 * 1024  # characters that are decoded and cleaned at once


def raw_mail(store: Store, message_id: int) -> bytes:
    """Return the mail of a message as it came, of several deliveries the first.

    Raises:
        NoSuch: there is no such message, or its mail is not kept any more.
        StoreTrouble: the store cannot be read.
    """
    with store.reading() as session:
        digest = raw_digests(session, [message_id]).get(message_id)
    if digest is None:
        raise NoSuch("raw mail", message_id)
    return store.content.get(digest)


def source(raw: bytes) -> Iterator[str]:
    """Yield a mail as it came in pieces of clean text, cut at line ends where there are any.

    Bytes that are no UTF-8 become U+FFFD; control and direction characters are left out. Only what is asked for is
    decoded: a mail of fifty megabytes costs what is looked at.

    Args:
        raw: the mail.
    """
    position = 0
    while position < len(raw):
        end = min(len(raw), position + _AT_ONCE)
        if end < len(raw):
            line_end = raw.rfind(b"\n", position, end) + 1
            end = line_end or _whole(raw, end)
        yield clean(raw[position:end].decode("utf-8", "replace"))
        position = end


def headers(raw: bytes) -> list[tuple[str, str]]:
    """Return every header field in order, decoded, clean, each on one line."""
    return parse.headers(raw)


def parts(raw: bytes) -> tuple[Inside, ...]:
    """Return every part in the order of the message.

    Raises:
        Unreadable: the mail passes a bound; its source can be read all the same.
    """
    return parts_of(raw)


def part_bytes(store: Store, message_id: int, section: str) -> bytes:
    """Return the decoded content of a part of a message.

    Args:
        store: open.
        message_id: whose part.
        section: as in `Attachment.section` and `Inside.section`.

    Raises:
        NoSuch: there is no such message, part, or mail any more.
        StoreTrouble: the store cannot be read.
        Unreadable: the mail passes a bound.
    """
    return content(raw_mail(store, message_id), section)


def content(raw: bytes, section: str) -> bytes:
    """Return the decoded content of a part of a mail; errors as of `part_bytes`."""
    try:
        return parse.part(raw, section)
    except KeyError:
        raise NoSuch("part", section) from None


def _whole(raw: bytes, end: int) -> int:
    """Return a place near `end` that cuts no UTF-8 sequence, nor a line end of two characters."""
    place = end
    while place > end - 4 and (raw[place] & 0xC0 == 0x80 or raw[place - 1] == 13):
        place -= 1
    return place
