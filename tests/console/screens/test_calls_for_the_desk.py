"""The console calls for handoffs and for what is late: once, in quiet hours only whoever is on call; and the title."""

import hashlib
from datetime import date, time

import pytest
from made.post import letter

from console.config.noticing import Notices
from console.desk import Desk
from console.files.calling import window_title
from storage.commands import noting, rotas, transferring, triage
from storage.events import ClockBreached
from storage.kinds import Tier
from storage.kinds.agents import AgentCard
from storage.kinds.handoffs import Contents
from storage.kinds.policies import Metric
from storage.kinds.rotas import Rota
from storage.queries import noticing
from storage.record import record

from .conftest import NOW

ALL = Notices().about


@pytest.fixture
def bruno(store):
    return Desk(store, agent="Bruno", console="there")


def hand(by, number, *, to=None, tier=Tier.N3):
    said = letter(f"n{number}@notes.invalid", by="desk@notes.invalid", to=(), text="asked", dated_at=NOW)
    note = noting.Written(said, hashlib.sha256(said.header_id.encode()).digest(), 10)
    wanted = transferring.Transfer(number, tier, Contents("Why 500s?"), to_agent_id=to)
    return by.tell_now(transferring.transfer, wanted, note=note, actor=by.actor, now=NOW)


def breach(by, number, metric=Metric.FIRST_RESPONSE):
    fact = ClockBreached(
        conversation_id=number, metric=metric, due_at=NOW, policy="standard", noticed_at=NOW, happened_at=NOW
    )
    by.tell_now(lambda session: record(session, [fact], actor=by.actor, now=NOW))


def duty(desk, *agents):
    rota = Rota("nights", "UTC", tuple(one.agent_id for one in agents), date(2026, 11, 16), Tier.N3)
    desk.tell_now(rotas.set_rota, rota, actor=desk.actor, now=NOW)


def news(desk, cursor):
    return desk.ask_now(noticing.news, cursor, agent_id=desk.agent_id, calls=ALL, now=NOW)


async def heard(console, until, notices, happen, *, called=True):
    """Return what rings, or tells the desktop, while things happen."""
    written: list[str] = []
    app = console(notices=notices)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.queue.rows and app._caller._cursor is not None)
        app._driver.write = written.append
        before = app._caller._cursor
        happen()
        await until(lambda: app._caller._cursor != before)
        if called:
            await until(lambda: any("\x07" in one for one in written))
        await pilot.pause()
        await pilot.pause()
    return [one for one in written if "\x07" in one]


async def test_a_handoff_to_me_calls_and_one_to_a_colleague_does_not(deliver, desk, bruno, console, until):
    mine, other = deliver({"subject": "Fatura"}), deliver({"subject": "Outra", "address": "x@y.example"})
    notices = Notices(bell=True, desktop="osc9")
    found = await heard(console, until, notices, lambda: hand(bruno, mine, to=desk.agent_id))
    assert found == [f"\x1b]9;#{mine} Bruno hands you this: Fatura\x07\x07"]
    third = Desk(desk.store, agent="Inês", console="else")
    assert await heard(console, until, notices, lambda: hand(bruno, other, to=third.agent_id), called=False) == []


async def test_what_goes_to_anybody_of_a_tier_calls_whoever_is_on_call_there(deliver, desk, bruno, store):
    number, second = deliver({"subject": "Fatura"}), deliver({"subject": "Outra", "address": "x@y.example"})
    cursor, _ = news(desk, 0)
    hand(bruno, number)
    assert news(desk, cursor)[1] == (), "nobody is on call"
    duty(desk, desk)
    cursor, _ = news(desk, cursor)
    hand(bruno, second)
    [found] = news(desk, cursor)[1]
    assert (found.call, found.conversation_id, found.who) == ("handoff", second, "Bruno")
    assert news(bruno, cursor)[1] == (), "who hands it on is not called for it"


async def test_a_clock_of_mine_that_ran_out_calls_once_and_a_colleagues_does_not(deliver, desk, bruno, console, until):
    mine, other = deliver({"subject": "Fatura"}), deliver({"subject": "Outra", "address": "x@y.example"})
    desk.tell_now(triage.take, [mine], actor=desk.actor, now=NOW)
    bruno.tell_now(triage.take, [other], actor=bruno.actor, now=NOW)
    notices = Notices(bell=True, desktop="osc777")
    found = await heard(console, until, notices, lambda: breach(bruno, mine))
    assert found == [f"\x1b]777;notify;#{mine} first response is late;Fatura\x07\x07"]
    assert await heard(console, until, notices, lambda: breach(bruno, other), called=False) == []
    # What was called for is not called for again when a console starts: only what happens from then on is.
    stranger = lambda: deliver({"subject": "x", "address": "z@y.example"})  # noqa: E731
    assert await heard(console, until, notices, stranger, called=False) == []


@pytest.mark.parametrize("whose", ["configuration", "agent"])
@pytest.mark.parametrize("on_duty", [False, True])
async def test_nobody_is_called_in_their_quiet_hours_unless_on_call(
    deliver, desk, bruno, console, until, whose, on_duty
):
    number, other = deliver({"subject": "Fatura"}), deliver({"subject": "Outra", "address": "x@y.example"})
    desk.tell_now(triage.take, [other], actor=desk.actor, now=NOW)
    notices = Notices(bell=True, quiet="09:00-10:00" if whose == "configuration" else None)
    if whose == "agent":
        card = AgentCard(desk.agent_id, quiet=(time(9), time(10)), zone="UTC")
        desk.tell_now(rotas.set_agent, card, actor=desk.actor, now=NOW)
    if on_duty:
        duty(desk, desk)
    happened = lambda: hand(bruno, number, to=desk.agent_id)  # noqa: E731
    assert await heard(console, until, notices, happened, called=on_duty) == ["\x07"] * on_duty
    answered = lambda: bruno.tell_now(triage.assign, [number], to=desk.agent_id, actor=bruno.actor, now=NOW)  # noqa: E731
    assert await heard(console, until, notices, answered, called=False) == [], "what does not press waits"


def test_the_bell_of_the_on_call_console_rings_unless_it_must_not():
    assert Notices().on_duty().wanted
    assert not Notices(bell=False).on_duty().wanted
    assert Notices(desktop="osc9").on_duty().bell


async def test_the_title_of_the_window_says_what_is_late_and_is_given_back(deliver, desk, console, until, monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    deliver({"subject": "Fatura"})
    written: list[str] = []
    app = console(notices=Notices())
    async with app.run_test(size=(80, 24)) as pilot:
        app._driver.write = written.append
        await until(lambda: app._main.queue.rows)
        written.clear()
        app._caller._title = ""
        app._main._frame.counts["9"] = 2
        app._main.paint()
        app._main.paint()
        await pilot.pause()
        said = [one for one in written if one.endswith(window_title("2 late - Plantão"))]
        assert said == [f"\x1b[22;2t{window_title('2 late - Plantão')}"], "the old one is put by, once"
    assert written[-1].endswith("\x1b[23;2t")
    silent = console(notices=Notices(title=False))
    async with silent.run_test(size=(80, 24)):
        written.clear()
        silent._driver.write = written.append
        await until(lambda: silent._main.queue.rows)
        silent._main.paint()
    assert not [one for one in written if "\x1b]2;" in one]


def test_a_title_can_end_its_sequence_by_nothing_that_it_says():
    made = window_title("a\x1b]52;c;x\x07b\x9cc")
    assert (made[:4], made[-2:]) == ("\x1b]2;", "\x1b\\")
    assert not set(made[4:-2]) & {"\x1b", "\x07", "\x9c"}
