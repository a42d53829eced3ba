"""What a message is once it has been read: the plain, clean shape in which the parser hands it to the store."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from storage.kinds.words import Automatic, Special

if TYPE_CHECKING:
    from storage.kinds.notices import Notice

NOWHERE = "@notes.invalid"
"""How addresses and Message-IDs end in what agents write down for the desk: no mail ever goes there (RFC 2606 §2)."""


class _Handed:
    """Goes from one process to another as its class and its values, in half the time of what a dataclass does."""

    __slots__ = ()
    __match_args__: ClassVar[tuple[str, ...]]

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        return type(self), tuple([getattr(self, name) for name in self.__match_args__])


@dataclass(frozen=True, slots=True)
class Correspondent(_Handed):
    """A name and an address as a header gives them, clean; the address in lower case, empty when there is none."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment(_Handed):
    """A part of a message that a person would save.

    Attributes:
        name: the decoded, clean file name; empty when the message gives none.
        media_type: as declared, in lower case, such as ``application/pdf``.
        size: of the decoded content, in bytes.
        section: where it stands in the message, as an IMAP section number such as ``2.1``; a member of a
            winmail.dat is ``2/0``.
        inline: whether the text shows it, as a picture inside HTML.
    """

    name: str
    media_type: str
    size: int
    section: str
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Original(_Handed):
    """The message inside a forwarded message: who really wrote."""

    author: Correspondent
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Gist(_Handed):
    """What threading and search take from a message's words (`storage.rules.gist`).

    Attributes:
        prints: fingerprints of the author's own words.
        quoted_prints: fingerprints of what stands quoted, of a message that cites nothing.
        stems: for the search index.
    """

    prints: tuple[int, ...]
    quoted_prints: tuple[int, ...]
    stems: str


@dataclass(frozen=True, slots=True)
class Parsed(_Handed):
    """One message, read: all text is clean (`storage.kinds.clean`), nothing in it can act.

    Attributes:
        header_id: the Message-ID without its brackets; empty when missing or unusable.
        in_reply_to, references: the Message-IDs cited, without brackets, in the order of the header, no doubles.
        subject: one line.
        author: the first address of From (Sender when there is none).
        reply_to, to, cc: the recipients, at most 300 of each.
        dated_at: the Date header in UTC, the sender's claim; `None` when it cannot be read.
        text: the whole body as readable text.
        reply_text: what the author wrote here: `text` without quotes and signature.
        quoted_text: the text that stands quoted in this message, its quote marks removed; empty when none.
        language: ``pt``, ``es``, ``en``, or empty when unknown.
        attachments: in the order of the message.
        original: the forwarded message inside, when this one is a forward.
        automatic: which sort of machine wrote it, if one did.
        specials: the parts that are named for what they are.
        list_id: the name of the mailing list (RFC 2919), without its brackets; empty when it came from none.
        digest: SHA-256 of author, date, subject, decoded body, and names and sizes of what is attached: with the
            Message-ID it tells one message from another, whatever road it came by.
        links: the addresses that the text's numbered links stand for, in order.
        notices: what invitations, delivery reports and receipts in it say, at most 100.
        gist: made in the process that parsed the message, where there was one, to spare the one that writes.
    """

    header_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    subject: str
    author: Correspondent
    reply_to: tuple[Correspondent, ...]
    to: tuple[Correspondent, ...]
    cc: tuple[Correspondent, ...]
    dated_at: datetime | None
    text: str
    reply_text: str
    quoted_text: str
    language: str
    attachments: tuple[Attachment, ...]
    original: Original | None
    automatic: Automatic
    specials: frozenset[Special]
    digest: bytes
    links: tuple[str, ...] = ()
    notices: "tuple[Notice, ...]" = ()
    gist: Gist | None = None
    list_id: str = ""


def entries(text: str) -> tuple[str, ...]:
    """Return the recipients that a line names: parted by commas or semicolons, but not inside quotation marks."""
    found, current, quoted = [], "", False
    for sign in text:
        if sign == '"':
            quoted = not quoted
        if sign in ",;" and not quoted:
            found.append(current)
            current = ""
        else:
            current += sign
    return tuple(each.strip() for each in (*found, current) if each.strip())
