"""Passwords: each place they come from, and that none of them ever shows."""

import os
import shlex
import stat
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest
from keyring.backends.fail import Keyring as NoKeyring

from console.config.accounts import Account
from console.config.command import first_line_of
from console.config.errors import KeyringUnusable, PasswordCommandFailed, PasswordMissing
from console.config.secrets import forget_password, is_for_keyring, password, store_password

SECRET = "correct horse 🐎 battery"
EMPTY: dict[str, str] = {}


class InMemory(keyring.backend.KeyringBackend):
    priority = 1.0  # type: ignore[assignment]

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError(service)


class Locked(InMemory):
    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.KeyringLocked(SECRET)

    def set_password(self, service: str, username: str, password: str) -> None:
        raise keyring.errors.KeyringLocked(password)


class Broken(InMemory):
    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError(SECRET)


class Silent(InMemory):
    def __init__(self) -> None:
        super().__init__()
        self.answer = threading.Event()
        self.asked = False

    def get_password(self, service: str, username: str) -> str | None:
        self.asked = True
        self.answer.wait(60)
        return SECRET


@pytest.fixture
def in_memory() -> Iterator[InMemory]:
    before = keyring.get_keyring()
    backend = InMemory()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


@pytest.fixture
def no_keyring(in_memory: InMemory) -> None:
    keyring.set_keyring(NoKeyring())


def account(command: str | None = None, name: str = "Cobrança.1") -> Account:
    return Account.model_validate({"name": name, "address": "c@example.org", "imap": "h", "password_command": command})


def python(code: str) -> str:
    return f"{shlex.quote(sys.executable)} -c {shlex.quote(code)}"


def failed(code: str, **more: float) -> PasswordCommandFailed:
    with pytest.raises(PasswordCommandFailed) as caught:
        first_line_of(python(code), account="a", **more)
    return caught.value


@pytest.mark.usefixtures("in_memory")
def test_a_command_s_first_line_is_the_password_before_any_other_place() -> None:
    mine = account(f"printf '{SECRET}\\r\\nlogin: me\\n'")
    store_password(mine, "from the keyring")
    assert password(mine, environment={"PLANTAO_PASSWORD_COBRANCA_1": "from the environment"}) == SECRET


def test_a_command_runs_without_a_shell() -> None:
    assert first_line_of("printf %s '$HOME;' `id`", account="a").startswith("$HOME;")


def test_a_command_that_fails_is_not_covered_up_by_the_keyring(in_memory: InMemory) -> None:
    store_password(account(), SECRET)
    with pytest.raises(PasswordCommandFailed):
        password(account("false"))


def test_a_failing_command_is_named_with_its_status_and_what_it_said_but_not_its_output() -> None:
    error = failed(f"import sys; print({SECRET!r}); print('\\x1b[31mno key {SECRET}', file=sys.stderr); sys.exit(3)")
    assert "status 3" in error.why
    assert error.said == "[31mno key …"
    assert SECRET not in f"{error} {error!r} {error.args}"


def test_no_frame_of_a_failure_holds_what_was_printed() -> None:
    error = failed(f"import sys; print({SECRET[:7]!r} + {SECRET[7:]!r}); sys.exit(1)")
    frame, found = error.__traceback__, 0
    while frame is not None:
        if frame.tb_frame.f_code.co_filename.endswith("command.py"):
            found += 1
            assert SECRET not in repr(frame.tb_frame.f_locals)
            assert SECRET.encode() not in b"".join(
                each for each in frame.tb_frame.f_locals.values() if isinstance(each, bytes)
            )
        frame = frame.tb_next
    assert found


def test_a_program_may_stand_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "secret"
    program.write_text("#!/bin/sh\necho from-home\n")
    program.chmod(0o700)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert first_line_of("~/secret", account="a") == "from-home"


def test_a_command_s_arguments_are_not_repeated() -> None:
    with pytest.raises(PasswordCommandFailed) as caught:
        first_line_of(f"false '{SECRET}'", account="a")
    assert SECRET not in f"{caught.value} {caught.value!r}"
    assert caught.value.program == "false"


def test_a_command_that_is_not_there_cannot_be_started(tmp_path: Path) -> None:
    for command in (str(tmp_path / "none"), str(tmp_path)):
        with pytest.raises(PasswordCommandFailed, match="could not be started"):
            first_line_of(shlex.quote(command), account="a")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("pass", "empty"),
        ("print(); print('second')", "empty"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "signal 15"),
        ("import sys; sys.stdout.buffer.write(b'\\xff\\xfe')", "no password"),
        ("print('x' * 100_000)", "no password"),
    ],
)
def test_a_command_that_gives_no_password_says_so(code: str, why: str) -> None:
    assert why in failed(code).why


def test_a_late_command_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    pipe = tmp_path / "alive"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    code = f"import subprocess; held = open({str(pipe)!r}, 'w'); subprocess.run(['sleep', '300'], stdout=held)"
    started = time.monotonic()
    error = failed(code, seconds=1.5)
    assert time.monotonic() - started < 20
    assert "1.5 seconds" in error.why
    # The pipe's end comes when the last process that holds it is gone.
    os.set_blocking(reader, True)
    assert os.read(reader, 1) == b""
    os.close(reader)


def test_a_command_without_end_is_ended_and_costs_no_memory() -> None:
    error = failed("while True: print('y' * 1000)", seconds=1.0)
    assert "1 seconds" in error.why


def test_an_agent_left_in_the_background_does_not_hold_the_password_up() -> None:
    code = "import subprocess; subprocess.Popen(['sleep', '20']); print('here')"
    started = time.monotonic()
    assert first_line_of(python(code), account="a") == "here"
    assert time.monotonic() - started < 15


def test_a_command_has_no_terminal_and_no_input() -> None:
    code = "import os, sys; print(sys.stdin.read() == '' and os.getsid(0) == os.getpid())"
    assert first_line_of(python(code), account="a") == "True"


def test_the_keyring_keeps_a_password_under_the_account_s_address(in_memory: InMemory) -> None:
    store_password(account(), SECRET)
    assert in_memory.kept == {("plantao", "c@example.org"): SECRET}
    assert password(account(), environment=EMPTY) == SECRET
    assert forget_password(account())
    assert not forget_password(account())
    with pytest.raises(PasswordMissing, match="keyring has none"):
        password(account(), environment=EMPTY)


@pytest.mark.usefixtures("no_keyring")
def test_without_a_keyring_the_environment_gives_it() -> None:
    assert password(account(), environment={"PLANTAO_PASSWORD_COBRANCA_1": SECRET}) == SECRET


def test_what_a_process_was_started_with_goes_before_the_keyring_which_is_not_asked(in_memory: InMemory) -> None:
    store_password(account(), "kept")
    given = {"PLANTAO_PASSWORD_COBRANCA_1": SECRET}
    assert is_for_keyring(account(), environment=EMPTY)
    assert not is_for_keyring(account(), environment=given)
    assert not is_for_keyring(account("true"), environment=EMPTY)
    silent = Silent()
    keyring.set_keyring(silent)
    assert password(account(), environment=given) == SECRET
    assert not silent.asked


@pytest.mark.usefixtures("no_keyring")
def test_without_a_keyring_systemd_gives_it(tmp_path: Path) -> None:
    credential = tmp_path / "plantao-Cobrança.1"
    credential.write_text(f"{SECRET}\n", encoding="utf-8")
    assert password(account(), environment={"CREDENTIALS_DIRECTORY": str(tmp_path)}) == SECRET
    credential.write_text("\n", encoding="utf-8")
    with pytest.raises(PasswordMissing):
        password(account(), environment={"CREDENTIALS_DIRECTORY": str(tmp_path)})


@pytest.mark.usefixtures("no_keyring")
def test_a_password_that_is_nowhere_is_missing_with_the_ways_to_give_one() -> None:
    with pytest.raises(PasswordMissing) as caught:
        password(account(), environment=EMPTY)
    assert caught.value.variable == "PLANTAO_PASSWORD_COBRANCA_1"
    said = str(caught.value)
    assert "no keyring on this machine" in said
    assert "password_command" in said
    assert "PLANTAO_PASSWORD_COBRANCA_1" in said
    with pytest.raises(KeyringUnusable, match="no keyring on this machine"):
        store_password(account(), SECRET)


@pytest.mark.parametrize(("backend", "word"), [(Locked, "locked"), (Broken, "RuntimeError")])
def test_a_keyring_in_trouble_is_named(in_memory: InMemory, backend: type[InMemory], word: str) -> None:
    keyring.set_keyring(backend())
    with pytest.raises(PasswordMissing) as caught:
        password(account(), environment=EMPTY)
    assert word in caught.value.keyring
    assert SECRET not in f"{caught.value} {caught.value!r}"


def test_a_locked_keyring_keeps_nothing_and_shows_nothing(in_memory: InMemory) -> None:
    keyring.set_keyring(Locked())
    with pytest.raises(KeyringUnusable, match="locked") as caught:
        store_password(account(), SECRET)
    assert SECRET not in f"{caught.value} {caught.value!r} {caught.value.__context__!r}"
    assert not forget_password(account())


def test_a_keyring_that_does_not_answer_is_left_behind(in_memory: InMemory) -> None:
    silent = Silent()
    keyring.set_keyring(silent)
    with pytest.raises(PasswordMissing, match="did not answer"):
        password(account(), environment=EMPTY, keyring_seconds=0.05)
    silent.answer.set()


@pytest.mark.usefixtures("in_memory")
def test_a_stored_password_is_in_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTAO_HOME", str(tmp_path))
    store_password(account(), SECRET)
    assert not [each for each in tmp_path.rglob("*") if stat.S_ISREG(each.stat().st_mode)]
