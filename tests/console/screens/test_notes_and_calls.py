"""Notes and calls from the console: written, kept, taken back, before a real store."""

import pytest

from console.screens.commands.noting import Spoken, read_call
from storage.kinds import Channel, Direction
from storage.queries import conversations


@pytest.fixture
def number(deliver):
    return deliver({"id": "first", "name": "Ana Souza", "address": "ana@acme.example", "text": "Bom dia."})


def view(desk, number):
    return desk.ask_now(conversations.read, number, agent_id=None)


@pytest.mark.parametrize(
    ("line", "spoken"),
    [
        ("in 12 she asked again", Spoken(True, 12, "she asked again", "")),
        ("OUT 0 paid promised back by Friday", Spoken(False, 0, "paid", "back by Friday")),
        ("in 3 promised: a refund", Spoken(True, 3, "", "a refund")),
        ("in 3 compromised keys", Spoken(True, 3, "compromised keys", "")),
        ("in 3", None),
        ("in 1441 x", None),
        ("12 in x", None),
        ("", None),
    ],
)
def test_a_line_tells_a_call(line, spoken):
    assert read_call(line) == spoken


async def test_a_call_is_logged_from_the_line_and_u_takes_it_back(console, desk, number, until, screen_text):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press(":", *"call in 12 ela ligou promised volto sexta", "enter")
        await until(lambda: len(view(desk, number).messages) == 2)
        call = view(desk, number).messages[-1]
        assert (call.channel, call.direction, call.minutes) == (Channel.PHONE, Direction.INCOMING, 12)
        assert call.author.name == "Ana Souza"
        assert call.text.split() == ["ela", "ligou", "promised:", "volto", "sexta"]
        await until(lambda: "call, 12 min, in" in screen_text(app))
        assert f"call logged #{number}" in screen_text(app)
        await pilot.press("u")
        await until(lambda: len(view(desk, number).messages) == 1)
        await until(lambda: "taken back: call logged" in screen_text(app))
        await pilot.press("U")
        await until(lambda: len(view(desk, number).messages) == 2)
        await until(lambda: "done again: note or call put back" in screen_text(app))


async def test_a_line_that_tells_no_call_is_refused_with_how_it_is_written(console, desk, number, until, screen_text):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press(":", *"call yesterday", "enter")
        await until(lambda: "in or out, the minutes" in screen_text(app))
        assert len(view(desk, number).messages) == 1
