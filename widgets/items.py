"""The files and links of a conversation in rows, with a cursor."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar, Final, Literal

from rich.cells import cell_len

from storage.views import ConversationView
from widgets.language import _
from widgets.line import Line, one_line
from widgets.moments import size_words
from widgets.notices import part_words
from widgets.rows import Rows

_KNOWN: Final[Mapping[str, str]] = {
    "text/calendar": "invitation",
    "application/ics": "invitation",
    "message/delivery-status": "delivery_report",
    "message/disposition-notification": "receipt",
    "message/rfc822": "message",
    "application/pgp-signature": "signature",
    "application/pkcs7-signature": "signature",
}
"""What parts without a name are called, by their type."""


_ADDRESS: Final = re.compile(r"\bhttps?://[^\s<>\[\]\x00-\x1f]{1,2000}", re.IGNORECASE)
_WRITTEN: Final = 500


@dataclass(frozen=True, slots=True)
class Item:
    """A file or a link of a message.

    Attributes:
        number: of a link as the text has it, ``[3]``; of a file its place among all of the list.
        name: of a file as the message gives it; of a link the whole address.
        media_type, size, section: of a file, as in `storage.kinds.mail.Attachment`.
    """

    kind: Literal["file", "link"]
    message_id: int
    number: int
    name: str
    media_type: str = ""
    size: int = 0
    section: str = ""
    inline: bool = False


def items_of(view: ConversationView, message_id: int | None = None) -> tuple[Item, ...]:
    """Return the files, then the links, of a conversation or of one of its messages, the newest message's first."""
    files: list[Item] = []
    links: list[Item] = []
    listed: set[str] = set()  # a link of every signature stands once, as the newest message has it
    for message in reversed(view.messages):
        if message_id not in {None, message.message_id}:
            continue
        for one in message.attachments:
            said = (one.name, one.media_type, one.size, one.section)
            files.append(Item("file", message.message_id, len(files) + 1, *said, inline=one.inline))
        known = dict.fromkeys((*message.links, *_written(message.text)))
        numbered = [pair for pair in enumerate(known, 1) if pair[1] not in listed]
        links += [Item("link", message.message_id, number, link) for number, link in numbered]
        listed.update(known)
    # What has a name was sent to be read; then what programs say to each other, and the pictures of signatures.
    return (*sorted(files, key=lambda one: (one.inline, not one.name)), *links)


def _written(text: str) -> Iterator[str]:
    """Yield the addresses that stand in a text as they are, as in mail without HTML, at most `_WRITTEN` of them."""
    for found in islice(_ADDRESS.finditer(text), _WRITTEN):
        address = found[0].rstrip(".,;:!?'\"»”\u2019")
        if address.endswith(")") and "(" not in address:
            address = address.rstrip(")")
        yield address


class Items(Rows[Item]):
    """Files and links, one of them under the cursor."""

    DEFAULT_CSS: ClassVar[str] = "Items { width: 1fr; height: 1fr; background: $background; }"

    def show(self, items: Sequence[Item]) -> None:
        """Show other items, the cursor on the first."""
        self.lay(items)

    def write(self, line: Line, row: Item) -> None:
        """Write a link's number and address; of a file its name, type and size."""
        item = row
        if item.kind == "link":
            line.put(f"[{item.number}]", "muted", width=6).put(one_line(item.name), "text")
            return
        word = _("inline") if item.inline else _("file")
        tail = f"{one_line(item.media_type)[:30]}  {size_words(item.size):>7}"
        name = one_line(item.name) or part_words(_KNOWN.get(item.media_type, "file"))
        line.put(word, "muted", width=6)
        line.put(name, "bright", width=max(10, line.width - line.column - cell_len(tail) - 3))
        line.gap(2).put(tail, "muted")
