"""`T` and a digit hand a conversation on: asked, looked over, sent with its brief; accepted with A, returned with B."""

from datetime import UTC, datetime, timedelta

import pytest

from console.config.accounts import Account
from console.mail.noting import keep_note
from console.screens.handing_on import TransferScreen
from console.screens.paper import PaperScreen
from storage.commands import playbooks, promising, rotas, terms
from storage.commands.desk import agent_named
from storage.kinds import ConversationKind, Status, Tier
from storage.kinds.rotas import Rota
from storage.queries import conversations, handoffs, promises
from storage.queries.outbox import outbox
from widgets.look import Look

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


async def test_what_nobody_handed_on_asks_for_no_reason(number, console, until, screen_text):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press("B")
        await until(lambda: f"#{number} was not handed to the tier where it is" in screen_text(app))
        assert "why?" not in screen_text(app)


def test_a_form_names_no_tier_to_come_from_before_it_has_read_one():
    assert TransferScreen(Look("dark"), 54, Tier.N2).heading == "transfer #54  N2"


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
        await until(lambda: "cause of" in screen_text(app))
        await pilot.press(*"a key", "enter")
        await pilot.press(*"sent it", "enter")
        await until(lambda: read(desk, number).status is Status.RESOLVED)
        assert desk.ask_now(handoffs.solution_of, number).cause == "a key"
        # Reopened it is other work: what was found then stands in the lines, to be taken or changed.
        await pilot.press(*f":reopen {number}", "enter")
        await until(lambda: read(desk, number).status is Status.OPEN)
        await pilot.press(*f":resolve {number}", "enter")
        await until(lambda: "unknown a key" in " ".join(screen_text(app).split()))
        await pilot.press("enter", *" twice", "enter")
        await until(lambda: read(desk, number).status is Status.RESOLVED)
        assert desk.ask_now(handoffs.solution_of, number).solution == "sent it twice"


@pytest.fixture
def nights(store, desk):
    """Inês is on call at N3, whose policy gives nine minutes; Marta is away."""
    with store.writing() as session:
        people = {name: agent_named(session, name, now=NOW) for name in ("Inês", "Marta")}
    begun = NOW.date() - timedelta(days=1)
    desk.tell_now(
        rotas.set_rota, Rota("nights", "UTC", (people["Inês"],), begun, tier=Tier.N3), actor=desk.actor, now=NOW
    )
    desk.tell_now(playbooks.leave, "Marta", None, actor=desk.actor, now=NOW)
    desk.tell_now(terms.set_policy, "pager", {"acceptance": "9m", "tier": "n3"}, actor=desk.actor, now=NOW)
    return people


@pytest.mark.parametrize(("size", "look"), [((80, 24), "dark"), ((120, 36), "none")])
async def test_whoever_is_on_call_is_proposed_with_the_deadline_that_holds(
    number, nights, console, desk, until, screen_text, size, look
):
    app = console(look=look)
    async with app.run_test(size=size) as pilot:
        screen = await opened(app, pilot, until)
        shown = screen_text(app)
        assert "Inês is asked" in shown
        if size[0] == 80:
            assert "accept by 09:41" in shown
        else:
            assert "Inês is asked, on call until" in shown
            assert "accept    9m, by 09:41" in shown
            assert "by the policy pager" in shown
        screen.fields.go_to("agent")
        await until(lambda: "not at work" in screen_text(app) or "anybody of the tier" in screen_text(app))
        shown = screen_text(app)
        assert "Marta" in shown
        assert "away" in shown
        await pilot.press(*"mar")
        await pilot.press("tab")
        await until(lambda: screen.fields.value("agent") == "Marta")
        await until(lambda: "Marta is asked, away" in screen_text(app))
        screen.go_to("asked")
        await pilot.press(*"Why?", "ctrl+t")
        await until(lambda: app.screen is app._main)
        view = desk.ask_now(handoffs.open_handoff, number)
        assert (view.to_agent, view.due_at - view.at) == ("Marta", timedelta(minutes=9))


async def test_anybody_can_be_asked_and_nobody_by_an_unknown_name(number, nights, console, desk, until, screen_text):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot, until)
        screen.fields.put({"agent": "Nemo"}, quietly=False)
        await pilot.press(*"Why?", "ctrl+t")
        await until(lambda: "Nobody here is called Nemo." in screen_text(app))
        assert screen.fields.focused_name == "agent"
        screen.fields.put({"agent": ""}, quietly=False)
        await pilot.press("up", "tab")  # the last that is offered
        await until(lambda: screen.fields.value("agent") == "anybody")
        await pilot.press("ctrl+t")
        await until(lambda: app.screen is app._main)
        assert desk.ask_now(handoffs.open_handoff, number).to_agent_id is None


async def test_what_is_told_is_offered_as_a_promise_and_what_is_promised_stands_there(
    number, console, desk, until, screen_text, account
):
    desk.tell_now(promising.promise, number, "an invoice", NOW + timedelta(hours=3), actor=desk.actor, now=NOW)
    app = console(accounts=(account,))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot, until)
        await until(lambda: "an invoice" in screen_text(app))
        assert "by 12:32" in screen_text(app)
        await pilot.press(*"Why?")
        screen.go_to("told")
        await pilot.press(*"I will write to you by 15:00.")
        await until(lambda: "not promised yet" in screen_text(app))
        assert "Space promises it" in screen_text(app)
        screen.go_to("along")
        await pilot.press(*["down"] * 9, "space")
        await until(lambda: "is promised" in screen_text(app))
        screen.fields.put({"promise": '"the cause" 16:00'}, quietly=False)
        await until(lambda: "◆ the cause" in screen_text(app))
        await pilot.press("ctrl+t")
        await until(lambda: app.screen is app._main)
        said = ["an invoice", "I will write to you by 15:00.", "the cause"]
        assert [one.text for one in desk.ask_now(promises.promises)] == said
        told = desk.ask_now(handoffs.open_handoff, number).contents.promised
        assert [one.text for one in told] == said
        await pilot.press("u")
        await until(lambda: [one.text for one in desk.ask_now(promises.promises)] == said[:1])
        screen = await opened(app, pilot, until)
        assert screen.taken == {said[1]}, "what was taken is kept with what was typed"


async def test_what_is_promised_stands_above_the_rest_in_a_low_window(number, console, desk, until, screen_text):
    desk.tell_now(promising.promise, number, "an invoice", NOW + timedelta(hours=3), actor=desk.actor, now=NOW)
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, until, key="2")
        await until(lambda: "an invoice" in screen_text(app))
        rows = screen_text(app).splitlines()
        tried = next(place for place, row in enumerate(rows) if row.startswith(" tried "))
        assert next(place for place, row in enumerate(rows) if "an invoice" in row) < tried


async def test_what_is_no_promise_is_said_before_it_goes(number, console, desk, until, screen_text):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot, until)
        screen.fields.put({"promise": "the cause"}, quietly=False)
        await pilot.press(*"Why?", "ctrl+t")
        await until(lambda: "promised: until when is missing" in screen_text(app))
        assert screen.fields.focused_name == "promise"
        assert read(desk, number).tier is Tier.N1


async def test_the_last_row_says_accept_and_return_only_where_something_waits(
    number, console, desk, deliver, until, screen_text
):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.queue.rows)

        def last():
            return screen_text(app).splitlines()[-1]

        await until(lambda: "T transfer" in last())
        assert "A accept" not in last()
        await opened(app, pilot, until)
        await pilot.press(*"Why?", "ctrl+t")
        await until(lambda: app.screen is app._main and "A accept  B return" in last())
        assert "transfer" not in last()
        await pilot.press("enter")
        await until(lambda: app._main.reading and "A accept  B return" in last())
        await pilot.press("A")
        await until(lambda: "A accept" not in last() and "T transfer" in last())
