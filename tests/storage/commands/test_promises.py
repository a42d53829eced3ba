"""What was promised customers: entries that are due, kept, withdrawn, undone and replayed like any, on both engines."""

from datetime import timedelta

import pytest
from made.post import DAY, HOUR, MONDAY, Post
from made.rows import decided

from storage.commands import promising
from storage.commands.desk import agent_named
from storage.commands.undoing import redo, undo
from storage.events import Actor
from storage.kinds.errors import BadField, NoSuch, Refused
from storage.queries import context, conversations, customer_screen
from storage.queries.promises import promise, promised_to, promises
from storage.record import replay
from storage.store import Store


def test_promises_are_given_kept_and_taken_back(store: Store, second_store: Store) -> None:
    post = Post(store)
    post.send("1@x", by="bo@acme.example")
    post.send("2@x", by="li@other.example", at=MONDAY + HOUR)
    with store.writing() as session:
        ana = Actor(agent_named(session, "Ana", now=MONDAY), "one")

    def tell(command, *arguments):
        with store.writing() as session:
            return command(session, *arguments, actor=ana, now=MONDAY)

    def words(person: int | None = None) -> list[str]:
        with store.reading() as session:
            some = promised_to(session, person) if person else promises(session)
            return [one.text for one in some]

    late, _action = tell(promising.promise, 1, "the invoice ", MONDAY + 3 * DAY)
    soon, _action = tell(promising.promise, 1, "call back", MONDAY + timedelta(days=1, hours=2))
    tell(promising.promise, 2, "a price", MONDAY + 2 * DAY)
    assert words() == ["call back", "a price", "the invoice"]
    assert words(1) == ["call back", "the invoice"]
    with store.reading() as session:
        view = promise(session, soon)
        assert view is not None
        assert (view.agent, view.due, view.conversation_id, view.customer) == ("Ana", MONDAY + DAY + 2 * HOUR, 1, "Bo")
        beside = context.read(session, conversations.read(session, 1, agent_id=None))
        assert beside.promised == customer_screen.read(session, 1).promised == promised_to(session, 1)
    tell(promising.keep, soon)
    with pytest.raises(Refused, match="already"):
        tell(promising.keep, soon)
    assert words(1) == ["the invoice"]
    with store.reading() as session:
        assert [one.text for one in promises(session, kept=True)] == ["call back"]
    tell(undo)
    assert words(1) == ["call back", "the invoice"]
    tell(redo)
    tell(promising.withdraw, late)
    assert words(1) == []
    tell(undo)
    assert words() == ["a price", "the invoice"]
    for wrong, error in ((("", MONDAY), BadField), (("x" * 400, MONDAY), BadField)):
        with pytest.raises(error):
            tell(promising.promise, 1, *wrong)
    with pytest.raises(NoSuch):
        tell(promising.promise, 99, "x", MONDAY)
    with pytest.raises(NoSuch):
        tell(promising.keep, 99)
    with store.reading() as log, second_store.writing() as session:
        replay(log, session)
    assert decided(second_store)["entry"] == decided(store)["entry"]
