"""How far an agent has read: one local row an agent and conversation, and no word in the log."""

from made.desk import START, MadeDesk
from sqlmodel import select

from storage.commands.reading import mark_read
from storage.models import Event, ReadMark
from storage.queries import inbox


def unread(session, agent_id):
    return [row.unread for row in inbox.window(session, agent_id=agent_id, now=START).rows]


def test_a_mark_is_this_agents_alone_moves_on_and_is_no_fact(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        ana, bruno = desk.agent("Ana"), desk.agent("Bruno")
        one = desk.message("first")
        facts = len(session.exec(select(Event)).all())
        assert unread(session, ana) == [True]
        assert mark_read(session, conversation_id=one, message_id=1, agent_id=ana)
        assert (unread(session, ana), unread(session, bruno)) == ([False], [True])
        assert not mark_read(session, conversation_id=one, message_id=1, agent_id=ana), "no news"
        assert len(session.exec(select(Event)).all()) == facts
        desk.message("second", conversation=one)
        assert unread(session, ana) == [True]
        assert mark_read(session, conversation_id=one, message_id=2, agent_id=ana)
        assert mark_read(session, conversation_id=one, message_id=1, agent_id=bruno)
        assert (unread(session, ana), unread(session, bruno)) == ([False], [True])
        assert len(session.exec(select(ReadMark)).all()) == 2
