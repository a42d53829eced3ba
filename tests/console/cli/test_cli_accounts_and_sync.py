"""account and sync against a real server, against one that is not there, and against one whose answers are hostile."""

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from made.letters import letter
from servers import grounds
from servers.dovecot import Dovecot

from console.config.settings import load_settings

BARRED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


@pytest.fixture(autouse=True)
def _no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


@pytest.fixture
def mailbox(dovecot: Dovecot) -> tuple[str, str]:
    user, secret = dovecot.user("commands")
    dovecot.append(user, [letter(number, subject=f"Pedido {number}") for number in range(1, 4)])
    return user, secret


def adding(port: int, user: str, secret: str, name: str = "vendas") -> tuple[str, ...]:
    command = f"echo {secret}"
    where = ("--imap", f"127.0.0.1:{port}", "--tls", "none", "--user", user, "--password-command", command)
    return ("account", "add", name, "--address", f"{name}@plantao.example", *where)


@pytest.mark.server
def test_an_account_is_added_checked_synced_listed_and_removed(run, home: Path, dovecot: Dovecot, mailbox):
    added = run(*adding(dovecot.port, *mailbox), "--live-since", "2026-01-01")
    assert added.status == 0
    assert "INBOX" in added.out
    assert (home / "config.toml").stat().st_mode & 0o077 == 0
    checked = run("account", "check", "--json")
    assert checked.status == 0
    assert json.loads(checked.out)["ok"] is True
    synced = run("sync")
    assert synced.status == 0
    assert synced.out == "fetched 3 = joined 0 + new 3 + known 0 + quarantined 0 + ignored 0\n"
    assert len(run("list", "--json").out.splitlines()) == 3
    listed = json.loads(run("account", "list", "--json").out)
    assert (listed["name"], listed["state"], listed["done"]) == ("vendas", "ok", 3)
    assert json.loads(run("sync", "--json").out)["fetched"] == 0
    assert run(*adding(dovecot.port, *mailbox)).status == 1  # the name is taken
    assert run("account", "remove", "vendas").status == 0
    assert run("account", "remove", "vendas").status == 1
    assert run("sync").status == 78
    assert len(run("list", "--json").out.splitlines()) == 3


@pytest.mark.server
def test_what_a_sync_could_not_read_is_said(run, home: Path, dovecot: Dovecot):
    user, secret = dovecot.user("unread")
    many = b"From: a@example.org\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(10_000)) + b"\r\nx\r\n"
    dovecot.append(user, [letter(1), many])
    assert run(*adding(dovecot.port, user, secret)).status == 0
    said = run("sync")
    assert (said.status, said.out) == (0, "fetched 2 = joined 0 + new 1 + known 0 + quarantined 1 + ignored 0\n")
    assert said.err == "plantao: 1 message cannot be read and is kept as it came: plantao export quarantined\n"
    assert "too many headers" in run("export", "quarantined").out
    assert run("sync").err == ""


@pytest.mark.server
def test_adding_and_removing_an_account_are_told_to_programs_too(run, home: Path, dovecot: Dovecot, mailbox):
    said = run(*adding(dovecot.port, *mailbox), "--json")
    assert said.status == 0
    (line,) = map(json.loads, said.out.splitlines())
    assert line.pop("folders")[0] == "INBOX"
    assert line == {"name": "vendas", "file": str(home / "config.toml"), "done": "added"}
    assert json.loads(run("config", "path", "--json").out) == {"file": str(home / "config.toml")}
    assert json.loads(run("config", "check", "--json").out) == {"file": str(home / "config.toml"), "faults": 0}
    (line,) = map(json.loads, run("account", "remove", "vendas", "--json").out.splitlines())
    assert (line["name"], line["done"]) == ("vendas", "removed")


def test_a_wrong_password_is_told_and_nothing_is_written(run, home: Path, dovecot: Dovecot, mailbox):
    said = run(*adding(dovecot.port, mailbox[0], "wrong"))
    assert said.status == 77
    assert "refused the sign-in" in said.err
    assert not (home / "config.toml").exists()
    assert run(*adding(dovecot.port, mailbox[0], "wrong"), "--no-check").status == 0
    assert run("account", "check").status == 77
    assert run("sync").status == 77
    assert json.loads(run("account", "list", "--json").out)["state"] == "stopped"
    assert run("doctor").status == 1


@dataclass
class Outlet:
    """An SMTP server that knows one user; `signed_in` are those who tried."""

    user: str
    secret: str
    signed_in: list[str] = field(default_factory=list)
    port: int = 0

    def sign_in(self, _server: object, _session: object, _envelope: object, _way: str, auth: object) -> AuthResult:
        assert isinstance(auth, LoginPassword)
        self.signed_in.append(auth.login.decode())
        return AuthResult(
            success=(auth.login, auth.password) == (self.user.encode(), self.secret.encode()), handled=False
        )


@pytest.fixture
def outlet(mailbox: tuple[str, str]) -> Iterator[Outlet]:
    (port,) = grounds.free_ports(1)
    outlet = Outlet(*mailbox, port=port)
    controller = Controller(
        outlet,
        hostname="127.0.0.1",
        port=port,
        authenticator=outlet.sign_in,
        auth_require_tls=False,
    )
    controller.start()
    yield outlet
    controller.stop()


@pytest.mark.server
def test_both_servers_are_signed_in_to_and_each_has_its_line(
    run, home: Path, dovecot: Dovecot, mailbox, outlet: Outlet
):
    added = run(*adding(dovecot.port, *mailbox), "--smtp", f"127.0.0.1:{outlet.port}")
    assert added.status == 0
    assert f"Mail leaves by 127.0.0.1:{outlet.port}." in added.out
    checked = run("account", "check")
    assert checked.status == 0
    assert checked.out.splitlines()[1:] == [f"vendas: mail leaves by 127.0.0.1:{outlet.port}"]
    assert "INBOX" in checked.out.splitlines()[0]
    assert outlet.signed_in == [mailbox[0]] * 2
    said = json.loads(run("account", "check", "--json").out)
    assert said["smtp"] == {"server": f"127.0.0.1:{outlet.port}", "ok": True, "trouble": ""}
    assert json.loads(run("account", "list", "--json").out)["smtp"] == f"127.0.0.1:{outlet.port}"


@pytest.mark.server
def test_what_is_wrong_with_sending_hides_nothing_of_reading(
    run, home: Path, dovecot: Dovecot, mailbox, outlet: Outlet
):
    where = ("--smtp", f"127.0.0.1:{outlet.port}", "--smtp-user", "stranger")
    assert run(*adding(dovecot.port, *mailbox), *where).status == 77
    assert not (home / "config.toml").exists()
    assert run(*adding(dovecot.port, *mailbox), *where, "--no-check").status == 0
    checked = run("account", "check")
    assert checked.status == 77
    assert "INBOX" in checked.out
    assert "refused the sign-in" in checked.err
    said = json.loads(run("account", "check", "--json").out)
    assert (said["ok"], said["smtp"]["ok"]) == (False, False)
    assert "INBOX" in said["folders"]
    assert run("account", "remove", "vendas").status == 0
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert run(*adding(dovecot.port, *mailbox), "--smtp", f"127.0.0.1:{port}").status == 75


@pytest.mark.server
def test_a_password_that_was_refused_is_not_tried_at_the_other_server(
    run, home: Path, dovecot: Dovecot, mailbox, outlet: Outlet
):
    where = ("--smtp", f"127.0.0.1:{outlet.port}", "--no-check")
    assert run(*adding(dovecot.port, mailbox[0], "wrong"), *where).status == 0
    checked = run("account", "check")
    assert checked.status == 77
    assert "was not tried" in checked.out
    assert outlet.signed_in == []


@pytest.mark.server
def test_an_account_that_sends_nothing_says_so_and_is_no_fault(run, home: Path, dovecot: Dovecot, mailbox):
    assert run(*adding(dovecot.port, *mailbox)).status == 0
    checked = run("account", "check")
    assert checked.status == 0
    assert "nothing can be sent: add smtp" in checked.out
    assert json.loads(run("account", "check", "--json").out)["smtp"] is None


def test_what_an_account_says_of_sending_is_written_as_it_was_said(run, home: Path):
    where = ("--address", "a@example.org", "--imap", "127.0.0.1:1", "--password-command", "echo x", "--no-check")
    given = ("--smtp", "127.0.0.1:2", "--smtp-user", "", "--smtp-tls", "none", "--sender-name", "{agent} da Lumen")
    more = ("--signature", "{agent}\nLumen", "--html", "--sent-copy", "append")
    assert run("account", "add", "x", *where, *given, *more).status == 0
    (account,) = load_settings(home / "config.toml").accounts
    assert (account.smtp_user, account.smtp_tls, account.html, account.sent_copy) == ("", "none", True, "append")
    assert account.signed_by("Ana") == "Ana\nLumen"
    assert account.sender("Ana").name == "Ana da Lumen"
    assert run("account", "add", "y", *where[:1], "b@example.org", *where[2:], "--signature", "{nome}").status == 2


def test_a_server_that_is_not_there_is_tried_again_another_time(run, home: Path):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert run(*adding(port, "u", "s")).status == 75
    assert run(*adding(port, "u", "s"), "--no-check").status == 0
    said = run("sync")
    assert said.status == 75
    assert "vendas" in said.err


def test_a_password_is_asked_for_and_goes_nowhere_else(run, spawn, home: Path):
    where = ("--address", "a@example.org", "--imap", "127.0.0.1:1", "--tls", "none", "--no-check")
    said = spawn("account", "add", "x", *where, given="hunter2\n")
    assert said.status == 1  # there is no keyring to put it into
    assert "keyring" in said.err
    assert "hunter2" not in said.out + said.err
    assert not (home / "config.toml").exists()
    assert spawn("account", "add", "x", *where, given="").status == 2


def test_flags_are_checked_before_anything_is_asked(run, home: Path):
    said = run("account", "add", "x", "--address", "no-address", "--imap", "host:99999", "--tls", "none")
    assert said.status == 2
    assert "address" in said.err
    assert "imap" in said.err
    assert run("account", "check", "nobody").status == 1
    assert run("account").status == 2


@pytest.fixture
def hostile_server() -> Iterator[int]:
    """A server whose every answer holds what would command a terminal."""
    evil = b"\x1b]0;x\x07\x1b[31m\xc2\x9b2J\xe2\x80\xaegnp"
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            with client, client.makefile("rwb") as line:
                line.write(b"* OK [CAPABILITY IMAP4rev1] hello\r\n")
                line.flush()
                for said in line:
                    tag, command = said.split()[:2]
                    if command == b"CAPABILITY":
                        line.write(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")
                        line.flush()
                        continue
                    line.write(tag + b" NO [ALERT] no " + evil + b"\r\n")
                    line.flush()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(10)


def test_a_server_s_words_cannot_act(run, home: Path, hostile_server: int):
    said = run(*adding(hostile_server, "agent", "qwertz"))
    assert said.status in {1, 75, 77}
    assert "no ]0;x" in said.err
    assert BARRED.search(said.err.replace("\n", "")) is None
    run(*adding(hostile_server, "agent", "qwertz"), "--no-check")
    for arguments in (
        ("account", "check"),
        ("account", "check", "--json"),
        ("sync",),
        ("sync", "--json"),
        ("doctor",),
        ("account", "list"),
    ):
        said = run(*arguments)
        assert BARRED.search((said.out + said.err).replace("\n", "")) is None


@pytest.mark.server
def test_a_sync_that_watches_ends_in_order_and_with_its_parent(run, home: Path, dovecot: Dovecot, mailbox):
    assert run(*adding(dovecot.port, *mailbox), "--live-since", "2026-01-01").status == 0
    command = [sys.executable, "-m", "console.cli", "sync", "--watch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        assert select.select([watching.stdout], [], [], 60)[0]
        assert "fetched 3" in watching.stdout.readline()
        other = run("sync")
        assert other.status == 75
        assert "only one at a time" in other.err
        watching.send_signal(signal.SIGTERM)
        _, said = watching.communicate(timeout=60)
        assert watching.returncode == 0
        assert said == ""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="watches a process as Linux does")
@pytest.mark.server
def test_a_sync_that_a_console_started_lets_it_go_first_and_ends_with_it(run, home: Path, dovecot: Dovecot, mailbox):
    assert run(*adding(dovecot.port, *mailbox), "--live-since", "2026-01-01").status == 0
    parent = (
        "import os, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-m', 'console.cli', 'sync', '--watch', '--with-parent', str(os.getpid())],"
        " stdout=subprocess.PIPE, text=True, start_new_session=True)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as console:
        assert console.stdout is not None
        number = int(console.stdout.readline())
        child = os.pidfd_open(number)
        urgency = os.getpriority(os.PRIO_PROCESS, number) - os.getpriority(os.PRIO_PROCESS, console.pid)
        session = Path(f"/proc/{number}/autogroup")
        among_sessions = session.read_text() if session.exists() else "nice 10"
        console.kill()
        ended, _, _ = select.select([child], [], [], 60)
        os.close(child)
    assert ended
    assert urgency == 10
    assert among_sessions.split()[-2:] == ["nice", "10"]  # what Linux shares the processors by, before all else


@pytest.mark.server
def test_a_sync_whose_console_died_before_it_looked_ends_too(run, home: Path, dovecot: Dovecot, mailbox):
    assert run(*adding(dovecot.port, *mailbox), "--live-since", "2026-01-01").status == 0
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    command = [sys.executable, "-m", "console.cli", "sync", "--watch", "--with-parent", str(gone.pid)]
    assert subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0


@pytest.mark.server
def test_a_configuration_that_was_right_is_read_with_care_once_it_says_something_else(run, home, dovecot, mailbox):
    assert run(*adding(dovecot.port, *mailbox)).status == 0
    for _ in range(3):
        assert run("sync").status == 0
    file = home / "config.toml"
    right = file.read_text()
    file.write_text('langage = "pt_BR"\n' + right)
    refused = run("sync")
    assert refused.status == 78
    assert "Did you mean language?" in refused.err
    file.write_text('language = "pt_BR"\n' + right)
    words = [run("sync").out for _ in range(3)]  # with care, then as remembered
    assert len(set(words)) == 1
    file.write_text('language = "en"\n' + right)
    assert run("sync").out not in words
    file.write_text("")
    assert run("sync").status == 78  # no account
    file.unlink()
    assert run("sync").status == 78
