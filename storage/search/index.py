"""The index itself: its tables, messages going in by the batch, and out again with exactly what went in.

SQLite has a contentless FTS5 table, `search_index`, beside a list of its terms; its row is `search_entry.id`.
PostgreSQL has a `tsvector` in `search_entry` itself, made by us, so that both engines know the same words.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Row,
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

from storage.models import Desk, Message, MessageText, SearchEntry
from storage.models.statements import Lookup, Write, some_values
from storage.models.types import microseconds
from storage.rules.stemming import stems
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
        "CREATE VIRTUAL TABLE search_index_terms USING fts5vocab('search_index', 'instance')",
    ]


def index_more(session: Session, *, limit: int, ready: Mapping[int, str] | None = None) -> int:
    """Index the next messages after the cursor, and move it.

    Args:
        session: of a writing transaction. 150 messages of 250 words hold the lock for about 50 ms.
        limit: how many messages at most.
        ready: stems by message id, where a parse worker made them already.

    Returns:
        How many messages were looked at; less than `limit` when nothing is left.
    """
    connection = session.connection()
    cursor = _cursor(connection)
    rows = connection.execute(_next_messages(), {"cursor": cursor, "most": limit}).all()
    if rows:
        _put(connection, rows, ready or {})
        _move_cursor(connection, rows[-1].message_id)
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
        _put(connection, connection.execute(_messages().where(_TEXT.c.message_id.in_(some))).all(), {})


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
        rows = connection.execute(_indexed().where(_ENTRY.c.message_id.in_(some))).all()
        if not rows:
            continue
        if sqlite:
            connection.execute(_FTS_OUT, [{"id": row.id, **columns_of(row, row.stems)} for row in rows])
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
    return floor(arrived_at) | (message_id & ((1 << _SHIFT) - 1))


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


@cache
def _next_messages() -> Any:
    after = _TEXT.c.message_id > bindparam("cursor")
    return _messages().where(after).order_by(_TEXT.c.message_id).limit(bindparam("most", type_=Integer))


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
        select(_ENTRY.c.id, _ENTRY.c.stems, *_WORDS)
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


def _put(connection: Connection, rows: Sequence[Row[Any]], ready: Mapping[int, str]) -> None:
    rows = [row for row in rows if row.entry is None]
    if not rows:
        return
    stemmed = {
        row.message_id: ready[row.message_id]
        if row.message_id in ready
        else stems(f"{row.subject}\n{row.text}", row.language)
        for row in rows
    }
    numbers = _numbers(connection, rows)
    rows.sort(key=lambda row: numbers[row.message_id])  # ascending: twice as quick as descending
    entries = [
        {
            "id": numbers[row.message_id],
            "message_id": row.message_id,
            "version": STEMMER_VERSION,
            "stems": stemmed[row.message_id],
        }
        for row in rows
    ]
    words = [columns_of(row, stemmed[row.message_id]) for row in rows]
    if connection.dialect.name == "sqlite":
        _ENTRIES(connection, entries)
        indexed = [(entry["id"], *map(each.__getitem__, COLUMNS)) for entry, each in zip(entries, words, strict=True)]
        connection.exec_driver_sql(_FTS_IN, indexed)
    else:
        connection.execute(
            text(
                "INSERT INTO search_entry (id, message_id, version, stems, vector)"
                " VALUES (:id, :message_id, :version, :stems, CAST(:vector AS tsvector))"
            ),
            [{**entry, "vector": vector(each)} for entry, each in zip(entries, words, strict=True)],
        )


def _numbers(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, int]:
    """Allot an entry's number to every message: its place, or the next one that is free."""
    wanted = {row.message_id: place(row.arrived_at, row.message_id) for row in rows}
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
