"""demo: real servers, a real sync into a folder of its own, and nothing left behind when its terminal goes."""

import os
import re
import shutil
import signal
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import pexpect
import pytest
from made.window import naming

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("pymap") is None or find_spec("aiosmtpd") is None, reason="the extra demo is not installed"
    ),
]


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A place for the demo's own folder, so that what is left in it can be seen."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def test_a_demo_without_a_console_leaves_a_desk_to_look_at(spawn, quiet: Path):
    said = spawn("demo", "--no-console")
    assert said.status == 0, said.err
    counts = dict(re.findall(r"(\w+) (\d+)", said.out.splitlines()[0]))
    assert int(counts["new"]) >= 150
    assert int(counts["fetched"]) == sum(int(count) for name, count in counts.items() if name != "fetched")
    (folder,) = quiet.glob("plantao-demo-*")
    assert str(folder) in said.out
    assert folder.stat().st_mode & 0o077 == 0
    listed = spawn("list", PLANTAO_HOME=str(folder))
    assert len(listed.out.splitlines()) > 20
    assert spawn("doctor", PLANTAO_HOME=str(folder)).status == 0
    shutil.rmtree(folder)


def test_a_demo_whose_terminal_goes_leaves_nothing(quiet: Path, home: Path):
    child = pexpect.spawn(
        sys.executable,
        ["-m", "console.cli", "demo"],
        env={**os.environ, "TERM": "xterm-256color"},
        dimensions=(36, 160),
        encoding="utf-8",
        timeout=120,
    )
    child.expect("sync ok")
    assert "\r\x1b[Kfetched" in child.before  # in a row of its own, not behind the progress
    assert list(quiet.glob("plantao-demo-*"))
    child.kill(signal.SIGHUP)
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 128 + signal.SIGHUP
    assert not list(quiet.glob("plantao-demo-*"))


def test_a_demo_behind_a_program_that_keeps_the_hangup_for_itself_ends_too(quiet: Path, home: Path):
    """As under `make demo`: the kernel tells the session's leader alone that the terminal is gone."""
    child = pexpect.spawn(
        "/bin/sh",
        ["-c", 'trap "" HUP; "$@"; :', "sh", sys.executable, "-m", "console.cli", "demo"],
        env={**os.environ, "TERM": "xterm-256color"},
        dimensions=(36, 160),
        encoding="utf-8",
        timeout=120,
    )
    try:
        child.expect("sync ok")
        [folder] = quiet.glob("plantao-demo-*")
        assert naming(str(folder))
        child.ptyproc.fileobj.close()
        end = time.monotonic() + 60
        while (left := [folder.exists(), *naming(str(folder))]) != [False]:
            assert time.monotonic() < end, left
            time.sleep(0.05)
    finally:
        child.ptyproc.closed = child.closed = True
        os.killpg(child.pid, signal.SIGKILL)
        os.waitpid(child.pid, 0)
