"""The dashboard: from a key to what is behind a figure and back, other days, a part of the desk, and the clipboard."""

import re

import pytest

from console.screens.dashboard import DashboardScreen
from storage.commands import triage
from storage.queries import dashboard
from storage.search.index import index_more


@pytest.fixture
def mails(deliver, store, desk):
    """Seven conversations at eight, one of them solved; five are about bills, one of a name to be wary of."""
    from console.desk import now as moment

    for number in range(7):
        deliver(
            {"subject": f"Fatura {number}", "address": f"bo{number}@acme.example", "name": "Bo", "ago": 90 + number}
        )
    desk.tell_now(triage.tag, [1, 2, 3, 4, 5], add=["雪-bill"], actor=desk.actor, now=moment())
    desk.tell_now(triage.set_status, [1], to="resolved", actor=desk.actor, now=moment())
    with store.writing() as session:
        while index_more(session, limit=1000):
            pass


@pytest.fixture
def shown(until):
    async def go(app, pilot, *keys):
        await until(lambda: app._main.queue.rows)
        await pilot.press(*keys)
        await until(lambda: isinstance(app.screen, DashboardScreen) and app.screen.read)
        return app.screen

    return go


async def to(pilot, until, screen, begin: str) -> None:
    """Put the cursor on the spot whose query begins so."""
    spots = [one[3].query for one in screen.board._places]
    place = next(place for place, query in enumerate(spots) if query.startswith(begin))
    screen.board._at = place


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (160, 45), (40, 10)])
async def test_what_is_behind_a_figure_is_shown_and_left_again(mails, console, until, shown, screen_text, size):
    app = console()
    async with app.run_test(size=size) as pilot:
        before = app._main.view
        screen = await shown(app, pilot, "g", "b")
        if size[0] >= 80:
            assert screen_text(app).startswith(" dashboard ")
            assert "27 Oct – 23 Nov" in screen_text(app).replace("\xa0", " ")
        for begin, n in (("is:open", 6), ("figure:counted", 7), ("figure:incoming-mon@", 7), ('tag:"雪-bill"', 5)):
            await to(pilot, until, screen, begin)
            assert screen.board.chosen.query.startswith(begin)
            await pilot.press("enter")
            await until(lambda n=n: app.screen is app._main and len(app._main.queue.rows) == n)
            await until(lambda: "q dashboard" in screen_text(app))
            await pilot.press("q")
            await until(lambda: isinstance(app.screen, DashboardScreen) and app.screen.read)
            screen = app.screen
            await until(lambda begin=begin: screen.board.chosen.query.startswith(begin))  # noqa: B023
        await pilot.press("q")
        await until(lambda: app.screen is app._main)
        assert app._main.view.words == before.words


async def test_figures_say_what_the_mail_is(mails, console, until, shown, screen_text):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await shown(app, pilot, *":dashboard", "enter")
        text = screen_text(app)
        assert "1 of 7" in text
        assert re.search(r"incoming by weekday and hour ─+ n 7 ", text)
        assert re.search(r"雪-bill .* 5, usually 0 +new", text)
        await to(pilot, until, screen, "figure:incoming-mon-")
        await pilot.press("right", "left")
        await until(lambda: "Mon 08:00: 3 of 7" in screen_text(app) or "Mon 07:00: " in screen_text(app))


async def test_other_days_and_a_part_of_the_desk(mails, console, until, shown, screen_text):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await shown(app, pilot, *":dashboard 2026-11-23 2026-11-23", "enter")
        assert "1 of 7" in screen_text(app)
        await pilot.press("[")
        await until(lambda: screen.read and "22 Nov – 22 Nov" in screen_text(app).replace("\xa0", " "))
        assert "n 0" in screen_text(app)
        await pilot.press("]")
        await until(lambda: screen.read and "1 of 7" in screen_text(app))
        await pilot.press("]")
        await until(lambda: "These are the last days there are." in screen_text(app))
        await pilot.press("\\", *"subject:fatura tag:雪-bill", "enter")
        await until(lambda: screen.read and "1 of 5" in screen_text(app))
        assert "of: subject:fatura tag:雪-bill" in screen_text(app)
        await to(pilot, until, screen, "figure:counted")
        await pilot.press("enter")
        await until(lambda: app.screen is app._main and len(app._main.queue.rows) == 5)
        await pilot.press("q")
        await until(lambda: isinstance(app.screen, DashboardScreen) and app.screen.read)
        await pilot.press("H")
        await until(lambda: app.screen.read and "with history" in screen_text(app))
        await pilot.press(":", *"dashboard soon", "enter")
        await until(lambda: "Write the first and the last day" in screen_text(app))


async def test_the_figures_are_copied_as_text(mails, console, until, shown, screen_text, monkeypatch):
    from console.screens import yanking

    sent: list[str] = []
    monkeypatch.setattr(yanking, "send", lambda _app, text, _way="plain": sent.append(text))
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await shown(app, pilot, "g", "b")
        await pilot.press("y")
        await until(lambda: "sent to terminal" in screen_text(app))
    assert "7 conversations began in these days" in sent[0]
    assert "incoming by weekday and hour" in sent[0]


async def test_the_frame_is_there_at_once_and_leaving_stops_what_is_read(
    mails, console, until, screen_text, monkeypatch
):
    import threading

    began, stopped = threading.Event(), threading.Event()

    def slowly(_session, _asked, *, now, stopped: object = None):
        began.set()
        while not stopped():
            began.wait(0.01)
        left.set()
        raise dashboard.Left

    left = stopped
    monkeypatch.setattr(dashboard, "figures", slowly)
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press("g", "b")
        await until(lambda: began.is_set() and "n 7" in screen_text(app))
        assert "reading" in screen_text(app)
        await pilot.press("q")
        await until(lambda: app.screen is app._main and left.is_set())


async def test_the_figures_follow_what_comes_and_the_cursor_stays(
    mails, deliver, desk, console, until, shown, screen_text, monkeypatch
):
    from console.desk import now as moment
    from console.screens import dashboard as module

    monkeypatch.setattr(module, "_BREATH", 0.2)
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await shown(app, pilot, "g", "b")
        await to(pilot, until, screen, "figure:solved")
        await pilot.press("right")
        before = screen.board.chosen
        assert "1 of 7" in screen_text(app)
        deliver({"subject": "Fatura 8", "address": "new@acme.example", "name": "Bo", "ago": 1})
        await until(lambda: "1 of 8" in screen_text(app))
        assert screen.board.chosen.query == before.query
        desk.tell_now(triage.set_status, [2], to="resolved", actor=desk.actor, now=moment())
        await until(lambda: "2 of 8" in screen_text(app))
        assert screen.board.chosen.query == before.query
        assert screen.read
