"""A program on a pty of its own, as a person has it before them: keys go in, and what stands on the screen is read."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pyte
import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-P", "-m", "console.cli"]


class Window:
    """A terminal with a program in it.

    Attributes:
        sent: every byte that the program wrote so far.
    """

    def __init__(self, command: list[str], *, size: tuple[int, int], environment: dict[str, str]) -> None:
        self.sent = b""
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._news = threading.Condition()
        self._ended = False
        columns, rows = size
        self.program = pexpect.spawn(command[0], command[1:], dimensions=(rows, columns), env=environment, timeout=None)
        self._reader = threading.Thread(target=self._read, name="window", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                some = os.read(self.program.child_fd, 65536)
            except OSError:  # which is how Linux says that the other end is closed
                some = b""
            with self._news:
                self.sent += some
                # Neither is for the screen: pyte takes the `u` of the keyboard protocol for "restore the cursor".
                self._stream.feed(re.sub(rb"\x1b\[[<>=?][0-9;]*u", b"", some))
                self._ended = self._ended or not some
                self._news.notify_all()
            if not some:
                return

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(self._screen.display)

    @property
    def process(self) -> int:
        """The program's process number."""
        assert self.program.pid is not None
        return self.program.pid

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size; the program is told by a signal."""
        with self._news:
            self._screen.resize(rows, columns)
            self.program.setwinsize(rows, columns)

    def press(self, *keys: str) -> None:
        """Type keys, each by itself; a key is what the terminal sends for it."""
        for key in keys:
            os.write(self.program.child_fd, key.encode())

    def until(self, condition: Callable[[str], object], *, seconds: float = 30) -> float:
        """Wait until `condition` holds of the screen's text, and return how many seconds that took.

        It is asked at each piece of news, and ten times a second: what it looks at need not be the screen.
        """
        began = time.monotonic()
        with self._news:
            while not (met := condition(self.text)) and not self._ended and time.monotonic() < began + seconds:
                self._news.wait(0.1)
            if not met or self._ended:
                pytest.fail(f"{'the program ended' if self._ended else f'not within {seconds} s'}:\n{self.text}")
        return time.monotonic() - began

    def shows(self, *words: str, seconds: float = 30) -> float:
        """Wait until all these words stand on the screen."""
        return self.until(lambda text: all(word in text for word in words), seconds=seconds)

    def hides(self, *words: str, seconds: float = 30) -> float:
        """Wait until none of these words stands on the screen."""
        return self.until(lambda text: not any(word in text for word in words), seconds=seconds)

    def rests(self, *, quiet: float = 0.5, seconds: float = 30) -> str:
        """Wait until the program has written nothing for `quiet` seconds, and return what stands on the screen."""
        end = time.monotonic() + seconds
        with self._news:
            sent = -1
            while sent != len(self.sent) and time.monotonic() < end:
                sent = len(self.sent)
                self._news.wait_for(lambda: len(self.sent) != sent, timeout=quiet)  # noqa: B023 - it is called here
            return self.text

    def ends(self) -> int:
        """Wait until the program ends, and return its exit status."""
        self._reader.join(30)
        assert not self._reader.is_alive(), self.text
        self.program.wait()
        assert self.program.exitstatus is not None, f"killed by signal {self.program.signalstatus}"
        return self.program.exitstatus

    def close(self) -> None:
        """End the program if it has not ended."""
        if not self._ended:
            os.kill(self.process, signal.SIGKILL)
        self._reader.join(10)
        self.program.close(force=True)


@contextmanager
def window(
    *arguments: str, size: tuple[int, int] = (80, 24), program: Sequence[str] = COMMAND, **environment: str
) -> Iterator[Window]:
    """Run `plantao`, or another program, with these arguments in a window."""
    inherited = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "COLUMNS", "LINES"}}
    given = {**inherited, "TERM": "xterm-256color", "LANGUAGE": "en", "PYTHONPATH": str(ROOT), **environment}
    shown = Window([*program, *arguments], size=size, environment=given)
    try:
        yield shown
    finally:
        shown.close()


def children(parent: int) -> list[int]:
    """Return the processes that a process started and that live."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    return [int(pid) for pid, ppid, state in rows if int(ppid) == parent and not state.startswith("Z")]


def naming(word: str) -> list[int]:
    """Return the processes with this word among their arguments."""
    listed = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,args="], capture_output=True, text=True, check=True)
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if word in line]
