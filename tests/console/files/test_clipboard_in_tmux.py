"""What is copied inside a real tmux: into its own buffer, and through it to the terminal around it."""

import base64
import os
import shutil
import subprocess
from contextlib import suppress

import pexpect
import pytest

from console.files.clipboard import sequence

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux on this machine")


@pytest.fixture
def tmux(tmp_path):
    """A tmux with a shell in it, in a terminal of ours; gives the terminal, and a way to command tmux."""
    environment = {name: value for name, value in os.environ.items() if name not in {"TMUX", "TMUX_PANE"}}
    socket = str(tmp_path / "s")
    command = ["-S", socket, "-f", "/dev/null", "new-session", "env PS1=ready: sh"]
    terminal = pexpect.spawn(
        "tmux", command, env=environment | {"TERM": "xterm-256color"}, dimensions=(24, 80), timeout=20
    )

    def tell(*words: str) -> str:
        return subprocess.run(["tmux", "-S", socket, *words], capture_output=True, text=True, check=True).stdout

    terminal.expect_exact("ready:")
    yield terminal, tell
    tell("kill-server")
    terminal.close(force=True)


def written(way: str, text: str, folder) -> str:
    place = folder / way
    place.write_text(sequence(text, way=way, environment={"TMUX": "here"}))
    return f"cat {place}\r"


def test_tmux_takes_it_itself_where_it_may(tmux, tmp_path):
    terminal, tell = tmux
    tell("set", "-g", "set-clipboard", "on")
    terminal.send(written("plain", "Olá #4213", tmp_path))
    terminal.expect_exact(base64.b64encode("Olá #4213".encode()).decode())  # and hands it on
    assert tell("show-buffer") == "Olá #4213"


def test_it_goes_through_tmux_where_that_is_wanted(tmux, tmp_path):
    terminal, tell = tmux
    tell("set", "-g", "set-clipboard", "off")
    with suppress(subprocess.CalledProcessError):  # before tmux 3.3 it was always on
        tell("set", "-g", "allow-passthrough", "on")
    terminal.send(written("tmux", "Olá #4213", tmp_path))
    terminal.expect_exact("\x1b]52;c;" + base64.b64encode("Olá #4213".encode()).decode() + "\x07")
