"""What stands behind the numbers that people type: ranges of conversations, and the raw mail of messages."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session

from storage.kinds.errors import NoSuch
from storage.queries.tables import CONVERSATION, MESSAGE, RAW

_AT_ONCE = 500


def standing_between(session: Session, first: int, last: int) -> list[int]:
    """Return the conversations from one number to another, both included, but for those joined to another."""
    rows = CONVERSATION.c
    chosen = select(rows.id).where(rows.id.between(first, last), rows.joined_into.is_(None)).order_by(rows.id)
    return list(session.connection().execute(chosen).scalars())


def conversation_of(session: Session, message_id: int) -> int:
    """Return the conversation that a message is in.

    Raises:
        NoSuch: there is no such message.
    """
    chosen = select(MESSAGE.c.conversation_id).where(MESSAGE.c.id == message_id)
    found = session.connection().execute(chosen).scalar()
    if found is None:
        raise NoSuch("message", message_id)
    return int(found)


def raw_digests(session: Session, message_ids: Sequence[int]) -> dict[int, bytes]:
    """Return for each message that was not erased the digest of the first delivery of it."""
    found: dict[int, bytes] = {}
    for at in range(0, len(message_ids), _AT_ONCE):
        some = message_ids[at : at + _AT_ONCE]
        chosen = (
            select(RAW.c.message_id, RAW.c.digest)
            .join(MESSAGE, MESSAGE.c.id == RAW.c.message_id)
            .where(RAW.c.message_id.in_(some), MESSAGE.c.erased_at.is_(None))
            .order_by(RAW.c.id.desc())
        )
        for row in session.connection().execute(chosen):
            found[row.message_id] = row.digest
    return found
