"""Whom a desk wishes for and how they are approached: edited on screens of their own, confirmed on a customer's."""

from datetime import UTC, datetime

import pytest

from console.screens.customer import CustomerScreen
from console.screens.ideals import IdealsScreen
from console.screens.personas import PersonasScreen
from storage.commands import knowing as commands
from storage.kinds import Subject
from storage.kinds.ideals import Criterion, Icp, Operator
from storage.kinds.personas import Persona
from storage.queries import ideals, knowing, personas

CHIEF = Persona("Chief", tone="terse", do=("give a time",), dont=("apologise",), roles=("CTO",))


@pytest.fixture
def told(deliver, desk):
    """Bo of ACME, who is CTO of sixty people in freight, and Li of nowhere that is known."""
    deliver({"subject": "Fatura", "address": "bo@acme.example", "name": "Bo", "ago": 50})
    deliver({"subject": "Nota", "address": "li@other.example", "name": "Li", "ago": 40})
    kept = {"actor": desk.actor, "now": datetime.now(UTC)}
    desk.tell_now(commands.set_fields, Subject.ORGANIZATION, 1, {"industry": "freight", "size": "60"}, **kept)
    desk.tell_now(commands.set_fields, Subject.PERSON, 1, {"role": "CTO"}, **kept)
    desk.tell_now(commands.keep_entry, CHIEF, **kept)
    return desk


def held(desk):
    with desk.store.reading() as session:
        return [icp for _number, icp in ideals.ideals(session)]


def persona_of(desk):
    with desk.store.reading() as session:
        return knowing.values(session, Subject.PERSON, 1).get("persona")


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_an_icp_is_begun_weighed_and_taken_back_with_who_fits_seen(told, console, until, screen_text, size):
    app = console()
    async with app.run_test(size=size) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press("g", "f")
        await until(lambda: isinstance(app.screen, IdealsScreen) and "No ICP yet" in screen_text(app))
        screen = app.screen
        await pilot.press("n")
        await until(lambda: screen.asking)
        await pilot.press(*"Freight", "enter")
        await until(lambda: screen.icp is not None and "No criterion yet" in screen_text(app))
        await pilot.press("a")
        await until(lambda: screen.asking)
        await pilot.press(*"25 size >= 60")
        await until(lambda: "then 1 fit, 0 do not, 1 unknown" in screen_text(app))
        await pilot.press("enter")
        await until(lambda: screen.tally.fits == 1 and "acme.example" in screen_text(app))
        await pilot.press("a")
        await until(lambda: screen.asking)
        await pilot.press(*"x size is 3")
        await until(lambda: "x is no weight" in screen_text(app))
        await pilot.press("escape")
        await until(lambda: not screen.asking)
        assert len(held(told)[0].criteria) == 1
        await until(lambda: screen.list.chosen == ("criterion", 0))
        await pilot.press("e")
        await until(lambda: screen.asking)
        await pilot.press(*["backspace"] * 2, *"90", "enter")
        await until(lambda: screen.tally.poor == 1)
        await pilot.press("u")
        await until(lambda: screen.tally.fits == 1)
        await pilot.press("D")
        await until(lambda: not screen.icp.criteria)
        await pilot.press("u")
        await until(lambda: len(screen.icp.criteria) == 1)
        await pilot.press("=")
        await until(lambda: screen.asking)
        await pilot.press(*"good=90", "enter")
        await until(lambda: screen.icp.good == 90)
        await pilot.press("X")
        await until(lambda: screen.icp is None)
        await pilot.press("q")
        await until(lambda: app.screen is app._main)
    assert held(told) == []


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_who_fits_is_gone_through_with_what_matches_misses_and_is_unknown(
    told, console, until, screen_text, size
):
    kept = {"actor": told.actor, "now": datetime.now(UTC)}
    wishes = (("industry", "freight", 40), ("size", "80", 25), ("plan", "Pro", 10))
    criteria = tuple(
        Criterion(name, Operator.AT_LEAST if name == "size" else Operator.IS, (value,), weight)
        for name, value, weight in wishes
    )
    told.tell_now(commands.keep_entry, Icp("Freight", criteria), **kept)
    told.tell_now(commands.set_fields, Subject.ORGANIZATION, 2, {"industry": "retail"}, **kept)
    app = console()
    async with app.run_test(size=size) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press("g", "f")
        await until(lambda: isinstance(app.screen, IdealsScreen) and app.screen.tally.best)
        screen = app.screen
        await pilot.press("enter")
        await until(lambda: screen.list.chosen == ("organization", 1) and "misses" in screen_text(app))
        shown = screen_text(app)
        for words in ("who fits Freight", "61\u00a0%", "industry: freight", "size: 60 (at least 80)", "plan is Pro"):
            assert words.replace("\u00a0", " ") in shown.replace("\u00a0", " "), words
        await pilot.press("j")
        await until(lambda: screen.list.chosen == ("organization", 2) and "industry: retail" in screen_text(app))
        told.tell_now(commands.set_fields, Subject.ORGANIZATION, 2, {"plan": "Pro"}, **kept)
        app.wake_feed()
        await until(lambda: "plan: Pro" in screen_text(app))
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, CustomerScreen) and app.screen.view is not None)
        assert app.screen.view.called == "Li"
        await until(lambda: app.screen._journey is None and app.screen.timeline.has_keys)
        await pilot.press("q")
        await until(lambda: app.screen is screen)
        await pilot.press("q")
        await until(lambda: screen.list.chosen == ("criterion", 0))
        await pilot.press("enter", "enter")
        await until(lambda: isinstance(app.screen, CustomerScreen) and app.screen.timeline.chosen)
        await pilot.press("enter")
        await until(lambda: app.screen is app._main and app._main.reading)


async def test_who_a_customer_may_be_is_confirmed_by_one_key_and_stands_above_an_answer(
    told, console, until, screen_text
):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press(*":customer bo@acme.example", "enter")
        await until(lambda: isinstance(app.screen, CustomerScreen) and "role: CTO" in screen_text(app))
        await pilot.press("N")
        await until(lambda: app.screen.view.persona.suggested is None)
        await pilot.press("u")
        await until(lambda: app.screen.view.persona.suggested is not None)
        await pilot.press("y")
        await until(lambda: app.screen.view.persona.card == CHIEF and "give a time" in screen_text(app))
        assert persona_of(told) == "Chief"
        await pilot.press("q")
        await until(lambda: app.screen is app._main)
        await pilot.press("r")
        await until(lambda: "terse" in screen_text(app) and "apologise" in screen_text(app))


async def test_a_card_is_written_set_and_dropped(told, console, until, screen_text):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press("g", "p")
        await until(lambda: isinstance(app.screen, PersonasScreen) and app.screen.chosen)
        screen = app.screen
        await pilot.press("n")
        await until(lambda: screen.asking)
        await pilot.press(*"Books", "enter")
        await until(lambda: screen.chosen and screen.chosen[1].name == "Books")
        await pilot.press("=")
        await until(lambda: screen.asking)
        await pilot.press(*"do=quote numbers; attach", "enter")
        await until(lambda: screen.chosen[1].do == ("quote numbers", "attach") and "attach" in screen_text(app))
        await pilot.press("D")
        await until(lambda: screen.chosen[1].name == "Chief")
        await pilot.press("u")
        await until(lambda: "2 cards" in screen_text(app))
    with told.store.reading() as session:
        assert personas.called(session, "books")[1].do == ("quote numbers", "attach")
