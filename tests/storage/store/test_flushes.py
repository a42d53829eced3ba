"""What the sync commits is on its way to the disk before an agent's own commit has to wait for it."""

import threading
from pathlib import Path

import pytest
from servers.grounds import until_true
from sqlalchemy import text

from storage.store import checkpoints, open_store


@pytest.fixture
def flushed(monkeypatch) -> list[str]:
    files: list[str] = []
    real = checkpoints._flushed

    def note(number: int) -> None:
        real(number)
        files.append(str(Path(f"/proc/self/fd/{number}").readlink()) if Path("/proc/self/fd").exists() else "")

    monkeypatch.setattr(checkpoints, "_flushed", note)
    return files


def write(store) -> None:
    with store.writing() as session:
        session.connection().execute(text("UPDATE agent SET name = name"))


def names() -> set[str]:
    return {one.name for one in threading.enumerate()}


def test_the_log_is_flushed_beside_the_writing_and_whoever_does_it_ends_with_the_store(tmp_path, flushed):
    store = open_store(str(tmp_path / "desk"), durable=False)
    write(store)
    until_true(lambda: bool(flushed), "nothing was flushed")
    first = len(flushed)
    write(store)
    until_true(lambda: len(flushed) > first, "what came later was not flushed")
    store.close()
    assert set(flushed) <= {str(tmp_path / "desk" / "desk.db-wal"), ""}
    assert "flushes" not in names()


def test_an_agent_flushes_by_his_own_commit(tmp_path, flushed):
    store = open_store(str(tmp_path / "desk"))
    write(store)
    assert "flushes" not in names()
    store.close()
    assert not flushed


def test_a_disk_that_fails_to_flush_stops_nothing(tmp_path, monkeypatch):
    tried: list[int] = []

    def fail(number: int) -> None:
        tried.append(number)
        raise OSError

    monkeypatch.setattr(checkpoints, "_flushed", fail)
    store = open_store(str(tmp_path / "desk"), durable=False)
    for times in (1, 2):  # it is tried again
        write(store)
        until_true(lambda: len(tried) >= times, "nothing was flushed")  # noqa: B023 - asked within the turn
    store.close()
    assert "flushes" not in names()
