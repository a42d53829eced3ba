"""The search index in a sync that stays: what many small batches left is merged while nothing comes."""

from contextlib import suppress
from datetime import timedelta

import pytest
from made.desk import MadeDesk
from servers.grounds import until_true

from console.mail.sync import listing, running
from console.mail.sync.running import Indexing
from storage.search import index_more, postings, reach, waiting
from storage.store import open_store
from storage.store.interrupting import Waited

PIECES = "SELECT count(DISTINCT segid) FROM search_index_idx"


def test_an_index_of_many_pieces_becomes_one_of_few_while_nothing_comes(tmp_path):
    store = open_store(str(tmp_path))

    def pieces() -> int:
        with store.reading() as session:
            return int(session.connection().exec_driver_sql(PIECES).scalar_one())

    def waiting_none() -> bool:
        with store.reading() as session:
            return not waiting(session)

    with store.writing() as session:
        desk = MadeDesk(session)
        for n in range(18):
            desk.message(f"fatura {n}", at=timedelta(minutes=n))
    for _ in range(17):
        with store.writing() as session:
            index_more(session, limit=1)
    indexing = Indexing(store)
    indexing.start()
    try:
        until_true(lambda: waiting_none() and pieces() == 1, "eighteen batches to be one piece; FTS5 would leave three")
    finally:
        indexing.finish()
    store.close()


def test_what_an_import_left_is_merged_though_no_mail_comes(tmp_path):
    store = open_store(str(tmp_path))
    with store.writing() as session:
        desk = MadeDesk(session)
        for n in range(18):
            desk.message(f"fatura {n}", at=timedelta(minutes=n))
    for _ in range(18):
        with store.writing() as session:
            index_more(session, limit=1)

    def pieces() -> int:
        with store.reading() as session:
            return int(session.connection().exec_driver_sql(PIECES).scalar_one())

    assert pieces() > 1
    indexing = Indexing(store)
    indexing.start()
    try:
        until_true(lambda: pieces() == 1, "what stood in many pieces to be one, with nothing to index")
    finally:
        indexing.finish()
    store.close()


def test_lists_of_common_words_are_made_while_nothing_comes_and_brought_up(tmp_path, monkeypatch):
    for name, value in {"FEWEST": 2, "_LEAST": 8, "_LACKED": 5, "_IN_ONE_STEP": 1}.items():
        monkeypatch.setattr(postings, name, value)
    monkeypatch.setattr(listing, "LOOKS_EVERY", 0.0)
    monkeypatch.setattr(running, "_LOOK_EVERY", 0.01)
    store = open_store(str(tmp_path))

    def listed(word: str) -> int:
        with store.reading() as session:
            reached = reach.lists(session.connection())
            known = postings.bitmaps(session.connection(), [word])
        return len(known[word]) if known and reached is not None and reached.making is None else 0

    def come(*subjects: str) -> None:
        with store.writing() as session:
            desk.session = session
            for n, subject in enumerate(subjects):
                desk.message(subject, at=timedelta(minutes=n))

    with store.writing() as session:
        desk = MadeDesk(session)
    come(*["fatura"] * 9)
    indexing = Indexing(store)
    indexing.start()
    try:
        until_true(lambda: listed("fatura") == 9, "nine messages to stand in the list of their word")
        come(*["fatura"] * 5)
        until_true(lambda: listed("fatura") == 14, "those that came to be listed, too")
    finally:
        indexing.finish()
    store.close()


def test_few_that_follow_others_wait_for_more_until_nothing_follows(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "_INDEX_WAITS", 60.0)
    store = open_store(str(tmp_path))

    def left() -> int:
        with store.reading() as session:
            return waiting(session)

    def comes(subject: str) -> None:
        with store.writing() as session:
            desk.session = session
            desk.message(subject)

    looks: list[int] = []

    def looked(session, *, most):
        looks.append(most)
        return waiting(session, most=most)

    with store.writing() as session:
        desk = MadeDesk(session)
    monkeypatch.setattr(running, "waiting", looked)
    indexing = Indexing(store)
    indexing.start()
    comes("fatura")
    until_true(lambda: left() == 0, "the first message to be indexed at once")
    comes("mais uma")
    seen = len(looks)
    until_true(lambda: len(looks) > seen + 1, "it to look twice more")
    assert left() == 1
    indexing.ring()
    until_true(lambda: left() == 0, "what nothing follows to be indexed at once")
    comes("a última")
    indexing.finish()
    assert left() == 0
    store.close()


@pytest.mark.parametrize(("sits", "first"), [(False, 145), (True, 45)])
def test_what_was_given_up_for_an_agent_is_half_as_long_the_next_time(tmp_path, monkeypatch, sits, first):
    store, agent = open_store(str(tmp_path)), open_store(str(tmp_path))
    if sits:
        agent.turns.attend()
    limits: list[int] = []

    def index(session, *, limit, ready):
        limits.append(limit)
        return index_more(session, limit=limit, ready=ready)

    def given_up_twice(work):
        for _ in range(2):
            with suppress(Waited), store.writing() as session:
                work(session)
                raise Waited
        with store.writing() as session:
            return work(session)

    monkeypatch.setattr(running, "index_more", index)
    monkeypatch.setattr(store, "giving_way", given_up_twice)
    with store.writing() as session:
        desk = MadeDesk(session)
        for n in range(30):
            desk.message(f"fatura {n}", at=timedelta(minutes=n))
    indexing = Indexing(store)
    indexing.start()
    indexing.finish()
    with store.reading() as session:
        assert not waiting(session)
    assert limits[0] == first
    assert limits[1] == limits[0] // 2
    assert limits[2] == limits[1] // 2
    for one in (store, agent):
        one.close()
