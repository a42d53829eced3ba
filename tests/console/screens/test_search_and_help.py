"""Search and help: found by words, opened at the message; every key explained, none with two meanings."""

import pytest
from textual import events

from console.screens.helping import HelpScreen
from console.screens.keys import clashes, commands, footer
from console.screens.main import MainScreen
from console.screens.searching import SearchScreen
from widgets.hits import Hits


async def test_search_finds_without_accents_and_opens_at_the_message(deliver, console, until, screen_text):
    deliver({"id": "a", "subject": "Fatura", "text": "Bom dia.", "ago": 90})
    deliver({"answers": "a", "subject": "Re: Fatura", "text": "A cobrança veio em dobro.", "ago": 80})
    deliver({"subject": "Login", "address": "li@kumo.example", "text": "It loops.", "ago": 70})
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: len(app._main.queue.rows) == 2)
        await pilot.press("slash", *"cobranca")
        await until(lambda: "1 message" in screen_text(app) and "A cobrança veio em dobro." in screen_text(app))
        lit = [
            span
            for y in range(4)
            for span in app.screen.query_one(Hits).render_line(y)
            if span.style and span.style.bold
        ]
        assert any(span.text.strip() == "cobrança" for span in lit)
        await pilot.press("enter")
        await until(lambda: "A cobrança veio em dobro." in screen_text(app) and app._main.reading)


async def test_letters_are_text_while_typing_and_escape_goes_back(deliver, console, until, screen_text):
    deliver({"subject": "queue jumping", "text": "every letter: e t q u j k"})
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: len(app._main.queue.rows) == 1)
        await pilot.press("slash", *"etqujk!?")
        assert isinstance(app.screen, SearchScreen)
        assert app.screen.query_one("#query").value == "etqujk!?"
        await until(lambda: "Nothing found for: etqujk!?" in screen_text(app))
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, MainScreen))
        assert len(app._main.queue.rows) == 1


async def test_letters_typed_ahead_of_the_search_are_its_text_and_no_keys(deliver, console, until):
    deliver({"subject": "Fatura", "text": "every letter: e t q u"})
    app = console()
    async with app.run_test(size=(80, 24)):
        await until(lambda: len(app._main.queue.rows) == 1)
        for key, character in (("slash", "/"), *((letter, letter) for letter in "etqu")):
            app.post_message(events.Key(key, character))  # all at once, as from a paste or a slow line
        await until(lambda: isinstance(app.screen, SearchScreen) and app.screen.query("#query"))
        await until(lambda: app.screen.query_one("#query").value == "etqu")
        assert app._main.queue.rows[0].assignee_id is None
        assert len(app._main.queue.rows) == 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("tier:n4", "tier:n4  there are n1, n2, n3"),
        ('"open', "quotation mark"),
        ("foo:bar", "foo"),
        ("(a", "parenthesis"),
    ],
)
async def test_a_query_that_cannot_be_read_names_the_word(deliver, console, until, screen_text, query, words):
    deliver({"subject": "x"})
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press("slash")
        app.screen.query_one("#query").value = query
        await until(lambda: words in screen_text(app))


async def test_moving_through_hits(deliver, console, until, screen_text):
    deliver(
        *(
            {"subject": f"Fatura {n}", "address": f"a{n}@x.example", "text": f"cobrança {n * 7919}", "ago": 900 - n}
            for n in range(60)
        )
    )
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press("slash", *"cobranca")
        await until(lambda: "50+ messages" in screen_text(app))
        for _ in range(30):
            await pilot.press("down")
        assert app.screen.query_one(Hits).chosen.subject == "Fatura 29"
        assert "Fatura 29" in screen_text(app)
        for _ in range(40):
            await pilot.press("up")
        assert app.screen.query_one(Hits).chosen.subject == "Fatura 59"


async def test_help_shows_every_command(console, until, screen_text):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        await until(lambda: "in the queue" in screen_text(app))
        seen = screen_text(app)
        for _ in range(6):
            await pilot.press("ctrl+d")
            seen += screen_text(app)
        for command in commands():
            if "help" not in command.where:
                assert command.sentence in seen, command
        await pilot.press("q")
        await until(lambda: isinstance(app.screen, MainScreen))


def test_no_key_means_two_things_in_one_pane():
    assert clashes(commands()) == []


def test_every_command_has_its_action_on_the_screen_it_works_in():
    for where, screen in (
        ("queue", MainScreen),
        ("conversation", MainScreen),
        ("search", SearchScreen),
        ("help", HelpScreen),
    ):
        bound = {binding.key for binding in screen.BINDINGS}
        for command in commands():
            if where in command.where:
                assert hasattr(screen, f"action_{command.action}"), (where, command)
                assert bound.issuperset(command.keys), (where, command)


def test_the_row_of_keys_comes_from_the_table():
    keys, always = footer("queue")
    assert keys[:3] == [("Enter", "read"), ("e", "resolve"), ("t", "take")]
    assert always == [("?", "help")]
