"""Mail leaves by a real SMTP server (aiosmtpd) that misbehaves on request."""

import socket
import ssl
import threading
from typing import Any, Self

import pytest
from servers import smtp as module
from servers.dovecot import Dovecot
from servers.postfix import LATER, NOT_FROM, NOT_NOW_FROM, REFUSED, Postfix
from servers.smtp import FaultySmtp, Step

from console.mail.imap.server import Server, Tls
from console.mail.smtp import (
    CertificateRefused,
    Envelope,
    Limits,
    MessageTooLarge,
    MessageUnfit,
    OutcomeUnknown,
    PlainRefused,
    SenderRefused,
    ServerLost,
    ServerSpokeNonsense,
    SignInRefused,
    StarttlsWithheld,
    TryLater,
    open_transport,
)
from console.mail.smtp.patience import Patient

MAIL = b"From: desk@example.org\r\nSubject: oi\r\n\r\nOi\r\n"
LINE = b"x" * 948 + b"\r\n"  # 16,000 are more than the buffers of two sockets hold


@pytest.fixture(params=["pipelined", "one by one"])
def faulty(faulty_smtp: FaultySmtp, request: pytest.FixtureRequest) -> FaultySmtp:
    if request.param != "pipelined":
        faulty_smtp.without.add("PIPELINING")
    return faulty_smtp


def send(faulty: FaultySmtp, *recipients: str, content: bytes = MAIL, hook: Any = lambda _replies: None) -> Any:
    with open_transport(faulty.server()) as transport:
        return transport.send(Envelope("desk@example.org", recipients, content), hook)


def test_several_messages_go_by_one_connection_each_recipient_with_its_answer(faulty: FaultySmtp) -> None:
    faulty.at(Step.RCPT, recipient="later@x.org", says="450 busy")
    faulty.at(Step.RCPT, recipient="never@x.org", says="550 nobody")
    hooks: list[int] = []
    with open_transport(faulty.server(user="ana", password=module.PASSWORD)) as transport:
        for _round in range(3):
            envelope = Envelope("desk@example.org", ("ana@x.org", "later@x.org", "never@x.org"), MAIL)
            said = transport.send(envelope, lambda _replies: hooks.append(len(faulty.arrived)))
            assert [reply.code for reply in said.values()] == [250, 450, 550]
            assert said["later@x.org"].passing
            assert not said["never@x.org"].passing
    assert hooks == [0, 1, 2], "the hook comes before the server has the message"
    assert [message.rcpt_tos for message in faulty.arrived] == [("ana@x.org",)] * 3
    assert faulty.connections == 1


def test_nothing_is_smuggled_and_dots_come_back_as_written(faulty: FaultySmtp) -> None:
    evil = b"Subject: a\r\n\r\n.dot\n..\r.\r\nMAIL FROM:<evil@x.org>\r\n\n.\n\r.\rRCPT TO:<b@x.org>\r.\r\n."
    send(faulty, "ana@x.org", content=evil)
    (message,) = faulty.arrived
    assert message.rcpt_tos == ("ana@x.org",)
    lines = evil.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    assert message.content == lines + b"\r\n"
    with pytest.raises(ValueError, match="evil"):
        send(faulty, "ana@x.org>\r\nRCPT TO:<evil@x.org")


@pytest.mark.parametrize(
    ("step", "fault", "error"),
    [
        (Step.GREETING, {"cut": True}, ServerLost),
        (Step.GREETING, {"says": "554 go away"}, ServerLost),
        (Step.GREETING, {"says": "lixo"}, ServerSpokeNonsense),
        (Step.MAIL, {"cut": True}, ServerLost),
        (Step.MAIL, {"says": "451 later"}, TryLater),
        (Step.MAIL, {"says": "553 not yours"}, SenderRefused),
        (Step.MAIL, {"says": "lixo"}, ServerSpokeNonsense),
        (Step.RCPT, {"cut": True}, ServerLost),
        (Step.RCPT, {"says": "421 closing"}, ServerLost),
        (Step.RCPT, {"says": "2\x1b[31m"}, ServerSpokeNonsense),
        (Step.NAMED, {"cut": True}, ServerLost),
        (Step.DATA, {"cut": True}, ServerLost),
        (Step.DATA, {"says": "250 what?"}, ServerSpokeNonsense),
    ],
)
def test_before_the_dot_nothing_was_sent_and_the_hook_is_not_called(
    faulty: FaultySmtp, step: Step, fault: dict[str, Any], error: type[Exception]
) -> None:
    reached = faulty.at(step, **fault).reached
    with pytest.raises(error) as caught:
        send(faulty, "ana@x.org", hook=lambda _replies: pytest.fail("the hook was called"))
    assert type(caught.value) is error
    assert "\x1b" not in str(caught.value)
    assert reached.is_set()
    assert not faulty.arrived


def test_a_large_body_that_is_cut_is_lost_and_not_unknown() -> None:
    with module.running(data_size_limit=50_000_000) as faulty:
        faulty.at(Step.BODY, cut=True, body_bytes=100_000, times=1)
        large = MAIL + LINE * 16_000
        with pytest.raises(ServerLost):
            send(faulty, "ana@x.org", content=large, hook=lambda _replies: pytest.fail("the hook was called"))
        assert not faulty.arrived
        assert send(faulty, "ana@x.org", content=large)["ana@x.org"].accepted
        assert faulty.arrived[0].content == large


@pytest.mark.parametrize(
    ("step", "fault", "taken"),
    [
        (Step.DOT, {"cut": True}, 0),
        (Step.TAKEN, {"cut": True}, 1),
        (Step.TAKEN, {"says": "lixo"}, 1),
        (Step.DOT, {"says": "250-1\r\n" * 200_000}, 0),
    ],
)
def test_after_the_dot_no_answer_is_never_taken_for_a_no(
    faulty: FaultySmtp, step: Step, fault: dict[str, Any], taken: int
) -> None:
    faulty.at(step, **fault)
    hooks: list[str] = []
    with pytest.raises(OutcomeUnknown):
        send(faulty, "ana@x.org", hook=lambda _replies: hooks.append("dot"))
    assert hooks == ["dot"]
    assert len(faulty.arrived) == taken


def test_an_answer_that_was_heard_counts_whatever_comes_after(faulty: FaultySmtp) -> None:
    faulty.at(Step.ANSWERED, cut=True)
    assert send(faulty, "ana@x.org")["ana@x.org"].accepted


def test_a_no_after_the_dot_is_a_no(faulty: FaultySmtp) -> None:
    faulty.at(Step.DOT, says="554 spam")
    assert send(faulty, "ana@x.org")["ana@x.org"].code == 554


def test_a_no_at_data_is_a_no_for_each_and_the_next_message_goes(faulty: FaultySmtp) -> None:
    faulty.at(Step.DATA, says="451 later", message=1)
    with open_transport(faulty.server()) as transport:
        for code in (451, 250):
            said = transport.send(Envelope("d@x.org", ("a@x.org", "b@x.org"), MAIL), lambda _replies: None)
            assert [reply.code for reply in said.values()] == [code, code]


def test_nobody_is_accepted_and_the_next_message_goes(faulty: FaultySmtp) -> None:
    faulty.at(Step.RCPT, says="550 nobody", message=1)
    with open_transport(faulty.server()) as transport:
        envelope = Envelope("d@x.org", ("a@x.org", "b@x.org"), MAIL)
        said = transport.send(envelope, lambda _replies: pytest.fail("the hook was called"))
        assert [reply.code for reply in said.values()] == [550, 550]
        assert not faulty.arrived
        assert [reply.code for reply in transport.send(envelope, lambda _replies: None).values()] == [250, 250]
    assert (len(faulty.arrived), faulty.connections) == (1, 1)


def test_envelope_and_data_go_in_one_go_where_the_server_takes_them(
    faulty: FaultySmtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[bytes] = []
    send_on = Patient.send

    def send(self: Patient, words: Any) -> None:
        said.append(words.encode() if isinstance(words, str) else words)
        send_on(self, words)

    monkeypatch.setattr(Patient, "send", send)
    many = [f"c{number}@x.org" for number in range(120)]
    with open_transport(faulty.server()) as transport:
        del said[:]
        faulty.at(Step.RCPT, recipient=many[77], says="550 nobody")
        replies = transport.send(Envelope("d@x.org", tuple(many), MAIL), lambda _replies: None)
        envelope = said[:-2]
    assert [address for address, reply in replies.items() if not reply.accepted] == [many[77]]
    assert faulty.arrived[0].rcpt_tos == tuple(many[:77] + many[78:])
    if "PIPELINING" in faulty.without:
        assert all(one.count(b"\r\n") == 1 for one in envelope[:122])
    else:
        assert [one.count(b"\r\n") for one in envelope[:3]] == [51, 50, 21]  # a few kilobytes of answers at a time
        assert envelope[2].endswith(b"\r\nDATA\r\n")


class Scripted:
    """An SMTP server that says what a test tells it to, whatever is asked; it keeps what it heard."""

    def __init__(self, **says: str) -> None:
        self.heard: list[str] = []
        self._says = {"EHLO": "250-mx\r\n250 PIPELINING", "DATA": "354 go on", ".": "554 5.5.1 no recipients", **says}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.server = Server(
            host="127.0.0.1", port=self._listener.getsockname()[1], tls=Tls.NONE, user="", password="", timeout=10.0
        )
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(10)
        self._listener.close()
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        client, _ = self._listener.accept()
        with client, client.makefile("rwb", buffering=0) as lines:
            lines.write(b"220 mx\r\n")
            for line in lines:
                self.heard.append(line.decode().strip())
                lines.write(self._says.get(self.heard[-1].split()[0].upper(), "250 OK").encode() + b"\r\n")
                if self.heard[-1].upper() == "QUIT":
                    return


def test_a_server_that_wants_data_for_nobody_gets_the_dot_alone() -> None:
    """RFC 2920, 3.1: the 354 does not say that anybody was accepted; what ends it is a single dot."""
    with Scripted(RCPT="550 nobody") as scripted, open_transport(scripted.server) as transport:
        said = transport.send(Envelope("d@x.org", ("a@x.org",), MAIL), lambda _replies: pytest.fail("the hook"))
        assert said["a@x.org"].code == 550
    assert scripted.heard == [
        "ehlo [127.0.0.1]",
        "MAIL FROM:<d@x.org>",
        "RCPT TO:<a@x.org>",
        "DATA",
        ".",
        "RSET",
        "quit",
    ]


def test_no_dot_goes_to_a_server_that_accepts_somebody_from_a_sender_whom_it_refused() -> None:
    with (
        Scripted(MAIL="550 not yours") as scripted,
        pytest.raises(ServerSpokeNonsense),
        open_transport(scripted.server) as transport,
    ):
        transport.send(Envelope("d@x.org", ("a@x.org",), MAIL), lambda _replies: pytest.fail("the hook"))
    assert scripted.heard[-1] == "DATA"


@pytest.mark.parametrize("said", ["450 4.7.1 slowly", "452 no room"])
def test_a_sender_put_off_is_tried_later_and_the_next_message_goes_at_once(faulty: FaultySmtp, said: str) -> None:
    faulty.at(Step.MAIL, says=said, message=1)
    with open_transport(faulty.server()) as transport:
        with pytest.raises(TryLater, match=said):
            transport.send(Envelope("d@x.org", ("a@x.org",), MAIL), lambda _replies: pytest.fail("the hook was called"))
        assert not faulty.arrived
        transport.send(Envelope("d@x.org", ("a@x.org",), MAIL), lambda _replies: None)
    assert (len(faulty.arrived), faulty.connections) == (1, 1)


@pytest.mark.parametrize("step", [Step.MAIL, Step.RCPT])
def test_what_is_neither_yes_nor_no_is_no_refusal(faulty: FaultySmtp, step: Step) -> None:
    faulty.at(step, says="354 go on")
    with pytest.raises(ServerSpokeNonsense):
        send(faulty, "ana@x.org", hook=lambda _replies: pytest.fail("the hook was called"))
    assert not faulty.arrived


def test_a_server_that_wants_a_sign_in_first_needs_an_agent(faulty: FaultySmtp) -> None:
    faulty.at(Step.MAIL, says="530 5.7.0 sign in first")
    with pytest.raises(SignInRefused, match="sign in first"):
        send(faulty, "ana@x.org", hook=lambda _replies: pytest.fail("the hook was called"))


def test_what_a_server_says_is_cleaned_and_cut(faulty: FaultySmtp) -> None:
    faulty.at(Step.RCPT, recipient="never@x.org", says="550 5.1.1 no\0body\x1b[31m " + "x" * 400)
    said = send(faulty, "never@x.org", "ana@x.org")["never@x.org"]
    assert said.words.startswith("5.1.1 no")
    assert said.words.isprintable()
    assert len(said.words) == 300


def test_a_hook_that_fails_sends_no_dot(faulty: FaultySmtp) -> None:
    def fail(_replies: object) -> None:
        raise RuntimeError("store is full")

    with pytest.raises(RuntimeError):
        send(faulty, "ana@x.org", hook=fail)
    send(faulty, "bia@x.org")
    assert [message.rcpt_tos for message in faulty.arrived] == [("bia@x.org",)]


def test_a_message_over_the_servers_size_is_not_begun_and_the_next_one_goes(faulty: FaultySmtp) -> None:
    with open_transport(faulty.server()) as transport:
        with pytest.raises(MessageTooLarge, match="attachment"):
            transport.send(Envelope("d@x.org", ("a@x.org",), MAIL + b"x" * 100_000), lambda _replies: None)
        transport.send(Envelope("d@x.org", ("a@x.org",), MAIL), lambda _replies: None)
    assert len(faulty.arrived) == 1


def test_what_needs_an_agent(faulty: FaultySmtp) -> None:
    for changes, error in (
        ({"user": "ana", "password": "wrong"}, SignInRefused),
        ({"tls": Tls.STARTTLS, "user": "ana", "password": module.PASSWORD}, StarttlsWithheld),
        ({"host": "mail.example.org"}, PlainRefused),
    ):
        with pytest.raises(error) as caught, open_transport(faulty.server(**changes)):
            pass
        assert "wrong" not in str(caught.value)


def test_a_server_that_stalls_is_lost_before_the_dot_and_unknown_after(faulty: FaultySmtp) -> None:
    for step, error in ((Step.MAIL, ServerLost), (Step.TAKEN, OutcomeUnknown)):
        stalled = faulty.at(step, stall=True)
        with pytest.raises(error), open_transport(faulty.server(timeout=0.7), Limits(answer=0.7)) as transport:
            transport.send(Envelope("d@x.org", ("a@x.org",), MAIL), lambda _replies: None)
        assert stalled.reached.is_set()
        faulty.heal()


def test_a_slow_answer_to_the_dot_is_waited_for_longer_than_silence_elsewhere(faulty: FaultySmtp) -> None:
    stalled = faulty.at(Step.TAKEN, stall=True)

    def release(step: Step, _number: int) -> None:
        if step is Step.TAKEN:
            threading.Timer(1.2, stalled.release).start()

    faulty.on_step = release
    with open_transport(faulty.server(timeout=1.0)) as transport:
        assert transport.send(Envelope("d@x.org", ("a@x.org",), MAIL), lambda _replies: None)["a@x.org"].accepted


@pytest.mark.parametrize(
    ("step", "limits", "error"),
    [
        (Step.GREETING, Limits(greeting=0.7), ServerLost),
        (Step.MAIL, Limits(envelope=0.7), ServerLost),
        (Step.DATA, Limits(envelope=0.7), ServerLost),
        (Step.TAKEN, Limits(answer=0.7), OutcomeUnknown),
    ],
)
def test_a_server_that_trickles_holds_nobody_for_ever(
    faulty: FaultySmtp, step: Step, limits: Limits, error: type[Exception]
) -> None:
    trickle = faulty.at(step, trickle=True)
    with pytest.raises(error) as caught, open_transport(faulty.server(timeout=60), limits) as transport:
        transport.send(Envelope("d@x.org", ("a@x.org",), MAIL), lambda _replies: None)
    assert type(caught.value) is error
    assert trickle.reached.is_set()


def test_a_body_that_nobody_reads_ends_at_its_limit() -> None:
    with module.running(data_size_limit=50_000_000) as faulty:
        faulty.at(Step.BODY, stall=True)
        with pytest.raises(ServerLost), open_transport(faulty.server(timeout=60), Limits(body=0.4)) as transport:
            transport.send(Envelope("d@x.org", ("a@x.org",), MAIL + LINE * 16_000), lambda _replies: None)


def test_the_dot_is_not_held_back_and_the_system_notices_who_is_gone(faulty: FaultySmtp) -> None:
    """Held back until the body is acknowledged, the dot makes 21 messages a second out of hundreds."""
    with open_transport(faulty.server(timeout=7)) as transport:
        sock = transport._smtp.sock
        assert sock is not None
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 7000


@pytest.mark.parametrize("without", ["PLAIN", "LOGIN"])
def test_users_sign_in_by_what_the_server_offers_in_utf8_and_are_tried_once(without: str) -> None:
    with module.running(auth_exclude_mechanism=[without]) as faulty:
        with open_transport(faulty.server(user="josé", password=module.PASSWORD)) as transport:
            transport.send(Envelope("d@x.org", ("a@x.org",), MAIL), lambda _replies: None)
        with pytest.raises(SignInRefused), open_transport(faulty.server(user="josé", password="wrong")):
            pass
    way = {"PLAIN": "LOGIN", "LOGIN": "PLAIN"}[without]
    assert faulty.signed_in == [(way, "josé")] * 2


def test_a_server_without_any_known_sign_in_is_refused_with_what_it_offers() -> None:
    with module.running(auth_exclude_mechanism=["PLAIN", "LOGIN"]) as faulty:
        server = faulty.server(user="a", password="b")
        with pytest.raises(SignInRefused, match="sign-in"), open_transport(server):
            pass
    assert not faulty.signed_in


def test_letters_beyond_ascii_go_where_the_server_can_and_fail_alone_where_it_cannot(faulty: FaultySmtp) -> None:
    envelope = Envelope("desk@example.org", ("joão@exemplo.org", "ana@x.org"), MAIL)
    with open_transport(faulty.server()) as transport:
        assert all(reply.accepted for reply in transport.send(envelope, lambda _replies: None).values())
    assert "SMTPUTF8" in faulty.mail_options[0]
    assert faulty.arrived[0].rcpt_tos == envelope.recipients
    faulty.without.add("SMTPUTF8")
    with open_transport(faulty.server()) as transport:
        said = transport.send(envelope, lambda _replies: None)
        assert [reply.code for reply in said.values()] == [553, 250]
        assert list(said) == list(envelope.recipients)
        assert "SMTPUTF8" in said["joão@exemplo.org"].words
        assert "SMTPUTF8" not in faulty.mail_options[1]
        assert faulty.arrived[1].rcpt_tos == ("ana@x.org",)
        alone = Envelope("desk@example.org", ("joão@exemplo.org",), MAIL)
        said = transport.send(alone, lambda _replies: pytest.fail("the hook was called"))
        assert (said["joão@exemplo.org"].code, said["joão@exemplo.org"].passing) == (553, False)
        with pytest.raises(MessageUnfit, match="SMTPUTF8"):
            transport.send(Envelope("mesa@açaí.org", ("ana@x.org",), MAIL), lambda _replies: None)
        transport.send(Envelope("desk@example.org", ("ana@x.org",), MAIL), lambda _replies: None)
    assert len(faulty.arrived) == 3


def test_an_address_beyond_ascii_in_the_head_is_said_beforehand_whoever_it_goes_to(faulty: FaultySmtp) -> None:
    """The rest of a message's recipients may have it already: the envelope names who was put off alone (RFC 6531)."""
    to = MAIL.replace(b"Subject", "To: joão@exemplo.org, ana@x.org\r\nSubject".encode())
    send(faulty, "ana@x.org", content=to)
    assert "SMTPUTF8" in faulty.mail_options[0]
    send(faulty, "ana@x.org", content=MAIL + "ação\r\n".encode())
    assert "SMTPUTF8" not in faulty.mail_options[1]


def test_eight_bits_are_said_beforehand_and_never_sent_to_who_cannot_take_them(faulty: FaultySmtp) -> None:
    eight = MAIL + "ação\r\n".encode()
    send(faulty, "ana@x.org", content=eight)
    assert "BODY=8BITMIME" in faulty.mail_options[0]
    assert faulty.arrived[0].content == eight
    faulty.without.add("8BITMIME")
    with pytest.raises(MessageUnfit, match="8BITMIME"):
        send(faulty, "ana@x.org", content=eight)
    send(faulty, "ana@x.org")
    assert "BODY=8BITMIME" not in faulty.mail_options[1]
    assert len(faulty.arrived) == 2


@pytest.mark.server
def test_automatic_mail_goes_with_no_sender(postfix: Postfix) -> None:
    with open_transport(_over(postfix)) as transport:
        said = transport.send(Envelope("", ("automatica@customer.example",), MAIL), lambda _replies: None)
    assert said["automatica@customer.example"].accepted
    assert postfix.wait_for(1, "automatica@customer.example")[0].startswith(b"Return-Path: <>\n")


@pytest.mark.server
def test_postfix_takes_refuses_and_puts_off_each_recipient_by_one_connection_under_tls(postfix: Postfix) -> None:
    ana = "josé@customer.example"
    with open_transport(_over(postfix)) as transport:
        for sender, error in ((NOT_FROM, SenderRefused), (NOT_NOW_FROM, TryLater)):
            with pytest.raises(error):
                transport.send(Envelope(sender, (ana,), MAIL), lambda _replies: None)
        said = transport.send(
            Envelope("ana@desk.example", (ana, REFUSED, LATER), MAIL + "ação".encode()), lambda _replies: None
        )
        assert [reply.code for reply in said.values()] == [250, 550, 451]
        with pytest.raises(MessageTooLarge):
            transport.send(Envelope("ana@desk.example", (ana,), MAIL + LINE * 11_000), lambda _replies: None)
    postfix.until_idle()
    (content,) = postfix.arrived(ana)
    assert content.endswith("Oi\nação\n".encode())


def _over(postfix: Postfix) -> Server:
    return Server("127.0.0.1", postfix.port, Tls.STARTTLS, "", "", timeout=30.0, ca_file=postfix.certificate)


@pytest.mark.server
def test_under_tls_on_both_roads_and_never_with_a_certificate_of_nobody(dovecot: Dovecot) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(dovecot.certificate, dovecot.certificate.with_name("key.pem"))
    for tls, given in ((Tls.IMPLICIT, {"ssl_context": context}), (Tls.STARTTLS, {"tls_context": context})):
        with module.running(**given) as faulty:
            with open_transport(faulty.server(tls=tls, ca_file=dovecot.certificate)) as transport:
                transport.send(Envelope("d@x.org", ("a@x.org",), MAIL), lambda _replies: None)
            with pytest.raises(CertificateRefused), open_transport(faulty.server(tls=tls)):
                pass
        assert len(faulty.arrived) == 1


def test_a_server_that_nobody_answers_for_cannot_be_reached_and_is_not_said_to_be_lost() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with (
        pytest.raises(ServerLost, match=r"127\.0\.0\.1 cannot be reached\. .*\[Connection refused\]$"),
        open_transport(Server("127.0.0.1", port, Tls.NONE, "", "", timeout=5.0)),
    ):
        pytest.fail("nobody is there")
