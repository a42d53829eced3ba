"""What a store says: its rows, to be held against those of another store or of a moment before."""

from typing import Any

from sqlalchemy import select

from storage.apply.base import table
from storage.models import DECIDED
from storage.store import Store


def decided(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every decided table, in an order of their own."""
    with store.reading() as session:
        connection = session.connection()
        return {
            model.__tablename__: sorted(map(tuple, connection.execute(select(table(model))).all()), key=repr)
            for model in DECIDED
        }
