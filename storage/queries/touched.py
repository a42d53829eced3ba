"""Which open conversations a change of calendars or policies touches, before it is made."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session

from storage.kinds import PUT_AWAY, SETTLED
from storage.kinds.hours import KeptCalendar
from storage.kinds.policies import KeptPolicy, Matter
from storage.prepared import Prepared, among, many
from storage.queries import playbooks
from storage.queries.hours import terms
from storage.queries.tables import CONVERSATION, MAILBOX
from storage.rules.policies import matching

_C = CONVERSATION.c
_AT_ONCE: Final = 2_000


def _rows(dialect: str) -> Any:
    columns = _C.id, _C.priority, _C.tier, _C.kind, MAILBOX.c.name
    chosen = select(*columns).join(MAILBOX, MAILBOX.c.id == _C.mailbox_id)
    return chosen.where(_C.id.in_(among(dialect))).order_by(_C.id)


_ROWS: Final = Prepared(_rows)


@dataclass(frozen=True, slots=True)
class Touched:
    """What a change of calendars or policies would touch.

    Attributes:
        open: how many conversations are open.
        conversation_ids: those of them that other targets, or other hours, would hold for.
    """

    open: int
    conversation_ids: tuple[int, ...]


def touched(session: Session, value: KeptCalendar | KeptPolicy, *, now: datetime) -> Touched:
    """Return which open conversations a calendar or a policy touches that says something else from now on.

    Args:
        session: of any transaction.
        value: as it would be.
        now: the moment, or the one from which on it holds.
    """
    before = terms(session)
    after = before.laid(value)
    said, says = before.versions(), after.versions()
    hours = value.name if isinstance(value, KeptCalendar) else None
    chosen = select(_C.id).where(_C.status.not_in((*SETTLED, *PUT_AWAY))).order_by(_C.id)
    numbers = list(session.connection().execute(chosen).scalars())
    found = []
    for number, matter in matters(session, numbers).items():
        holds = matching(says, matter, now)
        if matching(said, matter, now) != holds or any(one.calendar == hours for one in holds):
            found.append(number)
    return Touched(len(numbers), tuple(found))


def matters(session: Session, numbers: Iterable[int]) -> dict[int, Matter]:
    """Return what conditions of policies are held against, of conversations by their numbers."""
    connection = session.connection()
    laid = playbooks.laid_in(connection)
    wanted = sorted(set(numbers))
    found = {}
    for place in range(0, len(wanted), _AT_ONCE):
        some = wanted[place : place + _AT_ONCE]
        served = playbooks.served(session, some, laid)
        for number, priority, tier, kind, mailbox in _ROWS.rows(connection, numbers=many(connection, some)):
            who = served[number]
            touch = who.playing.touch.model
            found[number] = Matter(str(priority), touch, str(tier), mailbox, who.organization_id, str(kind))
    return found
