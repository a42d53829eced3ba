"""Canned responses on screen: picked while typing, their blanks asked for in place, stacked; the library tended."""

from dataclasses import replace

import pytest
from textual import events

from console.library.files import read
from console.library.starter import STARTER
from console.screens.library import LibraryScreen
from console.screens.picking import ResponsePicker
from storage.commands import responses
from storage.kinds import Status
from storage.kinds.responses import Actions, Canned
from storage.queries.responses import responses as responses_of

OLA = Canned(
    "ola",
    "pt_BR",
    "Saudação",
    "Olá{% if customer.first_name %}, {{ customer.first_name }}{% endif %}!\n\nAté {{ promised.date }}, {{ order }}.",
    actions=Actions(Status.WAITING),
)


@pytest.fixture
def stocked(desk):
    with desk.store.writing() as session:
        entries = [one.entry for one in read([STARTER])]
        responses.bring(session, entries, actor=desk.actor, now=desk_now())
    desk.tell_now(responses.keep, OLA, actor=desk.actor, now=desk_now())
    return desk


def desk_now():
    from console.desk import now

    return now()


async def picking(app, pilot, until, number):
    given = []
    await until(lambda: app.desk is not None)
    app.push_screen(ResponsePicker(number), given.append)
    await until(lambda: isinstance(app.screen, ResponsePicker) and app.screen._found)
    return given


async def test_it_is_found_seen_filled_in_and_given(deliver, console, until, screen_text, stocked):
    number = deliver({"name": "Ana Lima", "subject": "Pedido", "text": "Onde está o meu pedido? Não chegou."})
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        given = await picking(app, pilot, until, number)
        await pilot.press(*"ola")
        await until(lambda: "Olá, Ana!" in screen_text(app) and "{{ promised.date }}" in screen_text(app))
        await pilot.press("enter")
        await until(lambda: "promised.date =" in screen_text(app))
        await pilot.press(*"sexta")
        await until(lambda: "Até sexta, {{ order }}." in screen_text(app))
        await pilot.press("enter")
        await until(lambda: "order =" in screen_text(app))
        await pilot.press("enter")  # left open: the review stops it, and nothing is blank
        await until(lambda: given)
        [(picked,)] = given
        assert picked.text == "Olá, Ana!\n\nAté sexta, {{ order }}."
        assert picked.actions == OLA.actions


async def test_all_that_is_typed_at_once_is_done_in_its_order(deliver, console, until, screen_text, stocked):
    number = deliver({"name": "Ana Lima", "subject": "Pedido", "text": "Onde está o meu pedido?"})
    app = console()
    async with app.run_test(size=(80, 24)):
        await until(lambda: app.desk is not None)
        given = []
        app.push_screen(ResponsePicker(number), given.append)
        for key in (*"ola", "enter", *"sexta", "enter", "enter"):  # as on a slow line: nothing has been read yet
            app.post_message(events.Key(key, "\r" if key == "enter" else key))
        await until(lambda: given)
        [(picked,)] = given
        assert picked.text == "Olá, Ana!\n\nAté sexta, {{ order }}."


async def test_what_the_customer_reads_comes_first_and_several_are_stacked(
    deliver, console, until, screen_text, stocked
):
    number = deliver({"name": "Ana Lima", "text": "Bom dia, a fatura veio errada e não sei o que fazer com isso."})
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        given = await picking(app, pilot, until, number)
        await pilot.press(*"thanks")
        await until(lambda: app.screen._found[0].view.canned.shortcode == "thanks")
        assert app.screen._found[0].view.canned.language == "pt_BR"
        await pilot.press("tab")
        await until(lambda: "+1 chosen" in screen_text(app))
        await pilot.press(*"close")
        await until(lambda: app.screen._found[0].view.canned.shortcode == "close")
        await pilot.press("enter")
        await until(lambda: given)
        [(first, second)] = given
        assert "elogio" not in first.text
        assert "Que bom ler isso" in first.text
        assert f"#{number}" in second.text


async def test_escape_leaves_what_is_asked_and_then_the_picker(deliver, console, until, screen_text, stocked):
    number = deliver({"text": "Hola."})
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        given = await picking(app, pilot, until, number)
        await pilot.press(*"ola", "enter")
        await until(lambda: "promised.date =" in screen_text(app))
        await pilot.press("escape")
        await until(lambda: "promised.date =" not in screen_text(app) and app.screen._found)
        await pilot.press(*"zzzz-nothing")
        await until(lambda: "0 found" in screen_text(app) and "No response says" in screen_text(app))
        await pilot.press("enter", "escape")
        await until(lambda: given)
        assert given == [None]


async def test_a_broken_template_says_where_and_nothing_is_given(deliver, console, until, screen_text, stocked):
    stocked.tell_now(responses.keep, replace(OLA, shortcode="bad", body="x\n{{ x"), actor=stocked.actor, now=desk_now())
    number = deliver({"text": "Hola."})
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        given = await picking(app, pilot, until, number)
        await pilot.press(*"bad", "enter")
        await until(lambda: "Line 2, column 1" in screen_text(app))
        assert isinstance(app.screen, ResponsePicker)
        assert given == []


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_library_lists_reads_drops_and_undoes(deliver, console, until, screen_text, stocked, size):
    deliver({"name": "Ana Lima", "subject": "Pedido", "text": "Onde está?"})
    app = console()
    async with app.run_test(size=size) as pilot:
        await until(lambda: len(app._main.queue.rows) == 1)
        await pilot.press("g", "k")
        await until(lambda: isinstance(app.screen, LibraryScreen) and "97 responses" in screen_text(app))
        await pilot.press("slash", *"ola", "enter")
        await until(lambda: ";ola" in screen_text(app) and "Olá, Ana!" in screen_text(app))
        assert "never sent" in screen_text(app)
        assert "as Ana Lima (#1) would read it" in screen_text(app)
        await pilot.press("d")
        await until(lambda: "taken away" in screen_text(app))
        assert len(stocked.ask_now(responses_of, agent_id=stocked.agent_id)) == 96
        await pilot.press("u")
        await until(lambda: len(stocked.ask_now(responses_of, agent_id=stocked.agent_id)) == 97)
        await until(lambda: app.screen._found[0].view.canned.shortcode == "ola")
        await pilot.press("g", "g")
        await until(lambda: "Olá, Ana!" in screen_text(app))
        await pilot.press("s")
        await until(lambda: all(one.shared for one in stocked.ask_now(responses_of, agent_id=stocked.agent_id)))
        await pilot.press("t", *"99", "enter")
        await until(lambda: "no conversation #99" in screen_text(app))
        await pilot.press("escape", "escape")
        await until(lambda: not isinstance(app.screen, LibraryScreen))


async def test_an_empty_library_says_what_comes_next(deliver, console, until, screen_text, desk):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.desk is not None)
        await pilot.press("g", "k")
        await until(lambda: "plantao response import --starter" in screen_text(app))
        await pilot.press("n")
        await until(lambda: "no terminal to give" in screen_text(app))
