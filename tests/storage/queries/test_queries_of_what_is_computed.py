"""What a query asks of what is computed: the same whether all accounts are computed or few, probed or gathered."""

from datetime import timedelta

import pytest
from made.desk import START, MadeDesk

from storage.commands import knowing
from storage.events import Actor
from storage.kinds import Status, Subject
from storage.kinds.importing import Row
from storage.kinds.journey import Engaged
from storage.queries import completing, inbox, journey
from storage.queries import knowing as knowing_queries
from storage.rules.query import BadQuery, Trouble
from storage.rules.query_reader import parse

NOW = START + timedelta(days=100)
TODAY = NOW.date()
P, O = Subject.PERSON, Subject.ORGANIZATION  # noqa: E741 - two letters that stand side by side


@pytest.fixture
def desk(store):
    """Ana and Bo of Acme, Cy of Bolt, Di and Ed of nowhere; the last one only wrote today."""
    with store.writing() as session:
        made = MadeDesk(session)
        made.agent("Ana")
        who = {"actor": Actor(1, "one"), "now": NOW}
        people = [made.person(name, f"{name}@x.example") for name in ("ana", "bo", "cy", "di", "ed")]
        for name, day in (("ana", 10), ("bo", 98), ("cy", 20), ("di", 30), ("ed", 100)):
            made.message("Olá", name=name, address=f"{name}@x.example", at=timedelta(days=day, minutes=-5))
        acme, _ = knowing.make_organization(session, "Acme", **who)
        bolt, _ = knowing.make_organization(session, "Bolt", **who)
        for person, organization in zip(people, (acme, acme, bolt), strict=False):
            knowing.belong(session, P, person, organization, **who)
        days = [(TODAY - timedelta(days=7 * n)).isoformat() for n in range(8)]
        cells = [("Acme", "Reports", day, "9") for day in days]
        cells += [
            ("Bolt", "Reports", day, str(figure)) for day, figure in zip(days, (0, 0, 1, 1, 9, 9, 9, 9), strict=True)
        ]
        cells += [("Bolt", "API", day, "5") for day in days]
        names = ("organization", "feature", "date", "figure")
        rows = [Row(n, dict(zip(names, one, strict=True)), 1) for n, one in enumerate(cells, 2)]
        knowing.import_usage(session, rows, given={}, **who)
        knowing.keep_milestone(session, O, bolt, "Live", TODAY - timedelta(days=3), **who)
        knowing.keep_milestone(session, P, people[3], "Trained", TODAY, **who)
        knowing.set_fields(session, P, people[0], {"health": "0", "lifecycle": "loyal", "typology": "unsure"}, **who)
        knowing.set_engagement(session, P, people[1], "Reports", Engaged.FRUSTRATED, **who)
        knowing.set_fields(session, O, bolt, {"lifecycle": "curious"}, **who)
    return store


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("lifecycle:loyal", [1]),  # pinned, though their organization is active
        ("lifecycle:ACTIVE", [2]),
        ("lifecycle:curious", [3]),
        ("lifecycle:inactive", [4]),
        ("lifecycle:new", [5]),
        ("-lifecycle:new", [1, 2, 3, 4]),
        ("engagement:reports=little", [3]),
        ("engagement:Reports=value", [1]),
        ("engagement:reports=frustrated", [2]),
        ("engagement:api=unaware", [1, 2]),
        ("engagement:unaware", [1, 2]),
        ("engagement:value", [1, 3]),
        ("health:<75", [1, 3, 4]),
        ("health:>=75", [2, 5]),
        ("health:unknown", []),
        ("milestone:overdue", [3]),
        ("milestone:open", [3, 4]),
        ("milestone:done", []),
        ("typology:unsure", [1]),
        ("health:<75 OR lifecycle:new", [1, 3, 4, 5]),
        ("is:open -milestone:overdue lifecycle:inactive", [4]),
    ],
)
def test_conversations_are_found_by_what_is_computed_of_their_customers(desk, query, found, monkeypatch):
    for common in (20_000, 1):
        monkeypatch.setattr("storage.queries.conditions._COMMON", common)
        for few in (10_000, 0):
            monkeypatch.setattr("storage.queries.conditions._FEW", few)
            for asked in (query, f"is:open {query}" if " OR " not in query else f"is:open ({query})"):
                with desk.reading() as session:
                    window = inbox.window(session, query=asked, agent_id=1, now=NOW)
                    assert sorted(row.conversation_id for row in window.rows) == found, asked


def test_what_is_known_is_the_same_whether_accounts_are_looked_up_or_all_that_is_open_is_gone_through(
    desk, monkeypatch
):
    with desk.writing() as session:
        MadeDesk(session).move(3, Status.NEW, Status.RESOLVED)
    some = [(O, 1), (O, 2), (P, 4)]
    with desk.reading() as session:
        laid = knowing_queries.settings(session)

        def known():
            return journey.accounts(session, some, settings=laid, now=NOW)

        looked_up = known()
        monkeypatch.setattr(journey, "_FEW", 0)
        gone_through = known()
        everybody = journey.accounts(session, None, settings=laid, now=NOW)
    assert looked_up == gone_through
    assert {account: everybody[account] for account in some} == looked_up
    assert [(looked_up[one].opened, looked_up[one].late) for one in some] == [(2, 2), (0, 0), (1, 1)]


def test_who_is_settled_is_no_part_of_what_is_open(desk):
    with desk.writing() as session:
        MadeDesk(session).move(4, Status.NEW, Status.RESOLVED)
        assert inbox.count(session, query="is:open lifecycle:inactive", agent_id=1, now=NOW) == 0
        assert inbox.count(session, query="lifecycle:inactive", agent_id=1, now=NOW) == 1


@pytest.mark.parametrize(
    ("query", "place", "known"),
    [
        ("is:open health:soon", 8, "<50"),
        ("health:>x", 0, "unknown"),
        ("engagement:angry", 0, "frustrated"),
        ("engagement:api=", 0, "api=value"),
        ("engagement:fax=value", 0, "API=value"),
        ("milestone:late", 0, "overdue"),
        ("lifecycle:dead", 0, "loyal"),
    ],
)
def test_what_cannot_be_asked_is_pointed_at(desk, query, place, known):
    with desk.reading() as session, pytest.raises(BadQuery) as wrong:
        inbox.window(session, query=query, agent_id=1, now=NOW)
    assert (wrong.value.trouble, wrong.value.place) == (Trouble.UNKNOWN_VALUE, place)
    assert known in wrong.value.known


def test_what_may_be_asked_is_offered(desk):
    with desk.reading() as session:
        assert "API=unaware" in completing.engagements(session)
        assert completing.told(session, "stage")[:2] == ["onboarding", "adoption"]
        assert "impatient" in completing.told(session, "typology")


def test_a_quoted_feature_may_have_blanks():
    assert parse('engagement:"send mail=value"', now=NOW).where.value == "send mail=value"


def test_few_statements_whatever_is_computed(desk, watched):
    for query, most in (("is:open health:<75", 40), ("is:open lifecycle:new", 30), ("milestone:overdue", 12)):
        with desk.reading() as session, watched() as statements:
            inbox.window(session, query=query, agent_id=1, now=NOW)
        assert len(statements) <= most, query


def test_what_was_found_holds_until_something_is_recorded(desk, watched):
    def asked():
        with desk.reading() as session, watched() as statements:
            found = inbox.count(session, query="is:open lifecycle:loyal", agent_id=1, now=NOW)
        return found, sum("message.arrived_at" in text for text, _ in statements)

    assert [one for one, _ in (asked(), asked())] == [1, 1]
    assert asked()[1] == 0, "no mail is looked at again"
    with desk.writing() as session:
        knowing.set_fields(session, P, 4, {"lifecycle": "loyal"}, actor=Actor(1, "one"), now=NOW)
        assert inbox.count(session, query="is:open lifecycle:loyal", agent_id=1, now=NOW) == 2
        session.rollback()
    assert asked()[0] == 1
