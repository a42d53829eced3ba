"""All that is known of a customer on a screen of its own: gone through, changed, taken back, left for what they had."""

import pytest

from console.screens.customer import CustomerScreen
from storage.commands import knowing as commands
from storage.kinds import Subject
from storage.kinds.entries import Note
from storage.queries import knowing


@pytest.fixture
def three(deliver):
    """Bo and Li of ACME, and somebody of nowhere."""
    bo = {"address": "bo@acme.example", "name": "Bo"}
    deliver({"subject": "Fatura", **bo, "ago": 30}, {"subject": "Login", **bo, "ago": 50})
    deliver({"subject": "Nota", "address": "li@acme.example", "name": "Li", "ago": 40})
    deliver({"subject": "Oi", "address": "x@gmail.com", "name": "Xi 雪", "ago": 90})


@pytest.fixture
def shown(until):
    """Go to the screen of a customer, and wait until they are read and all is drawn."""

    async def go(app, pilot, *keys):
        await until(lambda: app._main.queue.rows)
        await pilot.press(*keys)
        await until(lambda: isinstance(app.screen, CustomerScreen) and app.screen.view is not None)
        await until(lambda: app.screen.timeline.rows and app.screen._journey is None and app.screen.timeline.has_keys)
        return app.screen

    return go


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_they_are_gone_through_and_left_for_what_they_had(three, console, until, shown, screen_text, size):
    app = console()
    async with app.run_test(size=size) as pilot:
        screen = await shown(app, pilot, *":customer bo@acme.example", "enter")
        await until(lambda: "2 conversations, 2 open" in screen_text(app) and "bo@acme.example" in screen_text(app))
        assert "acme.example" in screen_text(app)
        first, second = (one.conversation_id for one in screen.view.timeline.conversations)
        assert screen.timeline.chosen == ("conversation", first)
        await pilot.press("j")
        await until(lambda: screen.timeline.chosen == ("conversation", second))
        await pilot.press("enter")
        await until(lambda: app._main.reading and app._main.shown_id == second)


async def test_in_one_column_all_of_it_is_gone_through(three, console, until, shown, screen_text):
    app = console()
    async with app.run_test(size=(60, 14)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press(*":customer bo@acme.example", "enter")
        await until(lambda: isinstance(app.screen, CustomerScreen) and app.screen.who.rows)
        screen = app.screen
        assert "bo@acme.example" in screen_text(app)
        await pilot.press("G")
        await until(
            lambda: screen.who.chosen == ("conversation", screen.view.timeline.conversations[-1].conversation_id)
        )
        assert "bo@acme.example" not in screen_text(app)
        await pilot.press("g", "g")
        await until(lambda: "bo@acme.example" in screen_text(app))


async def test_from_one_to_a_colleague_and_back(three, console, until, shown, screen_text):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await shown(app, pilot, *":customer bo@acme.example", "enter")
        number = screen.view.organization.open[0].conversation_id
        await pilot.press("left")
        await until(lambda: screen.organization.has_keys and screen.organization.chosen == ("conversation", number))
        await pilot.press("j")
        await until(lambda: screen.organization.chosen == ("person", 2))
        await pilot.press("enter")
        await until(lambda: screen.view.called == "Li" and screen_text(app).startswith(" Li "))
        await pilot.press("q")
        await until(lambda: screen.view.called == "Bo")
        await pilot.press("q")
        await until(lambda: app.screen is app._main)


async def test_what_is_written_there_and_by_a_colleague_is_seen_and_taken_back(
    three, console, desk, until, shown, screen_text
):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await shown(app, pilot, "g", "c")
        assert screen.view.called == "Xi 雪", "the one of the conversation under the cursor"
        assert "no organization" in screen_text(app)
        await pilot.press("=")
        await until(lambda: screen.asking and screen.prompt.has_focus)
        await pilot.press(*"role=Buyer", "enter")
        await until(lambda: [one.value for one in screen.view.profile.fields] == ["Buyer"])
        await pilot.press("u")
        await until(lambda: screen.view.profile.fields == ())
        await pilot.press(*":pin Rings *before* noon", "enter")
        await until(lambda: [one.pinned for one in screen.view.notes] == [True])
        await until(lambda: "Rings before noon" in screen_text(app))
        await pilot.press(*"iand later", "enter")
        await until(lambda: [one.text for one in screen.view.notes] == ["Rings *before* noon", "and later"])
        about = {"subject": Subject.PERSON, "subject_id": screen.view.person_id}
        with desk.store.writing() as session:
            commands.keep_entry(session, Note("by a colleague"), **about, actor=desk.actor, now=app.clock())
        app.wake_feed()
        await until(lambda: "by a colleague" in screen_text(app))


async def test_another_customer_is_found_to_be_the_same_and_told_apart_again(
    three, console, desk, until, shown, screen_text
):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await shown(app, pilot, *":customer Bo", "enter")
        await pilot.press("M")
        await until(lambda: screen.asking and screen._offered)
        await pilot.press(*"li", "enter")
        await until(lambda: screen.view.conversations == 3)
        await until(lambda: "li@acme.example" in screen_text(app) and "#2 is Bo" in screen_text(app))
        await pilot.press("u")
        await until(lambda: screen.view.conversations == 2)
        assert desk.ask_now(knowing.person, 2).person_id == 2


async def test_whom_nobody_is_called_is_said_where_one_was(three, console, until, screen_text):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press(*":customer zz", "enter")
        await until(lambda: app.screen is app._main and "not done" in screen_text(app))


async def test_a_long_timeline_is_read_on_as_one_goes_down(deliver, console, until, shown, screen_text, monkeypatch):
    monkeypatch.setattr("storage.queries.customer_screen.timeline.__kwdefaults__", {"after": None, "size": 4})
    monkeypatch.setattr("storage.queries.customer_screen.PAGE", 4)
    monkeypatch.setattr("storage.queries.customer_screen.read.__kwdefaults__", {"size": 4})
    bo = {"address": "bo@acme.example", "name": "Bo"}
    deliver(*({"subject": f"Nota {n}", **bo, "ago": 30 + n} for n in range(10)))
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await shown(app, pilot, "g", "c")
        assert len(screen.view.timeline.conversations) == 4
        await pilot.press("j")
        await until(lambda: len(screen._runs.conversations) == 8)
        await pilot.press("j")
        await until(lambda: len(screen._runs.conversations) == 10 and "Nota 9" in screen_text(app))


async def test_a_milestone_is_laid_down_reached_and_taken_back_and_a_feature_judged(
    three, console, until, shown, screen_text
):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await shown(app, pilot, *":customer bo@acme.example", "enter")
        await pilot.press(*":milestone 2999-12-24 First invoice", "enter")
        await until(lambda: [one.milestone.name for one in screen.view.journey.milestones] == ["First invoice"])
        await until(lambda: "First invoice" in screen_text(app))
        await pilot.press(*":reached first invoice", "enter")
        await until(lambda: screen.view.journey.milestones[0].milestone.done)
        await pilot.press("u")
        await until(lambda: screen.view.journey.milestones[0].milestone.done is None)
        await pilot.press(*":engagement Reports=frustrated", "enter")
        await until(lambda: [one.state for one in screen.view.journey.features] == ["frustrated"])
        await pilot.press(*":engagement Reports=angry", "enter")
        await until(lambda: "little, unaware, frustrated, value" in screen_text(app))
        await pilot.press(*":milestone whenever", "enter")
        await until(lambda: "Write until when" in screen_text(app))
