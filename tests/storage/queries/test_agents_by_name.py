"""Who works here, by name and by number."""

from made.desk import MadeDesk
from sqlmodel import col, update

from storage.models import Agent
from storage.queries.agents import agent_called, agents


def test_agents_are_found_by_name_and_erased_names_are_left_out(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        ana, bruno = desk.agent("Ana"), desk.agent("Bruno")
        assert agents(session) == {ana: "Ana", bruno: "Bruno"}
        assert agent_called(session, name="Bruno") == bruno
        assert agent_called(session, name="bruno") is None
        session.connection().execute(update(Agent).where(col(Agent.id) == bruno).values(name=None))
        assert agents(session) == {ana: "Ana"}
        assert agent_called(session, name="Bruno") is None
