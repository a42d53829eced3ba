"""Where the time of a sync goes: every thread's functions by cProfile, every statement by SQLAlchemy's events."""

import cProfile
import io
import pstats
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any


def profiled(work: Callable[[], Any], where: str) -> Any:
    """Run `work` with a profile of every thread and of every statement, written to the file `where`."""
    from sqlalchemy import Engine, event

    spent: defaultdict[str, list[float]] = defaultdict(lambda: [0, 0, 0.0])

    @event.listens_for(Engine, "before_cursor_execute")
    def _before(_c: Any, _cur: Any, _s: str, _p: Any, context: Any, _many: object) -> None:
        if context is not None:
            context.began = time.perf_counter()

    @event.listens_for(Engine, "after_cursor_execute")
    def _after(_c: Any, _cur: Any, statement: str, parameters: Any, context: Any, many: object) -> None:
        if context is None or not hasattr(context, "began"):
            return
        row = spent[re.sub(r"\(\?(, \?)+\)", "(?…)", statement)[:160].replace("\n", " ")]
        row[0] += 1
        row[1] += len(parameters) if many else 1
        row[2] += time.perf_counter() - context.began

    every: list[tuple[str, cProfile.Profile]] = []
    inner = "_bootstrap_inner"  # as some have a `run` of their own
    plain = getattr(threading.Thread, inner)

    def run(self: threading.Thread) -> None:
        profile = cProfile.Profile(time.thread_time)
        every.append((self.name, profile))
        profile.runcall(plain, self)

    setattr(threading.Thread, inner, run)
    try:
        given = work()
    finally:
        setattr(threading.Thread, inner, plain)
    told = io.StringIO()
    for name, profile in every:
        profile.create_stats()
        if not getattr(profile, "stats", None):
            continue
        told.write(f"\n===== thread {name}, processor seconds =====\n")
        pstats.Stats(profile, stream=told).sort_stats("tottime").print_stats(35)
        pstats.Stats(profile, stream=told).sort_stats("cumtime").print_stats(60)
    told.write("\n===== statements: seconds, executions, rows =====\n")
    for statement, (times, rows, seconds) in sorted(spent.items(), key=lambda item: -item[1][2])[:40]:
        told.write(f"{seconds:8.3f} {times:7} {rows:8}  {statement}\n")
    Path(where).write_text(told.getvalue())
    return given
