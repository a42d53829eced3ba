"""What stands beside a conversation: who the customer is, what else there is of theirs, who takes part."""

from datetime import timedelta

from made.desk import START, MadeDesk
from sqlalchemy import delete, insert, select, update

from storage.apply.base import table
from storage.commands import joining, knowing, triage
from storage.events import Actor, Linked
from storage.kinds import Direction, Evidence, LinkReason, PersonKind, Status, Subject, Tier
from storage.kinds.entries import Note
from storage.kinds.mail import Correspondent
from storage.models import Address, Conversation, Message, Organization, Participant, Person
from storage.queries import context, conversations

NOW = START + timedelta(days=10)
OURS = Direction.OUTGOING


def minutes(n):
    return timedelta(minutes=n)


def beside(session, number):
    return context.read(session, conversations.read(session, number, agent_id=None))


def ago(days, n=0):
    return timedelta(days=-days, minutes=n)


def test_the_customer_is_told_with_what_they_wrote_and_waits(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        ana = Actor(desk.agent("Ana Lima"), "one")
        first = desk.message("Oi", subject="Boleto vencido", at=ago(200))
        desk.move(first, Status.NEW, Status.RESOLVED)
        one = desk.message("Bom dia", subject="Cobrança", at=minutes(0))
        desk.message("Recebi.", conversation=one, at=minutes(6), direction=OURS)
        desk.message("E hoje?", conversation=one, at=minutes(12), language="pt")
        desk.message("Today?", conversation=one, at=minutes(13), language="en")
        desk.message("¿Hoy?", conversation=one, at=minutes(14), language="pt")
        triage.tag(session, [one], add=("vip",), actor=ana, now=NOW)
        triage.assign(session, [one], to=ana.agent_id, actor=ana, now=NOW)
        view = beside(session, one)
    assert (view.known, view.erased, view.kind) == (True, False, PersonKind.CUSTOMER)
    assert (view.customer, view.addresses, view.address_count) == ("Ana Souza", ("ana@acme.example",), 1)
    assert (view.organization, view.mailbox, view.tier, view.tags) == ("", "support", Tier.N1, ("vip",))
    assert (view.assignee, view.assignee_id) == ("Ana Lima", ana.agent_id)
    assert view.since == START + ago(200)
    assert (view.wrote, view.wrote_here, view.wrote_at) == (5, 4, START + minutes(14))
    assert (view.asked_at, view.answered_at, view.answers) == (START, START + minutes(6), 1)
    assert (view.waiting_since, view.last_at, view.ours_last) == (START + minutes(12), START + minutes(14), False)
    assert view.languages == ("pt", "en")
    assert view.message_count == 5
    assert (view.parts, view.part_count) == ((), 0)


def test_what_the_desk_knows_of_the_customer_stands_there_else_what_it_knows_of_their_organization(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        ana = Actor(desk.agent("Ana Lima"), "one")
        one = desk.message("Bom dia")
        assert (beside(session, one).fields, beside(session, one).pinned) == ({}, ())
        person = session.connection().execute(select(table(Conversation).c.customer_id)).scalar_one()
        acme, _action = knowing.make_organization(session, "ACME", actor=ana, now=NOW)
        knowing.belong(session, Subject.PERSON, person, acme, actor=ana, now=NOW)
        values = {"tone": "formal", "role": "Buyer"}
        knowing.set_fields(session, Subject.PERSON, person, values, actor=ana, now=NOW)
        theirs = {"touch": "high", "lifecycle": "new", "size": "60"}
        knowing.set_fields(session, Subject.ORGANIZATION, acme, theirs, actor=ana, now=NOW)
        about = {"subject": Subject.PERSON, "subject_id": person, "actor": ana, "now": NOW}
        of_acme = {**about, "subject": Subject.ORGANIZATION, "subject_id": acme}
        knowing.keep_entry(session, Note("Rings before noon.", pinned=True), **about)
        knowing.keep_entry(session, Note("Nothing of note."), **about)
        knowing.keep_entry(session, Note("Pays late.", pinned=True), **of_acme)
        view = beside(session, one)
        assert list(view.fields.items()) == [
            ("role", "Buyer"),
            ("touch", "high"),
            ("lifecycle", "new"),
            ("tone", "formal"),
        ]
        assert view.pinned == ("Rings before noon.", "Pays late.")
        assert view.organization == "ACME"
        knowing.set_fields(session, Subject.PERSON, person, {"touch": "low"}, actor=ana, now=NOW)
        assert beside(session, one).fields["touch"] == "low"


def test_who_was_merged_into_the_customer_takes_no_part_beside_them(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        ana = Actor(desk.agent("Ana Lima"), "one")
        one = desk.message("Bom dia")
        desk.message("de casa", conversation=one, name="Ana em casa", address="ana@home.example")
        first, other = session.connection().execute(select(table(Person).c.id).order_by(table(Person).c.id)).scalars()
        rows = table(Participant)
        session.connection().execute(insert(rows), [{"message_id": 2, "person_id": first, "author": False}])
        assert [part.name for part in beside(session, one).parts] == ["Ana em casa"]
        knowing.merge(session, first, other, actor=ana, now=NOW)
        assert beside(session, one).parts == ()
        assert beside(session, one).address_count == 2


def test_others_of_the_same_customer_are_open_or_settled_and_nobody_elses(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        ana = Actor(desk.agent("Ana"), "one")
        one = desk.message("agora", subject="Agora")
        desk.message("outra pessoa", name="Rui", address="rui@x.example", subject="De outro")
        opened = [desk.message(f"aberta {n}", subject=f"Aberta {n}", at=ago(n)) for n in range(1, 4)]
        settled = [desk.message(f"velha {n}", subject=f"Velha {n}", at=ago(100 + n)) for n in range(12)]
        for number in settled:
            desk.move(number, Status.NEW, Status.RESOLVED)
        spam = desk.message("spam", subject="Oferta", at=ago(50))
        desk.move(spam, Status.NEW, Status.SPAM)
        gone = desk.message("dobro", at=minutes(1))
        joining.join(session, [one, gone], actor=ana, now=NOW)
        desk.record(
            Linked(conversation_id=opened[0], other_id=one, reason=LinkReason.AGENT, after=True, happened_at=START)
        )
        view = beside(session, one)
        assert [other.conversation_id for other in view.beside] == opened[::-1], "the one that waits longest first"
        assert [other.subject for other in view.beside] == ["Aberta 3", "Aberta 2", "Aberta 1"]
        assert view.beside[0].waiting_since == START + ago(3)
        assert view.beside_count == 3
        assert [other.conversation_id for other in view.before] == [spam, *settled[:7]]
        assert (view.before[0].status, view.before[1].status) == (Status.SPAM, Status.RESOLVED)
        assert view.before[1].last_message_at == START + ago(100)
        assert view.before_count == 13
        assert (view.joined, view.linked) == ((gone,), (opened[0],))


def test_who_else_takes_part_those_who_wrote_first_and_strangers_named(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        one = desk.message("x")
        desk.message("y", conversation=one, name="Rui", address="rui@x.example", at=minutes(1))
        desk.message("Oi, Rui", conversation=one, name="Rui", address="rui@x.example", at=minutes(2), direction=OURS)
        desk.message("y", conversation=one, name="Rui", address="rui@x.example", at=minutes(3))
        desk.message("z", conversation=one, name="", address="eve@z.example", at=minutes(4))
        desk.message("z", conversation=one, name="", address="eve@z.example", at=minutes(5))
        parts = beside(session, one).parts
        assert [(part.name, part.wrote, part.stranger) for part in parts] == [
            ("Rui", 2, False),
            ("eve@z.example", 2, True),
        ], "Rui was written to since, by one of us"


def test_an_erased_customer_is_said_to_be_erased_and_parts_keep_their_number(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        one = desk.message("x")
        desk.message("y", conversation=one, name="Rui", address="rui@x.example", at=minutes(1))
        session.connection().execute(update(table(Person)).values(name=None))
        session.connection().execute(update(table(Address)).values(address=None))
        view = beside(session, one)
        assert (view.known, view.erased, view.customer, view.addresses) == (True, True, "", ())
        assert (view.wrote, view.since) == (1, START)
        assert [(part.name, part.wrote) for part in view.parts] == [("", 1)]


def test_a_customer_without_a_name_is_not_erased(store):
    with store.writing() as session:
        one = MadeDesk(session).message("x", name="")
        view = beside(session, one)
        assert (view.erased, view.customer, view.addresses) == (False, "", ("ana@acme.example",))


def test_where_nobody_is_known_nothing_of_ours_is_taken_for_theirs(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        desk.message("nosso", direction=OURS)  # its author is one of us, which is kept as nobody
        one = desk.message("nosso também", direction=OURS)
        session.connection().execute(update(table(Message)).values(customer_id=None))
        session.connection().execute(delete(table(Participant)))
        session.connection().execute(update(table(Conversation)).values(customer_id=None))
        view = beside(session, one)
        assert (view.known, view.erased, view.kind, view.customer) == (False, False, None, "")
        assert (view.since, view.wrote, view.wrote_here, view.wrote_at) == (None, 0, 0, None)
        assert (view.beside, view.before, view.beside_count, view.before_count) == ((), (), 0, 0)
        assert (view.asked_at, view.answered_at, view.answers, view.ours_last) == (None, None, 1, True)


def test_the_organization_of_the_conversation_goes_before_the_persons(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        one = desk.message("x")
        connection = session.connection()
        names = [{"id": 1, "name": "ACME Logística"}, {"id": 2, "name": "Lumen"}]
        connection.execute(insert(table(Organization)), names)
        connection.execute(update(table(Person)).values(organization_id=1))
        assert beside(session, one).organization == "ACME Logística"
        connection.execute(update(table(Conversation)).values(organization_id=2))
        assert beside(session, one).organization == "Lumen"


def test_several_addresses_are_named_up_to_four(store):
    with store.writing() as session:
        one = MadeDesk(session).message("x")
        more = [{"id": 10 + n, "person_id": 1, "mailbox_group": "desk", "address": f"a{n}@x.example"} for n in range(9)]
        session.connection().execute(insert(table(Address)), more)
        view = beside(session, one)
        assert view.addresses == ("ana@acme.example", "a0@x.example", "a1@x.example", "a2@x.example")
        assert view.address_count == 10


def test_three_hundred_people_in_a_long_conversation_take_few_statements_and_are_bounded(store, watched):
    with store.writing() as session:
        desk = MadeDesk(session)
        one = desk.message("Bom dia")
        desk.many(["mais"] * 299, conversation=one)
        people = [{"id": 1000 + n, "name": f"P {n}", "kind": PersonKind.CUSTOMER} for n in range(300)]
        session.connection().execute(insert(table(Person)), people)
        session.connection().execute(
            insert(table(Participant)),
            [
                {"message_id": message, "person_id": person["id"], "author": False}
                for message in range(one, one + 300)
                for person in people
            ],
        )
        view = conversations.read(session, one, agent_id=None)
    with store.reading() as session, watched() as statements:
        found = context.read(session, view)
    assert len([text for text, _ in statements if text.startswith(("SELECT", "WITH"))]) == 10
    assert (len(found.parts), found.part_count, found.wrote_here) == (12, 300, 300)


def test_what_is_read_along_an_index_is_never_the_whole_desk(store, watched):
    with store.writing() as session:
        desk = MadeDesk(session)
        one = desk.message("x")
        row = session.get_one(Conversation, one)
        columns = [each.name for each in Conversation.__table__.columns if each.computed is None]
        values = {name: getattr(row, name) for name in columns}
        many = [values | {"id": number} for number in range(one + 1, one + 1100)]
        session.connection().execute(Conversation.__table__.insert(), many)
        view = conversations.read(session, one, agent_id=None)
        with watched() as statements:
            found = context.read(session, view)
        assert (found.beside_count, len(found.beside)) == (1000, 8), "counted no further"
        if store.path is None:
            return  # PostgreSQL's plans depend on statistics
        for text, given in statements:
            plan = [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)]
            walked = [step for step in plan if step.startswith("SCAN")]
            assert not [step for step in walked if step.split()[1] in {"conversation", "message", "person"}], plan
            assert not [step for step in plan if "message_author" in step and "conversation_id" in step], plan
            laid = "'playbook'" in text or "playbook" in map(str, given)  # what is the desk's own is little
            assert laid or not [step for step in plan if "entry_name" in step], "the notes of the whole desk"


def test_a_bounce_is_no_answer_and_no_question(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        one = desk.message("x")
        desk.message(
            "automatic",
            conversation=one,
            at=minutes(1),
            evidence=Evidence.REFERENCE,
            through=one,
            to=(Correspondent("", "support@plantao.example"),),
        )
        session.connection().execute(
            update(table(Message)).where(table(Message).c.id == one + 1).values(automatic="reply")
        )
        view = beside(session, one)
        assert (view.last_at, view.ours_last, view.message_count) == (START, False, 2)
