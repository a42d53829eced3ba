"""What is new of a customer since an agent last looked: a visit's own, what others did, never what the agent did."""

from made.post import DAY, DESK, HOUR, MONDAY, Post, letter
from sqlalchemy import func, select

from storage.apply.base import table
from storage.commands import knowing, transferring, triage
from storage.commands.desk import agent_named
from storage.commands.looking import note_look
from storage.commands.noting import Written
from storage.events import Actor
from storage.kinds import Subject, Tier
from storage.kinds.entries import Note
from storage.kinds.handoffs import Contents
from storage.kinds.looking import Looks, News, Seen
from storage.models import Entry, Event
from storage.queries import context, conversations, customer_screen, looking
from storage.rules import looking as rule
from storage.store import Store
from widgets.news import news_words

NOTHING = Seen(1, 1, 1, {})


def test_a_visit_lasts_until_one_was_away_for_longer() -> None:
    first = rule.renewed(None, NOTHING, MONDAY)
    assert rule.since(None, MONDAY) is rule.since(first, MONDAY + HOUR / 4) is None
    assert rule.since(first, MONDAY + HOUR) == (MONDAY, NOTHING)
    more = Seen(9, 9, 9, {})
    second = rule.renewed(first, more, MONDAY + HOUR)
    assert second == Looks(MONDAY + HOUR, more, MONDAY, NOTHING)
    assert rule.since(second, MONDAY + HOUR * 1.4) == (MONDAY, NOTHING)
    third = rule.renewed(second, NOTHING, MONDAY + HOUR * 1.4)
    assert third == Looks(MONDAY + HOUR * 1.4, NOTHING, MONDAY, NOTHING)
    assert rule.changed({"a": "1", "b": "2"}, {"b": "3", "c": "4"}) == ("b", "c", "a")


def test_what_others_did_is_new_and_what_one_did_oneself_is_not(store: Store, watched) -> None:
    post = Post(store)
    post.send("1@x", by="bo@acme.example")
    with store.writing() as session:
        ana, rui = (Actor(agent_named(session, name, now=MONDAY), "one") for name in ("Ana", "Rui"))
        acme = customer_screen.read(session, 1).organization
        assert acme is not None
        knowing.set_fields(session, Subject.PERSON, 1, {"role": "Buyer", "tone": "plain"}, actor=rui, now=MONDAY)

    def look(now, agent=ana) -> News | None:
        """Open the conversation, as the console does."""
        with store.reading() as session:
            view = conversations.read(session, 1, agent_id=agent.agent_id)
            beside = context.read(session, view, agent_id=agent.agent_id, now=now)
        with store.writing() as session:
            note_look(session, 1, acme.organization_id, agent_id=agent.agent_id, now=now)
        return beside.news

    assert look(MONDAY) is None
    assert look(MONDAY + DAY) is None, "nothing is new"
    at = MONDAY + DAY + HOUR
    post.send("2@x", by="bo@acme.example", cites=["1@x"], at=at)
    post.send("3@x", by="bo@acme.example", subject="Another", at=at)
    post.send("4@x", by=DESK, to=("bo@acme.example",), cites=["2@x"], at=at)
    with store.writing() as session:
        for actor, name in ((rui, "plan"), (ana, "site")):
            fields = {name: "Grow"}
            knowing.set_fields(session, Subject.ORGANIZATION, acme.organization_id, fields, actor=actor, now=at)
            about = {"subject": Subject.PERSON, "subject_id": 1, "actor": actor, "now": at}
            knowing.keep_entry(session, Note(f"by {name}"), **about)
        knowing.set_fields(session, Subject.PERSON, 1, {"tone": None}, actor=rui, now=at)
        triage.assign(session, [1], to=rui.agent_id, actor=rui, now=at)
        triage.tag(session, [1], add=("vip",), actor=ana, now=at)
        assigned = (
            session.connection()
            .execute(select(func.max(table(Event).c.id)).where(table(Event).c.kind == "assigned"))
            .scalar_one()
        )
    found = look(MONDAY + 2 * DAY)
    assert found is not None
    assert (found.messages, found.elsewhere, found.notes, found.promises) == (1, 1, 1, 0)
    assert (set(found.fields), found.event_ids, found.since) == ({"plan", "tone"}, (assigned,), MONDAY + DAY)
    assert look(MONDAY + 2 * DAY + HOUR / 4) == found, "it is new for as long as the visit"
    with store.reading() as session:
        read = conversations.read(session, 1, agent_id=ana.agent_id)
        said = looking.said(session, 1, acme.organization_id)
        about = {"agent_id": ana.agent_id, "now": MONDAY + 2 * DAY + HOUR / 4, "fields": said, "conversation": read}
        rows = session.connection().execute(select(table(Entry))).all()
        with watched() as statements:
            looking.news(session, 1, entries=rows, **about)
        assert len(statements) == 4
        view = customer_screen.read(session, 1, agent_id=ana.agent_id, now=MONDAY + 2 * DAY + HOUR / 4)
    assert view.news is not None
    assert (view.news.elsewhere, set(view.news.fields)) == (2, {"plan", "tone"})
    assert look(MONDAY + 3 * DAY) is None
    assert look(MONDAY + 3 * DAY, rui) is None, "nobody else's look counts"


def test_that_a_colleague_handed_it_on_is_new(store: Store) -> None:
    Post(store).send("1@x", by="bo@acme.example")
    with store.writing() as session:
        ana, rui = (Actor(agent_named(session, name, now=MONDAY), "one") for name in ("Ana", "Rui"))
        note_look(session, 1, None, agent_id=ana.agent_id, now=MONDAY)
        note_look(session, 1, None, agent_id=rui.agent_id, now=MONDAY)
    said = letter("n1@notes.invalid", by="desk@notes.invalid", to=(), text="Why?", dated_at=MONDAY)
    with store.writing() as session:
        wanted = transferring.Transfer(1, Tier.N3, contents=Contents("Why?"))
        written = Written(said, b"1" * 32, 10)
        transferring.transfer(session, wanted, note=written, actor=rui, now=MONDAY + HOUR)

    def told(agent: Actor) -> list[str]:
        with store.reading() as session:
            view = conversations.read(session, 1, agent_id=agent.agent_id)
            news = context.read(session, view, agent_id=agent.agent_id, now=MONDAY + DAY).news
            return news_words(news, view, MONDAY + DAY, agent.agent_id) if news else []

    assert any("N3" in word for word in told(ana)), told(ana)
    assert not any("N3" in word for word in told(rui)), "they know"
