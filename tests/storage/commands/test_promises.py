"""What was promised customers: entries that are due, kept, withdrawn, undone and replayed like any, on both engines."""

from datetime import timedelta

import pytest
from made.post import DAY, HOUR, MONDAY, Post, letter
from made.rows import decided
from sqlalchemy import select

from console.mail.promising import note_broken
from storage.commands import promising, triage
from storage.commands.desk import agent_named
from storage.commands.erasing import retaining
from storage.commands.outbox import queueing
from storage.commands.undoing import redo, undo
from storage.events import Actor
from storage.kinds import Status
from storage.kinds.errors import BadField, NoSuch, Refused
from storage.kinds.promises import Commitment
from storage.queries import context, conversations, customer_screen, inbox
from storage.queries.promises import promise, promised_to, promises
from storage.queries.tables import EVENT
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


@pytest.fixture
def ana(store: Store) -> Actor:
    """An agent; two customers wrote."""
    post = Post(store)
    post.send("1@x", by="bo@acme.example")
    post.send("2@x", by="li@other.example", at=MONDAY + HOUR)
    with store.writing() as session:
        return Actor(agent_named(session, "Ana", now=MONDAY), "one")


@pytest.fixture
def tell(store: Store, ana: Actor):
    def tell(command, *arguments, **choices):
        with store.writing() as session:
            return command(session, *arguments, **{"actor": ana, "now": MONDAY, **choices})

    return tell


def test_a_promise_that_was_not_kept_in_time_is_broken_once_with_the_moment_it_was_due(
    store: Store, second_store: Store, tell
) -> None:
    late, _ = tell(promising.promise, 1, "call back", MONDAY + HOUR)
    soon, _ = tell(promising.promise, 2, "a price", MONDAY + DAY)
    assert note_broken(store, now=MONDAY + HOUR - timedelta(seconds=1)) == 0
    assert [note_broken(store, now=MONDAY + 3 * HOUR) for _ in range(2)] == [1, 0]
    with store.reading() as session:
        assert [(one.entry_id, one.broken) for one in promises(session)] == [(late, True), (soon, False)]
        told = session.connection().execute(
            select(EVENT.c.happened_at, EVENT.c.recorded_at).order_by(EVENT.c.id.desc())
        )
        assert tuple(told.first()) == (MONDAY + HOUR, MONDAY + 3 * HOUR), "late, with both times"
    tell(promising.keep, late)
    with store.reading() as session:
        (kept,) = promises(session, kept=True)
        assert (kept.broken, kept.kept) == (True, True)
    assert note_broken(store, now=MONDAY + 3 * HOUR) == 0
    tell(undo)
    with store.reading() as session:
        assert [(one.broken, one.kept) for one in promised_to(session, 1)] == [(True, False)]
    with store.reading() as log, second_store.writing() as session:
        replay(log, session)
    assert decided(second_store)["entry"] == decided(store)["entry"]


def test_a_broken_promise_is_not_undone_and_says_so_but_withdrawn(store: Store, second_store: Store, tell) -> None:
    late, _ = tell(promising.promise, 1, "call back", MONDAY + HOUR)
    note_broken(store, now=MONDAY + 2 * HOUR)
    with pytest.raises(Refused) as refused:
        tell(undo)
    assert refused.value.rule == "broken"
    tell(promising.withdraw, late)
    with store.reading() as session:
        assert (promised_to(session, 1), promise(session, late)) == ((), None)
    assert note_broken(store, now=MONDAY + 3 * HOUR) == 0
    tell(undo)
    with store.reading() as session:
        assert [(one.entry_id, one.broken) for one in promised_to(session, 1)] == [(late, True)]
    tell(redo)
    with store.reading() as log, second_store.writing() as session:
        replay(log, session)
    assert decided(second_store)["entry"] == decided(store)["entry"]


def test_conversations_in_which_something_is_promised_are_found(store: Store, tell) -> None:
    def found(query: str, at=MONDAY) -> list[int]:
        with store.reading() as session:
            return sorted(row.conversation_id for row in inbox.window(session, query=query, agent_id=1, now=at).rows)

    assert found("is:promised") == []
    number, _ = tell(promising.promise, 2, "a price", MONDAY + timedelta(minutes=50))
    assert (found("is:promised"), found("-is:promised")) == ([2], [1])
    assert (found("promise<1h"), found("promise:<1h"), found("promise<0h"), found("promise:late")) == ([2], [2], [], [])
    assert found("promise:late", MONDAY + HOUR) == [2]
    note_broken(store, now=MONDAY + HOUR)
    assert found("is:promised promise:late", MONDAY + HOUR) == [2]
    tell(promising.keep, number)
    assert (found("is:promised"), found("promise:late", MONDAY + HOUR)) == ([], [])


def test_an_answer_and_what_it_promises_are_one_action(store: Store, second_store: Store, tell) -> None:
    open_one, _ = tell(promising.promise, 1, "call back", MONDAY + HOUR)
    before = decided(store)["entry"]

    def queue(session, **choices):
        return queueing.queue(
            session,
            queueing.Outgoing(
                mailbox_id=1,
                parsed=letter("p1@x", by="one@plantao.example", to=("bo@acme.example",), dated_at=MONDAY),
                raw_digest=b"1" * 32,
                size=10,
                sender="one@plantao.example",
                recipients=("bo@acme.example",),
                conversation_id=1,
            ),
            undo_window=timedelta(seconds=10),
            after=Status.WAITING,
            promises=[Commitment("the invoice", MONDAY + DAY)],
            keeps=[open_one, 999],
            **choices,
        )

    tell(queue)
    with store.reading() as session:
        assert [one.text for one in promised_to(session, 1)] == ["the invoice"]
        assert [one.entry_id for one in promises(session, kept=True)] == [open_one]
    tell(undo)
    assert before[0] in decided(store)["entry"]
    with store.reading() as session:
        assert [one.text for one in promised_to(session, 1)] == ["call back"]
    with store.reading() as log, second_store.writing() as session:
        replay(log, session)
    assert decided(second_store)["entry"] == decided(store)["entry"]


def test_a_conversation_in_which_something_is_owed_is_kept_by_a_run_of_retention(store: Store, tell) -> None:
    tell(triage.set_status, [1, 2], to=Status.RESOLVED)
    number, _ = tell(promising.promise, 1, "call back", MONDAY + DAY)
    with store.reading() as session:
        name = conversations.read(session, 1, agent_id=None).mailbox
    tell(retaining.keep_period, name, 1)
    later = {"on_servers": False, "now": MONDAY + 90 * DAY}
    assert tell(retaining.erase_old, 1, **later).conversations == 1
    assert tell(retaining.erase_old, 1, **later).conversations == 0
    tell(promising.keep, number)
    assert tell(retaining.erase_old, 1, **later).conversations == 1
