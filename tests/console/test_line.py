"""What the console writes is at the terminal at once, whole, in order, and nobody waits for a line that takes no more."""

import os
import pty
import select
import termios
import threading
from collections.abc import Iterator
from io import TextIOWrapper

import pytest
from textual._ansi_sequences import SYNC_END, SYNC_START

from console import line
from console.line import Line

FULL = 65_536  # bytes: more than a terminal holds for whoever does not read them


class Ends:
    """A terminal, and who reads what is written there."""

    def __init__(self) -> None:
        self.master, slave = pty.openpty()
        settings = termios.tcgetattr(slave)
        settings[1] &= ~termios.OPOST  # a line's end stays as it was written
        termios.tcsetattr(slave, termios.TCSANOW, settings)
        self.file = TextIOWrapper(os.fdopen(slave, "wb", buffering=0), encoding="utf-8", write_through=True)

    def read(self, seconds: float = 0) -> bytes:
        """Return what is there, having waited for its beginning."""
        some = b""
        while select.select([self.master], [], [], 0 if some else seconds)[0]:
            some += os.read(self.master, FULL)
        return some


@pytest.fixture
def ends() -> Iterator[Ends]:
    both = Ends()
    yield both
    both.file.close()
    os.close(both.master)


@pytest.fixture
def terminal(ends: Ends) -> Iterator[Line]:
    written = Line(ends.file)
    yield written
    if written.ident is None:
        written.start()
    written.stop()


def test_what_is_written_is_there_at_once_without_any_thread(ends: Ends, terminal: Line):
    terminal.write("fatura ●")
    assert ends.read() == "fatura ●".encode()


def test_a_frame_is_sent_whole(ends: Ends, terminal: Line):
    terminal.write(SYNC_START)
    terminal.write("one")
    assert ends.read() == b""
    terminal.write(" frame")
    terminal.write(SYNC_END)
    assert ends.read() == f"{SYNC_START}one frame{SYNC_END}".encode()
    terminal.write("and what follows")
    assert ends.read() == b"and what follows"


def test_a_line_that_takes_no_more_stops_nobody_and_loses_nothing(ends: Ends, terminal: Line):
    words = [f"{number}:" + "x" * 10_000 for number in range(20)]
    for word in words:  # which would not return if it waited for a reader: there is none
        terminal.write(word)
    terminal.start()
    whole = "".join(words).encode()
    read = b""
    while len(read) < len(whole) and (some := ends.read(10)):
        read += some
    assert read == whole
    terminal.write("and at once again")
    assert ends.read(10) == b"and at once again"


def test_nothing_waits_without_end_to_be_written(ends: Ends, terminal: Line):
    def flood() -> None:
        for _ in range(line.MAX_QUEUED_WRITES + 20):
            terminal.write("x" * 10_000)

    writing = threading.Thread(target=flood)
    writing.start()
    terminal.start()
    expected = (line.MAX_QUEUED_WRITES + 20) * 10_000
    read = 0
    while read < expected and (some := ends.read(10)):
        read += len(some)
    writing.join(10)
    assert read == expected


def test_a_terminal_that_cannot_be_opened_again_is_written_to_by_the_thread(ends: Ends, monkeypatch):
    def refuse(_number: int) -> str:
        raise OSError

    monkeypatch.setattr(line.os, "ttyname", refuse)
    written = Line(ends.file)
    written.write("as after su")
    assert ends.read() == b""
    written.start()
    assert ends.read(10) == b"as after su"
    written.stop()


def test_what_was_written_before_the_end_is_there_and_nothing_after_it(ends: Ends):
    written = Line(ends.file)
    written.write("before")
    written.start()
    written.stop()
    written.write("while another program has the terminal")
    assert ends.read() == b"before"


def test_a_terminal_that_is_gone_raises_nothing():
    both = Ends()
    written = Line(both.file)
    written.start()
    os.close(both.master)
    written.write("for nobody")
    written.stop()
    both.file.close()


def test_a_signal_that_comes_amid_a_frame_gives_the_terminal_back(ends: Ends):
    written = Line(ends.file)
    written.start()
    written.write(SYNC_START)

    def as_a_handler_does() -> None:
        with written._turn:  # the loop was writing
            written.write("the terminal as it was")
            written.stop()

    handling = threading.Thread(target=as_a_handler_does, daemon=True)
    handling.start()
    handling.join(10)
    assert not handling.is_alive()
    assert ends.read() == f"{SYNC_START}the terminal as it was{SYNC_END}".encode()
