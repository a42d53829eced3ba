"""A store from before clocks gets what they are read from out of its log, as replaying that gives it."""

from importlib import import_module

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from made.life import Life
from made.rows import decided
from sqlalchemy import delete, select, update

from storage.apply.base import table
from storage.models import Message, Stand
from storage.store import Store


@pytest.mark.parametrize("seed", [3, 8])
def test_what_clocks_are_read_from_comes_out_of_the_log(store: Store, seed: int) -> None:
    life = Life(store, seed)
    life.think_again = life.decide  # logs from before clocks do not say what was taken back
    life.live(90)
    before = decided(store)
    with store.reading() as session:
        stands = session.connection().execute(select(table(Stand))).all()
        since = session.connection().execute(select(table(Message).c.handled_at)).scalars().all()
    assert len(stands) > 15
    assert sum(one is not None for one in since) > 5
    migration = import_module("storage.migrations.versions.0020_clocks")
    with store.writing() as session:
        connection = session.connection()
        connection.execute(delete(table(Stand)))
        connection.execute(update(table(Message)).values(handled_at=None))
        with Operations.context(MigrationContext.configure(connection)):
            migration._stood()
            migration._handled()
    assert decided(store) == before
