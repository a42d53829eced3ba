"""Where clocks stand follows what happens, in the same transaction, and is the same when it is made anew."""

from datetime import timedelta

import pytest
from made.life import Life
from made.post import HOUR, MONDAY, Out, Post, row_of
from sqlalchemy import delete, select, update

from storage.apply import settle
from storage.apply.base import table
from storage.commands import knowing, terms
from storage.commands.erasing import erase
from storage.kinds import Subject
from storage.kinds.policies import KeptPolicy, Metric, Policy, When
from storage.models import Clock, Conversation
from storage.queries.erasing import survey
from storage.store import Store

C, K = table(Conversation), table(Clock)


def derived(store: Store) -> tuple[list, list]:
    with store.reading() as session:
        connection = session.connection()
        clocks = connection.execute(select(K).order_by(K.c.conversation_id, K.c.metric)).all()
        due = connection.execute(select(C.c.id, C.c.due_at, C.c.warn_at, C.c.due_metric).order_by(C.c.id)).all()
        return list(clocks), list(due)


def anew(store: Store) -> None:
    with store.writing() as session:
        connection = session.connection()
        connection.execute(delete(K))
        connection.execute(update(C).values(due_at=None, warn_at=None, due_metric=None))
        settle(connection, connection.execute(select(C.c.id)).scalars().all())


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_a_random_life_leaves_what_making_it_anew_gives(store: Store, seed: int) -> None:
    life = Life(store, seed)
    for _ in range(8):
        life.live(15)
        before = derived(store)
        anew(store)
        assert derived(store) == before
    assert any(one.due_at for one in before[0]) or timedelta(0)


@pytest.mark.parametrize("named", ["vip", "ana@acme.example"])
def test_who_is_erased_takes_along_what_was_promised_for_their_touch_or_in_their_name(store: Store, named: str) -> None:
    post = Post(store)
    post.now = MONDAY
    actor = Out(post).actor
    post.send("a@acme", at=MONDAY)
    post.send("b@acme", at=MONDAY, by="bo@acme.example", cites=("a@acme",), text="b")  # so it stays open
    ana = row_of(store, 1).customer_id
    when = When(touch=("high",) if named == "vip" else ())
    with store.writing() as session:
        policy = KeptPolicy(named, (Policy(named, {Metric.FIRST_RESPONSE: HOUR}, when=when),))
        terms.keep(session, policy, actor=actor, now=MONDAY)
        knowing.set_fields(session, Subject.PERSON, ana, {"touch": "high"}, actor=actor, now=MONDAY)
    assert row_of(store, 1).due_at == MONDAY + HOUR
    with store.writing() as session:
        theirs = survey(session, ana)
        erase(session, theirs, elsewhere=True, on_servers=False, actor=actor, now=MONDAY + 2 * HOUR)
    before = derived(store)
    assert row_of(store, 1).due_at == MONDAY + 4 * HOUR
    anew(store)
    assert derived(store) == before
