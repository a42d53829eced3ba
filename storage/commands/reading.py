"""How far an agent has read: local rows, no facts; nothing of it is ever on the server, and nobody else sees it."""

from sqlalchemy import select, update
from sqlmodel import Session

from storage.apply.base import insert, table
from storage.models import ReadMark


def mark_read(session: Session, *, conversation_id: int, message_id: int, agent_id: int) -> bool:
    """Note up to which message an agent has read a conversation.

    Args:
        session: of a writing transaction.
        conversation_id: the conversation, by its own number.
        message_id: the newest message that was shown.
        agent_id: who read.

    Returns:
        Whether that was news.
    """
    marks = table(ReadMark)
    connection = session.connection()
    of = (marks.c.agent_id == agent_id, marks.c.conversation_id == conversation_id)
    before = connection.execute(select(marks.c.message_id).where(*of)).scalar()
    if before == message_id:
        return False
    if before is None:
        row = {"agent_id": agent_id, "conversation_id": conversation_id, "message_id": message_id}
        insert(connection, ReadMark, [row])
    else:
        connection.execute(update(marks).where(*of).values(message_id=message_id))
    return True
