"""What was typed on the `:` line stands in the next session, for its owner alone; a bad file harms nothing."""

import os
import stat
from pathlib import Path

import pytest

from console.files.typed_lines import KEPT, TypedLines


def test_lines_stand_in_the_next_session_the_newest_last_none_twice(tmp_path: Path):
    path = tmp_path / "state" / "lines"
    typed = TypedLines(path)
    for line in ("block @a.example", "tag vip", "block @a.example", "  ", "x" * 5000):
        typed.keep(line)
    assert TypedLines(path).lines == typed.lines == ["tag vip", "block @a.example"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_two_consoles_lose_none_of_each_others(tmp_path: Path):
    one, two = TypedLines(tmp_path / "lines"), TypedLines(tmp_path / "lines")
    one.keep("take")
    two.keep("wait")
    one.keep("hold")
    assert TypedLines(tmp_path / "lines").lines == ["take", "wait", "hold"]


def test_the_file_is_bounded(tmp_path: Path):
    path = tmp_path / "lines"
    typed = TypedLines(path)
    for number in range(3 * KEPT):
        typed.keep(f"go {number}")
    assert len(typed.lines) == KEPT
    assert TypedLines(path).lines[-1] == f"go {3 * KEPT - 1}"
    assert path.read_text().count("\n") == KEPT
    assert [one.name for one in tmp_path.iterdir()] == ["lines"]


@pytest.mark.parametrize(
    "data", [b"\xff\xfe\x00\x1b]0;x\x07\ntake\n", b"z" * 3_000_000 + b"\ntake\n", b"\r\n\n\x1b[2J\ntake"]
)
def test_what_is_damaged_is_passed_over_and_cannot_act(tmp_path: Path, data: bytes):
    path = tmp_path / "lines"
    path.write_bytes(data)
    lines = TypedLines(path).lines
    assert lines[-1] == "take"
    assert not any(ord(sign) < 32 or sign == "\x7f" for line in lines for sign in line)


@pytest.mark.parametrize("what", ["folder", "link", "pipe", "no rights"])
def test_a_file_that_cannot_be_keeps_the_lines_for_this_session(tmp_path: Path, what: str):
    path, other = tmp_path / "lines", tmp_path / "other"
    other.write_text("kept")
    if what == "folder":
        path.mkdir()
    elif what == "link":
        path.symlink_to(other)
    elif what == "pipe":
        os.mkfifo(path)
    else:
        path = Path("/proc/nowhere/lines")
    typed = TypedLines(path)
    typed.keep("take")
    assert typed.lines == ["take"]
    assert other.read_text() == "kept"
