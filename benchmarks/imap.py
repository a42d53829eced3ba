"""A Dovecot that stays between runs, with folders of generated mail, and the peers' configuration beside it."""

import contextlib
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from benchmarks.letters import OWN, letters, raw
from benchmarks.measuring import HERE, ROOT

sys.path.insert(0, str(ROOT / "tests"))

from servers import grounds
from servers.dovecot import Dovecot, certify, configure, line_of_user

PASSWORD = "secreta"


@dataclass
class Box:
    """One user of the server, with generated mail in INBOX."""

    server: Dovecot
    user: str

    def deliver(self, messages: Iterable[tuple[datetime, bytes]], flags: str = "") -> int:
        """Append messages with their INTERNALDATE, many in one command."""
        waiting, done = iter(messages), 0
        with self.server.other_client(self.user, None) as client:
            while several := list(islice(waiting, 500)):
                client.send(b"X3 APPEND INBOX")
                for at, message in several:
                    date = f'"{at:%d-%b-%Y %H:%M:%S} +0000"'
                    client.send(f" ({flags}) {date} {{{len(message)}+}}\r\n".encode() + message)
                client.send(b"\r\n")
                while not (line := client.readline()).startswith(b"X3 "):
                    assert line, "the connection was lost"
                assert line.startswith(b"X3 OK"), line
                done += len(several)
        return done

    def ours(self, store: Path, *more: str) -> list[str]:
        """Return the command that brings this box in step with ours."""
        port = str(self.server.port)
        return [sys.executable, "-m", "benchmarks.once", str(store), port, self.user, *more]

    def mbsync(self, folder: Path, *, fsync: bool = False) -> list[str]:
        """Return the command that brings this box into a Maildir with mbsync."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "mail").mkdir(exist_ok=True)
        (folder / "mbsyncrc").write_text(
            f"""FSync {"yes" if fsync else "no"}

IMAPAccount bench
Host 127.0.0.1
Port {self.server.port}
User {self.user}
Pass {PASSWORD}
SSLType None
AuthMechs LOGIN

IMAPStore far
Account bench

MaildirStore near
Path {folder}/mail/
Inbox {folder}/mail/INBOX

Channel bench
Far :far:
Near :near:
Patterns INBOX
Create Near
Expunge Near
Sync Pull
SyncState *
"""
        )
        return ["mbsync", "-q", "-c", str(folder / "mbsyncrc"), "bench"]


@contextlib.contextmanager
def running() -> Iterator[Dovecot]:
    """Run the benchmarks' Dovecot for the length of the block, on ports of its own."""
    home = HERE / "dovecot"
    if not home.exists():
        for path in (home, *(home / name for name in ("run", "state", "homes", "users"))):
            path.mkdir(parents=True)
            grounds.hand_over(path)
        (home / "dovecot.log").touch()
        grounds.hand_over(home / "dovecot.log")
    certify(home)
    # A second benchmark at the same time needs other ports, and other places for its sockets.
    run_at = grounds.folder("plantao-bench-")
    port, tls_port = grounds.free_ports(2)
    configure(home, run_at=run_at, port=port, tls_port=tls_port)
    server = Dovecot(home, port, tls_port)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        grounds.remove(run_at)


def box(server: Dovecot, name: str, count: int, *, seed: int = 7, store: str = "mdbox") -> Box:
    """Return the user of that name, filled with `count` letters when there was none."""
    home = server.home / "homes" / name
    ready = server.home / f"{name}.ready"
    server._passwords[name] = PASSWORD  # noqa: SLF001 - our own test server
    if not ready.exists():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        grounds.hand_over(home)
        line = line_of_user(name, PASSWORD, home=home, store=store)
        (server.home / "users" / name).write_text(line)
        began = time.perf_counter()
        filled = Box(server, name)
        filled.deliver((one.at, raw(one)) for one in letters(count, seed=seed))
        ready.write_text(str(count))
        print(f"{count} letters for {name} made and delivered in {time.perf_counter() - began:.0f} s", flush=True)
    return Box(server, name)


__all__ = ["OWN", "Box", "box", "running"]
