"""First sync and searchable, ours against `mbsync && mu index` and against mbsync alone.

Usage: python -m benchmarks.first_sync [--count 10000] [--pairs 7] [--profile]
"""

import argparse
import shutil
from itertools import count as numbers
from pathlib import Path

from benchmarks.imap import Box, box, running
from benchmarks.measuring import HERE, Run, keep, machine, pairs, run, tell, together

_NUMBERS = numbers()


def ours(mail: Box, *more: str) -> Run:
    folder = fresh("ours")
    done = run(mail.ours(folder, *more))
    keep(f"ours {mail.user}", done.printed)
    print("  ", done.printed, flush=True)
    shutil.rmtree(folder)
    return done


def mbsync(mail: Box) -> Run:
    folder = fresh("mbsync")
    done = run(mail.mbsync(folder))
    shutil.rmtree(folder)
    return done


def mbsync_and_mu(mail: Box) -> Run:
    folder = fresh("mu")
    fetched = run(mail.mbsync(folder))
    home = f"--muhome={folder}/mu"
    begun = run(["mu", "init", home, f"--maildir={folder}/mail"])
    indexed = run(["mu", "index", home])
    shutil.rmtree(folder)
    return together(fetched, begun, indexed)


def fresh(name: str) -> Path:
    folder = HERE / "runs" / f"{name}{next(_NUMBERS)}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(exist_ok=True)
    return folder


def main() -> None:
    reader = argparse.ArgumentParser()
    reader.add_argument("--count", type=int, default=10_000)
    reader.add_argument("--pairs", type=int, default=7)
    reader.add_argument("--profile", action="store_true")
    reader.add_argument("--memory", action="store_true")
    reader.add_argument("--batch", type=int)
    reader.add_argument("--only", choices=("mbsync", "mu"))
    asked = reader.parse_args()
    print(machine())
    with running() as server:
        mail = box(server, f"box{asked.count}", asked.count)
        if asked.profile:
            HERE.mkdir(exist_ok=True)
            more = ["--batch", str(asked.batch)] if asked.batch else []
            ours(mail, *more)
            ours(mail, "--profile", str(HERE / f"profile{asked.count}.txt"), *more)
            return
        if asked.memory:
            ours(mail, "--memory")
            return
        sizes = f"{asked.count:,} letters"
        if asked.only != "mu":
            found = pairs(lambda: ours(mail), lambda: mbsync(mail), asked.pairs, "mbsync")
            tell("first sync and searchable", found, 1.0, sizes, names=("plantao", "mbsync alone, FSync no"))
        if asked.only != "mbsync":
            found = pairs(lambda: ours(mail), lambda: mbsync_and_mu(mail), asked.pairs, "mbsync && mu")
            tell("first sync and searchable", found, 0.5, sizes, names=("plantao", "mbsync && mu index"))


if __name__ == "__main__":
    main()
