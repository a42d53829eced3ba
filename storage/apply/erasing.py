"""Applying the fact that something was erased.

What was said is gone already: facts that lost their personal parts give empty rows, here and when they are replayed.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, update

from storage.apply.base import Touched, applies, insert, table
from storage.events import Erased
from storage.models import Message, Tombstone


@applies(Erased)
def _(facts: Sequence[Erased], connection: Connection) -> Touched:
    rows = table(Message)
    if erased := [{"row": number, "erased_at": fact.happened_at} for fact in facts for number in fact.message_ids]:
        connection.execute(update(rows).where(rows.c.id == bindparam("row")), erased)
    insert(
        connection,
        Tombstone,
        [
            {"digest": bytes.fromhex(one), "erased_at": fact.happened_at}
            for fact in facts
            for one in dict.fromkeys(fact.tombstones)
        ],
        lenient=True,
    )
    return ()
