"""Everything that is known of one customer, and everything they ever had, in runs."""

from datetime import timedelta

import pytest
from made.desk import START, MadeDesk
from sqlalchemy import insert, select, update

from storage.apply.base import table
from storage.commands import joining, knowing
from storage.events import Actor
from storage.kinds import AddressKind, Channel, Direction, PersonKind, Status, Subject
from storage.kinds.entries import Asset, Note, OwnField
from storage.kinds.errors import NoSuch
from storage.models import Conversation, Message, Person
from storage.queries import customer_screen, journey
from storage.queries.completing import customers

NOW = START + timedelta(days=10)


def days(n):
    return timedelta(days=n)


@pytest.fixture
def made(store):
    """A desk with Ana of ACME, two colleagues, and what is written down of them."""
    with store.writing() as session:
        desk = MadeDesk(session)
        ana = Actor(desk.agent("Ana Lima"), "one")
        desk.message("Bom dia", subject="Boleto", at=days(1))
        desk.message("Oi", subject="Nota", name="Davi", address="davi@acme.example", at=days(2))
        desk.message("Olá", subject="Login", name="Lia", address="lia@acme.example", at=days(3))
        desk.move(3, Status.NEW, Status.RESOLVED)
        who = {"actor": ana, "now": NOW}
        acme, _ = knowing.make_organization(session, "ACME", **who)
        holding, _ = knowing.make_organization(session, "Holding", **who)
        shop, _ = knowing.make_organization(session, "Shop", **who)
        for person in (1, 2, 3):
            knowing.belong(session, Subject.PERSON, person, acme, **who)
        knowing.belong(session, Subject.ORGANIZATION, acme, holding, **who)
        knowing.belong(session, Subject.ORGANIZATION, shop, acme, **who)
        knowing.keep_domain(session, acme, "acme.example", group="desk", **who)
    return ana


def test_who_they_are_their_profile_and_what_is_missing_of_it(store, made):
    who = {"actor": made, "now": NOW}
    with store.writing() as session:
        empty = customer_screen.read(session, 1)
        assert (empty.name, empty.kind, empty.addresses) == (
            "Ana Souza",
            PersonKind.CUSTOMER,
            (("ana@acme.example", AddressKind.EMAIL),),
        )
        assert (empty.profile.fields, empty.profile.filled, empty.profile.to_fill) == ((), 0, 13)
        assert (empty.wrote, empty.since, empty.conversations, empty.open) == (1, START + days(1), 1, 1)
        knowing.keep_entry(session, OwnField("cnpj", "person", "who", "text", (), "CNPJ"), **who)
        knowing.set_fields(session, Subject.PERSON, 1, {"role": "Buyer", "touch": "high", "cnpj": "12"}, **who)
        about = {"subject": Subject.PERSON, "subject_id": 1, **who}
        for note in (Note("old"), Note("first", pinned=True), Note("new")):
            knowing.keep_entry(session, note, **about)
        knowing.keep_entry(session, Asset("GW-2", "gateway"), **about)
        view = customer_screen.read(session, 1)
    assert [(one.name, one.label, one.value) for one in view.profile.fields] == [
        ("role", "", "Buyer"),
        ("touch", "", "high"),
        ("cnpj", "CNPJ", "12"),
    ]
    assert (view.profile.filled, view.profile.to_fill) == (2, 13), "a field of the desk's own is no gap"
    assert "owner" in view.profile.gaps
    assert not {"role", "name", "kind", "cnpj"} & set(view.profile.gaps)
    assert [(one.text, one.pinned) for one in view.notes] == [("first", True), ("new", False), ("old", False)]
    assert view.assets == (Asset("GW-2", "gateway"),)


def test_their_organization_its_people_and_what_else_is_open_there(store, made):
    who = {"actor": made, "now": NOW}
    with store.writing() as session:
        knowing.set_fields(session, Subject.PERSON, 3, {"role": "Owner"}, **who)
        knowing.set_fields(session, Subject.ORGANIZATION, 1, {"country": "Brasil"}, **who)
        knowing.keep_entry(session, Note("Pays late."), subject=Subject.ORGANIZATION, subject_id=1, **who)
        part = customer_screen.read(session, 1).organization
        assert (part.name, part.parent, part.subsidiaries, part.domains) == (
            "ACME",
            "Holding",
            ("Shop",),
            ("acme.example",),
        )
        assert [(one.person_id, one.name, one.role, one.open) for one in part.people] == [
            (2, "Davi", "", 1),
            (3, "Lia", "Owner", 0),
        ]
        assert (part.people_count, [one.text for one in part.notes]) == (2, ["Pays late."])
        assert [(one.conversation_id, one.customer, one.waits) for one in part.open] == [(2, "Davi", True)]
        assert [one.value for one in part.profile.fields] == ["Brasil"]
        knowing.belong(session, Subject.PERSON, 1, None, **who)
        assert customer_screen.read(session, 1).organization is None


def test_all_they_ever_had_is_told_by_time_and_in_runs(store, made):
    with store.writing() as session:
        desk = MadeDesk(session, people={"ana@acme.example": 1}, mailboxes={"support": 1}, agents={"Ana Lima": 1})
        desk._ids = iter(range(10, 100))
        for n in range(10, 19):
            desk.message("x", subject=f"S{n}", at=days(n))
        desk.move(10, Status.NEW, Status.RESOLVED)
        desk.move(11, Status.NEW, Status.SPAM)
        desk.move(12, Status.NEW, Status.TRASH)
        desk.move(13, Status.NEW, Status.WAITING)
        joining.join(session, [14, 15], actor=made, now=NOW)
        rows = table(Message)
        call = {"channel": Channel.PHONE, "minutes": 12, "arrived_at": START + days(10) - timedelta(hours=1)}
        note = {"direction": Direction.INTERNAL, "arrived_at": START + days(12) - timedelta(hours=1)}
        for told in (call, note):
            number = desk.message("Mind this.", conversation=16, at=days(16))
            session.connection().execute(update(rows).where(rows.c.id == number).values(**told))
        whole = customer_screen.timeline(session, 1)
        numbers = [one.conversation_id for one in whole.conversations]
        assert numbers == [18, 17, 16, 14, 13, 12, 11, 10, 1]
        assert [one.status for one in whole.conversations][4:8] == ["waiting", "trash", "spam", "resolved"]
        assert [type(one).__name__[0] for one in whole.moments()] == [*"CCCCCCSCCSC"]
        runs, read = customer_screen.timeline(session, 1, size=2), []
        while True:
            read.append([one.conversation_id for one in runs.conversations[-2:]])
            if not runs.goes_on:
                break
            assert runs.moments()[-1] == runs.conversations[-1], "what is older waits for its run"
            runs = runs.then(customer_screen.timeline(session, 1, after=runs.place, size=2))
    assert [one.conversation_id for one in runs.conversations] == numbers
    assert runs.moments() == whole.moments()


def test_who_was_merged_is_found_as_who_stays_with_all_of_both(store, made):
    with store.writing() as session:
        knowing.merge(session, 1, 2, actor=made, now=NOW)
        view = customer_screen.read(session, 2)
        assert (view.person_id, view.conversations, len(view.addresses)) == (1, 2, 2)
        assert [one.conversation_id for one in view.timeline.conversations] == [2, 1]
        assert [one.name for one in view.organization.people] == ["Lia"]
        with pytest.raises(NoSuch):
            customer_screen.read(session, 99)


def test_how_the_organization_fares_as_a_whole_stands_in_its_part(store, made):
    who = {"actor": made, "now": NOW}
    with store.writing() as session:
        knowing.keep_milestone(session, Subject.ORGANIZATION, 1, "First invoice", NOW.date(), **who)
        knowing.keep_milestone(session, Subject.PERSON, 1, "Trained", NOW.date(), **who)
        knowing.set_fields(session, Subject.PERSON, 1, {"lifecycle": "loyal", "health": "90"}, **who)
        view = customer_screen.read(session, 1, now=NOW)
        whole = view.organization.journey
        assert whole == journey.read_organization(session, 1, now=NOW)
        assert [one.milestone.name for one in whole.milestones] == ["First invoice"]
        assert view.journey == journey.read(session, 1, now=NOW)
        assert (view.journey.phase.word, whole.phase.word == view.journey.phase.word) == ("loyal", False)
        assert {one.milestone.name for one in view.journey.milestones} == {"First invoice", "Trained"}


def test_as_many_statements_whatever_there_is_and_no_table_is_walked(store, made, watched):
    with store.writing() as session:
        line = session.connection()
        row = session.get_one(Conversation, 1)
        columns = [each.name for each in Conversation.__table__.columns if each.computed is None]
        values = {name: getattr(row, name) for name in columns}
        with watched() as few:
            customer_screen.read(session, 1)
        line.execute(
            insert(table(Person)),
            [{"id": n, "name": f"P{n}", "kind": "customer", "organization_id": 1} for n in range(10, 1500)],
        )
        line.execute(table(Conversation).insert(), [values | {"id": n} for n in range(100, 1400)])
        others = [values | {"id": n, "customer_id": n - 3000} for n in range(3010, 4000)]
        line.execute(table(Conversation).insert(), others)
        with watched() as many:
            view = customer_screen.read(session, 1)
        assert len(many) == len(few) == 13
        assert (view.conversations, view.organization.people_count) == (1000, 1000), "counted no further"
        assert (len(view.timeline.conversations), view.timeline.goes_on) == (customer_screen.PAGE, True)
        with watched() as on:
            customer_screen.timeline(session, 1, after=view.timeline.place)
        if store.path is None:
            return  # PostgreSQL's plans depend on statistics
        for text, given in (*many, *on):
            plan = [row[3] for row in line.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)]
            walked = [step.split()[1] for step in plan if step.startswith("SCAN")]
            own = "FROM entry" in text and "entry.value IS NOT NULL AND entry.subject IS NULL" in text
            assert own or not [step for step in plan if "entry_name" in step], "what is written of the whole desk"
            assert not {"conversation", "message", "person", "profile", "organization", "domain"} & set(walked), plan


def test_another_customer_is_offered_by_letters_and_found_by_a_whole_address(store, made):
    with store.writing() as session:
        assert [one.person_id for one in customers(session, "", but=1)] == [3, 2]
        assert [one.name for one in customers(session, "dav", but=1)] == ["Davi"]
        assert [one.person_id for one in customers(session, "LIA@acme.example", but=1)] == [3]
        assert [one.person_id for one in customers(session, "#2", but=1)] == [2]
        knowing.merge(session, 3, 2, actor=made, now=NOW)
        assert [one.person_id for one in customers(session, "", but=1)] == [3]
        rows = table(Person)
        assert session.connection().execute(select(rows.c.merged_into).where(rows.c.id == 2)).scalar() == 3
