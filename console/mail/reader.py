"""The process that reads: batches of messages come in, and what they say goes out, each batch in one piece.

It loads nothing that only the process needs which hands them out (`console.mail.reading`), and so starts sooner by a
sixth.
"""

import gc
import os
import pickle
import signal
import sys
from contextlib import suppress
from typing import BinaryIO

from console.mail.parse import Unreadable, parse
from storage.kinds.mail import Parsed
from storage.rules.gist import gist_of

Read = Parsed | Unreadable
_COLLECTED_AFTER = 50_000  # objects more than were given back


def read_one(raw: bytes) -> Read:
    """Return what a message says, with what threading and search take from its words, or why it cannot be read."""
    try:
        parsed = parse(raw)
        object.__setattr__(parsed, "gist", gist_of(parsed))  # nobody has seen it yet, and to make it anew takes 10 µs
    except Unreadable as unreadable:
        return unreadable.with_traceback(None)  # whose frames would keep the message in memory
    return parsed


def serve(number: int, progress: int) -> None:
    """Read batches from a socket and answer each as a whole, until the other end is gone.

    Args:
        number: of the socket, at whose other end a `multiprocessing.connection.Connection` stands.
        progress: of the pipe into which a byte is written for each message that is read.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C is for the parent, whose end is ours
    # A message leaves hardly a cycle behind: to look for them every 700 objects takes a fifteenth of the time.
    gc.freeze()
    gc.set_threshold(_COLLECTED_AFTER, 20, 50)
    with suppress(EOFError, OSError), open(number, "rb") as line, open(number, "wb", closefd=False) as answers:
        _send(answers, None)  # ready
        while True:
            results = []
            for raw in _receive(line):
                results.append(read_one(raw))
                os.write(progress, b".")
            _send(answers, results)


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
