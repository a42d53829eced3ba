"""Throwing conversations away, and bringing them back from the trash and from spam to where they stood."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session

from storage.apply.base import chunks, table
from storage.commands.triage import _each, _rows
from storage.events import Actor, Fact, StatusChanged
from storage.kinds import PUT_AWAY, Automatic, Direction, Status
from storage.kinds.errors import Refused
from storage.models import Event, Message
from storage.record import fact_in
from storage.rules.status import after_incoming


def throw_away(
    session: Session, numbers: Sequence[int], *, actor: Actor, now: datetime, action_id: int | None = None
) -> int:
    """Put conversations into the trash; nothing else about them changes, so that all of it comes back.

    Args:
        session: of a writing transaction.
        numbers: at most `AT_ONCE`; aliases are followed.
        actor: who decides.
        now: the moment.
        action_id: the action that an earlier part of a bulk act began.

    Returns:
        The action's id.

    Raises:
        NoSuch: there is no conversation of a number.
        Refused: all of them lie there already (rule ``already``).
    """

    def decide(_session: Session, row: Row[*tuple[Any, ...]], now: datetime) -> Iterable[Fact]:
        if row.status is not Status.TRASH:
            yield StatusChanged(conversation_id=row.id, before=row.status, after=Status.TRASH, happened_at=now)

    return _each(session, numbers, decide, actor=actor, now=now, action_id=action_id)


def restore(
    session: Session, numbers: Sequence[int], *, actor: Actor, now: datetime, action_id: int | None = None
) -> int:
    """Bring conversations back from the trash or from spam to where they stood before, as the log tells.

    A customer who wrote meanwhile is to be answered: what had been settled, or waited for them, is open then.

    Returns:
        The action's id.

    Raises:
        NoSuch: there is no conversation of a number.
        Refused: none of them was put away (rule ``not_put_away``).
    """
    away = [row.id for row in _rows(session, numbers) if row.status in PUT_AWAY]
    if not away:
        raise Refused("not_put_away", tuple(numbers))
    stood = _stood(session, away)
    asking = _written_since(session, {number: event for number, (_, event) in stood.items()})

    def decide(_session: Session, row: Row[*tuple[Any, ...]], now: datetime) -> Iterable[Fact]:
        before = stood[row.id][0] if row.id in stood else Status.OPEN
        after = after_incoming(before, bare_thanks=False) if row.id in asking else before
        yield StatusChanged(conversation_id=row.id, before=row.status, after=after, happened_at=now)

    return _each(session, away, decide, actor=actor, now=now, action_id=action_id)


def _stood(session: Session, numbers: Sequence[int]) -> dict[int, tuple[Status, int]]:
    """Return where each conversation stood before it was last put away, and by which event it was."""
    events = table(Event)
    found: dict[int, tuple[Status, int]] = {}
    for some in chunks(numbers):
        changes = (
            select(events.c.id, events.c.kind, events.c.version, events.c.public)
            .where(events.c.conversation_id.in_(some), events.c.kind == "status_changed")
            .order_by(events.c.id)
        )
        for row in session.connection().execute(changes):
            fact = fact_in(row.kind, row.version, row.public, None)
            assert isinstance(fact, StatusChanged)
            if fact.after in PUT_AWAY and fact.before not in PUT_AWAY:
                found[fact.conversation_id] = (fact.before, row.id)
    return found


def _written_since(session: Session, since: dict[int, int]) -> set[int]:
    """Return the conversations in which a person wrote, after an event, what nobody has handled."""
    events, messages = table(Event), table(Message)
    joined: dict[int, int] = {}
    for some in chunks(since):
        came = select(events.c.id, events.c.conversation_id, events.c.public).where(
            events.c.conversation_id.in_(some), events.c.kind == "joined"
        )
        for row in session.connection().execute(came):
            if row.id > since[row.conversation_id]:
                joined[json.loads(row.public)["fact"]["message_id"]] = row.conversation_id
    found: set[int] = set()
    for some in chunks(joined):
        asking = select(messages.c.id).where(
            messages.c.id.in_(some),
            messages.c.direction == Direction.INCOMING,
            messages.c.automatic == Automatic.NO,
            ~messages.c.handled,
            ~messages.c.history,
        )
        found.update(joined[number] for number in session.connection().execute(asking).scalars())
    return found
