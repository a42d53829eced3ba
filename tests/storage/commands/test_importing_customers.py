"""Customers out of a file: all rows or none, one action, a second time nothing; what is wrong is named by row and column."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made.post import MONDAY, Post
from made.rows import decided
from sqlalchemy import func, select
from sqlmodel import Session

from storage.apply.base import table
from storage.commands import backwards, knowing, playbooks
from storage.commands.desk import agent_named
from storage.commands.knowing import importing
from storage.commands.triage import tag
from storage.commands.undoing import redo, undo
from storage.events import Actor, Fact
from storage.kinds import Subject
from storage.kinds.entries import Note, OwnField
from storage.kinds.errors import Refused
from storage.kinds.importing import BadImport, Row
from storage.models import Event
from storage.queries import customers, held
from storage.queries import knowing as known
from storage.record import record, replay, verify
from storage.store import Store

P, O = Subject.PERSON, Subject.ORGANIZATION  # noqa: E741 - two letters that stand side by side


@pytest.fixture
def ana(store: Store) -> Actor:
    with store.writing() as session:
        return Actor(agent_named(session, "ana", now=MONDAY), "one")


@pytest.fixture(params=["whole", "in lots"])
def taken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Actions are taken back at once, or as very large ones are: the sizes of the lots."""
    sizes: list[int] = []
    if request.param == "in lots":
        monkeypatch.setattr(backwards, "LARGE", 1)
        monkeypatch.setattr(backwards, "LOT", 2)
        monkeypatch.setattr("storage.record._PAGE", 3)

        def counted(session: Session, facts: Sequence[Fact], **given: Any) -> int:
            sizes.append(len(facts))
            return record(session, facts, **given)

        monkeypatch.setattr(backwards, "record", counted)
    return sizes


@pytest.fixture
def asked() -> Iterator[ExitStack]:
    """What is closed at the end of a test."""
    with ExitStack() as held:
        yield held


def rows(*cells: dict[str, str]) -> list[Row]:
    return [Row(number, one, 1) for number, one in enumerate(cells, 2)]


def take_in(
    store: Store, actor: Actor, *cells: dict[str, str], again: bool = False, **choices: Any
) -> importing.Imported:
    """Take rows in as they were planned when they were checked, or plan them `again`."""
    with knowing.Ahead[importing.Imported]() as ahead:
        with store.reading() as session:
            said = knowing.check(session, rows(*cells), given={}, now=MONDAY, ahead=ahead, **choices)
        with store.writing() as session:
            assert ahead.holds(session)
            given = {"given": {}, "actor": actor, "now": MONDAY, **choices}
            if again:
                done = knowing.import_customers(session, rows(*cells), **given)
            else:
                done = knowing.import_customers(session, (), ahead=ahead, **given)
    assert (said.made, said.changed, said.same, said.organizations, said.first) == (
        done.made,
        done.changed,
        done.same,
        done.organizations,
        done.first,
    )
    return done


def wrong(store: Store, *cells: dict[str, str], **given: str | None) -> list[tuple[int, str, str]]:
    with store.reading() as session, pytest.raises(BadImport) as bad:
        knowing.check(session, rows(*cells), given=given, now=MONDAY)
    return [(one.row, one.column, one.reason) for one in bad.value.faults]


def shown(store: Store, address: str) -> tuple[customers.PersonView, dict]:
    with store.reading() as session:
        number = customers.named(session, P, address)
        (view,) = customers.persons_of(session, [number])
        return view, dict(known.values(session, P, number))


def count(store: Store, model) -> int:
    with store.reading() as session:
        return session.connection().execute(select(func.count()).select_from(table(model))).scalar_one()


FEW = (
    {"address": "Rita@Loja.example rita@home.example", "name": "Rita", "organization": "Loja", "role": "Buyer"},
    {"address": "max@big.example", "organization": "big.example", "org.touch": "high", "org.name": "Big"},
    {"address": "leo@loja.example", "name": "", "organization": "LOJÁ", "org.parent": "Big", "language": "pt-br"},
)


def test_a_file_makes_customers_and_organizations_and_undo_takes_all_back(
    store: Store, second_store: Store, ana: Actor, taken: list[int]
) -> None:
    before = decided(store)
    done = take_in(store, ana, *FEW)
    assert (done.made, done.organizations) == (3, 2)
    view, values = shown(store, "rita@home.example")
    assert [one.address for one in view.addresses] == ["rita@loja.example", "rita@home.example"]
    assert (view.name, view.organization, values["role"]) == ("Rita", "Loja", "Buyer")
    assert shown(store, "leo@loja.example")[1]["language"] == "pt_BR"
    with store.reading() as session:
        loja, big = (customers.named(session, O, name) for name in ("loja", "big.example"))
        assert known.membership(session, O, loja) == big
        assert known.values(session, O, big) == {"name": "Big", "touch": "high"}
    after = decided(store)
    with store.writing() as session:
        undo(session, actor=ana, now=MONDAY)
    assert decided(store) == before
    with store.writing() as session:
        redo(session, actor=ana, now=MONDAY)
        assert verify(session).broken_at is None
    assert decided(store) == after
    with store.reading() as log, second_store.writing() as target:
        replay(log, target)
    assert decided(second_store) == after
    assert not taken or (len(taken) > 4 and set(taken) <= {1, 2}), "what is held at a time is a lot"


def test_the_same_file_a_second_time_changes_nothing(store: Store, ana: Actor) -> None:
    take_in(store, ana, *FEW)
    before, facts = decided(store), count(store, Event)
    done = take_in(store, ana, *FEW)
    assert (done.made, done.changed, done.same, done.action_id) == (0, 0, 3, None)
    assert (decided(store), count(store, Event)) == (before, facts)


def test_who_has_written_is_told_more_of_and_an_empty_cell_says_nothing(store: Store, ana: Actor) -> None:
    Post(store).send("1@x", by="bo@acme.example")
    with store.writing() as session:
        knowing.keep_entry(
            session, OwnField("contract", "person", "who", "text", (), "Contract"), actor=ana, now=MONDAY
        )
    bo = {"address": "bo@acme.example bo@new.example", "role": "Boss", "field.contract": "gold", "org.name": "Acme"}
    done = take_in(store, ana, bo | {"organization": "acme.example"}, show=1)
    assert (done.changed, done.organizations) == (1, 0)
    assert {field for field, _, _ in done.first[0].changes} == {"address", "role", "contract", "org.name"}
    take_in(store, ana, {"address": "bo@new.example", "role": "", "name": "Bo"})
    view, values = shown(store, "bo@acme.example")
    assert (view.name, view.organization, values["role"], values["contract"]) == ("Bo", "Acme", "Boss", "gold")


def test_who_is_new_belongs_to_the_organization_that_is_known_of_their_domain(store: Store, ana: Actor) -> None:
    Post(store).send("1@x", by="bo@acme.example")
    take_in(store, ana, {"address": "li@acme.example"}, {"address": "li@gmail.com"})
    assert shown(store, "li@acme.example")[0].organization == "acme.example"
    assert shown(store, "li@gmail.com")[0].organization_id is None


@pytest.mark.parametrize(
    ("cells", "faults"),
    [
        ([{"name": "Rita"}], [(1, "", "no_column")]),
        ([{"address": "a@b.example", "shoe": "43"}] * 2, [(1, "shoe", "unknown")]),
        ([{"address": "a@b.example", "e-mail": "a@b.example"}], [(1, "e-mail", "two_columns")]),
        ([{"address": "a@b.example", "role": "x", "ROLE": "y"}], [(1, "ROLE", "two_columns")]),
        ([{"address": " "}, {"address": "rita"}], [(2, "address", "no_address"), (3, "address", "address")]),
        ([{"address": "a@b.example"}, {"address": "c@d.example A@B.example"}], [(3, "address", "twice_in_file")]),
        (
            [{"address": "a@b.example", "since": "soon", "owner": "nobody", "kind": "friend"}],
            [(2, "since", "date"), (2, "owner", "agent"), (2, "kind", "choice")],
        ),
        ([{"address": "a@b.example", "organization": "gmail.com"}], [(2, "organization", "free_mail")]),
        ([{"address": "a@b.example", "org.touch": "high"}], [(2, "org.touch", "no_organization")]),
        (
            [
                {"address": "a@b.example", "organization": "One", "org.touch": "high"},
                {"address": "c@b.example", "organization": "ONE", "org.touch": "low"},
            ],
            [(3, "org.touch", "differs")],
        ),
        (
            [
                {"address": "a@b.example", "organization": "One", "org.parent": "Two"},
                {"address": "c@b.example", "organization": "Two", "org.parent": "Three"},
                {"address": "d@b.example", "organization": "Three", "org.parent": "One"},
            ],
            [
                (2, "org.parent", "own_subsidiary"),
                (3, "org.parent", "own_subsidiary"),
                (4, "org.parent", "own_subsidiary"),
            ],
        ),
        (
            [
                {"address": "a@b.example", "organization": "One", "org.name": "Two"},
                {"address": "c@b.example", "organization": "One", "org.name": "Two"},
            ],
            [(2, "org.name", "renames"), (3, "org.name", "renames")],
        ),
        ([], [(0, "", "nothing")]),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column(store: Store, cells: list, faults: list) -> None:
    before = decided(store)
    assert wrong(store, *cells) == faults
    assert decided(store) == before


def test_no_file_gives_an_agent_more_organizations_than_a_model_allows(store: Store, ana: Actor) -> None:
    def firms(*letters: str, touch: str = "high") -> list[Row]:
        said = {"org.owner": "ana", "org.touch": touch}
        return rows(*({"address": f"{one}@{one}.example", "organization": f"Firm {one}", **said} for one in letters))

    with store.writing() as session:
        playbooks.change(session, "high", {"capacity": "3"}, actor=ana, now=MONDAY)
        first, _ = knowing.make_organization(session, "First", actor=ana, now=MONDAY)
        knowing.set_fields(session, O, first, {"owner": "ana", "touch": "high"}, actor=ana, now=MONDAY)
    for road in (knowing.check, None):
        with pytest.raises(BadImport) as bad, store.writing() as session:
            if road is None:
                knowing.import_customers(session, firms("a", "b", "c", "d"), given={}, group="", actor=ana, now=MONDAY)
            else:
                road(session, firms("a", "b", "c", "d"), given={}, group="", now=MONDAY)
        found = [(one.row, one.column, one.reason, one.value, one.choices) for one in bad.value.faults]
        assert [one[0] for one in found] == [4, 5]
        assert {one[2:] for one in found} == {("capacity", "ana", ("high: 3",))}
    with store.writing() as session:
        knowing.import_customers(session, firms("a", "b"), given={}, group="", actor=ana, now=MONDAY)
    with store.writing() as session:
        knowing.import_customers(
            session, firms("a", "b"), given={}, group="", actor=ana, now=MONDAY
        )  # as it stands already
        knowing.import_customers(session, firms("c", "d", touch="mid"), given={}, group="", actor=ana, now=MONDAY)


def test_two_customers_are_not_made_one_by_a_file(store: Store, ana: Actor) -> None:
    Post(store).send("1@x", by="bo@acme.example")
    Post(store).send("2@x", by="li@acme.example")
    assert wrong(store, {"address": "bo@acme.example li@acme.example"}) == [(2, "address", "address_taken")]
    take_in(store, ana, {"address": "bo@acme.example bo@home.example"})
    assert wrong(store, {"address": "bo@acme.example"}, {"address": "bo@home.example"}) == [
        (3, "address", "same_customer")
    ]


def test_a_fault_in_the_second_pass_gives_all_of_it_up(store: Store, ana: Actor, monkeypatch) -> None:
    monkeypatch.setattr(importing, "LOT", 2)
    before = decided(store)
    good = [{"address": f"p{number}@x.example"} for number in range(7)]
    with pytest.raises(BadImport), store.writing() as session:
        knowing.import_customers(session, rows(*good, {"address": "none"}), given={}, actor=ana, now=MONDAY)
    assert decided(store) == before
    assert take_in(store, ana, *good).made == 7  # over several lots, as one action
    with store.writing() as session:
        undo(session, actor=ana, now=MONDAY)
    assert decided(store) == before


def test_what_was_changed_after_the_check_is_planned_once_more(store: Store, ana: Actor, asked: ExitStack) -> None:
    cells = rows(*({"address": f"{name}@x.example", "name": name, "organization": "X"} for name in ("rita", "bo")))
    ahead = asked.enter_context(knowing.Ahead[importing.Imported]())
    with store.reading() as session:
        knowing.check(session, cells, given={}, now=MONDAY, ahead=ahead)
    post = Post(store)
    with store.reading() as session:
        assert not ahead.holds(session), "a mailbox may be anything: what is not known to change nothing does"
        knowing.check(session, cells, given={}, now=MONDAY, ahead=ahead)
    post.send("1@x", by="bo@x.example")
    with store.writing() as session:
        assert not ahead.holds(session)
        done = knowing.import_customers(session, cells, given={}, actor=ana, now=MONDAY, ahead=ahead)
    assert (done.made, done.changed, done.organizations) == (1, 1, 1)
    assert [shown(store, f"{name}@x.example")[0].person_id for name in ("bo", "rita")] == [1, 2]
    with store.reading() as session:
        knowing.check(session, rows({"address": "li@x.example"}), given={}, now=MONDAY, ahead=ahead)
    with store.writing() as session:
        tag(session, [1], add=("vip",), remove=(), actor=ana, now=MONDAY)
        assert ahead.holds(session), "a tag changes nothing of customers"


_KILLED = """
import os, signal, sys
from made.post import MONDAY
from storage.commands import knowing
from storage.commands.knowing import importing
from storage.events import Actor
from storage.kinds.importing import Row
from storage.store import open_store

recorded = importing.record
calls = []

def record(*given, **told):
    number = recorded(*given, **told)
    calls.append(number)
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number

importing.record, importing.LOT = record, 2
cells = [Row(n, {"address": f"p{n}@x.example", "organization": f"O{n}", "role": "x"}, 1) for n in range(2, 12)]
ahead = knowing.Ahead() if sys.argv[2] == "ahead" else None
store = open_store(sys.argv[1])
with store.reading() as session:
    knowing.check(session, cells, given={}, now=MONDAY, ahead=ahead)
with store.writing() as session:
    knowing.import_customers(session, cells, given={}, actor=Actor(1, "one"), now=MONDAY, ahead=ahead)
"""


@pytest.mark.parametrize("road", ["ahead", "again"])
def test_a_kill_in_the_middle_leaves_nothing(store: Store, store_url: str, ana: Actor, road: str) -> None:
    before, facts = decided(store), count(store, Event)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    killed = subprocess.run([sys.executable, "-c", _KILLED, store_url, road], check=False, env=env)
    assert killed.returncode == -signal.SIGKILL
    with store.writing():  # which waits until the database has noticed
        pass
    assert (decided(store), count(store, Event)) == (before, facts)
    assert take_in(store, ana, {"address": "p2@x.example"}).made == 1
    with store.reading() as session:
        assert verify(session).broken_at is None


def test_no_more_than_twenty_faults_are_named(store: Store) -> None:
    assert len(wrong(store, *[{"address": "none"}] * 700)) == importing.MOST_FAULTS


@pytest.mark.parametrize("how", ["wrote", "noted", "told", "reached"])
def test_whoever_more_is_known_of_by_now_is_not_taken_out(store: Store, ana: Actor, how: str, taken: list[int]) -> None:
    assert taken == []
    take_in(store, ana, {"address": "bo@acme.example"}, *({"address": f"p{n}@x.example"} for n in range(5)))
    number = shown(store, "bo@acme.example")[0].person_id
    other = Actor(ana.agent_id, "two")
    with store.writing() as session:
        match how:
            case "noted":
                knowing.keep_entry(session, Note("kind"), subject=P, subject_id=number, actor=other, now=MONDAY)
            case "told":
                knowing.set_fields(session, P, number, {"role": "x"}, actor=other, now=MONDAY)
            case "reached":
                knowing.keep_address(session, number, "bo@home.example", actor=other, now=MONDAY)
    if how == "wrote":
        Post(store).send("1@x", by="bo@acme.example")
    before = decided(store)
    with store.writing() as session, pytest.raises(Refused, match=r"changed_since|final"):
        undo(session, actor=ana, now=MONDAY)
    assert decided(store) == before


def test_an_organization_is_taken_whatever_the_case_and_accents_of_its_name(store: Store, ana: Actor) -> None:
    with store.writing() as session:
        knowing.make_organization(session, "Café Açaí", actor=ana, now=MONDAY)
        with pytest.raises(Refused, match="organization_taken"):
            knowing.make_organization(session, "CAFE acai", actor=ana, now=MONDAY)


_CELL = st.fixed_dictionaries(
    {"address": st.integers(0, 9)},
    optional={
        "name": st.sampled_from(["", "Ána", "Bo"]),
        "organization": st.sampled_from(["", "One", "ÓNE", "two.example", "gmail.com"]),
        "role": st.sampled_from(["Boss", " boss "]),
        "org.touch": st.sampled_from(["high", "low"]),
        "org.parent": st.sampled_from(["Three", "two.example", "one"]),
        "org.name": st.sampled_from(["Two", "One"]),
    },
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(st.tuples(st.booleans(), st.lists(_CELL, max_size=6)), min_size=1, max_size=3))
def test_imported_twice_is_imported_once_and_undone_is_as_before(
    store: Store, ana: Actor, taken: list[int], files: list
) -> None:
    taken.clear()
    for planned_again, file in files:
        cells = [one | {"address": f"p{one['address']}@x.example"} for one in file]
        before = decided(store)
        try:
            done = take_in(store, ana, *cells, again=planned_again)
        except BadImport:
            assert decided(store) == before
            continue
        after = decided(store)
        again = take_in(store, ana, *cells)
        assert (again.made, again.changed, again.action_id) == (0, 0, None)
        assert decided(store) == after
        if done.action_id is None:
            continue
        with store.writing() as session:
            undo(session, actor=ana, now=MONDAY)
        assert decided(store) == before
        with store.writing() as session:
            redo(session, actor=ana, now=MONDAY)
        assert decided(store) == after


def test_what_is_held_on_a_customer_says_that_a_file_brought_them(store: Store, ana: Actor) -> None:
    take_in(store, ana, {"address": "bo@acme.example", "role": "Boss"}, {"address": "li@acme.example"})
    number = shown(store, "bo@acme.example")[0].person_id
    with store.reading() as session:
        events = list(held.happened(session, held.held(session, number)))
    assert [(one.kind, dict(one.values)["person_id"]) for one in events] == [("customer_kept", number)]
