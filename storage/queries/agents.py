"""Who works here, by name."""

from sqlalchemy import select
from sqlmodel import Session

from storage.kinds import EntryKind
from storage.kinds.agents import AgentCard
from storage.queries.tables import AGENT, ENTRY


def agent_called(session: Session, *, name: str) -> int | None:
    """Return the agent of that name, `None` when nobody bears it."""
    found = session.connection().execute(select(AGENT.c.id).where(AGENT.c.name == name)).scalar()
    return None if found is None else int(found)


def agents(session: Session) -> dict[int, str]:
    """Return the names of all agents by their numbers; those whose name was erased are left out."""
    rows = session.connection().execute(select(AGENT.c.id, AGENT.c.name).where(AGENT.c.name.is_not(None)))
    return {row.id: row.name for row in rows.all()}


def cards(session: Session) -> dict[int, AgentCard]:
    """Return what is laid down of agents by their numbers; of whom nothing is, nothing."""
    chosen = select(ENTRY.c.value).where(
        ENTRY.c.kind == EntryKind.AGENT, ENTRY.c.value.is_not(None), ENTRY.c.subject.is_(None)
    )
    found = map(AgentCard.read, session.connection().execute(chosen.order_by(ENTRY.c.id)).scalars())
    return {card.agent_id: card for card in found}
