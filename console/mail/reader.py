"""The process that reads: batches of messages come in, and what they say goes out, each batch in one piece.

It loads nothing that only the process needs which hands them out (`console.mail.reading`), and so starts sooner by a
sixth.
"""

import gc
import mmap
import pickle
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

from console.mail.parse import Unreadable, parse, parse_each
from storage.kinds.mail import Parsed
from storage.rules.gist import gist_of

Read = Parsed | Unreadable
_COLLECTED_AFTER = 50_000  # objects more than were given back
_PLACES = 20  # bits of a message's place in its batch


class Progress:
    """How far a worker has come, in memory that it shares with who waits for it: there however it ends.

    Args:
        number: of a file of `SIZE` bytes.
    """

    SIZE = 8

    def __init__(self, number: int) -> None:
        self._memory = mmap.mmap(number, self.SIZE)
        self._steps = 0

    def at(self, place: int) -> None:
        """Say that a step begins with the message at that place of the batch."""
        self._steps += 1
        self._memory[:] = (self._steps << _PLACES | place).to_bytes(self.SIZE)

    def told(self) -> int:
        """Return what was said last: another number for each step."""
        return int.from_bytes(self._memory[:])

    def place(self) -> int:
        """Return the place of the message that was begun last."""
        return self.told() & ((1 << _PLACES) - 1)

    def clear(self) -> None:
        """Say that nothing is begun."""
        self._memory[:] = bytes(self.SIZE)

    def close(self) -> None:
        """Give the memory back."""
        self._memory.close()


def read_one(raw: bytes) -> Read:
    """Return what a message says, with what threading and search take from its words, or why it cannot be read."""
    try:
        return _with_gist(parse(raw))
    except Unreadable as unreadable:
        return unreadable.with_traceback(None)  # whose frames would keep the message in memory


def _with_gist(parsed: Parsed) -> Parsed:
    object.__setattr__(parsed, "gist", gist_of(parsed))  # nobody has seen it yet, and to make it anew takes 10 µs
    return parsed


def read_each(raws: list[bytes], at: Callable[[int], object] = lambda _place: None) -> list[Read]:
    """Return what `read_one` says of each message; they are read together.

    Args:
        raws: the messages.
        at: called with the place of a message before each step with it.
    """
    results: list[Read] = []
    for place, one in enumerate(parse_each(raws, at=at)):
        at(place)
        results.append(_with_gist(one) if isinstance(one, Parsed) else one)
    return results


def serve(number: int, shared: int) -> None:
    """Read batches from a socket and answer each as a whole, until the other end is gone.

    Args:
        number: of the socket, at whose other end a `multiprocessing.connection.Connection` stands.
        shared: of the file in which `Progress` is kept.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C is for the parent, whose end is ours
    # A message leaves hardly a cycle behind: to look for them every 700 objects takes a fifteenth of the time.
    gc.freeze()
    gc.set_threshold(_COLLECTED_AFTER, 20, 50)
    progress = Progress(shared)
    with suppress(EOFError, OSError), open(number, "rb") as line, open(number, "wb", closefd=False) as answers:
        _send(answers, None)  # ready
        while True:
            _send(answers, read_each(_receive(line), progress.at))


# What goes over the line is framed as `Connection` does it, which itself takes a tenth of the start to load: a pickle
# after its length in four bytes, or, beyond two gigabytes, after minus one and its length in eight. What a message says
# is far shorter: `Limits`.


def _receive(line: BinaryIO) -> list[bytes]:
    size = int.from_bytes(_exactly(line, 4), signed=True)
    if size < 0:
        size = int.from_bytes(_exactly(line, 8))
    batch: list[bytes] = pickle.loads(_exactly(line, size))  # noqa: S301 - the parent's own words
    return batch


def _exactly(line: BinaryIO, size: int) -> bytes:
    data = line.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _send(line: BinaryIO, answer: object) -> None:
    data = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    line.write(len(data).to_bytes(4, signed=True))
    line.write(data)
    line.flush()


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
