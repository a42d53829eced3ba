"""The report on a page: by its key, by its name, and of the days that the line says."""

import csv

import pytest

from console.screens.paper import PaperScreen


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_a_report_is_read_on_a_page_and_left(deliver, console, until, screen_text, size):
    deliver({"name": "Ana Souza", "address": "ana@acme.example", "subject": "Cobrança", "text": "Bom dia.\n"})
    app = console()
    async with app.run_test(size=size) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press("g", "n")
        await until(lambda: isinstance(app.screen, PaperScreen) and "first response" in screen_text(app))
        shown = screen_text(app)
        assert "1 conversation began in these days" in shown
        assert "without 1 not answered by a person" in shown
        await pilot.press("q")
        await until(lambda: app.screen is app._main)
        await pilot.press(":", *"report 2020-01-01 2020-01-31", "enter")
        await until(lambda: "0 conversations began" in screen_text(app))
        await pilot.press("q")
        await until(lambda: app.screen is app._main)
        for query, said in (("is:open", "1 conversation began"), ("subject:nada", "0 conversations began")):
            await pilot.press(":", *f"report 2020-01-01 2030-01-31 of {query}", "enter")
            await until(lambda: f"of: {query}" in screen_text(app) and said in screen_text(app))  # noqa: B023
            await pilot.press("q")
            await until(lambda: app.screen is app._main)
        await pilot.press(":", *"report of colour:red", "enter")
        await until(lambda: "colour" in screen_text(app) and isinstance(app.screen, PaperScreen))
        await pilot.press("q")
        await until(lambda: app.screen is app._main)
        await pilot.press(":", *"report soon", "enter")
        await until(lambda: "Write the first and the last day" in screen_text(app))


async def test_a_report_is_saved_over_nothing_whole_or_not_at_all(deliver, console, until, screen_text, tmp_path):
    deliver({"name": "Ana Souza", "address": "ana@acme.example", "subject": "Cobrança", "text": "Bom dia.\n"})
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.queue.rows)
        app.means.folder = folder = tmp_path / "saved"
        folder.mkdir()
        (folder / "taken.csv").write_text("mine")

        async def line(words: str, said: str) -> None:
            await pilot.press(":", *words, "enter")
            await until(lambda: said in screen_text(app) if " " in said else (folder / said).exists())
            assert app.screen is app._main

        await line("report save one.csv", "one.csv")
        await line("report save 'taken.csv' 2020-01-01 2030-01-31 of is:open", "taken-2.csv")
        await line(f"report save '{folder}/end of year.csv' of subject:nada", "saved  ")
        await line("report save nowhere/x.csv", "There is no folder")
        await line("report save", "Write where to save it")
        await line("report save 'open", "Write where to save it")
        await line("report save x.csv soon", "Write the first and the last day as")
        await line("report save x.csv of colour:red", "cannot be read at")
    assert (folder / "taken.csv").read_text() == "mine"
    names = ["end of year.csv", "one.csv", "taken-2.csv", "taken.csv"]
    assert sorted(one.name for one in folder.iterdir()) == names
    told = {}
    for name in ("end of year.csv", "one.csv", "taken-2.csv"):
        with (folder / name).open(newline="") as opened:
            told[name] = next(csv.DictReader(opened))
    assert [told[name]["value"] for name in told] == ["0", "1", "1"]
    assert (told["taken-2.csv"]["of"], told["taken-2.csv"]["since"]) == ("is:open", "2020-01-01")
