"""A hangup while the console works: it ends in order, whatever its threads are at, and says nothing of how."""

import os
import signal
import sys
from pathlib import Path

import pexpect
import pytest

ENDED_WHILE_OPENING = """
import os, signal, sys, time
from console.app import run_console
from console.ahead import Behind
from console.cli.opening import ending_in_order
from console.files.means import Means

def behind():  # in the thread that opens the desk, which the loop is about to wait for
    os.kill(os.getpid(), int(sys.argv[2]))
    return Behind(Means(), (), 10, True, None)

with ending_in_order():
    sys.exit(run_console(sys.argv[1], agent="ana", behind=behind))
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_console_that_is_ended_while_it_opens_its_desk_ends_without_a_word(home: Path, number: signal.Signals):
    store = f"sqlite:///{home / 'data' / 'desk.db'}"
    child = pexpect.spawn(
        sys.executable,
        ["-c", ENDED_WHILE_OPENING, store, str(int(number))],
        env={**os.environ, "TERM": "xterm-256color"},
        dimensions=(36, 120),
        encoding="utf-8",
        timeout=60,
    )
    child.expect(pexpect.EOF)
    child.wait()
    assert "Traceback" not in child.before
    assert child.exitstatus == 128 + number


ENDED_WHILE_CLOSING = """
import sys
from console.app import Plantao, run_console

async def shut_down(self):  # where the driver would be stopped
    raise SystemExit(7)

Plantao._shutdown = shut_down
Plantao.framed = lambda self: self.exit()
sys.exit(run_console(sys.argv[1], agent="ana"))
"""


ENDED_BEFORE_ALL_WAS_WRITTEN = """
import sys
from console.app import Plantao, run_console

async def shut_down(self):  # the driver was stopped, and what it said then waits behind much else
    for _ in range(20):
        self._driver.write(chr(27) + "[0m" + "." * 50_000)
    self._driver.stop_application_mode()
    raise SystemExit(7)

Plantao._shutdown = shut_down
Plantao.framed = lambda self: self.exit()
sys.exit(run_console(sys.argv[1], agent="ana"))
"""


@pytest.mark.slow
@pytest.mark.parametrize("code", [ENDED_WHILE_CLOSING, ENDED_BEFORE_ALL_WAS_WRITTEN], ids=["reading", "writing"])
def test_an_end_that_is_raised_while_the_console_closes_gives_the_terminal_back(home: Path, code: str):
    store = f"sqlite:///{home / 'data' / 'desk.db'}"
    child = pexpect.spawn(
        sys.executable,
        ["-c", code, store],
        env={**os.environ, "TERM": "xterm-256color"},
        dimensions=(36, 120),
        encoding="utf-8",
        timeout=30,
    )
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 7
    assert "\x1b[?1049l" in child.before  # the terminal is as it was
