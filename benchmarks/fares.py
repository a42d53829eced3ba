"""What is computed of customers, asked for by queries and read for a screen, on a large desk.

Usage: python -m benchmarks.fares [--customers 200000] [--organizations 20000] [--messages 1000000] [--rounds 15]

Every organization has figures of four features, half a year of weeks, and two milestones; one conversation in a hundred
is open. Rows are written straight into the tables. A row shows median / p95 in ms, and in brackets the processor's.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measuring import keep, machine, percentile
from storage.models.types import microseconds
from storage.queries import inbox, journey
from storage.store import open_store
from storage.store.engine import sqlite_driver

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
QUERIES = (
    "is:open lifecycle:inactive",
    "is:open health:<50",
    "is:open engagement:api=little",
    "is:open milestone:overdue",
    "milestone:overdue",
    "engagement:api=little",
    "lifecycle:new",
    "health:<50",
)


def main() -> None:
    """Make the desk, and print how long each question takes."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--customers", type=int, default=200_000)
    reader.add_argument("--organizations", type=int, default=20_000)
    reader.add_argument("--messages", type=int, default=1_000_000)
    reader.add_argument("--rounds", type=int, default=15)
    asked = reader.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        _make(Path(folder), asked.customers, asked.organizations, asked.messages)
        store = open_store(folder)
        people = random.Random(5).sample(range(1, asked.customers + 1), asked.rounds)
        with store.reading() as session:
            _measure("customer screen: journey", [_shown(session, number) for number in people])
        for query in QUERIES:
            _measure(query, [_window(store, query) for _ in range(asked.rounds)])
        for query in QUERIES[:4]:
            _measure(f"{query}, counted", [_count(store, query) for _ in range(asked.rounds)])
        store.close()


def _shown(session: Any, number: int) -> Callable[[], object]:
    return lambda: journey.read(session, number, now=NOW)


def _window(store: Any, query: str) -> Callable[[], object]:
    def ask() -> object:
        with store.reading() as session:
            return inbox.window(session, query=query, agent_id=1, now=NOW)

    return ask


def _count(store: Any, query: str) -> Callable[[], object]:
    def ask() -> object:
        with store.reading() as session:
            return inbox.count(session, query=query, agent_id=1, now=NOW)

    return ask


def _measure(name: str, questions: list[Callable[[], object]]) -> None:
    questions[0]()
    taken, worked = [], []
    for ask in questions:
        began, cpu = time.perf_counter(), time.process_time()
        ask()
        taken.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - cpu) * 1000)
    p95 = percentile(taken, 95), percentile(worked, 95)
    print(f"{name:40} {median(taken):7.0f} / {p95[0]:5.0f}   ({median(worked):.0f} / {p95[1]:.0f})")
    keep(f"fares: {name}", {"ms": median(taken), "p95": p95[0], "cpu": median(worked)})


def _make(folder: Path, customers: int, organizations: int, messages: int) -> None:
    open_store(str(folder), durable=False).close()
    line = sqlite_driver().connect(str(folder / "desk.db"), isolation_level=None)
    for pragma in ("synchronous = OFF", "foreign_keys = OFF", "cache_size = -200000"):
        line.execute(f"PRAGMA {pragma}")
    made = random.Random(11)

    def put(table: str, columns: str, rows: Iterable[tuple[object, ...]]) -> None:
        places = ", ".join("?" * len(columns.split(",")))
        line.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)

    line.execute("BEGIN")
    put("agent", "id, name", [(1, "ana")])
    put(
        "mailbox", "id, name, address, aliases, mailbox_group, archive", [(1, "box", "box@lumen.example", "[]", "", "")]
    )
    put("organization", "id, name", ((number, f"Org {number}") for number in range(1, organizations + 1)))
    of = (
        (number, f"P {number}", "customer", number % organizations + 1 if number % 10 else None)
        for number in range(1, customers + 1)
    )
    put("person", "id, name, kind, organization_id", of)
    conversations = messages // 3
    homes = [int(customers * made.random() ** 1.5) + 1 for _ in range(conversations)]
    start = microseconds(NOW) - 720 * 86_400_000_000
    at = [start + int(720 * 86_400_000_000 * n / conversations) for n in range(conversations)]
    told = "id, mailbox_id, status, tier, channel, kind, priority, message_count, customer_id, last_message_at"
    put(
        "conversation",
        f"{told}, oldest_unanswered_at",
        (_conversation(n, homes[n], at[n]) for n in range(conversations)),
    )
    told = "id, mailbox_id, conversation_id, author_id, customer_id, direction, automatic, arrived_at, key, handled"
    put("message", f"{told}, history", (_message(n, homes[n // 3], at[n // 3]) for n in range(3 * conversations)))
    put("entry", "id, kind, subject, subject_id, name, value", _entries(made, organizations))
    line.execute("COMMIT")
    line.execute("ANALYZE")
    line.close()


def _conversation(n: int, customer: int, at: int) -> tuple[object, ...]:
    status, waits = ("new", at) if n % 100 == 0 else ("resolved", None)
    return n + 1, 1, status, "n1", "email", "care", "normal", 3, customer, at, waits


def _message(n: int, customer: int, at: int) -> tuple[object, ...]:
    author, way = (None, "outgoing") if n % 3 == 1 else (customer, "incoming")
    return n + 1, 1, n // 3 + 1, author, customer, way, "no", at + n % 3, n.to_bytes(8, "big"), 1, 0


def _entries(made: random.Random, organizations: int) -> Iterable[tuple[object, ...]]:
    number, today = 0, NOW.date()
    for organization in range(1, organizations + 1):
        for feature in ("api", "billing", "mobile", "reports"):
            number += 1
            ends = made.choice((0, 0, 0, 7, 40))
            days = [(today - timedelta(days=ends + 7 * n)).isoformat() for n in range(26)]
            value = {"name": feature, "days": days, "figures": [made.randint(0, 90) for _ in days], "first": days[-1]}
            yield number, "usage", "organization", organization, feature, json.dumps(value)
        for due in (made.randint(-60, -1), made.randint(1, 60)):
            number += 1
            day = (today + timedelta(days=due)).isoformat()
            value = {"name": "Live", "due": day, **({"done": day} if due < 0 and made.random() < 0.9 else {})}
            yield number, "milestone", "organization", organization, "Live", json.dumps(value)


if __name__ == "__main__":
    main()
