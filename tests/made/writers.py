"""Other processes that write to a store: top-level, so that they can be started from anywhere."""

from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier

from made.post import HOUR, MONDAY, Post

from storage.commands import triage
from storage.commands.desk import agent_named
from storage.events import Actor
from storage.kinds.errors import Refused
from storage.store import open_store


def bring_answers(url: str, start: Barrier, mine: list[int]) -> None:
    """Bring answers of one customer to one question, each in a transaction of its own."""
    store = open_store(url, durable=False)
    try:
        post = Post(store, name="desk")
        start.wait(60)
        for number in mine:
            post.send(f"answer{number}@x", cites=["question@x"], at=MONDAY + number * HOUR, text=f"answer {number}")
    finally:
        store.close()


def race(url: str, start: Barrier, name: str, numbers: list[int], told: Queue) -> None:
    """Take conversations, each at the moment at which the others do; tell what came of each: taken, or who has it."""
    store = open_store(url)
    try:
        with store.writing() as session:
            actor = Actor(agent_named(session, name, now=MONDAY), name)
        found = []
        for number in numbers:
            start.wait(60)
            try:
                with store.writing() as session:
                    triage.take(session, [number], actor=actor, now=MONDAY)
                found.append("")
            except Refused as refused:
                found.append(f"{refused.rule} {refused.who}")
        told.put((name, found))
    finally:
        store.close()
