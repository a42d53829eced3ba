"""Facts that are applied in one go leave what they leave one by one, with all that follows from them."""

import random
from datetime import timedelta

import pytest
from made.post import HOUR, MONDAY, Post, letter
from made.rows import decided
from sqlalchemy import event, select

from storage.apply import apply, refresh, settle_after
from storage.apply.base import table
from storage.kinds import Automatic, Direction
from storage.kinds.errors import Changed
from storage.models import Conversation
from storage.record import facts_of
from storage.store import Store

PEOPLE = ("ana@acme.example", "bo@acme.example", "desk@plantao.example")


def bring_many(post: Post, seed: int) -> None:
    """Bring small conversations in batches: answers, machines, copies, forwards of nobody, several in one second."""
    chance = random.Random(seed)
    names = [f"{number}@x" for number in range(60)]
    for batch in range(9):
        some = []
        for name in names[batch * 6 : batch * 6 + 6]:
            by = chance.choice(PEOPLE)
            message = letter(
                name,
                by=by,
                to=[chance.choice(PEOPLE), "li@other.example"][: chance.randint(0, 2)],
                cites=[chance.choice(names)] if chance.random() < 0.6 else (),
                subject=chance.choice(("Fatura", "Projetor", "")),
                automatic=chance.choice((Automatic.NO, Automatic.NO, Automatic.BOUNCE, Automatic.REPLY)),
            )
            at = MONDAY + chance.randint(-3, 3) * 24 * HOUR + timedelta(seconds=chance.randint(0, 2))
            some.append(post.delivery(message, at=at))
            if chance.random() < 0.2:
                some.append(post.delivery(chance.choice((None, message)), at=at))
        post.bring(*some)


@pytest.mark.parametrize("seed", range(4))
def test_mail_that_takes_its_place_at_once_stands_as_if_each_fact_had_come_alone(
    store: Store, second_store: Store, seed: int
) -> None:
    bring_many(Post(store), seed)
    was = decided(store)
    with store.writing() as session:  # nothing that follows from messages is other than it is when made anew
        refresh(session, [row[0] for row in was["conversation"]])
    assert decided(store) == was
    with store.reading() as log, second_store.writing() as session:
        for _, fact in facts_of(log):
            touched = apply(session, [fact])
            refresh(session, touched)
            settle_after(session.connection(), [fact], touched)
    assert decided(second_store) == was


def test_new_conversations_are_written_once(store: Store) -> None:
    if store.engine.dialect.name != "sqlite":
        pytest.skip("statements of one engine tell")
    post = Post(store)
    ran: list[str] = []

    def listen(_c: object, _cursor: object, statement: str, *_: object) -> None:
        ran.append(statement)

    event.listen(store.engine, "before_cursor_execute", listen)
    letters = [letter(f"{number}@x", subject=f"{number}") for number in range(20)]
    post.bring(*(post.delivery(one) for one in letters))
    event.remove(store.engine, "before_cursor_execute", listen)
    changing = {one for one in ran if one.startswith(("UPDATE message", "UPDATE conversation"))}
    assert changing == {"UPDATE conversation SET due_at=?, warn_at=?, due_metric=? WHERE conversation.id = ?"}
    rows = table(Conversation)
    with store.reading() as session:
        counts = session.connection().execute(select(rows.c.message_count)).scalars().all()
    assert counts == [1] * 20


def test_a_message_that_stands_already_is_refused_as_ever(store: Store) -> None:
    post = Post(store)
    post.send("1@x")
    with store.reading() as session:
        received, joined = (fact for _, fact in facts_of(session) if fact.kind in {"received", "joined"})
    fresh = received.model_copy(
        update={
            "message_id": 2,
            "raw_id": 2,
            "key": "ab" * 20,
            "raw_digest": "cd" * 32,
            "direction": Direction.INCOMING,
        }
    )
    with pytest.raises(Changed), store.writing() as session:
        apply(session, [fresh, joined.model_copy(update={"starts": None})])
