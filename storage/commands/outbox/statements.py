"""The statements that the sender needs for every message, each made once: to make one costs more than to run it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Integer, and_, bindparam, or_, select, update
from sqlmodel import Session

from storage.commands.outbox.items import CLAIM, MESSAGE, OUT, TO, due, items
from storage.kinds import Automatic, Channel, Direction
from storage.models.statements import Lookup, Write, some_values

ITEM: Final = Lookup(lambda: items().where(OUT.c.id.in_(some_values())))

DUE: Final = Lookup(
    lambda: (
        items()
        .where(OUT.c.mailbox_id.in_(some_values()), *due(bindparam("now", type_=OUT.c.leaves_at.type)))
        .order_by(OUT.c.leaves_at, OUT.c.id)
        .limit(bindparam("most", type_=Integer))
    )
)
"""What is due to leave from a mailbox and claimed by nobody, the first `most` of it."""

STANDING: Final = Lookup(
    lambda: (
        select(TO.c.message_id, TO.c.place, TO.c.state, TO.c.code, CLAIM.c.holder)
        .select_from(TO.outerjoin(CLAIM, CLAIM.c.message_id == TO.c.message_id))
        .where(TO.c.message_id.in_(some_values()))
    )
)
"""Where each recipient of messages stands, what a server said of it last, and who holds their claims."""

_OTHERS: Final = OUT.alias("others")
WROTE: Final = Lookup(
    lambda: (
        select(MESSAGE.c.conversation_id, MESSAGE.c.id, _OTHERS.c.agent_id)
        .select_from(MESSAGE.outerjoin(_OTHERS, _OTHERS.c.id == MESSAGE.c.id))
        .where(
            MESSAGE.c.conversation_id.in_(some_values()),
            MESSAGE.c.id > bindparam("seen", type_=MESSAGE.c.id.type),
            MESSAGE.c.automatic == Automatic.NO,
            or_(MESSAGE.c.direction == Direction.INCOMING, MESSAGE.c.direction == Direction.OUTGOING),
            MESSAGE.c.channel == Channel.EMAIL,
            ~MESSAGE.c.history,
        )
    )
)
"""What people wrote in conversations since the message `seen`, and which agent did."""

_MINE: Final = and_(CLAIM.c.message_id == bindparam("number"), CLAIM.c.holder == bindparam("mine"))


def _write(*names: str) -> Write:
    values = {name: bindparam(f"new_{name}", type_=CLAIM.c[name].type) for name in names}
    return Write(lambda: update(CLAIM).where(_MINE).values(values))


_RENEW: Final = _write("until")
_GIVE_BACK: Final = _write("holder", "until", "trouble", "attempts", "next_at")
_GIVE_BACK_AND_LOOK: Final = _write(
    "holder", "until", "trouble", "attempts", "next_at", "look_at", "look_since", "looks"
)


def renew(session: Session, message_ids: Sequence[int], *, holder: str, until: datetime) -> None:
    """Let the claims that this sender holds hold longer."""
    _RENEW(session.connection(), [{"number": number, "mine": holder, "new_until": until} for number in message_ids])


@dataclass(frozen=True, slots=True)
class Back:
    """A claim that is given back, and what follows: another try, a look for the copy."""

    message_id: int
    attempts: int
    next_at: datetime | None
    trouble: str
    look_from: datetime | None


def give_back(session: Session, some: Iterable[Back], *, holder: str) -> None:
    """Give claims of this sender's back."""
    rows: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for one in some:
        row: dict[str, Any] = {
            "number": one.message_id,
            "mine": holder,
            "new_holder": "",
            "new_until": None,
            "new_trouble": one.trouble,
            "new_attempts": one.attempts,
            "new_next_at": one.next_at,
        }
        looks = {"new_look_at": one.look_from, "new_look_since": one.look_from, "new_looks": 0}
        rows[one.look_from is not None].append(row | looks if one.look_from is not None else row)
    _GIVE_BACK(session.connection(), rows[False])
    _GIVE_BACK_AND_LOOK(session.connection(), rows[True])
