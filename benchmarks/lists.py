"""What the lists of a search's words cost by themselves, at two sizes: looked at by any index, and walked by FTS5.

Usage: python -m benchmarks.lists [--count 100000] [--against 1000000] [--words 30]

A search of several words meets their lists, newest first, until fifty entries are found or a list ends. The looks are
those of an index that jumps to the right place of a list at once, whatever lies between: exact, the same on every
machine, and no index of such lists does with less than one for each list's turn. Beside them stand the entries that lie
on the way, and the times of the bare index in ms of the processor, the least of three, median / p95: no snippets, no
rows, no query language.
"""

import argparse
import bisect
import random
import time
from collections.abc import Sequence
from contextlib import ExitStack
from statistics import median

from sqlmodel import Session

from benchmarks.measuring import machine, percentile
from benchmarks.queries import NOW, at, pools, said_of, several
from storage.rules.query import And, Node
from storage.rules.query_reader import parse
from storage.search.matching import matching, searched, written
from storage.store import open_store

WANTED = 50


def main() -> None:
    reader = argparse.ArgumentParser()
    reader.add_argument("--count", type=int, default=100_000)
    reader.add_argument("--against", type=int, default=1_000_000)
    reader.add_argument("--words", type=int, default=30)
    asked = reader.parse_args()
    print(machine())
    print("| words | looks | entries on the way | bare index | ratios of the looks, the entries, the times |")
    print("|---|---|---|---|---|")
    with ExitStack() as held:
        stores = [open_store(str(at(count, asked.words))) for count in (asked.count, asked.against)]
        sessions = [held.enter_context(store.reading()) for store in stores]
        for name, questions in words_asked().items():
            told = [[cost(session, question) for question in questions] for session in sessions]
            looks, entries, times = ([[one[n] for one in each] for each in told] for n in range(3))
            ratios = [
                said_of([b / a for a, b in zip(small, large, strict=True) if a])
                for small, large in (looks, entries, times)
            ]
            spent = " · ".join(f"{median(each):.3f} / {percentile(each, 0.95):.3f}" for each in times)
            print(
                f"| {name} | {' · '.join(f'{median(each):.0f}' for each in looks)}"
                f" | {' · '.join(f'{median(each):.0f}' for each in entries)} | {spent} | {'; '.join(ratios)} |",
                flush=True,
            )


def words_asked() -> dict[str, list[str]]:
    """Return the words of `benchmarks.queries`, the same ones."""
    made = random.Random(3)
    _, common, mixed = pools(made)
    asked = {f"{count}": several(made, count, mixed) for count in (1, 2, 3)}
    return {"two": asked["2"], "three": asked["3"], "two common ones": several(made, 2, common)}


def cost(session: Session, question: str) -> tuple[float, float, float]:
    """Return the looks, the entries on the way, and the milliseconds of the bare index."""
    connection = session.connection()
    where = parse(question, now=NOW).where
    parts: Sequence[Node] = where.parts if isinstance(where, And) else [where] if where is not None else []
    lists = [
        sorted(connection.execute(matching(connection, written(connection, one) or "")).scalars()) for one in parts
    ]
    whole = written(connection, And(tuple(parts))) or ""
    times = []
    for _ in range(3):
        began = time.thread_time()
        searched(connection, whole, below=None, above=None, oldest_first=False, limit=WANTED)
        times.append((time.thread_time() - began) * 1000)
    return *met(lists), min(times)


def met(lists: Sequence[Sequence[int]]) -> tuple[int, int]:
    """Return with how many looks the newest entries that all lists have are found, and how many entries lie on the way.

    A look goes at once to a list's newest entry that is no newer than the last one seen in another.
    """
    looks = found = 0
    past = 1 << 62  # entries from here on are done with
    while found < WANTED:
        seen: set[int] = set()
        for one in lists:
            place = bisect.bisect_left(one, past)
            looks += 1
            if not place:
                return looks, sum(len(each) - bisect.bisect_left(each, past) for each in lists)
            seen.add(one[place - 1])
            past = one[place - 1] + 1
        if len(seen) == 1:
            found += 1
            past -= 1
    return looks, sum(len(each) - bisect.bisect_left(each, past) for each in lists)


if __name__ == "__main__":
    main()
