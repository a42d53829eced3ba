"""Clocks on the main screen: the column, what stands beside a conversation, J and why, and explaining a breach."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from storage.commands import triage
from storage.commands.clocks import note_due
from storage.kinds import Status
from storage.queries.clocks import breaches

from .conftest import NOW

HOURS = 60


@pytest.fixture
def two(deliver):
    """One conversation that is late by an hour, and one that is due in three; four hours are what is shipped."""
    late = deliver({"subject": "Late one", "name": "Ana Souza", "ago": 5 * HOURS})
    return late, deliver({"subject": "Early one", "name": "Bob K", "address": "bob@north.example", "ago": HOURS})


async def test_the_queue_says_what_is_left_and_late_comes_first(two, console, until, screen_text):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.queue.rows and app._main.conversation.view)
        await pilot.pause()
        rows = screen_text(app).splitlines()
        assert "LATE 1h N1 Ana Souza" in rows[2]
        assert "3h00 N1 Bob K" in rows[3]
        assert "9 Late 1" in rows[0]
        await pilot.press("9")
        await until(lambda: len(app._main.queue.rows) == 1)


async def test_beside_a_conversation_stand_its_clocks_and_above_it_what_is_owed(two, console, until, screen_text):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.conversation.view)
        await pilot.press("j")
        await until(lambda: app._main.conversation.view.conversation_id == two[1])
        await pilot.pause()
        text = screen_text(app)
        assert "answer in 3h00" in text
        assert "first    3h00  ━━──────" in text
        assert "resolve  2d" in text


async def test_at_eighty_columns_the_strip_has_the_clocks(two, console, until, screen_text):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press("enter")
        await until(lambda: app._main.reading)
        await pilot.pause()
        assert "clocks   first LATE 1h" in screen_text(app)


async def test_j_goes_to_what_is_late_and_says_by_which_clock(two, console, until, screen_text):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.conversation.view)
        await pilot.press("j", "J")
        await until(lambda: app._main.reading and app._main.shown_id == two[0])
        await pilot.pause()
        assert f"#{two[0]}  first response late by 1h, by policy " in screen_text(app)


async def test_what_has_no_clock_stands_below_what_is_late_however_long_it_waits(two, store, console, until):
    with store.writing() as session:  # as mail from before the mailbox was live has none
        session.connection().execute(text("UPDATE conversation SET due_at = NULL WHERE id = :id"), {"id": two[1]})
        session.connection().execute(
            text("UPDATE conversation SET oldest_unanswered_at = :at WHERE id = :id"),
            {"id": two[1], "at": int((NOW - timedelta(days=5)).timestamp() * 1_000_000)},
        )
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: [row.conversation_id for row in app._main.queue.rows] == [two[0], two[1]])
        await pilot.press("J")
        await until(lambda: app._main.reading and app._main.shown_id == two[0])


async def test_a_minute_later_the_column_says_so_without_a_reading(two, console, until, screen_text):
    moment = [NOW]
    app = console()
    app.clock = lambda: moment[0]
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.conversation.view)
        moment[0] = NOW + timedelta(minutes=1)
        app._main._tick()
        await pilot.pause()
        assert "2h59 N1 Bob K" in screen_text(app)


async def test_what_waits_for_the_customer_is_paused(two, desk, console, until, screen_text):
    desk.tell_now(triage.set_status, [two[1]], to=Status.WAITING, actor=desk.actor, now=NOW)
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.conversation.view)
        await pilot.pause()
        assert "paused N1 Bob K" in screen_text(app)


async def test_a_breach_asks_for_its_cause_and_what_is_done_about_it(two, desk, console, until, screen_text):
    desk.tell_now(note_due, now=NOW)
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.conversation.view)
        await until(lambda: ":explain" in screen_text(app))
        await pilot.press(*":explain", "enter")
        await until(lambda: "why first response passed" in screen_text(app))
        await pilot.press(*"nobody was in", "enter")
        await until(lambda: "from now on" in screen_text(app))
        await pilot.press(*"a rota", "enter")
        await until(lambda: desk.ask_now(breaches, explained=True))
        [one] = desk.ask_now(breaches, explained=True)
        assert (one.conversation_id, one.cause, one.corrective) == (two[0], "nobody was in", "a rota")
        await until(lambda: "why late" not in screen_text(app))
        await pilot.press(*":explain", "enter")
        await until(lambda: "why first response passed" in screen_text(app))
        await pilot.press("escape")


async def test_where_nothing_is_late_there_is_nothing_to_explain(deliver, console, until, screen_text):
    number = deliver({"subject": "x", "ago": 1})
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.conversation.view)
        await pilot.press(*":explain", "enter")
        await until(lambda: f"No deadline of #{number} passed." in screen_text(app))
