"""Bytes reach the terminal from the loop itself, as long as its line takes them.

Textual hands every frame to a thread. While others read the record, that thread waits for its turn behind them: a key's
answer that was drawn lay there for 20 ms. A line that takes no more, such as a lost SSH connection, must not stop the
keys: what it does not take at once a thread writes, as Textual does.
"""

import os
import threading
from collections import deque
from contextlib import suppress
from time import perf_counter
from typing import Final, TextIO

from textual import events
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread  # Textual has no way to choose another
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

_WHETHER_FRAMES_ARE_KNOWN: Final = "\x1b[?2026$p"  # DECRQM: whatever answers at all answers at once
_ASK_EVERY: Final = 10.0  # seconds
_LOST_AFTER: Final = 60.0  # seconds after which an answer is not waited for any more
_LAST: Final = 3  # answers of which the quickest is told: the others waited for this machine, not for the line


class Line(WriterThread):
    """Writes to a terminal at once what it takes at once, and the rest in order from a thread.

    Args:
        file: the terminal.
    """

    def __init__(self, file: TextIO) -> None:
        super().__init__(file)
        self._encoding, self._errors, self._number = file.encoding, file.errors or "strict", file.fileno()
        # Whoever writes is usually the loop, but need not be; and the handler of a signal (TSTP) writes amid it.
        self._turn = threading.RLock()
        self._frame: list[str] | None = None  # of one that is being drawn: it is sent whole
        self._changed = threading.Condition()
        self._left: list[bytes] = []  # what the thread writes; the first of it may be half written
        self._over = False
        self._again = _opened_again(file)

    def write(self, text: str) -> None:
        """Write text, or keep it until the frame is whole that it belongs to."""
        with self._turn:
            if text == SYNC_START:
                self._frame = []
            if self._frame is None:
                self._send(text)
                return
            self._frame.append(text)
            if text == SYNC_END:
                whole, self._frame = "".join(self._frame), None
                self._send(whole)

    def run(self) -> None:
        """Write what the line did not take."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._left or self._over)
                if not self._left:
                    return
                data = self._left[0]
            with suppress(OSError):  # the terminal was taken away: the console looks after that itself
                while data:
                    data = data[os.write(self._number, data) :]
            with self._changed:
                del self._left[0]
                self._changed.notify_all()

    def stop(self) -> None:
        """Return once all is written, half a frame too; what is written later is for nobody."""
        with self._turn:
            if self._frame is not None:
                half, self._frame = "".join([*self._frame, SYNC_END]), None
                self._send(half)
        with self._changed:
            self._over = True
            self._changed.notify_all()
        self.join()
        if self._again is not None:
            os.close(self._again)
            self._again = None

    def _send(self, text: str) -> None:
        if self._over:
            return
        data = text.encode(self._encoding, self._errors)
        if self._again is not None and not self._left:
            try:
                while data:
                    data = data[os.write(self._again, data) :]
            except BlockingIOError:
                pass
            except OSError:  # as above
                return
        if data:
            with self._changed:
                self._changed.wait_for(lambda: len(self._left) < MAX_QUEUED_WRITES)
                self._left.append(data)
                self._changed.notify_all()


class Terminal(LinuxDriver):
    """Textual's own driver, which writes by a `Line` and tells how long the way to the terminal and back takes.

    It asks with a key, at most every ten seconds: who does not type is sent nothing. A terminal that did not answer
    Textual, when it asked the same, is never asked: there are some that write the question down. Within tmux it is tmux
    that answers.

    Attributes:
        link: seconds there and back, `None` while unknown; set before the message that the answer is reaches the app.
    """

    link: float | None = None
    _asked: float | None = None
    _asked_last = -_ASK_EVERY
    _answers = False

    def start_application_mode(self) -> None:
        """Take the terminal."""
        self._took: deque[float] = deque(maxlen=_LAST)
        self._asked = None  # what was asked before another program had the terminal went to that
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._writer_thread is not None and self._file is not None:  # else there is no terminal to be had now
            self._writer_thread.stop()  # how the terminal is to behave has been written
            self._writer_thread = Line(self._file)
            self._writer_thread.start()

    def process_message(self, message: Message) -> None:
        """Hear what comes from the terminal, in the thread that reads it."""
        now = perf_counter()
        if isinstance(message, events.Key):
            self._ask(now)
        elif isinstance(message, TerminalSupportsSynchronizedOutput):
            self._hear(now)
        super().process_message(message)

    def _ask(self, now: float) -> None:
        if not self._answers or now - self._asked_last < (_ASK_EVERY if self._asked is None else _LOST_AFTER):
            return
        self._asked = self._asked_last = now
        self.write(_WHETHER_FRAMES_ARE_KNOWN)

    def _hear(self, now: float) -> None:
        self._answers = True  # the first one is to Textual, and waited until the console had started
        if self._asked is not None:
            self._took.append(now - self._asked)
            self._asked = None
            self.link = min(self._took)


def _opened_again(file: TextIO) -> int | None:
    """Open the terminal once more, so that not to wait for it is ours alone: others share what they were given.

    Returns:
        The descriptor; `None` where the terminal cannot be opened, as after `su`.
    """
    try:
        return os.open(os.ttyname(file.fileno()), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
