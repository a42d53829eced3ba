"""Key to paint while a first sync runs at full speed: the console in a terminal, the sync in a process of its own.

    python -m benchmarks.keys [--count 30000] [--keys 220]

A key's answer is the first frame in which the screen shows what the key does: the cursor on another conversation, the
other pane's keys in the last row, the toast. What the sync makes the console draw meanwhile is no answer. Both are
read out of the bytes afterwards, each with the moment it came at, so that nothing is worked out beside the console.
The same keys are pressed once more when the sync is over, on the same desk.
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import pyte

from benchmarks.console import PLANTAO, env_of
from benchmarks.imap import box, running
from benchmarks.measuring import HERE, ROOT, environment, keep, machine, percentile
from benchmarks.terminal import COLUMNS, ROWS, Program
from console.desk import Desk
from storage.queries import inbox
from storage.store import open_store

ROUND: Sequence[tuple[str, bytes]] = (
    ("↓", b"\x1b[B"),
    ("↓", b"\x1b[B"),
    ("page", b"\x1b[6~"),
    ("↑", b"\x1b[A"),
    ("page up", b"\x1b[5~"),
    ("↓", b"\x1b[B"),
    ("Enter", b"\r"),
    ("q", b"q"),
    ("↓", b"\x1b[B"),
    ("e", b"e"),
    ("u", b"u"),
)
_ANSWERED = 3.0  # seconds after which a key has no answer any more
_FRAME_OVER = b"\x1b[?2026l"


@dataclass(slots=True)
class Pressed:
    """A key, when it was pressed, and when its answer began and was whole; `None` when none came.

    Attributes:
        waited: seconds until then that the console's loop was ready to run and had no processor: a busy machine's own.
        used: seconds of processor that the console used in the quarter of a second around it, all threads counted.
    """

    name: str
    at: float
    began: float | None = None
    whole: float | None = None
    waited: float = 0.0
    used: float = 0.0


class Timed(Program):
    """A program whose bytes are kept with the moments they came at."""

    def __init__(self, command: Sequence[str | Path], env: Mapping[str, str]) -> None:
        self.came: list[tuple[float, bytes, float]] = []
        super().__init__(command, env)

    def _read(self, wait: float) -> bytes:
        new = super()._read(wait)
        if new:
            self.came.append((time.perf_counter(), new, self.waits()))
        return new

    def waits(self) -> float:
        """Return the seconds that the console's loop has waited for a processor so far."""
        return int(Path(f"/proc/{self.pid}/schedstat").read_text().split()[1]) / 1e9

    def used(self) -> float:
        """Return the seconds of processor that all threads of the console have used so far."""
        tasks = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def listen(self, seconds: float) -> None:
        """Read for a while."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self._read(left)


def cursor(screen: pyte.Screen) -> object:
    """Return what the cursor is on: the columns of the row that a change by others leaves alone."""
    return next((row[10:40] for row in screen.display[2 : ROWS - 2] if row.startswith("▌")), None)


def shown(name: str) -> Callable[[pyte.Screen], object]:
    """Return what of the screen a key changes."""
    if name in {"Enter", "q"}:
        return lambda screen: screen.display[ROWS - 1][:8]
    if name == "u":
        return lambda screen: "taken back" in screen.display[ROWS - 2]
    return cursor


def press(program: Timed, keys: int, goes_on: Callable[[], bool]) -> list[Pressed]:
    """Press keys as a quick person does, each once the one before was answered or a while has passed."""
    made, pressed = random.Random(3), []
    while len(pressed) < keys and goes_on():
        for name, key in ROUND:
            program.listen(made.uniform(0.05, 0.2))
            waited, used = program.waits(), program.used()
            pressed.append(one := Pressed(name, time.perf_counter(), waited=waited))
            os.write(program.master, key)
            program.listen(0.25)
            one.used = program.used() - used
    program.listen(1.0)
    return pressed


def cut(some: bytes) -> int:
    """Return where a mark of a frame's end begins that is not whole yet: a terminal is read 4,095 bytes at a time."""
    begun = (size for size in range(len(_FRAME_OVER) - 1, 0, -1) if some.endswith(_FRAME_OVER[:size]))
    return len(some) - next(begun, 0)


def answered(program: Timed, pressed: Sequence[Pressed]) -> None:
    """Find each key's answer among the frames."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    waiting = list(pressed)
    before: object = None
    began = None
    now: Pressed | None = None
    left = b""
    for at, new, waits in program.came:
        while waiting and waiting[0].at <= at:
            now = waiting.pop(0)
            before, began = shown(now.name)(screen), None
        began = began or at
        end = cut(left + new)
        some, left = (left + new)[:end], (left + new)[end:]
        for part in re.split(b"(" + re.escape(_FRAME_OVER) + b")", some):
            stream.feed(re.sub(rb"\x1b\[[<>=?][0-9;]*u", b"", part))
            if part != _FRAME_OVER:
                continue
            if now is not None and now.whole is None and at - now.at < _ANSWERED and shown(now.name)(screen) != before:
                now.began, now.whole, now.waited = began, at, waits - now.waited
            began = None


def told(title: str, pressed: Sequence[Pressed], program: Timed) -> None:
    """Print the rows of a run."""
    found = [one for one in pressed if one.whole is not None and one.began is not None]
    rows: dict[str, list[Pressed]] = {"all keys": found}
    print("| | key | count | first byte, p50 / p95 ms | whole frame, p50 / p95 / most | less waiting | processor |")
    for one in found:
        rows.setdefault(one.name, []).append(one)
    for name, some in rows.items():
        firsts = [1000 * ((one.began or 0) - one.at) for one in some]
        wholes = [1000 * ((one.whole or 0) - one.at) for one in some]
        own = [1000 * ((one.whole or 0) - one.at - one.waited) for one in some]
        used = [1000 * one.used for one in some]
        print(
            f"| {title} | {name} | {len(some)} | {median(firsts):.0f} / {percentile(firsts, 0.95):.0f} |"
            f" {median(wholes):.0f} / {percentile(wholes, 0.95):.0f} / {max(wholes):.0f} |"
            f" {median(own):.0f} / {percentile(own, 0.95):.0f} | {median(used):.0f} / {percentile(used, 0.95):.0f} |",
            flush=True,
        )
    missing = [one.name for one in pressed if one.whole is None]
    seconds = program.came[-1][0] - pressed[0].at
    size = sum(len(some) for at, some, _waits in program.came if at >= pressed[0].at)
    print(f"  {len(missing)} without an answer {missing[:9]}; {size / seconds / 1000:.1f} kB/s written", flush=True)
    keep(f"keys {title}", {"first": [(one.name, one.began, one.whole, one.at) for one in found], "missing": missing})


def processor(pid: int) -> float:
    """Return the seconds of processor that a process has used."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure beside a sync, then without one."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--count", type=int, default=30_000)
    reader.add_argument("--keys", type=int, default=220)
    reader.add_argument("--only-beside", action="store_true", help="leave out the run without a sync")
    said = reader.parse_args()
    print(machine())
    place = HERE / "runs" / "keys"
    shutil.rmtree(place, ignore_errors=True)
    (place / "home").mkdir(parents=True)
    env = env_of(place)
    with running() as server:
        mail = box(server, f"box{said.count}", said.count)
        folder = place / "desk"
        desk = Desk(open_store(str(folder)), agent="ines", console="bench")
        sync = subprocess.Popen(  # in a session of its own, as the console starts it
            mail.ours(folder, "--behind"), cwd=ROOT, env=environment(), stdout=subprocess.PIPE, start_new_session=True
        )
        while True:
            now = datetime.now(UTC)
            if len(desk.ask_now(inbox.window, query="is:open", agent_id=1, now=now, size=120).rows) >= 120:
                break
            assert sync.poll() is None, "the sync ended before its time"
            time.sleep(0.1)
        desk.store.close()
        command = [PLANTAO, "--store", str(folder)]
        for title in ("beside a first sync", "without a sync")[: 1 if said.only_beside else 2]:
            with Timed(command, env) as program:
                program.until("▌".encode())
                program.listen(3.0)
                used, began = processor(program.pid), time.perf_counter()
                beside = title.startswith("beside")
                pressed = press(program, said.keys, lambda beside=beside: not beside or sync.poll() is None)
                used = (processor(program.pid) - used) / (time.perf_counter() - began)
                answered(program, pressed)
                told(title, pressed, program)
                print(f"  {used:.2f} of a processor used, load {os.getloadavg()[0]:.1f}", flush=True)
            if beside and sync.poll() is None:
                print("  the sync ran to the end of it", flush=True)
                sync.terminate()
        sync.communicate()


if __name__ == "__main__":
    main()
