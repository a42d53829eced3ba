"""The `:` line on lists and pages: what works there is done there, the rest on the main screen."""

import pytest

PLACES = {
    "g h": "history",
    "g d": "drafts",
    "g o": "outbox",
    "g k": "library",
    "g r": "rules",
    "g c": "customer",
    "W": "paper",
    "enter o": "files",
}


async def at(pilot, app, until, keys):
    """Go to a list, and wait until it has the keys."""
    await until(lambda: app._main.queue.rows)
    await pilot.press(*keys.split())
    await until(lambda: app.screen is not app._main and app.screen.where == PLACES[keys])
    return app.screen


async def line(pilot, until, screen, words):
    """Give a line on a screen."""
    await pilot.press(":")
    await until(lambda: screen.asking and screen.prompt.has_focus)
    await pilot.press(*words, "enter")


@pytest.mark.parametrize("keys", PLACES)
async def test_a_list_takes_a_line_and_leaves_for_what_is_done_elsewhere(keys, console, deliver, until, screen_text):
    deliver({"subject": "Fatura", "text": "https://a.example"})
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await at(pilot, app, until, keys)
        assert ": command" in screen_text(app)
        await pilot.press(":")
        await until(lambda: "show" in screen_text(app) or "back" in screen_text(app))
        await pilot.press("escape")
        await until(lambda: not screen.asking)
        assert app.screen is screen
        await line(pilot, until, screen, "view 4")
        await until(lambda: app.screen is app._main and app._main.view.name == "Settled")


async def test_what_works_on_the_list_is_done_on_it(console, deliver, until, screen_text):
    number = deliver({"subject": "Fatura"})
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press("t")
        await until(lambda: app._main.queue.rows[0].assignee_id is not None)
        screen = await at(pilot, app, until, "g h")
        await line(pilot, until, screen, "nonsense")
        await until(lambda: "no command" in screen_text(app))
        await pilot.press("escape")
        await until(lambda: not screen.asking)
        await line(pilot, until, screen, "resolve")
        await until(lambda: "name its number" in screen_text(app))
        assert app.screen is screen
        await line(pilot, until, screen, "take-b")
        await until(lambda: app.screen is app._main)
        await until(lambda: app._main.queue.rows[0].assignee_id is None)
        screen = await at(pilot, app, until, "g h")
        await line(pilot, until, screen, f"resolve {number}")
        await until(lambda: app.screen is app._main and not app._main.queue.rows)


async def test_from_one_list_to_another(console, deliver, until):
    deliver({"subject": "Fatura"})
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await at(pilot, app, until, "g h")
        await line(pilot, until, screen, "outbox")
        await until(lambda: app.screen.where == "outbox")
        assert len(app.screen_stack) == 2
        await line(pilot, until, app.screen, "library")
        await until(lambda: app.screen.where == "library")
        await pilot.press("/", *"zz")
        await until(lambda: app.screen._words == "zz")
        await pilot.press("escape")
        await until(lambda: not app.screen.asking and app.screen._words == "")
        await line(pilot, until, app.screen, "quit")
        await until(lambda: app._exit)


async def test_a_name_that_only_one_command_begins_with_is_that_command(console, deliver, until, screen_text):
    deliver({"subject": "Fatura"})
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.queue.rows)
        await line(pilot, until, app._main, "re")
        await until(lambda: "re: no command" in screen_text(app))
        await line(pilot, until, app._main, "hist")
        await until(lambda: app.screen.where == "history")
