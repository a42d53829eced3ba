"""The index on both engines: what goes in comes out again, newest first, whatever order mail came in."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from made.desk import START, MadeDesk
from sqlmodel import select

from storage.kinds.mail import Attachment, Correspondent
from storage.models import MessageText, SearchEntry
from storage.rules.query import BadQuery, Trouble
from storage.rules.query_reader import parse
from storage.search import add, check, in_pieces, index_more, outdated, reindex, remove, tidy, waiting
from storage.search.index import ATTACHED, floor, place
from storage.search.matching import BROADEST, matching, written
from storage.store import engine, open_store


def find(session, query):
    """Return the message ids that the index gives, newest first."""
    connection = session.connection()
    expression = written(connection, parse(query, now=START).where)
    assert expression is not None
    numbers = sorted(connection.execute(matching(connection, expression)).scalars(), reverse=True)
    by_number = {entry.id: entry.message_id for entry in session.exec(select(SearchEntry))}
    return [by_number[number] for number in numbers]


def test_words_are_found_without_accents_in_other_forms_and_in_other_places(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        one = desk.message("A cobrança veio em duplicidade.", subject="Fatura de agosto")
        two = desk.message("Please refund both payments", name="Grace Lim", address="grace@lim.example", language="en")
        three = desk.message("Sin facturación", subject="¿Se puede?", language="", at=timedelta(hours=1))
        assert index_more(session, limit=10) == 3
        for query in (
            "cobranca",
            "Cobrança",
            "cobranças",
            "COBRANCAS",
            '"em duplicidade"',
            "agosto",
            "souza",
            "ana@acme",
        ):
            assert one in find(session, query), query
        assert find(session, "refunds") == [two]
        assert find(session, "payment lim") == [two]
        assert find(session, "facturacion") == [three]
        assert find(session, "from:ana") == [three, one]
        assert find(session, "subject:ana OR subject:cobranca OR to:ana OR from:fatura") == []
        assert find(session, "subject:agosto") == [one]
        assert find(session, '"refund payments"') == []
        assert find(session, '"cobranças"') == []
        assert find(session, "agosto cobran*") == [one]
        assert find(session, "ana -cobranca") == [three]
        assert find(session, "cobranca OR refund") == [two, one]
        assert find(session, "from:souza (cobranca OR facturacion) -agosto") == [three]
        assert find(session, "nada") == []


def test_recipients_and_files_are_columns_of_their_own(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        one = desk.message(
            "Segue.",
            to=(Correspondent("Bruno Reis", "bruno@plantao.example"),),
            attachments=(
                Attachment("fatura-agosto.pdf", "application/pdf", 9, "2"),
                Attachment("logo.png", "image/png", 9, "3", inline=True),
            ),
        )
        desk.message("Nada.", attachments=(Attachment("logo.png", "image/png", 9, "2", inline=True),))
        index_more(session, limit=10)
        assert find(session, "to:bruno") == [one]
        assert find(session, "to:bruno@plantao.example") == [one]
        assert find(session, "bruno") == []
        assert find(session, "has:attachment") == [one]
        assert find(session, "agosto.pdf") == [one]
        assert find(session, "logo") == []
        assert find(session, f"segue {ATTACHED}") == [one]


@pytest.mark.parametrize(
    "query", ['a"b', "x' OR 1", "a:b*", "NEAR(a,b)", "^a", "{body}:a", "a + b", "'", "\\", "a AND", "NOT a", "~cobranc"]
)
def test_no_sign_reaches_the_engines_own_language(store, query):
    with store.writing() as session:
        MadeDesk(session).message("Nada")
        index_more(session, limit=10)
        try:
            node = parse(query, now=START).where
        except BadQuery:
            return
        connection = session.connection()
        assert connection.execute(matching(connection, written(connection, node))).all() == []


def test_newest_first_is_the_order_of_the_numbers_whatever_came_first(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        newest = desk.message("fatura", at=timedelta(days=3))
        oldest = desk.message("fatura", at=timedelta(days=-3))
        middle = desk.message("fatura")
        same = desk.message("fatura")  # within the same second
        for _ in range(4):
            assert index_more(session, limit=1) == 1
        assert index_more(session, limit=1) == 0
        assert find(session, "fatura") == [newest, same, middle, oldest]


def test_two_messages_never_share_a_number(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        first = desk.message("fatura um")
        index_more(session, limit=1)
        entry = session.exec(select(SearchEntry)).one()
        # What a million messages within one second would lead to: the places of the next two are taken.
        desk.message("fatura dois")
        desk.message("fatura tres")
        remove(session, [first])
        session.add(SearchEntry(id=entry.id + 1, message_id=first, version=1, stems=""))
        session.flush()
        index_more(session, limit=10)
        numbers = session.exec(select(SearchEntry.id)).all()
        assert sorted(numbers) == [entry.id + 1, entry.id + 2, entry.id + 3]


def test_numbers_are_of_the_second_and_take_any_time():
    for moment in (START, datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)):
        assert floor(moment) <= place(moment, 1) < floor(moment) + (1 << 20)
        assert -(1 << 63) <= place(moment, 2**62) < 1 << 63
    assert place(START, 9) < place(START + timedelta(seconds=1), 1)


def test_what_is_removed_is_gone_and_the_index_stays_whole(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        ids = [desk.message(f"segredo numero{n} cobranças", subject=f"Assunto {n}") for n in range(30)]
        index_more(session, limit=20)
        remove(session, ids[5:25], forget=True)  # five of them are not in the index yet
        assert find(session, "segredo") == list(reversed(ids[:5]))
        assert not check(session)  # messages before the cursor are missing
        for number in ids[5:20]:
            assert find(session, f"numero{number - 1}") == []
            kept = session.get_one(MessageText, number)
            kept.text = f"outro numero{number - 1}"
        session.flush()
        add(session, ids[5:20])
        assert len(find(session, "segredo")) == 5
        assert find(session, "outro") == list(reversed(ids[5:20]))
        index_more(session, limit=100)
        assert len(find(session, "segredo")) == 15
        assert check(session)


def test_a_removed_word_is_not_in_the_file(store):
    if store.path is None:
        pytest.skip("a file of SQLite is looked into")
    with store.writing() as session:
        desk = MadeDesk(session)
        number = desk.message("palavra xyzzysegredo")
        desk.message("outra")
        index_more(session, limit=10)
    with store.writing() as session:
        remove(session, [number], forget=True)
        session.delete(session.get_one(MessageText, number))
    with store.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("VACUUM")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"xyzzysegredo" not in store.path.read_bytes()
    assert b"plantao.example" in store.path.read_bytes()


def test_a_damaged_index_is_noticed(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        number = desk.message("fatura")
        index_more(session, limit=10)
        assert check(session)
        session.delete(session.exec(select(SearchEntry)).one())
        session.flush()
        assert not check(session)
        reindex(session)
        assert waiting(session) == 1
        assert index_more(session, limit=10) == 1
        assert check(session)
        assert find(session, "fatura") == [number]
        assert waiting(session) == 0


def test_an_older_stemmer_makes_the_index_outdated(store):
    with store.writing() as session:
        MadeDesk(session).message("nada")
        index_more(session, limit=10)
        assert not outdated(session)
        session.exec(select(SearchEntry)).one().version = 0
        session.flush()
        assert outdated(session)


def test_a_broad_prefix_is_refused_with_its_place(store):
    if store.path is None:
        pytest.skip("PostgreSQL's index has prefixes of its own")
    with store.writing() as session:
        desk = MadeDesk(session)
        desk.message(" ".join(f"pre{n:05d}" for n in range(BROADEST + 1)))
        index_more(session, limit=10)
        assert len(find(session, "pre0001*")) == 1
        assert len(find(session, "nada OR pre000*")) == 1
        with pytest.raises(BadQuery) as caught:
            find(session, "nada OR pre*")
        assert (caught.value.trouble, caught.value.place) == (Trouble.BROAD_PREFIX, 8)


def test_small_batches_can_be_merged(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        ids = [desk.message(f"fatura {n}") for n in range(18)]
    for _ in ids:
        with store.writing() as session:
            index_more(session, limit=1)
    with store.writing() as session:
        assert in_pieces(session) == (store.path is not None)
        for _ in range(20):
            if not tidy(session):
                break
        else:
            pytest.fail("there is always more to tidy")
        assert find(session, "fatura") == list(reversed(ids))
        if store.path is not None:  # FTS5 by itself would leave three
            pieces = "SELECT count(DISTINCT segid) FROM search_index_idx"
            assert session.connection().exec_driver_sql(pieces).scalar_one() == 1
        assert not in_pieces(session)


def test_an_index_that_an_older_sqlite_cannot_read_is_made_anew(tmp_path, monkeypatch):
    if engine.sqlite_driver().sqlite_version_info < (3, 42) or sqlite3.sqlite_version_info >= (3, 42):
        pytest.skip("there are no two SQLites here, one before FTS5's secure-delete and one after")
    newer = open_store(str(tmp_path))
    with newer.writing() as session:
        desk = MadeDesk(session)
        one, two = desk.message("segredo"), desk.message("fatura")
        index_more(session, limit=10)
        remove(session, [one], forget=True)
        session.delete(session.get_one(MessageText, one))
    newer.close()
    monkeypatch.setattr(engine, "sqlite_driver", lambda: sqlite3)
    older = open_store(str(tmp_path))
    with older.writing() as session:
        assert outdated(session)
        reindex(session)
        assert not outdated(session)
        index_more(session, limit=10)
        assert find(session, "fatura") == [two]
        assert check(session)
    older.close()
