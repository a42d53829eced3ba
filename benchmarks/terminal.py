"""A program in a terminal of 120 by 36: what it writes is read as it comes, until it shows something or rests."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

COLUMNS, ROWS = 120, 36
_CELL: Final = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)

ANSWERS: Final[Mapping[bytes, bytes]] = {
    b"\x1b[c": b"\x1b[?62;22c",  # what the terminal is
    b"\x1b[>c": b"\x1b[>0;276;0c",
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[?u": b"",
}
"""What a terminal answers, so that no program waits for it."""


class Program:
    """A program under a pty, begun at once.

    Args:
        command: its words.
        env: the whole environment.
    """

    def __init__(self, command: Sequence[str | Path], env: Mapping[str, str]) -> None:
        self.began = time.perf_counter()
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, _CELL)
            os.execvpe(str(command[0]), [str(word) for word in command], {**env, "TERM": "xterm-256color"})
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, _CELL)
        self.seen = b""

    def __enter__(self) -> Self:
        """Let the block use it."""
        return self

    def __exit__(self, *_error: object) -> None:
        """End it."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)
            end = time.perf_counter() + 2
            while time.perf_counter() < end:
                self._read(0.02)
                with suppress(ChildProcessError):
                    if os.waitpid(self.pid, os.WNOHANG)[0]:
                        os.close(self.master)
                        return

    def _read(self, wait: float) -> bytes:
        ready, _, _ = select.select([self.master], [], [], wait)
        if not ready:
            return b""
        try:
            new = os.read(self.master, 1 << 16)
        except OSError:
            return b""
        self.seen += new
        for question, answer in ANSWERS.items():
            if question in new and answer:
                os.write(self.master, answer)
        return new

    def until(self, words: bytes, seconds: float = 120) -> float:
        """Read until it has shown words; return the seconds since it began.

        Raises:
            TimeoutError: it did not show them.
        """
        while words not in self.seen:
            self._read(0.05)
            if time.perf_counter() - self.began > seconds:
                raise TimeoutError(f"{words!r} did not come: {self.seen[-400:]!r}")
        return time.perf_counter() - self.began

    def rest(self, quiet: float = 0.5, most: float = 20) -> int:
        """Read until nothing came for a while; return how many bytes came."""
        before, last, began = len(self.seen), time.perf_counter(), time.perf_counter()
        while time.perf_counter() - last < quiet and time.perf_counter() - began < most:
            if self._read(0.05):
                last = time.perf_counter()
        return len(self.seen) - before

    def press(self, keys: bytes) -> float:
        """Press keys; return the seconds until the first byte came in answer."""
        began = time.perf_counter()
        os.write(self.master, keys)
        while not self._read(2.0):
            if time.perf_counter() - began > 5:
                raise TimeoutError(f"no answer to {keys!r}")
        return time.perf_counter() - began

    def resident_mb(self) -> float:
        """Return how much memory the process has resident, in MB."""
        with Path(f"/proc/{self.pid}/status").open() as status:
            line = next(line for line in status if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024 / 1e6
