"""The console of whoever is on call: the brief first, what is next below; accepted, answered, gone through by keys."""

import hashlib
from datetime import date, timedelta
from typing import ClassVar

import pytest
from made.post import letter
from made.recording import recording
from textual.drivers.headless_driver import HeadlessDriver

from console.config.noticing import Notices
from console.desk import Desk
from console.screens import composer
from console.screens.main import MainScreen
from console.screens.oncall import OnCallScreen
from storage.commands import noting, rotas, transferring, triage
from storage.kinds import Tier
from storage.kinds.handoffs import Contents, Gleaned, Promised, Tried
from storage.kinds.rotas import Rota

from .conftest import NOW

CONTENTS = Contents(
    "Stop the second capture on gateway br-2, and say whether orders 88121 and 88127 are the only two.",
    tried=(
        Tried(NOW - timedelta(minutes=33), "Bruno", "replayed webhook 5512: the capture is accepted again"),
        Tried(NOW - timedelta(minutes=12), "Marta", "asked the gateway, case 20931: no answer yet"),
    ),
    facts=(Gleaned("order", ("88121", "88127")), Gleaned("version", ("4.18.2",))),
    promised=(Promised("a status", NOW + timedelta(minutes=36)),),
    told="Nosso time de pagamentos assumiu.",
)


@pytest.fixture
def bruno(store):
    return Desk(store, agent="Bruno", console="there")


@pytest.fixture
def duty(desk):
    rota = Rota("Payments", "UTC", (desk.agent_id,), date(2026, 11, 16), Tier.N3)
    desk.tell_now(rotas.set_rota, rota, actor=desk.actor, now=NOW)


@pytest.fixture
def handed(deliver, bruno, desk):
    """Hand conversations on to this agent; gives their numbers."""

    def make(*subjects):
        numbers = []
        for place, subject in enumerate(subjects):
            number = deliver(
                {"subject": subject, "name": f"Ana {place}", "address": f"a{place}{subject[:2]}@x.example"}
            )
            said = letter(f"n{number}@notes.invalid", by="d@notes.invalid", to=(), text="asked", dated_at=NOW)
            note = noting.Written(said, hashlib.sha256(said.header_id.encode()).digest(), 10)
            wanted = transferring.Transfer(number, Tier.N3, CONTENTS, to_agent_id=desk.agent_id)
            bruno.tell_now(transferring.transfer, wanted, note=note, actor=bruno.actor, now=NOW)
            numbers.append(number)
        return numbers

    return make


def on_call(console, **choices):
    return console(main=OnCallScreen, **choices)


async def test_the_brief_stands_first_and_what_is_next_below_it(
    handed, duty, console, until, screen_text, deliver, desk
):
    number, second = handed("Pagamentos capturados em dobro", "Login")
    mine = deliver({"subject": "Signature check fails", "name": "Cedar Pay", "address": "c@cedar.example"})
    desk.tell_now(triage.take, [mine], actor=desk.actor, now=NOW)
    app = on_call(console)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.brief.brief is not None)
        await pilot.pause()
        rows = screen_text(app).splitlines()
        assert "on call  Ana, Payments, until" in rows[0]
        assert "2 to accept   1 yours" in rows[0]
        shown = app._main.brief.brief.conversation_id
        assert f"#{shown}" in rows[1]
        assert rows[2].startswith(" asked     Stop the second capture")
        text = "\n".join(rows)
        for words in ("replayed webhook 5512", "88121 88127", "a status", "Nosso time", "next ─"):
            assert words in text, words
        assert "2 more" in rows[20]
        assert "Signature check" in "\n".join(rows[21:23])
        assert "thread" in rows[23]
        assert {number, second, mine} >= {row.conversation_id for row in app._main.queue.rows}
        assert len(app._main.queue.rows) == 3


async def test_enter_reads_the_thread_and_q_comes_back_to_the_brief(handed, duty, console, until, screen_text):
    handed("Pagamentos")
    app = on_call(console)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.brief.brief is not None)
        await pilot.press("enter")
        await until(lambda: app._main.reading)
        await pilot.pause()
        assert "Hola." in screen_text(app)
        assert "next ─" not in screen_text(app)
        await pilot.press("q")
        await until(lambda: not app._main.reading)
        await pilot.pause()
        assert " asked     Stop" in screen_text(app)


async def test_j_goes_to_the_next_brief_and_down_too(handed, duty, console, until, screen_text):
    handed("Eins", "Zwei", "Drei")
    app = on_call(console)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.brief.brief is not None)
        first = app._main.brief.brief.conversation_id
        await pilot.press("J")
        await until(lambda: app._main.brief.brief.conversation_id != first)
        second = app._main.brief.brief.conversation_id
        await pilot.press("j")
        await until(lambda: app._main.brief.brief.conversation_id not in {first, second})


async def test_what_nobody_handed_on_begins_with_what_the_customer_wrote(
    deliver, duty, desk, console, until, screen_text
):
    number = deliver({"subject": "Fatura", "name": "Ana", "text": "A fatura veio errada.\nDuas vezes."})
    desk.tell_now(triage.take, [number], actor=desk.actor, now=NOW)
    app = on_call(console)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.brief.brief is not None)
        await pilot.pause()
        assert screen_text(app).splitlines()[2].startswith(" wrote     A fatura veio errada.")


async def test_lines_that_a_mail_program_broke_are_one_again(deliver, duty, desk, console, until, screen_text):
    text = "A contingência funcionou para a primeira. O caminhão saiu. Aguardo o acerto\ndas outras cinco, que estão paradas."
    number = deliver({"subject": "Notas", "name": "Ana", "text": text})
    desk.tell_now(triage.take, [number], actor=desk.actor, now=NOW)
    app = on_call(console)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.brief.brief is not None)
        await pilot.pause()
        rows = screen_text(app).splitlines()
        assert rows[2].startswith(" wrote     A contingência funcionou")
        assert rows[3].strip() == "acerto das outras cinco, que estão paradas."


async def test_where_nothing_waits_it_says_so_and_who_is_on(deliver, duty, console, until, screen_text):
    deliver({"subject": "of nobody"})
    app = on_call(console)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: "Nothing to accept" in screen_text(app))
        text = screen_text(app)
        assert "Payments" in text
        assert "Ana" in text
        assert "0 to accept   0 yours" in text
        await pilot.press("enter", "j", "J")
        await pilot.pause()


async def test_with_nobody_on_call_it_says_that(console, until, screen_text, deliver):
    deliver({"subject": "x"})
    app = on_call(console)
    async with app.run_test(size=(80, 24)):
        await until(lambda: "nobody is on call" in screen_text(app))
        await until(lambda: "plantao rota set" in screen_text(app))


@pytest.mark.parametrize("look", ["none", "terminal"])
async def test_it_stands_without_colours_too(handed, duty, console, until, screen_text, look):
    handed("Pagamentos")
    app = on_call(console, look=look)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.brief.brief is not None)
        await pilot.pause()
        text = screen_text(app)
        assert "1 to accept" in text
        assert "asked" in text


class Terminal(HeadlessDriver):
    """Counts what a terminal would get."""

    written: ClassVar[list[str]] = []

    @property
    def is_headless(self):
        return False

    def write(self, data):
        type(self).written.append(data)


async def test_what_a_key_and_an_arrival_cost_on_a_slow_line(handed, duty, console, until, bruno):
    handed("Eins", "Zwei", "Drei")
    costs = {}

    def count():
        sent = len("".join(Terminal.written).encode())
        Terminal.written.clear()
        return sent

    app = on_call(console, driver_class=Terminal, notices=Notices().on_duty())

    async def watch(pilot):
        try:
            await until(lambda: app._main.brief.brief is not None and app._caller._cursor is not None)
            await pilot.pause(0.4)
            count()
            await pilot.pause(0.3)
            costs["nothing"] = count()
            await pilot.press("j")
            await pilot.pause(0.5)
            costs["down"] = count()
            handed("Vier")
            await until(lambda: len(app._main.queue.rows) == 4)
            await pilot.pause(0.5)
            costs["bell"] = "".join(Terminal.written).count("\x07")
            costs["arrival"] = count()
            app._main.brief.tick(NOW)
            await pilot.pause()
            costs["tick"] = count()
        finally:
            app.exit()

    await app.run_async(headless=False, size=(80, 24), auto_pilot=watch)
    assert costs["nothing"] == 0, costs
    assert costs["tick"] == 0, costs
    assert costs["bell"] == 1, costs
    assert costs["arrival"] < 900, costs
    assert costs["down"] < 900, costs


@pytest.mark.parametrize("main", [OnCallScreen, MainScreen])
async def test_a_pane_that_comes_is_sent_once(handed, duty, console, until, monkeypatch, main):
    handed("Eins", "Zwei", "Drei")
    app = console(main=main, driver_class=Terminal, notices=Notices().on_duty())
    costs, frames, display = {}, [], app._display

    def note(screen, update):
        before = len(Terminal.written)
        display(screen, update)
        frames.append(len("".join(Terminal.written[before:]).encode()))

    async def watch(pilot):
        try:
            await until(lambda: app._main.queue.rows and app._caller._cursor is not None)
            for name, key, done in (
                ("thread", "enter", lambda: app._main.reading and app._main.conversation.view),
                ("answer", "r", lambda: app.screen is not app._main),
                ("back from the answer", "escape", lambda: app.screen is app._main),
                ("back", "q", lambda: not app._main.reading),
            ):
                await pilot.pause(0.5)
                Terminal.written.clear()
                frames.clear()
                await pilot.press(key)
                await until(done)
                await pilot.pause(0.5)
                costs[name] = (len("".join(Terminal.written).encode()), [one for one in frames if one > 1000])
        finally:
            app.exit()

    monkeypatch.setattr(app, "_display", note)
    await app.run_async(headless=False, size=(80, 24), auto_pilot=watch)
    for name in ("thread", "back from the answer", "back"):
        assert len(costs[name][1]) == 1, costs
        assert costs[name][0] < 3_000, costs


@pytest.mark.parametrize(("size", "most"), [((80, 24), 3_300), ((120, 36), 6_500)])
async def test_the_composer_opens_on_call_in_one_whole_frame(handed, duty, console, until, size, most, monkeypatch):
    """Bytes as a terminal gets them: an empty sheet, one with the draft and that again were 8.4 and 11.8 kB."""
    monkeypatch.setattr(composer, "_BLINK", 60.0)  # a machine that is busy reads no draft in a tenth of a second
    written: list[str] = []
    handed("Cobrança em duplicidade", "Outro")
    app = on_call(console, driver_class=recording(written))
    sent: dict[str, list[int]] = {}

    async def keys(pilot):
        try:
            await until(lambda: app._main.brief.brief is not None and len(app._main.queue.rows) == 2)
            await pilot.pause(0.5)
            for name, key, there in (
                ("open", "r", lambda: app.screen is not app._main and app.screen.begun is not None),
                ("laid out again", "", lambda: app.screen.review.findings),
                ("back", "escape", lambda: app.screen is app._main),
            ):
                written.clear()
                if key:
                    await pilot.press(key)
                else:
                    for widget in app.screen.walk_children(with_self=False):
                        widget.refresh(layout=True)
                await until(there)
                await pilot.pause(0.5)
                sent[name] = [len(one.encode()) for one in written]
        finally:
            app.exit()

    await app.run_async(headless=False, size=size, auto_pilot=keys)
    for name in ("open", "back"):  # the rest are words of the review
        assert sum(sent[name]) <= most, sent
        assert len([one for one in sent[name] if one > 1_000]) == 1, sent
    assert sum(sent["laid out again"]) < 300, sent  # the cursor, and a row of the review, which was 2,800 and 6,500
