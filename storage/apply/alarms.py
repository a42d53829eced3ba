"""Applying the facts of clocks: warnings, breaches, and what is said of them."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update

from storage.apply.base import Touched, applies, insert, table
from storage.events import BreachExplained, ClockBreached, ClockWarned
from storage.kinds.clocks import Mark
from storage.kinds.errors import Changed
from storage.models import Alarm
from storage.models.statements import Lookup, Write, some_values

_A: Final = table(Alarm)
_ALARMS: Final = Lookup(lambda: select(_A).where(_A.c.conversation_id.in_(some_values())))
_EXPLAINING: Final = Write(
    lambda: (
        update(_A)
        .where(
            _A.c.conversation_id == bindparam("number"),
            _A.c.metric == bindparam("which", type_=_A.c.metric.type),
            _A.c.due_at == bindparam("due", type_=_A.c.due_at.type),
            _A.c.mark == bindparam("breach", type_=_A.c.mark.type),
        )
        .values(
            explained_at=bindparam("at", type_=_A.c.explained_at.type),
            cause=bindparam("why", type_=_A.c.cause.type),
            corrective=bindparam("then", type_=_A.c.corrective.type),
        )
    )
)


@applies(ClockWarned)
def _(facts: Sequence[ClockWarned], connection: Connection) -> Touched:
    return _keep(connection, facts, Mark.WARNED)


@applies(ClockBreached)
def _(facts: Sequence[ClockBreached], connection: Connection) -> Touched:
    return _keep(connection, facts, Mark.BREACHED)


def _keep(connection: Connection, facts: Sequence[ClockWarned | ClockBreached], mark: Mark) -> Touched:
    """Put alarms down, each once.

    Raises:
        Changed: one stands already.
    """
    there = {
        (row.conversation_id, row.metric, row.due_at)
        for row in _ALARMS(connection, (fact.conversation_id for fact in facts))
        if row.mark is mark
    }
    rows: list[dict[str, Any]] = []
    for fact in facts:
        key = (fact.conversation_id, fact.metric, fact.due_at)
        if key in there:
            raise Changed("alarm", (fact.conversation_id,))
        there.add(key)
        rows.append(
            {
                "conversation_id": fact.conversation_id,
                "metric": fact.metric,
                "due_at": fact.due_at,
                "mark": mark,
                "policy": fact.policy,
                "noticed_at": fact.noticed_at,
                "explained_at": None,
                "cause": None,
                "corrective": None,
            }
        )
    insert(connection, Alarm, rows)
    return ()


@applies(BreachExplained)
def _(facts: Sequence[BreachExplained], connection: Connection) -> Touched:
    stands: dict[Any, Any] = {
        (row.conversation_id, row.metric, row.due_at): row.explained_at
        for row in _ALARMS(connection, (fact.conversation_id for fact in facts))
        if row.mark is Mark.BREACHED
    }
    said: dict[Any, dict[str, Any]] = {}
    for fact in facts:
        key = (fact.conversation_id, fact.metric, fact.due_at)
        if key not in stands or stands[key] != fact.before_at:
            raise Changed("alarm", (fact.conversation_id,))
        stands[key] = fact.after_at
        number, metric, due = key
        said[key] = {
            "number": number,
            "which": metric,
            "due": due,
            "breach": Mark.BREACHED,
            "at": fact.after_at,
            "why": fact.cause,
            "then": fact.corrective,
        }
    _EXPLAINING(connection, list(said.values()))
    return ()
