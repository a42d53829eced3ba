"""What taking mail in costs the sync's own process, without wire and workers: processor time by the letter.

Usage: python -m benchmarks.taking [--count 3000] [--batch 40] [--rounds 3] [--profile FILE]

The letters are read beforehand and kept in .benchmarks/taking. Newest first, as a first sync takes them. Three parts
are timed apart: keeping the bytes, `take_in` with its commit, and the index that follows in batches of its own.
"""

import argparse
import cProfile
import gc
import pickle
import pstats
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from statistics import median

from sqlalchemy import Engine, event

from benchmarks.letters import OWN, letters, raw
from benchmarks.measuring import HERE, keep, machine
from console.mail.reading import Readers
from storage.commands.desk import mailbox_as
from storage.commands.intake import Delivery, Place, take_in
from storage.commands.syncing import begin_folder, cursors, keep_folders
from storage.kinds.mail import Parsed
from storage.search import Ready, index_more
from storage.store import open_store
from storage.store.content import digest_of

NOW = datetime(2026, 11, 2, tzinfo=UTC)
LIVE_SINCE = datetime(2026, 10, 20, tzinfo=UTC)


def read(count: int) -> list[tuple[datetime, bytes, Parsed]]:
    """Return letters with what reading them gives, read once and kept."""
    kept = HERE / "taking" / f"{count}.pickle"
    if kept.exists():
        found: list[tuple[datetime, bytes, Parsed]] = pickle.loads(kept.read_bytes())
        return found
    every = [(one.at, raw(one)) for one in letters(count)]
    with Readers(2) as readers:
        readers.expect(count)
        done = [
            (at, bytes_, read)
            for (at, bytes_), read in zip(every, readers.read(bytes_ for _, bytes_ in every), strict=True)
            if isinstance(read, Parsed)
        ]
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(pickle.dumps(done))
    return done


class Spent:
    """Seconds of the processor by part, the longest batch of each, and how many statements were run."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.longest: dict[str, float] = {}
        self.statements = 0

    def listen(self) -> None:
        """Count statements; those of a round that is not timed, as what is listened to goes another way."""
        event.listen(Engine, "before_cursor_execute", self._count)

    def _count(self, *_: object) -> None:
        self.statements += 1

    def done(self) -> None:
        if event.contains(Engine, "before_cursor_execute", self._count):
            event.remove(Engine, "before_cursor_execute", self._count)

    @contextmanager
    def on(self, part: str) -> Iterator[None]:
        began = time.process_time()
        yield
        spent = time.process_time() - began
        self.seconds[part] = self.seconds.get(part, 0.0) + spent
        self.longest[part] = max(self.longest.get(part, 0.0), spent)


def one_round(
    mail: list[tuple[datetime, bytes, Parsed]], batch: int, profile: cProfile.Profile | None, *, counted: bool = False
) -> Spent:
    """Take everything into a new store."""
    folder = HERE / "taking" / "store"
    shutil.rmtree(folder, ignore_errors=True)
    store = open_store(str(folder), durable=False)
    with store.writing() as session:
        mailbox_id = mailbox_as(session, name="ajuda", address=OWN, live_since=LIVE_SINCE, now=NOW)
        keep_folders(session, mailbox_id, {"INBOX": "inbox"})
        folder_id = cursors(session, mailbox_id)["INBOX"].folder_id
        begin_folder(session, folder_id, uidvalidity=1, uidnext=len(mail) + 1, modseq=None, total=len(mail))
    gc.collect()
    gc.freeze()
    spent = Spent()
    if counted:
        spent.listen()
    newest = list(enumerate(mail, 1))[::-1]
    ready = Ready()
    for start in range(0, len(newest), batch):
        some = newest[start : start + batch]
        with spent.on("keep"):
            digests = [digest_of(bytes_) for _, (_, bytes_, _) in some]
        if start % 200 < batch:
            with spent.on("keep"):
                store.content.put({digest_of(one): one for _, (_, one, _) in newest[start : start + 200]})
        deliveries = [
            Delivery(mailbox_id, digest, len(bytes_), at, parsed=parsed, place=Place(folder_id, uid, ""))
            for digest, (uid, (at, bytes_, parsed)) in zip(digests, some, strict=True)
        ]
        if profile:
            profile.enable()
        with spent.on("take in"), store.writing() as session:
            taken = take_in(session, deliveries, now=NOW)
        if profile:
            profile.disable()
        ready.lay(taken.read)
        with spent.on("index"), store.writing() as session:
            index_more(session, limit=2000, ready=ready)
    spent.done()
    store.close()
    return spent


def main() -> None:
    reader = argparse.ArgumentParser()
    reader.add_argument("--count", type=int, default=3000)
    reader.add_argument("--batch", type=int, default=40)
    reader.add_argument("--rounds", type=int, default=3)
    reader.add_argument("--profile")
    asked = reader.parse_args()
    print(machine())
    mail = read(asked.count)
    rounds = []
    for _ in range(asked.rounds):
        profile = cProfile.Profile(time.process_time) if asked.profile else None
        rounds.append(one_round(mail, asked.batch, profile))
        if profile:
            with open(asked.profile, "w") as file:  # noqa: PTH123
                for order in ("tottime", "cumtime"):
                    pstats.Stats(profile, stream=file).sort_stats(order).print_stats(70)
            break
    count = len(mail)
    for part in rounds[0].seconds:
        each = [one.seconds[part] * 1000 / count for one in rounds]
        longest = median(one.longest[part] for one in rounds) * 1000
        print(f"| {part} | {min(each):.3f} to {max(each):.3f} ms a letter | longest batch {longest:.0f} ms |")
    statements = one_round(mail[:400], asked.batch, None, counted=True).statements / (400 / asked.batch)
    print(f"| statements a batch of {asked.batch} | {statements:.1f} |")
    keep("taking", [one.seconds for one in rounds])


if __name__ == "__main__":
    main()
