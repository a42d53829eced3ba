"""The first frame has rows in it: they stand as they will stand, and no key that is pressed meanwhile is lost."""

import threading
from pathlib import Path

import pytest

import console.desk
from console.ahead import Ahead, Behind
from console.config.errors import ConfigurationInvalid, Problem
from console.config.noticing import Notices
from console.files.means import Means
from storage.kinds import Status
from storage.kinds.errors import StoreLocked
from storage.queries import conversations
from storage.views import QueueWindow


@pytest.fixture
def opening(monkeypatch):
    """Let the desk be opened only when a test says so; an error set here is raised instead."""

    class Gate(threading.Event):
        error: BaseException | None = None

    gate, opened = Gate(), console.desk.open_desk

    def wait(url, **choices):
        gate.wait(20)
        if gate.error is not None:
            raise gate.error
        return opened(url, **choices)

    monkeypatch.setattr(console.desk, "open_desk", wait)
    yield gate
    gate.set()


@pytest.fixture
def begun(store, desk, deliver, console, opening):
    """A console whose first page was read ahead, on a desk with some conversations."""

    def make(count=3, **choices):
        for number in range(count):
            deliver({"subject": f"Assunto {number}", "address": f"c{number}@x.example", "ago": 500 - number})
        url = f"sqlite:///{store.path}"
        app = console(desk=url, agent="Ana", ahead=Ahead(url, agent="Ana"), **choices)
        app.readings = []
        read = app._main._read

        async def note(change):
            await read(change)
            app.readings.append(change)

        app._main._read = note
        return app

    return make


def counted(app):
    """Count what goes to the terminal from here on."""
    sent, display = [], app._display

    def note(screen, renderable):
        sent.append(renderable)
        display(screen, renderable)

    app._display = note
    return sent


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (160, 45)])
async def test_rows_stand_before_the_desk_is_open_and_nothing_is_drawn_anew(begun, opening, until, screen_text, size):
    app = begun(60)
    async with app.run_test(size=size) as pilot:
        await until(lambda: "Assunto 0" in screen_text(app))
        await pilot.pause()
        assert app.desk is None
        before, rows = screen_text(app), list(app._main.queue.rows)
        assert "All 60" in before
        assert "Opening the desk" not in before
        sent = counted(app)
        opening.set()
        await until(lambda: app.readings, 20)
        await pilot.pause()
        assert app._main.queue.rows == rows
        if size[0] == 80:
            assert not sent
            assert screen_text(app) == before
            return
        await until(lambda: app._main.conversation.view is not None)  # follows the cursor, as ever
        await pilot.pause()
        after = screen_text(app).split("\n")
        width = app._main.queue.size.width
        assert [line[:width] for line in after[2:-1]] == [line[:width] for line in before.split("\n")[2:-1]]


def drawn(sent):
    """How often something went to the terminal."""
    return len([one for one in sent if one is not None])


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_first_frame_is_sent_once_and_so_is_that_of_each_screen(begun, opening, until, screen_text, size):
    app = begun(60)
    sent = counted(app)
    async with app.run_test(size=size) as pilot:
        await until(lambda: app._main._framed)
        await pilot.pause()
        assert "Assunto 0" in screen_text(app)
        assert drawn(sent) == 1
        await pilot.press("?")  # which needs no desk
        await until(lambda: app.screen is not app._main and app.screen._framed)
        await pilot.pause()
        assert drawn(sent) == 2
        opening.set()
        await until(lambda: app.readings, 20)


async def test_a_first_frame_that_stands_otherwise_once_all_has_its_size_is_sent_again(
    begun, opening, until, screen_text
):
    app = begun()
    sent = counted(app)
    first_frame = app._main.first_frame

    def otherwise():
        app._main.queue.show(QueueWindow((), before=False, after=False, position=None, total=0), app._main.now())
        first_frame()

    app._main.first_frame = otherwise
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main._framed)
        await pilot.pause()
        assert drawn(sent) >= 2
        assert "Assunto" not in screen_text(app)
        opening.set()
        await until(lambda: app.readings, 20)


async def test_keys_pressed_before_the_desk_is_open_are_done_once_it_is(begun, opening, desk, until, screen_text):
    app = begun()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: "Assunto 0" in screen_text(app))
        first, second, third = (row.conversation_id for row in app._main.queue.rows)
        await pilot.press("j")
        assert app._main.queue.chosen.conversation_id == second  # at once
        await pilot.press("e", "j", "enter")
        assert app._main.queue.chosen.conversation_id == second  # what waits is meant for this one
        opening.set()
        await until(lambda: app._main.reading, 20)
        await until(lambda: desk.ask_now(conversations.read, second, agent_id=None).status is Status.RESOLVED)
        assert desk.ask_now(conversations.read, first, agent_id=None).status is Status.NEW
        await until(lambda: app._main.conversation.view is not None)
        assert app._main.conversation.view.conversation_id == third


async def test_a_line_typed_before_the_desk_is_open(begun, opening, desk, until, screen_text):
    app = begun()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: "Assunto 0" in screen_text(app))
        number = app._main.queue.chosen.conversation_id
        await pilot.press(*":tag vip", "enter", "g", "h")
        opening.set()
        await until(lambda: desk.ask_now(conversations.read, number, agent_id=None).tags == ("vip",), 20)
        await until(lambda: type(app.screen).__name__ == "HistoryScreen")


async def test_who_leaves_before_the_desk_is_open_leaves(begun, opening, until, screen_text):
    app = begun()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: "Assunto 0" in screen_text(app))
        await pilot.press("pagedown", "G", "q")
        assert app.is_running  # G waits, and what comes after it with it
        await pilot.press("ctrl+c")
        await until(lambda: not app.is_running)
    app = begun(0)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: "Assunto 0" in screen_text(app))
        await pilot.press("pagedown", "q")
        await until(lambda: not app.is_running)
    opening.set()  # nobody waits for the threads that open it


async def test_a_desk_that_cannot_be_opened_shows_no_rows_for_it(begun, opening, until, screen_text):
    app = begun()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: "Assunto 0" in screen_text(app))
        opening.error = StoreLocked("desk.db")
        await pilot.press("e")
        opening.set()
        await until(lambda: "Assunto" not in screen_text(app))
        for key in ("enter", "e", "j", "G", "r"):
            await pilot.press(key)
        await pilot.press("q")
        await until(lambda: not app.is_running)


async def test_moving_far_before_the_desk_is_open_and_the_rows_that_follow(begun, opening, until, screen_text):
    app = begun(260)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: "Assunto 0" in screen_text(app))
        for _ in range(9):
            await pilot.press("pagedown")
        chosen = app._main.queue.chosen.conversation_id
        assert len(app._main.queue.rows) == 200
        opening.set()
        await until(lambda: app.readings, 20)
        assert app._main.queue.chosen.conversation_id == chosen
        await pilot.press("pagedown")
        await until(lambda: len(app._main.queue.rows) > 200 or app._main.queue.rows[-1].subject == "Assunto 259")
        await pilot.press("G")
        await until(lambda: app._main.queue.chosen.subject == "Assunto 259")


async def test_the_rest_of_the_configuration_comes_before_the_desk(begun, opening, until, screen_text):
    app = begun(behind=lambda: Behind(Means(clipboard="off"), (), 77, False, Notices()))
    opening.set()
    async with app.run_test(size=(80, 24)):
        await until(lambda: app.desk is not None, 20)
        assert (app.means.clipboard, app.undo_window) == ("off", 77)


async def test_a_fault_of_the_configuration_that_was_not_seen_at_once_ends_the_console(begun, opening, until):
    fault = ConfigurationInvalid(Path("config.toml"), [Problem("colour is not known here.")])

    def wrong():
        raise fault

    app = begun(behind=wrong)
    opening.set()
    async with app.run_test(size=(80, 24)):
        await until(lambda: not app.is_running, 20)
    assert (app.fault, app.desk) == (fault, None)


async def test_keys_before_an_empty_queue_are_kept_as_well(begun, opening, until):
    app = begun(0)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: app.is_running)
        await pilot.press("4")
        assert app.desk is None
        opening.set()
        await until(lambda: app._main.view.key == "4")
