"""An answer leaves by a real server, its copy is laid among the sent mail, and what comes back finds its conversation."""

import email
import email.policy
from datetime import UTC, datetime, timedelta

import pytest
from servers.boxes import letter

from storage.commands import undoing
from storage.commands.outbox import acts
from storage.kinds import Delivery, Direction, DraftKind, Evidence, Hold, Status
from storage.rules.threading import signed_conversation

ASKED = letter(1, sender="ana@customer.example", to="support@desk.example")


@pytest.fixture(autouse=True)
def asked(desk):
    desk.box.deliver(ASKED)
    desk.sync()


def opened(raw: bytes):
    return email.message_from_bytes(raw, policy=email.policy.default)


def test_an_answer_arrives_once_threads_and_comes_to_lie_among_the_sent_mail(desk, postfix) -> None:
    before = len(postfix.arrived("ana@customer.example"))
    sent = desk.send()
    assert desk.states(sent.message_id) == [Delivery.QUEUED]
    desk.sync()
    arrived = postfix.wait_for(before + 1, "ana@customer.example")[-1]
    mail = opened(arrived)
    assert mail["From"].addresses[0].addr_spec == "support@desk.example"
    assert mail["In-Reply-To"] == "<m1@example.com>"
    assert mail["References"].split() == ["<m1@example.com>"]
    assert mail.get_content().strip() == "Chega amanhã."
    assert desk.states(sent.message_id) == [Delivery.ACCEPTED]
    desk.sync()  # the copy is laid, and comes in with the folder
    assert desk.states(sent.message_id) == [Delivery.FILED]
    copies = desk.box.read("Sent")
    assert [opened(raw)["Message-ID"] for raw in copies] == [mail["Message-ID"]]
    desk.sync()
    assert len(desk.box.read("Sent")) == 1
    view = desk.view(1)
    assert [one.direction for one in view.messages] == [Direction.INCOMING, Direction.OUTGOING]
    assert view.status is Status.WAITING
    assert r"\Seen" in desk.box.flags("INBOX")[0]
    assert r"\Answered" in desk.box.flags("INBOX")[0]
    # The customer answers, in words that show nothing: the signed Message-ID tells the conversation.
    desk.box.deliver(
        letter(2, sender="ana@customer.example", answers=mail["Message-ID"].strip("<>"), subject="ok", text="Serve."),
        at=datetime.now(UTC) + timedelta(seconds=2),
    )
    desk.sync()
    view = desk.view(1)
    assert len(view.messages) == 3
    (answer,) = [one for one in view.messages if one.subject == "ok"]
    assert answer.evidence is Evidence.SIGNED
    assert view.status is Status.OPEN
    postfix.until_idle()
    assert len(postfix.arrived("ana@customer.example")) == before + 1


def test_a_new_message_begins_a_conversation_that_its_answer_joins(desk, postfix) -> None:
    sent = desk.send(None, kind=DraftKind.NEW, subject="Aviso", body="Mudamos de endereço.", to="rui@customer.example")
    desk.sync()
    name = opened(postfix.wait_for(1, "rui@customer.example")[-1])["Message-ID"].strip("<>")
    from storage.commands.desk import signing_key

    with desk.store.writing() as session:
        assert signed_conversation(signing_key(session), name) == sent.conversation_id
    desk.box.deliver(letter(7, sender="rui@customer.example", answers=name, subject="Re: Aviso"))
    desk.sync()
    assert len(desk.view(sent.conversation_id).messages) == 2


def test_blind_copies_are_told_to_the_server_alone(desk, postfix) -> None:
    desk.send(cc="cc@customer.example", bcc="blind@customer.example")
    desk.sync()
    for address in ("cc@customer.example", "blind@customer.example"):
        (arrived,) = postfix.wait_for(1, address)
        assert b"blind@" not in arrived[arrived.index(b"\nFrom:") :]  # above stands what the server says
    desk.sync()
    assert b"blind@" not in desk.box.read("Sent")[0]


def test_each_recipient_is_told_apart(desk, postfix) -> None:
    sent = desk.send(to="eva@customer.example, refused@customer.example, later@customer.example")
    desk.sync()
    postfix.wait_for(1, "eva@customer.example")
    view = desk.delivery(sent.message_id)
    assert [(one.state, one.code) for one in view.recipients] == [
        (Delivery.ACCEPTED, 250),
        (Delivery.FAILED, 550),
        (Delivery.QUEUED, 451),
    ]
    assert "nobody of this name" in view.recipients[1].words
    assert view.next_at is not None
    with desk.store.writing() as session:
        acts.release(session, [sent.message_id], actor=desk.actor, now=view.queued_at + timedelta(seconds=1))
    desk.sync()  # only who was put off is tried again
    postfix.until_idle()
    assert len(postfix.arrived("eva@customer.example")) == 1


def test_an_answer_that_nobody_takes_opens_its_conversation_again(desk) -> None:
    sent = desk.send(to="refused@customer.example")
    desk.sync()
    assert desk.states(sent.message_id) == [Delivery.FAILED]
    assert desk.view(1).status is Status.OPEN
    assert desk.view(1).waiting_since is not None


def test_a_refused_sender_fails_with_the_servers_words(desk) -> None:
    sender = desk.sender()
    refused = desk.account.model_copy(update={"address": "nobody@desk.example"})
    desk.account = refused
    sent = desk.send()
    assert sender.once() == 1
    (one,) = desk.delivery(sent.message_id).recipients
    assert one.state is Delivery.FAILED
    assert "not an address of yours" in one.words


def test_what_was_taken_back_does_not_leave(desk, postfix) -> None:
    before = len(postfix.arrived("ana@customer.example"))
    desk.send(window=60)
    with desk.store.writing() as session:
        undoing.undo(session, actor=desk.actor, now=desk.view(1).messages[0].arrived_at)
    assert desk.sender().once() == 0
    postfix.until_idle()
    assert len(postfix.arrived("ana@customer.example")) == before
    assert desk.view(1).status is Status.NEW


def test_news_before_it_leaves_hold_it(desk, postfix) -> None:
    sent = desk.send(window=0)
    desk.box.deliver(letter(3, sender="ana@customer.example", answers=1, text="Esqueçam, já chegou."))
    desk.sync()  # the mail is read before anything leaves
    assert desk.delivery(sent.message_id).hold is Hold.NEWS
    assert desk.states(sent.message_id) == [Delivery.QUEUED]


def test_without_a_server_it_waits_and_says_why(desk) -> None:
    from console.config.servers import Server

    sent = desk.send()
    gone = desk.sender(smtp=Server("127.0.0.1", 1))
    assert gone.once() == 0
    view = desk.delivery(sent.message_id)
    assert view.state is Delivery.QUEUED
    assert view.next_at is not None
    assert "127.0.0.1" in view.trouble
    none = desk.sender(smtp=None)
    with desk.store.writing() as session:
        acts.release(session, [sent.message_id], actor=desk.actor, now=view.queued_at)
    assert none.once() == 0
    view = desk.delivery(sent.message_id)
    assert view.hold is Hold.ACCOUNT
    assert "support" in view.trouble


def test_an_attachment_leaves_as_it_is(desk, postfix, tmp_path) -> None:
    from storage.kinds.drafts import Attached

    file = tmp_path / "fatura.pdf"
    file.write_bytes(b"%PDF-1.4\r\n.\r\n\x00\xff" * 50)
    stat = file.stat()
    attached = Attached("fatura.pdf", "application/pdf", stat.st_size, str(file), stat.st_mtime_ns)
    desk.send(to="pdf@customer.example", attachments=[attached])
    file.unlink()  # the bytes are frozen
    desk.sync()
    (part,) = opened(postfix.wait_for(1, "pdf@customer.example")[0]).iter_attachments()
    assert (part.get_filename(), part.get_content()) == ("fatura.pdf", b"%PDF-1.4\r\n.\r\n\x00\xff" * 50)
    view = desk.view(1)
    assert [one.name for one in view.messages[-1].attachments] == ["fatura.pdf"]


def test_an_attachment_that_vanished_sends_nothing_and_keeps_the_draft(desk, tmp_path) -> None:
    from console.mail.composing import AttachmentGone
    from storage.kinds.drafts import Attached
    from storage.queries.drafts import drafts

    with pytest.raises(AttachmentGone):
        desk.send(attachments=[Attached("a.txt", "text/plain", 3, str(tmp_path / "a.txt"), 1)])
    with desk.store.reading() as session:
        assert [one.body for one in drafts(session, agent_id=desk.actor.agent_id)] == ["Chega amanhã."]
    assert len(desk.view(1).messages) == 1


def test_of_what_was_refused_no_bytes_are_kept(desk) -> None:
    from console.mail.answering import send_draft
    from storage.kinds.errors import NoSuch

    draft = desk.draft()
    chosen = {"account": desk.account, "agent": "Bia Lima", "actor": desk.actor, "undo_window": timedelta(minutes=1)}
    send_draft(desk.store, draft, now=datetime.now(UTC), after=Status.WAITING, **chosen)
    with pytest.raises(NoSuch):  # it was sent already
        send_draft(desk.store, draft, now=datetime.now(UTC), after=Status.WAITING, **chosen)
    with desk.store._mail.connect() as connection:
        kept = connection.exec_driver_sql("SELECT count(*), sum(erased) FROM mail_content").one()
    assert tuple(kept) == (3, 1)
