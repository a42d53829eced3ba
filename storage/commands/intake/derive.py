"""The derived rows of new messages: what they say, what they cite, and their fingerprints."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from storage.apply.base import insert
from storage.commands.intake.deliveries import Incoming
from storage.commands.intake.evidence import Traits
from storage.models import Cited, MessageText, Print, QuotedPrint, SubjectKey
from storage.models.details import details_of

READER_VERSION = 4
"""The version of what makes the derived rows; a higher one has ``doctor --reparse`` make them again."""


def derive(session: Session, messages: Sequence[Incoming], traits: Mapping[int, Traits]) -> None:
    """Write the derived rows of messages that have none."""
    insert(session.connection(), MessageText, [_text(message) for message in messages])
    cited, prints, quoted, subjects = [], [], [], []
    for message in messages:
        if message.written_here:  # no mail answers, quotes or cites what never left
            continue
        number, shown = message.message_id, traits[message.message_id]
        cited += [
            {"message_id": number, "place": place, "header_key": key}
            for place, key in enumerate(dict.fromkeys(message.cited))
        ]
        prints += [{"print": each, "message_id": number} for each in shown.prints]
        quoted += [{"print": each, "message_id": number} for each in shown.quoted]
        one = shown.shown
        if one.subject_key:
            subjects.append(
                {"message_id": number, "key": one.subject_key, "dated_at": one.told.dated_at, "orphan": one.asks}
            )
    insert(session.connection(), Cited, cited)
    insert(session.connection(), Print, prints)
    insert(session.connection(), QuotedPrint, quoted)
    insert(session.connection(), SubjectKey, subjects)


def _text(message: Incoming) -> dict[str, Any]:
    parsed = message.parsed
    return {
        "message_id": message.message_id,
        "version": READER_VERSION,
        "subject": parsed.subject,
        "from_name": parsed.author.name,
        "from_address": parsed.author.address,
        "dated_at": parsed.dated_at,
        "language": parsed.language,
        "header_id": parsed.header_id,
        "source": message.delivery.source,
        "details": details_of(parsed),
        "reply_text": parsed.reply_text,
        "text": parsed.text,
    }
