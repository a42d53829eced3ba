"""Where clocks stand follows what happens, in the same transaction, and is the same when it is made anew."""

from datetime import timedelta

import pytest
from made.life import Life
from sqlalchemy import delete, select, update

from storage.apply import settle
from storage.apply.base import table
from storage.models import Clock, Conversation
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
