"""A handoff comes to whoever is on call: it rings, is read, accepted, noted on, answered, and the next one returned."""

import hashlib
import itertools
from datetime import UTC, date, datetime

import pytest
from made.post import Post, letter
from made.window import window

from console.desk import Desk
from storage.commands import noting, rotas, transferring
from storage.kinds import HandoffState, Tier
from storage.kinds.handoffs import Contents, Tried
from storage.kinds.rotas import Rota
from storage.queries import conversations, handoffs
from storage.store import open_store

pytestmark = pytest.mark.slow

_UNIQUE = itertools.count(1)


@pytest.fixture
def night(tmp_path):
    """A desk with two conversations, Rafael on call for N3, and what hands a conversation on to him."""
    store = open_store(str(tmp_path / "desk"))
    post = Post(store, live_since=datetime(2026, 1, 1, tzinfo=UTC))
    for number, subject in enumerate(("Captura em dobro", "Chave trocada"), 1):
        post.send(f"letter{number}", subject=subject, text="Desde ontem.\n")
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

    (tmp_path / "config.toml").write_text('agent = "Rafael"\n', encoding="utf-8")
    hand.state, hand.desk, hand.rafael = state, bruno, rafael
    hand.where = ("--store", str(tmp_path / "desk"), "--config", str(tmp_path / "config.toml"))
    hand.home = {"PLANTAO_HOME": str(tmp_path), "VISUAL": "", "EDITOR": ""}
    yield hand
    store.close()


@pytest.mark.parametrize("colours", ["", "1"])
def test_a_handoff_rings_is_accepted_noted_and_the_next_one_returned(night, colours):
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
        shown.until(lambda _text: b"\x07" in shown.sent[before:].replace(b"\x1b]22;default\x07", b""))
        shown.press("A")
        shown.shows("0 to accept", "1 yours")
        assert night.state(1) == [HandoffState.ACCEPTED]
        shown.press("\r")
        shown.shows("Desde ontem.")
        shown.press("q")
        shown.shows("next ─")
        shown.press("i")
        shown.shows("note")
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


def said(night, number):
    """Return what the messages of a conversation say."""
    view = night.desk.ask_now(conversations.read, number, agent_id=None)
    return [one.text for one in view.messages]
