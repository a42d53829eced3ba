"""A console says for as long as it lives that an agent sits at it; the sync sees it from any process, and its end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from console.desk import open_desk
from storage.store import Store, open_store

SITS = """
import sys
from console.desk import open_desk
open_desk(sys.argv[1], agent="Ana")
print("there", flush=True)
sys.stdin.read()
"""


def test_the_sync_sees_every_console_of_its_own_process_and_that_the_last_one_has_left(tmp_path: Path) -> None:
    sync, other = open_store(str(tmp_path / "desk"), durable=False), open_store(str(tmp_path / "other"))
    assert not sync.turns.attended()
    desks = [open_desk(str(tmp_path / "desk"), agent=name) for name in ("Ana", "Rui")]
    for desk in desks:
        assert sync.turns.attended()
        assert not other.turns.attended()
        desk.store.close()
    assert not sync.turns.attended()
    for store in (sync, other):
        store.close()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_console_that_dies_sits_there_no_more(tmp_path: Path, end: signal.Signals) -> None:
    sync = open_store(str(tmp_path / "desk"), durable=False)
    with subprocess.Popen(
        [sys.executable, "-c", SITS, str(tmp_path / "desk")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as console:
        assert console.stdout is not None
        assert console.stdout.readline() == b"there\n"
        assert sync.turns.attended()
        console.send_signal(end)
        console.wait()
    assert not sync.turns.attended()
    sync.close()


def test_a_command_is_no_console_and_a_server_has_no_files_to_tell(tmp_path: Path, store: Store) -> None:
    sync, command = (open_store(str(tmp_path / "desk"), durable=durable) for durable in (False, True))
    with command.writing():
        assert not sync.turns.attended()
    for one in (sync, command):
        one.close()
    if store.path is None:
        store.turns.attend()
        assert store.turns.attended()
