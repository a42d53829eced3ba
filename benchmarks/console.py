"""The console in a terminal beside the programs that people use: start, bytes of a key, key to paint, memory.

    python -m benchmarks.console [--mail FOLDER] [--pairs 7] [--size 100000]

The desks are those that `benchmarks.queries` loads (``.benchmarks/queries/<count>x30``), the mail for the others is a
Maildir, the one that `benchmarks.steady` brings with mbsync: as many letters, of 250 words. Header cache and index of
the others are warm: they are started once before they are measured.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from statistics import median

from benchmarks.loading import load
from benchmarks.measuring import HERE, ROOT, environment, interval, keep, machine, percentile
from benchmarks.terminal import Program

PYTHON = ROOT / ".venv/bin/python"
PLANTAO = ROOT / ".venv/bin/plantao"

SMALLEST = """
from textual.app import App
from textual.widgets import Static
class Smallest(App):
    def compose(self):
        yield Static("here it is")
Smallest().run()
"""


class Peer:
    """A program, how it is started, what its first row shows, and its keys.

    Attributes:
        down, page: the keys for a row and for a page.
    """

    def __init__(
        self, name: str, command: list[str], shows: bytes, down: bytes = b"j", page: bytes = b"\x1b[6~"
    ) -> None:
        self.name, self.command, self.shows, self.down, self.page = name, command, shows, down, page


def peers(place: Path, maildir: Path, count: int) -> list[Peer]:
    """Set every program up in a folder of its own, and return them, ours first."""
    env = env_of(place)
    (place / "home").mkdir(parents=True, exist_ok=True)
    rc = place / "muttrc"
    rc.write_text(
        f"set folder={maildir.parent}\nset spoolfile={maildir}\nset mbox_type=Maildir\n"
        f"set header_cache={place}/hcache\n"
        "set sort=reverse-date\nset mail_check=600\nset quit=yes\nset sleep_time=0\n"
    )
    (place / "hcache").mkdir(exist_ok=True)
    smallest = place / "smallest.py"
    smallest.write_text(SMALLEST)
    small = HERE / "queries/100x30"
    if not (small / "ready").exists():
        load(small, 100, length=30)
    found = [
        Peer("plantao", [str(PLANTAO), "--store", str(HERE / f"queries/{count}x30")], b"N1"),
        Peer("plantao at 100", [str(PLANTAO), "--store", str(small)], b"N1"),
        Peer("smallest Textual app", [str(PYTHON), str(smallest)], b"here it is"),
    ]
    if shutil.which("neomutt") and maildir.exists():
        found.append(Peer("neomutt", ["neomutt", "-n", "-F", str(rc)], b"Nov", page=b"\x1b[6~"))
    if shutil.which("aerc") and maildir.exists():
        folder = place / "home/.config/aerc"
        folder.mkdir(parents=True, exist_ok=True)
        accounts = folder / "accounts.conf"
        accounts.write_text(f"[mail]\nsource = maildir://{maildir.parent}\ndefault = INBOX\nfrom = a <a@b.example>\n")
        accounts.chmod(0o600)
        found.append(Peer("aerc", ["aerc"], b"M  ", page=b"\x06"))
    if shutil.which("alot") and shutil.which("notmuch") and maildir.exists() and count <= 20_000:
        (place / "notmuch").write_text(
            f"[database]\npath={maildir.parent}\n[user]\nname=a\nprimary_email=a@b.example\n"
        )
        subprocess.run(["notmuch", "new", "--quiet"], env=env, check=True)
        found.append(Peer("alot", ["alot", "search", "*"], b"Nov"))
    return found


def env_of(place: Path) -> dict[str, str]:
    """Return the environment of all of them: their own home, nothing of whoever measures."""
    return {
        **{name: value for name, value in environment().items() if not name.startswith(("XDG_", "PLANTAO"))},
        "HOME": str(place / "home"),
        "PLANTAO_HOME": str(place / "plantao"),
        "NOTMUCH_CONFIG": str(place / "notmuch"),
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
    }


def started(peer: Peer, env: dict[str, str]) -> float:
    """Return the seconds from the start of a program until its first row stands."""
    with Program(peer.command, env) as program:
        return program.until(peer.shows)


def costs(peer: Peer, env: dict[str, str]) -> dict[str, float]:
    """Return the bytes of going down a row and a page, and the memory after that."""
    with Program(peer.command, env) as program:
        program.until(peer.shows)
        program.rest(1.0)
        downs, answers = [], []
        followed = []
        for _ in range(10):
            before = len(program.seen)
            answers.append(program.press(peer.down))
            program.rest(0.12)
            downs.append(len(program.seen) - before)
            program.rest(0.8)  # what follows a cursor that rests, such as the conversation beside it
            followed.append(len(program.seen) - before)
        pages = []
        for _ in range(3):
            before = len(program.seen)
            with suppress(TimeoutError):  # a program may know no such key
                program.press(peer.page)
            program.rest(0.12)
            pages.append(len(program.seen) - before)
            program.rest(0.8)
        return {
            "down": median(downs),
            "followed": median(followed),
            "page": median(pages),
            "answer_ms": 1000 * percentile(answers, 0.95),
            "mb": program.resident_mb(),
        }


def main() -> None:
    """Measure, and print rows for docs/figures.md."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--mail", type=Path, default=HERE / "steady/100000/mbsync/mail/INBOX")
    reader.add_argument("--size", type=int, default=100_000)
    reader.add_argument("--pairs", type=int, default=7)
    said = reader.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory(prefix="plantao-console-") as folder:
        place = Path(folder)
        env = env_of(place)
        known = []
        for peer in peers(place, said.mail.resolve(), said.size):
            try:
                started(peer, env)  # caches are warm from here on
            except TimeoutError as late:
                print(f"  {peer.name}: {late}", file=sys.stderr)
            else:
                known.append(peer)
        times: dict[str, list[float]] = {peer.name: [] for peer in known}
        for _ in range(said.pairs):
            for peer in known:
                times[peer.name].append(started(peer, env))
        ours = times["plantao"]
        for name, theirs in times.items():
            ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
            low, high = interval(ratios)
            ratio = f"ours {median(ratios):.2f} [{low:.2f}, {high:.2f}]"
            print(f"| start to first row | {name} | {median(theirs):.2f} s | {ratio} |")
        for peer in known:
            if peer.name.endswith("at 100"):
                continue  # one row is open there: no key goes anywhere
            try:
                found = costs(peer, env)
            except TimeoutError as late:  # a program that knows no such key says nothing, and its start stands
                print(f"  {peer.name}: {late}", file=sys.stderr)
                continue
            rows = f"{found['down']:.0f}, {found['page']:.0f}; a row with what follows it {found['followed']:.0f}"
            rest = f"first answer p95 {found['answer_ms']:.0f} ms, {found['mb']:.0f} MB"
            print(f"| bytes of a row, of a page | {peer.name} | {rows} | {rest} |")
            keep(f"console {peer.name}", {"start": times[peer.name], **found})


if __name__ == "__main__":
    main()
