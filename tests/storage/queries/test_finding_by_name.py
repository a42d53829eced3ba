"""Customers and organizations found by their names, whatever case and accents, by the database itself."""

import pytest
from made.post import MONDAY, Post
from sqlalchemy import insert, select

from storage.apply.base import table
from storage.commands import knowing
from storage.commands.desk import agent_named
from storage.commands.undoing import redo, undo
from storage.events import Actor
from storage.kinds import Subject
from storage.kinds.clean import folded_name
from storage.kinds.errors import Ambiguous, NoSuch, Refused
from storage.models import Address, Organization, Person
from storage.queries import answering, completing, names
from storage.queries.customers import named, of_that_name, organizations, persons

P, O = Subject.PERSON, Subject.ORGANIZATION  # noqa: E741 - two letters that stand side by side


@pytest.fixture
def tell(store):
    with store.writing() as session:
        ana = Actor(agent_named(session, "ana", now=MONDAY), "one")

    def told(command, *given):
        with store.writing() as session:
            return command(session, *given, actor=ana, now=MONDAY)

    return told


@pytest.fixture
def desk(store, tell):
    """José of Ação, João of North (a subsidiary of Ação), Maria of nobody, and another João."""
    post = Post(store)
    for number, (name, address) in enumerate(
        (
            ("José  ÁVILA", "jose@acao.example"),
            ("João d'Ávila", "joao.souza@north.example"),
            ("Maria 100%_sure", "maria@gmail.com"),
            ("joao D'avila", "j2@gmail.com"),
        ),
        1,
    ):
        post.send(f"{number}@x", by=address)
        tell(knowing.set_fields, P, number, {"name": name})
    tell(knowing.set_fields, O, 1, {"name": "Ação Ltda"})
    tell(knowing.set_fields, O, 2, {"name": "North"})
    tell(knowing.belong, O, 2, 1)
    return store


def folded_as_named(session):
    for model in (Person, Organization):
        rows = table(model)
        for row in session.connection().execute(select(rows.c.name, rows.c.folded)):
            assert row.folded == folded_name(row.name)


def test_what_a_name_is_found_by_follows_it_through_changes_undo_and_redo(desk, tell):
    for command, *given in (
        (knowing.set_fields, P, 3, {"name": "Márcia"}),
        (knowing.merge, 2, 4),
        (knowing.make_organization, "Étoile"),
        (undo,),
        (redo,),
        (undo,),
        (undo,),
        (undo,),
    ):
        tell(command, *given)
        with desk.reading() as session:
            folded_as_named(session)
            if given == [2, 4]:
                assert [named(session, P, name) for name in ("marcia", "JOAO D'AVILA")] == [3, 2]
                with pytest.raises(NoSuch):
                    named(session, P, "maria 100%_sure")


def test_whole_names_are_looked_up_and_several_of_one_name_are_told_apart(desk, watched):
    with desk.reading() as session:
        with watched() as statements:
            assert named(session, P, "JOSE avila") == 1
            assert named(session, O, "acao LTDA") == 1
        with pytest.raises(Ambiguous) as several:
            named(session, P, "João D'Ávila")
        assert [one.split()[0] for one in several.value.candidates] == ["#2", "#4"]
        assert of_that_name(session, P, "João d'Ávila") == {2}, "written just so goes before"
        if desk.path is not None:
            for text, given in statements:
                plan = [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)]
                assert not [step for step in plan if step.startswith("SCAN")], plan


def test_words_stand_anywhere_in_name_address_and_organization_in_as_many_statements(desk, watched):
    with desk.reading() as session:
        for words, found in (
            (["avila"], [1, 2, 4]),
            (["ÁVI", "acao"], [1]),
            (["souza"], [2]),
            (["NORTH.ex"], [2]),
            (["d'a"], [2, 4]),
            (["100%_S"], [3]),
            (["a%a"], []),
            (["oã"], [2, 4]),
        ):
            with watched() as statements:
                assert [one.person_id for one in persons(session, words, kind=None, limit=10)] == found, words
            assert len([text for text, _ in statements if text.startswith("SELECT")]) == 3
        assert [one.person_id for one in persons(session, ["avila"], kind=None, after=1, limit=1)] == [2]
        assert [one.organization_id for one in organizations(session, ["ação"], limit=10)] == [1, 2], (
            "and what is below"
        )
        assert (
            names.organizations_with(session, ["ltda", "acao"]) == names.organizations_with(session, ["acao.ex"]) == {1}
        )


def test_very_long_names_are_kept_apart_by_what_is_not_in_the_index(desk, tell):
    long = "ã" * 4_000
    numbers = [tell(knowing.set_fields, P, one, {"name": "x"}) and one for one in (1, 3)]
    with desk.writing() as session:
        rows = table(Person)
        for number, end in zip(numbers, "ab", strict=True):
            name = long + end
            session.connection().execute(
                rows.update().where(rows.c.id == number).values(name=name, folded=folded_name(name))
            )
        assert named(session, P, "A" * 4_000 + "B") == 3


def test_no_organization_takes_the_name_of_another(desk, tell):
    for command, *given in ((knowing.make_organization, "NÓRTH"), (knowing.set_fields, O, 1, {"name": "nortH"})):
        with pytest.raises(Refused, match="organization_taken"):
            tell(command, *given)
    tell(knowing.set_fields, O, 2, {"name": "NORTH"})


def test_all_of_the_desk_is_offered_not_only_who_came_last(desk, monkeypatch):
    monkeypatch.setattr(completing, "_RECENT", 1)
    monkeypatch.setattr(answering, "_PERSONS", 2)
    with desk.writing() as session:
        line = session.connection()
        line.execute(
            insert(table(Person)),
            [{"id": n, "name": f"Z{n}", "folded": f"z{n}", "kind": "customer"} for n in range(10, 60)],
        )
        assert [one.person_id for one in completing.customers(session, "JOSÉ")] == [1]
        assert [one.person_id for one in completing.customers(session, "avila", but=2)] == [4, 1]
        assert completing.customers(session, "5", limit=2)[0].person_id == 59
        assert [one.address for one in answering.persons(session, "jos ávi")] == ["jose@acao.example"]
        assert [one.conversation_id for one in completing.joinable(session, 3, "jose")] == [1]
        assert completing.organizations(session, "north", limit=1) == ["Ação Ltda", "North"]


def test_whoever_is_written_to_is_offered_the_same_whether_enough_of_the_newest_are_found_or_all_are_looked_for(
    desk, monkeypatch
):
    with desk.writing() as session:
        line = session.connection()
        people = [{"id": n, "name": f"Zé {n}a", "folded": f"ze {n}a", "kind": "customer"} for n in range(10, 60)]
        line.execute(insert(table(Person)), people)
        at = [{"id": n, "person_id": n, "mailbox_group": "", "address": f"b{n}.c@xz{n}.example"} for n in range(10, 60)]
        line.execute(insert(table(Address)), at)
        for letters in ("z", "ze 1", "xz", "c", "b3", "10a", "avila", "d'av", "example", "%", "_", "1", "zzz"):
            found = []
            for newest, ranked in ((10_000, 100), (0, 100), (10_000, 5), (20, 5)):
                monkeypatch.setattr(answering, "_NEWEST", newest)
                monkeypatch.setattr(answering, "_RANKED", ranked)
                found.append([one.address for one in answering.persons(session, letters, limit=5)])
            few = [sorted(some) for some in found[2:]]
            assert found[0] == found[1], letters
            assert few[0] == few[1], letters
        assert len(answering.persons(session, "xz", limit=5)) == 5
        assert [one.address for one in answering.persons(session, "23a")] == ["b23.c@xz23.example"]
        assert answering.persons(session, "3a") == [], "in the middle of a word"
