"""What a sender that died or fell left behind: whoever comes next takes it up, also where nothing else is due."""

import os
import re
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from made.outbox import Outbox
from made.sending import Orders, kill, start
from servers.boxes import letter
from servers.proxy import Faults
from servers.smtp import FaultySmtp, Step
from sqlalchemy import event, select

from console.mail.sending import lines
from console.mail.smtp import Envelope, Reply, Transport
from console.mail.smtp.transport import BeforeDot
from storage.commands.outbox import copies
from storage.commands.outbox.items import OUT, look_from
from storage.kinds import Delivery, DraftKind, Status
from storage.kinds.errors import StoreLocked
from storage.queries import answering
from storage.store import engine, open_store

pytestmark = pytest.mark.server


def report_of(
    header: str, recipient: str, original: str, sender: str = "MAILER-DAEMON@mx.example.org (Mail Delivery System)"
) -> bytes:
    """A delivery report as Postfix writes it, of a message that nobody took at last."""
    lines = [
        "Return-Path: <>",
        f"From: {sender}",
        "To: support@desk.example",
        "Subject: Undelivered Mail Returned to Sender",
        f"Date: {datetime.now(UTC):%a, %d %b %Y %H:%M:%S +0000}",
        f"Message-ID: <report-of-{header}>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="parts"',
        "",
        "--parts",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "I'm sorry to have to inform you that your message could not be delivered.",
        "",
        "--parts",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.example.org",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        "Action: failed",
        "Status: 5.2.2",
        "Diagnostic-Code: smtp; 552 5.2.2 mailbox is full",
        "",
        "--parts",
        "Content-Type: message/rfc822",
        "",
        original,
        "--parts--",
        "",
    ]
    return "\r\n".join(lines).encode()


@pytest.fixture
def desk(desk_before: Callable[..., Any], faulty_smtp: FaultySmtp) -> Any:
    """A desk in step whose mail leaves by the server that goes wrong."""
    made = desk_before(faulty_smtp.port, sent_copy="server")
    made.sync()
    return made


def orders(desk: Any) -> Orders:
    with desk.store.reading() as session:
        mailbox_id = answering.senders(session)[0].mailbox_id
    url = desk.store.url.render_as_string(hide_password=False)
    return Orders(url, mailbox_id, desk.account.model_dump_json(), environment=dict(os.environ))


def dies(desk: Any, faulty_smtp: FaultySmtp, step: Step) -> int:
    """Let a sender die at a step of the one message there is; return the message's number."""
    sent = desk.send(None, kind=DraftKind.NEW, subject="Aviso", to="c1@customer.example")
    fault = faulty_smtp.at(step, stall=True, times=1)
    process = start(orders(desk))
    try:
        assert fault.reached.wait(60)
    finally:
        kill(process)
        faulty_smtp.heal()
    number: int = sent.message_id
    return number


def test_a_single_sync_sends_what_was_under_way_when_a_sender_died_though_nothing_else_is_due(
    desk: Any, faulty_smtp: FaultySmtp
) -> None:
    number = dies(desk, faulty_smtp, Step.MAIL)
    assert desk.states(number) == [Delivery.SENDING]
    desk.sync()
    assert desk.states(number) == [Delivery.ACCEPTED]
    assert len(faulty_smtp.arrived) == 1


def test_a_single_sync_says_of_what_was_handed_over_that_it_may_have_been_sent(
    desk: Any, faulty_smtp: FaultySmtp
) -> None:
    number = dies(desk, faulty_smtp, Step.DOT)
    assert desk.states(number) == [Delivery.DATA_SENT]
    desk.sync()
    assert desk.states(number) == [Delivery.UNCERTAIN]
    assert faulty_smtp.arrived == []


def test_a_server_that_finds_whatever_it_has_says_nothing_of_what_may_have_been_sent(
    desk: Any, faulty_smtp: FaultySmtp, proxy: Callable[..., Any]
) -> None:
    number = dies(desk, faulty_smtp, Step.DOT)
    desk.box.server.append(desk.box.user, [letter(9, sender="support@desk.example", to="x@y.example")], folder="Sent")
    any_of_them = re.compile(rb'HEADER Message-ID "[^"]*"')
    wire = proxy(desk.box.server.port, Faults(says=lambda line: any_of_them.sub(b"ALL", line)))
    place = replace(desk.account.imap, port=wire.port)
    desk.box.account = desk.account.model_copy(update={"imap": place})
    desk.sync()
    assert b"HEADER Message-ID" in wire.said
    assert desk.states(number) == [Delivery.UNCERTAIN]


def test_a_report_that_came_after_a_sender_died_is_read_for_what_it_says(desk: Any, faulty_smtp: FaultySmtp) -> None:
    number = dies(desk, faulty_smtp, Step.TAKEN)
    (arrived,) = faulty_smtp.arrived
    desk.box.deliver(report_of(arrived.header_id, "c1@customer.example", arrived.content.decode()))
    desk.sync()
    assert desk.states(number) == [Delivery.FAILED]


def test_a_report_says_who_reports(desk: Any, faulty_smtp: FaultySmtp) -> None:
    sent = desk.send(None, kind=DraftKind.NEW, subject="Aviso", to="c1@customer.example, c2@customer.example")
    desk.sync()
    (arrived,) = faulty_smtp.arrived
    desk.box.deliver(report_of(arrived.header_id, "c1@customer.example", arrived.content.decode()))
    desk.sync()
    told = {one.address: one for one in desk.delivery(sent.message_id).recipients}
    assert told["c1@customer.example"].state is Delivery.FAILED
    assert told["c1@customer.example"].words == "mailer-daemon@mx.example.org: 552 5.2.2 mailbox is full"
    assert told["c2@customer.example"].state in {Delivery.ACCEPTED, Delivery.FILED}


@pytest.mark.parametrize("forger", ["c2@customer.example", "C1@Customer.Example", "support@desk.example"])
def test_a_report_by_a_recipient_or_by_ourselves_fails_nobody(desk: Any, faulty_smtp: FaultySmtp, forger: str) -> None:
    """Whoever has the message can write one: no mail system writes by such an address."""
    sent = desk.send(None, kind=DraftKind.NEW, subject="Aviso", to="c1@customer.example, c2@customer.example")
    desk.sync()
    (arrived,) = faulty_smtp.arrived
    desk.box.deliver(report_of(arrived.header_id, "c1@customer.example", arrived.content.decode(), forger))
    desk.sync()
    assert len(desk.view(sent.conversation_id).messages) == 2  # it can be read for what it is
    assert all(state in {Delivery.ACCEPTED, Delivery.FILED} for state in desk.states(sent.message_id))


def test_a_report_that_is_here_before_the_servers_yes_stands(desk: Any, faulty_smtp: FaultySmtp) -> None:
    sent = desk.send(None, kind=DraftKind.NEW, subject="Aviso", to="c1@customer.example")
    fault = faulty_smtp.at(Step.TAKEN, stall=True, times=1)
    sending = threading.Thread(target=desk.sender().once)
    sending.start()
    try:
        assert fault.reached.wait(60)
        (arrived,) = faulty_smtp.arrived
        desk.box.deliver(report_of(arrived.header_id, "c1@customer.example", arrived.content.decode()))
        reading = start(replace(orders(desk), syncs=True))  # a process of its own: it knows that the sender is alive
        reading.join(60)
        assert reading.exitcode == 0
        assert desk.states(sent.message_id) == [Delivery.FAILED]
    finally:
        faulty_smtp.heal()
        sending.join(60)
    assert desk.states(sent.message_id) == [Delivery.FAILED]
    assert desk.view(sent.conversation_id).status is Status.OPEN
    assert "mailbox is full" in desk.delivery(sent.message_id).recipients[0].words


def test_a_copy_that_lies_there_of_what_came_back_is_not_looked_for_for_ever(
    desk: Any, faulty_smtp: FaultySmtp
) -> None:
    sent = desk.send(None, kind=DraftKind.NEW, subject="Aviso", to="c1@customer.example")
    desk.sync()
    (arrived,) = faulty_smtp.arrived
    desk.box.deliver(report_of(arrived.header_id, "c1@customer.example", arrived.content.decode()))
    desk.sync()  # no copy lies there yet
    assert desk.states(sent.message_id) == [Delivery.FAILED]
    desk.box.server.append(desk.box.user, [arrived.content], "Sent")
    with desk.store.writing() as session:
        look_from(session, [sent.message_id], datetime.now(UTC))
    desk.sync()
    with desk.store.reading() as session:
        assert copies.mailboxes_to_look_in(session, now=datetime.now(UTC)) == frozenset()


def test_one_whose_bytes_are_damaged_keeps_no_other_from_leaving(plain_outbox: Outbox) -> None:
    damaged, *others = [plain_outbox.write(number) for number in range(3)]
    with plain_outbox.store.reading() as session:
        chosen = select(OUT.c.digest).where(OUT.c.id == damaged.message_id)
        digest = session.connection().execute(chosen).scalar_one()
    with plain_outbox.store._mail.begin() as connection:
        connection.exec_driver_sql("UPDATE mail_content SET packed = x'0bad' WHERE digest = ?", (digest,))
    assert plain_outbox.sender().once() == 3
    assert plain_outbox.states(damaged) == [Delivery.FAILED]
    assert [plain_outbox.states(one) for one in others] == [[Delivery.ACCEPTED]] * 2


def test_what_meets_a_mistake_of_ours_stands_in_nobodys_way(
    either_outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = either_outbox.write(1), either_outbox.write(2)
    sender = either_outbox.sender(connections=1)
    send = Transport.send

    def mistaken(transport: Transport, envelope: Envelope, before_dot: BeforeDot) -> dict[str, Reply]:
        if b"Aviso 1" in envelope.content:
            raise ZeroDivisionError
        return send(transport, envelope, before_dot)

    monkeypatch.setattr(Transport, "send", mistaken)
    for _ in range(2):  # the first time it may only have stood beside the mistake
        with pytest.raises(ZeroDivisionError):
            sender.once()
    assert sender.once() == 1
    assert [either_outbox.states(one) for one in (first, second)] == [[Delivery.QUEUED], [Delivery.ACCEPTED]]
    assert either_outbox.copies(second) == 1


def test_a_desk_that_is_locked_while_more_is_claimed_takes_nothing_from_who_is_at_work(
    empty_store: Path, tmp_path: Path, faulty_smtp: FaultySmtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.1)
    monkeypatch.setattr(lines, "LOOK_EVERY", 0.1)
    shutil.copytree(empty_store, tmp_path / "desk")
    store, other = open_store(str(tmp_path / "desk")), open_store(str(tmp_path / "desk"))
    outbox = Outbox(store, faulty_smtp)
    first = outbox.write(1)
    sender = outbox.sender()
    fault = faulty_smtp.at(Step.DOT, stall=True, times=1)
    refused = threading.Event()
    event.listen(store.engine, "handle_error", lambda _: refused.set())
    ended: list[tuple[Exception, list[Delivery]]] = []

    def send() -> None:
        try:
            sender.once()
        except StoreLocked as locked:
            ended.append((locked, outbox.states(first)))

    thread = threading.Thread(target=send)
    thread.start()
    assert fault.reached.wait(30)
    second = outbox.write(2)
    with other.writing():
        sender.ring()
        assert refused.wait(30)
        thread.join(0.5)  # as it would if it did not wait for who is at work
    fault.release()
    thread.join(30)
    assert [stood for _, stood in ended] == [[Delivery.ACCEPTED]]
    assert sender.once() == 1
    assert [outbox.copies(one) for one in (first, second)] == [1, 1]
    store.close()
    other.close()
