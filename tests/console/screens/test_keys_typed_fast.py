"""Keys that come faster than anything is read: each is meant for where the keys before it lead, never for what was left."""

import asyncio
import threading
from datetime import UTC, datetime

import pytest
from textual import events

from console.screens import asking
from console.screens.searching import SearchScreen
from storage.commands import triage
from storage.kinds import Status
from storage.kinds.errors import StoreLocked
from storage.queries import conversations, inbox
from widgets.hits import Hits

NOW = datetime(2026, 11, 23, 9, 32, tzinfo=UTC)


def status(desk, number):
    return desk.ask_now(conversations.read, number, agent_id=None).status


def type_fast(app, *keys):
    """Let keys come in one piece, as from a paste, a slow line or quick fingers."""
    for key in keys:
        app.post_message(events.Key(key, {"asterisk": "*"}.get(key, key if len(key) == 1 else None)))


@pytest.fixture
def three(deliver):
    return [
        deliver({"subject": f"Fatura {n}", "text": f"Pedido {word}.", "address": f"c{n}@x.example", "ago": 300 - n})
        for n, word in enumerate(("alfa", "beta", "gama"))
    ]


async def begun(app, until, rows=3):
    await until(lambda: len(app._main.queue.rows) == rows)
    await until(lambda: app._main.queue.chosen is not None)


async def test_a_key_after_a_view_is_for_the_view(three, console, desk, until):
    desk.tell_now(triage.assign, [three[2]], to=desk.agent_id, actor=desk.actor, now=NOW)
    app = console()
    async with app.run_test(size=(120, 36)):
        await begun(app, until)
        assert app._main.queue.chosen.conversation_id == three[0]
        type_fast(app, "1", "e")
        await until(lambda: status(desk, three[2]) is Status.RESOLVED)
        assert [status(desk, number) for number in three[:2]] == [Status.NEW, Status.NEW]


async def test_a_key_after_the_most_urgent_is_for_that(three, console, desk, until):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await begun(app, until)
        await pilot.press("j", "j")
        await until(lambda: app._main.queue.chosen.conversation_id == three[2])
        type_fast(app, "J", "e")
        await until(lambda: status(desk, three[0]) is Status.RESOLVED)
        assert [status(desk, number) for number in three[1:]] == [Status.NEW, Status.NEW]


async def test_a_key_after_a_hit_is_for_what_was_found(three, console, desk, until):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await begun(app, until)
        await pilot.press("slash", *"gama")
        await until(lambda: isinstance(app.screen, SearchScreen) and app.screen.query_one(Hits).chosen)
        type_fast(app, "enter", "e")
        await until(lambda: status(desk, three[2]) is Status.RESOLVED)
        assert [status(desk, number) for number in three[:2]] == [Status.NEW, Status.NEW]


async def test_a_key_after_the_next_one_is_for_that(three, console, desk, until):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await begun(app, until)
        await pilot.press("enter")
        await until(lambda: app._main.reading)
        type_fast(app, "right_square_bracket", "e")
        await until(lambda: status(desk, three[1]) is Status.RESOLVED)
        assert (status(desk, three[0]), status(desk, three[2])) == (Status.NEW, Status.NEW)


async def test_a_key_after_all_is_for_all(three, console, desk, until):
    app = console()
    async with app.run_test(size=(120, 36)):
        await begun(app, until)
        type_fast(app, "asterisk", "e")
        await until(lambda: [status(desk, number) for number in three] == [Status.RESOLVED] * 3)


async def test_a_key_after_a_number_is_for_that_conversation(three, console, desk, until):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await begun(app, until)
        await pilot.press(*f":open {three[2]}")
        type_fast(app, "enter", "e")
        await until(lambda: status(desk, three[2]) is Status.RESOLVED)
        assert [status(desk, number) for number in three[:2]] == [Status.NEW, Status.NEW]


async def test_a_key_after_the_end_of_a_long_queue_is_for_its_last(deliver, console, desk, until):
    deliver(*({"subject": f"Oi {n}", "address": f"d{n}@x.example", "ago": 800 - n} for n in range(230)))
    numbers = desk.ask_now(inbox.numbers, query="is:open", agent_id=desk.agent_id, now=NOW)
    app = console()
    async with app.run_test(size=(80, 24)):
        await begun(app, until, rows=200)
        type_fast(app, "G", "e")
        await until(lambda: status(desk, numbers[-1]) is Status.RESOLVED)
        assert status(desk, numbers[0]) is Status.NEW


async def test_a_key_after_an_undo_is_for_what_was_taken_back(three, console, desk, until):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await begun(app, until)
        await pilot.press("e")
        await until(lambda: status(desk, three[0]) is Status.RESOLVED)
        await until(lambda: app._main.queue.chosen.conversation_id == three[1])
        type_fast(app, "u", "t")
        await until(lambda: desk.ask_now(conversations.read, three[0], agent_id=None).assignee_id == desk.agent_id)
        assert status(desk, three[0]) is not Status.RESOLVED
        assert desk.ask_now(conversations.read, three[1], agent_id=None).assignee_id is None


async def test_each_of_many_keys_is_for_the_next_that_is_read(three, console, desk, until):
    app = console()
    async with app.run_test(size=(120, 36)):
        await begun(app, until)
        type_fast(app, "enter", "e", "e")
        await until(lambda: [status(desk, number) for number in three[:2]] == [Status.RESOLVED] * 2)
        assert status(desk, three[2]) is Status.NEW


@pytest.mark.parametrize("keys", ["J", "asterisk", "2", "G", "right_square_bracket"])
async def test_a_way_that_cannot_be_read_says_so_and_what_was_typed_for_it_is_for_nothing(
    three, console, desk, until, screen_text, monkeypatch, keys
):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await begun(app, until)
        await until(lambda: app._main.conversation.view is not None)
        if keys == "right_square_bracket":
            await pilot.press("enter")
            await until(lambda: app._main.reading)
        ask, over = app.desk.ask, asyncio.Event()

        async def locked(*_question, **_words):
            await over.wait()
            raise StoreLocked("here")

        monkeypatch.setattr(app.desk, "ask", locked)
        app._main.queue._after = keys == "G"  # as where there are more than are in memory
        type_fast(app, keys, "e")
        await until(lambda: app._main._ahead)
        over.set()
        await until(lambda: "not done" in screen_text(app))
        monkeypatch.setattr(app.desk, "ask", ask)
        await pilot.pause()
        assert [status(desk, number) for number in three] == [Status.NEW] * 3
        assert not app._main._ahead


@pytest.fixture
def slow(monkeypatch):
    """Let no conversation be read before a test says so."""

    class Gate(threading.Event):
        reached = threading.Event()

    gate, read = Gate(), asking.conversation

    def wait(session, **choices):
        gate.reached.set()
        gate.wait(20)
        return read(session, **choices)

    monkeypatch.setattr(asking, "conversation", wait)
    gate.reached.clear()
    yield gate
    gate.set()


@pytest.mark.parametrize(("keys", "back"), [("J", "q"), ("J", "h"), ("J", "escape"), ("Je", "escape")])
async def test_the_most_urgent_is_called_off_before_it_is_read(three, console, desk, until, slow, keys, back):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await begun(app, until)
        type_fast(app, *keys)
        await until(slow.reached.is_set)
        await until(lambda: len(app._main._ahead) == len(keys) - 1)
        type_fast(app, back)
        await until(lambda: app._main._journey is None)
        slow.set()
        await pilot.press("j")
        await until(lambda: app._main.queue.chosen.conversation_id == three[1])
        assert app.is_running
        assert not app._main.reading
        assert [status(desk, number) for number in three] == [Status.NEW] * 3


async def test_a_key_that_waits_is_not_for_what_is_clicked_after_it(three, console, desk, until, slow):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await begun(app, until)
        type_fast(app, "J", "e")
        await until(slow.reached.is_set)
        await until(lambda: app._main._ahead)
        number, queue = three[1], app._main.queue
        queue.post_message(queue.Chosen(queue, number))  # as a double click does, whose pace a busy machine breaks
        await until(lambda: app._main._journey is not None and not app._main._ahead)
        slow.set()
        await until(lambda: app._main.reading)
        assert app._main.conversation.view.conversation_id == number
        await pilot.press("e")
        await until(lambda: status(desk, number) is Status.RESOLVED)
        assert [status(desk, one) for one in three if one != number] == [Status.NEW] * 2


async def test_what_goes_back_behind_another_key_comes_after_it(three, console, desk, until):
    app = console()
    async with app.run_test(size=(80, 24)):
        await begun(app, until)
        type_fast(app, "enter", "e", "q", "j", "t")
        await until(lambda: status(desk, three[0]) is Status.RESOLVED)
        await until(lambda: not app._main.reading)
        await until(lambda: desk.ask_now(conversations.read, three[2], agent_id=None).assignee is not None)
        assert [status(desk, number) for number in three[1:]] == [Status.NEW, Status.NEW]
