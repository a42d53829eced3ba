"""Rules made, tried and dropped in the console: of a line, like a conversation's mail; nothing is left when it is left."""

import threading

import pytest
from textual import events

from console.desk import Desk
from console.screens.main import MainScreen
from console.screens.rules import RulesScreen
from storage.kinds.filing import Conditions, Deeds
from storage.queries import ruling as queries
from storage.queries.ruling import rules
from storage.store import open_store
from storage.views import Tried

EVIL = "x\x1b]0;owned\x07\u202etxt"


@pytest.fixture
def letters(deliver):
    """A newsletter's two mails, and a customer's."""
    news = {"name": "Letters", "address": "news@letters.example", "subject": "Boletim da semana"}
    return [
        deliver({**news, "ago": 90, "id": "n1"}),
        deliver({**news, "ago": 80, "id": "n2", "text": "Outra."}),
        deliver({"name": "Cliente", "address": "c@acme.example", "subject": "Fatura", "ago": 70}),
    ]


def line_of(app) -> str:
    """What stands in the last row, however much of it is in sight."""
    return app._main.prompt.value


def standing(desk):
    return [(rule.name, rule.conditions, rule.deeds) for rule in desk.ask_now(rules)]


async def test_mail_like_this_is_filed_by_a_rule_that_is_tried_first(
    letters, console, desk, deliver, until, screen_text
):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: len(app._main.queue.rows) >= 2)
        await pilot.press("F")
        await until(lambda: line_of(app).startswith("letters.example: from:news@letters.example subject:"))
        await until(lambda: '"boletim da semana" ->   what is done' in screen_text(app))  # the end, where one types
        await pilot.press(*"tag:news", "enter")
        await until(lambda: "would have matched 2 of 3 messages" in screen_text(app))
        assert standing(desk) == []  # nothing stands before the agent says so
        await pilot.press("enter")
        await until(lambda: "stands from now on: letters.example" in screen_text(app))
        [(name, conditions, deeds)] = standing(desk)
        assert (name, conditions.sender, deeds) == ("letters.example", "news@letters.example", Deeds(("news",)))
        await pilot.press("u")
        await until(lambda: standing(desk) == [])


async def test_escape_leaves_nothing_while_it_is_typed_and_while_it_is_tried(
    letters, console, desk, until, screen_text
):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: len(app._main.queue.rows) >= 2)
        await pilot.press("F")
        await until(lambda: "from:news@letters.example" in line_of(app))
        await pilot.press("escape")
        await until(lambda: app._main._question is None)
        await pilot.press("F")
        await until(lambda: "from:news@letters.example" in line_of(app))
        await pilot.press(*"spam", "enter")
        await until(lambda: "would have matched" in screen_text(app))
        await pilot.press("escape")
        await until(lambda: "would have matched" not in screen_text(app))
        assert standing(desk) == []


async def test_a_line_that_is_no_rule_says_why_and_is_not_taken(letters, console, desk, until, screen_text):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: len(app._main.queue.rows) >= 2)
        await pilot.press(*":rule Um: from:@acme.example -> assign:Ninguém", "enter")
        await until(lambda: app._main._question is not None and app._main._question.prompt == "rule")
        await pilot.press("enter")
        await until(lambda: "nobody here is called so" in screen_text(app))
        await pilot.press("escape")
        assert standing(desk) == []
        await pilot.press(*":rule Um: from:@acme.example -> assign:me", "enter")
        await until(lambda: "would have matched 1 of 3" in screen_text(app))
        await pilot.press("enter")
        await until(lambda: len(standing(desk)) == 1)
        await pilot.press(*":rule um: from:@b.example -> spam", "enter")
        await until(lambda: app._main._question is not None and app._main._question.prompt == "rule")
        await pilot.press("enter")
        await until(lambda: "a rule is called so already" in screen_text(app))
        await pilot.press("escape")
        await pilot.press(*":unrule Um", "enter")
        await until(lambda: standing(desk) == [])


async def test_the_rules_are_listed_tried_dropped_and_made(letters, console, desk, until, screen_text):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: len(app._main.queue.rows) >= 2)
        await pilot.press("g", "r")
        await until(lambda: isinstance(app.screen, RulesScreen) and "No rule stands." in screen_text(app))
        await pilot.press("n")
        await until(lambda: app.screen._question is not None)
        await pilot.press(*"Acme: from:@acme.example -> tag:acme", "enter")
        await until(lambda: "would have matched 1 of 3" in screen_text(app))
        await pilot.press("enter")
        await until(lambda: "+acme" in screen_text(app) and "1 stands" in screen_text(app))
        await pilot.press("t")
        await until(lambda: "Fatura" in screen_text(app) and "would have matched 1 of 3" in screen_text(app))
        await pilot.press("escape")
        await until(lambda: "Fatura" not in screen_text(app))
        assert isinstance(app.screen, RulesScreen)
        await pilot.press("D")
        await until(lambda: "acts no more: Acme" in screen_text(app) and standing(desk) == [])
        await pilot.press("u")
        await until(lambda: len(standing(desk)) == 1 and "1 stands" in screen_text(app))
        await pilot.press("q")
        await until(lambda: isinstance(app.screen, MainScreen))


@pytest.mark.parametrize("size", [(80, 24), (20, 5), (160, 45)])
async def test_hostile_mail_makes_a_rule_that_is_text(deliver, console, desk, until, screen_text, size):
    deliver({"name": EVIL, "address": "e@evil.example", "subject": EVIL + ' "->" tag:x', "ago": 20})
    app = console()
    async with app.run_test(size=size) as pilot:
        await until(lambda: len(app._main.queue.rows) == 1)
        await pilot.press("F")
        await until(lambda: app._main._question is not None)
        await pilot.press(*"spam", "enter")
        await until(lambda: app._main._question is not None and app._main._question.prompt != "rule")
        await until(lambda: app._main._question.judge("") == "")
        await pilot.press("enter")
        await until(lambda: len(standing(desk)) == 1)
        await pilot.press("g", "r")
        await until(lambda: isinstance(app.screen, RulesScreen) and app.screen.rules.chosen is not None)
        await pilot.press("t")
        await until(lambda: app.screen._tried is not None)
        drawn = screen_text(app)
    assert "\x1b" not in drawn
    assert "\u202e" not in drawn
    [(_name, conditions, deeds)] = standing(desk)
    assert (conditions.sender, deeds) == ("e@evil.example", Deeds(spam=True))


async def test_a_trial_that_takes_long_is_stopped_by_escape(letters, console, desk, until, screen_text, monkeypatch):
    began, ended = threading.Event(), threading.Event()

    def slow(_session, _conditions: Conditions, *, since, limit, stopped) -> Tried:
        began.set()
        while not stopped():
            ended.wait(0.01)
        ended.set()
        return Tried(0, 0, ())

    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: len(app._main.queue.rows) >= 2)
        await pilot.press(*":rule Um: from:@acme.example -> spam", "enter")
        await until(lambda: "would have matched" in screen_text(app))
        await pilot.press("enter")
        await until(lambda: len(standing(desk)) == 1)
        monkeypatch.setattr(queries, "tried", slow)
        await pilot.press("g", "r")
        await until(lambda: isinstance(app.screen, RulesScreen) and app.screen.rules.chosen is not None)
        await pilot.press("t")
        await until(began.is_set)
        await until(lambda: "being tried on the last month" in screen_text(app))
        await pilot.press("escape")
        await until(ended.is_set)
        await until(lambda: "being tried" not in screen_text(app))
        assert isinstance(app.screen, RulesScreen)


async def test_what_is_typed_while_a_rule_is_drawn_up_is_for_its_line(letters, console, desk, until):
    app = console()
    async with app.run_test(size=(80, 24)):
        await until(lambda: len(app._main.queue.rows) >= 2)
        before = [row.conversation_id for row in app._main.queue.rows]
        for sign in "Ftag:eee":  # all at once; e resolves in the queue
            app.post_message(events.Key({":": "colon"}.get(sign, sign), sign))
        await until(lambda: line_of(app).endswith("-> tag:eee"))
        assert [row.conversation_id for row in app._main.queue.rows] == before
        assert not app._main._beginning


async def test_keys_typed_for_a_line_that_never_comes_do_nothing(bare_folder, console, until, screen_text):
    app = console(desk=Desk(open_store(str(bare_folder)), agent="Ana"))
    async with app.run_test(size=(80, 24)):
        await until(lambda: app.desk is not None and not app._main._frame.opening)
        for sign in "Fq":
            app.post_message(events.Key(sign, sign))
        await until(lambda: "No conversation is chosen." in screen_text(app))
        assert app.is_running
        assert not app._main._waiting
    app.desk.store.close()
