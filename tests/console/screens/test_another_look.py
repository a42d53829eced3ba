"""`:theme` turns a running console to another look: every cell then as in a console that began in it."""

import pytest

from console.screens.main import MainScreen

LOOKS = ("dark", "light", "terminal", "terminal-light", "none")


def cells(app):
    """Every sign on the screen with its colours; the toast's row and the rows below it are left out."""
    rows = app.screen._compositor.render_strips()[:-2]
    return [[(segment.text, segment.style and str(segment.style)) for segment in strip.simplify()] for strip in rows]


@pytest.fixture
def two(deliver):
    return [
        deliver({"id": "a", "subject": "Fatura", "text": "Bom dia.\n\n> citado\n", "ago": 90}),
        deliver({"name": "Li", "address": "li@kumo.example", "subject": "Login", "text": "It loops.", "ago": 70}),
    ]


@pytest.mark.parametrize(("first", "then"), [(a, b) for a in LOOKS for b in LOOKS if a != b and "dark" in (a, b)])
async def test_every_cell_is_as_in_a_console_that_began_so(two, console, until, screen_text, first, then):
    seen = []
    for look in (first, then):
        app = console(look=look)
        async with app.run_test(size=(120, 36)) as pilot:
            await until(lambda app=app: len(app._main.queue.rows) == 2)
            await pilot.press("enter")
            await until(lambda app=app: app._main.reading and "Bom dia." in screen_text(app))
            if look == first:
                await pilot.press(*f":theme {then}", "enter")
                await until(lambda app=app: app.look.name == then and f"look: {then}" in screen_text(app))
                assert app.theme == f"plantao-{then}"
            await until(lambda app=app: not app._main.queue.rows[0].unread)  # what is open has been seen, and says so
            await pilot.pause()
            await until(lambda app=app: not app.screen._dirty_widgets)
            seen.append(cells(app))
            assert app.native_ansi_color is (then not in {"dark", "light"})
    assert seen[0] == seen[1]


async def test_a_look_there_is_none_of_says_which_there_are(two, console, until, screen_text):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: len(app._main.queue.rows) == 2)
        await pilot.press(*":theme pink", "enter")
        await until(lambda: "There are dark, light, terminal" in screen_text(app))
        assert (app.look.name, isinstance(app.screen, MainScreen)) == ("dark", True)


async def test_under_no_color_there_is_one_look(two, console, until, screen_text, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = console(look="none")
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: len(app._main.queue.rows) == 2)
        await pilot.press(*":theme dark", "enter")
        await until(lambda: "NO_COLOR is set" in screen_text(app))
        assert app.look.name == "none"
