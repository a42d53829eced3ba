"""What clocks need of conversations, read set-wise: the same whether they are settled, shown or made anew."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, String, func, select, type_coerce

from storage.apply import touch
from storage.apply.base import table
from storage.kinds import OPEN_HANDOFF, TASKS, Automatic, Channel, Delivery, Direction, HandoffState, Status
from storage.kinds.moments import moment
from storage.kinds.policies import Matter
from storage.models import Conversation, Handoff, Mailbox, Message, Outbox, Person, Stand
from storage.models.statements import Lookup, some_values
from storage.rules.clocks import Answered, Asked, Offered, Stood, Story

_C, _M, _P, _B = table(Conversation), table(Message), table(Person), table(Mailbox)
_S, _H, _O = table(Stand), table(Handoff), table(Outbox)
_INCOMING, _OUTGOING, _PHONE = str(Direction.INCOMING), str(Direction.OUTGOING), str(Channel.PHONE)
_REFUSED: Final = frozenset((str(Delivery.FAILED), str(Delivery.CANCELLED)))


def said(column: Any) -> Any:
    """Return a column of words as such: to make members of them takes longer than to read them."""
    return type_coerce(column, String).label(column.name)


def ticks(column: Any) -> Any:
    """Return a column of moments as microseconds since 1970, likewise."""
    return type_coerce(column, BigInteger).label(column.name)


def columns() -> Any:
    """Return the columns of a conversation that `told` needs, with what they are joined from."""
    belongs = func.coalesce(_C.c.organization_id, _P.c.organization_id).label("organization_id")
    words = (said(_C.c[name]) for name in ("status", "kind", "priority", "tier"))
    chosen = (_C.c.id, *words, _B.c.name.label("mailbox"), _C.c.customer_id)
    rows = _C.join(_B, _B.c.id == _C.c.mailbox_id).outerjoin(_P, _P.c.id == _C.c.customer_id)
    return select(*chosen, belongs).select_from(rows)


def _messages() -> Any:
    chosen = (
        _M.c.conversation_id,
        _M.c.id,
        said(_M.c.direction),
        said(_M.c.channel),
        ticks(_M.c.arrived_at),
        ticks(_M.c.handled_at),
        _M.c.history,
        said(_O.c.state),
    )
    return (
        select(*chosen)
        .select_from(_M.outerjoin(_O, _O.c.id == _M.c.id))
        .where(_M.c.conversation_id.in_(some_values()), _M.c.automatic == Automatic.NO)
        .order_by(_M.c.conversation_id, _M.c.arrived_at, _M.c.id)
    )


def _stands() -> Any:
    chosen = select(_S.c.conversation_id, ticks(_S.c.at), said(_S.c.before), said(_S.c.after))
    return chosen.where(_S.c.conversation_id.in_(some_values())).order_by(_S.c.conversation_id, _S.c.place)


def _handoffs() -> Any:
    chosen = select(_H.c.conversation_id, _H.c.at, _H.c.to_tier, _H.c.state, _H.c.accepted_at, _H.c.returned_at)
    return chosen.where(_H.c.conversation_id.in_(some_values())).order_by(_H.c.conversation_id, _H.c.id)


_ROWS: Final = Lookup(lambda: columns().where(_C.c.id.in_(some_values())))
_MESSAGES, _STANDS, _HANDOFFS = Lookup(_messages), Lookup(_stands), Lookup(_handoffs)
_whose = itemgetter(0)


def stories(connection: Connection, numbers: Iterable[int], *, touches: bool = True) -> dict[int, Story]:
    """Return what happened in conversations, by their numbers.

    Args:
        connection: of any transaction.
        numbers: of conversations that stand for themselves.
        touches: whether any policy asks for the touch model.
    """
    return told(connection, _ROWS(connection, numbers), touches=touches)


def told(connection: Connection, rows: Sequence[Any], *, touches: bool) -> dict[int, Story]:
    """Return as `stories`, of conversations whose `columns` are at hand."""
    numbers = [row.id for row in rows]
    models = touch.models(connection, rows) if touches else {}
    messages, stands, handoffs = (
        {number: list(some) for number, some in groupby(lookup(connection, numbers), key=_whose)}
        for lookup in (_MESSAGES, _STANDS, _HANDOFFS)
    )
    return {
        row.id: _story(
            row,
            models.get(row.id, ""),
            messages.get(row.id, ()),
            stands.get(row.id, ()),
            handoffs.get(row.id, ()),
        )
        for row in rows
    }


def _story(row: Any, model: str, messages: Sequence[Any], stands: Sequence[Any], handoffs: Sequence[Any]) -> Story:
    task = row.kind in TASKS
    asked, answered, began_at = [], [], None
    for _, number, direction, channel, arrived, handled, history, state in messages:
        at = moment(arrived)
        if direction == _INCOMING and channel != _PHONE:
            if not history:
                asked.append(Asked(at, number, None if handled is None else moment(handled)))
        elif direction == _OUTGOING or channel == _PHONE:
            if state in _REFUSED:
                continue
            answered.append(Answered(at, number))
        elif not task:
            continue  # a note is no beginning
        if began_at is None and not history:
            began_at = at
    return Story(
        status=Status(row.status),
        matter=Matter(row.priority, model, row.tier, row.mailbox, row.organization_id, row.kind),
        began_at=began_at,
        asked=asked,
        answered=answered,
        stood=[Stood(moment(at), Status(before), Status(after)) for _, at, before, after in stands],
        offered=[_offered(one) for one in handoffs if one.state is not HandoffState.TAKEN_BACK],
        task=task,
    )


def _offered(one: Any) -> Offered:
    until = None if one.state in OPEN_HANDOFF else one.accepted_at or one.returned_at
    return Offered(one.at, one.to_tier, until, answered=until is not None)
