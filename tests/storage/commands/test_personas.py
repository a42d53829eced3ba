"""Personas: suggested with why, confirmed as a field of the profile or dismissed, renamed without losing anybody."""

from datetime import timedelta

import pytest
from made.post import MONDAY, Post
from made.rows import decided

from storage.commands import knowing
from storage.commands.desk import agent_named
from storage.commands.undoing import redo, undo
from storage.events import Actor
from storage.kinds import EntryKind, Subject
from storage.kinds.errors import NoSuch, Refused
from storage.kinds.personas import Persona, PersonaView
from storage.queries import customer_screen, inbox, personas
from storage.queries import knowing as known
from storage.record import replay, verify
from storage.store import Store

CHIEF = Persona("Chief", roles=("CTO",), signature=("engineering",), do=("give a time",))
BOOKS = Persona("Books", roles=("finance",), signature=("accounts payable",))


@pytest.fixture
def tell(store: Store):
    with store.writing() as session:
        ana = Actor(agent_named(session, "ana", now=MONDAY), "one")

    def tell(command, *arguments, **choices):
        with store.writing() as session:
            return command(session, *arguments, actor=ana, now=MONDAY, **choices)

    return tell


@pytest.fixture
def beside(store: Store):
    def beside(person: int = 1) -> PersonaView:
        with store.reading() as session:
            return customer_screen.read(session, person).persona

    return beside


def found(store: Store, words: str) -> list[int]:
    with store.reading() as session:
        return sorted(inbox.numbers(session, query=words, agent_id=None, now=MONDAY))


def test_what_is_suggested_says_why_and_is_confirmed_or_dismissed_and_undone(store, tell, beside) -> None:
    Post(store).send("1@x", by="bo@acme.example", text="It fails.\n\nBo\nAccounts payable")
    chief, _action = tell(knowing.keep_entry, CHIEF)
    tell(knowing.keep_entry, BOOKS)
    assert (beside().suggested.persona, beside().suggested.said) == (BOOKS, "Accounts payable")
    tell(knowing.set_fields, Subject.PERSON, 1, {"role": "CTO of Acme"})
    assert (beside().suggested.persona, beside().suggested.by) == (CHIEF, "role")
    before = decided(store)
    tell(knowing.dismiss_persona, 1)
    assert beside().suggested.persona == BOOKS
    tell(knowing.dismiss_persona, 1)
    assert beside() == PersonaView()
    with pytest.raises(Refused, match="no_suggestion"):
        tell(knowing.confirm_persona, 1)
    tell(undo)
    tell(undo)
    assert decided(store) == before
    done, _action = tell(knowing.confirm_persona, 1)
    assert (done.entry_id, beside()) == (chief, PersonaView(CHIEF))
    with pytest.raises(Refused, match="no_suggestion"):
        tell(knowing.dismiss_persona, 1)
    with store.reading() as session:
        assert known.values(session, Subject.PERSON, 1)["persona"] == "Chief"
    tell(undo)
    assert decided(store) == before


def test_all_for_whom_a_persona_is_suggested_are_found_as_one_by_one(store, tell) -> None:
    post = Post(store)
    letters = ("Bo\nAccounts payable", "Li\nEngineering", "Max\nSales", "Zoe\nAccounts payable")
    for number, (name, below) in enumerate(zip(("bo", "li", "max", "zoe"), letters, strict=True), 1):
        post.send(f"{number}@x", by=f"{name}@acme.example", text=f"It fails.\n\n{below}")
        post.send(f"{number}b@x", by=f"{name}@acme.example", text="Thanks.")
    tell(knowing.keep_entry, CHIEF)
    tell(knowing.keep_entry, BOOKS)
    tell(knowing.set_fields, Subject.PERSON, 1, {"role": "CTO"})
    tell(knowing.dismiss_persona, 4)
    tell(knowing.set_fields, Subject.PERSON, 2, {"persona": "Chief"})
    with store.reading() as session:
        every = dict(personas.everyone(session, at_once=2))
        assert {number: found.persona.name for number, found in every.items()} == {1: "Chief"}
    tell(undo)
    tell(undo)
    with store.reading() as session:
        every = dict(personas.everyone(session, at_once=2))
        one_by_one = {number: personas.suggested(session, number) for number in range(1, 5)}
        assert every == {number: found for number, found in one_by_one.items() if found is not None}
        assert {number: found.persona.name for number, found in every.items()} == {1: "Chief", 2: "Chief", 4: "Books"}


def test_a_persona_that_is_renamed_keeps_its_customers_also_when_that_is_taken_back(store, second_store, tell) -> None:
    post = Post(store)
    for number, name in enumerate(("bo", "li"), 1):
        post.send(f"{number}@x", by=f"{name}@acme.example", at=MONDAY + timedelta(hours=number))
    chief, _action = tell(knowing.keep_entry, CHIEF)
    tell(knowing.set_fields, Subject.PERSON, 1, {"persona": "chief"})
    renamed = Persona("Head", roles=("CTO",))
    tell(knowing.change_entry, chief, renamed, kind=EntryKind.PERSONA)
    tell(knowing.set_fields, Subject.PERSON, 2, {"persona": "HEAD"})
    with store.reading() as session:
        assert personas.called(session, "chief") == personas.called(session, f"#{chief}")
        assert customer_screen.read(session, 1).persona.card == personas.called(session, "head")[1]
        said = [one.value for one in customer_screen.read(session, 1).profile.fields if one.name == "persona"]
    assert said == ["Head"]
    assert found(store, "persona:head") == found(store, "persona:Chief") == [1, 2]
    with pytest.raises(Refused, match="name_taken"):
        tell(knowing.keep_entry, Persona("Chief"))
    tell(undo)  # who is Head
    tell(redo)
    tell(knowing.change_entry, chief, CHIEF, kind=EntryKind.PERSONA)
    assert found(store, "persona:chief") == [1, 2]
    with store.reading() as session:
        verify(session)
    with store.reading() as log, second_store.writing() as session:
        replay(log, session)
    assert decided(second_store) == decided(store)


def test_files_bring_all_of_them_or_none_as_one_action(store, tell) -> None:
    tell(knowing.keep_entry, CHIEF)
    tell(knowing.keep_entry, Persona("Old"))
    before = decided(store)
    given = [Persona("chief", tone="terse"), BOOKS, Persona("Head", former=("Old",))]
    would = tell(knowing.bring_entries, EntryKind.PERSONA, given, preview=True, prune=True)
    assert (would.action_id, decided(store)) == (None, before)
    for wrong in ("BOOKS", "Chief "):
        with pytest.raises(Refused, match="name_taken"):
            tell(knowing.bring_entries, EntryKind.PERSONA, [*given, Persona(wrong)])
        assert decided(store) == before
    done = tell(knowing.bring_entries, EntryKind.PERSONA, given)
    assert (done.added, done.changed, done.same) == (("Books",), ("chief", "Head"), ())
    assert tell(knowing.bring_entries, EntryKind.PERSONA, given).action_id is None
    pruned = tell(knowing.bring_entries, EntryKind.PERSONA, [BOOKS], prune=True)
    assert sorted(pruned.dropped) == ["Head", "chief"]
    tell(undo)
    tell(undo)
    assert decided(store) == before
    with store.reading() as session, pytest.raises(NoSuch):
        personas.called(session, "books")
