"""Statements for many values: the same rows as SQLAlchemy gives, for lists of any length, with every type on its way."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, bindparam, delete, event, select
from sqlalchemy.exc import IntegrityError, StatementError

from storage.apply.base import insert, table
from storage.kinds import Automatic, Direction, Evidence
from storage.models import Mailbox, Message
from storage.models.statements import Lookup, Write, some_values
from storage.prepared import Named, among, many
from storage.store import Store

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
_MESSAGES = table(Message)


@pytest.fixture
def connection(store: Store) -> Iterator[Connection]:
    with store.writing() as session:
        box = {"id": 1, "name": "a", "address": "a@example.org", "aliases": [], "mailbox_group": "g"}
        insert(session.connection(), Mailbox, [{**box, "live_since": None, "archive": ""}])
        rows = [
            {
                "id": number,
                "mailbox_id": 1,
                "conversation_id": None,
                "author_id": None,
                "customer_id": None,
                "direction": Direction.INCOMING if number % 3 else Direction.OUTGOING,
                "automatic": Automatic.NO,
                "arrived_at": BEGAN + timedelta(minutes=number),
                "key": number.to_bytes(16),
                "header_key": None if number % 2 else b"\x00" + number.to_bytes(4),
                "evidence": Evidence.NEW if number % 5 else None,
                "through_id": None,
                "handled": False,
                "history": number % 7 == 0,
            }
            for number in range(1, 1201)
        ]
        insert(session.connection(), Message, rows)
        yield session.connection()


def test_rows_are_those_that_sqlalchemy_gives(connection: Connection) -> None:
    columns = [_MESSAGES.c[name] for name in ("id", "arrived_at", "direction", "evidence", "header_key", "history")]
    lookup = Lookup(lambda: select(*columns).where(_MESSAGES.c.id.in_(some_values())))
    for count in (0, 1, 2, 3, 511, 512, 513, 1200):
        numbers = range(1, count + 1)
        plain = select(*columns).where(_MESSAGES.c.id.in_(numbers))
        assert sorted(map(tuple, lookup(connection, numbers))) == sorted(map(tuple, connection.execute(plain)))
    (row,) = lookup(connection, [14, 14, 14])
    assert (row.id, row.direction, row.history) == (14, Direction.INCOMING, True)
    assert row.arrived_at == BEGAN + timedelta(minutes=14)


def test_a_statement_that_is_built_once_gives_the_rows_that_sqlalchemy_gives(connection: Connection) -> None:
    built = []
    columns = [_MESSAGES.c[name] for name in ("id", "arrived_at", "direction", "evidence", "header_key", "history")]
    told = (_MESSAGES.c.evidence.in_((Evidence.NEW, Evidence.REFERENCE)), _MESSAGES.c.history.is_(False))

    def asks(dialect: str) -> object:
        built.append(dialect)
        since, way = _MESSAGES.c.arrived_at > bindparam("since"), _MESSAGES.c.direction == bindparam("way")
        return select(*columns).where(*told, since, way, _MESSAGES.c.id.in_(among(dialect))).order_by(_MESSAGES.c.id)

    named = Named(asks)
    for most, since, way in ((50, BEGAN, Direction.INCOMING), (700, BEGAN + timedelta(hours=1), Direction.OUTGOING)):
        numbers = range(1, most)
        plain = select(*columns).where(*told, _MESSAGES.c.arrived_at > since, _MESSAGES.c.direction == way)
        wanted = connection.execute(plain.where(_MESSAGES.c.id.in_(numbers)).order_by(_MESSAGES.c.id)).all()
        found = named.rows(connection, since=since, way=way, numbers=many(connection, numbers))
        assert wanted
        assert [row._asdict() for row in wanted] == [row._asdict() for row in found]
        assert named.first(connection, since=since, way=way, numbers=many(connection, numbers)).id == wanted[0].id
    assert named.first(connection, since=BEGAN, way=Direction.INTERNAL, numbers=many(connection, [1])) is None
    assert len(built) == 1


def test_other_parameters_and_constants_stand_beside_the_list(connection: Connection) -> None:
    lookup = Lookup(
        lambda: (
            select(_MESSAGES.c.id)
            .where(
                _MESSAGES.c.id.in_(some_values()),
                _MESSAGES.c.direction == Direction.OUTGOING,
                _MESSAGES.c.arrived_at <= bindparam("until", type_=_MESSAGES.c.arrived_at.type),
                _MESSAGES.c.id.in_(some_values()),
            )
            .order_by(_MESSAGES.c.id)
        )
    )
    for until, expected in ((6, [3, 6]), (9, [3, 6, 9])):
        rows = lookup(connection, range(1, 11), until=BEGAN + timedelta(minutes=until))
        assert [row.id for row in rows] == expected
    with pytest.raises((ValueError, StatementError), match="time zone"):
        lookup(connection, [1], until=datetime(2026, 1, 1))  # noqa: DTZ001 - a naive one is the point


def test_a_list_of_digests_finds_them(connection: Connection) -> None:
    lookup = Lookup(lambda: select(_MESSAGES.c.id).where(_MESSAGES.c.key.in_(some_values())))
    assert sorted(row.id for row in lookup(connection, [n.to_bytes(16) for n in (5, 7, 4000)])) == [5, 7]


def test_a_statement_is_run_for_every_row(connection: Connection) -> None:
    handle = Write(
        lambda: _MESSAGES.update().where(_MESSAGES.c.id == bindparam("row")).values(handled=bindparam("after"))
    )
    handle(connection, [{"row": number, "after": True} for number in (2, 4)])
    handle(connection, [])
    handled = connection.execute(select(_MESSAGES.c.id).where(_MESSAGES.c.handled).order_by(_MESSAGES.c.id)).scalars()
    assert list(handled) == [2, 4]
    Write(lambda: delete(_MESSAGES).where(_MESSAGES.c.id == bindparam("row")))(connection, [{"row": 2}])
    assert list(connection.execute(select(_MESSAGES.c.id).where(_MESSAGES.c.handled)).scalars()) == [4]


def test_an_error_of_the_driver_is_raised_as_sqlalchemy_raises_it(connection: Connection) -> None:
    again = {"id": 1, "name": "b", "address": "b@example.org", "aliases": [], "mailbox_group": "g"}
    with pytest.raises(IntegrityError), connection.begin_nested():
        insert(connection, Mailbox, [{**again, "live_since": None, "archive": "", "trash": ""}])
    assert connection.execute(select(table(Mailbox).c.name)).scalars().all() == ["a"]


def test_who_listens_hears_every_statement(connection: Connection) -> None:
    lookup = Lookup(lambda: select(_MESSAGES.c.id).where(_MESSAGES.c.id.in_(some_values())))
    quiet = [tuple(row) for row in lookup(connection, [3, 4])]
    heard = []
    event.listen(connection, "before_cursor_execute", lambda *said: heard.append(said[2]))
    assert [tuple(row) for row in lookup(connection, [3, 4])] == quiet == [(3,), (4,)]
    assert len(heard) == 1
