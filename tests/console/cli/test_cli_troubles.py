"""What goes wrong is said in a sentence with an exit status, and a traceback goes to a private file without secrets."""

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from console.cli import listing
from console.cli.syncing import noticing_falls
from storage.kinds.errors import StoreFull
from storage.store.engine import sqlite_driver

sqlite3 = sqlite_driver()  # two SQLites in one process do not see each other's locks


def test_a_locked_store_is_tried_again_another_time(run, home: Path, filled: Path, monkeypatch):
    monkeypatch.setattr("storage.store.engine.BUSY_SECONDS", 0.2)
    other = sqlite3.connect(home / "data/desk.db", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        said = run("take", 1)
    finally:
        other.close()
    assert said.status == 75
    assert "Nothing was changed; try again" in said.err
    assert run("take", 1).status == 0


def test_a_store_from_a_newer_version_is_left_alone(run, home: Path):
    with sqlite3.connect(home / "data/desk.db") as store:
        store.execute("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    said = run("list")
    assert said.status == 1
    assert "update plantao" in said.err


def test_what_is_no_store_is_named(run, home: Path):
    (home / "data/desk.db").write_bytes(b"this is no database at all" * 100)
    said = run("list")
    assert said.status == 1
    assert "no desk, or is damaged" in said.err


def test_a_store_that_was_named_must_be_there(run, home: Path, tmp_path: Path):
    said = run("list", "--store", tmp_path / "typo")
    assert said.status == 1
    assert "typo" in said.err
    assert not (tmp_path / "typo").exists()
    assert run("--store", tmp_path / "typo", "list").status == 1
    assert run("list", "--store", "mysql://x/y").status == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/sys is Linux's")
def test_a_place_that_cannot_be_written_to_is_not_allowed(run, home: Path, tmp_path: Path):
    said = run("import", tmp_path, "--store", "/sys/plantao-here")
    assert said.status == 77
    assert "/sys/plantao-here" in said.err


def test_a_postgresql_that_is_not_there_is_named_without_its_password(run, home: Path):
    said = run("list", "--store", "postgresql://me:hunter2@127.0.0.1:1/desk")
    assert said.status == 1
    assert "127.0.0.1:1" in said.err
    assert "hunter2" not in said.err


def test_a_fault_of_the_configuration_is_named_with_line_and_nearest_name(run, home: Path):
    (home / "config.toml").write_text('agent = "vera"\nlangauge = "es"\n')
    for arguments in (("list",), ("config",), ("config", "check")):
        said = run(*arguments)
        assert said.status == 78
        assert "config.toml:2:" in said.err
        assert "language" in said.err
    assert run("config", "path").status == 0
    assert run("list", "--config", home / "none.toml").status == 78


def test_a_name_under_keys_that_is_no_command_is_named_with_line_and_nearest_name(run, home: Path):
    """Only the console said so, at its start, and `config check` found no fault."""
    (home / "config.toml").write_text('agent = "vera"\n[keys]\nresolve = "E"\nresolv = "X"\n"zz\\u0007qq" = "Y"\n')
    said = run("config", "check")
    assert said.status == 78
    assert "config.toml:4: [keys] resolv: no command is called so. Did you mean resolve?" in said.err
    assert "config.toml:5: [keys] zzqq: no command is called so. Press ? in the console" in said.err
    assert "\x07" not in said.err
    assert run("list").status == 0  # a key that is no key keeps nobody from working
    (home / "config.toml").write_text('[keys]\nresolve = "E"\n')
    assert run("config", "check").status == 0


def test_the_configuration_s_language_is_spoken(run, home: Path):
    (home / "config.toml").write_text('language = "en"\n')
    assert run("config").status == 0
    assert run("config", "check").out.endswith("has no faults.\n")


def test_what_nobody_foresaw_goes_to_a_private_file_without_secrets(run, home: Path, monkeypatch):
    monkeypatch.setenv("PLANTAO_PASSWORD_VENDAS", "hunter2")

    def broken(_call):
        raise ZeroDivisionError("with hunter2 and \x1b[31m in it")

    monkeypatch.setattr(listing, "run_list", broken)
    said = run("list")
    assert said.status == 1
    assert "\x1b" not in said.err
    assert "hunter2" not in said.err
    (crash,) = (home / "state").glob("crash-*.txt")
    assert str(crash) in said.err
    assert stat.S_IMODE(crash.stat().st_mode) == 0o600
    text = crash.read_text()
    assert "ZeroDivisionError" in text
    assert "hunter2" not in text


def test_an_error_that_only_followed_from_being_stopped_is_not_told(run, home: Path, monkeypatch):
    def caught_in_a_commit(_call):
        try:
            try:
                raise KeyboardInterrupt
            finally:
                raise AssertionError
        finally:
            raise ValueError

    monkeypatch.setattr(listing, "run_list", caught_in_a_commit)
    said = run("list")
    assert (said.status, said.err) == (130, "plantao: stopped. What was reported as done is done.\n")
    assert not (home / "state").exists() or not list((home / "state").glob("crash-*"))


def test_a_reader_that_goes_away_is_no_error(home: Path, filled: Path):
    command = f"{sys.executable} -m console.cli export messages | head -c 20"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stderr == ""
    assert len(done.stdout) == 20


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_a_full_disk_under_the_output_is_told(home: Path, filled: Path):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "console.cli", "export", "messages"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "No space left" in done.stderr


def test_stopping_an_import_leaves_what_is_in(home: Path, tmp_path: Path):
    box = tmp_path / "pipe.mbox"
    with box.open("wb") as opened:
        for number in range(20_000):
            opened.write(b"From - Mon Nov  2 09:00:00 2026\nFrom: a@example.org\nSubject: %d\n\nbody\n\n" % number)
    command = [sys.executable, "-m", "console.cli", "import", str(box)]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - a shell may have it ignored
    ) as importing:
        while importing.poll() is None:
            with sqlite3.connect(home / "data/desk.db", timeout=30) as store:
                (count,) = store.execute("SELECT count(*) FROM message").fetchone()
            store.close()
            if count:
                importing.send_signal(signal.SIGINT)
                break
        _, said = importing.communicate(timeout=60)
    assert (importing.returncode, said) == (130, "plantao: stopped. What was reported as done is done.\n")
    with sqlite3.connect(home / "data/desk.db") as store:
        messages, facts = (store.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("message", "raw"))
    store.close()
    assert 0 < messages < 20_000
    assert messages == facts


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("list", "--nonsense"), ("snooze", "1"), ("import",), ("account", "add")]
)
def test_wrong_usage_points_at_the_help(run, home: Path, arguments):
    said = run(*arguments)
    assert said.status == 2
    assert "--help" in said.err
    assert said.out == ""


def test_the_console_needs_a_terminal(spawn, home: Path):
    said = spawn()
    assert said.status == 2
    assert "terminal" in said.err


def test_help_and_version_go_to_standard_output(run, home: Path):
    assert run("--version").out.startswith("plantao 0.")
    shown = run("--help").out
    for command in [
        "sync",
        "import",
        "list",
        "show",
        "search",
        "take",
        "assign",
        "wait",
        "hold",
        "resolve",
        "reopen",
        "snooze",
        "tag",
        "split",
        "join",
        "spam",
    ]:
        assert f"\n  {command} " in shown or f"    {command} " in shown
    for command in ["why", "undo", "redo", "history", "export", "account", "doctor", "demo", "config", "completion"]:
        assert f"    {command} " in shown


def test_output_that_a_terminal_cannot_write_is_replaced(home: Path, filled: Path):
    done = subprocess.run(
        [sys.executable, "-m", "console.cli", "list", "is:settled"],
        env={**os.environ, "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert "Não consigo entrar".encode("latin-1") in done.stdout
    assert b"????" in done.stdout


def test_a_thread_that_falls_is_not_unseen(capsys):
    def fall():
        raise StoreFull("desk.db")

    thread, stop = threading.Thread(target=fall), threading.Event()
    with pytest.raises(StoreFull), noticing_falls(stop):
        thread.start()
        thread.join()
    assert stop.is_set()
    assert capsys.readouterr().err == ""
