"""How far organizations fit: of one and of all the same, asked for in queries, undone and replayed like any decision."""

import random
from datetime import date, timedelta

import pytest
from made.post import MONDAY, Post
from made.rows import decided

from storage.commands import knowing
from storage.commands.desk import agent_named
from storage.commands.undoing import undo
from storage.events import Actor
from storage.kinds import EntryKind, Subject
from storage.kinds.entries import OwnField
from storage.kinds.errors import BadCriterion, Refused
from storage.kinds.ideals import Criterion, Icp, Operator
from storage.queries import ideals, inbox
from storage.queries import knowing as known
from storage.record import replay
from storage.rules.ideal import fields_of, in_line, made
from storage.rules.query import BadQuery
from storage.store import Store

TODAY = date(2026, 11, 28)
LINES = (
    "25 industry is freight",
    "20 size >= 60",
    "10 country one_of Brasil, Portugal",
    "9 since older 1y",
    "8 domain contains .br",
    "7 person.role contains cto",
    "6 people at_least 2",
    "5 parent known",
    "4 contract is_not Gold",
    "3 person.kind is customer",
    "2 name contains a",
)


@pytest.fixture
def tell(store: Store):
    with store.writing() as session:
        ana = Actor(agent_named(session, "ana", now=MONDAY), "one")

    def tell(command, *arguments, **choices):
        with store.writing() as session:
            return command(session, *arguments, actor=ana, now=MONDAY, **choices)

    return tell


@pytest.fixture
def firms(store: Store, tell) -> int:
    """Organizations of which this and that is known, each with people; their number."""
    post, chance = Post(store), random.Random(5)
    for place in range(12):
        domain = f"firm{place}.example{'.br' if place % 3 == 0 else ''}"
        for who in range(1 + place % 3):
            at = MONDAY + timedelta(minutes=10 * place + who)
            post.send(f"{place}.{who}@x", by=f"p{who}@{domain}", subject=f"Order {place} {who}", at=at)
    tell(knowing.keep_entry, OwnField("contract", "organization", "who", "choice", ("Gold", "Silver")))
    told = {
        "industry": ("Freight", "fish"),
        "size": ("9", "60", "240"),
        "country": ("Brasil", "Chile"),
        "since": ("2026-09-01", "2022-01-01"),
        "contract": ("Gold", "Silver"),
        "name": ("Acme", "Zoo"),
    }
    for number in range(2, 13):  # of the first one nothing is known
        said = {name: chance.choice(some) for name, some in told.items() if chance.random() < 0.6}
        if "name" in said:
            said["name"] += f" {number}"  # no two of one name
        if said:
            tell(knowing.set_fields, Subject.ORGANIZATION, number, said)
        if number > 2 and chance.random() < 0.4:
            tell(knowing.belong, Subject.ORGANIZATION, number, 2)
    tell(knowing.set_fields, Subject.PERSON, 3, {"role": "CTO"})
    return 12


def criteria(store: Store, *lines: str) -> tuple[Criterion, ...]:
    with store.reading() as session:
        laid = fields_of(known.fields(session))
    return tuple(made(in_line(line), laid) for line in lines)


def asked(store: Store, words: str) -> list[int]:
    with store.reading() as session:
        return sorted(inbox.numbers(session, query=words, agent_id=None, now=MONDAY))


def test_one_organization_and_all_of_them_are_judged_alike(store: Store, tell, firms: int, watched) -> None:
    whole = Icp("Whole", criteria(store, *LINES))
    each = [Icp(f"Only {line}", criteria(store, line)) for line in LINES]
    for icp in (whole, *each):
        tell(knowing.keep_entry, icp)
    with store.reading() as session:
        for icp in (whole, *each):
            found = ideals.percents(session, icp, today=TODAY)
            shares = {}
            for number in range(1, firms + 1):
                views = ideals.of_organization(session, number, today=TODAY)
                (view,) = (one for one in views if one.name == icp.name)
                assert [one.criterion for one in view.fit.judged] == list(icp.criteria)
                if view.fit.percent is not None:
                    shares[number] = view.fit.percent
            assert found == shares, icp.name
        with watched() as of_one:
            ideals.of_organization(session, 2, today=TODAY)
        for text, told in of_one if store.path is not None else ():  # PostgreSQL's plans depend on statistics
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", told)
            steps = [row[3] for row in plan]
            assert not [step for step in steps if step.startswith("SCAN") and "above" not in step], steps
            assert not [step for step in steps if "profile" in step and "(subject=?)" in step], "not all profiles"
        with watched() as statements:
            tally = ideals.tally(session, whole, today=TODAY, limit=3)
        assert len(statements) == len(LINES) + 3, "a statement a criterion, whatever there is"
        assert tally.fits + tally.poor + tally.unknown == firms
        shown = [one.percent for one in tally.best]
        assert shown == sorted(ideals.percents(session, whole, today=TODAY).values(), reverse=True)[:3]


def test_queries_ask_for_a_fit_by_a_definition_or_by_the_best(store: Store, tell, firms: int) -> None:
    assert firms
    tell(knowing.keep_entry, Icp("Big ones", criteria(store, "2 size >= 60", "1 industry is freight"), good=60))
    tell(knowing.keep_entry, Icp("Fish", criteria(store, "1 industry is fish")))
    tell(knowing.belong, Subject.PERSON, 2, None)  # who belongs to none
    everything = asked(store, "is:open")
    with store.reading() as session:
        shares = ideals.percents(session, ideals.called(session, "big ONES")[1], today=TODAY)
    for least in (0, 34, 67, 100):
        for words in (f'icp:"Big ones>={least}"', f'icp:"big ones">={least}'):
            again = asked(store, f"-{words}")
            found = asked(store, words)
            assert sorted(found + again) == everything
    good = asked(store, 'icp:"Big ones"')
    assert good == asked(store, 'icp:"Big ones>=60"')
    assert good
    assert sum(share >= 60 for share in shares.values())
    parts = [asked(store, f'icp:"Big ones={word}"') for word in ("good", "poor", "unknown")]
    assert sorted(number for part in parts for number in part) == everything
    parts = [asked(store, f"fit:{word}") for word in ("good", "poor", "unknown")]
    assert sorted(number for part in parts for number in part) == everything
    assert set(asked(store, "fit:good")) == set(good) | set(asked(store, "icp:Fish"))
    assert asked(store, "fit:good order") == [
        number for number in asked(store, "order") if number in asked(store, "fit:good")
    ]
    assert asked(store, 'icp:"Big ones<60"') == parts_of(store, everything, good)
    for words in ("icp:nobody", "icp:Fish=x>=3", "fit:x", "fit:Fish>=3", "icp:Fish>good", "icp:>=70"):
        with pytest.raises(BadQuery):
            asked(store, words)


def parts_of(store: Store, everything: list[int], good: list[int]) -> list[int]:
    unknown = asked(store, 'icp:"Big ones=unknown"')
    return [number for number in everything if number not in good and number not in unknown]


def test_a_definition_is_changed_undone_and_replayed(store: Store, second_store: Store, tell, firms: int) -> None:
    assert firms
    number, _action = tell(knowing.keep_entry, Icp("Fish", criteria(store, "1 industry is fish"), notes="Why *fish*."))
    before = decided(store)
    with pytest.raises(Refused, match="name_taken"):
        tell(knowing.keep_entry, Icp("FISH"))
    wrong = Icp("Fish", (*criteria(store, "1 industry is fish"), Criterion("size", Operator.CONTAINS, ("6",), 1)))
    with pytest.raises(BadCriterion) as bad:
        tell(knowing.change_entry, number, wrong, kind=EntryKind.ICP)
    assert (bad.value.number, bad.value.part) == (2, "operator")
    tell(knowing.change_entry, number, Icp("Fishing", good=50), kind=EntryKind.ICP)
    with store.reading() as session:
        assert ideals.called(session, "fishing") == (number, Icp("Fishing", good=50))
    tell(undo)
    assert decided(store) == before
    with store.reading() as log, second_store.writing() as session:
        replay(log, session)
    assert decided(second_store) == decided(store)
