"""The index itself: its tables, messages going in by the batch, and out again with exactly what went in.

SQLite has a contentless FTS5 table, `search_index`, beside a list of its terms; its row is `search_entry.id`.
PostgreSQL has a `tsvector` in `search_entry` itself, made by us, so that both engines know the same words.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlmodel import Session, SQLModel

from storage.kinds.mail import Parsed
from storage.models import Desk, Message, MessageText, SearchEntry
from storage.models.statements import Lookup, Write, some_values, straight
from storage.models.types import microseconds
from storage.prepared import Prepared
from storage.rules.stemming import stems
from storage.search import reach
from storage.search.ready import Ready
from storage.search.vectors import vector
from storage.versions import SECURE_SQLITE, STEMMER_VERSION

COLUMNS = ("subject", "author", "recipients", "files", "body", "stems")
"""The columns of the index, each searchable alone."""

ATTACHED = "\ue000"
"""The private sign that stands first in `files` when there is an attachment: a word that nobody types."""

CURSOR = "search_cursor"
"""The name in `desk` under which the greatest message id that was indexed is kept."""

_SHIFT = 20  # bits of an entry's number below the seconds: a million messages within one second
_AT_ONCE = 500
_MERGED_FROM = 2  # pieces of a size that `tidy` makes one of: the fewest that FTS5 allows
_MERGED_WHILE_WRITING = 8  # pieces of a size that writing merges itself; half of them, as by default, cost a tenth more
_IN_ONE_STEP = 16  # messages: some 5 ms
_HASH_BYTES = 64 << 20  # terms are gathered in memory up to this, then written: large batches are quicker
_NAMES = ", ".join(COLUMNS)
_OPTIONS = "content='', columnsize=0, tokenize='unicode61 remove_diacritics 2'"
_VALUES = ", ".join(f":{name}" for name in COLUMNS)
_FTS_IN = f"INSERT INTO search_index (rowid, {_NAMES}) VALUES (?{', ?' * len(COLUMNS)})"
_FTS_OUT = text(f"INSERT INTO search_index (search_index, rowid, {_NAMES}) VALUES ('delete', :id, {_VALUES})")


def ddl(dialect: str) -> list[str]:
    """Return the statements that make the index beside the table `search_entry`.

    Args:
        dialect: ``sqlite`` or ``postgresql``.
    """
    if dialect == "postgresql":
        return [
            "ALTER TABLE search_entry ADD COLUMN vector tsvector",
            "CREATE INDEX search_entry_vector ON search_entry USING gin (vector)",
        ]
    return [
        f"CREATE VIRTUAL TABLE search_index USING fts5({_NAMES}, {_OPTIONS})",
        f"INSERT INTO search_index (search_index, rank) VALUES ('hashsize', {_HASH_BYTES})",
        f"INSERT INTO search_index (search_index, rank) VALUES ('automerge', {_MERGED_WHILE_WRITING})",
        "CREATE VIRTUAL TABLE search_index_terms USING fts5vocab('search_index', 'instance')",
    ]


def index_more(session: Session, *, limit: int, ready: Ready | None = None) -> int:
    """Index the next messages after the cursor, and move it.

    Args:
        session: of a writing transaction. 150 messages of 250 words hold the lock for about 50 ms.
        limit: how many messages at most.
        ready: messages as they were read, which need not be read back; those indexed here are lent by it until it is
            told that they are committed.

    Returns:
        How many messages were looked at; less than `limit` when nothing is left.
    """
    connection = session.connection()
    cursor = _cursor(connection)
    rows = _NEXT.rows(connection, cursor=cursor, most=limit)
    if not rows:
        return 0
    missing = {number: arrived for number, arrived, entry in rows if entry is None}
    known = ready.lend(rows[-1][0]) if ready is not None else {}
    words = {number: columns_read(known[number]) for number in missing if number in known}
    for some in _chunks(missing.keys() - words.keys()):
        kept = connection.execute(_messages().where(_TEXT.c.message_id.in_(some)))
        words |= {row.message_id: columns_of(row, _stems(row)) for row in kept}
    _put(session, missing, words)
    _move_cursor(connection, rows[-1][0])
    return len(rows)


def waiting(session: Session, *, most: int = 10_000) -> int:
    """Return how many messages wait to be indexed, counted up to `most`."""
    connection = session.connection()
    return int(connection.execute(_after(), {"cursor": _cursor(connection), "most": most}).scalar_one())


def add(session: Session, message_ids: Iterable[int]) -> None:
    """Index these messages now, those that are in the index already left as they are.

    For messages whose text was made anew: `remove` them, change the text, `add` them.
    """
    connection = session.connection()
    for some in _chunks(message_ids):
        rows = connection.execute(_messages().where(_TEXT.c.message_id.in_(some))).all()
        missing = {row.message_id: microseconds(row.arrived_at) for row in rows if row.entry is None}
        words = {row.message_id: columns_of(row, _stems(row)) for row in rows if row.entry is None}
        _put(session, missing, words)


def remove(session: Session, message_ids: Iterable[int], *, forget: bool = False) -> None:
    """Take messages out of the index, with exactly what went in.

    Must be called before `MessageText` is changed or erased, in the same transaction. Messages that are not in the
    index are passed over.

    Args:
        session: of a writing transaction.
        message_ids: the messages.
        forget: leave nothing of their words in the file. Where SQLite is too old to do so as it deletes,
            the whole index is written anew, which takes seconds on a large store.
    """
    connection = session.connection()
    sqlite = connection.dialect.name == "sqlite"
    secure = sqlite and _is_secure(connection)
    for some in _chunks(message_ids):
        if forget:
            reach.drop(connection)
        rows = connection.execute(_indexed().where(_ENTRY.c.message_id.in_(some))).all()
        if not rows:
            continue
        if sqlite:
            connection.execute(_FTS_OUT, [{"id": row.id, **columns_of(row, row.stems)} for row in rows])
            reach.removed(connection, [row.message_id for row in rows])
        connection.execute(delete(_ENTRY).where(_ENTRY.c.id.in_([row.id for row in rows])))
    if forget and sqlite and not secure:
        connection.execute(text("INSERT INTO search_index (search_index) VALUES ('optimize')"))


def reindex(session: Session) -> None:
    """Empty the index, so that `index_more` fills it anew from the first message on."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        # An older SQLite refuses even to drop what a newer one has written: here only the form's number stands in the
        # way, as nothing of the content is read.
        connection.execute(text("UPDATE search_index_config SET v = 4 WHERE k = 'version'"))
        connection.execute(text("DROP TABLE IF EXISTS search_index_terms"))
        connection.execute(text("DROP TABLE IF EXISTS search_index"))
        for statement in ddl("sqlite"):
            connection.execute(text(statement))
    reach.drop(connection)
    connection.execute(delete(_ENTRY))
    _move_cursor(connection, 0)


def outdated(session: Session) -> bool:
    """Say whether the index must be made anew: by another stemmer, or in a form that this SQLite cannot read."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        form = connection.execute(text("SELECT v FROM search_index_config WHERE k = 'version'")).scalar()
        if form is not None and int(form) > 4 and _sqlite_version(connection) < SECURE_SQLITE:
            return True
    # What was indexed first has the oldest version, and nearly always the smallest or the greatest number.
    for order in (_ENTRY.c.id, _ENTRY.c.id.desc()):
        version = connection.execute(select(_ENTRY.c.version).order_by(order).limit(1)).scalar()
        if version is not None and version != STEMMER_VERSION:
            return True
    return False


def check(session: Session) -> bool:
    """Say whether the index is whole: its own structure, and an entry for every message up to the cursor that stands.

    Args:
        session: of a writing transaction, although nothing is written: FTS5 wants it so.
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        from sqlalchemy.exc import DatabaseError

        try:
            connection.execute(text("INSERT INTO search_index (search_index) VALUES ('integrity-check')"))
        except DatabaseError:
            return False
        from storage.search import postings

        if not postings.check(connection):
            return False
    lost = (
        select(_TEXT.c.message_id)
        .join(_MESSAGE, _MESSAGE.c.id == _TEXT.c.message_id)
        .where(
            _TEXT.c.message_id <= _cursor(connection),
            _stands(),
            ~select(_ENTRY.c.id).where(_ENTRY.c.message_id == _TEXT.c.message_id).exists(),
        )
        .limit(1)
    )
    return connection.execute(lost).first() is None


def in_pieces(session: Session) -> bool:
    """Say whether the index stands in more than one piece, so that `tidy` may have something to do."""
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return False
    first, last = (
        connection.execute(text(f"SELECT segid FROM search_index_idx ORDER BY segid {way} LIMIT 1")).scalar()
        for way in ("ASC", "DESC")
    )
    return first != last


def tidy(session: Session, *, pages: int = 500) -> bool:
    """Merge a little of what many small batches left behind; say whether there was anything to do.

    Each word of a query is looked up in every piece of the index, of which FTS5 by itself leaves some three for each
    fourfold of its size. Here two pieces of a size are merged already.

    Args:
        session: of a writing transaction.
        pages: how many pages of 4 kB are written at most, about a tenth of a millisecond each.
    """
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return False
    if connection.execute(text("SELECT v FROM search_index_config WHERE k = 'usermerge'")).scalar() != _MERGED_FROM:
        connection.execute(
            text("INSERT INTO search_index (search_index, rank) VALUES ('usermerge', :from)"), {"from": _MERGED_FROM}
        )
    changes = text("SELECT total_changes()")
    before = connection.execute(changes).scalar_one()
    connection.execute(text("INSERT INTO search_index (search_index, rank) VALUES ('merge', :pages)"), {"pages": pages})
    return int(connection.execute(changes).scalar_one()) - int(before) > 1


def place(arrived_at: datetime, message_id: int) -> int:
    """Return the number that a message's entry has unless it is taken: newest first is the order of the numbers."""
    return _place(microseconds(arrived_at), message_id)


def _place(arrived: int, message_id: int) -> int:
    return (arrived // 1_000_000 << _SHIFT) | (message_id & ((1 << _SHIFT) - 1))


def floor(moment: datetime) -> int:
    """Return the smallest number that an entry of this second can have."""
    return microseconds(moment) // 1_000_000 << _SHIFT


def ceiling(moment: datetime) -> int:
    """Return the smallest number that an entry of this moment or later can have; servers know whole seconds."""
    return -(-microseconds(moment) // 1_000_000) << _SHIFT


def _table(model: type[SQLModel]) -> Table:
    return cast("Table", model.__table__)  # type: ignore[attr-defined]


_ENTRY = _table(SearchEntry)
_TEXT = _table(MessageText)
_MESSAGE = _table(Message)
_DESK = _table(Desk)
_TAKEN = Lookup(lambda: select(_ENTRY.c.id).where(_ENTRY.c.id.in_(some_values())))
_ENTRIES = Write(lambda: insert(_ENTRY))
_WORDS = (_TEXT.c.subject, _TEXT.c.from_name, _TEXT.c.from_address, _TEXT.c.details, _TEXT.c.text)


def _messages() -> Any:
    """Select what is indexed of messages; what was taken back stands nowhere, and is not found."""
    return (
        select(_TEXT.c.message_id, _MESSAGE.c.arrived_at, _TEXT.c.language, _ENTRY.c.id.label("entry"), *_WORDS)
        .select_from(_TEXT)
        .join(_MESSAGE, _MESSAGE.c.id == _TEXT.c.message_id)
        .outerjoin(_ENTRY, _ENTRY.c.message_id == _TEXT.c.message_id)
        .where(_stands())
    )


def _stands() -> ColumnElement[bool]:
    return _MESSAGE.c.conversation_id.is_not(None)


def _next_messages(_dialect: str) -> Any:
    """Select the next messages without their words: number, moment of arrival in microseconds, entry if any."""
    return (
        select(_TEXT.c.message_id, _MESSAGE.c.arrived_at, _ENTRY.c.id)
        .select_from(_TEXT)
        .join(_MESSAGE, _MESSAGE.c.id == _TEXT.c.message_id)
        .outerjoin(_ENTRY, _ENTRY.c.message_id == _TEXT.c.message_id)
        .where(_stands(), _TEXT.c.message_id > bindparam("cursor", type_=BigInteger))
        .order_by(_TEXT.c.message_id)
        .limit(bindparam("most", type_=Integer))
    )


_NEXT = Prepared(_next_messages)


@cache
def _after() -> Any:
    after = (
        select(_TEXT.c.message_id)
        .join(_MESSAGE, _MESSAGE.c.id == _TEXT.c.message_id)
        .where(_TEXT.c.message_id > bindparam("cursor"), _stands())
    )
    return select(func.count()).select_from(after.limit(bindparam("most", type_=Integer)).subquery())


def _indexed() -> Any:
    """Select what was indexed of messages that are in the index."""
    return (
        select(_ENTRY.c.id, _ENTRY.c.message_id, _ENTRY.c.stems, *_WORDS)
        .select_from(_ENTRY)
        .join(_TEXT, _TEXT.c.message_id == _ENTRY.c.message_id)
    )


def columns_of(row: Any, stemmed: str) -> dict[str, str]:
    """Return the words of a message by column; changed only together with `STEMMER_VERSION`, see `outdated`.

    Args:
        row: subject, from_name, from_address, details and text of a `MessageText`.
        stemmed: its stems.
    """
    details: Mapping[str, Any] = row.details
    names = [each[0] for each in details.get("attachments", ()) if not each[4]]
    return {
        "subject": row.subject,
        "author": f"{row.from_name} {row.from_address}",
        "recipients": " ".join(f"{name} {address}" for key in ("to", "cc") for name, address in details.get(key, ())),
        "files": " ".join((ATTACHED, *names)) if names else "",
        "body": row.text,
        "stems": stemmed,
    }


def columns_read(parsed: Parsed) -> dict[str, str]:
    """Return what `columns_of` gives of a message whose row says what its reader said; a test holds the two equal."""
    names = [each.name for each in parsed.attachments if not each.inline]
    return {
        "subject": parsed.subject,
        "author": f"{parsed.author.name} {parsed.author.address}",
        "recipients": " ".join([f"{one.name} {one.address}" for one in (*parsed.to, *parsed.cc)]),
        "files": " ".join((ATTACHED, *names)) if names else "",
        "body": parsed.text,
        "stems": parsed.gist.stems if parsed.gist else stems(f"{parsed.subject}\n{parsed.text}", parsed.language),
    }


def _stems(row: Any) -> str:
    return stems(f"{row.subject}\n{row.text}", row.language)


def _put(session: Session, arrived: Mapping[int, int], words: Mapping[int, Mapping[str, str]]) -> None:
    """Write the entries of messages: when each arrived in microseconds, and its words by column."""
    if not arrived:
        return
    connection = session.connection()
    numbers = _numbers(connection, arrived)
    # Ascending: twice as quick as descending.
    placed = sorted(numbers.items(), key=itemgetter(1))
    entries = [
        {"id": number, "message_id": each, "version": STEMMER_VERSION, "stems": words[each]["stems"]}
        for each, number in placed
    ]
    if connection.dialect.name == "sqlite":
        _ENTRIES(connection, entries)
        reach.added(connection, numbers.values())
        indexed = [(number, *map(words[each].__getitem__, COLUMNS)) for each, number in placed]
        for start in range(0, len(indexed), _IN_ONE_STEP):  # between two steps it can be given up for an agent
            straight(session.connection(), _FTS_IN, indexed[start : start + _IN_ONE_STEP], many=True)
    else:
        connection.execute(
            text(
                "INSERT INTO search_entry (id, message_id, version, stems, vector)"
                " VALUES (:id, :message_id, :version, :stems, CAST(:vector AS tsvector))"
            ),
            [{**entry, "vector": vector(words[each])} for entry, (each, _) in zip(entries, placed, strict=True)],
        )


def _numbers(connection: Connection, arrived: Mapping[int, int]) -> dict[int, int]:
    """Allot an entry's number to every message: its place, or the next one that is free."""
    wanted = {each: _place(moment, each) for each, moment in arrived.items()}
    taken = {row.id for row in _TAKEN(connection, wanted.values())}
    numbers: dict[int, int] = {}
    for message_id, number in sorted(wanted.items(), key=lambda pair: (pair[1], pair[0])):
        free = number
        while free in taken:
            free += 1
            if free not in taken and connection.execute(select(_ENTRY.c.id).where(_ENTRY.c.id == free)).first():
                taken.add(free)
        taken.add(free)
        numbers[message_id] = free
    return numbers


def _cursor(connection: Connection) -> int:
    value = connection.execute(_cursor_kept()).scalar()
    return int(value) if value is not None else 0


@cache
def _cursor_kept() -> Any:
    return select(_DESK.c.value).where(_DESK.c.name == CURSOR)


def _move_cursor(connection: Connection, message_id: int) -> None:
    value = str(message_id).encode()
    moved = connection.execute(_cursor_moved(), {"moved": value})
    if not moved.rowcount:
        connection.execute(insert(_DESK).values(name=CURSOR, value=value))


@cache
def _cursor_moved() -> Any:
    return update(_DESK).where(_DESK.c.name == CURSOR).values(value=bindparam("moved", type_=_DESK.c.value.type))


def _chunks(numbers: Iterable[int]) -> Iterable[list[int]]:
    ordered = sorted(set(numbers))
    return (ordered[start : start + _AT_ONCE] for start in range(0, len(ordered), _AT_ONCE))


def _sqlite_version(connection: Connection) -> tuple[int, ...]:
    version = connection.execute(text("SELECT sqlite_version()")).scalar_one()
    return tuple(int(part) for part in version.split("."))


def _is_secure(connection: Connection) -> bool:
    """Make this SQLite forget words as it deletes them, where it can; say whether it does."""
    if _sqlite_version(connection) < SECURE_SQLITE:
        return False
    on = connection.execute(text("SELECT v FROM search_index_config WHERE k = 'secure-delete'")).scalar()
    if not on:
        connection.execute(text("INSERT INTO search_index (search_index, rank) VALUES ('secure-delete', 1)"))
    return True
