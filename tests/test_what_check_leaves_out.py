"""What `make check` leaves to `make test`: tests that are there and take long, never those that were just written."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from made import changed, long

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def no_repository_around(monkeypatch):
    """In a hook git names its own repository to whoever runs."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)


def git(folder: Path, *asked: str) -> None:
    name = ("-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *name, *asked], cwd=folder, check=True, capture_output=True)


def test_every_test_that_is_left_out_as_long_is_there():
    gone = []
    for name in long.names():
        file, _, test = name.rpartition("::")
        path = ROOT / file.partition("::")[0]
        if not path.is_file() or not re.search(rf"def {re.escape(test)}\(", path.read_text(encoding="utf-8")):
            gone.append(name)
    assert not gone, "renamed or removed: `make long` measures anew, or take the line out of tests/long.txt"


def test_what_was_written_since_main_is_told(tmp_path):
    git(tmp_path, "init", "-q", "-b", "main")
    for name in ("same.py", "other.py", "given.py"):
        (tmp_path / name).write_text("1\n")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    assert changed.files(tmp_path) == frozenset()
    git(tmp_path, "checkout", "-qb", "work")
    (tmp_path / "given.py").write_text("2\n")
    git(tmp_path, "commit", "-qam", "second")
    (tmp_path / "other.py").write_text("2\n")
    (tmp_path / "não.py").write_text("1\n")
    assert changed.files(tmp_path) == {tmp_path / name for name in ("given.py", "other.py", "não.py")}


def test_without_a_main_it_is_what_is_not_committed_and_without_git_nothing(tmp_path, monkeypatch):
    assert changed.files(tmp_path) == frozenset()
    git(tmp_path, "init", "-q", "-b", "work")
    (tmp_path / "one.py").write_text("1\n")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    (tmp_path / "one.py").write_text("2\n")
    assert changed.files(tmp_path) == {tmp_path / "one.py"}
    monkeypatch.setenv("PATH", str(tmp_path))
    assert changed.files(tmp_path) == frozenset()


def test_what_takes_long_with_its_fixtures_is_kept_by_its_name(tmp_path, monkeypatch):
    class Report:
        def __init__(self, nodeid, duration):
            self.nodeid, self.duration = nodeid, duration

    monkeypatch.setattr(long, "LIST", tmp_path / "long.txt")
    monkeypatch.setattr(long, "_spent", long.defaultdict(float))
    half = long.LONG / 2
    for node, duration in (("tests/a.py::one[1]", half), ("tests/a.py::one[2]", half), ("tests/a.py::two[x-y]", 0.1)):
        long.measure(Report(node, duration))
    for part in (half, half, 0.01):
        long.measure(Report("tests/b.py::three[a]", part))
    long.keep(None)
    assert long.names() == {"tests/b.py::three"}
