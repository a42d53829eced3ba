"""The views that an agent has: those of one's own and those shared with all, each with its key."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import Session

from storage.kinds.clean import folded
from storage.kinds.errors import NoSuch
from storage.queries.making import BUILT_IN, LAST_KEY, saved_views
from storage.queries.tables import VIEW
from storage.views import SavedView


def views(session: Session, *, agent_id: int | None) -> tuple[SavedView, ...]:
    """Return the saved views that an agent has, in the order of their keys.

    One whose place is a key has that key, an agent's own before a shared one; one on 1 to 5 stands for the console's
    own view there. The others follow on the free keys from 6 to 9, and further ones have none.

    Args:
        session: of any transaction.
        agent_id: whose; `None` gives the shared ones alone.
    """
    return saved_views(_rows(session, agent_id))


def view_called(session: Session, name: str, *, agent_id: int | None) -> SavedView:
    """Return the agent's view of that name, whichever its case and accents; one's own before a shared one.

    Raises:
        NoSuch: there is none.
    """
    wanted = folded(name)
    found = [one for one in views(session, agent_id=agent_id) if folded(one.name) == wanted]
    if not found:
        raise NoSuch("view", name)
    return min(found, key=lambda one: one.shared)


def free_place(held: Sequence[SavedView]) -> int:
    """Return the place for a view more: the first key that is free, else behind all others."""
    taken = {one.place for one in held} | {int(one.key) for one in held if one.key}
    free = (place for place in range(BUILT_IN + 1, LAST_KEY + 1) if place not in taken)
    return next(free, max([LAST_KEY, *taken]) + 1)


def _rows(session: Session, agent_id: int | None) -> Sequence[Any]:
    mine: ColumnElement[bool] = VIEW.c.agent_id.is_(None)
    if agent_id is not None:
        mine = or_(mine, VIEW.c.agent_id == agent_id)
    columns = (VIEW.c.id, VIEW.c.agent_id, VIEW.c.name, VIEW.c.query, VIEW.c.place)
    chosen = select(*columns).where(mine, VIEW.c.name.is_not(None), VIEW.c.query.is_not(None))
    return session.connection().execute(chosen).all()
