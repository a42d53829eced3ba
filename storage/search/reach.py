"""How far the lists of common words reach (`storage.search.postings`), kept in step with the index.

What holds at every moment, and is all that a search relies on: a word's list has every message whose entry has that
word and a number below `Lists.floor`, and below it no other but those of `Lists.gone`. So writing mail does nothing
for the lists but lower one number. Only SQLite has them: PostgreSQL's index meets bitmaps itself.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, cast

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update

from storage.models import Desk, PostingList
from storage.prepared import Prepared

WORDS = "subject author files body"
"""The columns of the index in which a word is looked for without more; so are its stems in `stems`."""

KEPT = "posting_lists"
"""The name in `desk` under which it stands."""

ENDLESS = 1 << 62
"""No entry's number is as great."""

GONE_AT_MOST = 1000
"""Messages taken out of the index since; of more the lists are given up."""

_DESK = cast("Table", Desk.__table__)  # type: ignore[attr-defined]
_LIST = cast("Table", PostingList.__table__)  # type: ignore[attr-defined]
_STATE = Prepared(lambda _dialect: select(_DESK.c.value).where(_DESK.c.name == bindparam("name")))


def eligible(word: str) -> bool:
    """Say whether a word may have a list: FTS5's tokenizer takes it for one word, and leaves it as it is."""
    return word.isascii() and word.isalnum() and word == word.lower()


@dataclass(frozen=True, slots=True)
class Making:
    """Lists that are being made, and what came meanwhile.

    Attributes:
        number: of this making, by chance: what was read for another one is not kept.
        top: the greatest number of an entry when it began.
        at: the last word that is done.
        floor, gone, added: what `Lists` will have when it is done.
    """

    number: int
    top: int
    at: str = ""
    floor: int = ENDLESS
    gone: tuple[int, ...] = ()
    added: int = 0


@dataclass(frozen=True, slots=True)
class Lists:
    """How far the lists reach.

    Attributes:
        floor: from this number of an entry on the index is asked: all that was indexed since lies there.
        top: the lists have no entry above this number, unless they are being made.
        gone: messages that left the index since, and still stand in lists.
        added: how many entries came since.
        made: when they were done, in microseconds.
        making: what is being made, if anything.
    """

    floor: int = -ENDLESS
    top: int = -ENDLESS
    gone: tuple[int, ...] = ()
    added: int = 0
    made: int = 0
    making: Making | None = None


def lists(connection: Connection) -> Lists | None:
    """Return how far the lists reach; `None` where there are none."""
    rows = _STATE.rows(connection, name=KEPT) if connection.dialect.name == "sqlite" else ()
    if not rows:
        return None
    known: dict[str, Any] = json.loads(rows[0][0])
    making = known["making"]
    if making is not None:
        making = Making(**{**making, "gone": tuple(making["gone"])})
    return Lists(**{**known, "gone": tuple(known["gone"]), "making": making})


def keep(connection: Connection, reached: Lists) -> None:
    """Write down how far the lists reach, in the transaction that changes it."""
    value = json.dumps(asdict(reached), separators=(",", ":")).encode()
    changed = connection.execute(update(_DESK).where(_DESK.c.name == KEPT).values(value=value))
    if not changed.rowcount:
        connection.execute(insert(_DESK).values(name=KEPT, value=value))


def added(connection: Connection, numbers: Iterable[int]) -> None:
    """Take note of entries that come into the index, in the same transaction."""
    reached = lists(connection)
    if reached is None:
        return
    came = list(numbers)
    lowest = min(came)
    making = reached.making
    if making is not None:
        making = replace(making, floor=min(making.floor, lowest), added=making.added + len(came))
    keep(
        connection,
        replace(reached, floor=min(reached.floor, lowest), added=reached.added + len(came), making=making),
    )


def removed(connection: Connection, message_ids: Sequence[int]) -> None:
    """Take note of messages that leave the index, in the same transaction."""
    reached = lists(connection)
    if reached is None:
        return
    gone = {*reached.gone, *message_ids}
    if len(gone) > GONE_AT_MOST:
        drop(connection)
        return
    making = reached.making
    if making is not None:
        making = replace(making, gone=tuple(sorted({*making.gone, *message_ids})))
    keep(connection, replace(reached, gone=tuple(sorted(gone)), making=making))


def drop(connection: Connection) -> None:
    """Give the lists up: the index is asked for everything until they are made again.

    So no word of what is to be forgotten is left in them, and none that was read of it a moment ago is kept.
    """
    if connection.dialect.name == "sqlite":
        connection.execute(delete(_LIST))
        connection.execute(delete(_DESK).where(_DESK.c.name == KEPT))
