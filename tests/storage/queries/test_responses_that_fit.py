"""Which responses fit: those that answered similar mail, then those of the segment; and what profiles tell them."""

from made.post import DAY, DESK, HOUR, MONDAY, Post
from sqlalchemy import select

from storage.apply.base import table
from storage.commands import knowing, responses
from storage.commands.desk import agent_named
from storage.commands.responses import Use
from storage.events import Actor
from storage.kinds import Subject
from storage.kinds.entries import OwnField
from storage.kinds.personas import Persona
from storage.kinds.responses import Canned
from storage.models import Address, Message, Person
from storage.queries.fitting import fitting, suiting
from storage.queries.responses import values, values_for
from storage.queries.told import desk_values
from storage.search.index import index_more
from storage.store import Store

REFUND = "the invoice for the projector was charged twice on our credit card please refund the second payment"
LOGIN = "nobody in the warehouse can sign in since the password page wants another letter from the employees"


def test_what_answered_similar_mail_fits_best(store: Store) -> None:
    post = Post(store)
    with store.writing() as session:
        ana = Actor(agent_named(session, "Ana", now=MONDAY), "one")
        numbers = [
            responses.keep(session, Canned(code, "en", code, "Hello."), actor=ana, now=MONDAY)
            for code in ("refund", "refund-old", "login")
        ]
    answered = ((REFUND, numbers[0], False), (REFUND, numbers[1], True), (LOGIN, numbers[2], False))
    for place, (text, response, edited) in enumerate(answered):
        at = MONDAY + place * DAY
        sender = f"c{place}@acme.example"
        post.send(f"q{place}@x", by=sender, at=at, subject=f"Question {place}", text=text)
        post.send(f"a{place}@x", by=DESK, to=(sender,), cites=[f"q{place}@x"], at=at + HOUR, text="Hello.")
        with store.writing() as session:
            rows = table(Message)
            newest = session.connection().execute(select(rows.c.id).order_by(rows.c.id.desc()).limit(1)).scalar_one()
            responses.note_used(session, newest, [Use(response, edited=edited)], actor=ana, now=at + HOUR)
    post.send(
        "new@x", by="li@other.example", at=MONDAY + 9 * DAY, subject="Charged", text="my credit card was charged twice"
    )
    post.send("odd@x", by="bo@other.example", at=MONDAY + 9 * DAY, subject="Weather", text="it rains elephants here")
    with store.writing() as session:
        while index_more(session, limit=100):
            pass
    with store.reading() as session:
        fits = fitting(session, 4)
        assert sorted(fits, key=lambda one: -fits[one])[:2] == numbers[:2]
        assert fits[numbers[0]] == 1
        assert numbers[2] not in fits or fits[numbers[2]] < fits[numbers[1]]
        assert fitting(session, 5) == {}
        assert fitting(session, 99) == {}


def test_the_customers_segment_has_its_responses_and_its_profile_is_told(store: Store) -> None:
    post = Post(store)
    with store.writing() as session:
        ana = Actor(agent_named(session, "Ana", now=MONDAY), "one")
        for_all, for_buyers, for_others = (
            responses.keep(session, Canned(code, "en", code, "Hello."), actor=ana, now=MONDAY)
            for code in ("all", "buyers", "others")
        )
    served = ((for_all, "buyer"), (for_all, "chief"), (for_buyers, "buyer"), (for_others, "chief"), (for_all, ""))
    for place, (response, persona) in enumerate(served):
        at, sender = MONDAY + place * DAY, f"c{place}@firm{place}.example"
        post.send(f"q{place}@x", by=sender, at=at, text="Question")
        post.send(f"a{place}@x", by=DESK, to=(sender,), cites=[f"q{place}@x"], at=at + HOUR, text="Hello.")
        with store.writing() as session:
            rows = table(Message)
            newest = session.connection().execute(select(rows.c.id).order_by(rows.c.id.desc()).limit(1)).scalar_one()
            responses.note_used(session, newest, [Use(response, edited=False)], actor=ana, now=at + HOUR)
            person = (
                session.connection()
                .execute(select(Address.person_id).where(table(Address).c.address == sender))
                .scalar_one()
            )
            if persona:
                knowing.set_fields(session, Subject.PERSON, person, {"persona": persona}, actor=ana, now=MONDAY)
    post.send("new@x", by="li@acme.example", at=MONDAY + 9 * DAY, text="Hello")
    with store.writing() as session:
        li, acme = (
            session.connection()
            .execute(
                select(Person.id, Person.organization_id)
                .join(Address, table(Address).c.person_id == table(Person).c.id)
                .where(table(Address).c.address == "li@acme.example")
            )
            .one()
        )
        own = OwnField("contract", "organization", "who", "text")
        knowing.keep_entry(session, own, subject=None, subject_id=None, actor=ana, now=MONDAY)
        theirs = {"persona": "buyer", "role": "Purchasing", "language": "pt_BR"}
        knowing.set_fields(session, Subject.PERSON, li, theirs, actor=ana, now=MONDAY)
        firm = {"touch": "high", "owner": "Ana", "contract": "gold"}
        knowing.set_fields(session, Subject.ORGANIZATION, acme, firm, actor=ana, now=MONDAY)
    with store.reading() as session:
        suits = suiting(session, 6)
        assert suits[for_buyers] == 1 > suits[for_all] > 0
        assert for_others not in suits
        assert suiting(session, 5) == suiting(session, 99) == {}
        view = values(session, 6, agent_id=ana.agent_id, agent="")
        assert view.languages()[0] == "pt"
        assert view.told == {
            "customer.kind": "customer",
            "customer.persona": "buyer",
            "customer.role": "Purchasing",
            "customer.touch": "high",
            "customer.owner": "Ana",
            "organization.touch": "high",
            "organization.owner": "Ana",
            "organization.field.contract": "gold",
        }
        begun = values_for(session, "Li <LI@acme.example>, bo@acme.example", agent_id=ana.agent_id, agent="")
        assert (begun.customer, begun.told, begun.prefers) == ("Li", view.told, "pt")
        assert values_for(session, "new@nowhere.example", agent_id=None, agent="x").told == {}
    with store.writing() as session:
        card = Persona("buyer", tone="formal", channel="phone")
        knowing.keep_entry(session, card, subject=None, subject_id=None, actor=ana, now=MONDAY)
        by_card = values(session, 6, agent_id=ana.agent_id, agent="").told
        assert (by_card["customer.tone"], by_card["customer.channel"]) == ("formal", "phone")
        knowing.set_fields(session, Subject.PERSON, li, {"tone": "plain"}, actor=ana, now=MONDAY)
        assert values(session, 6, agent_id=ana.agent_id, agent="").told["customer.tone"] == "plain"
        desk = desk_values(session)
        assert set(desk["customer.tone"]) == {"formal", "plain"}
        assert (desk["customer.persona"], desk["organization.field.contract"], desk["language"]) == (
            ("buyer", "chief"),
            ("gold",),
            ("pt",),
        )
