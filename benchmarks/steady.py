"""A mailbox that is in step already: no news, and a hundred news with flags and expunges, ours against mbsync.

Usage: python -m benchmarks.steady [--count 100000] [--pairs 7] [--loaded] [--only fresh|resident]

Both sides keep their first sync in .benchmarks/steady, so that only the first run is long. Ours is measured twice:
`plantao sync` as a fresh process beside a whole mbsync, and a sync that stays, as the product's does, from the
moment when it is told, or hears, that something may have changed, beside the same mbsync.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.imap import OWN, PASSWORD, Box, box, running
from benchmarks.letters import letters, raw
from benchmarks.loading import in_step
from benchmarks.measuring import HERE, ROOT, Run, environment, keep, machine, run, tell
from benchmarks.queries import at

NAMES = ("plantao", "mbsync")
COMMAND = "import sys; from console.cli import main; sys.exit(main())"  # as the installed `plantao` has it
TOLD_SECONDS = 2.0  # that a server has to tell a stopped sync of changes: Dovecot waits half a second by itself


def main() -> None:
    reader = argparse.ArgumentParser()
    reader.add_argument("--count", type=int, default=100_000)
    reader.add_argument("--pairs", type=int, default=7)
    reader.add_argument("--first-only", action="store_true")
    reader.add_argument("--loaded", action="store_true", help="load our side instead of syncing it first")
    reader.add_argument("--only", choices=("fresh", "resident"))
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
        desk = Side(mail, folder, iter(letters(20_000, seed=int(time.time()))))
        # Both warm and in step, and our configuration read with care once by this version.
        for one in (desk.plantao, desk.plantao, desk.mbsync):
            one()
        if asked.only != "resident":
            fresh(desk, asked.pairs, f"{asked.count:,} letters")
        if asked.only != "fresh":
            resident(desk, asked.pairs, f"{asked.count:,} letters")


class Side:
    """Both sides of one folder of mail, and those who change it."""

    def __init__(self, mail: Box, folder: Path, news: Iterator[Any]) -> None:
        self.mail = mail
        self.folder = folder
        self._news = news
        self._changes = 0
        self.config = folder / "config.toml"
        self.config.write_text(
            f'[[account]]\nname = "{mail.user}"\naddress = "{OWN}"\nuser = "{mail.user}"\n'
            f'imap = "127.0.0.1:{mail.server.port}"\ntls = "none"\nlive_since = 2026-10-20\n'
            f'password_command = "echo {PASSWORD}"\n'
        )

    def plantao(self) -> Run:
        """Run `plantao sync`."""
        command = [sys.executable, "-P", "-c", COMMAND, "sync", "--json"]
        more = ["--store", str(self.folder / "ours"), "--config", str(self.config)]
        return run([*command, *more], env={"PYTHONPATH": str(ROOT)})

    def mbsync(self) -> Run:
        """Run mbsync."""
        return run(self.mail.mbsync(self.folder / "mbsync"))

    def change(self) -> None:
        """Deliver a hundred letters, flag fifty and remove twenty, as other clients and customers do."""
        mail, user = self.mail, self.mail.user
        mail.deliver((one.at, raw(one)) for one in islice(self._news, 100))
        uids = mail.server.uids(user)
        kept = mail.server.flags(user)
        some = [uid for uid in uids[len(uids) // 2 :] if not kept[uid]][:100:2]
        mail.server.flag(user, some, r"+FLAGS (\Seen \Flagged)")
        mail.server.expunge(user, uids[self._changes * 40 : self._changes * 40 + 40 : 2])
        self._changes += 1


def fresh(desk: Side, count: int, sizes: str) -> None:
    """Measure fresh processes."""
    found = in_turns(desk.plantao, desk.mbsync, count, "no news")
    assert all(mine.printed["fetched"] == 0 for mine, _ in found)
    tell("no news, fresh process", found, 0.5, sizes, names=NAMES)
    found = in_turns(desk.plantao, desk.mbsync, count, "100 news", before=desk.change)
    assert all(as_changed(mine) for mine, _ in found), [mine.printed for mine, _ in found]
    tell("100 news, 50 flags, 20 expunged, fresh process", found, 0.7, sizes, names=NAMES)


def resident(desk: Side, count: int, sizes: str) -> None:
    """Measure a sync that stays, from a trigger until it is in step and searchable."""
    with Resident(desk).at_work() as sync:
        found = in_turns(sync.look, desk.mbsync, count, "no news, running sync")
        tell("no news, in a sync that runs: from a trigger to done", found, 0.5, sizes, names=NAMES)
        sync.unheard(desk.change)
        sync.hear()  # once unmeasured, as the sync is one that stays: its statements are built, its reader has started
        desk.mbsync()
        found = in_turns(
            sync.hear, desk.mbsync, count, "100 news, running sync", before=lambda: sync.unheard(desk.change)
        )
        assert all(as_changed(mine) for mine, _ in found), [mine.printed for mine, _ in found]
        tell("100 news, 50 flags, 20 expunged, in a sync that runs", found, 0.7, sizes, names=NAMES)


def as_changed(mine: Run) -> bool:
    """Say whether a run did what `change` made."""
    return (mine.printed["fetched"], mine.printed["gone"], mine.printed["flagged"]) == (100, 20, 50)


def in_turns(
    one: Callable[[], Run], other: Callable[[], Run], count: int, said: str, *, before: Callable[[], None] | None = None
) -> list[tuple[Run, Run]]:
    """Run two ways in interleaved pairs, after `before`, each pair the other way round than the one before."""
    found = []
    for number in range(count):
        if before is not None:
            before()
        if number % 2:
            theirs, mine = other(), one()
        else:
            mine, theirs = one(), other()
        found.append((mine, theirs))
        print(
            f"  {said} {number + 1}/{count}: {mine.seconds:.3f} s ({mine.cpu:.2f} cpu) against {theirs.seconds:.3f} s"
            f" ({theirs.cpu:.2f} cpu), load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
    return found


class Resident:
    """A sync that stays, in a process of its own."""

    def __init__(self, desk: Side) -> None:
        self._desk = desk
        self._process: subprocess.Popen[str]
        self._cpu = 0.0

    @contextmanager
    def at_work(self) -> Iterator["Resident"]:
        """Run it for the block."""
        command = [sys.executable, "-m", "benchmarks.resident", str(self._desk.folder / "ours"), str(self._desk.config)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment()
        ) as self._process:
            self._told()
            try:
                yield self
            finally:
                assert self._process.stdin is not None
                self._process.stdin.close()

    def look(self) -> Run:
        """Ring, and wait until it has looked at its mailbox."""
        assert self._process.stdin is not None
        began = time.monotonic()
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._until(began, fetched=0)

    def unheard(self, change: Callable[[], None]) -> None:
        """Let something change that it hears of only when it goes on."""
        self._process.send_signal(signal.SIGSTOP)
        change()
        time.sleep(TOLD_SECONDS)

    def hear(self) -> Run:
        """Let it go on and hear what the server has said meanwhile; wait until it is in step."""
        began = time.monotonic()
        self._process.send_signal(signal.SIGCONT)
        return self._until(began, fetched=100)

    def _until(self, began: float, *, fetched: int) -> Run:
        total = {"fetched": 0, "gone": 0, "flagged": 0}
        cpu = self._cpu
        while True:
            told = self._told()
            for name in total:
                total[name] += told[name]
            if total["fetched"] >= fetched:
                return Run(told["at"] - began, self._cpu - cpu, printed=total)

    def _told(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        self._cpu = told["cpu"]
        return told


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


if __name__ == "__main__":
    main()
