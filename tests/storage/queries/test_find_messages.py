"""Search: what is found, in which order, shown how, counted how far, and stopped when asked."""

import random
from datetime import timedelta

import pytest
from made.desk import START, MadeDesk

from storage.kinds import Direction, Priority, Status
from storage.kinds.mail import Correspondent
from storage.models import Conversation
from storage.queries import find, roads
from storage.rules.query import BadQuery, Trouble
from storage.search import index_more

NOW = START + timedelta(days=10)


def found(session, query, *, agent_id=1, **choices):
    return [hit.message_id for hit in find.search(session, query=query, agent_id=agent_id, now=NOW, **choices)]


def counted(session, query):
    return find.count(session, query=query, agent_id=1, now=NOW)


def minutes(n):
    return timedelta(minutes=n)


def test_a_hit_shows_where_the_words_stand(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        first = desk.message("Oi", subject="Fatura de agosto")
        second = desk.message(
            "Bom dia.\n\nAs cobranças de agosto vieram em dobro.",
            conversation=first,
            direction=Direction.OUTGOING,
            name="Bruno",
            address="bruno@plantao.example",
            at=minutes(1),
        )
        index_more(session, limit=10)
        (hit,) = find.search(session, query="cobranca agosto", agent_id=1, now=NOW)
        assert (hit.message_id, hit.conversation_id, hit.direction) == (second, first, Direction.OUTGOING)
        assert (hit.subject, hit.author) == ("Assunto", Correspondent("Bruno", "bruno@plantao.example"))
        assert (hit.status, hit.mailbox, hit.arrived_at) == (Status.NEW, "support", START + minutes(1))
        assert hit.snippet == "Bom dia. As cobranças de agosto vieram em dobro."
        assert [hit.snippet[start:end] for start, end in hit.hits] == ["cobranças", "agosto"]
        assert counted(session, "cobranca agosto") == 1


def test_newest_first_page_after_page_or_oldest_first(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        ids = [desk.message("fatura", at=minutes(-n)) for n in range(23)]
        index_more(session, limit=100)
        assert found(session, "fatura") == ids
        assert found(session, "fatura sort:oldest") == ids[::-1]
        for query, every in (("fatura", ids), ("", ids), ("fatura tier:n1", ids), ("is:open sort:oldest", ids[::-1])):
            pages, last = [], None
            while page := found(session, query, limit=5, before=last):
                pages += page
                last = page[-1]
            assert pages == every, query
            assert counted(session, query) == 23


def test_words_and_fields_together(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        bruno = desk.agent("Bruno")
        one = desk.message("fatura um", at=minutes(1))
        two = desk.message("fatura dois", at=minutes(2), mailbox="vendas")
        three = desk.message("pedido tres", at=timedelta(days=3))
        answer = desk.message("sobre a fatura", conversation=three, at=timedelta(days=4))
        desk.assign(one, None, bruno)
        desk.tag(three, "vip")
        desk.move(two, Status.NEW, Status.RESOLVED)
        index_more(session, limit=10)
        expected = {
            "fatura is:open": [answer, one],
            "fatura is:settled": [two],
            "fatura tag:vip": [answer],
            "tag:vip": [answer, three],
            "fatura -tag:vip": [two, one],
            "-fatura": [three],
            "-fatura tag:vip": [three],
            "-fatura -pedido": [],
            "fatura owner:bruno": [one],
            "fatura is:mine": [one],
            "fatura -is:mine": [answer, two],
            "fatura (tag:vip OR mailbox:vendas)": [answer, two],
            "pedido OR mailbox:vendas": [three, two],
            "(pedido OR is:settled) -um": [three, two],
            "fatura after:2026-08-02": [answer],
            "fatura before:2026-08-02": [two, one],
            "after:2026-08-02 before:2026-08-05": [three],
            "pedido OR before:2026-08-02": [three, two, one],
            "fatura -after:2026-08-02": [two, one],
            "is:open fatura sort:oldest": [one, answer],
            "tag:nothing fatura": [],
            "nothing tag:vip": [],
            "": [answer, three, two, one],
        }
        assert {query: found(session, query) for query in expected} == expected
        assert {query: counted(session, query) for query in expected} == {q: len(ids) for q, ids in expected.items()}


@pytest.fixture
def short_steps(monkeypatch):
    """Make the roads turn after a few entries, so that a small store walks them all."""
    monkeypatch.setattr(roads, "_FIRST_STEP", 2)
    monkeypatch.setattr(roads, "_LONGEST_STEP", 4)
    monkeypatch.setattr(roads, "_PATIENCE", 4)
    monkeypatch.setattr(roads, "_AT_ONCE", 3)


@pytest.mark.parametrize("rare", [1000, 3])
def test_a_rare_field_beside_a_common_word_finds_the_same_by_either_road(store, short_steps, monkeypatch, rare):
    monkeypatch.setattr(roads, "_RARE_MESSAGES", rare)
    with store.writing() as session:
        desk = MadeDesk(session)
        ids = [desk.message("fatura" if n % 3 else "pedido", at=minutes(n)) for n in range(60)]
        for number in ids[::7]:
            desk.tag(number, "vip")
        index_more(session, limit=100)
        vip = list(reversed(ids[::7]))
        both = [number for number in vip if ids.index(number) % 3]
        assert found(session, "fatura tag:vip") == both
        assert found(session, "tag:vip") == vip
        assert found(session, "fatura tag:vip sort:oldest") == both[::-1]
        assert found(session, "fatura tag:vip", limit=2) == both[:2]
        assert found(session, "fatura tag:vip", before=both[1]) == both[2:]
        assert counted(session, "fatura tag:vip") == len(both)
        assert found(session, "-fatura tag:vip") == [number for number in vip if number not in both]
        assert found(session, "tag:vip (fatura OR is:spam)") == both
        assert found(session, "fatur* tag:vip") == both
        assert found(session, "fatur* -pedido tag:vip") == both
        assert found(session, "fatur* assunto tag:vip") == both
        assert found(session, "assun* -pedido tag:vip") == both
        assert found(session, "assun* -(pedido OR nada) -mais tag:vip") == both
        assert found(session, "subject:assun* -pedido tag:vip") == both
        assert found(session, "subject:fatur* tag:vip") == []
        assert found(session, "from:souz* -fatura -nada tag:vip") == [number for number in vip if number not in both]
        assert found(session, "-fatura -nada tag:vip") == [number for number in vip if number not in both]
        cut = f"tag:vip fatura before:{(START + timedelta(days=1)).date()}"
        assert found(session, cut) == both


def test_a_count_ends_at_a_thousand(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        conversation = desk.message("fatura")
        desk.many(["fatura" if n % 2 else "pedido" for n in range(1004)], conversation=conversation)
        index_more(session, limit=2000)
        assert counted(session, "fatura OR pedido") == 1000
        assert counted(session, "fatura") == 503
        assert counted(session, "is:open") == 1000
        assert counted(session, "fatura -pedido tier:n1") == 503


def test_a_bad_query_is_refused_before_the_first_hit_is_read(store):
    with store.reading() as session:
        with pytest.raises(BadQuery) as caught:
            find.search(session, query="fatura sort:urgency", agent_id=1, now=NOW)
        assert (caught.value.trouble, caught.value.place) == (Trouble.UNKNOWN_VALUE, 7)
        assert caught.value.known == ("newest", "oldest")


def test_a_search_ends_when_it_is_stopped_or_closed(store, short_steps):
    with store.writing() as session:
        desk = MadeDesk(session)
        ids = [desk.message("fatura", at=minutes(n)) for n in range(30)]
        index_more(session, limit=100)
        assert found(session, "fatura -tag:vip is:open", stopped=lambda: True) == []
        hits = find.search(session, query="fatura", agent_id=1, now=NOW)
        assert next(hits).message_id == ids[-1]
        hits.close()
        assert found(session, "fatura") == ids[::-1]  # the session is as it was


def test_a_long_statement_is_stopped_from_within(store):
    if store.path is None:
        pytest.skip("PostgreSQL ends a statement by its own cancel request")
    with store.writing() as session:
        desk = MadeDesk(session)
        for n in range(40):
            desk.message(" ".join(f"w{each}" for each in range(300)), at=minutes(n))
        index_more(session, limit=100)
        asked = []

        def stopped():
            asked.append(True)
            return len(asked) > 3

        before = find._STEPS
        find._STEPS = 10
        try:
            query = "(w1 OR tag:x) (w2 OR tag:y) (w3 OR tag:z) -(w4 tag:q)"
            assert found(session, query, stopped=stopped) == []
        finally:
            find._STEPS = before
        assert len(asked) >= 4
        assert len(found(session, "w1")) == 40


def test_messages_that_are_not_indexed_yet_are_not_found(store):
    with store.writing() as session:
        one = MadeDesk(session).message("fatura")
        assert found(session, "fatura") == []
        index_more(session, limit=10)
        assert found(session, "fatura") == [one]


HOT = ["fatura", "fatura is:open", "fatura tag:vip", "from:ana", "is:open", "after:2026-08-02 fatura", "fatur*"]


@pytest.mark.parametrize("query", HOT)
def test_hot_searches_use_an_index(store, watched, query):
    if store.path is None:
        pytest.skip("SQLite's plans do not depend on statistics; PostgreSQL's do")
    with store.writing() as session:
        desk = MadeDesk(session)
        for n in range(20):
            desk.message("fatura", at=minutes(n))
        index_more(session, limit=100)
        with watched() as statements:
            found(session, query)
        for text, given in statements:
            plan = [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)]
            for step in plan:
                if step.startswith("SCAN "):
                    name = step.split()[1]
                    walked = step == "SCAN search_entry" and "ORDER BY search_entry.id DESC" in text and "LIMIT" in text
                    assert walked or "VIRTUAL TABLE" in step or name in {"beginning", "CONSTANT"}, (text, plan)


WORDS = ("fatura", "faturas", "pedido", "pedidos", "entrega", "fatiar")
QUERIES = (
    "fatura tag:vip",
    "fatura tag:vip -tag:mau",
    "fatura -pedido is:open",
    "pedido owner:me tag:vip",
    "fatu* tag:vip",
    "fat* -entrega priority:urgent",
    "priority:urgent",
    "-fatura priority:urgent tag:vip",
    "entrega (tag:vip OR priority:urgent) is:open",
    "pedido mailbox:vendas -is:open",
    "tier:n1 -priority:urgent fatura",
    "pedido is:unread priority:urgent",
    "entrega tag:vip after:2026-08-01 before:2026-08-03",
)


def test_every_road_finds_the_same_on_any_desk(store, monkeypatch):
    made = random.Random(1)
    with store.writing() as session:
        desk = MadeDesk(session)
        desk.agent("Ana")
        ids: list[int] = []
        for _ in range(90):
            at = minutes(made.randrange(5000))
            mailbox = made.choice(("support", "vendas"))
            text = " ".join(made.choices(WORDS, k=made.randrange(1, 4)))
            if ids and made.random() < 0.4:
                desk.message(text, conversation=made.choice(ids), at=at)
                continue
            ids.append(desk.message(text, at=at, mailbox=mailbox))
            if made.random() < 0.3:
                desk.tag(ids[-1], *made.sample(("vip", "mau"), made.randrange(1, 3)))
            if made.random() < 0.3:
                session.get(Conversation, ids[-1]).priority = Priority.URGENT
            if made.random() < 0.4:
                desk.assign(ids[-1], None, 1)
            if made.random() < 0.3:
                desk.move(ids[-1], Status.NEW, Status.RESOLVED)
        session.flush()
        index_more(session, limit=1000)
        roads_walked = {
            "by the words": {"_PATIENCE": 1 << 40},
            "from the rare, a stretch at a time": {"_PATIENCE": -1, "_SPARSE": 1 << 40},
            "from the rare, one by one": {"_PATIENCE": -1, "_SPARSE": -1},
            "turned late": {"_PATIENCE": 8, "_RARE_CONVERSATIONS": 12, "_RARE_MESSAGES": 30},
        }
        answers = []
        for constants in roads_walked.values():
            with monkeypatch.context() as patched:
                for name, value in {"_FIRST_STEP": 3, "_LONGEST_STEP": 8, "_AT_ONCE": 4, **constants}.items():
                    patched.setattr(roads, name, value)
                answers.append(
                    {
                        (query, order, limit): found(session, query + order, limit=limit)
                        for query in QUERIES
                        for order, limit in (("", 50), ("", 3), (" sort:oldest", 50))
                    }
                )
                assert {query: counted(session, query) for query in QUERIES} == {
                    query: len(answers[0][query, "", 50]) for query in QUERIES
                }
        assert all(each == answers[0] for each in answers)
        assert sum(map(bool, answers[0].values())) > len(answers[0]) * 0.7
