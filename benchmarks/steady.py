"""A mailbox that is in step already: no news, and a hundred news with flags and expunges, ours against mbsync.

Usage: python -m benchmarks.steady [--count 100000] [--pairs 7]

Both sides keep their first sync in .benchmarks/steady, so that only the first run is long.
"""

import argparse
import re
import shutil
from itertools import islice
from pathlib import Path
from statistics import median

from benchmarks.imap import Box, box, running
from benchmarks.letters import letters, raw
from benchmarks.loading import in_step
from benchmarks.measuring import HERE, Run, keep, machine, pairs, run, tell
from benchmarks.queries import at


def main() -> None:
    reader = argparse.ArgumentParser()
    reader.add_argument("--count", type=int, default=100_000)
    reader.add_argument("--pairs", type=int, default=7)
    reader.add_argument("--first-only", action="store_true")
    reader.add_argument("--loaded", action="store_true", help="load our side instead of syncing it first: minutes")
    asked = reader.parse_args()
    print(machine())
    with running() as server:
        mail = box(server, f"box{asked.count}", asked.count)
        folder = HERE / "steady" / str(asked.count)
        if asked.loaded and not (folder / "ours.ready").exists():
            loaded(mail, folder / "ours", asked.count)
            (folder / "ours.ready").touch()
        firsts(mail, folder, asked.count)
        if asked.first_only:
            return
        sizes = f"{asked.count:,} letters"

        def ours() -> Run:
            return run(mail.ours(folder / "ours", "--again"))

        def theirs() -> Run:
            return run(mail.mbsync(folder / "mbsync"))

        for one in (ours, theirs):  # both warm
            one()
        found = pairs(ours, theirs, asked.pairs, "no news")
        tell("no news", found, 0.5, sizes, names=("plantao", "mbsync"))
        inside = median(mine.printed["again"] for mine, _ in found)
        print(f"| no news, in a sync that runs already | {sizes} | {inside * 1000:.0f} ms |", flush=True)
        news = iter(letters(10_000, seed=99))
        found = []
        for number in range(asked.pairs):
            change(mail, news, number)
            if number % 2:
                other, mine = theirs(), ours()
            else:
                mine, other = ours(), theirs()
            print(f"  100 news {number + 1}: {mine.seconds:.2f} / {other.seconds:.2f} s, {mine.printed}", flush=True)
            assert mine.printed["counts"][0] == 100
            assert mine.printed["gone"] == 20
            found.append((mine, other))
        tell("100 news, 50 flags, 20 expunged", found, 0.7, sizes, names=("plantao", "mbsync"))


def loaded(mail: Box, folder: Path, count: int) -> None:
    """Make our side of other letters' rows, in step with this folder: what a look for news reads is the same."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(at(count, 30), folder)
    with mail.server.other_client(mail.user, None) as client:
        _, answer = client.status("INBOX", "(UIDVALIDITY UIDNEXT HIGHESTMODSEQ)")
    told = re.findall(r"(UIDVALIDITY|UIDNEXT|HIGHESTMODSEQ) (\d+)", answer[0].decode())
    state = {name.lower(): int(value) for name, value in told}
    in_step(
        folder,
        mailbox=mail.user,
        uids=mail.server.uids(mail.user),
        uidvalidity=state["uidvalidity"],
        uidnext=state["uidnext"],
        modseq=state["highestmodseq"],
    )


def firsts(mail: Box, folder: Path, count: int) -> None:
    """Make both first syncs unless they are there, one after the other, timed."""
    for name in ("mbsync", "ours"):
        ready = folder / f"{name}.ready"
        if ready.exists():
            continue
        shutil.rmtree(folder / name, ignore_errors=True)
        done = run(mail.mbsync(folder / name) if name == "mbsync" else mail.ours(folder / name, "--memory"))
        ready.touch()
        keep(f"first sync {name} {count}", {"seconds": done.seconds, "cpu": done.cpu, **done.printed})
        print(
            f"first sync of {count:,} by {name}: {done.seconds:.1f} s ({done.cpu:.1f} cpu) {done.printed}", flush=True
        )


def change(mail: Box, news: object, number: int) -> None:
    """Deliver a hundred letters, flag fifty and remove twenty, as other clients and customers do."""
    mail.deliver((one.at, raw(one)) for one in islice(news, 100))  # type: ignore[call-overload]
    uids = mail.server.uids(mail.user)
    middle = len(uids) // 2
    some = uids[middle + number * 100 : middle + number * 100 + 100 : 2]
    mail.server.flag(mail.user, some, r"+FLAGS (\Seen \Flagged)")
    mail.server.expunge(mail.user, uids[number * 40 : number * 40 + 40 : 2])


if __name__ == "__main__":
    main()
