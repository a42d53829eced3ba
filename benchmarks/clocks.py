"""Clocks of many open conversations made anew, those of one kept in step, and the queue that stands by them.

Usage: python -m benchmarks.clocks [--open 100000] [--all 1000000] [--rounds 7]

Every open conversation has three live messages, of which the last is unanswered, one in three was waiting for its
customer in between, and it is measured by a desk's policy in business hours, and by the shipped one where that fits
better. The rest of the desk is settled. Rows are written straight into the tables. A row shows median / p95 in ms.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from datetime import time as at_time
from pathlib import Path
from statistics import median

from benchmarks.measuring import keep, machine, percentile
from storage.apply import settle
from storage.apply.clocks import settle_all
from storage.commands import knowing
from storage.events import Actor
from storage.kinds.hours import Calendar, KeptCalendar, Window
from storage.kinds.policies import KeptPolicy, Metric, Policy, When
from storage.models.types import microseconds
from storage.queries import inbox
from storage.store import Store, open_store
from storage.store.engine import sqlite_driver

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
WEEK = tuple(Window(day, at_time(9), at_time(18)) for day in range(5))
CALENDAR = KeptCalendar("office", (Calendar("office", "America/Sao_Paulo", WEEK, country="BR"),))
TARGETS = {Metric.FIRST_RESPONSE: timedelta(hours=2), Metric.NEXT_RESPONSE: timedelta(hours=4)}
POLICIES = (
    KeptPolicy("office", (Policy("office", {**TARGETS, Metric.RESOLUTION: timedelta(days=2)}, "office"),)),
    KeptPolicy("urgent", (Policy("urgent", TARGETS, when=When(priority=("urgent",))),)),
)


def main() -> None:
    """Make the desk, and print how long each takes."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--open", type=int, default=100_000)
    reader.add_argument("--all", type=int, default=1_000_000)
    reader.add_argument("--rounds", type=int, default=7)
    asked = reader.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(folder, durable=False)
        _make(Path(folder), asked.open, max(asked.open, asked.all))
        with store.writing() as session:
            for value in (CALENDAR, *POLICIES):
                knowing.keep_entry(session, value, actor=Actor(None, "benchmark"), now=NOW)
        _row("clocks made anew, written", [_anew(store, asked.open, empty=True)], f"{asked.open:,} open")
        _row(
            "clocks recomputed",
            [_anew(store, asked.open, empty=False) for _ in range(asked.rounds)],
            f"{asked.open:,} open, goal 2000",
        )
        chosen = random.Random(3).sample(range(1, asked.open + 1), 200)
        _row("clocks of one kept in step", [_one(store, number) for number in chosen], "goal 1")
        for query in ("is:open", "is:open is:unassigned"):
            _row(
                f"{query}, first page",
                [_window(store, query) for _ in range(60)],
                f"{asked.all:,} conversations, goal 20",
            )
        store.close()


def _anew(store: Store, count: int, *, empty: bool) -> float:
    with store.writing() as session:
        if empty:
            session.connection().exec_driver_sql("DELETE FROM clock")
            session.connection().exec_driver_sql("UPDATE conversation SET due_at = NULL WHERE due_at IS NOT NULL")
        began = time.perf_counter()
        done = settle_all(session.connection())
        took = time.perf_counter() - began
    assert done == count, done
    return took


def _one(store: Store, number: int) -> float:
    with store.writing() as session:
        connection = session.connection()
        connection.exec_driver_sql("DELETE FROM clock WHERE conversation_id = ?", (number,))
        began = time.perf_counter()
        settle(connection, [number])
        return time.perf_counter() - began


def _window(store: Store, query: str) -> float:
    with store.reading() as session:
        began = time.perf_counter()
        rows = inbox.window(session, query=query, agent_id=1, now=NOW).rows
        took = time.perf_counter() - began
    assert rows[0].due_at is not None
    return took


def _row(name: str, took: list[float], about: str) -> None:
    middle, late = median(took) * 1000, percentile(took, 95) * 1000
    print(f"{name:<40} {middle:9.2f} / {late:9.2f}   {about}")
    keep(name, {"median": middle, "p95": late})


def _make(folder: Path, count: int, everything: int) -> None:
    line = sqlite_driver().connect(str(folder / "desk.db"), isolation_level=None)
    for pragma in ("synchronous = OFF", "foreign_keys = OFF", "cache_size = -200000"):
        line.execute(f"PRAGMA {pragma}")
    made = random.Random(7)
    line.execute("BEGIN")
    _put(line, "agent", ({"id": 1, "name": "ana"},))
    box = {"id": 1, "name": "box", "address": "box@lumen.example", "aliases": "[]", "mailbox_group": "", "archive": ""}
    _put(line, "mailbox", ({**box, "live_since": microseconds(NOW - timedelta(days=900))},))
    waits = [NOW - timedelta(seconds=made.randint(0, 6 * 86_400)) for _ in range(count)]
    _put(line, "conversation", (_conversation(number, waits, made) for number in range(1, everything + 1)))
    _put(
        line,
        "message",
        (
            _message(3 * number + place - 2, number, at - timedelta(days=2) + place * timedelta(hours=24), place)
            for number, at in enumerate(waits, 1)
            for place in range(3)
        ),
    )
    _put(
        line,
        "stand",
        (
            {
                "conversation_id": number,
                "place": place + 1,
                "at": microseconds(at - timedelta(days=1) * (1 - place)),
                "before": ("new", "waiting")[place],
                "after": ("waiting", "open")[place],
            }
            for number, at in enumerate(waits, 1)
            for place in range(2)
            if number % 3 == 0
        ),
    )
    line.execute("COMMIT")
    line.execute("ANALYZE")
    line.close()


def _conversation(number: int, waits: list[datetime], made: random.Random) -> dict[str, object]:
    is_open = number <= len(waits)
    at = waits[number - 1] if is_open else NOW - timedelta(seconds=made.randint(0, 900 * 86_400))
    return {
        "id": number,
        "mailbox_id": 1,
        "status": "open" if is_open else "closed",
        "tier": "n1",
        "channel": "email",
        "kind": "care",
        "priority": "urgent" if number % 20 == 0 else "normal",
        "message_count": 3,
        "last_message_at": microseconds(at),
        "oldest_unanswered_at": microseconds(at) if is_open else None,
    }


def _message(number: int, conversation: int, at: datetime, place: int) -> dict[str, object]:
    return {
        "id": number,
        "mailbox_id": 1,
        "conversation_id": conversation,
        "direction": ("incoming", "outgoing", "incoming")[place],
        "automatic": "no",
        "arrived_at": microseconds(at),
        "key": number.to_bytes(8, "big"),
        "handled": place == 0,
        "handled_at": microseconds(at + timedelta(hours=24)) if place == 0 else None,
        "history": False,
        "channel": "email",
    }


def _put(line: object, table: str, rows: Iterable[dict[str, object]]) -> None:
    cursor = line.cursor()  # type: ignore[attr-defined]
    names: list[str] = []
    statement = ""
    for row in rows:
        if not statement:
            names = list(row)
            places = ", ".join("?" * len(names))
            columns = ", ".join(f'"{name}"' for name in names)
            statement = f"INSERT INTO {table} ({columns}) VALUES ({places})"
        cursor.execute(statement, tuple(row.values()))


if __name__ == "__main__":
    main()
