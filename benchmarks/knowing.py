"""What is asked of customers on a large desk: the strip beside a conversation, their screen, finding them by name.

Usage: python -m benchmarks.knowing [--messages 1000000] [--customers 200000] [--organizations 20000] [--store FOLDER]
       [--url URL] [--rounds 300]

The desk is made once and kept. Every question is asked in our process: warm, and the strip also "cold": by a store that
was opened anew after its file was thrown out of the system's memory, a fresh customer each time. A row shows the
median / p95 in ms of wall time, and in brackets of the processor.
"""

import argparse
import os
import random
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlmodel import Session

from benchmarks.letters import END
from benchmarks.loading import load
from benchmarks.measuring import HERE, keep, machine, percentile
from storage.kinds import Subject
from storage.kinds.errors import Ambiguous, NoSuch
from storage.queries import answering, completing, context, conversations, customer_screen, inbox
from storage.queries.customers import named, organizations, persons
from storage.queries.tables import CONVERSATION, ORGANIZATION, PERSON
from storage.store import open_store

NOW = END + timedelta(hours=1)
Ask = Callable[[Session], object]


def main() -> None:
    """Print a row for each question."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--messages", type=int, default=1_000_000)
    reader.add_argument("--customers", type=int, default=200_000)
    reader.add_argument("--organizations", type=int, default=20_000)
    reader.add_argument("--store", type=Path, help="a folder for the desk, made if it is not there")
    reader.add_argument("--url", help="a desk that is there: that of a PostgreSQL")
    reader.add_argument("--rounds", type=int, default=300)
    asked = reader.parse_args()
    print(machine())
    if asked.url:
        store = open_store(asked.url)
    else:
        place = asked.store or HERE / "knowing" / f"{asked.messages}x{asked.customers}"
        if not (place / "ready").exists():
            load(
                place,
                asked.messages,
                length=8,
                people=asked.customers,
                organizations=asked.organizations,
                indexed=False,
            )
        store = open_store(str(place))
        cold(place, asked.rounds // 3)
    with store.reading() as session:
        for name, (goal, questions) in warm(session).items():
            measure(name, goal, questions, session, asked.rounds)


def warm(session: Session) -> dict[str, tuple[float, Sequence[Ask]]]:
    """Return what is asked: the goal in ms, and the questions, in turn."""
    made = random.Random(7)
    line = session.connection()
    busiest = line.exec_driver_sql(
        "SELECT customer_id FROM conversation GROUP BY customer_id ORDER BY count(*) DESC LIMIT 1"
    ).scalar()
    views = [conversations.read(session, one, agent_id=1) for one in sample(session, CONVERSATION, made)]
    customers = sample(session, PERSON, made)
    people = [name for (name,) in line.exec_driver_sql("SELECT name FROM person WHERE id - id / 997 * 997 = 0") if name]
    firms = [
        name for (name,) in line.exec_driver_sql("SELECT name FROM organization WHERE id - id / 97 * 97 = 0") if name
    ]
    words = [word for name in made.sample(people, 60) for word in name.split()]

    def whole(subject: Subject, name: str) -> Ask:
        def ask(session: Session) -> object:
            try:
                return named(session, subject, name)
            except (Ambiguous, NoSuch) as several:
                return several

        return ask

    def window(query: str) -> Ask:
        return lambda session: inbox.window(session, query=query, agent_id=1, now=NOW)

    return {
        "strip beside a conversation": (
            20,
            [lambda s, v=v: context.read(s, v) for v in views],
        ),
        "a customer's screen": (20, [lambda s, n=n: customer_screen.read(s, n) for n in customers]),
        f"the same, of who has most (#{busiest})": (20, [lambda s: customer_screen.read(s, busiest)]),
        "customer by whole name": (50, [whole(Subject.PERSON, name) for name in people]),
        "organization by whole name": (50, [whole(Subject.ORGANIZATION, name.upper()) for name in firms]),
        "customer list WORD": (50, [lambda s, w=w: persons(s, [w], kind=None, limit=100) for w in words]),
        "customer list WORD WORD": (
            50,
            [lambda s, n=n: persons(s, n.split()[:2], kind=None, limit=100) for n in people],
        ),
        "customer list, of nobody": (50, [lambda s: persons(s, ["zzzz"], kind=None, limit=100)]),
        "organization list WORD": (50, [lambda s, n=n: organizations(s, [n.split()[0]], limit=100) for n in firms]),
        "org: by whole name, open": (50, [window(f'is:open org:"{name}"') for name in firms]),
        "org: by a word, open": (50, [window(f"is:open org:{name.split()[0]}") for name in firms]),
        "customers offered, by four letters": (50, [lambda s, w=w: completing.customers(s, w[:4]) for w in words]),
        "recipients offered, by four letters": (50, [lambda s, w=w: answering.persons(s, w[:4]) for w in words]),
        "organizations offered, by four letters": (
            50,
            [lambda s, n=n: completing.organizations(s, n[:4]) for n in firms],
        ),
    }


def sample(session: Session, rows: Any, made: random.Random, count: int = 400) -> list[int]:
    """Return numbers of rows, any of all that there are."""
    assert ORGANIZATION is not rows
    most = session.connection().exec_driver_sql(f"SELECT max(id) FROM {rows.name}").scalar_one()
    return [made.randrange(1, most + 1) for _ in range(count)]


def measure(name: str, goal: float, questions: Sequence[Ask], session: Session, rounds: int) -> None:
    """Ask in turn, print and keep what it took."""
    taken, worked = [], []
    for number in range(rounds + 10):
        began, processor = time.perf_counter(), time.thread_time()
        questions[number % len(questions)](session)
        if number >= 10:  # the first ones warm what they touch
            taken.append((time.perf_counter() - began) * 1000)
            worked.append((time.thread_time() - processor) * 1000)
    tell(name, goal, taken, worked)


def cold(place: Path, rounds: int) -> None:
    """Ask for the strip of one conversation after the other, the file thrown out of memory before each."""
    made = random.Random(9)
    store = open_store(str(place))
    with store.reading() as session:
        numbers = sample(session, CONVERSATION, made, rounds + 1)
        context.read(session, conversations.read(session, numbers.pop(), agent_id=1))
    store.close()
    taken, worked = [], []
    for number in numbers:
        for file in place.glob("desk.db*"):
            with file.open("rb") as opened:
                os.fsync(opened.fileno())
                os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        store = open_store(str(place))
        with store.reading() as session:
            view = conversations.read(session, number, agent_id=1)
            began, processor = time.perf_counter(), time.thread_time()
            context.read(session, view)
            taken.append((time.perf_counter() - began) * 1000)
            worked.append((time.thread_time() - processor) * 1000)
        store.close()
    tell("strip beside a conversation, cold file", 20, taken, worked)


def tell(name: str, goal: float, taken: Sequence[float], worked: Sequence[float]) -> None:
    """Print a row, and keep the raw numbers."""
    wall, processor = percentile(taken, 0.95), percentile(worked, 0.95)
    said = "met" if wall <= goal else "unresolved: met by processor time" if processor <= goal else "not met"
    print(
        f"| {name} | {median(taken):.1f} / {wall:.1f} ({median(worked):.1f} / {processor:.1f}) | {goal:g} | {said}"
        f" | load {os.getloadavg()[0]:.1f} |",
        flush=True,
    )
    keep(f"knowing {name}", [round(one, 2) for one in taken])


if __name__ == "__main__":
    main()
