"""Policies and calendars on their screen: a field is set once it is said what that touches, and taken back by `u`."""

from datetime import timedelta

import pytest

from console.screens.terms import TermsScreen
from storage.kinds.policies import Metric
from storage.queries.hours import terms

FIRST = Metric.FIRST_RESPONSE


def laid(desk):
    with desk.store.reading() as session:
        return terms(session)


def target(desk, name: str = "default"):
    return laid(desk).policies[name].versions[-1].targets[FIRST]


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_a_field_is_set_after_a_word_on_what_it_touches(deliver, desk, console, until, screen_text, size):
    deliver({"subject": "Fatura", "address": "bo@acme.example", "name": "Bo", "ago": 50})
    app = console()
    async with app.run_test(size=size) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press(":", *"policies", "enter")
        await until(lambda: isinstance(app.screen, TermsScreen) and app.screen.terms is not None)
        screen = app.screen
        assert "first response 4h" in screen_text(app)
        for enough, hours in (("escape", 4), ("enter", 2)):
            await pilot.press("enter")
            await until(lambda: screen.asking)
            await pilot.press(*"first-response=2h", "enter")
            await until(lambda: "It touches 1 of 1 open conversation" in screen_text(app))
            assert target(desk) == timedelta(hours=4)
            await pilot.press(enough)
            await until(lambda hours=hours: not screen.asking and target(desk) == timedelta(hours=hours))
        await until(lambda: "first response 2h" in screen_text(app))
        await pilot.press("u")
        await until(lambda: "first response 2h" not in screen_text(app))
        assert target(desk) == timedelta(hours=4)
        await pilot.press("enter")
        await until(lambda: screen.asking)
        await pilot.press(*"first-response=0h", "enter")
        await until(lambda: "no time longer than none" in screen_text(app))
        assert len(laid(desk).policies["default"].versions) == 1


async def test_a_calendar_and_a_policy_are_laid_down_and_taken_away(deliver, desk, console, until, screen_text):
    deliver({"subject": "Fatura", "address": "bo@acme.example", "name": "Bo", "ago": 50})
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press(":", *"calendars", "enter")
        await until(lambda: isinstance(app.screen, TermsScreen) and app.screen.terms is not None)
        screen = app.screen
        await pilot.press("N")
        await until(lambda: screen.asking)
        await pilot.press(*"office zone=America/Sao_Paulo hours=mon-fri 09:00-18:00 2026-12-24=shut", "enter")
        await until(lambda: screen.chosen is not None and screen.chosen.name == "office")
        assert "2026-12-24" in screen_text(app)
        await pilot.press("enter")
        await until(lambda: screen.asking)
        await pilot.press(*"2026-12-24=", "enter")
        await until(lambda: not laid(desk).calendars["office"].versions[-1].days)
        await pilot.press("n")
        await until(lambda: screen.asking)
        await pilot.press(*"vip first-response=30m calendar=office priority=urgent", "enter")
        await until(lambda: screen.chosen is not None and screen.chosen.name == "vip")
        assert target(desk, "vip") == timedelta(minutes=30)
        await pilot.press("D")
        await until(lambda: "vip holds no more" in screen_text(app))
        await pilot.press("u")
        await until(lambda: laid(desk).policies["vip"].versions[-1].valid_until is None)
        await pilot.press("q")
        await until(lambda: app.screen is app._main)
