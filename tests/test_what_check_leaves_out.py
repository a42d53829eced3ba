"""What `make check` leaves to `make test`: tests that are there and take long, never those that were just written."""

import os
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
    gone = [name for name in long.names() if not long.is_there(name)]
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


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """Measure as in a run: each report is a test, its seconds, and whether it passed."""

    class Report:
        def __init__(self, nodeid, duration, passed):
            self.nodeid, self.duration, self.passed = nodeid, duration, passed

    def tell(*reports):
        for node, seconds, *passed in reports:
            long.measure(Report(node, seconds, all(passed)))

    monkeypatch.setattr(long, "ROOT", tmp_path)
    monkeypatch.setattr(long, "LIST", tmp_path / "long.txt")
    monkeypatch.setattr(long, "_spent", long.defaultdict(float))
    monkeypatch.setattr(long, "_unsure", set())
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "a.py").write_text("def one():\ndef two():\ndef three():\n")
    long.LIST.write_text("tests/a.py::one\n")
    return tell


def test_what_takes_long_with_its_fixtures_is_kept_by_its_name(measured):
    half = long.LONG / 2
    measured(("tests/a.py::one[1]", half), ("tests/a.py::one[2]", half), ("tests/a.py::two[x-y]", 0.1))
    measured(*[("tests/b.py::three[a]", part) for part in (half, half, 0.01)])
    long.keep(pytest.ExitCode.OK)
    assert long.names() == {"tests/b.py::three"}


def test_what_was_skipped_or_failed_stays_as_it_was_listed(measured):
    long.LIST.write_text("tests/a.py::one\ntests/a.py::two\n")
    measured(("tests/a.py::one[sqlite]", 0.1), ("tests/a.py::one[postgresql]", 0.1, False))
    measured(("tests/a.py::two", 0.1), ("tests/a.py::three", 300, False))
    long.keep(pytest.ExitCode.TESTS_FAILED)
    assert long.names() == {"tests/a.py::one"}


def test_what_was_not_run_stays_listed_for_as_long_as_it_is_there(measured):
    long.LIST.write_text("tests/a.py::one\ntests/a.py::gone\ntests/gone.py::one\n")
    measured(("tests/a.py::two", 2 * long.LONG))
    long.keep(pytest.ExitCode.OK)
    assert long.names() == {"tests/a.py::one", "tests/a.py::two"}


def test_a_run_that_was_broken_off_leaves_the_list_alone(measured):
    measured(("tests/a.py::one", 0.1), ("tests/a.py::two", 2 * long.LONG))
    long.keep(pytest.ExitCode.INTERRUPTED)
    assert long.names() == {"tests/a.py::one"}
