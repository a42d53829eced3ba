"""Who has which conversation open now, as everybody sees it."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlmodel import Session

from storage.kinds.drafts import Present
from storage.queries.tables import AGENT, PRESENCE

FRESH: Final = timedelta(seconds=70)
"""How long somebody is there after the last sign of it; a console that died is gone after that."""


def present(session: Session, *, now: datetime, but: int | None = None) -> tuple[Present, ...]:
    """Return who has a conversation open, who came last first; each agent once a conversation.

    Args:
        session: of any transaction.
        now: the present.
        but: the agent who asks.
    """
    chosen = (
        select(PRESENCE.c.agent_id, AGENT.c.name, PRESENCE.c.conversation_id, PRESENCE.c.doing, PRESENCE.c.at)
        .select_from(PRESENCE.join(AGENT, AGENT.c.id == PRESENCE.c.agent_id))
        .where(PRESENCE.c.at > now - FRESH, PRESENCE.c.agent_id != (but or 0))
        .order_by(PRESENCE.c.at.desc(), PRESENCE.c.agent_id)
    )
    found: dict[tuple[int, int], Present] = {}
    for row in session.connection().execute(chosen):
        one = Present(row.agent_id, row.name or "", row.conversation_id, row.doing, row.at)
        found.setdefault((one.agent_id, one.conversation_id), one)
    return tuple(found.values())
