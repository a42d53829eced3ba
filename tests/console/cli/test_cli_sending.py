"""What `reply` queued leaves by a real sync and a server of the tests', and what becomes of it is told by commands."""

import email
import json
from pathlib import Path

import pytest
from servers.smtp import Step

CONFIGURED = """
agent = "Vera Lopes"

[[account]]
name = "support"
address = "support@desk.example"
imap = "127.0.0.1:{imap}"
tls = "none"
user = "{user}"
password_command = "echo {secret}"
live_since = 2026-01-01
smtp = "127.0.0.1:{smtp}"
smtp_tls = "none"
smtp_user = ""
"""

ASKED = (
    "From: Ana <ana@customer.example>\r\nTo: support@desk.example\r\nSubject: Pedido\r\n"
    "Message-ID: <1@customer.example>\r\nDate: Mon, 07 Sep 2026 09:00:00 +0000\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\nOnde está o meu pedido?\r\n"
).encode()

pytestmark = pytest.mark.server


def rows(said) -> list[dict]:
    assert said.status in {0, 1}, said.err
    return [json.loads(line) for line in said.out.splitlines()]


@pytest.fixture
def desk(run, home: Path, dovecot, faulty_smtp, monkeypatch: pytest.MonkeyPatch):
    """A desk with one customer's question in it, whose mail leaves by a server that does as it is told."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    user, secret = dovecot.user("replying")
    dovecot.append(user, [ASKED])
    configured = CONFIGURED.format(imap=dovecot.port, user=user, secret=secret, smtp=faulty_smtp.port)
    (home / "config.toml").write_text(configured)
    (home / "config.toml").chmod(0o600)
    assert run("sync").status == 0
    return run


def reply(run, *arguments) -> int:
    (row,) = rows(run("reply", 1, "Chega amanhã.", "--now", "--json", *arguments))
    return row["message_id"]


def state(run, number: int) -> dict:
    (view,) = rows(run("show", f"m{number}", "--json"))
    return view["messages"][0]["delivery"]


def outbox(run, *arguments) -> list[dict]:
    return rows(run("outbox", "list", "--json", *arguments))


def test_an_answer_leaves_with_the_next_sync_and_cannot_be_taken_back_then(desk, faulty_smtp):
    (row,) = rows(desk("reply", 1, "Chega amanhã.", "--now", "--json"))
    assert desk("sync").status == 0
    (arrived,) = faulty_smtp.arrived
    mail = email.message_from_bytes(arrived.content)
    assert (mail["Message-ID"], mail["In-Reply-To"]) == (f"<{row['header_id']}>", "<1@customer.example>")
    number = row["message_id"]
    assert state(desk, number)["state"] in {"accepted", "filed"}
    assert outbox(desk) == []
    assert [one["message_id"] for one in outbox(desk, "--done")] == [number]
    assert " · sent" in desk("show", 1).out
    said = desk("undo")
    assert (said.status, "It has left, or may have" in said.err) == (1, True)
    said = desk("outbox", "drop", number)
    assert (said.status, f"m{number} has left" in said.err) == (1, True)
    assert "answered" in desk("history").out
    assert desk("doctor").status == 0


def test_it_waits_for_its_undo_window(desk, home: Path, faulty_smtp):
    configured = (home / "config.toml").read_text()
    (home / "config.toml").write_text(f"undo_window = 600\n{configured}")  # longer than a busy machine takes
    assert desk("reply", 1, "Chega amanhã.").status == 0
    assert desk("sync").status == 0
    assert faulty_smtp.arrived == []
    assert "leaves at" in desk("outbox", "list").out
    assert desk("undo").status == 0
    assert "answer taken back" in desk("show", 1).out


def test_each_recipient_is_told_apart_and_tried_again_by_command(desk, faulty_smtp):
    faulty_smtp.at(Step.RCPT, recipient="eva@customer.example", says="550 5.1.1 nobody of this name")
    number = reply(desk, "--cc", "eva@customer.example")
    desk("sync")
    (row,) = outbox(desk)
    assert [(one["address"], one["state"], one["code"]) for one in row["recipients"]] == [
        ("ana@customer.example", "accepted", 250),
        ("eva@customer.example", "failed", 550),
    ]
    listed = desk("outbox", "list").out
    assert "not sent to eva@customer.example" in listed
    assert "nobody of this name" in listed
    assert "not sent to eva@customer.example" in desk("show", 1).out
    said = desk("doctor")
    assert (said.status, "not sent: 1" in said.out) == (1, True)
    faulty_smtp.heal()
    assert desk("outbox", "release", number).status == 0
    assert desk("sync").status == 0
    assert outbox(desk) == []
    assert len(faulty_smtp.arrived) == 2
    assert desk("doctor").status == 0


@pytest.mark.parametrize("how", ["sent", "again", "lost"])
def test_what_may_have_been_sent_is_settled_by_command_alone(desk, faulty_smtp, how):
    faulty_smtp.at(Step.TAKEN, times=1, cut=True)
    number = reply(desk)
    desk("sync")
    assert state(desk, number)["state"] == "uncertain"
    assert "may have been sent" in desk("outbox", "list").out
    assert "may have been sent" in desk("show", 1).out
    said = desk("doctor")
    assert (said.status, "may have been sent: 1" in said.out) == (1, True)
    for act in ("hold", "release", "drop"):
        assert desk("outbox", act, number).status == 1
    desk("sync")
    assert len(faulty_smtp.arrived) == 1  # nothing sends it again by itself
    (row,) = rows(desk("outbox", "settle", f"m{number}", how, "--json"))
    assert row["state"] == {"sent": "accepted", "again": "queued", "lost": "failed"}[how]
    desk("sync")
    names = {one.header_id for one in faulty_smtp.arrived}
    assert (len(faulty_smtp.arrived), len(names)) == (2 if how == "again" else 1, 1)
    if how == "lost":
        assert rows(desk("draft", "list", "--json"))[0]["text"] == "Chega amanhã."


@pytest.mark.parametrize(
    ("step", "says", "state_then", "words"),
    [
        (Step.MAIL, "553 5.7.1 not an address of yours", "failed", "not an address of yours"),
        (Step.RCPT, "what? \x1b]0;owned\x07", "queued", ""),
        (Step.GREETING, "HTTP/1.1 400 Bad Request", "queued", ""),
        (Step.DOT, "lorem ipsum", "uncertain", ""),
    ],
)
def test_what_a_server_refuses_or_babbles_is_told_and_nothing_is_lost(desk, faulty_smtp, step, says, state_then, words):
    faulty_smtp.at(step, says=says)
    number = reply(desk)
    desk("sync")
    item = state(desk, number)
    assert item["state"] == state_then
    assert words in item["recipients"][0]["words"]
    said = desk("outbox", "list").out
    assert f"m{number}" in said
    assert not {"\x1b", "\x07"} & set(said)
    assert (item["next_at"] is not None) == (state_then == "queued")
