"""Erasing in the record, on both engines: whose, what is left, and what it refuses."""

import hashlib
from dataclasses import replace

import pytest
from made.post import DAY, MONDAY, Out, Post, letter
from sqlalchemy import func, select, text

from console.mail.erasing import finish
from storage.apply.base import table
from storage.commands import knowing
from storage.commands.desk import agent_named
from storage.commands.erasing import erase
from storage.commands.looking import note_look
from storage.commands.undoing import undo
from storage.events import KINDS, Actor
from storage.events.base import personal_fields
from storage.kinds import Status, Subject
from storage.kinds.entries import Asset, Note
from storage.kinds.erasing import Named, Receipt
from storage.kinds.errors import NoSuch, Refused
from storage.kinds.journey import Engaged, Engagement, Milestone, Stay, Usage
from storage.kinds.personas import Dismissed
from storage.kinds.promises import Promise
from storage.models import Conversation, Draft, Look, Message, MessageText, Person
from storage.queries import erasing as looking
from storage.queries import named_elsewhere
from storage.queries.conversations import read
from storage.queries.erasing import survey
from storage.queries.held import held
from storage.record import verify
from storage.store import Store

ANA, RUI = "ana@acme.example", "rui@acme.example"
WORDS = "the secret word is pineapple and nobody else should ever read it"


@pytest.fixture
def post(store: Store) -> Post:
    return Post(store)


def bring(post: Post, name: str, **given) -> int:
    """One letter with its bytes."""
    parsed = letter(name, **given)
    raw = f"{name} {parsed.text}".encode()
    post.store.content.put({hashlib.sha256(raw).digest(): raw})
    (number,) = post.bring(post.delivery(parsed, raw=raw)).message_ids
    assert number is not None
    return number


def erased(post: Post, person_id: int, *, elsewhere: bool = True, actor: Actor | None = None) -> Receipt:
    with post.store.writing() as session:
        choices = {"elsewhere": elsewhere, "on_servers": False, "actor": actor or Actor(None), "now": post.now}
        return erase(session, survey(session, person_id), **choices)


def test_all_that_is_theirs_goes_and_numbers_stay(post: Post) -> None:
    mine, other = bring(post, "a1", by=ANA, text=WORDS), bring(post, "b1", by=RUI, text="good morning to all of you")
    with post.store.writing() as session:
        note = {"subject": Subject.PERSON, "subject_id": 1, "actor": Actor(None), "now": post.now}
        knowing.keep_entry(session, Note("likes pineapple"), **note)
        knowing.set_fields(session, Subject.PERSON, 1, {"role": "pineapple buyer"}, actor=Actor(None), now=post.now)
        rui = agent_named(session, "Rui", now=post.now)
        for person in (1, 2):
            note_look(session, person, None, agent_id=rui, now=post.now)
    receipt = erased(post, 1)
    assert (receipt.messages, receipt.deliveries, receipt.elsewhere) == (1, 1, 0)
    assert finish(post.store) is True
    with post.store.reading() as session:
        assert verify(session).broken_at is None
        (message,) = read(session, 1, agent_id=None).messages
        assert (message.message_id, message.text, message.author.address) == (mine, "", "")
        assert message.erased_at == post.now
        assert message.arrived_at == MONDAY
        kept = session.connection().execute(select(table(MessageText).c.text).order_by(table(MessageText).c.message_id))
        assert [bool(one) for one in kept.scalars()] == [False, True]
        people = session.connection().execute(select(table(Person).c.name).order_by(table(Person).c.id)).scalars().all()
        assert people[0] is None
        statuses = select(table(Conversation).c.status).order_by(table(Conversation).c.id)
        assert session.connection().execute(statuses).scalars().all() == [Status.CLOSED, Status.NEW]
        assert session.connection().execute(select(table(Look).c.person_id)).scalars().all() == [2]
        for name in ("event_personal", "message_text", "entry", "profile", "address", "person"):
            said = session.connection().execute(text(f"SELECT * FROM {name}")).all()
            assert "pineapple" not in repr(said), name
            assert ANA not in repr(said), name
    assert other != mine


def test_what_is_written_of_their_journey_is_held_and_goes(post: Post) -> None:
    bring(post, "a1", by=ANA)
    day = MONDAY.date()
    written = (
        Usage("pineapple", (day.isoformat(),), (3,), day.isoformat()),
        Milestone("first pineapple", day),
        Stay("pineapple", day),
        Engagement("pineapple", Engaged.FRUSTRATED),
        Promise("a pineapple", MONDAY + DAY, conversation_id=1),
        Asset("pineapple", "press"),
    )
    with post.store.writing() as session:
        about = {"subject": Subject.PERSON, "subject_id": 1, "actor": Actor(None), "now": post.now}
        for one in written:
            knowing.keep_entry(session, one, **about)
        dismissed = knowing.keep_entry(session, Dismissed(7), **about)[0]
    with post.store.reading() as session:
        kept = held(session, 1)
        assert {type(one.value) for one in kept.entries} >= {type(one) for one in written}
        assert any(one.entry_id == dismissed for one in kept.entries)
    erased(post, 1)
    with post.store.reading() as session:
        assert verify(session).broken_at is None
        for name in ("event_personal", "entry", "profile"):
            assert "pineapple" not in repr(session.connection().execute(text(f"SELECT * FROM {name}")).all()), name
        assert held(session, 1).entries == ()


def test_mail_of_others_is_theirs_to_keep(post: Post) -> None:
    bring(post, "a1", by=ANA, text=WORDS)
    bring(post, "b1", by=RUI, cites=("a1",), text="I think so too, see below", quoted=WORDS)
    bring(post, "b2", by=RUI, text=f"please write to {ANA} about it")
    bring(post, "b3", by=RUI, text=f"please write to mari{ANA} about it")
    with post.store.reading() as session:
        found = [(one.what, one.number, one.quotes) for one in survey(session, 1).elsewhere]
    assert found == [(Named.MESSAGE, 2, True), (Named.MESSAGE, 3, False)]
    assert erased(post, 1, elsewhere=False).kept == 2
    with post.store.reading() as session:
        rows = select(table(Message).c.id).where(table(Message).c.erased_at.is_not(None))
        assert session.connection().execute(rows).scalars().all() == [1]
        assert survey(session, 2).message_ids == (2, 3, 4)


def test_an_answer_on_its_way_keeps_them(store: Store) -> None:
    out = Out(Post(store))
    out.queue(None)
    with store.reading() as session:
        (person_id,) = session.connection().execute(select(table(Person).c.id)).scalars().all()
        assert survey(session, person_id).unsettled == (1,)
    with pytest.raises(Refused, match="in_outbox"):
        erased(Post(store, name="other", address="o@plantao.example"), person_id)
    out.leave()
    erased(Post(store, name="third", address="t@plantao.example"), person_id)
    (one,) = out.view(1).recipients
    assert one.address in {None, ""}
    with store.reading() as session:
        assert session.connection().execute(select(func.count()).select_from(table(Draft))).scalar_one() == 0


def test_an_erasure_is_not_taken_back_nor_what_it_took(post: Post) -> None:
    bring(post, "a1", by=ANA, text=WORDS)
    with post.store.writing() as session:
        who = Actor(agent_named(session, "inês", now=MONDAY), "here")
        knowing.set_fields(session, Subject.PERSON, 1, {"role": "buyer"}, actor=who, now=post.now)
    erased(post, 1)
    with post.store.writing() as session, pytest.raises(Refused, match="erased"):
        undo(session, actor=who, now=post.now)
    erased_by = replace(who)
    bring(post, "b1", by=RUI, text="good morning to all of you")
    erased(post, 2, actor=erased_by)
    with post.store.writing() as session, pytest.raises(Refused, match="erased"):
        undo(session, actor=who, now=post.now + DAY)


def test_only_who_stands_for_themselves_is_erased(post: Post) -> None:
    bring(post, "a1", by=ANA, text=WORDS)
    bring(post, "b1", by=RUI, text="good morning to all of you")
    with post.store.writing() as session:
        knowing.merge(session, 1, 2, actor=Actor(None), now=post.now)
    with post.store.reading() as session:
        with pytest.raises(Refused, match="already_merged"):
            survey(session, 2)
        with pytest.raises(NoSuch):
            survey(session, 99)
        assert survey(session, 1).message_ids == (1, 2)
    assert erased(post, 1).person_ids == (1, 2)


def test_every_fact_with_a_personal_part_is_somebodys() -> None:
    """A new one that nobody thought of would be kept for ever."""
    personal = {word for word, kind in KINDS.items() if personal_fields(kind)}
    laid_down = {"agent_joined", "domain_kept"}  # of the desk itself, and of a company's name in the network
    assert personal == {*looking._ABOUT, *named_elsewhere.PLACES} | laid_down
