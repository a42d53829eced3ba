"""A sync that stays, as `plantao sync --watch` runs it, which tells each look at its mailbox by the clock.

Usage: python -m benchmarks.resident STORE CONFIG

A line on standard input makes it look at once, as a wanted change does. Each look prints a line of JSON when the
mailbox is in step and what came is searchable: the moment by the system's monotonic clock, the processor's seconds
so far, and what the look did.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from console.config.settings import load_settings
from console.mail.imap.session import Session
from console.mail.sync import watch
from console.mail.sync.folders import Step
from console.mail.sync.mailbox import MailboxSync
from storage.search import waiting
from storage.store import open_store


def main() -> None:
    settings = load_settings(Path(sys.argv[2]))
    store = open_store(sys.argv[1], durable=False)
    looks: list[MailboxSync] = []
    in_step = MailboxSync._in_step  # noqa: SLF001 - what is measured

    def telling(self: MailboxSync, session: Session) -> Step:
        step = in_step(self, session)
        looks[:] = [self]
        while step.counts.fetched:
            with store.reading() as reading:
                if not waiting(reading):
                    break
            time.sleep(0.002)
        told: dict[str, Any] = {"at": time.monotonic(), "cpu": _cpu(), "fetched": step.counts.fetched}
        print(json.dumps({**told, "gone": step.gone, "flagged": step.flagged}), flush=True)
        return step

    MailboxSync._in_step = telling  # type: ignore[method-assign]  # noqa: SLF001
    stop = threading.Event()

    def listen() -> None:
        for _ in sys.stdin:
            looks[0].interrupt()
        stop.set()

    threading.Thread(target=listen, daemon=True).start()
    watch(store, settings.accounts, report=lambda _account, _step: None, stop=stop, workers=os.cpu_count() or 1)
    store.close()


def _cpu() -> float:
    """Return the processor's seconds of this process and of the readers that it has."""
    spent = os.times()
    total = spent.user + spent.system
    for task in Path("/proc/self/task").glob("*/children"):
        for child in task.read_text().split():
            words = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
            total += (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
    return total


if __name__ == "__main__":
    main()
