"""What is known of customers and organizations: found by address and domain, told by agents, undone like any decision."""

from datetime import timedelta

import pytest
from made.post import MONDAY, Post, letter
from made.rows import decided
from sqlalchemy import delete, select, update

from storage.apply.base import table
from storage.commands import knowing
from storage.commands.desk import agent_named
from storage.commands.undoing import redo, undo
from storage.events import Actor
from storage.kinds import AddressKind, Automatic, EntryKind, Subject
from storage.kinds.entries import Asset, Note, OwnField
from storage.kinds.errors import BadField, Changed, NoSuch, Refused
from storage.models import Address, Conversation, Domain, Message, Organization, Participant, Person
from storage.queries import knowing as known
from storage.record import replay, verify
from storage.store import Store

P, O = Subject.PERSON, Subject.ORGANIZATION  # noqa: E741 - two letters that stand side by side


@pytest.fixture
def post(store: Store) -> Post:
    return Post(store)


@pytest.fixture
def ana(store: Store) -> Actor:
    with store.writing() as session:
        return Actor(agent_named(session, "ana", now=MONDAY), "one")


@pytest.fixture
def tell(store: Store, ana: Actor):
    def tell(command, *arguments, **choices):
        with store.writing() as session:
            return command(session, *arguments, actor=ana, now=MONDAY, **choices)

    return tell


def rows(store: Store, model, *columns: str) -> list[tuple]:
    own = table(model)
    with store.reading() as session:
        chosen = select(*(own.c[name] for name in columns)).order_by(own.c.id)
        return [tuple(row) for row in session.connection().execute(chosen)]


def test_who_writes_from_a_domain_of_their_own_belongs_to_its_organization(store: Store, post: Post) -> None:
    post.send("1@x", by="bo@acme.example")
    post.send("2@x", by="li@acme.example", at=MONDAY + timedelta(hours=1))
    post.send("3@x", by="max@gmail.com")
    post.send("4@x", by="eva@third.example")
    people = dict(rows(store, Address, "address", "person_id"))
    belongs = dict(rows(store, Person, "id", "organization_id"))
    of = {address: belongs[number] for address, number in people.items()}
    assert of["bo@acme.example"] == of["li@acme.example"] is not None
    assert of["max@gmail.com"] is None
    assert of["eva@third.example"] not in {None, of["bo@acme.example"]}
    assert rows(store, Domain, "domain") == [("acme.example",), ("third.example",)]
    assert [name for (name,) in rows(store, Organization, "name")] == [None, None]  # a domain is no name


def test_neither_machines_nor_colleagues_make_an_organization(store: Store, post: Post) -> None:
    own = rows(store, Domain, "domain")
    post.send("1@x", by="news@shop.example", automatic="list")
    post.send("2@x", by="rui@plantao.example")
    assert rows(store, Domain, "domain") == own == []


def test_tenants_share_no_organization(store: Store) -> None:
    for group in "ab":
        Post(store, name=group, address=f"{group}@plantao.example", group=group).send(
            f"{group}@x", by="bo@acme.example"
        )
    assert len(rows(store, Organization, "id")) == len(set(rows(store, Domain, "mailbox_group"))) == 2


def test_fields_are_filled_emptied_and_taken_back(store: Store, post: Post, tell, ana: Actor) -> None:
    post.send("1@x", by="bo@acme.example")
    tell(knowing.set_fields, P, 1, {"role": " Head of  purchases", "since": "2025-02-01", "touch": "HIGH"})
    tell(knowing.set_fields, O, 1, {"name": "Acme", "size": "1 200,50", "owner": "ana"})
    with store.reading() as session:
        assert known.values(session, P, 1) | {"name": ""} == {
            "name": "",
            "kind": "customer",
            "role": "Head of purchases",
            "since": "2025-02-01",
            "touch": "high",
        }
        assert known.values(session, O, 1) == {"name": "Acme", "size": "1200.5", "owner": "ana"}
    before = decided(store)
    tell(knowing.set_fields, P, 1, {"role": None, "touch": "low", "since": "2025-02-01"})
    with store.reading() as session:
        assert "role" not in known.values(session, P, 1)
    tell(undo)
    assert decided(store) == before
    tell(redo)
    with store.reading() as session:
        assert known.values(session, P, 1)["touch"] == "low"
        assert verify(session).broken_at is None


@pytest.mark.parametrize(
    ("subject", "values", "field", "reason"),
    [
        (P, {"shoe": "42"}, "shoe", "no_such"),
        (P, {"size": "42"}, "size", "no_such"),
        (P, {"since": "31/01/2026"}, "since", "date"),
        (P, {"touch": "gentle"}, "touch", "choice"),
        (P, {"language": "Klingon?"}, "language", "language"),
        (P, {"zone": "Mars/Olympus"}, "zone", "zone"),
        (P, {"role": "x" * 301}, "role", "long"),
        (P, {"role": " \x1b "}, "role", "empty"),
        (P, {"name": None}, "name", "empty"),
        (O, {"size": "many"}, "size", "number"),
    ],
)
def test_what_a_field_cannot_hold_is_said_and_nothing_of_it_is_kept(
    store: Store, post: Post, tell, subject: Subject, values: dict, field: str, reason: str
) -> None:
    post.send("1@x", by="bo@acme.example")
    before = decided(store)
    with pytest.raises(BadField) as wrong:
        tell(knowing.set_fields, subject, 1, {"stage": "trial", **values})
    assert (wrong.value.field, wrong.value.reason) == (field, reason)
    assert decided(store) == before


def test_an_owner_must_work_here_and_nobody_is_told_of_twice(post: Post, tell) -> None:
    post.send("1@x", by="bo@acme.example")
    with pytest.raises(NoSuch):
        tell(knowing.set_fields, P, 1, {"owner": "nobody"})
    with pytest.raises(NoSuch):
        tell(knowing.set_fields, P, 99, {"role": "x"})
    tell(knowing.set_fields, P, 1, {"role": "x"})
    with pytest.raises(Refused, match="already"):
        tell(knowing.set_fields, P, 1, {"role": "x"})


def test_a_change_of_what_another_changed_since_is_not_undone(store: Store, post: Post, tell) -> None:
    post.send("1@x", by="bo@acme.example")
    tell(knowing.set_fields, P, 1, {"role": "one"})
    with store.writing() as session:
        rui = Actor(agent_named(session, "rui", now=MONDAY), "two")
        knowing.set_fields(session, P, 1, {"role": "two"}, actor=rui, now=MONDAY)
    with pytest.raises((Refused, Changed)):
        tell(undo)
    with store.reading() as session:
        assert known.values(session, P, 1)["role"] == "two"


def test_subsidiaries_never_stand_below_themselves(post: Post, tell) -> None:
    numbers = [tell(knowing.make_organization, name)[0] for name in ("Holding", "North", "Far North")]
    tell(knowing.belong, O, numbers[1], numbers[0])
    tell(knowing.belong, O, numbers[2], numbers[1])
    for number in numbers:
        with pytest.raises(Refused, match="own_subsidiary"):
            tell(knowing.belong, O, numbers[0], number)
    with pytest.raises(Refused, match="already"):
        tell(knowing.belong, O, numbers[1], numbers[0])
    with pytest.raises(Refused, match="organization_taken"):
        tell(knowing.make_organization, "North")
    assert post.mailbox_id


def test_a_domain_given_by_hand_takes_in_who_belongs_nowhere(store: Store, post: Post, tell) -> None:
    post.send("1@x", by="bo@acme.example")
    post.send("2@x", by="li@acme-labs.example")
    tell(knowing.belong, P, 2, None)
    number, _action = tell(knowing.make_organization, "Labs")
    with pytest.raises(Refused, match="domain_taken"):
        tell(knowing.keep_domain, number, "acme.example")
    with pytest.raises(BadField, match="free_mail"):
        tell(knowing.keep_domain, number, "@GMAIL.com")
    tell(knowing.drop_domain, 2, "acme-labs.example")
    before = decided(store)
    tell(knowing.keep_domain, number, "@Acme-Labs.Example.")
    assert dict(rows(store, Person, "id", "organization_id")) == {1: 1, 2: number}
    post.send("3@x", by="kim@acme-labs.example")
    assert dict(rows(store, Person, "id", "organization_id"))[3] == number
    tell(knowing.belong, P, 3, None)
    tell(undo)
    tell(undo)
    assert dict(rows(store, Person, "id", "organization_id")) == {1: 1, 2: None, 3: number}
    assert before["domain"] == decided(store)["domain"]


def test_a_domain_that_goes_from_one_organization_to_another_is_replayed_as_it_went(
    store: Store, second_store: Store, tell
) -> None:
    one, _action = tell(knowing.make_organization, "One")
    tell(knowing.keep_domain, one, "acme.example")
    other, _action = tell(knowing.make_organization, "Other")
    tell(knowing.drop_domain, one, "acme.example")
    tell(knowing.keep_domain, other, "acme.example")
    assert rows(store, Domain, "organization_id") == [(other,)]
    with store.reading() as log, second_store.writing() as target:
        replay(log, target)
    assert decided(second_store) == decided(store)


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        (AddressKind.EMAIL, " Bo.Two@ACME.example ", "bo.two@acme.example"),
        (AddressKind.PHONE, "+55 (11) 98765-4321", "+5511987654321"),
        (AddressKind.SOCIAL, "@bo_acme", "@bo_acme"),
    ],
)
def test_a_customer_is_reached_by_more_than_one_address(
    store: Store, post: Post, tell, kind: AddressKind, given: str, kept: str
) -> None:
    post.send("1@x", by="bo@acme.example")
    tell(knowing.keep_address, 1, given, kind=kind)
    assert rows(store, Address, "person_id", "kind", "address")[-1] == (1, kind, kept)
    with pytest.raises(Refused, match="already"):
        tell(knowing.keep_address, 1, given, kind=kind)
    if kind is AddressKind.EMAIL:
        post.send("2@x", by=kept)
        assert rows(store, Conversation, "customer_id") == [(1,), (1,)]
    tell(knowing.drop_address, 1, kept)
    with pytest.raises(Refused, match="last_address"):
        tell(knowing.drop_address, 1, "bo@acme.example")
    with pytest.raises(NoSuch):
        tell(knowing.drop_address, 1, kept)


@pytest.mark.parametrize("given", ["nobody", "a b@acme.example", "@acme.example", "", "x" * 320 + "@a.example"])
def test_what_is_no_address_is_said(post: Post, tell, given: str) -> None:
    post.send("1@x", by="bo@acme.example")
    with pytest.raises(BadField):
        tell(knowing.keep_address, 1, given)


def test_an_address_of_somebody_else_is_not_taken_away(post: Post, tell) -> None:
    post.send("1@x", by="bo@acme.example")
    post.send("2@x", by="bo@home.example")
    with pytest.raises(Refused, match="address_taken"):
        tell(knowing.keep_address, 1, "bo@home.example")


def test_two_customers_become_one_and_two_again(store: Store, post: Post, tell) -> None:
    post.send("1@x", by="bo@acme.example")
    post.send("2@x", by="bo@home.example", at=MONDAY + timedelta(hours=1))
    post.bring(post.delivery(letter("3@x", by="li@third.example", to=("desk@plantao.example", "bo@home.example"))))
    tell(knowing.set_fields, P, 1, {"role": "Buyer"})
    tell(knowing.set_fields, P, 2, {"role": "Father of two", "language": "pt"})
    tell(knowing.keep_entry, Note("Rings before noon."), subject=P, subject_id=2)
    before = decided(store)
    tell(knowing.merge, 1, 2)
    assert rows(store, Person, "id", "merged_into")[:2] == [(1, None), (2, 1)]
    assert rows(store, Conversation, "customer_id")[:2] == [(1,), (1,)]
    own = table(Participant)
    with store.reading() as session:
        named = set(session.connection().execute(select(own.c.message_id, own.c.person_id)).all())
        assert {person for _, person in named} == {1, 3}
        assert known.values(session, P, 1)["role"] == "Buyer"
        assert known.values(session, P, 1)["language"] == "pt"
        assert [one.value for one in known.entries(session, P, 1)] == [Note("Rings before noon.")]
    post.send("4@x", by="bo@home.example", at=MONDAY + timedelta(hours=2))
    assert rows(store, Conversation, "customer_id")[-1] == (1,)
    for wrong, rule in (((1, 2), "already_merged"), ((1, 1), "same_customer")):
        with pytest.raises(Refused, match=rule):
            tell(knowing.merge, *wrong)
    tell(undo)
    after = decided(store)
    for name in ("profile", "entry", "address", "person"):
        assert after[name] == before[name], name
    assert [row for row in after["message"] if row[0] <= 3] == before["message"]
    assert rows(store, Conversation, "customer_id") == [(1,), (2,), (3,), (1,)]  # what came meanwhile stays


def both_in_one(post: Post) -> None:
    """Bo writes to the desk, with Bo's other address among the recipients; which is met second."""
    post.send("1@x", by="bo@acme.example", to=("desk@plantao.example", "bo@home.example"))


@pytest.mark.parametrize(("stays", "other"), [(1, 2), (2, 1)])
def test_who_wrote_has_written_also_where_the_message_named_both(
    store: Store, post: Post, tell, stays: int, other: int
) -> None:
    both_in_one(post)
    own = table(Participant)

    def named() -> dict[int, bool]:
        with store.reading() as session:
            rows = session.connection().execute(select(own.c.person_id, own.c.author)).all()
            return {row.person_id: row.author for row in rows}

    before = decided(store)
    assert named() == {1: True, 2: False}
    tell(knowing.merge, stays, other)
    assert named()[stays] is True
    assert rows(store, Message, "author_id") == [(stays,)]
    tell(undo)
    assert {**decided(store), "agent": []} == {**before, "agent": []}


def test_nobody_who_was_merged_is_the_customer(store: Store, post: Post, tell) -> None:
    post.bring(
        post.delivery(
            letter("1@x", by="desk@plantao.example", to=("a@one.example", "b@two.example"), automatic=Automatic.LIST),
            outgoing=True,
        )
    )
    with store.writing() as session:  # as of mail that has no customer of its own
        session.connection().execute(update(table(Message)).values(customer_id=None))
    tell(knowing.merge, 2, 1)
    assert rows(store, Conversation, "customer_id") == [(2,)]


def test_nothing_is_written_down_of_who_was_merged(store: Store, post: Post, tell) -> None:
    post.send("1@x", by="bo@acme.example")
    post.send("2@x", by="bo@home.example")
    tell(knowing.merge, 1, 2)
    before = decided(store)
    for deed in (
        lambda: tell(knowing.set_fields, P, 2, {"role": "x"}),
        lambda: tell(knowing.belong, P, 2, None),
        lambda: tell(knowing.keep_address, 2, "bo@third.example"),
        lambda: tell(knowing.keep_entry, Note("x"), subject=P, subject_id=2),
    ):
        with pytest.raises(Refused, match="already_merged"):
            deed()
    assert decided(store) == before


def test_a_merge_of_what_moved_on_is_refused_whole(store: Store, post: Post, tell) -> None:
    post.send("1@x", by="bo@acme.example")
    post.send("2@x", by="li@third.example", to=("desk@plantao.example", "bo@home.example"))
    tell(knowing.merge, 1, 3)
    with store.writing() as session:
        session.connection().execute(delete(table(Participant)).where(table(Participant).c.person_id == 1))
    before = decided(store)
    with pytest.raises((Refused, Changed)):
        tell(undo)
    assert decided(store) == before


def test_notes_and_assets_are_kept_changed_and_taken_away(store: Store, post: Post, tell) -> None:
    post.send("1@x", by="bo@acme.example")
    note, _action = tell(knowing.keep_entry, Note("  Prefers the *telephone*.\x1b "), subject=P, subject_id=1)
    asset, _action = tell(knowing.keep_entry, Asset("Front desk", "printer", "SN 7"), subject=O, subject_id=1)
    tell(knowing.change_entry, note, Note("Prefers the *telephone*.", pinned=True), kind=EntryKind.NOTE)
    with store.reading() as session:
        assert [one.value for one in known.entries(session, P, 1)] == [Note("Prefers the *telephone*.", pinned=True)]
        assert known.entry(session, asset, EntryKind.ASSET).value == Asset("Front desk", "printer", "SN 7")
    before = decided(store)
    tell(knowing.change_entry, note, None, kind=EntryKind.NOTE)
    with pytest.raises(NoSuch):
        tell(knowing.change_entry, note, Note("x"), kind=EntryKind.NOTE)
    tell(undo)
    assert decided(store) == before
    with pytest.raises(NoSuch):
        tell(knowing.change_entry, asset, Note("x"), kind=EntryKind.NOTE)
    with pytest.raises(BadField):
        tell(knowing.keep_entry, Note(" \n "), subject=P, subject_id=1)
    with pytest.raises(NoSuch):
        tell(knowing.keep_entry, Note("x"), subject=P, subject_id=77)


def test_a_field_of_the_desks_own_takes_what_its_sort_says(store: Store, post: Post, tell) -> None:
    post.send("1@x", by="bo@acme.example")
    tier = OwnField("contract", "organization", "journey", "choice", ("Gold", "Silver"), "Contract")
    tell(knowing.keep_entry, tier)
    tell(knowing.set_fields, O, 1, {"contract": "gold"})
    with store.reading() as session:
        assert known.values(session, O, 1)["contract"] == "Gold"
    with pytest.raises(BadField, match="choice"):
        tell(knowing.set_fields, O, 1, {"contract": "Bronze"})
    with pytest.raises(Refused, match="field_taken"):
        tell(knowing.keep_entry, tier)
    for wrong in (
        OwnField("Contract", "organization", "journey", "text"),
        OwnField("c", "planet", "journey", "text"),
        OwnField("c", "person", "journey", "choice"),
        OwnField("c", "person", "journey", "text", ("a",)),
        OwnField("role", "person", "journey", "text", label="x" * 301),
    ):
        with pytest.raises(BadField):
            tell(knowing.keep_entry, wrong)
    with pytest.raises(Refused, match="field_taken"):
        tell(knowing.keep_entry, OwnField("role", "person", "who", "text"))
