"""An answer and the bytes that it becomes: the header by `fields`, all below it by `parts`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from console.mail.composing import parts
from console.mail.composing.errors import NoRecipient
from console.mail.composing.fields import cited, field, identifier, people_words, text_words, wire_address
from console.mail.composing.parts import File
from storage.kinds.mail import Correspondent


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be sent.

    Attributes:
        author: in From.
        to, cc: in the header and the envelope.
        bcc: in the envelope alone.
        subject: as typed.
        text: plain text, signature included.
        header_id: our own signed Message-ID, without brackets.
        dated_at: aware.
        in_reply_to: the Message-ID of what is answered, without brackets; empty when nothing is.
        references: those of the thread, from the first to the nearest.
        html: whether an HTML part, made from the text as Markdown, stands beside the plain one.
        files: what is attached.
        automatic: whether no person wrote it: nobody may answer it, and it says so (RFC 3834).
    """

    author: Correspondent
    to: tuple[Correspondent, ...]
    cc: tuple[Correspondent, ...]
    bcc: tuple[Correspondent, ...]
    subject: str
    text: str
    header_id: str
    dated_at: datetime
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    html: bool = False
    files: tuple[File, ...] = ()
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Composed:
    """A finished message.

    Attributes:
        content: every line end CR LF, every line 998 bytes at most; ASCII, but for addresses that cannot be.
        sender: of the envelope; empty when the letter is automatic, so that no failure is ever answered.
        recipients: of the envelope, To before Cc before Bcc, each once however it is capitalised.
    """

    content: bytes
    sender: str
    recipients: tuple[str, ...]


def compose(letter: Letter) -> Composed:
    """Make the bytes of a letter.

    Raises:
        NoAddress: of the author or of a recipient.
        NoRecipient: nobody is named.
        ValueError: the Message-ID, which is ours, is none.
    """
    header_id = identifier(letter.header_id)
    if not header_id:
        raise ValueError(letter.header_id)
    known: dict[str, str] = {}
    for one in (*letter.to, *letter.cc, *letter.bcc):
        address = wire_address(one.address)
        known.setdefault(address.lower(), address)
    if not known:
        raise NoRecipient
    sender = wire_address(letter.author.address)
    header = _header(letter, header_id).encode()
    return Composed(
        content=header + parts.written(letter.text, html=letter.html, files=letter.files),
        sender="" if letter.automatic else sender,
        recipients=tuple(known.values()),
    )


def _header(letter: Letter, header_id: str) -> str:
    named = cited(letter.references, letter.in_reply_to)
    answered = identifier(letter.in_reply_to)
    fields = [field("From", people_words([letter.author]))]
    if letter.to:
        fields.append(field("To", people_words(letter.to)))
    elif not letter.cc:
        fields.append(field("To", ["undisclosed-recipients:;"]))  # filters mistrust mail that is addressed to nobody
    if letter.cc:
        fields.append(field("Cc", people_words(letter.cc)))
    fields += [
        field("Subject", text_words(letter.subject)),
        field("Date", format_datetime(letter.dated_at.astimezone(UTC)).split(" ")),
        field("Message-ID", [f"<{header_id}>"]),
    ]
    if answered:
        fields.append(field("In-Reply-To", [f"<{answered}>"]))
    if named:
        fields.append(field("References", [f"<{one}>" for one in named]))
    if letter.automatic:
        fields += [
            field("Auto-Submitted", ["auto-replied"]),
            field("X-Auto-Response-Suppress", ["All"]),  # Exchange looks at this one ([MS-OXCMAIL] 2.2.3.2.14)
        ]
    fields.append(field("MIME-Version", ["1.0"]))
    return "".join(fields)
