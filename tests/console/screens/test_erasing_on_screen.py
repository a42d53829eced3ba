"""A customer is erased on the screen: what would go is seen, what others hold is decided, the name is typed."""

import threading

import pytest

from console.screens.customer import CustomerScreen
from console.screens.erasing import ErasingScreen
from storage.queries import knowing
from storage.queries.customers import persons_of
from storage.queries.erasing import survey


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_what_would_go_is_seen_decided_one_by_one_and_gone_once_the_name_is_typed(
    deliver, console, desk, until, screen_text, size, monkeypatch, tmp_path
):
    monkeypatch.setenv("PLANTAO_HOME", str(tmp_path / "home"))
    rita = {"name": "Rita Souza", "address": "rita@acme.example"}
    deliver({"id": "first", **rita, "text": "Bom dia segredo.\n", "ago": 60})
    li = {"address": "li@acme.example", "name": "Li"}
    deliver({"subject": "One", **li, "text": "Falei com Rita Souza ontem.\n", "ago": 50})
    deliver({"subject": "Two", **li, "text": "De novo Rita Souza.\n", "ago": 40})
    app = console()
    async with app.run_test(size=size) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press(*":customer rita@acme.example", "enter")
        await until(lambda: isinstance(app.screen, CustomerScreen) and app.screen.view is not None)
        await pilot.press(*":erase", "enter")
        await until(lambda: isinstance(app.screen, ErasingScreen) and app.screen.survey is not None)
        screen = app.screen
        await until(
            lambda: "1 message" in screen_text(app) and "cannot be undone" in " ".join(screen_text(app).split())
        )
        assert len(screen.survey.elsewhere) == 2
        await pilot.press("a", "j", "space")
        await until(lambda: screen.along == {0})
        await pilot.press("enter")
        await until(lambda: screen.asking)
        await pilot.press(*"Rita", "enter")
        await until(lambda: "not the name" in screen_text(app))
        assert desk.ask_now(persons_of, [1])[0].name == "Rita Souza"
        await pilot.press("enter")
        await until(lambda: screen.asking)
        await pilot.press(*"Rita Souza", "enter")
        await until(lambda: screen.receipt and "customer #1, erased" in screen_text(app))
        assert "Rita" not in " ".join(screen.receipt)
        assert "elsewhere erased 1, kept 1" in screen.receipt
        await pilot.press("q")
        await until(lambda: app.screen is app._main)
        await pilot.press("u")
        await until(lambda: app.screen is app._main)
    assert desk.ask_now(persons_of, [1])[0].name == ""
    assert desk.ask_now(knowing.person, 1).person_id == 1
    left = [one.conversation_id for one in desk.ask_now(survey, 2).elsewhere]
    assert left == []


async def test_leaving_it_erases_nothing(deliver, console, desk, until, screen_text):
    deliver({"name": "Rita Souza", "address": "rita@acme.example", "text": "Oi.\n"})
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press(*":erase", "enter")
        await until(lambda: isinstance(app.screen, ErasingScreen) and app.screen.survey is not None)
        await pilot.press("enter")
        await until(lambda: app.screen.asking)
        await pilot.press("escape")
        await until(lambda: not app.screen.asking)
        await pilot.press("q")
        await until(lambda: app.screen is app._main)
    assert desk.ask_now(persons_of, [1])[0].name == "Rita Souza"


@pytest.mark.parametrize("key", ["q", "enter"])
async def test_it_is_not_left_in_the_midst_of_it_and_begins_no_second_time(
    deliver, console, desk, until, screen_text, monkeypatch, tmp_path, key
):
    """The files of a large desk are written anew for a while: whoever left then would get no receipt."""
    monkeypatch.setenv("PLANTAO_HOME", str(tmp_path / "home"))
    goes_on = threading.Event()
    monkeypatch.setattr(ErasingScreen, "_finished", lambda _self: goes_on.wait(20))
    deliver({"name": "Rita Souza", "address": "rita@acme.example", "text": "Oi.\n"})
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press(*":erase", "enter")
        await until(lambda: isinstance(app.screen, ErasingScreen) and app.screen.survey is not None)
        screen = app.screen
        await pilot.press("enter")
        await until(lambda: screen.asking)
        await pilot.press(*"Rita Souza", "enter")
        await until(lambda: desk.ask_now(persons_of, [1])[0].name == "")
        await pilot.press(key)
        await until(lambda: "being erased" in screen_text(app))
        assert (app.screen is screen, screen.asking) == (True, False)
        goes_on.set()
        await until(lambda: screen.receipt and "customer #1, erased" in screen_text(app))
        await pilot.press("q")
        await until(lambda: app.screen is app._main)
