"""Query times in our process, warm: the queue's pages, searches with snippets, filters, prefixes, counts.

Usage: python -m benchmarks.queries [--count 100000] [--words 30] [--store FOLDER] [--against 1000000] [--only PATTERN]

`--against` measures a second store of that size in interleaved turns, for the ratio between the sizes (of processor
times): over all questions, and over those whose answer is equally long on both desks, since a larger desk also has more
of what is asked for. Both are asked for the same words, so that their lists are ten times as long on the one. In the
rows "lists as long" each is asked for words of its own that stand in as many messages: what the size alone costs.
A row shows median / p95 in ms, and in brackets those of the processor alone.
"""

import argparse
import bisect
import json
import os
import random
import re
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from functools import cache
from pathlib import Path
from statistics import median

from sqlalchemy import func, select
from sqlmodel import Session

from benchmarks.letters import END, ranked
from benchmarks.loading import load
from benchmarks.measuring import HERE, interval, keep, machine, percentile
from storage.kinds.errors import DeskError
from storage.queries import find, inbox
from storage.rules.query_reader import parse
from storage.search.matching import matching, written
from storage.store import open_store
from storage.views import QueueWindow

ROUNDS = 200
NOW = END + timedelta(hours=1)
Ask = Callable[[Session], object]


def measures() -> dict[str, tuple[float, list[Ask]]]:
    """Return what is measured: the goal in ms, and the questions, asked in turn."""
    made = random.Random(3)
    words, common, mixed = pools(made)

    def window(query: str) -> Ask:
        return lambda session: inbox.window(session, query=query, agent_id=1, now=NOW)

    def pages(query: str) -> list[Ask]:
        """Ask for one page after the other, from the top again at the end."""
        place: list[object] = [None]

        def ask(session: Session) -> object:
            shown = inbox.window(session, query=query, agent_id=1, now=NOW, after=place[0])  # type: ignore[arg-type]
            place[0] = shown.rows[-1].place if shown.after else None
            return shown

        return [ask]

    def search(query: str) -> Ask:
        def ask(session: Session) -> object:
            return list(find.search(session, query=query, agent_id=1, now=NOW))

        return ask

    def counted(query: str) -> Ask:
        return lambda session: find.count(session, query=query, agent_id=1, now=NOW)

    def alike(count: int, ask: Callable[[str], Ask]) -> list[Ask]:
        """Ask each desk for words of its own that stand in so many messages, the same number on every desk."""
        lengths = random.Random(5)
        wanted = [[int(30 * 100 ** lengths.random()) for _ in range(count)] for _ in range(ROUNDS)]

        def asked(lengths: list[int]) -> Ask:
            return lambda session: ask(" ".join(as_long(session, lengths)))(session)

        return [asked(lengths) for lengths in wanted]

    filters = ("is:open", "tag:vip", "tier:n3", "priority:urgent", "mailbox:box2", "owner:me", "has:attachment")
    return {
        "queue, first page": (10, [window("is:open")]),
        "queue, page after page": (10, pages("is:open")),
        "queue, all conversations, page after page": (10, pages("sort:newest")),
        "queue, mine": (10, [window("is:open owner:me")]),
        "queue, tier and tag": (10, [window("is:open tier:n2"), window("is:open tag:fatura")]),
        "search, one word": (10, [search(one) for one in several(made, 1, mixed)]),
        "search, two words": (10, [search(one) for one in several(made, 2, mixed)]),
        "search, three words": (10, [search(one) for one in several(made, 3, mixed)]),
        "search, two common words": (10, [search(one) for one in several(made, 2, common)]),
        "search, two words, lists as long": (10, alike(2, search)),
        "search, three words, lists as long": (10, alike(3, search)),
        "search, word and filter": (
            100,
            [search(f"{one} {filters[n % len(filters)]}") for n, one in enumerate(several(made, 1, mixed))],
        ),
        "search, word and rare sender": (100, [search(f"{one} from:cliente77") for one in several(made, 1, common)]),
        "search, prefix": (100, [search(f"{one[:4]}*") for one in several(made, 1, [w for w in words if len(w) > 5])]),
        "search, word and prefix": (
            100,
            [search(f"{one} {made.choice(words)[:4]}*") for one in several(made, 1, mixed)],
        ),
        "search, word and time": (100, [search(f"{one} after:2026-10-01") for one in several(made, 1, mixed)]),
        "count, one word": (100, [counted(one) for one in several(made, 1, mixed)]),
        "count, two words": (100, [counted(one) for one in several(made, 2, mixed)]),
        "count, two words, lists as long": (100, alike(2, counted)),
        "count of the queue": (10, [lambda s: inbox.count(s, query="is:open", agent_id=1, now=NOW)]),
    }


def pools(made: random.Random) -> tuple[list[str], list[str], list[str]]:
    """Return the words that are asked for: all, the common ones, and as many of the one as of the other."""
    words = [word for language in ("pt", "es", "en") for word in ranked(language)[0][:4000] if len(word) > 2]
    common = [word for language in ("pt", "es", "en") for word in ranked(language)[0][30:250] if len(word) > 3]
    return words, common, [*common, *made.sample(words, len(common))]


def several(made: random.Random, count: int, pool: list[str]) -> list[str]:
    return [" ".join(made.sample(pool, count)) for _ in range(ROUNDS)]


def as_long(session: Session, lengths: list[int]) -> list[str]:
    """Return a word of this desk for each length, one that stands in about so many messages; each another one."""
    known = frequencies(session)
    found: list[str] = []
    for length in lengths:
        place = bisect.bisect(known, (length, ""))
        near = sorted(known[max(0, place - 4) : place + 4], key=lambda one: abs(one[0] - length))
        found.append(next(word for _, word in near if word not in found))
    return found


@cache
def frequencies(session: Session) -> list[tuple[int, str]]:
    """Return words of a desk with how many messages each is found in, ascending; the rarer ones a twentieth of them."""
    connection = session.connection()
    words: list[str] = []
    for language in ("pt", "es", "en"):
        ordered = ranked(language)[0]
        words += [*ordered[30:500], *ordered[500::20]]
    known = []
    for word in dict.fromkeys(word for word in words if len(word) > 2):
        expression = written(connection, parse(word, now=NOW).where)  # type: ignore[arg-type]
        assert expression is not None
        finds = select(func.count()).select_from(matching(connection, expression).subquery())
        known.append((connection.execute(finds).scalar_one(), word))
    return sorted(known)


def main() -> None:
    reader = argparse.ArgumentParser()
    reader.add_argument("--count", type=int, default=100_000)
    reader.add_argument("--words", type=int, default=30)
    reader.add_argument("--against", type=int)
    reader.add_argument("--store")
    reader.add_argument("--only", default="")
    asked = reader.parse_args()
    print(machine())
    places = [Path(asked.store)] if asked.store else [at(asked.count, asked.words)]
    if asked.against:
        places.append(at(asked.against, asked.words))
    with ExitStack() as held:
        stores = [open_store(str(place)) for place in places]
        sessions = [held.enter_context(store.reading()) for store in stores]
        for name, (goal, questions) in measures().items():
            if re.search(asked.only, name):
                measure(name, goal, questions, sessions)


def measure(name: str, goal: float, questions: list[Ask], sessions: list[Session]) -> None:
    taken: list[list[float]] = [[] for _ in sessions]
    worked: list[list[float]] = [[] for _ in sessions]  # processor time: the same on a busy machine
    lengths: list[list[object]] = [[] for _ in sessions]
    refused = 0
    for number in range(ROUNDS + 10):
        ask = questions[number % len(questions)]
        for each, work, length, session in zip(taken, worked, lengths, sessions, strict=True):
            began, processor = time.perf_counter(), time.thread_time()
            try:
                answer = ask(session)
            except DeskError:
                refused += 1
                continue
            if number >= 10:  # the first ones warm what they touch
                each.append((time.perf_counter() - began) * 1000)
                work.append((time.thread_time() - processor) * 1000)
                length.append(long(answer))
    shown = " · ".join(
        f"{median(each):.1f} / {percentile(each, 0.95):.1f} ({median(work):.1f} / {percentile(work, 0.95):.1f})"
        for each, work in zip(taken, worked, strict=True)
    )
    worst, least = (max(percentile(each, 0.95) for each in some) for some in (taken, worked))
    ratio = ""
    if len(taken) == 2:
        ratios = [b / a for a, b in zip(*worked, strict=False)]
        alike = [one for one, (a, b) in zip(ratios, zip(*lengths, strict=False), strict=False) if a == b]
        ratio = said_of(ratios) + (f"; {len(alike)} of equal length: {said_of(alike)}" if alike else "")
    said = "met" if worst <= goal else "unresolved: met by processor time" if least <= goal else "not met"
    note = f" ({refused} too broad, refused)" if refused else ""
    print(f"| {name}{note} | {shown} | {goal:g} | {said} | {ratio} | load {os.getloadavg()[0]:.1f} |", flush=True)
    keep(f"query {name}", json.loads(json.dumps([[round(one, 2) for one in each] for each in taken])))


def said_of(ratios: list[float]) -> str:
    low, high = interval(ratios)
    return f"{median(ratios):.2f} [{low:.2f}, {high:.2f}]"


def long(answer: object) -> object:
    """Return how long an answer is: its rows and how far they were counted, its hits, or the count itself."""
    match answer:
        case QueueWindow():
            return len(answer.rows), answer.total, answer.position
        case list():
            return len(answer)
        case _:
            return answer


def at(count: int, words: int) -> Path:
    folder = HERE / "queries" / f"{count}x{words}"
    if not (folder / "ready").exists():
        import shutil

        shutil.rmtree(folder, ignore_errors=True)
        load(folder, count, length=words)
    return folder


if __name__ == "__main__":
    main()
