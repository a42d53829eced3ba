"""What an agent writes down for the desk, as plain text of RFC 5322: it is read by the road that mail is read by."""

import secrets
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

from console.mail.composing import parts
from console.mail.composing.errors import NothingWritten, TooLong
from console.mail.composing.fields import field, people_words, text_words
from storage.kinds.clean import clean
from storage.kinds.mail import NOWHERE, Correspondent

MOST: Final = 1_000_000
"""Characters of a note: a log of ten thousand lines. More belongs into a file."""


def note_content(text: str, *, agent: str, subject: str, now: datetime) -> bytes:
    """Make the bytes of a note; nothing in them is an address that mail could go to.

    Args:
        text: as typed; control characters are left out.
        agent: who wrote it.
        subject: of the conversation, so that the note is found with it.
        now: aware.

    Raises:
        NothingWritten: there is no text.
        TooLong: it is longer than `MOST`.
    """
    return _written(text, [field("From", people_words([_nobody(agent)]))], subject, now)


def call_content(
    text: str, *, agent: str, who: str, subject: str, promised: str, incoming: bool, word: str, now: datetime
) -> bytes:
    """Make the bytes of a call.

    Args:
        text: what was said.
        agent: who logs it.
        who: with whom they spoke: a name, or a number.
        subject: of the conversation.
        promised: what was promised; empty when nothing was.
        incoming: whether it was they who rang.
        word: what stands before what was promised, in the agent's language.
        now: aware.

    Raises:
        NothingWritten, TooLong: as `note_content`.
    """
    us, them = _nobody(agent), _nobody(who)
    fields = [
        field("From", people_words([them if incoming else us])),
        field("To", people_words([us if incoming else them])),
    ]
    said = [clean(text).strip(), f"{word} {clean(promised).strip()}" if promised.strip() else ""]
    return _written("\n\n".join(filter(None, said)), fields, subject, now)


def _nobody(name: str) -> Correspondent:
    return Correspondent(name, f"desk{NOWHERE}")


def _written(text: str, people: list[str], subject: str, now: datetime) -> bytes:
    said = clean(text).strip("\n")
    if not said.strip():
        raise NothingWritten
    if len(said) > MOST:
        raise TooLong(len(said), MOST)
    header = [
        *people,
        field("Subject", text_words(subject)),
        field("Date", format_datetime(now.astimezone(UTC)).split(" ")),
        field("Message-ID", [f"<{secrets.token_hex(16)}{NOWHERE}>"]),
        field("MIME-Version", ["1.0"]),
    ]
    return "".join(header).encode() + parts.written(said, html=False, files=())
