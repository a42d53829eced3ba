"""One sync of one mailbox, as `plantao sync` does it, in a fresh process: prints what it did and what it cost.

Usage: python -m benchmarks.once STORE PORT USER [--workers N] [--profile FILE] [--memory]
"""

import argparse
import json
import os
import resource
import threading
import time
from pathlib import Path

BEGAN = time.perf_counter()


def main() -> None:
    reader = argparse.ArgumentParser()
    reader.add_argument("store")
    reader.add_argument("port")
    reader.add_argument("user")
    reader.add_argument("--workers", type=int, default=2)
    reader.add_argument("--profile")
    reader.add_argument("--memory", action="store_true")
    reader.add_argument(
        "--behind", action="store_true", help="as the sync that a console keeps: whoever types goes first"
    )
    reader.add_argument("--again", action="store_true", help="sync once more in the same process, timed alone")
    reader.add_argument(
        "--batch", type=int, help="a fixed size of batches, to tell what is theirs from what is a letter's"
    )
    reader.add_argument(
        "--without-customers",
        action="store_true",
        help="no organization is looked up for who is new, and no name folded: what it costs to know them on arrival",
    )
    asked = reader.parse_args()
    os.environ[f"PLANTAO_PASSWORD_{asked.user.upper()}"] = "secreta"

    import console.cli.collector  # noqa: F401 - first, as the command itself does
    from console.config.accounts import Account
    from console.mail.sync import sync_once
    from console.mail.sync.taking import Taker
    from storage.store import open_store

    if asked.behind:
        from console.cli.syncing import stand_behind

        stand_behind()
    if asked.batch:
        from console.mail.sync.pace import Pace

        Pace.size = asked.batch  # type: ignore[assignment, method-assign]
    if asked.without_customers:
        from storage.apply import base
        from storage.commands.intake import people

        people._organizations = lambda *_: ({}, [])  # noqa: SLF001 - what is measured is taken out
        base.folded_name = lambda _: None
    longest = [0.0]
    take = Taker._take_batch  # noqa: SLF001 - what is measured

    def timed(self: Taker, batch: list) -> object:  # type: ignore[type-arg]
        counts = take(self, batch)
        longest[0] = max(longest[0], self.longest)
        return counts

    Taker._take_batch = timed  # type: ignore[method-assign, assignment]  # noqa: SLF001
    account = Account.model_validate(
        {
            "name": asked.user,
            "address": "ajuda@lumen.example",
            "imap": f"127.0.0.1:{asked.port}",
            "user": asked.user,
            "tls": "none",
            "live_since": "2026-10-20",
        }
    )
    loaded = time.perf_counter() - BEGAN
    peak = Peak() if asked.memory else None
    store = open_store(asked.store, durable=False)
    opened = time.perf_counter() - BEGAN
    firsts: list[float] = []

    def report(_account: object, _step: object) -> None:
        firsts.append(round(time.perf_counter() - BEGAN, 3))

    broken: list[object] = []
    told = threading.excepthook
    threading.excepthook = lambda args: (broken.append(args.exc_type), told(args))  # type: ignore[assignment]

    def sync() -> object:
        return sync_once(store, [account], report=report, workers=asked.workers)

    if asked.profile:
        from benchmarks.profiling import profiled

        outcome = profiled(sync, asked.profile)
    else:
        outcome = sync()
    assert not broken, broken
    assert not outcome.troubles, outcome.troubles  # type: ignore[attr-defined]
    again = 0.0
    if asked.again:
        began = time.perf_counter()
        sync()
        again = time.perf_counter() - began
    store.close()
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        json.dumps(
            {
                "counts": outcome.step.counts.figures(),  # type: ignore[attr-defined]
                "gone": outcome.step.gone,  # type: ignore[attr-defined]
                "flagged": outcome.step.flagged,  # type: ignore[attr-defined]
                "again": round(again, 3),
                "imports": round(loaded, 3),
                "opened": round(opened, 3),
                "first_step": firsts[:1],
                "seconds": round(time.perf_counter() - BEGAN, 3),
                "longest_ms": round(longest[0] * 1000),
                "cpu_self": round(own.ru_utime + own.ru_stime, 2),
                "cpu_workers": round(children.ru_utime + children.ru_stime, 2),
                "peak_mb": round(peak.most / 1024) if peak else None,
                "peak_each_mb": round(peak.most_each / 1024) if peak else None,
            }
        )
    )


class Peak(threading.Thread):
    """Watches the resident memory of this process and its children, ten times a second.

    Attributes:
        most: kilobytes, shared pages split among those who share them (Pss).
        most_each: kilobytes, shared pages counted in each of them (Rss).
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = self.most_each = 0
        self.start()

    def run(self) -> None:
        while True:
            found = [_resident(one) for one in (os.getpid(), *_children(os.getpid()))]
            self.most = max(self.most, sum(split for split, _each in found))
            self.most_each = max(self.most_each, sum(each for _split, each in found))
            time.sleep(0.1)


def _resident(process: int) -> tuple[int, int]:
    """Return kilobytes: shared pages split among those who share them, and counted whole."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0, 0
    said = {words[0]: int(words[1]) for line in lines[1:] if len(words := line.split()) > 1}
    return said.get("Pss:", 0), said.get("Rss:", 0)


def _children(process: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:
            continue
    return found


if __name__ == "__main__":
    main()
