"""What a query asks of customers: organization, touch, persona, and the desk's own fields; the customer's go first."""

from datetime import timedelta

import pytest
from made.desk import START, MadeDesk
from sqlmodel import Session

from storage.commands import knowing
from storage.events import Actor
from storage.kinds import Subject
from storage.kinds.entries import OwnField
from storage.kinds.personas import Persona
from storage.queries import completing, find, inbox
from storage.rules.query import BadQuery, Trouble
from storage.search import index_more

NOW = START + timedelta(days=10)
P, O = Subject.PERSON, Subject.ORGANIZATION  # noqa: E741 - two letters that stand side by side


def numbers(session: Session, query: str) -> list[int]:
    window = inbox.window(session, query=query, agent_id=1, now=NOW)
    return [row.conversation_id for row in window.rows]


@pytest.fixture
def desk(store):
    """Four conversations: two of Acme's customers, one of Bolt's, one of nobody's; and what is told of them."""
    with store.writing() as session:
        made = MadeDesk(session)
        made.agent("Ana")
        who = {"actor": Actor(1, "one"), "now": NOW}
        people = [made.person(name, f"{name}@x.example") for name in ("ana", "bo", "cy", "di")]
        for n, name in enumerate(("ana", "bo", "cy", "di")):
            made.message("Olá fatura", name=name, address=f"{name}@x.example", at=timedelta(minutes=n))
        acme, _ = knowing.make_organization(session, "Acme Ltda", **who)
        bolt, _ = knowing.make_organization(session, "Bolt", **who)
        knowing.keep_domain(session, acme, "acme.example", **who)
        below = acme
        for name in ("Middle", "Holding"):
            above, _ = knowing.make_organization(session, name, **who)
            knowing.belong(session, O, below, above, **who)
            below = above
        for person, organization in zip(people, (acme, acme, bolt), strict=False):
            knowing.belong(session, P, person, organization, **who)
        knowing.set_fields(session, O, acme, {"touch": "high", "stage": "Trial run"}, **who)
        knowing.set_fields(session, P, people[1], {"touch": "low", "persona": "Compradora"}, **who)
        knowing.set_fields(session, P, people[3], {"touch": "low", "lifecycle": "loyal"}, **who)
        for of in (P, O):
            knowing.keep_entry(session, OwnField("seats", of, "who", "number", (), "Seats"), **who)
        gold = OwnField("contract", "organization", "journey", "choice", ("Gold", "Silver"), "Contract")
        knowing.keep_entry(session, gold, **who)
        knowing.set_fields(session, O, acme, {"seats": "12,50", "contract": "gold"}, **who)
        knowing.set_fields(session, P, people[0], {"seats": "3"}, **who)
        index_more(session, limit=100)
    return store


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('org:"acme LTDA"', [1, 2]),
        ("org:acme.example", [1, 2]),
        ("org:acm", [1, 2]),
        ("org:ltda", [1, 2]),
        ("org:2", [3]),
        ("org:holding", [1, 2]),  # whose subsidiary's subsidiary Acme is
        ("-org:holding", [3, 4]),
        ("org:none", [4]),
        ("-org:bolt", [1, 2, 4]),
        ("touch:high", [1]),  # 2 is Acme's as well, and says something else
        ("touch:LOW", [2, 4]),
        ("-touch:high", [2, 3, 4]),
        ("persona:compradora", [2]),
        ("persona:none", [1, 3, 4]),
        ("persona:suggested", []),
        ("touch:none", [3]),
        ("field.seats:none", [3, 4]),
        ("-touch:none is:open", [1, 2, 4]),
        ('stage:"trial run"', [1, 2]),
        ("stage:nowhere", []),
        ("lifecycle:loyal", [4]),
        ("field.seats:12.5", [2]),
        ("field.seats:3", [1]),
        ("FIELD.contract:GOLD", [1, 2]),
        ("field.touch:low org:acme.example", [2]),
        ("touch:low OR org:bolt", [2, 3, 4]),
        ("touch:low fatura", [2, 4]),
        ("is:open touch:low sort:newest", [4, 2]),
        ("is:settled touch:low", []),
    ],
)
def test_conversations_are_found_by_what_is_told_of_their_customers(desk, query, found, monkeypatch):
    for common in (20_000, 1):  # started from the customers, or looked up for each row
        monkeypatch.setattr("storage.queries.conditions._COMMON", common)
        with desk.reading() as session:
            assert numbers(session, query) == found


def test_for_whom_a_persona_is_suggested_is_asked_and_a_confirmed_or_dismissed_one_is_not(desk, monkeypatch):
    who = {"actor": Actor(1, "one"), "now": NOW}
    with desk.writing() as session:
        knowing.keep_entry(session, Persona("Chief", roles=("CTO",)), **who)
        for person in (1, 3, 4):
            knowing.set_fields(session, P, person, {"role": "CTO of it"}, **who)
        knowing.confirm_persona(session, 3, **who)
    for common in (20_000, 1):
        monkeypatch.setattr("storage.queries.conditions._COMMON", common)
        with desk.reading() as session:
            assert numbers(session, "persona:suggested") == [1, 4]
            assert numbers(session, "is:open persona:Suggested fatura") == [1, 4]
            assert numbers(session, "-persona:suggested") == [2, 3]
            assert numbers(session, "persona:none") == [1, 4]
            assert numbers(session, "persona:chief") == [3]
    with desk.writing() as session:
        knowing.dismiss_persona(session, 4, **who)
        assert numbers(session, "persona:suggested") == [1]
        assert {"Chief", "suggested", "none"} <= set(completing.asked(session, "persona"))
        knowing.keep_entry(session, Persona("Suggested"), **who)
        assert numbers(session, "persona:suggested") == [], "a card of that name is meant by it"


def test_a_search_asks_the_same(desk):
    with desk.reading() as session:
        found = find.search(session, query="fatura touch:low", now=NOW, agent_id=1)
        assert sorted(hit.conversation_id for hit in found) == [2, 4]


@pytest.mark.parametrize(
    ("query", "trouble", "place", "known"),
    [
        ("fatura touch:gentle", Trouble.UNKNOWN_VALUE, 7, "smart"),
        ("org:nowhere", Trouble.UNKNOWN_VALUE, 0, ""),
        ("is:open field.shoe:42", Trouble.UNKNOWN_FIELD, 8, "field.seats"),
        ("field.name:ana", Trouble.UNKNOWN_FIELD, 0, "field.seats"),
        ("field.seats:many", Trouble.UNKNOWN_VALUE, 0, ""),
        ("field.shoe:none", Trouble.UNKNOWN_FIELD, 0, "field.seats"),
        ("service:none", Trouble.UNKNOWN_VALUE, 0, ""),
        ("field.contract:bronze", Trouble.UNKNOWN_VALUE, 0, "Gold"),
        ("field.seats:", Trouble.MISSING_VALUE, 0, ""),
        ("touch:", Trouble.MISSING_VALUE, 0, ""),
    ],
)
def test_what_cannot_be_asked_is_pointed_at(desk, query, trouble, place, known):
    with desk.reading() as session, pytest.raises(BadQuery) as wrong:
        numbers(session, query)
    assert (wrong.value.trouble, wrong.value.place) == (trouble, place)
    assert not known or known in wrong.value.known


@pytest.mark.parametrize("common", [20_000, 1])
@pytest.mark.parametrize("query", ["is:open touch:low", "is:open org:bolt", "is:open field.contract:gold"])
def test_no_table_is_walked_for_them(desk, watched, query, common, monkeypatch):
    if desk.path is None:
        pytest.skip("SQLite's plans do not depend on statistics; PostgreSQL's do")
    monkeypatch.setattr("storage.queries.conditions._COMMON", common)
    with desk.reading() as session:
        with watched() as statements:
            numbers(session, query)
        for text, given in statements:
            if "profile" in text or "conversation" in text:
                plan = [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)]
                walked = [step for step in plan if step.startswith("SCAN") and "INDEX" not in step]
                assert not [step for step in walked if step.split()[1] in {"conversation", "profile", "person"}], plan


def test_what_may_be_asked_is_offered(desk):
    with desk.reading() as session:
        assert completing.organizations(session) == ["Acme Ltda", "Bolt", "Holding", "Middle"]
        assert completing.own_fields(session)["field.contract"] == "Contract"
        assert completing.told(session, "field.contract") == ["Gold", "Silver"]
        assert completing.told(session, "persona") == ["Compradora"]
        assert completing.asked(session, "persona") == ["Compradora", "suggested", "none"]
        assert completing.asked(session, "field.contract") == ["Gold", "Silver", "none"]
        assert "none" not in completing.asked(session, "service")
        assert completing.told(session, "touch") == ["tech", "low", "mid", "high", "smart"]
        assert completing.told(session, "field.shoe") == []
