"""That an agent looked at a customer: local rows, no facts; nobody else sees them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import update
from sqlmodel import Session

from storage.apply.base import insert, table
from storage.models import Look
from storage.queries.looking import looks, said, standing
from storage.rules import looking as rule

_SOON: Final = timedelta(minutes=1)  # within which another look at what stands as it stood is not worth a row


def note_look(session: Session, person_id: int, organization_id: int | None, *, agent_id: int, now: datetime) -> bool:
    """Note that an agent has a customer before them.

    Args:
        session: of a writing transaction.
        person_id: the customer.
        organization_id: theirs; `None` for none.
        agent_id: who looks.
        now: the moment.

    Returns:
        Whether that was worth a row.
    """
    held = looks(session, agent_id, person_id)
    seen = standing(session, said(session, person_id, organization_id))
    new = rule.renewed(held, seen, now)
    if held is not None and now - held.at < _SOON and replace(held.seen, event=seen.event) == seen:
        return False
    row = {
        "at": new.at,
        "seen": new.seen.written(),
        "before_at": new.before_at,
        "before": new.before.written() if new.before else None,
    }
    rows, connection = table(Look), session.connection()
    if held is None:
        insert(connection, Look, [{"agent_id": agent_id, "person_id": person_id, **row}])
    else:
        own = (rows.c.agent_id == agent_id, rows.c.person_id == person_id)
        connection.execute(update(rows).where(*own).values(**row))
    return True
