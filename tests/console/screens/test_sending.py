"""An answer is sent from the composer, taken back, and seen to where it did not leave: before a real store."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from textual import events

from console.config.accounts import Account
from console.desk import Desk, now
from console.screens.composer import ComposerScreen
from console.screens.handing_macro import MacroScreen
from console.screens.outbox import OutboxScreen
from storage.commands import responses
from storage.commands.desk import mailbox_as
from storage.commands.outbox import sending, steps
from storage.commands.outbox.items import Result
from storage.commands.outbox.steps import Told
from storage.kinds import Delivery, Hold, Status, Tier
from storage.kinds.responses import Actions, Canned, HandsOn
from storage.queries import conversations, drafts, handoffs, outbox

NOTHING_RIGHT = "Bom dia, ela foi corrigida."


@pytest.fixture
def account():
    return Account.model_validate(
        {
            "name": "suporte",
            "address": "suporte@lumen.example",
            "imap": "127.0.0.1:1",
            "smtp": "127.0.0.1:2",
            "tls": "none",
            "signature": "Lumen",
        }
    )


@pytest.fixture
def number(deliver):
    return deliver(
        {
            "id": "first",
            "name": "Ana Souza",
            "address": "ana@acme.example",
            "subject": "Cobrança em duplicidade",
            "text": "Bom dia.\n\nA fatura de agosto veio em dobro, podem ver isso para mim?\n",
        }
    )


def view(desk, number):
    return desk.ask_now(conversations.read, number, agent_id=None)


def kept(desk):
    return [one.body for one in desk.ask_now(drafts.drafts, agent_id=desk.agent_id)]


def out(desk):
    return desk.ask_now(outbox.outbox)


async def review(app, pilot, until, text=NOTHING_RIGHT):
    """Write an answer to what the cursor is on, and look it over."""
    await until(lambda: app._main.queue.rows)
    await pilot.press("r")
    await until(lambda: isinstance(app.screen, ComposerScreen) and app.screen.begun)
    screen = app.screen
    await pilot.pause()
    await pilot.press(*text, "ctrl+s")
    await until(lambda: screen.where == "review" and screen.review.findings)
    return screen


async def answer(app, pilot, until, then=""):
    await review(app, pilot, until)
    await pilot.press(*then, "ctrl+s")
    await until(lambda: app.screen is app._main)


def leave(desk, *results):
    """Let the one message that is due leave, with what a server said."""
    later = out(desk)[0].delivery.leaves_at + timedelta(seconds=1)
    with desk.store.writing() as session:
        (item,) = sending.claim(session, 1, holder="x:1:1", now=later)
        assert steps.proceed(session, begin=[item], holder="x:1:1", now=later)
        steps.proceed(session, handed=[steps.Handed(item, {})], holder="x:1:1", now=later)
        told = Told(item, {place: result for (place, _), result in zip(item.recipients, results, strict=True)})
        steps.proceed(session, told=[told], holder="x:1:1", now=later)
    desk.wrote.set()
    return item


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_an_answer_is_queued_by_reviewing_it_and_once_more(
    number, console, desk, until, screen_text, account, size
):
    app = console(accounts=(account,))
    async with app.run_test(size=size) as pilot:
        await answer(app, pilot, until)
        await until(lambda: "answer queued #1" in screen_text(app))
        assert "leaves 09:32:10" in screen_text(app)
        assert "takes it back" in screen_text(app)
        shown = view(desk, number)
        assert shown.status is Status.WAITING
        assert shown.messages[-1].text.startswith(NOTHING_RIGHT)
        assert "Lumen" in shown.messages[-1].text
        assert kept(desk) == []
        await pilot.press("u")
        await until(lambda: view(desk, number).status is Status.NEW)
        assert kept(desk) == [NOTHING_RIGHT]
        assert len(view(desk, number).messages) == 1
        await until(lambda: "taken back: the message, a draft again #1" in screen_text(app))
        assert "does it again" not in screen_text(app)  # no redo sends it
        if size[0] == 120:  # the conversation stands beside the queue
            await until(lambda: "answer queued and taken back" in screen_text(app))
            assert "waits for the" not in screen_text(app).partition("▌ taken back")[0]
            await pilot.press("enter", "z")
            await until(lambda: "answer taken back before it" in screen_text(app))


async def test_the_history_tells_an_answer_as_such_also_one_that_was_taken_back(
    number, console, desk, until, screen_text, account
):
    app = console(accounts=(account,))
    async with app.run_test(size=(80, 24)) as pilot:
        await answer(app, pilot, until)
        await until(lambda: view(desk, number).status is Status.WAITING)
        await pilot.press("g", "h")
        await until(lambda: "answered  #1" in screen_text(app))
        await pilot.press("q", "u")
        await until(lambda: view(desk, number).status is Status.NEW)
        await pilot.press("g", "h")
        await until(lambda: "this took it back" in screen_text(app))
        assert screen_text(app).count("answered  #1") == 2
        assert "waits for the customer" not in screen_text(app)


@pytest.mark.parametrize(("key", "status"), [("e", Status.RESOLVED), ("o", Status.NEW), ("w", Status.WAITING)])
async def test_where_the_conversation_stands_then_is_chosen(number, console, desk, until, account, key, status):
    app = console(accounts=(account,))
    async with app.run_test(size=(120, 36)) as pilot:
        await answer(app, pilot, until, then=key)
        assert view(desk, number).status is status


async def test_the_agent_goes_on_with_the_next_one(number, deliver, console, desk, until, account):
    other = deliver({"name": "Bo", "address": "bo@b.example", "subject": "Outro", "text": "Oi", "ago": 5})
    app = console(accounts=(account,))
    async with app.run_test(size=(120, 36)) as pilot:
        await answer(app, pilot, until)
        await until(lambda: app._main.queue.chosen.conversation_id == other)
        await until(lambda: view(desk, number).status is Status.WAITING)
        await pilot.pause()
        assert app._main.queue.chosen.conversation_id == other


async def test_what_stops_it_keeps_it(number, console, desk, until, screen_text, account):
    app = console(accounts=(account,))
    async with app.run_test(size=(80, 24)) as pilot:
        await review(app, pilot, until, "Oi, [NOME], tudo certo.")
        await until(lambda: "1 stops it" in screen_text(app))
        await pilot.press("ctrl+s")
        await until(lambda: "mended, or said to be right with y" in screen_text(app))
        assert out(desk) == ()
        await pilot.press("y")
        await until(lambda: "1 stops it" not in screen_text(app))
        await pilot.press("ctrl+s")
        await until(lambda: len(out(desk)) == 1)


async def test_what_came_after_the_review_is_told_before_it_leaves(
    number, deliver, console, desk, until, screen_text, account
):
    app = console(accounts=(account,))
    async with app.run_test(size=(120, 36)) as pilot:
        await review(app, pilot, until)
        deliver({"name": "Ana Souza", "address": "ana@acme.example", "answers": "first", "text": "Ainda?", "ago": 0})
        await pilot.press("ctrl+s")
        await until(lambda: "Something came meanwhile" in screen_text(app))
        assert out(desk) == ()
        await pilot.press("ctrl+s")
        await until(lambda: len(out(desk)) == 1)


async def test_without_an_account_nothing_leaves_and_the_draft_is_kept(number, console, desk, until, screen_text):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await review(app, pilot, until)
        await pilot.press("ctrl+s")
        await until(lambda: "The mailbox suporte has no account here" in screen_text(app))
        assert kept(desk) == [NOTHING_RIGHT]
        assert out(desk) == ()


@pytest.fixture
def macro(desk):
    does = Actions(status=Status.RESOLVED, add=("estorno",))
    canned = Canned("estorno", "pt_BR", "Estorno", "O valor volta em cinco dias.", actions=does)
    return desk.tell_now(responses.keep, canned, shared=True, actor=desk.actor, now=now())


@pytest.mark.parametrize(("then", "status"), [("", Status.RESOLVED), ("w", Status.WAITING)])
async def test_a_macro_does_what_is_shown_in_the_same_action(
    number, macro, console, desk, until, screen_text, account, then, status
):
    app = console(accounts=(account,))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press("semicolon", *"estorno", "enter")  # all at once: nothing waits for a screen
        await until(lambda: isinstance(app.screen, ComposerScreen) and "cinco dias" in app.screen.editor.text)
        screen = app.screen
        await pilot.press("ctrl+s")
        await until(lambda: screen.where == "review" and "it is resolved, +estorno" in screen_text(app))
        await pilot.press(*then, "ctrl+s")
        await until(lambda: len(out(desk)) == 1)
        assert view(desk, number).tags == ("estorno",)
        assert view(desk, number).status is status
        await until(lambda: app.screen is app._main)
        await pilot.press("u")
        await until(lambda: view(desk, number).tags == ())
        assert view(desk, number).status is Status.NEW


async def test_a_macro_is_not_forgotten_when_its_draft_is_closed(number, macro, console, desk, until, account):
    app = console(accounts=(account,))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press("semicolon", *"estorno", "enter")
        await until(lambda: isinstance(app.screen, ComposerScreen) and "cinco dias" in app.screen.editor.text)
        await pilot.press("escape")
        await until(lambda: app.screen is app._main)
        await review(app, pilot, until, " Até lá.")
        await pilot.press("ctrl+s")
        await until(lambda: len(out(desk)) == 1)
    shown = view(desk, number)
    assert (shown.tags, shown.status) == (("estorno",), Status.RESOLVED)
    (used,) = [one for one in shown.events if one.kind == "response_used"]
    assert (used.values["response_id"], used.values["edited"]) == (macro, False)


async def test_a_forward_answers_nobody(number, console, desk, until, account):
    app = console(accounts=(account,))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press("f")
        await until(lambda: isinstance(app.screen, ComposerScreen) and app.screen.begun)
        screen = app.screen
        await pilot.press(*"eva@parts.example", "escape", "ctrl+s")
        await until(lambda: screen.where == "review" and screen.review.findings)
        await pilot.press("ctrl+s")
        await until(lambda: len(out(desk)) == 1)
    assert view(desk, number).status is Status.NEW


async def test_the_outbox_holds_and_lets_go(number, console, desk, until, screen_text, account):
    app = console(accounts=(account,))
    async with app.run_test(size=(120, 36)) as pilot:
        await answer(app, pilot, until)
        await pilot.press("g", "o")
        await until(lambda: isinstance(app.screen, OutboxScreen) and "leaves in 10 s" in screen_text(app))
        await pilot.press("p")
        await until(lambda: out(desk)[0].delivery.hold is Hold.AGENT)
        await until(lambda: "held" in screen_text(app))
        await pilot.press("r")
        await until(lambda: out(desk)[0].delivery.hold is None)
        await pilot.press("D")
        await until(lambda: out(desk) == ())
        await until(lambda: "Nothing is on its way." in screen_text(app))
        assert kept(desk) == [NOTHING_RIGHT]
        await pilot.press("q")
        await until(lambda: app.screen is app._main)


async def test_the_outbox_says_in_full_what_keeps_a_message_where_its_row_is_too_narrow(
    number, console, desk, until, screen_text, account
):
    app = console(accounts=(account,))
    async with app.run_test(size=(80, 24)) as pilot:
        await answer(app, pilot, until)
        leave(
            desk,
            Result(Delivery.FAILED, 550, "the mailbox is busy, its owner is told, and nobody knows when that ends"),
        )
        await pilot.press("g", "o")
        await until(lambda: isinstance(app.screen, OutboxScreen) and "its owner is told" in screen_text(app))
        await until(lambda: "when that ends" in screen_text(app))
        await pilot.press("D")
        await until(lambda: "given up:" in screen_text(app))


async def test_in_the_outbox_a_key_is_about_where_the_cursor_was(
    number, deliver, console, desk, until, screen_text, account
):
    deliver({"name": "Li Wen", "address": "li@kumo.example", "subject": "Login loop", "ago": 10})
    app = console(accounts=(account,))
    async with app.run_test(size=(120, 36)) as pilot:
        await answer(app, pilot, until)
        await pilot.press("J")  # to the one that waits longest
        await until(lambda: app._main.queue.chosen.customer == "Li Wen")
        await answer(app, pilot, until)
        await pilot.press("g", "o")
        await until(lambda: isinstance(app.screen, OutboxScreen) and len(out(desk)) == 2 and app.screen.rows.chosen)
        meant = app.screen.rows.chosen.delivery.message_id
        for key in ("p", "j"):  # faster than anything is done
            app.post_message(events.Key(key, key))
        await until(lambda: any(one.delivery.hold for one in out(desk)))
        assert [one.delivery.message_id for one in out(desk) if one.delivery.hold] == [meant]


@pytest.mark.parametrize(("key", "state"), [("y", None), ("n", Delivery.FAILED), ("a", Delivery.QUEUED)])
async def test_what_may_have_been_sent_stands_as_an_error_until_the_agent_says(
    number, console, desk, until, screen_text, account, key, state
):
    app = console(accounts=(account,))
    async with app.run_test(size=(120, 36)) as pilot:
        await answer(app, pilot, until)
        leave(desk, Result(Delivery.UNCERTAIN, None, "no answer"))
        await until(lambda: "x outbox" in screen_text(app))
        assert "may have been sent" in screen_text(app)
        await pilot.press("x")
        await until(lambda: isinstance(app.screen, OutboxScreen) and app.screen.rows.chosen is not None)
        await pilot.press(key)
        await until(lambda: [one.delivery.state for one in out(desk)] == ([state] if state else []))


async def test_an_answer_that_nobody_took_stands_as_an_error_and_its_draft_is_back(
    number, console, desk, until, screen_text, account
):
    app = console(accounts=(account,))
    async with app.run_test(size=(80, 24)) as pilot:
        await answer(app, pilot, until)
        leave(desk, Result(Delivery.FAILED, 550, "no such user"))
        await until(lambda: "not sent" in screen_text(app))
        assert "ana@acme.example: 550 no such" in screen_text(app)
        assert kept(desk) == [NOTHING_RIGHT]
        assert view(desk, number).status is Status.OPEN
        await pilot.press("x")
        await until(lambda: isinstance(app.screen, OutboxScreen))
        await pilot.press("enter")
        await until(lambda: app.screen is app._main and app._main.reading)
        await until(lambda: "not sent to ana@acme.example" in screen_text(app))


async def test_a_colleagues_failed_answer_is_not_ones_own_error(
    number, console, desk, store, until, screen_text, account
):
    other = Desk(store, agent="Bruno", console="there")
    app = console(accounts=(account,), desk=other)
    async with app.run_test(size=(120, 36)) as pilot:
        await answer(app, pilot, until)
        leave(other, Result(Delivery.FAILED, 550, "no such user"))
    mine = console(accounts=(account,))
    async with mine.run_test(size=(120, 36)) as pilot:
        await until(lambda: mine._main.queue.rows)
        await pilot.pause()
        assert not mine._main.unsent()


async def test_an_answer_leaves_from_the_address_that_the_customer_wrote_to(store, deliver, console, desk, until):
    with store.writing() as session:
        mailbox_as(
            session,
            name="suporte",
            address="suporte@lumen.example",
            aliases=["fatura@lumen.example"],
            live_since=now() - timedelta(days=900),
            now=now(),
        )
    deliver({"id": "alias", "address": "ana@acme.example", "to": "Fatura <Fatura@lumen.example>", "text": "Olá."})
    servers = {"imap": "127.0.0.1:1", "smtp": "127.0.0.1:2", "tls": "none"}
    account = Account.model_validate(
        {
            "name": "suporte",
            "address": "suporte@lumen.example",
            "aliases": ["fatura@lumen.example"],
            "sender_name": "Lumen",
            **servers,
        }
    )
    app = console(accounts=(account,))
    async with app.run_test(size=(80, 36)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press("r", *NOTHING_RIGHT)
        await until(lambda: isinstance(app.screen, ComposerScreen) and app.screen.begun)
        assert app.screen.fields.value("from") == "fatura@lumen.example"
        await pilot.press("escape")
        await until(lambda: kept(desk) == [NOTHING_RIGHT])
        await pilot.press("r")  # gone on with, it is from there still
        await until(lambda: isinstance(app.screen, ComposerScreen) and app.screen.begun)
        await pilot.press("ctrl+s")
        await until(lambda: app.screen.where == "review")
        await pilot.press("ctrl+s")
        await until(lambda: out(desk))
    [row] = out(desk)
    answer = view(desk, row.conversation_id).messages[-1]
    assert (answer.author.name, answer.author.address) == ("Lumen", "fatura@lumen.example")
    with store.reading() as session:
        assert session.connection().execute(text("SELECT sender FROM outbox")).scalar_one() == "fatura@lumen.example"


@pytest.fixture
def up(desk):
    """Keep a macro that hands on to a tier."""

    def keep(to: Tier, **given):
        does = Actions(add=("subiu",), transfer=HandsOn(to, "Why does {{ customer.name }} pay twice?", **given))
        canned = Canned("subir", "pt_BR", "Subir", "O time olha isso.", actions=does)
        return desk.tell_now(responses.keep, canned, shared=True, actor=desk.actor, now=now())

    return keep


async def inserted(app, pilot, until):
    """Choose the macro for what the cursor is on, and look the answer over."""
    await until(lambda: app._main.queue.rows)
    await pilot.press("semicolon", *"subir", "enter")
    await until(lambda: isinstance(app.screen, ComposerScreen) and "time olha" in app.screen.editor.text)
    screen = app.screen
    await pilot.press("ctrl+s")
    await until(lambda: screen.where == "review" and screen.review.findings)
    return screen


async def test_a_macro_hands_on_with_the_answer_in_one_action(number, up, console, desk, until, screen_text, account):
    up(Tier.N3)
    app = console(accounts=(account,))
    async with app.run_test(size=(120, 36)) as pilot:
        await inserted(app, pilot, until)
        await until(lambda: "it stays open, +subiu, handed on to N3" in screen_text(app))
        await pilot.press("ctrl+s")
        await until(lambda: app.screen is app._main)
        handoff = desk.ask_now(handoffs.open_handoff, number)
        assert handoff.contents.asked == "Why does Ana Souza pay twice?"
        assert handoff.to_tier is Tier.N3
        assert desk.ask_now(outbox.delivery, handoff.told_id) is not None
        assert view(desk, number).status is Status.OPEN
        await pilot.press("u")
        await until(lambda: view(desk, number).tier is Tier.N1)
        assert (view(desk, number).tags, out(desk)) == ((), ())


async def test_where_a_macro_lacks_something_the_screen_of_the_handoff_asks_for_it(
    number, up, console, desk, until, screen_text, account
):
    up(Tier.N2, reason="on site")
    app = console(accounts=(account,))
    async with app.run_test(size=(120, 36)) as pilot:
        composer = await inserted(app, pilot, until)
        await pilot.press("ctrl+s")
        await until(lambda: isinstance(app.screen, MacroScreen) and app.screen.begun)
        screen = app.screen
        await pilot.pause()
        assert screen.asked.text == "Why does Ana Souza pay twice?"
        assert screen.fields.value("reason") == "on site"
        await pilot.press("escape")
        await until(lambda: app.screen is composer)
        assert (out(desk), view(desk, number).tier) == ((), Tier.N1), "nothing leaves where it is left"
        await pilot.press("ctrl+s")
        await until(lambda: isinstance(app.screen, MacroScreen) and app.screen.begun)
        await pilot.pause()
        app.screen.fields.put({"site": "Dock 4", "from": "2h", "until": "4h"}, quietly=False)
        await pilot.press("ctrl+t")
        await until(lambda: app.screen is app._main)
        handoff = desk.ask_now(handoffs.open_handoff, number)
        assert (handoff.to_tier, handoff.contents.visit.site) == (Tier.N2, "Dock 4")
        assert desk.ask_now(outbox.delivery, handoff.told_id) is not None
        assert len(out(desk)) == 1
        assert kept(desk) == []
