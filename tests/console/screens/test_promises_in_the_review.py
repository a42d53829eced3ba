"""What an answer promises is offered in its review: one key takes it, another changes it, and sending writes it down."""

from datetime import UTC, datetime, timedelta

import pytest

from console.config.accounts import Account
from console.screens.composer import ComposerScreen
from storage.commands import promising
from storage.commands.undoing import undo
from storage.kinds.review import Check
from storage.queries.outbox import outbox
from storage.queries.promises import promised_to, promises

NOW = datetime(2026, 11, 23, 9, 32, tzinfo=UTC)  # as in the conftest
SAID = "Bom dia. Respondo até as 15h."


@pytest.fixture
def account():
    servers = {"imap": "127.0.0.1:1", "smtp": "127.0.0.1:2", "tls": "none"}
    return Account.model_validate({"name": "suporte", "address": "suporte@lumen.example", **servers})


@pytest.fixture
def number(deliver):
    return deliver({"name": "Ana Souza", "address": "ana@acme.example", "subject": "Cobrança", "text": "Bom dia.\n"})


async def review(app, pilot, until, text="Bom dia, ela foi corrigida."):
    """Write an answer to what the cursor is on, and look it over."""
    await until(lambda: app._main.queue.rows)
    await pilot.press("r")
    await until(lambda: isinstance(app.screen, ComposerScreen) and app.screen.begun)
    screen = app.screen
    await pilot.pause()
    await pilot.press(*text, "ctrl+s")
    await until(lambda: screen.where == "review" and screen.review.findings)
    return screen


def owed(desk):
    return [one.text for one in desk.ask_now(promised_to, 1)]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_a_promise_is_taken_with_one_key_and_goes_with_the_answer(
    number, console, desk, until, screen_text, account, size
):
    app = console(accounts=(account,))
    async with app.run_test(size=size) as pilot:
        screen = await review(app, pilot, until, SAID)
        await until(lambda: "a promise by" in screen_text(app))
        assert owed(desk) == []
        await pilot.press("p")
        await until(lambda: "promised by" in screen_text(app))
        await pilot.press("p")
        await until(lambda: "a promise by" in screen_text(app))
        await pilot.press("p")
        await until(lambda: "promised by" in screen_text(app))
        assert Check.PROMISED in {one.check for one in screen.review.findings}
        await pilot.press("ctrl+s")
        await until(lambda: app.screen is app._main)
        assert owed(desk) == ["Respondo até as 15h."]
        await pilot.press("u")
        await until(lambda: owed(desk) == [])
        assert not desk.ask_now(outbox)


async def test_what_is_only_offered_is_not_written_down_and_words_and_moment_can_be_changed(
    number, console, desk, until, screen_text, account
):
    app = console(accounts=(account,))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await review(app, pilot, until, SAID)
        await pilot.press("c")
        await until(lambda: screen.asking)
        assert '"Respondo até as 15h." 2026-11-23 15:00' in screen_text(app)
        await pilot.press("ctrl+u", *'"the price" yesterday')
        await until(lambda: "no moment: 2h" in screen_text(app))
        await pilot.press("ctrl+u", *'"the price" 2026-11-24 10:00', "enter")
        await until(lambda: "the price" in screen_text(app) and not screen.asking)
        await pilot.press("ctrl+s")
        await until(lambda: app.screen is app._main)
        (one,) = desk.ask_now(promised_to, 1)
        assert (one.text, f"{one.due:%d %H:%M}") == ("the price", "24 10:00")
        await until(lambda: app._main.queue.rows)


async def test_what_was_promised_before_is_offered_as_kept(number, console, desk, until, screen_text, account):
    app = console(accounts=(account,))
    desk.tell_now(promising.promise, 1, "call back", NOW + timedelta(hours=1), actor=desk.actor, now=NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await review(app, pilot, until)
        await until(lambda: "and kept by this?" in screen_text(app))
        await pilot.press("p")
        await until(lambda: "kept by this: call back" in screen_text(app))
        await pilot.press("ctrl+s")
        await until(lambda: app.screen is app._main)
        assert owed(desk) == []
        assert [one.text for one in desk.ask_now(promises, kept=True)] == ["call back"]
        desk.tell_now(undo, actor=desk.actor, now=NOW)
        assert owed(desk) == ["call back"]


async def test_the_key_means_the_promise_wherever_the_cursor_is(number, console, desk, until, screen_text, account):
    app = console(accounts=(account,))
    async with app.run_test(size=(80, 24)) as pilot:
        await review(app, pilot, until, "Segue em anexo. Respondo até as 15h.")
        await until(lambda: "stops it" in screen_text(app) and "a promise by" in screen_text(app))
        await pilot.press("p")
        await until(lambda: "promised by" in screen_text(app))


async def test_a_key_where_no_promise_is_says_so(number, console, until, screen_text, account):
    app = console(accounts=(account,))
    async with app.run_test(size=(80, 24)) as pilot:
        await review(app, pilot, until)
        await pilot.press("p")
        await until(lambda: "That is no promise." in screen_text(app))
