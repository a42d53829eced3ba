"""Queued mail leaves by our sender, against bare smtplib sending the same bytes to the same server over one connection.

Usage: python -m benchmarks.sending [--count 1000] [--pairs 7] [--only aiosmtpd|postfix] [--profile FILE]

Ours reads each message from the store, commits two steps of it to the disk, and has every recipient's state on record;
it has up to four connections. smtplib has one and the bytes in memory, and notes nothing. Timed is the sending alone,
in a fresh process that has imported all. The servers run beside both: aiosmtpd, which throws mail away, and Postfix (by
root), which keeps it.
"""

import argparse
import json
import os
import shutil
import smtplib
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks import letters
from benchmarks.measuring import HERE, ROOT, Run, keep, machine, pairs, run, tell

GOAL = 1.25
"""The time that ours may take against bare smtplib's: at least 0.8 of its speed."""

FROM, TO = "support@desk.example", "ana@customer.example"
_FOLDER = HERE / "sending"


def loaded(count: int) -> Path:
    """Return a store in which so many messages are due, made once."""
    folder = _FOLDER / str(count)
    if (folder / "made").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    from console.mail.answering import send_draft
    from console.mail.sync import add_mailboxes
    from storage.commands import drafts
    from storage.commands.desk import agent_named
    from storage.events import Actor
    from storage.kinds import DraftKind
    from storage.store import open_store

    store = open_store(str(folder), durable=False)
    account = _account(1)
    mailbox_id = add_mailboxes(store, [account])["support"]
    now = datetime.now(UTC)
    with store.writing() as session:
        actor = Actor(agent_named(session, "Bia Lima", now=now), "bench")
    for number, letter in enumerate(letters.letters(count)):
        with store.writing() as session:
            draft, _ = drafts.begin(
                session,
                agent_id=actor.agent_id or 0,
                kind=DraftKind.NEW,
                now=now,
                mailbox_id=mailbox_id,
                values={"to": TO, "subject": f"Aviso {number}", "body": letter.text},
            )
        send_draft(
            store, draft, account=account, agent="Bia Lima", actor=actor, now=now, undo_window=timedelta(0), after=None
        )
    store.close()
    (folder / "made").touch()
    return folder


def _account(port: int) -> Any:
    from console.config.accounts import Account

    here = {"imap": "127.0.0.1:1", "user": "support", "tls": "none", "smtp": f"127.0.0.1:{port}"}
    return Account.model_validate({"name": "support", "address": FROM, "smtp_tls": "none", "smtp_user": "", **here})


def ours(folder: Path, port: int, profile: str | None) -> None:
    """Send all that is due, and print how long it took."""
    from sqlalchemy import event

    from console.mail.outgoing import smtp_server_of
    from console.mail.sending import MailboxSender
    from storage.store import open_store

    store = open_store(str(folder), durable=True)
    account = _account(port)
    results: Counter[str] = Counter()
    commits = 0

    @event.listens_for(store.engine, "commit")
    def _commit(_connection: object) -> None:
        nonlocal commits
        commits += 1

    def report(_item: object, told: Any) -> None:
        results.update(str(one.state) for one in told.values())

    sender = MailboxSender(1, lambda: smtp_server_of(account, ""), store, report=report)
    if profile is not None:
        from benchmarks.profiling import profiled

        profiled(lambda: _in_thread(sender.once), profile)
        return
    _timed(sender.once, lambda: {"states": results, "commits": commits})
    store.close()


def _in_thread(work: Any) -> None:
    import threading

    thread = threading.Thread(target=work, name="sender")
    thread.start()
    thread.join()


def bare(folder: Path, port: int) -> None:
    """Send the same bytes by smtplib, and print how long it took."""
    from sqlalchemy import select

    from storage.apply.base import table
    from storage.models import Outbox
    from storage.store import open_store

    store = open_store(str(folder))
    with store.reading() as session:
        digests = session.connection().execute(select(table(Outbox).c.digest)).scalars().all()
    messages = [store.content.get(digest) for digest in digests]
    store.close()

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port, "[127.0.0.1]") as smtp:
            for message in messages:
                smtp.sendmail(FROM, [TO], message)

    _timed(send, lambda: {"messages": len(messages)})


def _timed(work: Any, told: Any) -> None:
    began, worked = time.perf_counter(), time.process_time()
    work()
    print(json.dumps({"seconds": time.perf_counter() - began, "cpu": time.process_time() - worked, **told()}))


@contextmanager
def aiosmtpd() -> Iterator[int]:
    """Run aiosmtpd in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port: int = held.getsockname()[1]
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.05)
            yield port
        finally:
            server.kill()


@contextmanager
def postfix() -> Iterator[int]:
    """Run the tests' Postfix."""
    sys.path.insert(0, str(ROOT / "tests"))
    from servers import postfix as module

    with module.running() as server:
        yield server.port


def main() -> None:
    reader = argparse.ArgumentParser()
    reader.add_argument("--count", type=int, default=1000)
    reader.add_argument("--pairs", type=int, default=7)
    reader.add_argument("--only", choices=("aiosmtpd", "postfix"))
    reader.add_argument("--profile")
    reader.add_argument("--ours", nargs=2, help=argparse.SUPPRESS)
    reader.add_argument("--bare", nargs=2, help=argparse.SUPPRESS)
    asked = reader.parse_args()
    if asked.ours:
        ours(Path(asked.ours[0]), int(asked.ours[1]), asked.profile)
        return
    if asked.bare:
        bare(Path(asked.bare[0]), int(asked.bare[1]))
        return
    print(machine(), f"load {os.getloadavg()[0]:.1f}")
    full = loaded(asked.count)
    for name, server in (("aiosmtpd", aiosmtpd), ("postfix", postfix)):
        if asked.only in {None, name}:
            with server() as port:
                _compare(name, full, port, asked)


def _compare(name: str, full: Path, port: int, asked: argparse.Namespace) -> None:
    def one(which: str, *more: str) -> Run:
        folder = _FOLDER / "run"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(full, folder)
        subprocess.run(["sync", "-f", str(folder)], check=False)  # what copying left to be written is nobody's time
        done = run([sys.executable, "-m", "benchmarks.sending", f"--{which}", str(folder), str(port), *more])
        if more:
            return done
        keep(f"sending {which} {name}", done.printed)
        print("  ", {key: value for key, value in done.printed.items() if key not in {"seconds", "cpu"}}, flush=True)
        return Run(done.printed["seconds"], done.printed["cpu"])

    if asked.profile:
        one("ours", "--profile", asked.profile)
        return
    found = pairs(lambda: one("ours"), lambda: one("bare"), asked.pairs, name)
    title = f"{asked.count:,} queued messages leave, to {name}"
    tell(title, found, GOAL, f"{asked.count:,}; {os.getloadavg()[0]:.1f}", names=("plantao", "smtplib"))


if __name__ == "__main__":
    main()
