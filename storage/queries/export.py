"""The messages as ``export messages`` gives them, streamed in the order of their ids."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlmodel import Session

from storage.kinds import Channel, Direction, Evidence
from storage.models.details import read_details
from storage.queries.tables import CONVERSATION, MESSAGE, TEXT

_AT_ONCE = 250  # messages held in memory


@dataclass(frozen=True, slots=True)
class ExportedAttachment:
    """One attachment: its name, its media type, its size in bytes."""

    name: str
    type: str
    size: int


@dataclass(frozen=True, slots=True)
class ExportedMessage:
    """One message; the names of the fields are those of the export (DESIGN §7), and stay.

    Attributes:
        file: the path as given to ``import``; `None` for mail from a server.
        message_id: the Message-ID without its brackets, empty when there is none.
        date_utc: the Date header, ``YYYY-MM-DDTHH:MM:SSZ``; `None` when it cannot be read.
        conversation_key: the conversation's number, joins followed, links not.
        joined_by: ``signed``, ``reference``, ``quoted``, ``subject``, ``agent`` or ``new``.
        original_from_addr, original_subject: of a forwarded message inside, `None` when there is none.
    """

    file: str | None
    message_id: str
    subject: str
    from_name: str
    from_addr: str
    date_utc: str | None
    conversation_key: int | None
    joined_by: str
    text: str
    reply_text: str
    attachments: tuple[ExportedAttachment, ...]
    original_from_addr: str | None
    original_subject: str | None


def messages(session: Session, *, notes: bool = False) -> Iterator[ExportedMessage]:
    """Yield every message, a few hundred in memory at a time.

    Args:
        session: of any transaction; it must live as long as the iterator is read.
        notes: whether what agents wrote down for the desk, notes and calls, comes with the mail.
    """
    joined = joined_into(session)
    after = 0
    while True:
        page = session.connection().execute(_page(after, notes=notes)).all()
        for row in page:
            yield exported(row, joined)
        if len(page) < _AT_ONCE:
            return
        after = page[-1].id


def said(*more: Any) -> Select[Any]:
    """Return the question for messages as `exported` takes them, with more columns of theirs, to be narrowed."""
    return select(
        MESSAGE.c.id,
        MESSAGE.c.conversation_id,
        MESSAGE.c.evidence,
        TEXT.c.source,
        TEXT.c.header_id,
        TEXT.c.subject,
        TEXT.c.from_name,
        TEXT.c.from_address,
        TEXT.c.dated_at,
        TEXT.c.text,
        TEXT.c.reply_text,
        TEXT.c.details,
        *more,
    ).select_from(MESSAGE.join(TEXT, TEXT.c.message_id == MESSAGE.c.id))


def _page(after: int, *, notes: bool) -> Any:
    chosen = (
        said()
        .where(MESSAGE.c.id > after, MESSAGE.c.conversation_id.is_not(None))
        .order_by(MESSAGE.c.id)
        .limit(_AT_ONCE)
    )
    if not notes:
        chosen = chosen.where(MESSAGE.c.direction != Direction.INTERNAL, MESSAGE.c.channel == Channel.EMAIL)
    return chosen


def joined_into(session: Session) -> dict[int, int]:
    """Return for each conversation that was joined the one it stands for today."""
    chosen = select(CONVERSATION.c.id, CONVERSATION.c.joined_into).where(CONVERSATION.c.joined_into.is_not(None))
    into: dict[int, int] = {row.id: row.joined_into for row in session.connection().execute(chosen)}
    ends = {}
    for number in into:
        end = number
        for _ in range(len(into)):
            if end not in into:
                break
            end = into[end]
        ends[number] = end
    return ends


def exported(row: Row[Any], joined: dict[int, int]) -> ExportedMessage:
    """Return a message that was read by `said`.

    Args:
        row: the message.
        joined: as `joined_into` gives it.
    """
    details = read_details(row.details)
    original = details.original
    return ExportedMessage(
        file=row.source,
        message_id=row.header_id,
        subject=row.subject,
        from_name=row.from_name,
        from_addr=row.from_address,
        date_utc=written(row.dated_at) if row.dated_at is not None else None,
        conversation_key=joined.get(row.conversation_id, row.conversation_id),
        joined_by=str(row.evidence or Evidence.NEW),
        text=row.text,
        reply_text=row.reply_text,
        attachments=tuple(ExportedAttachment(each.name, each.media_type, each.size) for each in details.attachments),
        original_from_addr=original.author.address if original else None,
        original_subject=original.subject if original else None,
    )


def written(moment: datetime) -> str:
    """Return a moment as ``YYYY-MM-DDTHH:MM:SSZ``, four digits of year always."""
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat() + "Z"
