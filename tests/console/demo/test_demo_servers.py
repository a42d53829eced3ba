"""The demo's servers, over loopback with a real client: what they serve, that news arrive, and that they end."""

import asyncio
import gc
import os
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from time import monotonic

import pytest
from imapclient import IMAPClient

from console.demo.company import history, mailboxes
from console.demo.imap import Post
from console.demo.servers import DemoServers, demo_servers
from console.demo.shapes import DemoAccount, DemoNeedsExtra, DemoServersFailed

NOW = datetime(2026, 9, 7, 12, 34, tzinfo=UTC)
ROOT = Path(__file__).parents[3]


def signed_in(servers: DemoServers, account: DemoAccount) -> IMAPClient:
    client = IMAPClient("127.0.0.1", port=servers.imap_port, ssl=False, timeout=30)
    client.login(account.user, account.password)
    return client


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServers]:
    with demo_servers(tmp_path_factory.mktemp("still"), now=NOW, live=False) as servers:
        yield servers


@pytest.fixture(scope="module")
def lively(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServers]:
    with demo_servers(tmp_path_factory.mktemp("lively"), now=NOW, every=0.3) as servers:
        yield servers


def news_until(client: IMAPClient, enough: Callable[[], bool], *, within: float = 30) -> bool:
    """Wait in IDLE until `enough` says so, asked after each piece of news."""
    end = monotonic() + within
    while monotonic() < end:
        if enough():
            return True
        client.idle()
        client.idle_check(timeout=min(2, max(0.1, end - monotonic())))
        client.idle_done()
    return enough()


def test_every_mail_is_served_byte_for_byte_with_flags_and_arrival(still: DemoServers) -> None:
    told = list(history(NOW, 1))
    for account in still.accounts:
        with signed_in(still, account) as client:
            for folder in ("INBOX", "Sent"):
                client.select_folder(folder, readonly=True)
                uids = client.search("ALL")
                rows = client.fetch(uids, ["BODY.PEEK[]", "FLAGS", "INTERNALDATE"])
                assert len(client.fetch(uids, ["ENVELOPE", "BODYSTRUCTURE"])) == len(uids)  # pymap parses them all
                served = [
                    (rows[uid][b"BODY[]"], b"\\Seen" in rows[uid][b"FLAGS"], b"\\Answered" in rows[uid][b"FLAGS"])
                    for uid in sorted(rows)
                ]
                wanted = [mail for mail in told if (mail.account, mail.folder) == (account.name, folder)]
                assert served == [(mail.raw, mail.seen, mail.answered) for mail in wanted]


def test_the_folders_and_abilities_that_sync_needs(still: DemoServers) -> None:
    with signed_in(still, still.accounts[0]) as client:
        assert {name for _, _, name in client.list_folders()} >= {"INBOX", "Sent", "Archive", "Trash"}
        assert {b"IDLE", b"MOVE", b"UIDPLUS"} <= set(client.capabilities())


async def test_a_connection_outlives_the_collector() -> None:
    post = Post(mailboxes(NOW, 1))
    await post.open()
    async with await post.serve() as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        assert (await reader.readline()).startswith(b"* OK")
        for number in range(3):
            gc.collect()
            writer.write(b"a%d NOOP\r\n" % number)
            assert (await reader.readline()).startswith(b"a%d OK" % number)
        writer.write(b"b LOGOUT\r\n")
        await reader.read()
        writer.close()


def test_a_wrong_password_is_refused(still: DemoServers) -> None:
    with (
        IMAPClient("127.0.0.1", port=still.imap_port, ssl=False, timeout=30) as client,
        pytest.raises(Exception, match=r"(?i)auth"),
    ):
        client.login(still.accounts[0].user, "wrong")


def test_flags_are_kept_and_move_moves(still: DemoServers) -> None:
    with signed_in(still, still.accounts[1]) as client:
        client.select_folder("INBOX")
        uid = client.search("ALL")[-1]
        raw = client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"]
        client.add_flags([uid], [b"\\Flagged"])
        assert b"\\Flagged" in client.get_flags([uid])[uid]
        client.move([uid], "Archive")
        assert uid not in client.search("ALL")
        client.select_folder("Archive")
        (moved,) = client.search("ALL")
        row = client.fetch([moved], ["BODY.PEEK[]", "FLAGS"])[moved]
        assert row[b"BODY[]"] == raw
        assert b"\\Flagged" in row[b"FLAGS"]
        client.move([moved], "INBOX")
        client.select_folder("INBOX")
        assert client.search("ALL")


def test_mail_for_the_company_is_delivered_and_told_in_idle(still: DemoServers) -> None:
    account = still.accounts[2]
    with signed_in(still, account) as client:
        before = client.select_folder("INBOX")[b"EXISTS"]
        client.idle()
        with smtplib.SMTP("127.0.0.1", still.smtp_port, timeout=30) as smtp:
            smtp.sendmail("new@customer.example", [account.address], b"Subject: hello\r\n\r\nIs anybody there?\r\n")
        told: list[tuple[object, ...]] = []
        end = monotonic() + 30
        while (before + 1, b"EXISTS") not in told and monotonic() < end:
            told += client.idle_check(timeout=2)
        client.idle_done()
        assert (before + 1, b"EXISTS") in told
        raw = client.fetch(client.search("ALL")[-1:], ["BODY.PEEK[]"]).popitem()[1][b"BODY[]"]
        assert b"Is anybody there?" in raw


def test_only_who_has_signed_in_may_write_to_others(still: DemoServers) -> None:
    account = still.accounts[0]
    with smtplib.SMTP("127.0.0.1", still.smtp_port, timeout=30) as smtp:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            smtp.sendmail(account.address, ["ana.souza@acme.example"], b"Subject: x\r\n\r\nx\r\n")
        assert refused.value.recipients["ana.souza@acme.example"][0] == 530
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            smtp.sendmail("a@customer.example", ["nobody@lumen.example"], b"Subject: x\r\n\r\nx\r\n")
        with pytest.raises(smtplib.SMTPAuthenticationError):
            smtp.login(account.user, "wrong")


def test_news_arrive_while_it_runs(lively: DemoServers) -> None:
    account = lively.accounts[0]
    with signed_in(lively, account) as client:
        before = client.select_folder("INBOX")[b"EXISTS"]
        assert news_until(client, lambda: len(client.search("ALL")) >= before + 2)


def test_a_reply_goes_out_and_an_answer_comes_back(lively: DemoServers) -> None:
    account = lively.accounts[0]
    reply = EmailMessage()
    reply["From"], reply["To"] = f"Rafael Lima <{account.address}>", "Ana Souza <ana.souza@acme.example>"
    reply["Subject"], reply["Message-ID"] = "Re: Fatura", "<from-the-desk@lumen.example>"
    reply.set_content("O valor volta hoje, Ana.")
    with signed_in(lively, account) as client:
        client.select_folder("INBOX")
        with smtplib.SMTP("127.0.0.1", lively.smtp_port, timeout=30) as smtp:
            smtp.login(account.user, account.password)
            smtp.send_message(reply)
        assert any(b"O valor volta hoje" in kept.read_bytes() for kept in lively.left.glob("*.eml"))
        found = ["HEADER", "In-Reply-To", "<from-the-desk@lumen.example>"]
        assert news_until(client, lambda: bool(client.search(found)))


def until_silent(connection: socket.socket) -> None:
    """Wait until the server has closed the connection; a timeout fails the test."""
    connection.settimeout(30)
    try:
        while connection.recv(4096):
            pass
    except ConnectionResetError:
        return


def refuses(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_the_servers_end_with_the_block(tmp_path: Path) -> None:
    with demo_servers(tmp_path, now=NOW, live=False) as servers:
        ports = (servers.imap_port, servers.smtp_port)
        assert not any(map(refuses, ports))
    assert all(map(refuses, ports))
    with pytest.raises(ProcessLookupError):
        os.kill(servers.pid, 0)


KILLED = """
import os, signal, sys
from datetime import datetime, UTC
from pathlib import Path
from console.demo.servers import demo_servers
with demo_servers(Path(sys.argv[1]), now=datetime(2026, 9, 7, tzinfo=UTC), live=False) as servers:
    child = 0
    if sys.argv[2] == "forks":
        child = os.fork()
        if not child:
            signal.alarm(120)
            signal.pause()
    print(servers.imap_port, child, flush=True)
    signal.pause()
"""


@pytest.mark.parametrize("how", ["alone", "forks"])
def test_the_servers_end_when_their_parent_is_killed(tmp_path: Path, how: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path), how], stdout=subprocess.PIPE, cwd=ROOT, text=True
    )
    child = 0
    try:
        assert parent.stdout is not None
        port, child = map(int, parent.stdout.readline().split())
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.recv(100)
            parent.kill()
            until_silent(connection)
        assert refuses(port)
    finally:
        parent.kill()
        parent.wait()
        if child:
            os.kill(child, signal.SIGKILL)
        assert parent.stdout is not None
        parent.stdout.close()


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymap", None)
    with pytest.raises(DemoNeedsExtra, match="pymap") as needed, demo_servers(tmp_path, now=NOW):
        pass
    assert needed.value.missing == ("pymap",)


def test_servers_that_cannot_start_say_why(tmp_path: Path) -> None:
    (tmp_path / "left").write_text("a file where a folder should be")
    with pytest.raises(DemoServersFailed, match="FileExistsError"), demo_servers(tmp_path, now=NOW):
        pass


def test_a_naive_moment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="aware"), demo_servers(tmp_path, now=datetime(2026, 9, 7)):  # noqa: DTZ001
        pass


def test_the_door_loads_neither_servers_nor_textual() -> None:
    code = "import sys, console.demo.servers; print({'pymap', 'aiosmtpd', 'textual'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
