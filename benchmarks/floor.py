"""What no desk in Python on SQLite goes below: the parts of a first sync that are nobody's of ours, each by itself.

Usage: python -m benchmarks.floor [--count 10000] [--rounds 3]

Four things that a sync must do at the least, done with nothing around them: the bytes are fetched in one command and
thrown away, the standard library parses them and decodes the text, SQLite keeps the bytes, FTS5 indexes the text.
No thread is found, no fact is written, nothing is told to anybody. Processor time of one process by the letter,
beside what mbsync alone, and mbsync with `mu index`, take of the clock and of the processor. And for a process that
must start first: how long Python takes to import SQLModel, without a model, before it can do anything with a store.
"""

import argparse
import email
import email.policy
import shutil
import socket
import sqlite3
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.first_sync import fresh, mbsync, mbsync_and_mu
from benchmarks.imap import PASSWORD, Box, box, running
from benchmarks.measuring import Run, keep, machine, run

_AT_ONCE = 200  # letters a transaction


def fetched(mail: Box) -> int:
    """Ask for every letter in one command, and return how many bytes came."""
    came = 0
    with socket.create_connection(("127.0.0.1", mail.server.port)) as line:
        line.sendall(f"A LOGIN {mail.user} {PASSWORD}\r\nB EXAMINE INBOX\r\nC UID FETCH 1:* BODY.PEEK[]\r\n".encode())
        end = b""
        while b"C OK" not in end:
            some = line.recv(1 << 18)
            assert some, "the connection was lost"
            came += len(some)
            end = (end + some)[-100:]
    return came


def read(raws: list[bytes]) -> list[tuple[str, str]]:
    """Parse with the standard library's quickest way; return subject and text of each."""
    found = []
    for one in raws:
        message = email.message_from_bytes(one, policy=email.policy.compat32)
        texts = [
            bytes(part.get_payload(decode=True)).decode(part.get_content_charset("utf-8"), "replace")  # type: ignore[arg-type]
            for part in message.walk()
            if part.get_content_type() == "text/plain"
        ]
        found.append((str(message["Subject"]), "\n".join(texts)))
    return found


def kept(store: sqlite3.Connection, raws: list[bytes]) -> None:
    """Put the bytes into a table."""
    store.execute("CREATE TABLE raw (id INTEGER PRIMARY KEY, bytes BLOB)")
    for start in range(0, len(raws), _AT_ONCE):
        with store:
            store.executemany("INSERT INTO raw (bytes) VALUES (?)", [(one,) for one in raws[start : start + _AT_ONCE]])


def indexed(store: sqlite3.Connection, texts: list[tuple[str, str]]) -> None:
    """Put the texts into an index like ours."""
    store.execute(
        "CREATE VIRTUAL TABLE words USING fts5(subject, body, content='', columnsize=0, "
        "tokenize='unicode61 remove_diacritics 2')"
    )
    rows = [(number, *words) for number, words in enumerate(texts, 1)]
    for start in range(0, len(rows), _AT_ONCE):
        with store:
            store.executemany(
                "INSERT INTO words (rowid, subject, body) VALUES (?, ?, ?)", rows[start : start + _AT_ONCE]
            )


def one_round(mail: Box, raws: list[bytes]) -> dict[str, float]:
    """Return the seconds of the processor that each part took."""
    folder = fresh("floor")
    folder.mkdir()
    store = sqlite3.connect(folder / "floor.db")
    store.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;")
    spent: dict[str, float] = {}

    def timed(part: str, work: Callable[[], Any]) -> Any:
        began = time.process_time()
        done = work()
        spent[part] = time.process_time() - began
        return done

    timed("fetched and thrown away", lambda: fetched(mail))
    texts = timed("parsed by the standard library", lambda: read(raws))
    timed("bytes kept by SQLite", lambda: kept(store, raws))
    timed("text indexed by FTS5", lambda: indexed(store, texts))
    store.close()
    shutil.rmtree(folder)
    return spent


def main() -> None:
    from benchmarks.letters import letters, raw

    reader = argparse.ArgumentParser()
    reader.add_argument("--count", type=int, default=10_000)
    reader.add_argument("--rounds", type=int, default=3)
    asked = reader.parse_args()
    print(machine())
    imports = [run([sys.executable, "-c", "import sqlmodel"]) for _ in range(asked.rounds + 1)][1:]
    print(f"| SQLModel imported in a fresh process | {median(one.seconds for one in imports):.3f} s by the clock |")
    raws = [raw(one) for one in letters(asked.count)]
    with running() as server:
        mail = box(server, f"box{asked.count}", asked.count)
        rounds = [one_round(mail, raws) for _ in range(asked.rounds)]
        peers: dict[str, list[Run]] = {
            "mbsync alone": [mbsync(mail) for _ in range(asked.rounds)],
            "mbsync && mu index": [mbsync_and_mu(mail) for _ in range(asked.rounds)],
        }
    each = {part: median(one[part] for one in rounds) * 1000 / asked.count for part in rounds[0]}
    for part, spent in (*each.items(), ("the four together", sum(each.values()))):
        print(f"| {part} | {spent:.3f} ms of processor a letter |")
    for name, runs in peers.items():
        clock = median(run.seconds for run in runs) * 1000 / asked.count
        processor = median(run.cpu for run in runs) * 1000 / asked.count
        print(f"| {name} | {clock:.3f} ms a letter by the clock, {processor:.3f} of processor |")
    keep("floor", {**each, **{name: [run.seconds for run in runs] for name, runs in peers.items()}})


if __name__ == "__main__":
    main()
