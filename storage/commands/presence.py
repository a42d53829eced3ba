"""That an agent has a conversation open: local rows, no facts; few of them, and gone by themselves."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlmodel import Session

from storage.apply.base import table
from storage.kinds import Doing
from storage.models import Presence
from storage.models.types import inserting
from storage.record import CHANNEL

_SWEPT: Final = timedelta(hours=1)  # rows of consoles that died are taken away after so long


def note_presence(
    session: Session,
    conversation_id: int | None,
    *,
    agent_id: int,
    console: str,
    now: datetime,
    doing: Doing = Doing.LOOKING,
) -> None:
    """Let others see what an agent has open at a console; `None` for nothing any more.

    Args:
        session: of a writing transaction.
        conversation_id: by its own number.
        agent_id: who.
        console: where they sit.
        now: the moment; said again before `storage.queries.presence.FRESH` has passed.
        doing: what they do there.
    """
    rows, connection = table(Presence), session.connection()
    own = (rows.c.agent_id == agent_id, rows.c.console == console)
    if conversation_id is None:
        connection.execute(delete(rows).where(*own))
    else:
        connection.execute(delete(rows).where(rows.c.at < now - _SWEPT))
        row = {"conversation_id": conversation_id, "doing": doing, "at": now}
        statement = inserting(connection.dialect.name)(rows).values(agent_id=agent_id, console=console, **row)
        connection.execute(statement.on_conflict_do_update(index_elements=["agent_id", "console"], set_=row))
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"NOTIFY {CHANNEL}")  # no fact tells of it
