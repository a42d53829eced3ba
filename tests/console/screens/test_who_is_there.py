"""Two consoles before one desk: each sees who has a conversation open, and who writes in it."""

import pytest

from console.app import Plantao
from console.desk import Desk
from widgets.look import Look

from .conftest import NOW


@pytest.fixture
def number(deliver):
    return deliver({"name": "Ana Ruiz", "subject": "Fatura", "id": "first"})


async def test_who_reads_is_seen_by_the_other_console_at_once_and_gone_when_they_leave(
    number, store, desk, console, until, screen_text
):
    bruno = Desk(store, agent="Bruno", console="there")
    there = Plantao(bruno, look=Look("dark"), clock=lambda: NOW)
    here = console()
    async with here.run_test(size=(120, 36)) as mine:
        await until(lambda: len(here._main.queue.rows) == 1)
        async with there.run_test(size=(120, 36)) as theirs:
            await until(lambda: len(there._main.queue.rows) == 1)
            await theirs.press("enter")
            await until(lambda: there._main.reading)
            await until(lambda: "Bruno looks" in screen_text(here))
            await theirs.press("r")
            await until(lambda: "Bruno writes" in screen_text(here))
            await theirs.press("escape")
            await until(lambda: there.screen is there._main)
            await until(lambda: "Bruno looks" in screen_text(here))
            await theirs.press("q")
            await until(lambda: not there._main.reading)
            await until(lambda: "Bruno" not in screen_text(here))
            await theirs.press("enter")
            await until(lambda: "Bruno looks" in screen_text(here))
        await until(lambda: "Bruno" not in screen_text(here))  # that console has ended
        assert mine
