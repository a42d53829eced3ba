"""The dashboard of a desk with many conversations: its panels, its figures, and the queue of what is behind one.

Usage: python -m benchmarks.dashboard [--conversations 100000] [--days 28] [--rounds 7]

Conversations of three messages lie evenly over 900 days, every second with a tag; the newest 3,000 are open. Rows are
written straight into the tables. A row shows median / p95 in ms.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median

from sqlmodel import Session

from benchmarks.clocks import NOW, _message, _put
from benchmarks.measuring import keep, machine, percentile
from storage.kinds.reports import Asked
from storage.models.types import microseconds
from storage.queries import dashboard, inbox
from storage.store import open_store
from storage.store.engine import sqlite_driver

_SPREAD, _OPEN, _TAGS = 900, 3000, 50


def main() -> None:
    """Make the desk, ask it, and say how long that took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--rounds", type=int, default=7)
    choices = parser.parse_args()
    end = NOW.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    asked = Asked(end - timedelta(days=choices.days), end)
    query = f"figure:solved@{asked.since.date()}..{(end - timedelta(days=1)).date()}"
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        open_store(folder).close()
        _make(Path(folder), choices.conversations)
        store = open_store(folder)

        def row(name: str, ask: Callable[[Session], object]) -> None:
            took = []
            for _round in range(choices.rounds):
                began = time.perf_counter()
                with store.reading() as session:
                    ask(session)
                took.append((time.perf_counter() - began) * 1000)
            middle, late = median(took), percentile(took, 95)
            print(f"{name:<40} {middle:9.2f} / {late:9.2f}")
            keep(name, {"median": middle, "p95": late})

        row("panels", lambda session: dashboard.panels(session, asked, now=NOW))
        row("figures", lambda session: dashboard.figures(session, asked, now=NOW))
        row("the queue behind a figure", lambda session: inbox.window(session, query=query, agent_id=1, now=NOW))
        store.close()


def _make(folder: Path, count: int) -> None:
    line = sqlite_driver().connect(str(folder / "desk.db"), isolation_level=None)
    for pragma in ("synchronous = OFF", "foreign_keys = OFF", "cache_size = -200000"):
        line.execute(f"PRAGMA {pragma}")
    made = random.Random(7)
    ends = sorted(NOW - timedelta(seconds=made.randint(0, _SPREAD * 86_400)) for _ in range(count))
    opened = count - _OPEN
    line.execute("BEGIN")
    _put(line, "agent", ({"id": 1, "name": "ana"},))
    box = {"id": 1, "name": "box", "address": "box@lumen.example", "aliases": "[]", "mailbox_group": "", "archive": ""}
    _put(line, "mailbox", ({**box, "live_since": microseconds(NOW - timedelta(days=_SPREAD + 1))},))
    shared = {"mailbox_id": 1, "channel": "email", "kind": "care", "priority": "normal", "message_count": 3}
    conversations = (
        {
            **shared,
            "id": number + 1,
            "status": "open" if number >= opened else "resolved",
            "tier": ("n1", "n2", "n3")[number // 10 % 3 if number % 10 == 0 else 0],
            "first_message_id": 3 * number + 1,
            "last_message_id": 3 * number + 3,
            "last_message_at": microseconds(at),
            "oldest_unanswered_at": microseconds(at) if number >= opened else None,
        }
        for number, at in enumerate(ends)
    )
    _put(line, "conversation", conversations)
    messages = (
        _message(3 * number + place + 1, number + 1, at - timedelta(hours=3 * (2 - place)), place)
        for number, at in enumerate(ends)
        for place in range(3)
    )
    _put(line, "message", messages)
    turns = (
        {"conversation_id": number + 1, "place": 1, "at": microseconds(at), "before": "open", "after": "resolved"}
        for number, at in enumerate(ends[:opened])
    )
    _put(line, "stand", turns)
    tags = (f"tag{made.randint(0, _TAGS)}" for _ in range(0, count, 2))
    _put(line, "tag", ({"conversation_id": 2 * place + 1, "tag": tag} for place, tag in enumerate(tags)))
    line.execute("COMMIT")
    line.execute("ANALYZE")
    line.close()


if __name__ == "__main__":
    main()
