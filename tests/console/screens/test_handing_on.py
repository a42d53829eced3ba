"""`T` and a digit hand a conversation on: asked, looked over, sent with its brief; accepted with A, returned with B."""

from datetime import UTC, datetime, timedelta

import pytest

from console.config.accounts import Account
from console.mail.noting import keep_note
from console.screens.handing import TransferScreen
from console.screens.paper import PaperScreen
from storage.commands.desk import agent_named
from storage.kinds import ConversationKind, Status, Tier
from storage.queries import conversations, handoffs
from storage.queries.outbox import outbox

NOW = datetime(2026, 11, 23, 9, 32, tzinfo=UTC)  # as in the conftest


@pytest.fixture
def account():
    servers = {"imap": "127.0.0.1:1", "smtp": "127.0.0.1:2", "tls": "none"}
    return Account.model_validate({"name": "suporte", "address": "suporte@lumen.example", **servers})


@pytest.fixture
def number(deliver, desk, store):
    made = deliver(
        {"name": "Ana Souza", "address": "ana@acme.example", "subject": "Erro 502", "text": "Pedido 88121, erro 502.\n"}
    )
    keep_note(store, made, "switched retry off", agent="Ana", actor=desk.actor, now=NOW)
    return made


def read(desk, number):
    return desk.ask_now(conversations.read, number, agent_id=None)


async def opened(app, pilot, until, key="3"):
    await until(lambda: app._main.queue.rows)
    await pilot.press("T", key)
    await until(lambda: isinstance(app.screen, TransferScreen) and app.screen.begun)
    await pilot.pause()
    return app.screen


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_it_is_handed_on_with_what_is_typed_and_what_the_thread_says(
    number, console, desk, until, screen_text, account, size
):
    app = console(accounts=(account,))
    async with app.run_test(size=size) as pilot:
        screen = await opened(app, pilot, until)
        await pilot.press(*"Why 502?")
        await until(lambda: "88121" in screen_text(app))
        shown = screen_text(app)
        assert "switched retry off" in shown
        assert ("what changes" in shown) is (size[0] >= 100)
        await pilot.press("tab")
        assert screen._part == "along"
        await until(lambda: screen.along.chosen_key == "order")
        await pilot.press("space")
        await until(lambda: "left out" in screen_text(app))
        await pilot.press("tab", *"Volto logo.", "ctrl+t")
        await until(lambda: app.screen is app._main)
        view = desk.ask_now(handoffs.open_handoff, number)
        assert (view.to_tier, view.contents.asked, view.contents.told) == (Tier.N3, "Why 502?", "Volto logo.")
        assert [one.sort for one in view.contents.facts] == ["code"]
        assert [one.text for one in view.contents.tried] == ["switched retry off"]
        assert [one.conversation_id for one in desk.ask_now(outbox)] == [number]
        await until(lambda: "takes it back until it is accepted" in screen_text(app) or size[0] < 100)
        await pilot.press("u")
        await until(lambda: read(desk, number).tier is Tier.N1)
        screen = await opened(app, pilot, until)  # what was typed came back
        assert screen.asked.text == "Why 502?"


async def test_what_was_typed_is_kept_and_read_as_the_receiver_will(number, console, desk, until, screen_text):
    app = console()
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(app, pilot, until)
        await pilot.press(*"Why?")
        await pilot.press("ctrl+r")
        await until(lambda: isinstance(app.screen, PaperScreen) and "asked     Why?" in screen_text(app))
        await pilot.press("q")
        await until(lambda: isinstance(app.screen, TransferScreen))
        await pilot.press("escape")
        await until(lambda: app.screen is app._main)
        assert read(desk, number).tier is Tier.N1
        screen = await opened(app, pilot, until)
        assert screen.asked.text == "Why?"


async def test_nothing_asked_and_no_visit_are_said_before_it_goes(number, console, desk, until, screen_text):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot, until, "2")
        assert "needs a reason, a place, a window" in screen_text(app)
        await pilot.press("ctrl+t")
        await until(lambda: "Say what is asked of N2" in screen_text(app))
        await pilot.press(*"go", "ctrl+t")
        await until(lambda: "reason needs a value" in screen_text(app))
        screen = app.screen
        screen.fields.put({"reason": "broken", "site": "Dock 4", "from": "2h", "until": "4h"}, quietly=False)
        await pilot.press("ctrl+t")
        await until(lambda: app.screen is app._main)
        assert desk.ask_now(handoffs.open_handoff, number).contents.visit.site == "Dock 4"


async def test_a_accepts_and_b_returns_with_a_reason(number, console, desk, until, screen_text, store):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot, until)
        await pilot.press(*"Why?", "ctrl+t")
        await until(lambda: app.screen is app._main)
        await pilot.press("A")
        await until(lambda: read(desk, number).assignee == "Ana")
        await pilot.press("B")
        await pilot.press(*"no log", "enter")
        await until(lambda: read(desk, number).tier is Tier.N1)
        assert desk.ask_now(handoffs.handoffs_of, number)[-1].reason == "no log"


async def test_support_asks_for_its_cause_and_a_colleague_is_asked_from_the_line(
    number, console, desk, until, screen_text, store
):
    with store.writing() as session:
        agent_named(session, "Inês", now=NOW)
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press(*":consult", "space", *"Inês", "space", *"2h do you know?", "enter")
        await until(lambda: desk.ask_now(handoffs.consults_of, number))
        (asked,) = desk.ask_now(handoffs.consults_of, number)
        assert (asked.agent, asked.due_at - asked.at) == ("Inês", timedelta(hours=2))
        await pilot.press(*":kind support", "enter")
        await until(lambda: read(desk, number).kind is ConversationKind.SUPPORT)
        await pilot.press("e")
        await pilot.press(*"a key", "enter")
        await pilot.press(*"sent it", "enter")
        await until(lambda: read(desk, number).status is Status.RESOLVED)
        assert desk.ask_now(handoffs.solution_of, number).cause == "a key"
