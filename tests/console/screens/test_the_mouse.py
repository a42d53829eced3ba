"""Clicks, where the mouse is followed: what stands on the screen does what it says when it is clicked."""

import pytest
from rich.cells import cell_len

from console.screens.composer import ComposerScreen
from console.screens.helping import HelpScreen
from console.screens.history import HistoryScreen
from console.screens.rules import RulesScreen
from console.screens.searching import SearchScreen
from console.screens.standing import nothing_found
from storage.commands import leasing
from storage.kinds import Status
from storage.queries.conversations import read
from widgets.bars import key_at, keys_line, keys_placed
from widgets.clicking import key_among
from widgets.look import Look


@pytest.fixture
def five(deliver):
    return [
        deliver({"name": f"Cliente {n}", "address": f"c{n}@acme.example", "subject": f"Assunto {n}", "ago": n * 10})
        for n in range(5, 0, -1)
    ]


@pytest.fixture
def click(screen_text):
    """Click the words where they stand on the screen, the last of them."""

    async def press(pilot, words, times=1, row=None):
        lines = screen_text(pilot.app).split("\n")
        y = row if row is not None else max(number for number, line in enumerate(lines) if words in line)
        x = cell_len(lines[y][: lines[y].index(words)])
        await pilot.click(offset=(x, y), times=times)

    return press


async def shown(app, pilot, until, screen_text):
    await until(lambda: len(app._main.queue.rows) == 5 and "Cliente 1" in screen_text(app))
    await pilot.pause()


def status(desk, number):
    return desk.ask_now(read, number, agent_id=None).status


def test_a_cell_of_the_keys_is_the_key_that_stands_there_or_none():
    keys, always = [("Enter", "read"), ("e", "resolve"), ("g i", "all")], [(":", "command"), ("?", "help")]
    for width in (20, 40, 80):
        text = keys_line(Look("dark"), width, keys, always).text
        placed = keys_placed(width, keys, always)
        assert all(text[column:].startswith(f"{key} {word}") for column, key, word in placed)
        named = [key_at(cell, width, keys, always) for cell in range(width)]
        assert [key for cell, key in enumerate(named) if key and key != named[cell - 1]] == [
            key for _column, key, _word in placed
        ]
        assert named[0] == named[width - 1] == ""
    spans = (("resolved", "ok"), (" #4", "text"), ("   u", "accent"), (" takes it back", "text"))
    assert [key_among(spans, cell) for cell in (0, 11, 13, 14, 15, 20, 28, 29)] == ["", "", "", "u", "u", "u", "u", ""]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_a_key_of_the_last_row_acts_when_it_is_clicked(five, console, desk, until, screen_text, click, size):
    app = console()
    async with app.run_test(size=size) as pilot:
        await shown(app, pilot, until, screen_text)
        await click(pilot, "? help")
        await until(lambda: isinstance(app.screen, HelpScreen))
        await click(pilot, "Esc close")
        await until(lambda: app.screen is app._main)
        first = app._main.queue.chosen.conversation_id
        await click(pilot, "e resolve")
        await until(lambda: status(desk, first) is Status.RESOLVED)
        await until(lambda: "takes it back" in screen_text(app))
        await click(pilot, "u takes it back")  # a toast names its key, too
        await until(lambda: status(desk, first) is Status.NEW)
        await click(pilot, "/ search")
        await until(lambda: isinstance(app.screen, SearchScreen))
        await pilot.pause()
        await click(pilot, "Esc close")
        await until(lambda: app.screen is app._main)
        await (click(pilot, ": command") if size[0] > 80 else pilot.press("colon"))  # no room for it beside one pane
        await until(lambda: app._main.asking)
        await pilot.press(*"tga", "escape")
        await until(lambda: not app._main.asking)


async def test_a_click_in_a_line_that_is_typed_puts_its_cursor_there_and_presses_no_key(
    five, console, until, screen_text, click
):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(app, pilot, until, screen_text)
        await pilot.press("\\", *"tag:fatura")
        await until(lambda: "only tag:fatura" in screen_text(app))
        await click(pilot, "fatura", row=23)
        await pilot.press("x")
        await until(lambda: app._main.prompt.value == "tag:xfatura")
        await pilot.click(offset=(0, 23))
        await pilot.press("y")
        await until(lambda: app._main.prompt.value == "ytag:xfatura")


async def test_what_is_offered_is_chosen_by_a_click(five, console, until, screen_text, click):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(app, pilot, until, screen_text)
        await pilot.press("ctrl+p", *"history")
        await until(lambda: app._main._offered_for == "history" and "your last actions, each" in screen_text(app))
        await click(pilot, "your last actions, each")
        await until(lambda: isinstance(app.screen, HistoryScreen))
        await pilot.press("escape")
        await until(lambda: app.screen is app._main)
        await pilot.press("colon", *"them")  # on a line to type in, it is taken into the line
        await until(lambda: app._main._offered_for == "them" and "another look" in screen_text(app))
        await click(pilot, "theme")
        await until(lambda: app._main.prompt.value == "theme ")
        await pilot.press("escape")
        await until(lambda: not app._main.asking)
        await pilot.press("g")  # what may follow a key
        await until(lambda: "the rules that stand" in screen_text(app))
        await click(pilot, "the rules that stand")
        await until(lambda: isinstance(app.screen, RulesScreen))


async def test_a_long_list_of_what_is_offered_is_clicked_where_it_is_scrolled_to(
    five, console, until, screen_text, click
):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(app, pilot, until, screen_text)
        await pilot.press("ctrl+p", "e")
        await until(lambda: app._main._offered_for == "e" and len(app._main._offered) > 20)
        await pilot.press(*["down"] * 15)
        await until(lambda: app._main._at == 15)
        lines = screen_text(app).split("\n")
        first = app._main._offered[10].shown  # ten rows, the cursor's in their middle
        assert first[:40] in lines[13]  # what is longer is cut at the window's edge
        leaves = []
        app._main.perform_line = leaves.append
        await pilot.click(offset=(5, 13 + 3))
        await until(lambda: leaves)


async def test_the_pane_that_is_clicked_has_the_keys(five, console, until, screen_text, click):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await shown(app, pilot, until, screen_text)
        main = app._main
        await until(lambda: main.conversation.view is not None)  # the cursor rests, it follows
        await pilot.click("#conversation", offset=(5, 8))
        await until(lambda: main.reading)
        await pilot.click("#queue", offset=(10, 3))
        await until(lambda: not main.reading and main.queue.chosen.conversation_id == five[3])
        await until(lambda: main.conversation.view.conversation_id == five[3])
        await click(pilot, f"#{five[3]} Assunto", row=1)
        await until(lambda: main.reading)
        await click(pilot, "All", row=1)
        await until(lambda: not main.reading)


async def test_rows_of_lists_are_clicked_and_double_clicked(five, console, desk, until, screen_text, click):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(app, pilot, until, screen_text)
        for _time in range(2):
            numbers = [row.conversation_id for row in app._main.queue.rows]
            await pilot.press("e")
            await until(lambda numbers=numbers: status(desk, numbers[0]) is Status.RESOLVED)
            await until(lambda numbers=numbers: len(app._main.queue.rows) < len(numbers))
        await pilot.press("g", "h")
        await until(lambda: screen_text(app).count("resolved") == 2)
        await pilot.click(offset=(10, 2))
        await until(lambda: "▌" in screen_text(app).split("\n")[2])
        await pilot.click(offset=(10, 2), times=2)
        await until(lambda: app.screen is app._main and status(desk, five[0]) is Status.NEW)
        await pilot.press("slash", *"Assunto")
        await until(lambda: "#5" in screen_text(app) and "Assunto 1" in screen_text(app))
        await pilot.pause()
        await click(pilot, "Assunto 2", times=2)
        await until(lambda: app._main.reading and app._main.conversation.view.subject == "Assunto 2")


@pytest.mark.parametrize(("size", "key"), [((80, 24), "m"), ((120, 36), "f")])
async def test_a_recipient_that_is_offered_is_clicked_into_its_field(
    five, console, until, screen_text, click, size, key
):
    app = console()
    async with app.run_test(size=size) as pilot:
        await shown(app, pilot, until, screen_text)
        await pilot.press(key)
        await until(lambda: isinstance(app.screen, ComposerScreen) and app.screen.begun)
        await until(lambda: app.screen.fields.focused_name == "to")
        await pilot.press(*"cliente")
        await until(lambda: "Cliente 3  c3@acme.example" in " ".join(screen_text(app).split(" ")))
        await click(pilot, "Cliente 3  c3@acme.example")
        await until(lambda: app.screen.fields.value("to").startswith("Cliente 3 <c3@acme.example>"))
        assert app.screen.fields.focused_name == "to"
        assert app.screen.editor.cursor_location == (0, 0)


async def test_a_toast_in_the_composer_is_one_row_where_the_conversation_stands_beside(
    five, console, until, screen_text
):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await shown(app, pilot, until, screen_text)
        await pilot.press("r")
        await until(lambda: isinstance(app.screen, ComposerScreen) and app.screen.begun)
        await pilot.press(*"Oi, Ana.", "ctrl+s")
        await until(lambda: app.screen.review.region.height)
        await pilot.pause()
        screen = app.screen
        assert screen.conversation.region.bottom != screen.editor.region.bottom  # the review stands below the text
        screen.say((("attached", "ok"), (" boleto.pdf, which is said in one row", "text")), ":attach")
        await until(lambda: "▌ attached boleto.pdf, which is said in one row" in screen_text(app))
        [row] = [line for line in screen_text(app).split("\n") if "attached boleto" in line]
        assert row.rstrip().endswith(":attach")
        assert screen_text(app).count("▌ attached") == 1


async def test_keys_in_an_empty_place_and_in_an_error_that_stands(console, desk, until, screen_text, click, deliver):
    app = console()
    deliver({"name": "Ana", "subject": "Fatura"})
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press("\\", *"tag:nada", "enter")
        await until(lambda: nothing_found(app._main.view, "tag:nada")[0] in screen_text(app))
        await click(pilot, "all of All")
        await until(lambda: not app._main.narrowed and app._main.queue.rows)
        with desk.store.writing() as session:
            leasing.set_state(session, 1, "stopped", now=app.clock(), trouble={"kind": "ServerRefused", "words": "no"})
        app.wake_feed()
        await until(lambda: "tries again" in screen_text(app))
        await click(pilot, "x tries again")
        await until(lambda: "mail stopped" not in screen_text(app))
