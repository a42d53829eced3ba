"""Signing in: TLS on all roads, one try of the password, and what stops a mailbox for good."""

import logging
import socket
import ssl
import threading
import traceback
from contextlib import suppress
from dataclasses import replace

import pytest
from servers import grounds
from servers.proxy import Faults

from console.mail.imap import libraries
from console.mail.imap.errors import (
    CertificateRefused,
    MailboxLost,
    NeedsAgent,
    PlainRefused,
    ServerSpokeNonsense,
    SignInRefused,
    StarttlsWithheld,
)
from console.mail.imap.opening import open_session
from console.mail.imap.server import Server, Tls
from console.mail.imap.stream import Stream, decode_name, encode_name

pytestmark = pytest.mark.server


@pytest.fixture(params=[False, True], ids=["by the library", "light"])
def light(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.mark.parametrize("tls", list(Tls))
def test_all_three_roads_lead_in(box, tls: Tls) -> None:
    box.fill(1)
    port = box.dovecot.tls_port if tls is Tls.IMPLICIT else box.dovecot.port
    session = box.inbox(tls=tls, port=port)
    assert {"IDLE", "MOVE", "UIDPLUS", "CONDSTORE"} <= session.capabilities
    (message,) = session.bodies([1])
    assert message.raw == box.dovecot.raw(box.user, 1)


@pytest.mark.parametrize("tls", [Tls.IMPLICIT, Tls.STARTTLS])
def test_a_certificate_signed_by_nobody_we_know_is_refused_before_the_password(box, tls: Tls) -> None:
    proxy = box._proxy(box.dovecot.tls_port if tls is Tls.IMPLICIT else box.dovecot.port)
    server = replace(box.server, port=proxy.port, tls=tls, ca_file=None)
    with pytest.raises(CertificateRefused) as refused, open_session(server):
        pass
    assert isinstance(refused.value, NeedsAgent)
    assert "self-signed" in str(refused.value).replace(" ", "-")
    assert proxy.said
    assert b"LOGIN" not in proxy.said


@pytest.mark.parametrize("tls", [Tls.IMPLICIT, Tls.STARTTLS])
def test_what_a_refused_certificate_is_said_to_need_helps(box, tls: Tls, monkeypatch: pytest.MonkeyPatch) -> None:
    box.fill(1)
    port = box.dovecot.tls_port if tls is Tls.IMPLICIT else box.dovecot.port
    server = replace(box.server, port=port, tls=tls, ca_file=None)
    with pytest.raises(CertificateRefused, match="SSL_CERT_FILE"), open_session(server):
        pass
    monkeypatch.setenv("SSL_CERT_FILE", str(box.dovecot.certificate))
    with open_session(server) as session:
        assert session.select("INBOX").exists == 1


def test_a_certificate_for_another_host_is_refused(box) -> None:
    server = replace(box.server, host="127.0.0.2", port=box.dovecot.tls_port, tls=Tls.IMPLICIT)
    listener = socket.create_server(("127.0.0.2", 0))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(box.dovecot.certificate, box.dovecot.home / "key.pem")

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            context.wrap_socket(connection, server_side=True).close()

    thread = threading.Thread(target=serve)
    thread.start()
    with pytest.raises(CertificateRefused), open_session(replace(server, port=listener.getsockname()[1])):
        pass
    thread.join(10)
    listener.close()


def test_starttls_withheld_stops_before_the_password(box, without) -> None:
    said: list[bytes] = []
    hide = without(b"STARTTLS")
    _, server = box.through(Faults(rewrite=hide, says=lambda line: said.append(line) or line), tls=Tls.STARTTLS)
    with pytest.raises(StarttlsWithheld) as refused, open_session(server):
        pass
    assert isinstance(refused.value, NeedsAgent)
    assert not any(b"LOGIN" in line or b"AUTHENTICATE" in line for line in said)


@pytest.mark.parametrize("answer", [b"NO not today\r\n", b"BAD what?\r\n"])
def test_starttls_refused_stops_before_the_password(box, answer: bytes) -> None:
    def refuse(line: bytes) -> bytes:
        tag, _, rest = line.partition(b" ")
        return tag + b" " + answer if rest.startswith(b"OK Begin TLS") else line

    _, server = box.through(Faults(rewrite=refuse), tls=Tls.STARTTLS)
    with pytest.raises(StarttlsWithheld), open_session(server):
        pass


def test_a_greeting_that_claims_we_are_signed_in_does_not_avoid_starttls(box) -> None:
    greet = lambda line: line.replace(b"* OK", b"* PREAUTH", 1) if b"ready" in line else line  # noqa: E731
    _, server = box.through(Faults(rewrite=greet), tls=Tls.STARTTLS)
    with pytest.raises(StarttlsWithheld), open_session(server):
        pass


def test_plain_text_put_ahead_of_tls_is_nonsense(box) -> None:
    """What was said before TLS must not count as said under it (the STARTTLS injection of 2011, CVE-2011-0411)."""

    def inject(line: bytes) -> bytes:
        if b"OK Begin TLS" not in line:
            return line
        faults.rewrite = None  # what follows has no lines
        return line + b"* CAPABILITY IMAP4rev1 EVIL\r\n"

    faults = Faults(rewrite=inject)
    _, server = box.through(faults, tls=Tls.STARTTLS)
    with pytest.raises(ServerSpokeNonsense, match="ahead of TLS"), open_session(server):
        pass


def test_without_tls_only_this_machine_is_spoken_to_unless_asked_by_name() -> None:
    server = Server("imap.example.org", 143, Tls.NONE, "ana", "x")
    with pytest.raises(PlainRefused, match=r"imap\.example\.org"), open_session(server):
        pass
    assert replace(server, plain_by_name=True).plain_allowed
    assert Server("::1", 143, Tls.NONE, "ana", "x").plain_allowed
    assert not Server("127.0.0.1.example.org", 143, Tls.NONE, "ana", "x").plain_allowed


def test_a_wrong_password_is_tried_once_and_appears_nowhere(box, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[bytes] = []
    proxy, server = box.through(Faults(says=lambda line: said.append(line) or line), password="errada-7316")
    with pytest.raises(SignInRefused) as refused, open_session(server):
        pass
    assert sum(b"errada-7316" in line for line in said) == 1
    assert proxy.connections == 1
    told = "".join(traceback.format_exception(refused.value)) + repr(refused.value) + repr(server) + caplog.text
    assert "errada-7316" not in told
    assert "AUTHENTICATIONFAILED" in str(refused.value)


def test_a_server_that_repeats_the_password_does_not_get_it_shown(box) -> None:
    def echo(line: bytes) -> bytes:
        return b"P1 NO no user with errada-7316 \x1b[2J\xe2\x80\xaehere\r\n" if line.startswith(b"P1 NO") else line

    _, server = box.through(Faults(rewrite=echo), password="errada-7316")
    with pytest.raises(SignInRefused) as refused, open_session(server):
        pass
    assert "errada" not in str(refused.value)
    assert refused.value.words == "no user with … [2Jhere"


@pytest.mark.parametrize(
    "answer", [b"P1 NO [UNAVAILABLE] Temporary failure\r\n", b"P1 NO [ALERT] Too many simultaneous connections\r\n"]
)
def test_a_server_in_trouble_is_no_wrong_password(box, answer: bytes) -> None:
    _, server = box.through(Faults(rewrite=lambda line: answer if line.startswith(b"P1 OK") else line))
    with pytest.raises(MailboxLost), open_session(server):
        pass


@pytest.mark.parametrize("password", ["ação €", 'a"b\\c', " blank ", "{5}", "%s%d"])
@pytest.mark.parametrize("hidden", [(), (b"SASL-IR",)], ids=["at once", "in two steps"])
def test_odd_passwords_sign_in(box, without, password: str, hidden: tuple[bytes, ...]) -> None:
    user, _ = box.dovecot.user("rui", password=password)
    _, server = box.through(Faults(rewrite=without(*hidden)), user=user, password=password)
    with open_session(server) as session:
        assert session.select("INBOX").exists == 0


def test_a_password_that_cannot_be_sent_is_refused_and_not_shown(box) -> None:
    odd = "nul\0" + "dentro"
    with pytest.raises(SignInRefused) as refused:
        box.session(password=odd)
    told = [str(refused.value), repr(refused.value), *traceback.format_tb(refused.value.__traceback__)[1:]]
    assert "dentro" not in "".join(told)


def test_where_login_is_disabled_plain_sasl_is_used(box) -> None:
    said: list[bytes] = []
    add = lambda line: line.replace(b"IMAP4rev1", b"IMAP4rev1 LOGINDISABLED")  # noqa: E731
    _, server = box.through(Faults(rewrite=add, says=lambda line: said.append(line) or line))
    with open_session(server) as session:
        session.select("INBOX")
    assert any(b"AUTHENTICATE PLAIN" in line for line in said)


def test_nobody_listens_or_no_such_host() -> None:
    (port,) = grounds.free_ports(1)
    with pytest.raises(MailboxLost, match="refused"), open_session(Server("127.0.0.1", port, Tls.NONE, "a", "b")):
        pass
    with pytest.raises(MailboxLost), open_session(Server("no.such.invalid", 993, Tls.IMPLICIT, "a", "b")):
        pass


def test_tls_spoken_to_a_plain_port_is_an_error_with_a_sentence(box) -> None:
    with pytest.raises(MailboxLost, match="TLS"):
        box.session(tls=Tls.IMPLICIT)


@pytest.mark.parametrize(
    "greeting",
    [
        b"* BYE too busy\r\n",
        b"HTTP/1.1 400 Bad Request\r\n",
        b"\x16\x03\x01\r\n",
        b"* OK {4294967295}\r\n",
        b"* X {99999999}\r\n",
    ],
)
def test_greetings_that_are_none(box, greeting: bytes) -> None:
    _, server = box.through(Faults(rewrite=lambda line: greeting), timeout=0.5)
    with pytest.raises(MailboxLost) as lost, open_session(server):
        pass
    assert str(lost.value).isprintable()


def test_a_greeting_without_capabilities_is_asked_for_them(box, without) -> None:
    strip = lambda line: b"* OK hello\r\n" if line.startswith(b"* OK [") else line  # noqa: E731
    _, server = box.through(Faults(rewrite=strip))
    with open_session(server) as session:
        assert "IDLE" in session.capabilities
    _, server = box.through(Faults(rewrite=lambda line: strip(line).replace(b"IMAP4rev1", b"IMAP2bis")))
    with pytest.raises(MailboxLost), open_session(server):
        pass


def test_a_greeting_may_say_that_we_are_signed_in(box) -> None:
    greet = lambda line: line.replace(b"* OK", b"* PREAUTH", 1) if b"ready" in line else line  # noqa: E731
    _, server = box.through(Faults(rewrite=greet))
    stream = Stream(server)
    assert stream.preauthenticated
    stream.close()


@pytest.mark.parametrize("name", ["INBOX", "Sent Items", "R&D", "Enviadas é", "a&-b", "~peter/mail", "日本語"])
def test_names_are_written_as_the_library_writes_them(name: str) -> None:
    assert encode_name(name) == libraries.encode_name(name)
    assert decode_name(encode_name(name)) == name


def test_a_server_that_says_nothing_is_lost_after_the_timeout(box) -> None:
    _, server = box.through(Faults(stall_after=0), timeout=0.4)
    with pytest.raises(MailboxLost, match="timed out"), open_session(server):
        pass


def test_signing_in_still_works_at_120_ms_each_way(box) -> None:
    box.fill(3)
    _, server = box.through(Faults(delay=0.12))
    with open_session(server) as session:
        session.select("INBOX")
        assert [message.uid for message in session.bodies([3, 2, 1])] == [1, 2, 3]
