"""Who works here, by name and by number."""

from made.desk import MadeDesk
from sqlmodel import col, update

from storage.models import Agent
from storage.queries.agents import agent_called, agent_meant, agents


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


def test_a_first_name_or_its_letters_mean_the_only_agent_who_bears_them(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        names = ("Marta Gil", "Inês Prado", "Bruno Reis", "Bruno Alves", "Al")
        marta, ines, reis, _alves, al = map(desk.agent, names)
        for said, meant in (
            ("marta", marta),
            ("Mar", marta),
            ("gil", marta),
            ("INES", ines),
            ("bruno r", reis),
            ("Bruno Reis", reis),
            ("al", al),
            ("bruno", None),
            ("arta", None),
            ("", None),
            (" ", None),
        ):
            assert agent_meant(session, name=said) == meant, said
