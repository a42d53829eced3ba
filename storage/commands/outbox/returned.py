"""What other servers send back: a message that one of them had taken did not reach somebody after all (RFC 3464)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlmodel import Session

from storage.commands import drafts
from storage.commands.outbox.failing import nobody_answered
from storage.commands.outbox.items import MESSAGE, OUT, TO, Result, changed, is_in, item_of, items, states_of, tell
from storage.events import Fact
from storage.kinds import Delivery
from storage.models.statements import Lookup, some_values
from storage.rules.delivery import NOBODY

_BACK: Final = Lookup(
    lambda: (
        select(TO.c.message_id, TO.c.place, TO.c.address, TO.c.state)
        .join(MESSAGE, MESSAGE.c.id == TO.c.message_id)
        .where(
            MESSAGE.c.header_key.in_(some_values()),
            MESSAGE.c.conversation_id.is_not(None),
            # It may come back before the server's yes was put down.
            is_in(Delivery.ACCEPTED, Delivery.FILED, Delivery.UNCERTAIN, Delivery.DATA_SENT),
        )
        .order_by(TO.c.message_id, TO.c.place)
    )
)


@dataclass(frozen=True, slots=True)
class Returned:
    """What a delivery report says of one recipient.

    Attributes:
        cites: the messages that the report is about, as `storage.models.Cited` names them.
        words: what the server said.
        by: whose address stands on the report, in lower case.
    """

    cites: tuple[bytes, ...]
    recipient: str
    words: str
    by: str = ""


def note_returned(session: Session, returned: Sequence[Returned], *, now: datetime) -> int:
    """Note that messages which a server had taken came back from others, for good; return how many that told.

    Whoever has a message can write a report about it, and nothing in one proves who did (RFC 3464, section 4). So it is
    noted who says so, and none is believed that comes from somebody to whom the message went: no mail system writes by
    the address of a recipient.
    """
    told = 0
    for one in returned:
        rows = _BACK(session.connection(), one.cites)
        went_to = {(row.message_id, (row.address or "").lower()) for row in rows}
        words = ": ".join(part for part in (one.by, one.words) if part)
        for row in rows:
            if (row.address or "").lower() == one.recipient.lower() and (row.message_id, one.by) not in went_to:
                told += _came_back(session, row.message_id, row.place, row.state, words, now)
    return told


def _came_back(session: Session, message_id: int, place: int, state: Delivery, words: str, now: datetime) -> int:
    (row,) = session.connection().execute(items().where(OUT.c.id == message_id)).all()
    item = item_of(row, [(place, "")])
    facts: list[Fact] = [changed(item, {place: Result(Delivery.FAILED, None, words)}, state, now)]
    reached_nobody = states_of(session, message_id, but=place) <= NOBODY
    if reached_nobody:
        facts += nobody_answered(session, item, now)
    tell(session, facts, now)
    if reached_nobody:
        drafts.come_back(session, [message_id])
    return 1
