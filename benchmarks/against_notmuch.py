"""Searches of the same mail in our process and in notmuch's library, both warm, newest fifty.

Usage: python -m benchmarks.against_notmuch [--count 100000] [--rounds 100]

Takes both first syncs of `benchmarks.steady`: our store, as a sync that stays leaves it, and mbsync's Maildir, which
`notmuch new` indexes once (minutes). notmuch's library runs under the system's Python (python3-notmuch2); each question
goes to one and the other in turn. Ours gives fifty hits with subject, sender, status and a snippet; theirs fifty with
subject, sender and date, since the library has no snippets. Median / p95 in ms, in brackets those of the processor.
"""

import argparse
import json
import os
import random
import subprocess
import time
from pathlib import Path
from statistics import median

from benchmarks.letters import ranked
from benchmarks.loading import list_words
from benchmarks.measuring import HERE, interval, keep, machine, percentile
from benchmarks.queries import NOW
from storage.queries import find
from storage.store import open_store

THEIRS = """
import json, sys, time, itertools, notmuch2
base = notmuch2.Database(sys.argv[1], mode=notmuch2.Database.MODE.READ_ONLY, config=notmuch2.Database.CONFIG.EMPTY)
for line in sys.stdin:
    query = json.loads(line)
    began, processor = time.perf_counter(), time.thread_time()
    shown = []
    for one in itertools.islice(base.messages(query, sort=notmuch2.Database.SORT.NEWEST_FIRST), 50):
        shown.append((one.messageid, one.header("Subject"), one.header("From"), one.date))
    print(json.dumps([time.perf_counter() - began, time.thread_time() - processor, len(shown)]), flush=True)
"""


def main() -> None:
    reader = argparse.ArgumentParser()
    reader.add_argument("--count", type=int, default=100_000)
    reader.add_argument("--rounds", type=int, default=100)
    asked = reader.parse_args()
    print(machine())
    folder = HERE / "steady" / str(asked.count)
    maildir = folder / "mbsync" / "mail"
    indexed(maildir)
    theirs = subprocess.Popen(
        ["/usr/bin/python3", "-c", THEIRS, str(maildir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert theirs.stdin is not None
    assert theirs.stdout is not None
    store = open_store(str(folder / "ours"))
    list_words(store)
    made = random.Random(3)
    common = [word for language in ("pt", "es", "en") for word in ranked(language)[0][30:250] if len(word) > 3]
    words = [word for language in ("pt", "es", "en") for word in ranked(language)[0][:4000] if len(word) > 3]
    mixed = [*common, *made.sample(words, len(common))]
    with store.reading() as session:
        for count in (1, 2, 3):
            mine: list[float] = []
            other: list[float] = []
            worked: tuple[list[float], list[float]] = ([], [])  # processor time: the same on a busy machine
            hits = [0, 0]
            for number in range(asked.rounds + 5):
                query = " ".join(made.sample(mixed, count))
                began, processor = time.perf_counter(), time.thread_time()
                found = list(find.search(session, query=query, agent_id=None, now=NOW))
                spent, processor = time.perf_counter() - began, time.thread_time() - processor
                theirs.stdin.write(json.dumps(query) + "\n")
                theirs.stdin.flush()
                took, working, shown = json.loads(theirs.stdout.readline())
                if number >= 5:
                    mine.append(spent * 1000)
                    other.append(took * 1000)
                    worked[0].append(processor * 1000)
                    worked[1].append(working * 1000)
                    hits = [hits[0] + len(found), hits[1] + shown]
            print(
                f"| search, {count} words, newest fifty | {said(mine, worked[0])} | {said(other, worked[1])} | "
                f"{ratio(mine, other)} | {ratio(*worked)} | "
                f"hits {hits[0]} / {hits[1]}, load {os.getloadavg()[0]:.1f} |",
                flush=True,
            )
            keep(f"notmuch {count}", {"mine": mine, "theirs": other})
    theirs.stdin.close()
    theirs.wait()
    store.close()


def said(each: list[float], work: list[float]) -> str:
    return f"{median(each):.1f} / {percentile(each, 0.95):.1f} ({median(work):.1f} / {percentile(work, 0.95):.1f})"


def ratio(mine: list[float], theirs: list[float]) -> str:
    ratios = [a / b for a, b in zip(mine, theirs, strict=True)]
    low, high = interval(ratios)
    return f"{median(ratios):.2f} [{low:.2f}, {high:.2f}]"


def indexed(maildir: Path) -> None:
    """Index the Maildir with notmuch, once."""
    configuration = maildir.parent / "notmuch-config"
    if (maildir / ".notmuch" / "ready").exists():
        return
    configuration.write_text(
        f"[database]\npath={maildir}\n[user]\nname=x\nprimary_email=x@lumen.example\n[new]\ntags=new\n"
        "ignore=.mbsyncstate;.uidvalidity\n[maildir]\nsynchronize_flags=false\n"
    )
    began = time.perf_counter()
    subprocess.run(["notmuch", "new", "--quiet"], env={**os.environ, "NOTMUCH_CONFIG": str(configuration)}, check=True)
    print(f"notmuch new: {time.perf_counter() - began:.0f} s", flush=True)
    (maildir / ".notmuch" / "ready").touch()


if __name__ == "__main__":
    main()
