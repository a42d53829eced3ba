"""Conversations, their events, why they are threaded so, and an agent's history."""

from datetime import timedelta

import pytest
from made.desk import START, MadeDesk

from storage.commands import joining, triage, undoing
from storage.events import Actor, Linked
from storage.kinds import Direction, Evidence, LinkReason, Status
from storage.kinds.mail import Attachment, Correspondent, Original
from storage.queries import conversations, history, why
from storage.queries.conversations import NoSuchConversation

NOW = START + timedelta(days=10)


def minutes(n):
    return timedelta(minutes=n)


def test_a_conversation_is_read_whole(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        ana = Actor(desk.agent("Ana Lima"), "one")
        pdf = Attachment("nota.pdf", "application/pdf", 3, "2")
        original = Original(Correspondent("Rui", "rui@x.example"), "Fwd", "texto")
        to = (Correspondent("Suporte", "support@plantao.example"),)
        one = desk.message("Bom dia.", subject="Cobrança", attachments=(pdf,), to=to, original=original)
        desk.message(
            "E a nota?",
            subject="Re: Cobrança",
            conversation=one,
            at=minutes(9),
            evidence=Evidence.REFERENCE,
            through=one,
        )
        other = desk.message("Outra")
        triage.tag(session, [one], add=("vip",), actor=ana, now=NOW)
        triage.assign(session, [one], to=ana.agent_id, actor=ana, now=NOW)
        desk.record(
            Linked(conversation_id=other, other_id=one, reason=LinkReason.STRANGER, after=True, happened_at=START)
        )
        view = conversations.read(session, one, agent_id=ana.agent_id)
        assert (view.conversation_id, view.subject, view.status) == (one, "Cobrança", Status.NEW)
        assert (view.customer, view.customer_address) == ("Ana Souza", "ana@acme.example")
        assert (view.mailbox, view.assignee, view.tags, view.linked) == ("support", "Ana Lima", ("vip",), (other,))
        assert view.waiting_since == START
        first, second = view.messages
        assert (first.text, first.attachments, first.original, first.to) == ("Bom dia.", (pdf,), original, to)
        assert (first.evidence, first.marked, first.direction) == (Evidence.NEW, False, Direction.INCOMING)
        assert (second.evidence, second.through_id, second.subject) == (Evidence.REFERENCE, one, "Re: Cobrança")
        assert [event.kind for event in view.events] == ["tagged", "assigned"]
        assert view.events[0].values["added"] == ("vip",)
        assert view.events[0].agent == "Ana Lima"
        assert conversations.read(session, other, agent_id=None).linked == (one,)


def test_there_is_no_such_conversation(store):
    with store.reading() as session:
        with pytest.raises(NoSuchConversation) as caught:
            conversations.read(session, 4213, agent_id=None)
        assert caught.value.conversation_id == 4213


def test_a_stranger_in_a_conversation_is_marked(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        one = desk.message("x")
        stranger = desk.message("y", conversation=one, name="Eve", address="eve@z.example", at=minutes(1))
        desk.message("z", conversation=one, at=minutes(2))
        marks = [message.marked for message in conversations.read(session, one, agent_id=None).messages]
        assert marks == [False, True, False]
        assert [each.message_id for each in why.why(session, one).messages if each.marked] == [stranger]


def test_an_alias_stands_for_the_whole_chain(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        one, two, three = (desk.message(f"m{n}", at=minutes(n)) for n in range(3))
        ana = Actor(desk.agent("Ana"), "one")
        joining.join(session, [two, three], actor=ana, now=NOW)
        joining.join(session, [one, two], actor=ana, now=NOW)
        assert [conversations.resolve_number(session, number) for number in (one, two, three)] == [one] * 3
        view = conversations.read(session, three, agent_id=None)
        assert view.conversation_id == one
        assert view.joined_numbers == (two, three)
        assert [message.message_id for message in view.messages] == [one, two, three]
        assert [event.kind for event in view.events].count("merged") == 2


def test_two_thousand_messages_take_few_statements(store, watched):
    with store.writing() as session:
        desk = MadeDesk(session)
        one = desk.message("Bom dia")
        desk.many(["mais"] * 1999, conversation=one)
    with store.reading() as session, watched() as statements:
        view = conversations.read(session, one, agent_id=None)
    assert len(view.messages) == 2000
    asked = [text for text, _ in statements if text.startswith(("SELECT", "WITH"))]
    assert len(asked) <= 12, asked


def test_history_shows_actions_and_which_of_them_hold(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        one, two = desk.message("a"), desk.message("b")
        ana = Actor(desk.agent("Ana"), "one")
        bruno = Actor(desk.agent("Bruno"), "two")
        first = triage.tag(session, [one, two], add=("vip",), actor=ana, now=NOW)
        triage.tag(session, [two], add=("late",), actor=bruno, now=NOW)
        undone = undoing.undo(session, actor=ana, now=NOW)
        shown = history.actions(session, agent_id=ana.agent_id)
        assert [(each.action_id, each.undone, each.undoes) for each in shown] == [
            (undone.action_id, False, first),
            (first, True, None),
        ]
        assert (shown[1].kinds, shown[1].conversation_ids, shown[1].fact_count) == (("tagged",), (one, two), 2)
        assert (shown[1].agent, shown[1].console) == ("Ana", "one")
        redone = undoing.redo(session, actor=ana, now=NOW)
        assert [(each.action_id, each.undone) for each in history.actions(session, agent_id=ana.agent_id)] == [
            (redone.action_id, False),
            (undone.action_id, True),
            (first, False),
        ]
        assert [each.undone for each in history.events(session, one) if each.kind == "tagged"] == [False, True, False]
        assert history.actions(session, agent_id=ana.agent_id, console="three") == []
        assert len(history.actions(session, agent_id=ana.agent_id, console="one", limit=2)) == 2


def test_changes_after_a_cursor(store):
    with store.writing() as session:
        assert history.last_event(session) == 0
        assert history.since(session, 0) == history.Changes(0, frozenset(), much=False)
        desk = MadeDesk(session)
        one, two = desk.message("a"), desk.message("b")
        ana = Actor(desk.agent("Ana"), "one")
        start = history.last_event(session)
        assert history.since(session, start) == history.Changes(start, frozenset(), much=False)
        triage.tag(session, [two], add=("vip",), actor=ana, now=NOW)
        changes = history.since(session, start)
        assert (changes.conversation_ids, changes.much, changes.cursor) == ({two}, False, history.last_event(session))
        joining.join(session, [one, two], actor=ana, now=NOW)
        assert history.since(session, changes.cursor).conversation_ids == {one, two}
        desk.many(["mais"] * 101, conversation=one)
        much = history.since(session, changes.cursor)
        assert (much.much, much.conversation_ids, much.cursor) == (True, frozenset(), history.last_event(session))


def test_why_tells_the_road_of_each_message(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        one = desk.message("a", subject="Primeira")
        reply = desk.message("b", conversation=one, at=minutes(1), evidence=Evidence.REFERENCE, through=one)
        late = desk.message("c", at=minutes(2))
        ana = Actor(desk.agent("Ana"), "one")
        joining.join(session, [one, late], actor=ana, now=NOW)
        told = why.why(session, late)
        assert (told.conversation_id, told.joined_numbers) == (one, (late,))
        by_id = {each.message_id: each for each in told.messages}
        assert (by_id[one].evidence, by_id[one].through) == (Evidence.NEW, None)
        assert by_id[reply].through.message_id == one
        assert by_id[reply].through.subject == "Primeira"
        assert [fact.kind for fact in by_id[reply].facts] == ["joined"]
        assert [fact.kind for fact in by_id[late].facts] == ["joined", "merged"]
        assert by_id[late].facts[1].agent == "Ana"
        assert by_id[one].header_id == f"{one}@example"


def test_why_tells_of_a_split_on_both_sides(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        one = desk.message("a")
        two = desk.message("b", conversation=one, at=minutes(1), evidence=Evidence.SUBJECT, through=one)
        ana = Actor(desk.agent("Ana"), "one")
        joining.split(session, [two], actor=ana, now=NOW)
        (new,) = {row.conversation_id for row in history.events(session, one) if row.kind == "split"} and {
            event.values["other_id"] for event in history.events(session, one) if event.kind == "split"
        }
        told = why.why(session, new)
        assert told.parted_from == (one,)
        (moved,) = told.messages
        assert moved.evidence is Evidence.AGENT
        assert [fact.kind for fact in moved.facts] == ["joined", "split"]
        assert [event.kind for event in history.events(session, new)] == ["split"]
        assert [event.kind for event in conversations.read(session, new, agent_id=None).events] == ["split"]
        assert why.why(session, one).parted_from == (new,)


def test_links_say_who_came_of_whom(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        one, two = desk.message("a"), desk.message("b")
        desk.record(
            Linked(conversation_id=two, other_id=one, reason=LinkReason.LATE_ANSWER, after=True, happened_at=START)
        )
        assert why.why(session, two).links == (why.Linked(one, LinkReason.LATE_ANSWER, came_of=True),)
        assert why.why(session, one).links == (why.Linked(two, LinkReason.LATE_ANSWER, came_of=False),)
