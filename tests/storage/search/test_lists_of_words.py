"""Lists of common words: whatever came, left or is being made, they and the index find what the index finds."""

import itertools
import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made.desk import START, MadeDesk
from made.lists import NOW, make_lists
from pyroaring import BitMap
from sqlalchemy import event, text
from sqlmodel import Session, select

from storage.models import MessageText, PostingList
from storage.queries import find, roads
from storage.rules.query import And
from storage.rules.query_reader import parse
from storage.search import add, check, index_more, meeting, postings, reach, reindex, remove
from storage.search.matching import wordings, written
from storage.store import Store, open_store

WORDS = ("fatura", "faturas", "pedido", "pedidos", "entrega", "entregue", "prazo", "ação", "boleto", "naïve")
QUERIES = (
    "fatura pedido",
    "pedidos fatura entrega",
    "fatura -entrega",
    "(fatura OR boleto) pedido",
    "acao prazo",
    "acao prazo boleto naive",
    "prazo nunca",
    "fatura pedido after:2026-08-02",
    "fatura pedido before:2026-08-03",
    "fatura pedido tag:vip",
    'fatura "entrega pedido"',
    "fatura prazo -(boleto OR nunca)",
)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A store whose lists have every word that two messages have, made in many steps, and are met however many."""
    monkeypatch.setattr(postings, "FEWEST", 2)
    monkeypatch.setattr(postings, "_LEAST", 0)
    monkeypatch.setattr(postings, "_IN_ONE_STEP", 250)
    store = open_store(str(tmp_path))
    yield store
    store.close()


def answers(session: Session) -> dict[tuple[str, int], list[int]]:
    """What every query finds, in both orders, whole and by its second page of three, and how many it counts."""
    said: dict[tuple[str, int], list[int]] = {}
    for query in QUERIES:
        for order in ("", " sort:oldest"):
            whole = found(session, query + order)
            said[query + order, 0] = whole
            if len(whole) > 3:
                said[query + order, 3] = found(session, query + order, limit=3, before=whole[2])
        said[query, 1] = [find.count(session, query=query, agent_id=1, now=NOW)]
    return said


def found(session: Session, query: str, **choices: int) -> list[int]:
    hits = find.search(session, query=query, agent_id=1, now=NOW, **{"limit": 1000, **choices})
    return [hit.message_id for hit in hits]


def by_the_index_alone(session: Session, monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, int], list[int]]:
    with monkeypatch.context() as patched:
        patched.setattr(reach, "lists", lambda _connection: None)
        return answers(session)


def test_lists_find_what_the_index_finds_whatever_happens(desk, monkeypatch):
    made = random.Random(7)
    met = []
    listed = meeting._listed
    monkeypatch.setattr(meeting, "_listed", lambda *given: met.append(listed(*given)) or met[-1])
    with desk.writing() as session:
        book = MadeDesk(session)
        ids: list[int] = []

        def comes(at: timedelta) -> None:
            ids.append(book.message(" ".join(made.choices(WORDS, k=made.randrange(2, 5))), at=at))
            if made.random() < 0.3:
                book.tag(ids[-1], "vip")

        for _ in range(120):
            comes(timedelta(minutes=made.randrange(5000)))
        index_more(session, limit=1000)
    maker = None
    makings = 0
    for turn in range(120):
        match made.choice(("comes", "comes", "late", "leaves", "comes back", "changes", "step", "step", "step")):
            case "comes":
                with desk.writing() as book.session:
                    comes(timedelta(minutes=5000 + turn))
                    index_more(book.session, limit=1000)
            case "late":
                with desk.writing() as book.session:
                    comes(timedelta(minutes=made.randrange(5000)))
                    index_more(book.session, limit=1000)
            case "leaves":
                with desk.writing() as session:
                    remove(session, made.sample(ids, 2))
            case "comes back":
                with desk.writing() as session:
                    add(session, made.sample(ids, 20))
            case "changes":  # as a message that is read anew
                with desk.writing() as session:
                    number = made.choice(ids)
                    remove(session, [number])
                    row = session.get(MessageText, number)
                    row.text = " ".join(made.choices(WORDS, k=3))
                    session.flush()
                    add(session, [number])
            case "step":
                if maker is None or made.random() < 0.1:  # as by a sync that was ended, and the next one
                    maker = postings.Maker()
                    with desk.writing() as session:
                        postings.begin(session)
                with desk.reading() as session:
                    gathered = maker.gather(session)
                if made.random() < 0.3:  # between reading and writing
                    with desk.writing() as session:
                        remove(session, made.sample(ids, 1))
                    with desk.writing() as book.session:
                        comes(timedelta(minutes=made.randrange(6000)))
                        index_more(book.session, limit=1000)
                with desk.writing() as session:
                    if not postings.keep(session, gathered, now=NOW):
                        maker = None
                        makings += 1
        with desk.reading() as session:
            assert answers(session) == by_the_index_alone(session, monkeypatch), turn
            assert postings.check(session.connection())
    assert makings > 3
    assert sum(bool(messages) for messages, _ in met) > 1000


def kept(store: Store) -> set[str]:
    with store.reading() as session:
        return set(session.exec(select(PostingList.term)))


def filled(store: Store, *texts: str) -> MadeDesk:
    """A desk with one message for each text, newer and newer."""
    with store.writing() as session:
        book = MadeDesk(session)
        for n, words in enumerate(texts):
            book.message(words, at=timedelta(minutes=n))
        index_more(session, limit=1000)
    return book


def comes(store: Store, book: MadeDesk, words: str, *, at: timedelta) -> int:
    with store.writing() as book.session:
        number = book.message(words, at=at)
        index_more(book.session, limit=1000)
    return number


def count(store: Store, query: str) -> int:
    with store.reading() as session:
        return find.count(session, query=query, agent_id=1, now=NOW)


def test_a_count_is_right_without_a_look_at_the_messages(desk, monkeypatch):
    def no_roads(*_given, **_choices):
        raise AssertionError("the index was walked")

    book = filled(desk, *["fatura pedido", "fatura", "pedido prazo", "fatura pedido prazo"] * 5)
    make_lists(desk)
    with monkeypatch.context() as patched:
        patched.setattr(find, "steps", no_roads)
        assert (count(desk, "fatura pedido"), count(desk, "fatura"), count(desk, "fatura -pedido")) == (10, 15, 5)
        comes(desk, book, "fatura pedido único", at=timedelta(hours=1))
        assert (count(desk, "fatura pedido"), count(desk, "único"), count(desk, "fatura único")) == (11, 1, 1)
        with desk.writing() as session:
            remove(session, [1, 4])
        assert (count(desk, "fatura pedido"), count(desk, "pedido prazo"), count(desk, "fatura -pedido")) == (9, 9, 5)
        make_lists(desk)
        assert (count(desk, "fatura pedido"), count(desk, "pedido prazo"), count(desk, "fatura -pedido")) == (9, 9, 5)
        monkeypatch.setattr(find, "COUNTED", 7)
        assert (count(desk, "fatura pedido"), count(desk, "fatura -pedido")) == (7, 5)
    comes(desk, book, "fatura pedido", at=-timedelta(hours=1))
    assert count(desk, "fatura pedido") == 7
    monkeypatch.setattr(find, "COUNTED", 1000)
    assert count(desk, "fatura pedido") == 10


def test_that_very_many_have_a_word_is_known_by_the_size_of_its_list(desk, monkeypatch):
    filled(desk, *["fatura", "pedido"] * 80)
    make_lists(desk)
    with monkeypatch.context() as patched:
        patched.setattr(meeting, "bitmaps", lambda *_given: pytest.fail("the list was read"))
        patched.setattr(find, "COUNTED", 3)
        assert count(desk, "fatura") == 3
    for most in (60, 79, 80, 81):
        monkeypatch.setattr(find, "COUNTED", most)
        assert count(desk, "fatura") == min(most, 80)


@given(numbers=st.sets(st.integers(0, (1 << 32) - 1) | st.integers(0, 70_000), max_size=300))
def test_no_message_takes_over_ten_bytes_in_a_list(numbers):
    assert len(postings.packed(BitMap(numbers))) <= 10 * len(numbers) + 64


def test_a_count_is_right_while_lists_are_being_made(desk, monkeypatch):
    monkeypatch.setattr(postings, "_IN_ONE_STEP", 100)
    book = filled(desk, *["aa ab prazo"] * 9)
    make_lists(desk)
    comes(desk, book, "aa ab", at=timedelta(hours=1))
    with desk.writing() as session:
        remove(session, [3])
    make_lists(desk, steps=1)
    with desk.reading() as session:
        lists = postings.bitmaps(session.connection(), ["aa", "ab", "prazo"])
    assert [10 in lists[word] for word in ("aa", "ab")] == [True, True]
    assert 3 in lists["prazo"]
    assert (count(desk, "aa ab"), count(desk, "aa prazo")) == (9, 8)
    with desk.writing() as session:
        remove(session, [4])
    make_lists(desk)
    assert (count(desk, "aa ab"), count(desk, "aa prazo")) == (8, 7)
    with desk.reading() as session:
        assert reach.lists(session.connection()).gone == (4,)
    make_lists(desk)
    assert (count(desk, "aa ab"), count(desk, "aa prazo")) == (8, 7)


def test_only_common_words_have_lists_and_lose_them_when_they_are_common_no_more(desk):
    book = filled(desk, "fatura única", "fatura ação", "pedido ação", "pedido", "pedido C++ ß Straße")
    make_lists(desk)
    assert kept(desk) >= {"fatura", "pedido", "acao"}
    assert not kept(desk) & {"unica", "c", "ß", "straße", "strasse"}
    with desk.writing() as session:
        remove(session, [1])
    comes(desk, book, "única", at=timedelta(hours=1))
    comes(desk, book, "única", at=timedelta(hours=2))
    assert "fatura" in kept(desk)
    make_lists(desk)
    assert "fatura" not in kept(desk)
    assert "unica" in kept(desk)
    with desk.writing() as session:
        remove(session, [3, 4, 5])
    make_lists(desk)
    assert "pedido" not in kept(desk)


def test_what_is_to_be_forgotten_stands_in_no_list_nor_comes_back(desk, monkeypatch):
    monkeypatch.setattr(postings, "_IN_ONE_STEP", 10_000)
    filled(desk, *["segredo fatura"] * 5)
    make_lists(desk)
    with desk.writing() as session:
        postings.begin(session)
    maker = postings.Maker()
    with desk.reading() as session:
        gathered = maker.gather(session)
    assert gathered.lists["segredo"] is not None
    with desk.writing() as session:
        remove(session, [1, 2, 3, 4, 5], forget=True)
    assert kept(desk) == set()
    with desk.writing() as session:
        assert not postings.keep(session, gathered, now=NOW)
    assert kept(desk) == set()
    with desk.writing() as session:
        postings.begin(session)
        assert postings.keep(session, gathered, now=NOW)
    assert kept(desk) == set()
    make_lists(desk)
    assert kept(desk) == set()


def test_lists_are_given_up_when_the_index_is_made_anew_or_very_much_leaves_it(desk, monkeypatch):
    filled(desk, *["fatura pedido"] * 9)
    make_lists(desk)
    with desk.writing() as session:
        reindex(session)
        index_more(session, limit=100)
    assert kept(desk) == set()
    assert count(desk, "fatura pedido") == 9
    make_lists(desk)
    monkeypatch.setattr(reach, "GONE_AT_MOST", 3)
    with desk.writing() as session:
        remove(session, [1, 2, 3])
    assert kept(desk)
    with desk.writing() as session:
        remove(session, [4])
    assert kept(desk) == set()
    assert count(desk, "fatura pedido") == 5


def test_a_message_whose_entry_does_not_tell_its_number_is_found(desk):
    """Beyond a million messages an entry's number has but the last bits of its message's."""
    with desk.writing() as session:
        book = MadeDesk(session)
        near = [book.message(words, at=timedelta(minutes=n)) for n, words in enumerate(["fatura pedido"] * 4)]
        book._ids = itertools.count((1 << 20) + near[1])
        far = [book.message(words, at=timedelta(minutes=1 + n)) for n, words in enumerate(["fatura pedido", "fatura"])]
        index_more(session, limit=100)
    make_lists(desk)
    with desk.reading() as session:
        numbers = dict(session.connection().execute(text("SELECT message_id, id FROM search_entry")).all())
        assert numbers[far[0]] == numbers[near[1]] + 1  # both wanted the same number
        assert found(session, "fatura pedido") == [near[3], near[2], far[0], near[1], near[0]]
        assert found(session, "fatura -pedido") == [far[1]]
        assert postings.check(session.connection())
    assert count(desk, "fatura pedido") == 5


def test_a_damaged_list_is_found_out(desk):
    filled(desk, *["fatura pedido"] * 5)
    make_lists(desk)
    with desk.writing() as session:
        assert check(session)
        other = postings.packed(postings.bitmaps(session.connection(), ["fatura"])["fatura"] - BitMap([2]))
        session.connection().execute(text("UPDATE posting_list SET messages = :other"), {"other": other})
        assert not check(session)


def test_lists_are_wanted_when_much_is_asked_of_the_index_beside_them(tmp_path, monkeypatch):
    monkeypatch.setattr(postings, "_LEAST", 20)
    monkeypatch.setattr(postings, "_LACKED", 10)
    store = open_store(str(tmp_path))

    def wanted(after: timedelta = timedelta()) -> bool:
        with store.reading() as session:
            return postings.wanted(session, now=NOW + after)

    book = filled(store, *["fatura"] * 19)
    assert not wanted()
    comes(store, book, "fatura", at=timedelta(hours=1))
    assert wanted()
    make_lists(store, steps=0)
    assert wanted()  # they are begun
    make_lists(store)
    assert not wanted()
    for n in range(9):
        comes(store, book, "fatura", at=timedelta(hours=2, minutes=n))
    assert not wanted(timedelta(days=3))
    comes(store, book, "fatura", at=timedelta(hours=3))
    assert wanted()
    make_lists(store)
    comes(store, book, "fatura", at=-timedelta(hours=1))  # long ago: all that is newer is asked of the index
    assert not wanted(timedelta(hours=3))
    assert wanted(timedelta(hours=5))
    make_lists(store)
    monkeypatch.setattr(postings, "GONE_AT_MOST", 4)
    with store.writing() as session:
        remove(session, [1, 2])
    assert not wanted()
    with store.writing() as session:
        remove(session, [3])
    assert wanted()
    store.close()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("fatura pedido", [("fatura", "fatur"), ("pedido", "ped")]),
        ("Ação", [("acao",)]),
        ("fatura OR pedido", [("fatura", "fatur", "pedido", "ped")]),
        ('"fatura pedido"', []),
        ('"fatura"', []),
        ("fatur* pedido", []),
        ("subject:fatura pedido", []),
        ("e-mail fatura", []),
        ("straße fatura", []),
        ("has:attachment fatura", []),
        ("-fatura", []),
    ],
)
def test_which_words_may_be_met_in_lists(query, words):
    where = parse(query, now=START).where
    some = wordings(where.parts if isinstance(where, And) else [where])
    assert len(some) == len(words)
    assert all(set(each) <= set(one.words) for one, each in zip(some, words, strict=True))


def test_how_a_word_is_asked_of_the_index_is_what_its_list_has(desk):
    """Both ask for the same words in the same columns."""
    filled(desk, "fatura")
    with desk.reading() as session:
        for query in ("fatura", "Ação", "cobranças"):
            (one,) = wordings([parse(query, now=START).where])
            assert written(session.connection(), parse(query, now=START).where) == postings.asked(one.words)


def test_a_search_of_several_words_asks_few_statements_and_walks_no_list(desk, monkeypatch):
    monkeypatch.setattr(roads, "searched", lambda *_given, **_choices: pytest.fail("the index was walked"))
    filled(desk, *["fatura pedido", "fatura", "pedido única"], *["fatura pedido", "fatura", "pedido"] * 3)
    make_lists(desk)
    with desk.reading() as session:
        asked: list[str] = []
        event.listen(session.connection(), "before_cursor_execute", lambda *given: asked.append(given[2]))
        assert len(found(session, "fatura pedido")) == 4
        assert len(asked) == 4, asked  # how far they reach, lists, entries, hits
        asked.clear()
        assert found(session, "pedido única") == [3]
        assert len(asked) == 5, asked  # and those that have a rare word
