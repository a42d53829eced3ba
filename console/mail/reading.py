"""Messages are read many at a time, in order, by worker processes that are replaced when one of them is stuck."""

import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from queue import LifoQueue
from tempfile import TemporaryFile
from threading import Lock, Semaphore
from types import TracebackType
from typing import BinaryIO, Self

import console
from console.mail.parse import Unreadable
from console.mail.reader import Progress, Read, read_one
from storage.kinds import QuarantineReason

SECONDS = 10.0
"""How long one message may take; ordinary mail takes a millisecond, the largest that is read a few seconds."""

_START_SECONDS = 60.0  # that a worker may take to start on a machine that is busy
READ_AT_ONCE = 32
"""Messages handed to a worker at once; with half of them handing them over costs half as much again."""

_OF_MANY = 64  # the same where there are many: they are read together, with half of them each costs a twentieth more

_BATCH_BYTES = 1_000_000
_PIECES = 10  # of the time for one message: to have been stopped costs one of them
_FEW = 500  # messages that one worker reads alone: another takes a quarter of a second to start
_BEHIND = 5  # how much less urgent than this process those are who read more than few
_AHEAD = 12  # batches on their way: workers go on reading while what they have read is written down
_AHEAD_BYTES = 16_000_000  # of messages on their way, unless one alone is larger


class Readers:
    """Reads messages, in this process or in workers; may be shared between threads.

    A worker that takes too long over a message, or dies of it, is replaced, and the message is quarantined: the
    others go on. Workers end with the block, and with this process however it dies.

    Args:
        workers: how many processes; 0 reads in this process, where nothing can be ended that takes too long.
        seconds: how long a worker may take over one message.
    """

    def __init__(self, workers: int = 0, *, seconds: float = SECONDS) -> None:
        self._count = workers
        self._seconds = seconds
        self._threads: ThreadPoolExecutor | None = None
        self._idle: LifoQueue[_Worker] = LifoQueue()  # who has started is asked first
        self._guard = Lock()
        self._left_to_few = _FEW
        self._at_work = Semaphore(1)

    def __enter__(self) -> Self:
        if self._count > 0:
            self._threads = ThreadPoolExecutor(self._count, thread_name_prefix="reader")
            for _ in range(self._count):
                self._idle.put(_Worker())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
            self._threads = None
            while not self._idle.empty():
                self._idle.get().end()

    def read(self, raws: Iterable[bytes]) -> Iterator[Read]:
        """Yield what each message gives, in their order; a few messages more are taken than have been given back.

        Args:
            raws: messages as the server or the file holds them.
        """
        if self._threads is None:
            for raw in raws:
                yield read_one(raw)
            return
        ahead: deque[tuple[int, Future[list[Read]]]] = deque()
        on_their_way = 0
        try:
            for batch in _batches(raws, self._at_once):
                size = sum(map(len, batch))
                while ahead and (len(ahead) >= _AHEAD or on_their_way + size > _AHEAD_BYTES):
                    done, future = ahead.popleft()
                    on_their_way -= done
                    yield from future.result()
                ahead.append((size, self._threads.submit(self._read_batch, batch)))
                on_their_way += size
            while ahead:
                yield from ahead.popleft()[1].result()
        finally:
            for _, future in ahead:
                future.cancel()

    def _at_once(self) -> int:
        return READ_AT_ONCE if self._left_to_few >= 0 else _OF_MANY

    def expect(self, count: int = 1) -> None:
        """Get ready to read so many messages soon: workers start beside whatever is done until then."""
        if self._threads is None:
            return
        self._call_others(count if count > _FEW else 0)
        for _ in range(self._count if count > _FEW else 1):
            self._threads.submit(self._start_one)

    def _call_others(self, count: int) -> None:
        """Let all of the workers work once there are more messages than few."""
        with self._guard:
            before, self._left_to_few = self._left_to_few, self._left_to_few - count
            if before >= 0 > self._left_to_few and self._count > 1:
                self._at_work.release(self._count - 1)

    def _start_one(self) -> None:
        """Start the worker that is next, unless it has started; that it cannot is met again when it is to read."""
        with self._at_work:  # so that the first batch waits for this worker rather than start another
            worker = self._idle.get()
            try:
                with suppress(OSError, RuntimeError):
                    worker.start()
            finally:
                self._idle.put(worker)

    def _read_batch(self, batch: list[bytes]) -> list[Read]:
        """Have one worker read a batch; each loss costs the message that it was over, and the worker."""
        self._call_others(len(batch))
        with self._at_work:
            return self._read_one_batch(batch)

    def _read_one_batch(self, batch: list[bytes]) -> list[Read]:
        worker = self._idle.get()
        results: list[Read] = []
        left: list[list[bytes] | Unreadable] = [batch]  # the next one last
        try:
            while left:
                some = left.pop()
                if isinstance(some, Unreadable):
                    results.append(some)
                    continue
                try:
                    results += worker.read(some, self._seconds, behind=self._left_to_few < 0)
                except _Lost as lost:
                    worker = _Worker()
                    left += [some[lost.place + 1 :], lost.verdict, some[: lost.place]]
        finally:
            self._idle.put(worker)
        return results


class _Lost(Exception):
    """A worker was lost over a message; what it had read before is lost with it.

    Attributes:
        place: of the message in its batch.
        verdict: what becomes of the message.
    """

    def __init__(self, place: int, reason: QuarantineReason, detail: str) -> None:
        self.place = place
        self.verdict = Unreadable(reason, detail)
        super().__init__(detail)


class _Worker:
    """One process that reads messages, started when it is first needed.

    A batch comes back in one piece, as every piece wakes a thread that takes the interpreter from those who write.
    How far it has come is said in memory that both share, at which nobody waits.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None
        self._progress: Progress | None = None
        self._behind = False

    def read(self, batch: list[bytes], seconds: float, *, behind: bool = False) -> list[Read]:
        """Return what the messages gave.

        Args:
            batch: the messages.
            seconds: how long one of them may take.
            behind: whoever writes meanwhile holds the store's lock, and goes first; of a few messages nothing is
                written before they are read. Who went behind once stays there: the system allows no way back.

        Raises:
            _Lost: the process was, over one of them.
        """
        if not batch:
            return []
        told = 0
        try:
            line = self.start()
            assert self._progress is not None
            if behind and not self._behind:
                self._go_behind()
            self._progress.clear()
            line.send(batch)
            while not _heard(line, seconds):
                if (now := self._progress.told()) == told:
                    raise self._lost(QuarantineReason.TOO_SLOW, f"not read within {seconds:g} seconds")
                told = now
            results: list[Read] = line.recv()
        except (EOFError, OSError):
            raise self._lost(QuarantineReason.PARSER_FAILED, "the process that read it died") from None
        return results

    def _lost(self, reason: QuarantineReason, detail: str) -> "_Lost":
        """End the process, and say over which message it was lost."""
        place = self._progress.place() if self._progress is not None else 0
        self.end()
        return _Lost(place, reason, detail)

    def _go_behind(self) -> None:
        assert self._process is not None
        least = os.getpriority(os.PRIO_PROCESS, 0) + _BEHIND
        with suppress(OSError):  # it is as well without
            os.setpriority(os.PRIO_PROCESS, self._process.pid, least)
        self._behind = True

    def start(self) -> Connection:
        """Start the process, unless it has started, and return the line to it."""
        if self._line is None:
            self._line = self._started()
        return self._line

    def _started(self) -> Connection:
        mine, other = socket.socketpair()
        root = str(Path(console.__file__).resolve().parent.parent)
        search = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        with other, _shared() as shared:
            self._progress = Progress(shared.fileno())
            # A process started anew, not a fork: the parent has threads and open databases.
            self._process = subprocess.Popen(  # noqa: S603 - our own module, by our own interpreter
                [sys.executable, "-P", "-m", "console.mail.reader", str(other.fileno()), str(shared.fileno())],
                pass_fds=[other.fileno(), shared.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": search},
            )
        line = Connection(mine.detach())
        if not line.poll(_START_SECONDS):
            line.close()
            self._process.kill()
            self._process.wait()
            raise RuntimeError("a process that reads mail did not start")
        line.recv()
        return line

    def end(self) -> None:
        """End the process, whatever it is doing."""
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._progress is not None:
            self._progress.close()
            self._progress = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def _shared() -> BinaryIO:
    """Return a file that is in memory where the system has such files, for `Progress`."""
    if hasattr(os, "memfd_create"):
        file: BinaryIO = os.fdopen(os.memfd_create("progress"), "w+b", buffering=0)
    else:
        file = TemporaryFile(buffering=0)  # noqa: SIM115 - whoever asked closes it
    file.truncate(Progress.SIZE)
    return file


def _heard(line: Connection, seconds: float) -> bool:
    """Wait so long for an answer, in pieces: while this process was stopped (``^z``) the worker was, most likely."""
    return any(line.poll(seconds / _PIECES) for _ in range(_PIECES))


def _batches(raws: Iterable[bytes], at_once: Callable[[], int]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for raw in raws:
        if batch and (len(batch) >= at_once() or size + len(raw) > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(raw)
        size += len(raw)
    if batch:
        yield batch
