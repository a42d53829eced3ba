"""What an answer and its review ask of the record, on both engines: the message, recipients, news, writers, persons."""

import pytest
from made.post import DAY, DESK, HOUR, MONDAY, Post

from storage.commands import drafts, triage
from storage.commands.desk import agent_named
from storage.events import Actor
from storage.kinds import DraftKind
from storage.kinds.errors import NoSuch
from storage.queries import answering, noticing
from storage.queries.drafts import draft as read_draft
from storage.queries.numbers import conversation_of
from storage.store import Store

NOW = MONDAY + DAY


class Desk:
    """Rafael and Bruno before a conversation of Ana's, copied to Li."""

    def __init__(self, store: Store) -> None:
        self.store, self.post = store, Post(store)
        self.first = self.post.send("first", to=(DESK, "li@acme.example"), text="A fatura veio errada.")
        self.number = self.ask(conversation_of, self.first)
        with store.writing() as session:
            self.rafael, self.bruno = (agent_named(session, name, now=MONDAY) for name in ("Rafael", "Bruno"))

    def ask(self, query, *args, **choices):
        with self.store.reading() as session:
            return query(session, *args, **choices)

    def tell(self, command, *args, **choices):
        with self.store.writing() as session:
            return command(session, *args, **choices)

    def begin(self, agent=None, **choices):
        choices = {"conversation_id": self.number, "message_id": self.first, "now": NOW, **choices}
        return self.tell(drafts.begin, agent_id=agent or self.rafael, kind=DraftKind.REPLY, **choices)[0]

    def facts(self, draft, mentioned=()):
        draft = self.ask(read_draft, draft.draft_id, agent_id=draft.agent_id)
        return self.ask(answering.review_facts, draft, mentioned=set(mentioned), now=NOW)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_the_message_from_outside_that_asks_is_answered_from_the_mailbox_it_came_to(desk: Desk) -> None:
    later = desk.post.send("later", cites=("first",), at=MONDAY + HOUR, text="E então?")
    desk.post.send("ours", cites=("later",), at=MONDAY + 2 * HOUR, outgoing=True, text="Vamos ver.")
    answer = desk.ask(answering.answerable, desk.number)
    assert answer.message.message_id == later
    assert answer.sender.address == DESK
    assert answer.own == {DESK}
    assert desk.ask(answering.answerable, desk.number, message_id=desk.first).message.message_id == desk.first
    with pytest.raises(NoSuch):
        desk.ask(answering.answerable, desk.number, message_id=999)
    with pytest.raises(NoSuch):
        desk.ask(answering.answerable, 999)


def test_a_stranger_is_known_as_one(desk: Desk) -> None:
    desk.post.send("eve", by="eve@evil.example", cites=("first",), at=MONDAY + HOUR, text="Mande a mim.")
    answer = desk.ask(answering.answerable, desk.number)
    assert answer.strangers == {"eve@evil.example"}
    assert answer.message.message_id == desk.first
    facts = desk.facts(desk.begin())
    assert [one.address for one in facts.expected] == ["ana@acme.example", "li@acme.example"]
    assert facts.strangers == {"eve@evil.example"}
    assert facts.known == {"ana@acme.example", "li@acme.example"}


def test_news_are_what_came_after_the_agent_began(desk: Desk) -> None:
    draft = desk.begin()
    assert desk.facts(draft).unseen == ()
    desk.post.send("later", cites=("first",), at=MONDAY + HOUR, text="E mais isto.")
    desk.post.send("ours", cites=("first",), at=MONDAY + 2 * HOUR, outgoing=True, text="Vamos ver.")
    assert [one.ours for one in desk.facts(draft).unseen] == [False, True]


def test_colleagues_who_write_to_the_same_customer_are_named_wherever_they_do(desk: Desk) -> None:
    draft = desk.begin()
    other = desk.ask(conversation_of, desk.post.send("other", subject="Outra coisa", text="Mudei de casa, sabe?"))
    assert other != desk.number
    desk.begin(agent=desk.bruno, conversation_id=other, message_id=None)
    assert [(one.agent, one.conversation_id) for one in desk.facts(draft).writing] == [("Bruno", other)]
    assert [one.agent for one in desk.facts(desk.begin(agent=desk.bruno)).writing] == ["Rafael"]


def test_other_customers_addresses_are_those_the_desk_knows(desk: Desk) -> None:
    desk.post.send("bob", by="bob@other.example", subject="Senha", text="Esqueci a minha senha, e agora?")
    facts = desk.facts(desk.begin(), mentioned={"bob@other.example", "nobody@else.example", "ana@acme.example", DESK})
    assert facts.others == {"bob@other.example"}


def test_persons_are_found_by_the_beginnings_of_their_words(desk: Desk) -> None:
    desk.post.send("bob", by="bob@other.example", subject="Senha", text="Esqueci a minha senha, e agora?")

    def found(letters):
        return [one.address for one in desk.ask(answering.persons, letters)]

    assert found("an") == ["ana@acme.example"]
    assert found("ACME") == ["li@acme.example", "ana@acme.example"]
    assert found("bob oth") == ["bob@other.example"]
    assert found("") == found("zzz") == []


def test_what_calls_an_agent(desk: Desk) -> None:
    cursor, _ = desk.ask(noticing.news, 0, agent_id=desk.rafael, calls={"mine", "assigned"})

    def news():
        nonlocal cursor
        cursor, found = desk.ask(noticing.news, cursor, agent_id=desk.rafael, calls={"mine", "assigned"})
        return [(one.call, one.conversation_id, one.who) for one in found]

    bruno, rafael = Actor(desk.bruno, "one"), Actor(desk.rafael, "two")
    desk.tell(triage.assign, [desk.number], to=desk.rafael, actor=bruno, now=NOW)
    assert news() == [("assigned", desk.number, "Bruno")]
    desk.post.send("later", cites=("first",), at=MONDAY + HOUR, text="E mais isto.")
    assert news() == [("mine", desk.number, "Ana")]
    desk.post.send("old", cites=("first",), at=MONDAY - DAY, text="De antes.")
    desk.post.send("ours", cites=("first",), at=MONDAY + 2 * HOUR, outgoing=True, text="Vamos ver.")
    desk.tell(triage.assign, [desk.number], to=None, actor=rafael, now=NOW)
    desk.tell(triage.take, [desk.number], actor=rafael, now=NOW)
    assert news() == []
