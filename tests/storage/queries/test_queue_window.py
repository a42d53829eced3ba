"""The queue: its order, its windows, its counts, and what each field of a query finds."""

from datetime import UTC, datetime, timedelta

import pytest
from made.desk import START, MadeDesk
from sqlmodel import Session

from storage.commands import joining, knowing, triage
from storage.events import Actor, OrganizationKept, Snoozed
from storage.kinds import Direction, Status, Subject, Tier
from storage.kinds.mail import Attachment
from storage.models import Conversation, ReadMark
from storage.queries import completing, conditions, inbox
from storage.rules.query import BadQuery, Trouble
from storage.search import index_more

NOW = START + timedelta(days=10)


def numbers(session: Session, query="is:open", *, agent_id=1, **choices):
    window = inbox.window(session, query=query, agent_id=agent_id, now=NOW, **choices)
    return [row.conversation_id for row in window.rows]


def minutes(n):
    return timedelta(minutes=n)


def test_who_will_be_let_down_first_stands_first_and_paused_ones_below(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        late = desk.message("x", at=minutes(5))
        later = desk.message("x", at=minutes(9))
        answered = desk.message("x", at=minutes(1))
        desk.message("re", conversation=answered, direction=Direction.OUTGOING, at=minutes(20))
        held = desk.message("x", at=minutes(2))
        desk.move(held, Status.NEW, Status.ON_HOLD)
        snoozed = desk.message("x", at=minutes(3))
        desk.record(Snoozed(conversation_id=snoozed, before=None, after=NOW, happened_at=START))
        resolved = desk.message("x", at=minutes(4))
        desk.move(resolved, Status.NEW, Status.RESOLVED)
        spam = desk.message("x", at=minutes(4))
        desk.move(spam, Status.NEW, Status.SPAM)
        first = desk.message("x")
        assert numbers(session) == [first, late, later, answered, held, snoozed]
        assert numbers(session, "") == [first, late, later, answered, held, snoozed, resolved, spam]
        assert numbers(session, "sort:newest") == [answered, later, late, spam, resolved, snoozed, held, first]
        assert numbers(session, "is:open sort:oldest") == [first, held, snoozed, late, later, answered]
        assert numbers(session, "is:settled") == [resolved]
        assert numbers(session, "is:resolved sort:newest") == [resolved]
        assert numbers(session, "is:spam") == [spam]
        assert numbers(session, "is:snoozed") == [snoozed]
        assert numbers(session, "is:on_hold") == [held]
        assert numbers(session, "is:new -is:snoozed") == [first, late, later, answered]
        assert numbers(session, "is:closed OR is:waiting") == []


def test_a_row_says_what_the_queue_shows(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        bruno = desk.agent("Bruno Reis")
        one = desk.message("Bom dia.", subject="Cobrança em duplicidade", at=minutes(1))
        desk.message("Alô?", conversation=one, subject="Re: outra coisa", at=minutes(9))
        desk.assign(one, None, bruno)
        desk.tag(one, "vip", "cobrança")
        nameless = desk.message("x", name="", address="x@y.example", at=minutes(30), mailbox="vendas")
        row, other = inbox.window(session, agent_id=bruno, now=NOW).rows
        assert (row.conversation_id, row.subject, row.customer) == (one, "Cobrança em duplicidade", "Ana Souza")
        assert (row.status, row.tier, row.mailbox) == (Status.NEW, Tier.N1, "support")
        assert (row.assignee_id, row.assignee, row.tags) == (bruno, "Bruno Reis", ("cobrança", "vip"))
        assert (row.waiting_since, row.last_message_at) == (START + minutes(1), START + minutes(9))
        assert (row.message_count, row.unread, row.snoozed_until) == (2, True, None)
        assert (other.conversation_id, other.customer, other.mailbox) == (nameless, "x@y.example", "vendas")
        assert (other.assignee, other.tags) == ("", ())


def test_a_row_says_the_customers_organization_unless_the_conversation_has_one_of_its_own(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        number = desk.message("x", address="ana@acme.example")
        who = {"actor": Actor(desk.agent("Ana"), "one"), "now": NOW}
        person = session.get_one(Conversation, number).customer_id

        def said() -> str:
            return inbox.window(session, agent_id=1, now=NOW).rows[0].organization

        assert said() == ""
        acme = 41
        desk.record(OrganizationKept(organization_id=acme, happened_at=NOW))
        knowing.keep_domain(session, acme, "acme.example", **who)
        knowing.belong(session, Subject.PERSON, person, acme, **who)
        assert said() == "acme.example", "as it is called elsewhere while it has no name"
        knowing.set_fields(session, Subject.ORGANIZATION, acme, {"name": "ACME Logística"}, **who)
        assert said() == "ACME Logística"
        bolt, _ = knowing.make_organization(session, "Bolt", **who)
        session.get_one(Conversation, number).organization_id = bolt
        session.flush()
        assert said() == "Bolt"


def test_reading_is_each_agents_own(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        one, two = desk.message("x"), desk.message("x")
        ana, bruno = desk.agent("Ana"), desk.agent("Bruno")
        session.add(ReadMark(agent_id=ana, conversation_id=one, message_id=one))
        session.flush()
        assert numbers(session, "is:unread", agent_id=ana) == [two]
        assert numbers(session, "-is:unread", agent_id=ana) == [one]
        assert numbers(session, "is:unread", agent_id=bruno) == [one, two]
        desk.message("more", conversation=one, at=minutes(1))
        assert numbers(session, "is:unread", agent_id=ana) == [one, two]
        assert [row.unread for row in inbox.window(session, agent_id=ana, now=NOW).rows] == [True, True]


def test_fields_find_what_they_say(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        desk.agent("Ana Lima")
        bruno = desk.agent("Bruno Reis")
        one = desk.message("Sobre a cobrança", subject="Fatura", at=-timedelta(days=3))
        two = desk.message(
            "Segue.",
            name="José Neto",
            address="jose@acme.example",
            mailbox="vendas",
            attachments=(Attachment("nota.pdf", "application/pdf", 3, "2"),),
        )
        three = desk.message("Again", subject="Login", name="Grace", address="grace@lim.example", language="en")
        desk.assign(one, None, 1)
        desk.assign(two, None, bruno)
        desk.tag(two, "vip")
        index_more(session, limit=10)
        found = {
            "is:mine": [one],
            "owner:me": [one],
            "owner:none": [three],
            "is:unassigned": [three],
            "owner:bruno": [two],
            'owner:"BRUNO REIS"': [two],
            "-owner:bruno": [one, three],
            "tag:vip": [two],
            "tag:VIP": [two],
            "-tag:vip": [one, three],
            "tag:nothing": [],
            "mailbox:vendas": [two],
            "mailbox:VENDAS OR owner:me": [one, two],
            "channel:email tier:n1 kind:care priority:normal": [one, two, three],
            "tier:n2 OR priority:urgent": [],
            "before:2026-08-01": [one],
            "after:2026-08-01": [two, three],
            "after:2026-07": [one, two, three],
            "before:today": [one, two, three],
            "after:30d before:11d": [one],
            "cobranca": [one],
            "subject:login": [three],
            "from:jose": [two],
            "from:acme.example": [one, two],
            "has:attachment": [two],
            "-has:attachment": [one, three],
            "(cobranca OR from:grace) -owner:me": [three],
            "cobranca OR owner:bruno": [one, two],
            "is:open (cobranca OR -tag:vip) sort:newest": [three, one],
        }
        assert {query: numbers(session, query) for query in found} == found
        assert numbers(session, "is:mine", agent_id=None) == []


@pytest.mark.parametrize(("query", "known"), [("is:open owner:carla", "Bruno"), ("tier:n1 mailbox:vendaz", "vendas")])
def test_an_unknown_name_is_an_error_that_names_the_known(store, query, known):
    with store.writing() as session:
        desk = MadeDesk(session)
        desk.agent("Bruno")
        desk.mailbox("vendas")
        with pytest.raises(BadQuery) as caught:
            numbers(session, query)
        assert caught.value.trouble is Trouble.UNKNOWN_VALUE
        assert caught.value.place == 8
        assert known in caught.value.known


def filled(session, count=23):
    desk = MadeDesk(session)
    return [desk.message("x", at=minutes(n // 2)) for n in range(count)]  # pairs came in the same minute


@pytest.mark.parametrize("query", ["is:open", "is:open sort:newest", "sort:oldest", "tier:n1 is:new"])
def test_windows_lie_side_by_side_downwards_and_upwards(store, query):
    with store.writing() as session:
        every = filled(session)
        if "newest" in query:
            every.reverse()
        down, place = [], None
        while True:
            window = inbox.window(session, query=query, agent_id=1, now=NOW, after=place, size=5)
            assert window.position == len(down)
            assert window.before == bool(down)
            assert window.total == 23
            down += [row.conversation_id for row in window.rows]
            assert window.after == (len(down) < 23)
            if not window.after:
                break
            place = window.rows[-1].place
        assert down == every
        up, place = [], window.rows[-1].place
        while True:
            window = inbox.window(session, query=query, agent_id=1, now=NOW, before=place, size=5)
            assert window.after
            up = [row.conversation_id for row in window.rows] + up
            assert window.position == 22 - len(up)
            if not window.before:
                break
            place = window.rows[0].place
        assert up == every[:-1]


def test_a_window_lies_around_a_conversation_even_when_it_has_left_the_queue(store):
    with store.writing() as session:
        every = filled(session)
        window = inbox.window(session, agent_id=1, now=NOW, around=every[10], size=6)
        assert [row.conversation_id for row in window.rows] == every[7:13]
        assert (window.before, window.after, window.position) == (True, True, 7)
        assert numbers(session, around=every[0], size=6) == every[:6]
        assert numbers(session, around=every[-1], size=6) == every[-4:]
        assert numbers(session, around=9999, size=6) == every[:6]
        actor = Actor(MadeDesk(session).agent("Ana"), "one")
        joining.join(session, [every[3], every[10]], actor=actor, now=NOW)
        assert every[3] in numbers(session, around=every[10], size=6)
        assert every[10] not in numbers(session, "")
        triage.set_status(session, [every[20]], to=Status.RESOLVED, actor=actor, now=NOW)
        assert every[20] not in numbers(session, around=every[20], size=6)


@pytest.mark.parametrize("common", [1, 4, 20_000])
def test_a_tag_finds_the_same_whether_the_queue_is_walked_or_the_tag(store, monkeypatch, common):
    monkeypatch.setattr(conditions, "_COMMON", common)
    with store.writing() as session:
        every = filled(session, 13)
        desk = MadeDesk(session)
        for number in every[::2]:
            desk.tag(number, "fatura")
        for number in every[:3]:
            desk.tag(number, "vip")
        for number in every[:6]:
            desk.move(number, Status.NEW, Status.RESOLVED)
        expected = {
            "tag:fatura": [*every[6::2], *every[0:6:2]],
            "is:open tag:fatura": every[6::2],
            "is:open tag:vip": [],
            "tag:vip tag:fatura": [every[0], every[2]],
            "is:settled tag:vip": every[:3],
            "is:settled tag:vip -tag:fatura": [every[1]],
            "tag:vip OR tag:fatura": [*every[6::2], every[0], every[1], every[2], every[4]],
            "tag:fatura sort:newest": every[::2][::-1],
            "tag:none is:open": [],
        }
        assert {query: numbers(session, query) for query in expected} == expected
        assert {query: inbox.count(session, query=query, agent_id=1, now=NOW) for query in expected} == {
            query: len(found) for query, found in expected.items()
        }
        window = inbox.window(session, query="tag:fatura", agent_id=1, now=NOW, around=every[8], size=2)
        assert ([row.conversation_id for row in window.rows], window.position) == ([every[6], every[8]], 0)


def test_a_count_walks_no_further_than_the_states_it_is_asked_for(store):
    if store.path is None:
        pytest.skip("the steps of SQLite's machine are counted")
    with store.writing() as session:
        desk = MadeDesk(session)
        for number in filled(session, 400)[3:]:
            desk.move(number, Status.NEW, Status.RESOLVED)
        driver = session.connection().connection.dbapi_connection
        steps = []
        driver.set_progress_handler(lambda: steps.append(1) and 0, 10)
        try:
            assert inbox.count(session, query="is:open tier:n1", agent_id=1, now=NOW) == 3
        finally:
            driver.set_progress_handler(None, 0)
        assert len(steps) < 40  # four hundred rows would be ten steps each, and more


def test_an_empty_queue_is_a_window_too(store):
    with store.reading() as session:
        window = inbox.window(session, agent_id=None, now=NOW)
        assert (window.rows, window.before, window.after, window.position, window.total) == ((), False, False, 0, 0)


def test_counts_end_at_a_thousand(store):
    with store.writing() as session:
        one = filled(session, 1)[0]
        row = session.get_one(Conversation, one)
        columns = [each.name for each in Conversation.__table__.columns if each.computed is None]
        values = {name: getattr(row, name) for name in columns}
        many = [values | {"id": number} for number in range(one + 1, one + 1100)]
        session.connection().execute(Conversation.__table__.insert(), many)
        assert inbox.count(session, agent_id=1, now=NOW) == 1000
        window = inbox.window(session, agent_id=1, now=NOW, size=10)
        assert (window.total, window.position) == (1000, 0)
        last = inbox.window(session, agent_id=1, now=NOW, around=one + 1099, size=10)
        assert (last.total, last.position) == (1000, None)
        assert inbox.window(session, agent_id=1, now=NOW, around=one + 500, size=10).position == 495


HOT = {
    "is:open": "conversation_queue",
    "is:open tier:n1": "conversation_tier",
    "is:open owner:me": "conversation_mine",
    "is:open mailbox:support": "conversation_mailbox",
    "is:waiting": "conversation_status",
    "is:settled": "conversation_queue",
    "is:settled sort:newest": "conversation_recent",
    "sort:newest": "conversation_recent",
    "": "conversation_queue",
}


@pytest.mark.parametrize("query", HOT)
@pytest.mark.parametrize("move", ["top", "after", "before"])
def test_hot_queries_use_an_index(store, watched, query, move):
    if store.path is None:
        pytest.skip("SQLite's plans do not depend on statistics; PostgreSQL's do")
    with store.writing() as session:
        desk = MadeDesk(session)
        desk.agent("Ana")
        every = [desk.message("x", at=minutes(n // 2)) for n in range(23)]
        status = Status.WAITING if query == "is:waiting" else Status.RESOLVED if "settled" in query else Status.OPEN
        for number in every:
            desk.move(number, Status.NEW, status)
            desk.assign(number, None, 1)
        place = {}
        if move != "top":
            place = {move: inbox.window(session, query=query, agent_id=1, now=NOW, size=6).rows[3].place}
        with watched() as statements:
            inbox.window(session, query=query, agent_id=1, now=NOW, size=3, **place)
        plans = [
            [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)]
            for text, given in statements
            if "FROM conversation" in text
        ]
        assert plans
        for steps in plans:
            assert any("conversation USING" in step for step in steps), steps
            assert not any(step.startswith("SCAN conversation") and "INDEX" not in step for step in steps), steps
        # The rows themselves are walked along an index, never sorted.
        (walk,) = plans[0]
        assert HOT[query] in walk


@pytest.mark.parametrize("query", ["sort:newest", "is:settled sort:newest"])
def test_rows_above_and_below_by_time_are_told_by_the_index_alone(store, watched, query):
    if store.path is None:
        pytest.skip("SQLite's programs say what they read; PostgreSQL's plans depend on statistics")
    with store.writing() as session:
        desk = MadeDesk(session)
        for n in range(23):
            desk.move(desk.message("x", at=minutes(n // 2)), Status.NEW, Status.RESOLVED)
        place = inbox.window(session, query=query, agent_id=1, now=NOW, size=6).rows[3].place
        with watched() as statements:
            inbox.window(session, query=query, agent_id=1, now=NOW, size=3, after=place)
        line = session.connection()
        (table,) = line.exec_driver_sql("SELECT rootpage FROM sqlite_master WHERE name = 'conversation'").one()
        walks = [each for each in statements if ") < (" in each[0] or ") > (" in each[0]]
        assert len(walks) == 2  # the keys of the page, and how many stand above it
        for text, given in walks:
            steps = [row[1:5] for row in line.exec_driver_sql(f"EXPLAIN {text}", given)]
            (rows,) = (at for step, at, page, _ in steps if step == "OpenRead" and page == table)
            assert not [step for step in steps if step[0] == "Column" and step[1] == rows]


def test_a_conversation_whose_newest_message_is_of_1970_is_sorted_by_time_too(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        first, second = desk.message("x", at=epoch - START), desk.message("x")
        for number in (first, second):
            desk.move(number, Status.NEW, Status.RESOLVED)
        window = inbox.window(session, query="sort:newest", agent_id=1, now=NOW)
        assert [row.conversation_id for row in window.rows] == [second, first]
        window = inbox.window(session, query="sort:newest", agent_id=1, now=NOW, after=window.rows[0].place)
        assert ([row.conversation_id for row in window.rows], window.total, window.position) == ([first], 2, 1)


def test_a_conversation_named_by_its_whole_number_is_offered_before_those_that_begin_so(store):
    """The newest that began with 1 was offered for #1, and Enter would have joined that."""
    with store.writing() as session:
        desk = MadeDesk(session)
        made = [desk.message("x", at=minutes(n)) for n in range(12)]
        assert [one.conversation_id for one in completing.joinable(session, made[4], "#1")][:2] == [made[0], made[11]]
        assert completing.joinable(session, made[4], f"#{made[4]}") == []
        assert completing.joinable(session, made[4], "9" * 40) == []
