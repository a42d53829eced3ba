"""Several writers at once: nothing is lost, nothing is threaded twice, and agents are let through."""

import multiprocessing
import threading
from collections.abc import Callable

import pytest
from made.post import MONDAY, Post, letter
from made.writers import bring_answers
from sqlalchemy import func, select

from storage.apply.base import table
from storage.commands import triage
from storage.commands.desk import agent_named
from storage.events import Actor
from storage.kinds import Status
from storage.models import Address, Conversation, Event, Message
from storage.record import verify
from storage.store import Store, open_store

EACH = 25


def in_threads(url: str, parts: list[list[int]]) -> None:
    start = threading.Barrier(len(parts))
    workers = [threading.Thread(target=bring_answers, args=(url, start, part)) for part in parts]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)


def in_processes(url: str, parts: list[list[int]]) -> None:
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(len(parts))
    workers = [spawn.Process(target=bring_answers, args=(url, start, part)) for part in parts]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
        assert worker.exitcode == 0


@pytest.mark.parametrize("run", [in_threads, in_processes])
def test_two_writers_of_one_customers_mail_lose_nothing_and_make_one_conversation(
    store: Store, store_url: str, run: Callable[[str, list[list[int]]], None]
) -> None:
    Post(store)
    run(store_url, [list(range(place, 2 * EACH, 2)) for place in range(2)])
    rows, people = table(Message), table(Address)
    with store.reading() as session:
        connection = session.connection()
        homes = connection.execute(select(rows.c.conversation_id)).scalars().all()
        assert len(homes) == 2 * EACH
        assert set(homes) == {1}
        assert connection.execute(select(table(Conversation).c.message_count)).scalars().all() == [2 * EACH]
        addresses = connection.execute(select(people.c.address)).scalars().all()
        assert addresses == ["ana@acme.example"]
        assert verify(session).broken_at is None
        events = table(Event)
        assert connection.execute(select(func.max(events.c.id))).scalar() == verify(session).facts


def test_an_agent_waits_for_no_more_than_the_turns_under_way(store: Store, store_url: str) -> None:
    """Counted in turns of a sync that writes back to back, so that a slow machine changes nothing."""
    post = Post(store)
    post.send("a@x")
    with store.writing() as session:
        agent = Actor(agent_named(session, "Ana", now=MONDAY), "one")
    turns, stop, failed = [0], threading.Event(), list[BaseException]()

    def sync() -> None:
        syncing = open_store(store_url, durable=False)
        mail = Post(syncing)
        try:
            while not stop.is_set():
                batch = [
                    mail.delivery(letter(f"{turns[0]}.{place}@x", subject=f"Matter {turns[0]}"), at=MONDAY)
                    for place in range(10)
                ]
                mail.bring(*batch)
                turns[0] += 1
        except BaseException as error:  # noqa: BLE001 - said by the test
            failed.append(error)
        finally:
            syncing.close()

    worker = threading.Thread(target=sync)
    worker.start()
    waited = []
    try:
        for place in range(20):
            at = turns[0]
            while turns[0] < at + 2 and not failed:
                stop.wait(0.001)  # so that the sync is in the midst of its work
            before = turns[0]
            with store.writing() as session:
                waited.append(turns[0] - before)
                to = Status.OPEN if place % 2 == 0 else Status.WAITING
                triage.set_status(session, [1], to=to, actor=agent, now=MONDAY)
    finally:
        stop.set()
        worker.join(60)
    assert not failed
    assert turns[0] >= 40
    assert max(waited) <= 3, waited
