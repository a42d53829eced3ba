"""Applying the facts of mail on its way out."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select, update

from storage.apply.base import Touched, applies, inhabited, insert, move, standing, table
from storage.apply.stands import stood
from storage.events import Cancelled, DeliveryChanged, Held, Queued
from storage.kinds import Delivery, Status
from storage.kinds.errors import Changed
from storage.models import Conversation, Message, Outbox, Recipient
from storage.models.statements import Lookup, Write, some_values
from storage.rules.delivery import NOBODY, summary

_ROWS: Final = table(Recipient)
_STATES: Final = Lookup(
    lambda: select(_ROWS.c.message_id, _ROWS.c.place, _ROWS.c.state).where(_ROWS.c.message_id.in_(some_values()))
)


@applies(Queued)
def _(facts: Sequence[Queued], connection: Connection) -> Touched:
    items = [
        {
            "id": fact.message_id,
            "mailbox_id": fact.mailbox_id,
            "agent_id": fact.agent_id,
            "sender": fact.sender,
            "digest": bytes.fromhex(fact.raw_digest),
            "size": fact.size,
            "queued_at": fact.happened_at,
            "leaves_at": fact.leaves_at,
            "state": Delivery.QUEUED,
            "held": None,
            "seen_id": fact.message_id,
        }
        for fact in facts
    ]
    insert(connection, Outbox, items)
    rows = [
        {
            "message_id": fact.message_id,
            "place": place,
            "address": fact.recipients[place] if fact.recipients else None,
            "state": Delivery.QUEUED,
            "code": None,
            "words": None,
        }
        for fact in facts
        for place in range(fact.count)
    ]
    insert(connection, Recipient, rows)
    return ()


@applies(Cancelled)
def _(facts: Sequence[Cancelled], connection: Connection) -> Touched:
    numbers = [fact.message_id for fact in facts]
    states = _states(connection, numbers)
    gone = {number: dict.fromkeys(states.get(number, ()), (Delivery.CANCELLED, None, None)) for number in numbers}
    if left := tuple(number for number in numbers if set(states.get(number, {}).values()) != {Delivery.QUEUED}):
        raise Changed("outbox", left)
    _write(connection, gone)
    move(connection, Outbox, "state", [(number, Delivery.QUEUED, Delivery.CANCELLED) for number in numbers])
    move(
        connection,
        Message,
        "conversation_id",
        [(fact.message_id, fact.conversation_id, None) for fact in facts if fact.starts is None],
    )
    left_in = {fact.conversation_id for fact in facts if fact.starts is None}
    if empty := left_in - inhabited(connection, left_in):  # all else was split off: nobody would see it any more
        raise Changed("conversation", tuple(sorted(empty)))
    begun = [fact for fact in facts if fact.starts is not None]
    move(connection, Conversation, "status", [(fact.conversation_id, fact.starts, Status.TRASH) for fact in begun])
    stood(
        connection,
        (
            (fact.conversation_id, fact.starts, Status.TRASH, fact.happened_at, False)
            for fact in begun
            if fact.starts is not None
        ),
    )
    return {fact.conversation_id for fact in facts}


@applies(Held)
def _(facts: Sequence[Held], connection: Connection) -> Touched:
    numbers = [fact.message_id for fact in facts]
    states = standing(connection, Outbox, "state", numbers)
    if left := tuple(number for number in numbers if states.get(number) is not Delivery.QUEUED):
        raise Changed("outbox", left)
    move(connection, Outbox, "held", [(fact.message_id, fact.before, fact.after) for fact in facts])
    _seeing()(connection, [{"row": fact.message_id, "seen": fact.seen} for fact in facts])
    return ()


@applies(DeliveryChanged)
def _(facts: Sequence[DeliveryChanged], connection: Connection) -> Touched:
    numbers = [fact.message_id for fact in facts]
    states = _states(connection, numbers)
    before = {number: summary(some.values()) for number, some in states.items()}
    changed: dict[int, dict[int, tuple[Delivery, int | None, str | None]]] = {number: {} for number in numbers}
    wrong = set()
    for fact in facts:
        mine = states.get(fact.message_id, {})
        words = fact.words or (None,) * len(fact.places)
        for place, was, now, code, said in zip(fact.places, fact.before, fact.after, fact.codes, words, strict=True):
            if mine.get(place) is not was:
                wrong.add(fact.message_id)
            mine[place] = now
            _, code_before, said_before = changed[fact.message_id].get(place, (now, None, None))
            changed[fact.message_id][place] = (now, code_before if code is None else code, said or said_before)
    if wrong:
        raise Changed("outbox", tuple(sorted(wrong)))
    _write(connection, changed)
    after = {number: summary(states[number].values()) for number in changed}
    _summing()(connection, [{"row": number, "now": state} for number, state in after.items()])
    # Whether the conversation is answered turns with it (`storage.apply.refresh`).
    turned = {number for number, state in after.items() if (state in NOBODY) != (before[number] in NOBODY)}
    return {fact.conversation_id for fact in facts if fact.message_id in turned}


def _states(connection: Connection, numbers: Iterable[int]) -> dict[int, dict[int, Delivery]]:
    found: dict[int, dict[int, Delivery]] = {}
    for row in _STATES(connection, numbers):
        found.setdefault(row.message_id, {})[row.place] = row.state
    return found


def _write(
    connection: Connection, changed: Mapping[int, Mapping[int, tuple[Delivery, int | None, str | None]]]
) -> None:
    rows: list[dict[str, Any]] = [
        {"number": number, "at": place, "now": state, "said": code, "saying": words or None}
        for number, some in changed.items()
        for place, (state, code, words) in some.items()
    ]
    _writing()(connection, rows)


@cache
def _writing() -> Write:
    return Write(
        lambda: (
            update(_ROWS)
            .where(_ROWS.c.message_id == bindparam("number"), _ROWS.c.place == bindparam("at"))
            .values(
                state=bindparam("now", type_=_ROWS.c.state.type),
                # What was said last stands until something else is said.
                code=func.coalesce(bindparam("said", type_=_ROWS.c.code.type), _ROWS.c.code),
                words=func.coalesce(bindparam("saying", type_=_ROWS.c.words.type), _ROWS.c.words),
            )
        )
    )


@cache
def _summing() -> Write:
    rows = table(Outbox)
    now = bindparam("now", type_=rows.c.state.type)
    return Write(lambda: update(rows).where(rows.c.id == bindparam("row")).values(state=now))


@cache
def _seeing() -> Write:
    rows = table(Outbox)
    return Write(lambda: update(rows).where(rows.c.id == bindparam("row")).values(seen_id=bindparam("seen")))
