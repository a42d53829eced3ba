"""What clocks need of conversations, read set-wise: the same whether they are settled, shown or made anew."""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, String, exists, func, select, type_coerce

from storage.apply import touch
from storage.apply.base import table
from storage.apply.standing import joined_under
from storage.kinds import OPEN_HANDOFF, TASKS, Automatic, Channel, Delivery, Direction, HandoffState
from storage.kinds.policies import Matter
from storage.models import Conversation, Handoff, Mailbox, Message, Outbox, Person, Stand
from storage.models.statements import Lookup, some_values
from storage.rules.clocks import Offered, Said, Stood, Story

_C, _M, _P, _B = table(Conversation), table(Message), table(Person), table(Mailbox)
_S, _H, _O = table(Stand), table(Handoff), table(Outbox)
_INCOMING, _OUTGOING, _PHONE = str(Direction.INCOMING), str(Direction.OUTGOING), str(Channel.PHONE)
_TAKEN_BACK = str(HandoffState.TAKEN_BACK)
_OPEN: Final = frozenset(map(str, OPEN_HANDOFF))
_REFUSED: Final = frozenset((str(Delivery.FAILED), str(Delivery.CANCELLED)))
_NOBODY: Final = Story("", Matter("", "", "", "", None, ""), None)


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
    under = _C.alias("under")
    holds = exists(select(under.c.id).where(under.c.joined_into == _C.c.id)).correlate(_C).label("holds")
    rows = _C.join(_B, _B.c.id == _C.c.mailbox_id).outerjoin(_P, _P.c.id == _C.c.customer_id)
    return select(*chosen, belongs, holds).select_from(rows)


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
    chosen = (ticks(_H.c.at), said(_H.c.to_tier), said(_H.c.state), ticks(_H.c.accepted_at), ticks(_H.c.returned_at))
    mine = select(_H.c.conversation_id, *chosen).where(_H.c.conversation_id.in_(some_values()))
    return mine.order_by(_H.c.conversation_id, _H.c.id)


def _rows() -> Any:
    return columns().where(_C.c.id.in_(some_values())).order_by(_C.c.id)


_ROWS, _MESSAGES, _STANDS, _HANDOFFS = (Lookup(build, plain=True) for build in (_rows, _messages, _stands, _handoffs))


def stories(connection: Connection, numbers: Iterable[int], *, touches: bool = True) -> dict[int, Story]:
    """Return what happened in conversations, by their numbers.

    Args:
        connection: of any transaction.
        numbers: of conversations that stand for themselves.
        touches: whether any policy asks for the touch model.
    """
    return told(connection, _ROWS(connection, numbers), touches=touches)


def told(connection: Connection, rows: Sequence[Any], *, touches: bool) -> dict[int, Story]:
    """Return as `stories`, of conversations whose `columns`, with perhaps more after them, are at hand."""
    models = touch.models(connection, [(row[0], row[6], row[7]) for row in rows]) if touches else {}
    matters: dict[Any, Matter] = {}
    found: dict[int, Story] = {}
    joined = []
    for number, status, kind, priority, tier, mailbox, _, organization, holds, *_ in rows:
        model = models.get(number, "")
        alike = priority, model, tier, mailbox, organization, kind
        matter = matters.get(alike)
        if matter is None:
            matter = matters[alike] = Matter(*alike)
        found[number] = Story(status, matter, None, task=kind in TASKS)
        if holds:
            joined.append(number)
    _say(connection, found)
    _stand(connection, found)
    _offer(connection, found)
    if joined:
        _offer_joined(connection, found, joined)
    return found


def _say(connection: Connection, found: dict[int, Story]) -> None:
    """Let stories tell of their messages, which come conversation by conversation."""
    whose, story, mine = 0, _NOBODY, list[Said]()
    for number, message, direction, channel, arrived, handled, history, state in _MESSAGES(connection, found):
        if number != whose:
            whose, story = number, found[number]
            story.said = mine = []
        if direction == _INCOMING and channel != _PHONE:
            if history:
                continue
            mine.append((arrived, message, False, handled))
        elif direction == _OUTGOING or channel == _PHONE:
            if state in _REFUSED:
                continue
            mine.append((arrived, message, True, None))
            if history:
                continue
        elif history or not story.task:
            continue  # a note is no beginning
        if story.began_at is None:
            story.began_at = arrived


def _stand(connection: Connection, found: dict[int, Story]) -> None:
    """Let them tell how they stood."""
    whose, mine = 0, list[Stood]()
    for number, at, before, after in _STANDS(connection, found):
        if number != whose:
            whose = number
            found[number].stood = mine = []
        mine.append((at, before, after))


def _offer(connection: Connection, found: dict[int, Story]) -> None:
    """Let them tell of their transfers."""
    for number, *told_of in _HANDOFFS(connection, found):
        if (offer := _offered(*told_of)) is not None:
            found[number].offered = [*found[number].offered, offer]


def _offer_joined(connection: Connection, found: dict[int, Story], joined: Sequence[int]) -> None:
    """Let them tell of the transfers of what was joined to them: these keep the number under which they were made."""
    under = joined_under(connection, joined)
    for number, *told_of in _HANDOFFS(connection, under):
        if (offer := _offered(*told_of)) is not None:
            story = found[under[number]]
            story.offered = sorted([*story.offered, offer], key=itemgetter(0))


def _offered(at: int, tier: str, state: str, accepted: int | None, returned: int | None) -> Offered | None:
    if state == _TAKEN_BACK:
        return None
    until = None if state in _OPEN else accepted or returned
    return at, tier, until, until is not None
