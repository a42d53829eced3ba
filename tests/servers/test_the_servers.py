"""The test servers themselves: what the other tests take for granted."""

import contextlib
import imaplib
import os
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from servers import grounds
from servers import postfix as postfix_module
from servers.dovecot import Dovecot
from servers.postfix import BOUNCED, LATER, NOT_FROM, NOT_NOW_FROM, REFUSED, Postfix
from servers.postgres import Postgres
from servers.proxy import Faults, Proxy
from servers.smtp import FaultySmtp, Step

pytestmark = pytest.mark.server

MAIL = b"From: ana@example.org\r\nSubject: um\r\n\r\nOi\r\n"


def test_dovecot_offers_what_the_tests_need_on_all_three_roads(dovecot: Dovecot) -> None:
    user, password = dovecot.user("ana", store="mdbox")
    context = ssl.create_default_context(cafile=str(dovecot.certificate))
    plain = imaplib.IMAP4("127.0.0.1", dovecot.port, timeout=10)
    assert "STARTTLS" in plain.capabilities
    plain.starttls(context)
    implicit = imaplib.IMAP4_SSL("127.0.0.1", dovecot.tls_port, ssl_context=context, timeout=10)
    for client in (plain, implicit):
        client.login(user, password)
        words = client.capability()[1][0].split()
        assert {b"CONDSTORE", b"QRESYNC", b"IDLE", b"MOVE", b"UIDPLUS", b"ESEARCH"} <= set(words)
        client.logout()


def test_another_client_appends_flags_expunges_and_moves(dovecot: Dovecot) -> None:
    user, _ = dovecot.user("ana")
    uids = dovecot.append(user, [MAIL] * 3)
    assert uids == [1, 2, 3]
    dovecot.flag(user, [2], r"+FLAGS (\Seen)")
    dovecot.expunge(user, [1])
    dovecot.move(user, [3], "Archive")
    assert dovecot.uids(user) == [2]
    assert dovecot.flags(user) == {2: frozenset({r"\Seen"})}
    assert dovecot.uids(user, "Archive") == [1]
    assert dovecot.raw(user, 2) == MAIL


@pytest.mark.parametrize("folder", ["INBOX", "Sent"])
def test_renumbering_keeps_the_mail_and_changes_uidvalidity(dovecot: Dovecot, folder: str) -> None:
    user, _ = dovecot.user("ana")
    dovecot.append(user, [MAIL] * 2, folder)
    before = _uidvalidity(dovecot, user, folder)
    dovecot.renumber(user, folder)
    assert _uidvalidity(dovecot, user, folder) != before
    assert len(dovecot.uids(user, folder)) == 2


def test_a_recreated_folder_is_empty_and_numbered_anew(dovecot: Dovecot) -> None:
    user, _ = dovecot.user("ana")
    dovecot.append(user, [MAIL], "Sent")
    before = _uidvalidity(dovecot, user, "Sent")
    dovecot.recreate(user, "Sent")
    assert _uidvalidity(dovecot, user, "Sent") != before
    assert dovecot.uids(user, "Sent") == []


def _uidvalidity(dovecot: Dovecot, user: str, folder: str) -> bytes:
    with dovecot.other_client(user, folder) as client:
        answer = client.response("UIDVALIDITY")[1][0]
        assert isinstance(answer, bytes)
        return answer


def test_dovecot_leaves_nothing_of_root_behind(dovecot: Dovecot) -> None:
    user, _ = dovecot.user("ana")
    dovecot.append(user, [MAIL])
    dovecot.renumber(user)
    assert len(dovecot.uids(user)) == 1
    owners = {path.stat().st_uid for path in (dovecot.home / "homes" / user).rglob("*")}
    assert owners == {grounds.account().pw_uid}


def test_dovecot_stops_and_starts_again_on_the_same_port(dovecot: Dovecot) -> None:
    user, _ = dovecot.user("ana")
    dovecot.append(user, [MAIL])
    dovecot.stop()
    try:
        assert not grounds.answers(dovecot.port)
    finally:
        dovecot.start()
    assert dovecot.uids(user) == [1]


@pytest.fixture
def smtp(postfix: Postfix) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("127.0.0.1", postfix.port, "[127.0.0.1]", timeout=30) as client:
        client.ehlo()
        yield client


def test_postfix_delivers_in_order_and_answers_as_the_address_says(postfix: Postfix, smtp: smtplib.SMTP) -> None:
    assert {"pipelining", "8bitmime", "smtputf8", "starttls", "size"} <= set(smtp.esmtp_features)
    for number in range(20):
        smtp.sendmail("ana@desk.example", ["ordem@customer.example"], MAIL + b"%d\r\n" % number)
    came = postfix.wait_for(20, "ordem@customer.example")
    assert [int(content.split()[-1]) for content in came] == list(range(20))
    smtp.mail("ana@desk.example")
    codes = [smtp.rcpt(address)[0] for address in (REFUSED, LATER, "ana@gmail.example", "vera@desk.example")]
    assert codes == [550, 451, 554, 250], "nothing leaves this machine"
    smtp.rset()
    assert [smtp.mail(address)[0] for address in (NOT_FROM, NOT_NOW_FROM)] == [553, 450]


def test_postfix_sends_a_delivery_report_of_what_it_took_in_vain(postfix: Postfix, smtp: smtplib.SMTP) -> None:
    smtp.sendmail("volta@desk.example", [BOUNCED], b"Message-ID: <volta@desk.example>\r\n" + MAIL)
    (report,) = postfix.wait_for(1, "volta@desk.example")
    for word in (b"multipart/report", b"Status: 5.2.2", b"<volta@desk.example>", BOUNCED.encode()):
        assert word in report
    postfix.until_idle()
    assert len(postfix.arrived("volta@desk.example")) == 1


def test_what_postfix_takes_for_a_box_is_read_from_dovecot(
    postfix: Postfix, smtp: smtplib.SMTP, dovecot: Dovecot
) -> None:
    user, _ = dovecot.user("ana")
    address = postfix.into(dovecot.home / "homes" / user / "Maildir")
    context = ssl.create_default_context(cafile=str(postfix.certificate))
    smtp.starttls(context=context)
    smtp.sendmail("cliente@customer.example", [address, "copia@desk.example"], MAIL)
    grounds.until_true(lambda: dovecot.uids(user) == [1], "the mail in INBOX")
    assert dovecot.raw(user, 1).endswith(MAIL.partition(b"\r\n")[2])
    dovecot.append(user, [MAIL])
    assert dovecot.uids(user) == [1, 2]
    assert not postfix.arrived(address)
    assert len(postfix.wait_for(1, "copia@desk.example")) == 1


def test_postfix_takes_the_size_it_is_given_and_leaves_no_process(postfix: Postfix) -> None:
    with postfix_module.running(message_size_limit=20_000) as small:
        assert small.port != postfix.port
        with smtplib.SMTP("127.0.0.1", small.port, "[127.0.0.1]", timeout=30) as client:
            client.ehlo()
            assert client.esmtp_features["size"] == "20000"
            client.sendmail("ana@desk.example", ["bia@customer.example"], MAIL)
            assert client.mail("ana@desk.example", ["SIZE=20001"])[0] == 552
            small.wait_for(1, "bia@customer.example")
            grounds.until_true(
                lambda: "status=sent" in small.log(), "the log to say so: it is written after the delivery"
            )
            leader = int((small.home / "queue" / "pid" / "master.pid").read_text())
            assert len(_alive(leader)) > 3
    assert not small.home.exists()
    grounds.until_true(lambda: not _alive(leader), "the end of every process")
    assert grounds.answers(postfix.port), "the other one goes on"


def test_postfix_ends_with_the_tests_however_they_die(postfix: Postfix) -> None:
    code = """
from servers import postfix
with postfix.running() as server:
    print(server.home, flush=True)
    input()
"""
    tests = Path(__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(tests)},
    ) as process:
        assert process.stdout is not None
        home = Path(process.stdout.readline().decode().strip())
        leader = int((home / "queue" / "pid" / "master.pid").read_text())
        assert _alive(leader)
        process.kill()
    grounds.until_true(lambda: not _alive(leader), "the end of every process")
    grounds.remove(home)


def _alive(group: int) -> list[int]:
    """The processes of a group that have not ended, from Linux's /proc."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _parent, its_group = path.read_text().rpartition(")")[2].split()[:3]
            if int(its_group) == group and state != "Z":
                found.append(int(path.parent.name))
    return found


SENDER = """
import smtplib, sys
with smtplib.SMTP("127.0.0.1", int(sys.argv[1]), "[127.0.0.1]") as client:
    for number in range(2):
        client.sendmail("d@x.org", ["a@x.org"], b"Message-ID: <%d@x.org>\\r\\n\\r\\nOi\\r\\n" % number)
"""


def test_a_sender_is_killed_at_the_step_that_a_test_names(faulty_smtp: FaultySmtp) -> None:
    steps: list[tuple[Step, int]] = []
    holder: list[subprocess.Popen[bytes]] = []
    started = threading.Event()

    def kill(step: Step, message: int) -> None:
        steps.append((step, message))
        if (step, message) == (Step.TAKEN, 2):
            started.wait(30)
            holder[0].kill()
            holder[0].wait(30)

    faulty_smtp.on_step = kill
    holder.append(subprocess.Popen([sys.executable, "-c", SENDER, str(faulty_smtp.port)]))
    started.set()
    assert holder[0].wait(30) == -signal.SIGKILL
    dialogue = [Step.MAIL, Step.RCPT, Step.NAMED, Step.DATA, Step.BODY, Step.DOT, Step.TAKEN, Step.ANSWERED]
    assert steps == [(Step.GREETING, 0), *((each, 1) for each in dialogue), *((each, 2) for each in dialogue[:-1])]
    assert [faulty_smtp.copies(f"<{number}@x.org>") for number in range(3)] == [1, 1, 0]


def test_faults_are_for_a_message_a_recipient_and_a_number_of_times(faulty_smtp: FaultySmtp) -> None:
    faulty_smtp.at(Step.RCPT, recipient="b@x.org", says="450 later", times=2)
    faulty_smtp.at(Step.DOT, message=2, says="554 spam")
    stall = faulty_smtp.at(Step.ANSWERED, message=4, stall=True)
    with smtplib.SMTP("127.0.0.1", faulty_smtp.port, "[127.0.0.1]", timeout=30) as client:
        for said in ({"b@x.org": (450, b"later")}, None, {}, {}):
            with contextlib.ExitStack() as stack:
                if said is None:
                    stack.enter_context(pytest.raises(smtplib.SMTPDataError, match="spam"))
                assert client.sendmail("d@x.org", ["a@x.org", "b@x.org"], MAIL) == said
        assert stall.reached.wait(30)
        client.putcmd("NOOP")
        stall.release()
        assert client.getreply()[0] == 250
    assert [message.rcpt_tos for message in faulty_smtp.arrived] == [
        ("a@x.org",),
        ("a@x.org", "b@x.org"),
        ("a@x.org", "b@x.org"),
    ]


def test_a_missing_server_skips_here_and_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no such server"):
        grounds.missing("no such server")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no such server"):
        grounds.missing("no such server")


def test_every_postgres_database_is_fresh(postgres: Postgres, postgres_url: str) -> None:
    def prepare(url: str) -> None:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("CREATE TABLE t (n int); INSERT INTO t VALUES (7)")

    prepare(postgres_url)
    calls: list[str] = []
    for _ in range(2):
        template = postgres.template("fresh_test", lambda url: (prepare(url), calls.append(url))[1])
        name = postgres.create(template)
        with psycopg.connect(postgres.conninfo(name), autocommit=True) as connection:
            assert connection.execute("SELECT n FROM t").fetchall() == [(7,)]
            connection.execute("DELETE FROM t")
        postgres.drop(name)
    assert len(calls) == 1
    if os.geteuid() == 0:
        assert Path(postgres.home).stat().st_uid != 0


def test_a_postgres_database_given_back_is_as_good_as_a_fresh_one(postgres: Postgres) -> None:
    def tell(database: str, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(postgres.conninfo(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    build = "CREATE TABLE t (n int PRIMARY KEY); CREATE TABLE u (n int REFERENCES t); INSERT INTO t VALUES (7)"
    template = postgres.template("lent_test", lambda url: tell(url.split("@/")[1].split("?")[0], build) and None)
    once = postgres.lend(template)
    tell(
        once,
        "UPDATE t SET n = 8; INSERT INTO u VALUES (8); INSERT INTO t SELECT n FROM generate_series(10, 500) n; ANALYZE",
    )
    postgres.give_back(once, template)
    again = postgres.lend(template)
    assert (again, tell(again, "TABLE t"), tell(again, "TABLE u")) == (once, [(7,)], [])
    assert tell(again, "SELECT count(*) FROM pg_statistic WHERE starelid = 't'::regclass") == [(0,)]
    tell(again, "ALTER TABLE t ADD m int")
    postgres.give_back(again, template)
    other = postgres.lend(template)
    assert (other != again, tell(other, "TABLE t")) == (True, [(7,)])
    postgres.drop(other)


def echo() -> socket.socket:
    """Answer every line with itself, on a port of its own."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                while chunk := connection.recv(65536):
                    connection.sendall(chunk)

    threading.Thread(target=serve, daemon=True).start()
    return listener


def test_the_proxy_cuts_stalls_delays_and_tampers(proxy: Callable[..., Proxy]) -> None:
    with echo() as server:
        port = server.getsockname()[1]

        def ask(faults: Faults, text: bytes = b"abcdef\n", timeout: float = 5) -> bytes:
            with socket.create_connection(("127.0.0.1", proxy(port, faults).port), timeout) as client:
                client.sendall(text)
                got = b""
                while not got.endswith(b"\n") and (chunk := client.recv(100)):
                    got += chunk
                return got

        assert ask(Faults()) == b"abcdef\n"
        assert ask(Faults(cut_after=3)) == b"abc"
        assert ask(Faults(rewrite=lambda line: line.replace(b"c", b"\x1b"))) == b"ab\x1bdef\n"
        with pytest.raises(TimeoutError):
            ask(Faults(stall_after=3), timeout=0.3)
        started = time.monotonic()
        assert ask(Faults(delay=0.12)) == b"abcdef\n"
        assert time.monotonic() - started >= 0.24
        server.shutdown(socket.SHUT_RDWR)
