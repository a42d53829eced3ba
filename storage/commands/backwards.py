"""A very large action taken back in lots, read backwards off the log: memory stays flat, and it is still one action.

What an import did is about no conversation, so it is taken back whole or not at all. It needs no trial before: where
a row does not stand as it was left, the transaction is given up with all that was taken back in it so far.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from sqlalchemy import func, or_, select
from sqlmodel import Session

from storage.apply.base import table
from storage.events import Actor, Fact, inverse
from storage.kinds.errors import Changed
from storage.models import Event
from storage.record import facts_of, record

_EVENT = table(Event)

LARGE: Final = 4_000
"""Facts of an action from which on it is taken back in lots."""

LOT: Final = 1_000
"""Facts that are taken back together."""


def large(session: Session, action_id: int, only: Collection[int | None] | None) -> bool:
    """Say whether an action is to be taken back in lots: it did very much, and none of it to a conversation.

    Args:
        session: of any transaction.
        action_id: the action.
        only: of what it did, what is about these conversations.
    """
    if only is not None and set(only) != {None}:
        return False
    own = _EVENT.c.action_id == action_id, _EVENT.c.agent_id.is_not(None)
    connection = session.connection()
    some = select(_EVENT.c.id).where(*own).limit(LARGE).subquery()
    if int(connection.execute(select(func.count()).select_from(some)).scalar_one()) < LARGE:
        return False
    barred = or_(_EVENT.c.conversation_id.is_not(None), _EVENT.c.kind == "erased")
    return connection.execute(select(_EVENT.c.id).where(*own, barred).limit(1)).first() is None


def in_lots(
    session: Session,
    action_id: int,
    *,
    actor: Actor,
    now: datetime,
    into: int | None,
    follow: Callable[[Sequence[Fact]], None],
) -> tuple[int | None, tuple[Fact, ...]]:
    """Take all of an action back.

    Args:
        session: of a writing transaction; it is rolled back where a row does not stand as it was left.
        action_id: the action.
        actor: who takes it back.
        now: the moment.
        into: the action that took back an earlier part.
        follow: does what follows from the facts of each lot.

    Returns:
        The new action, `None` where nothing of it can be taken back any more, and of each kind of fact that ever could
        the last one, as it had been recorded.

    Raises:
        Changed: a row does not stand as it was left.
    """
    told: dict[str, Fact] = {}
    forgotten: set[int] = set()
    waiting = facts_of(session, action_id=action_id, backwards=True, forgotten=forgotten)
    while lot := list(islice(waiting, LOT)):
        inverses = []
        for number, fact in lot:
            if (one := inverse(fact)) is None:
                continue
            told.setdefault(fact.kind, fact)
            if number not in forgotten:
                inverses.append(one.model_copy(update={"happened_at": now}))
        forgotten.clear()
        if not inverses:
            continue
        try:
            into = record(session, inverses, actor=actor, now=now, action_id=into, undoes=action_id)
        except Changed:
            session.rollback()
            raise
        follow(inverses)
    return into, tuple(reversed(told.values()))
