"""A handoff comes to whoever is on call: it rings, is read, accepted, noted on, answered, and the next one returned.

The mailbox lies on Dovecot, and the answer is taken by a real SMTP server: the console's own sync sends it.
"""

import hashlib
import itertools
import re
from datetime import UTC, date, datetime
from email import message_from_bytes, policy

import pytest
from made.post import letter
from made.window import window
from servers.boxes import letter as mail

from console.cli import main
from console.desk import Desk
from storage.commands import noting, rotas, transferring
from storage.kinds import HandoffState, Tier
from storage.kinds.handoffs import Contents, Tried
from storage.kinds.rotas import Rota
from storage.queries import conversations, handoffs
from storage.store import open_store

pytestmark = pytest.mark.slow

CONFIGURED = """
agent = "Rafael"
undo_window = 1

[[account]]
name = "support"
address = "support@example.org"
imap = "127.0.0.1:{imap}"
smtp = "127.0.0.1:{smtp}"
smtp_tls = "none"
smtp_user = ""
user = "{user}"
tls = "none"
live_since = "2026-01-01"
"""

_UNIQUE = itertools.count(1)


@pytest.fixture
def night(dovecot, faulty_smtp, tmp_path, monkeypatch):
    """A desk with two conversations, Rafael on call for N3, and what hands a conversation on to him."""
    user, secret = dovecot.user(f"night{next(_UNIQUE)}")
    subjects = enumerate(("Captura em dobro", "Chave trocada"), 1)
    dovecot.append(user, [mail(number, subject=subject, text="Desde ontem.\n") for number, subject in subjects])
    home = {
        "PLANTAO_HOME": str(tmp_path),
        "PLANTAO_PASSWORD_SUPPORT": secret,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
    for name, value in home.items():
        monkeypatch.setenv(name, value)
    configured = CONFIGURED.format(imap=dovecot.port, smtp=faulty_smtp.port, user=user)
    (tmp_path / "config.toml").write_text(configured, encoding="utf-8")
    where = ("--store", str(tmp_path / "desk"), "--config", str(tmp_path / "config.toml"))
    store = open_store(str(tmp_path / "desk"))
    assert main(["sync", *where]) == 0
    bruno, rafael = Desk(store, agent="Bruno", console="there"), Desk(store, agent="Rafael", console="setup")
    rota = Rota("Payments", "UTC", (rafael.agent_id,), date(2026, 1, 5), Tier.N3)
    rafael.tell_now(rotas.set_rota, rota, actor=rafael.actor, now=datetime.now(UTC))

    def hand(number, asked):
        now = datetime.now(UTC)
        name = f"n{next(_UNIQUE)}@notes.invalid"
        said = letter(name, by="d@notes.invalid", to=(), text=asked, dated_at=now)
        note = noting.Written(said, hashlib.sha256(name.encode()).digest(), 10)
        contents = Contents(asked, tried=(Tried(now, "Bruno", "switched retry off"),))
        wanted = transferring.Transfer(number, Tier.N3, contents, to_agent_id=rafael.agent_id)
        bruno.tell_now(transferring.transfer, wanted, note=note, actor=bruno.actor, now=now)

    def state(number):
        return [one.state for one in bruno.ask_now(handoffs.handoffs_of, number)]

    hand.state, hand.desk, hand.rafael = state, bruno, rafael
    hand.where, hand.home, hand.smtp = where, home | {"VISUAL": "", "EDITOR": ""}, faulty_smtp
    hand.configured = tmp_path / "config.toml"
    yield hand
    store.close()


CALLS = {
    "bell": ("", (), b"\x07"),
    "osc9": ('desktop = "osc9"', (b"\x1b]9;", b"Captura em dobro"), b"\x07\x07"),
    "osc777": ('desktop = "osc777"', (b"\x1b]777;notify;", b"Captura em dobro"), b"\x07\x07"),
    "silent": ("bell = false", (), b""),
}
"""What is configured of notices, what a handoff then sends to the terminal, and how that ends."""

POINTER = b"\x1b]22;default\x07"  # Textual's, whose end is no bell


@pytest.mark.parametrize("how", CALLS)
def test_the_terminal_calls_as_it_is_configured_to_when_a_handoff_arrives(night, how):
    configured, parts, end = CALLS[how]
    with night.configured.open("a", encoding="utf-8") as file:
        file.write(f"\n[notices]\n{configured}\n")
    with window("oncall", *night.where, **night.home) as shown:
        shown.shows("Nothing to accept", "Rafael", "Payments")
        shown.rests()
        before = len(shown.sent)
        night(1, "Stop the second capture")
        shown.shows("A accept  B return  Enter thread", "1 to accept")
        shown.rests()
        sent = re.sub(rb"\x1b\]2;.*?\x1b\\", b"", shown.sent[before:].replace(POINTER, b""))
        calls = re.findall(rb"(?:\x1b\](?:9|777);[^\x07]*)?\x07+", sent)
        assert len(calls) == bool(end), calls
        for call in calls:
            assert all(part in call for part in parts), call
            assert call.endswith(end), call
            assert call.count(b"\x07") == len(end), call


@pytest.mark.parametrize("colours", ["", "1"])
def test_a_handoff_rings_is_accepted_answered_noted_and_the_next_one_returned(night, colours):
    environment = night.home | ({"NO_COLOR": colours} if colours else {})
    with window("oncall", *night.where, **environment) as shown:
        shown.shows("Nothing to accept", "Rafael", "Payments")
        before = len(shown.sent)
        night(1, "Stop the second capture")
        shown.shows(
            "A accept  B return  Enter thread",
            "Captura em dobro",
            "asked     Stop the second capture",
            "switched retry off",
            "1 to accept",
        )
        shown.until(lambda _text: b"\x07" in shown.sent[before:].replace(POINTER, b""))
        shown.press("A")
        shown.shows("0 to accept", "1 yours")
        assert night.state(1) == [HandoffState.ACCEPTED]
        shown.press("\r")
        shown.shows("Desde ontem.")
        shown.press("q")
        shown.shows("next ─")
        shown.press("r")
        shown.shows("reply all #1 to Ana 1")
        shown.press(*"The second capture is off.")
        shown.shows("The second capture is off.", "draft saved")
        shown.press("\x13")
        shown.shows("then  it waits for the customer")
        shown.press("\x13")
        shown.until(lambda _text: night.smtp.arrived, seconds=60)
        shown.shows("next ─")
        [sent] = night.smtp.arrived
        assert sent.rcpt_tos == ("ana@example.com",)
        answer = message_from_bytes(sent.content, policy=policy.default)
        assert answer.get_content().strip() == "The second capture is off."
        assert answer["in-reply-to"] == "<m1@example.com>"
        shown.press("i")
        shown.shows("note #1")
        shown.press(*"asked the gateway")
        shown.shows("asked the gateway")
        shown.press("\x13")
        shown.until(lambda _text: any("asked the gateway" in one for one in said(night, 1)))
        night(2, "Why does it fail?")
        shown.shows("1 to accept", "Chave trocada")
        shown.press("J")
        shown.shows("asked     Why does it fail?")
        shown.press("B")
        shown.shows("return #2: why?")
        shown.press(*"not ours", "\r")
        shown.shows("0 to accept")
        assert night.state(2) == [HandoffState.RETURNED]
        assert len(night.smtp.arrived) == 1
        assert (re.search(rb"\x1b\[[0-9;]*[34]8;[25];", shown.sent) is None) is bool(colours)


def said(night, number):
    """Return what the messages of a conversation say."""
    view = night.desk.ask_now(conversations.read, number, agent_id=None)
    return [one.text for one in view.messages]
