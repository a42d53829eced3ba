"""What a store says: its rows, to be held against those of another store or of a moment before."""

from typing import Any

from sqlalchemy import func, select

from storage.apply.base import table
from storage.models import DECIDED, Event
from storage.record import replay
from storage.store import Store


def decided(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every decided table, in an order of their own."""
    with store.reading() as session:
        connection = session.connection()
        return {
            model.__tablename__: sorted(map(tuple, connection.execute(select(table(model))).all()), key=repr)
            for model in DECIDED
        }


def assert_replays(store: Store, target: Store) -> None:
    """Replay the log of one store into an empty one, event for event, and find the same rows there."""
    with store.reading() as log, target.writing() as session:
        done = replay(log, session)
        assert done == log.connection().execute(select(func.count()).select_from(table(Event))).scalar_one()
    was, now = decided(store), decided(target)
    for name, rows in was.items():
        assert now[name] == rows, name
