"""Lists of the messages in which common words stand, so that several words are met at once.

FTS5 walks along the lists of a search's words, which are ten times as long on a desk ten times as large; as Roaring
bitmaps (https://roaringbitmap.org) the same lists are met in hundredths of a millisecond. They are read of the index
while nothing comes, a little at a time, and never written by mail: `storage.search.reach` says what they lack.
"""

import json
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from random import getrandbits
from typing import Any, cast

from pyroaring import BitMap
from sqlalchemy import Connection, Table, func, select
from sqlmodel import Session

from storage.models import PostingList, SearchEntry
from storage.models.statements import straight
from storage.models.types import microseconds
from storage.prepared import Prepared, among, many
from storage.search import reach
from storage.search.reach import ENDLESS, GONE_AT_MOST, Lists, Making, eligible

FEWEST = 64
"""Messages that a word stands in to have a list; for rarer ones the index is asked quickly."""

_LEAST = 4096  # messages of a desk that is worth lists
_LACKED = 4096  # messages that the index is asked for beside them before they are brought up
_AT_MOST_EVERY = 4 * 3600 * 1_000_000  # microseconds, where little came that lies far back
_IN_ONE_STEP = 200_000  # messages in lists that are read at once: some 50 ms
_A_WORD = 30  # as many take as long as looking a word up
_ROWS = 20_000
_BYTES_OF_ONE, _BYTES_OF_NONE = 10, 64  # two for a message, eight for the 65,536 numbers among which it may be alone
_BITS = (1 << 20) - 1  # of an entry's number, which are those of its message's number: see `storage.search.index`

_LIST = cast("Table", PostingList.__table__)  # type: ignore[attr-defined]
_ENTRY = cast("Table", SearchEntry.__table__)  # type: ignore[attr-defined]
_OF = Prepared(lambda dialect: select(_LIST.c.term, _LIST.c.messages).where(_LIST.c.term.in_(among(dialect))))
_ENTRIES = Prepared(lambda dialect: select(_ENTRY.c.id).where(_ENTRY.c.message_id.in_(among(dialect))))
_COUNTS = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.posting_counts USING fts5vocab(main, search_index, row)"
_COUNTED = "SELECT term, doc FROM temp.posting_counts WHERE term > ? ORDER BY term"
_HAVING = "SELECT rowid FROM search_index WHERE search_index MATCH ? AND rowid >= ? AND rowid < ? LIMIT ?"
_FEW = (
    "SELECT message_id FROM search_entry WHERE id IN"
    " (SELECT rowid FROM search_index WHERE search_index MATCH ? AND rowid < ? LIMIT ?)"
)
_LONG = "SELECT 1 FROM posting_list WHERE term IN (SELECT value FROM json_each(?)) AND length(messages) > ? LIMIT 1"
_KEPT = "INSERT INTO posting_list (term, messages) VALUES (?, ?) ON CONFLICT (term) DO UPDATE SET messages = ?2"
_STRUCK = "DELETE FROM posting_list WHERE term = ?"


@dataclass(slots=True)
class Gathered:
    """Lists that were read of the index, and are to be kept.

    Attributes:
        number: of the making that they belong to.
        at: the last word that was looked at.
        lists: by word; `None` where a word has none, or has it no more.
        done: nothing is left.
    """

    number: int
    at: str
    lists: dict[str, bytes | None] = field(default_factory=dict)
    done: bool = False


def asked(words: Iterable[str]) -> str:
    """Return how the index is asked for any of these words, where a word is looked for without more."""
    any_of = " OR ".join(f'"{word}"' for word in words)
    return f"{{{reach.WORDS} stems}} : ({any_of})"


def bitmaps(connection: Connection, words: Iterable[str]) -> dict[str, BitMap]:
    """Return the lists of those words that have one."""
    return {term: BitMap.deserialize(kept) for term, kept in _OF.rows(connection, numbers=json.dumps(list(words)))}


def many_have(connection: Connection, words: Iterable[str], number: int) -> bool:
    """Say whether a list of one of these words surely has so many messages, by its size: none takes over ten bytes."""
    return bool(straight(connection, _LONG, (json.dumps(list(words)), _BYTES_OF_ONE * number + _BYTES_OF_NONE)))


def few(connection: Connection, words: Iterable[str], *, below: int, most: int) -> BitMap | None:
    """Return the messages that have any of these eligible words, asked of the index; `None` if they are more.

    Args:
        connection: of any transaction.
        words: the words.
        below: only entries under this number.
        most: how many they may be.
    """
    rows = straight(connection, _FEW, (asked(words), below, most + 1))
    return None if len(rows) > most else BitMap([row[0] for row in rows])


def numbers(connection: Connection, messages: BitMap) -> list[int]:
    """Return the numbers of messages' entries, in no order; what is not in the index has none."""
    return [row[0] for row in _ENTRIES.rows(connection, numbers=many(connection, messages.to_array().tolist()))]


def having(
    connection: Connection, words: Iterable[str], *, above: int = -ENDLESS, below: int = ENDLESS, most: int = -1
) -> list[int]:
    """Return the entries that have any of these eligible words, asked of the index, the oldest first.

    Args:
        connection: of any transaction.
        words: the words.
        above, below: only entries from the one number on, and under the other.
        most: how many at most.
    """
    return [row[0] for row in straight(connection, _HAVING, (asked(words), above, below, most))]


def wanted(session: Session, *, now: datetime) -> bool:
    """Say whether lists are being made, or should be: by how much the index is asked for beside them.

    Args:
        session: of any transaction.
        now: aware.
    """
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return False
    reached = reach.lists(connection)
    if reached is not None and (reached.making is not None or len(reached.gone) > GONE_AT_MOST // 2):
        return True
    if reached is None or reached.added >= _LACKED:
        return _count(connection, select(_ENTRY.c.message_id).limit(_LEAST)) >= _LEAST
    # One message from long ago has all that is newer asked of the index.
    later = select(_ENTRY.c.id).where(_ENTRY.c.id >= reached.floor).limit(_LACKED)
    return microseconds(now) - reached.made >= _AT_MOST_EVERY and _count(connection, later) >= _LACKED


def _count(connection: Connection, chosen: Any) -> int:
    return int(connection.execute(select(func.count()).select_from(chosen.subquery())).scalar_one())


def begin(session: Session) -> None:
    """Begin to make the lists, or to bring them up; nothing where that is under way.

    Args:
        session: of a writing transaction.
    """
    connection = session.connection()
    reached = reach.lists(connection) or Lists()
    if reached.making is None:
        top = connection.execute(select(func.max(_ENTRY.c.id))).scalar()
        making = Making(getrandbits(53), -ENDLESS if top is None else top)
        reach.keep(connection, replace(reached, making=making))


class Maker:
    """Reads lists of the index for one making, a step at a time, in transactions that only read.

    A word's list is read whole where it has none, and else only where it lacks something.
    """

    def __init__(self) -> None:
        self._number = 0
        self._others: tuple[array[int], array[int]] = (array("q"), array("q"))

    def gather(self, session: Session) -> Gathered | None:
        """Return the next lists, for `keep`; `None` where none are being made.

        Args:
            session: of a transaction that only reads, for some 50 ms, and longer where a word is very common.
        """
        connection = session.connection()
        reached = reach.lists(connection)
        if reached is None or reached.making is None:
            return None
        if reached.making.number != self._number:
            self._others = _others(connection)
            self._number = reached.making.number
        connection.exec_driver_sql(_COUNTS)
        gathered = Gathered(self._number, reached.making.at, done=True)
        left = _IN_ONE_STEP
        words = connection.exec_driver_sql(_COUNTED, (reached.making.at,))
        for term, count in words:
            gathered.at = term
            if count >= FEWEST and eligible(term):
                gathered.lists[term] = None
            left -= _A_WORD + count
            if left <= 0:
                gathered.done = False
                break
        words.close()
        self._read(connection, gathered, reached, reached.making)
        return gathered

    def _read(self, connection: Connection, gathered: Gathered, reached: Lists, making: Making) -> None:
        standing = select(_LIST.c.term, _LIST.c.messages).where(_LIST.c.term > making.at)
        if not gathered.done:
            standing = standing.where(_LIST.c.term <= gathered.at)
        before = dict(connection.execute(standing).all())
        gone = BitMap(reached.gone)
        for term in gathered.lists:
            kept = before.get(term)
            found = BitMap() if kept is None else BitMap.deserialize(kept) - gone
            self._having(connection, term, found, -ENDLESS if kept is None else reached.floor, making.floor)
            gathered.lists[term] = packed(found) if len(found) >= FEWEST else None
        gathered.lists |= dict.fromkeys(before.keys() - gathered.lists.keys())

    def _having(self, connection: Connection, term: str, found: BitMap, above: int, below: int) -> None:
        """Add the messages with a word whose entries lie between two numbers."""
        cursor: Any = connection.connection.cursor()
        cursor.execute(_HAVING, (asked([term]), above, below, -1))
        numbers, messages = self._others
        while rows := cursor.fetchmany(_ROWS):
            if numbers:
                found.update(_message(numbers, messages, number) for (number,) in rows)
            else:
                found.update([number & _BITS for (number,) in rows])


def _others(connection: Connection) -> "tuple[array[int], array[int]]":
    """Return the numbers of entries, ascending, that do not tell their messages' numbers, and these.

    There are none on a desk of a million messages.
    """
    numbers, messages = array("q"), array("q")
    odd = _ENTRY.c.id.op("&")(_BITS) != _ENTRY.c.message_id
    rows = iter(connection.execute(select(_ENTRY.c.id, _ENTRY.c.message_id).where(odd).order_by(_ENTRY.c.id)))
    while some := list(islice(rows, _ROWS)):
        numbers.extend(row[0] for row in some)
        messages.extend(row[1] for row in some)
    return numbers, messages


def _message(numbers: "array[int]", messages: "array[int]", number: int) -> int:
    place = bisect_left(numbers, number)
    if place < len(numbers) and numbers[place] == number:
        return messages[place]
    return number & _BITS


def packed(found: BitMap) -> bytes:
    """Return a list as it is kept."""
    found.run_optimize()
    return bytes(found.serialize())


def keep(session: Session, gathered: Gathered, *, now: datetime) -> bool:
    """Keep lists that were read; say whether there is more to do.

    What came or left since they were read was noted by `reach`, and makes nothing of them wrong. Where all lists were
    given up meanwhile, they are not kept: what is to be forgotten must not come back.

    Args:
        session: of a writing transaction.
        gathered: what `Maker.gather` gave.
        now: aware.
    """
    connection = session.connection()
    reached = reach.lists(connection)
    making = reached.making if reached is not None else None
    if reached is None or making is None or making.number != gathered.number:
        return making is not None
    kept = [(term, messages) for term, messages in gathered.lists.items() if messages is not None]
    struck = [(term,) for term, messages in gathered.lists.items() if messages is None]
    if kept:
        straight(connection, _KEPT, kept, many=True)
    if struck:
        straight(connection, _STRUCK, struck, many=True)
    if gathered.done:
        reached = replace(
            reached,
            floor=making.floor,
            top=making.top,
            gone=making.gone,
            added=making.added,
            made=microseconds(now),
            making=None,
        )
    else:
        reached = replace(reached, making=replace(making, at=gathered.at))
    reach.keep(connection, reached)
    return not gathered.done


def check(connection: Connection, *, words: int = 200) -> bool:
    """Say whether lists are what the index has, looking at some of them all over the alphabet.

    Args:
        connection: of any transaction.
        words: how many are looked at.
    """
    reached = reach.lists(connection)
    if reached is None:
        return True
    terms = connection.execute(select(_LIST.c.term).order_by(_LIST.c.term)).scalars().all()
    for term in terms[:: max(1, len(terms) // words)]:
        indexed = having(connection, [term], below=reached.floor)
        listed = numbers(connection, bitmaps(connection, [term])[term] - BitMap(reached.gone))
        if sorted(number for number in listed if number < reached.floor) != indexed:
            return False
    return True
