"""Who works here, by name."""

from sqlalchemy import select
from sqlmodel import Session

from storage.kinds import EntryKind
from storage.kinds.agents import AgentCard
from storage.kinds.clean import folded
from storage.queries.tables import AGENT, ENTRY


def agent_called(session: Session, *, name: str) -> int | None:
    """Return the agent of that name, `None` when nobody bears it."""
    found = session.connection().execute(select(AGENT.c.id).where(AGENT.c.name == name)).scalar()
    return None if found is None else int(found)


def agent_meant(session: Session, *, name: str) -> int | None:
    """Return the agent of that name, else the only one of whom it is the first letters or a name, in either case."""
    exact = agent_called(session, name=name)
    wanted = folded(name).strip()
    if exact is not None or not wanted:
        return exact
    called = {number: f" {folded(one)} " for number, one in agents(session).items()}
    for letters in (f" {wanted} ", f" {wanted}"):
        found = [number for number, one in called.items() if letters in one]
        if found:
            return found[0] if len(found) == 1 else None
    return None


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
