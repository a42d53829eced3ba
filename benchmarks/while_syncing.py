"""What others see and wait for while a first sync runs at full speed in its own process.

Usage: python -m benchmarks.while_syncing [--count 10000] [--runs 5] [--newest-only]

Measures, from another process: when the newest fifty messages stand in the queue (from the start of the sync's
process), and how long an agent's write takes while the sync writes back to back.
"""

import argparse
import json
import os
import shutil
import subprocess
import time
from datetime import UTC, datetime
from statistics import median

from benchmarks.imap import Box, box, running
from benchmarks.measuring import HERE, ROOT, environment, keep, machine, percentile
from console.desk import Desk
from storage.commands import triage
from storage.kinds.errors import DeskError
from storage.queries import inbox
from storage.store import open_store


def one_run(mail: Box, *, newest_only: bool, gap: float) -> tuple[float, float, list[float], dict[str, object]]:
    folder = HERE / "runs" / "while"
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(exist_ok=True)
    # As in life: the console makes the store, finds nobody who syncs, and starts one.
    desk = Desk(open_store(str(folder)), agent="ines", console="bench")
    began = time.perf_counter()
    sync = subprocess.Popen(mail.ours(folder, "--memory"), cwd=ROOT, env=environment(), stdout=subprocess.PIPE)
    first = fifty = 0.0
    while not fifty:
        now = datetime.now(UTC)
        shown = desk.ask_now(inbox.window, query="sort:newest", agent_id=desk.agent_id, now=now, size=60)
        if shown.rows and not first:
            first = time.perf_counter() - began
        if sum(row.message_count for row in shown.rows) >= 50:
            fifty = time.perf_counter() - began
            break
        assert sync.poll() is None, "the sync ended before its time"
        time.sleep(0.01)
    waits: list[float] = []
    numbers = [row.conversation_id for row in shown.rows]
    place = 0
    while sync.poll() is None and not newest_only:
        number = numbers[place % len(numbers)]
        to = desk.agent_id if (place // len(numbers)) % 2 == 0 else None
        asked = time.perf_counter()
        try:
            desk.tell_now(triage.assign, [number], to=to, actor=desk.actor, now=datetime.now(UTC))
            waits.append(time.perf_counter() - asked)
        except DeskError as refused:  # joined meanwhile, and so assigned twice
            print("   ", type(refused).__name__, refused.args, flush=True)
        place += 1
        time.sleep(gap)
    desk.store.close()
    if newest_only:
        sync.terminate()
    out, _ = sync.communicate()
    printed = json.loads(out.splitlines()[-1]) if out.strip() and not newest_only else {}
    return first, fifty, waits, printed


def main() -> None:
    reader = argparse.ArgumentParser()
    reader.add_argument("--count", type=int, default=10_000)
    reader.add_argument("--runs", type=int, default=3)
    reader.add_argument("--newest-only", action="store_true")
    reader.add_argument("--gap", type=float, default=0.05, help="seconds between two writes of the agent")
    asked = reader.parse_args()
    print(machine())
    fifties: list[float] = []
    every: list[float] = []
    with running() as server:
        mail = box(server, f"box{asked.count}", asked.count)
        for _ in range(asked.runs):
            first, fifty, waits, printed = one_run(mail, newest_only=asked.newest_only, gap=asked.gap)
            fifties.append(fifty)
            every += waits
            print(f"  first row {first:.2f} s, newest fifty {fifty:.2f} s, load {os.getloadavg()[0]:.1f}", flush=True)
            if waits:
                middle, p95, most = (1000 * one for one in (median(waits), percentile(waits, 0.95), max(waits)))
                print(
                    f"  {len(waits)} writes: median {middle:.0f}, p95 {p95:.0f}, most {most:.0f} ms; {printed}",
                    flush=True,
                )
    print(f"| newest fifty in the queue | {asked.count:,} | median {median(fifties):.2f} s of {len(fifties)} |")
    if every:
        p95 = percentile(every, 0.95) * 1000
        print(f"| agent's write beside a first sync | {len(every)} writes | p95 {p95:.0f} ms |")
    keep(f"while syncing {asked.count}", {"fifty": fifties, "writes": every})


if __name__ == "__main__":
    main()
