"""A transaction of the sync is given up for an agent who comes to wait, leaves nothing behind, and is done after him."""

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made.post import MONDAY, Post, letter
from sqlalchemy import make_url, select
from sqlmodel import Session

from storage.apply.base import table
from storage.commands.desk import agent_named
from storage.commands.intake import Delivery, TakenIn, take_in
from storage.models import DECIDED, DERIVED, LOCAL, LOG, Agent, MailContent, SearchEntry
from storage.record import verify
from storage.rules.gist import gist_of
from storage.search import Ready, check, index_more, reindex
from storage.store import Store, interrupting, open_store
from storage.store.engine import BUSY_SECONDS
from storage.store.opening import GIVEN_UP_AT_MOST

_SALTED = {"salt", "sealed", "digest"}


def beside() -> bool:
    """Say whether the thread that looks beside the work asks: what is tried here is a step that looks by itself."""
    return threading.current_thread().name == "interrupting"


@pytest.fixture
def sync(tmp_path: Path) -> Iterator[Store]:
    store = open_store(str(tmp_path / "desk"), durable=False)
    yield store
    store.close()


def batches(post: Post) -> list[list[Delivery]]:
    """Two batches, the second of which answers, quotes and joins what the first brought."""
    long = "A fatura de outubro chegou com um valor que não reconhecemos, e o contrato diz outra coisa. " * 4
    first = [
        letter("a@x", subject="Fatura", text=long),
        letter("b@x", by="rui@b.example", subject="Acesso"),
        letter("d@x", by="eva@c.example", cites=["late@x"], subject="Re: Prazo"),
    ]
    second = [
        letter("late@x", by="eva@c.example", subject="Prazo"),
        letter("e@x", cites=["a@x"], subject="Re: Fatura"),
        letter("f@x", by="ana@acme.example", subject="Fwd", text="Veja abaixo", quoted=long),
        letter("g@x", by="zoe@d.example", subject="Outro"),
    ]
    return [[post.delivery(one, at=MONDAY) for one in some] for some in (first, second)]


def rows(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """All that stands in a store, but for what is chance."""
    found = {}
    with store.reading() as session:
        assert verify(session).broken_at is None
        for model in {*DECIDED, *DERIVED, *LOCAL, *LOG} - {MailContent}:
            columns = [one for one in table(model).c if one.name not in _SALTED]
            found[table(model).name] = sorted(map(repr, session.connection().execute(select(*columns)).all()))
    return found


def taken_in(store: Store, at_look: int | None) -> int:
    """Take both batches in, somebody coming to wait at this look of each; return how many looks, and index it."""
    looks = [0]

    def look() -> bool:
        if beside():
            return False
        looks[0] += 1
        return looks[0] == at_look

    most, calls = 0, 0
    post = Post(store)
    store.turns.let_pass = lambda: None
    store.turns.somebody_waits = look

    for batch in batches(post):

        def work(session: Session, batch: list[Delivery] = batch) -> TakenIn:
            nonlocal calls
            calls += 1
            return take_in(session, batch, now=MONDAY)

        looks[0], calls = 0, 0
        store.giving_way(work)
        assert calls == (2 if at_look is not None and looks[0] >= at_look else 1)
        most = max(most, looks[0])
    with store.writing() as session:
        index_more(session, limit=100)
    return most


def test_wherever_it_is_given_up_the_record_is_the_same(sync: Store, tmp_path: Path) -> None:
    looks = taken_in(sync, None)
    assert looks >= 15
    whole = rows(sync)
    assert len(whole["message"]) == 7
    assert len(whole["search_entry"]) == 7
    open_store(str(tmp_path / "empty")).close()
    for place in range(1, looks + 1):
        folder = shutil.copytree(tmp_path / "empty", tmp_path / f"desk{place}")
        other = Store(make_url(f"sqlite:///{folder / 'desk.db'}"), durable=False)
        taken_in(other, place)
        assert rows(other) == whole, place
        other.close()


def test_the_index_is_given_up_for_an_agent_too_and_misses_nothing_that_was_read(sync: Store) -> None:
    post = Post(sync)
    letters = [letter(f"{n}@x", subject=f"Fatura {n}", text=f"O valor {n} não confere.") for n in range(40)]
    letters = [replace(one, gist=gist_of(one)) for one in letters]
    read = post.bring(*(post.delivery(one, at=MONDAY) for one in letters)).read
    sync.turns.let_pass = lambda: None
    looks = [0]

    def indexed(at_look: int) -> int:
        def look() -> bool:
            if beside():
                return False
            looks[0] += 1
            return looks[0] == at_look

        sync.turns.somebody_waits = look
        looks[0], calls, ready = 0, [], Ready()
        ready.lay(read)

        def work(session: Session) -> int:
            calls.append(ready.lend(99).keys() == read.keys())
            return index_more(session, limit=99, ready=ready)

        assert sync.giving_way(work) == len(read)
        ready.settle()
        assert ready.lend(99) == {}
        assert calls == [True] * (1 + (0 < at_look <= looks[0]))
        with sync.writing() as session:
            assert check(session)
            assert len(session.connection().execute(select(table(SearchEntry).c.id)).all()) == len(read)
            reindex(session)
        return looks[0]

    whole = indexed(0)
    assert whole >= 4  # it can be given up between the steps of writing, too
    for place in range(1, whole + 1):
        indexed(place)


def test_an_agent_writes_while_the_sync_is_in_the_midst_of_its_work(sync: Store, tmp_path: Path) -> None:
    agent = open_store(str(tmp_path / "desk"))
    told, written = list[str](), threading.Event()

    def write() -> None:
        with agent.writing() as session:
            told.append("agent")
            agent_named(session, "Ana", now=MONDAY)
        written.set()

    thread = threading.Thread(target=write)

    def work(session: Session) -> None:
        told.append("sync")
        agent_named(session, "of the sync", now=MONDAY)
        if len(told) == 1:
            thread.start()
            while not sync.turns.somebody_waits():
                pass
            session.connection()
            raise AssertionError("it was not given up")
        assert written.wait(10)  # it began anew after him

    sync.giving_way(work)
    thread.join()
    assert told == ["sync", "agent", "sync"]
    with agent.reading() as session:
        names = session.connection().execute(select(table(Agent).c.name).order_by(table(Agent).c.id)).scalars()
        assert list(names) == ["Ana", "of the sync"]
    agent.close()


def test_agents_who_write_without_end_do_not_keep_it_from_its_end(sync: Store) -> None:
    sync.turns.let_pass = lambda: None  # as after its two seconds
    sync.turns.somebody_waits = lambda: not beside()
    begun = list[int]()

    def work(session: Session) -> None:
        begun.append(1)
        agent_named(session, "Ana", now=MONDAY)

    sync.giving_way(work)
    assert len(begun) == GIVEN_UP_AT_MOST + 1
    with sync.reading() as session:
        assert session.connection().execute(select(table(Agent).c.name)).scalars().all() == ["Ana"]


def test_what_only_writes_is_given_up_for_nobody(sync: Store) -> None:
    with sync.writing() as session:
        sync.turns.somebody_waits = lambda: True
        agent_named(session, "Ana", now=MONDAY)


def test_whoever_has_the_lock_waits_for_all_else_as_before(sync: Store) -> None:
    with sync.writing() as session:
        found = session.connection().exec_driver_sql("PRAGMA busy_timeout").scalar_one()
    assert found == 1000 * BUSY_SECONDS


def test_wherever_a_statement_or_the_commit_is_ended_the_record_is_the_same(sync: Store, tmp_path: Path) -> None:
    steps = interrupted(sync, 0)
    assert steps > 100
    whole = rows(sync)
    assert len(whole["search_entry"]) == 7
    open_store(str(tmp_path / "empty")).close()
    for place in sorted({*range(1, steps, steps // 12), steps - 1, steps}):
        folder = shutil.copytree(tmp_path / "empty", tmp_path / f"desk{place}")
        other = Store(make_url(f"sqlite:///{folder / 'desk.db'}"), durable=False)
        interrupted(other, place)
        assert rows(other) == whole, place
        other.close()


def interrupted(store: Store, at_step: int) -> int:
    """Take both batches in and index them, each ended at this step of SQLite's; return the most steps that one takes."""
    post, most = Post(store), 0
    store.turns.let_pass = lambda: None
    store.turns.somebody_waits = lambda: False
    [*brought, last] = batches(post)

    def taking(batch: list[Delivery]) -> Callable[[Session], Any]:
        return lambda session: take_in(session, batch, now=MONDAY)

    for do in (*map(taking, brought), taking(last), lambda session: index_more(session, limit=100)):
        steps, calls = [0], [0]

        def step(steps: list[int] = steps) -> int:
            steps[0] += 1
            store._interrupting._cut = steps[0] == at_step
            return int(store._interrupting._cut)

        def work(
            session: Session, do: Callable[[Session], Any] = do, calls: list[int] = calls, step: Any = step
        ) -> Any:
            calls[0] += 1
            driver = session.connection().connection.driver_connection
            driver.set_progress_handler(step if calls[0] == 1 else None, 20)
            return do(session)

        store.giving_way(work)
        most = max(most, steps[0])
        assert calls[0] == 1 + (0 < at_step <= steps[0])
        store._kept.connection.driver_connection.set_progress_handler(None, 0)
    return most


@pytest.mark.parametrize("nested", [False, True])
def test_a_statement_is_ended_in_its_midst(sync: Store, tmp_path: Path, *, nested: bool) -> None:
    agent = open_store(str(tmp_path / "desk"))
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    told, begun = list[str](), threading.Event()

    def write() -> None:
        assert begun.wait(10)
        with agent.writing() as session:
            told.append("agent")
            agent_named(session, "Ana", now=MONDAY)

    thread = threading.Thread(target=write)

    def work(session: Session) -> None:
        told.append("sync")
        agent_named(session, "of the sync", now=MONDAY)
        if len(told) == 1:
            attempt = session.begin_nested() if nested else None
            begun.set()
            try:
                session.connection().exec_driver_sql(f"UPDATE agent SET name = ({endless})")
            finally:
                if attempt is not None:
                    attempt.rollback()

    thread.start()
    sync.giving_way(work)
    thread.join()
    assert told == ["sync", "agent", "sync"]
    with agent.reading() as session:
        names = session.connection().execute(select(table(Agent).c.name).order_by(table(Agent).c.id)).scalars()
        assert list(names) == ["Ana", "of the sync"]
    agent.close()


def test_closing_waits_for_no_thread_that_nobody_wakes(sync: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ends just while the store is closed must not send the thread to sleep again."""
    monkeypatch.setattr(interrupting, "_LOOK_EVERY", 0.3)
    looks = interrupting.Interrupting(sync.turns)
    with looks.ending(None):
        closer = threading.Thread(target=looks.close)
        closer.start()
        assert not closer.join(0.05)
    closer.join(2)
    assert not closer.is_alive()
