"""Search and help: found by words, opened at the message; every key explained, none with two meanings."""

import re
from pathlib import Path

import pytest
from textual import events

from console.config.keyed import NAMES
from console.screens import asking
from console.screens.commands.offering import best
from console.screens.commands.table import commands
from console.screens.frame import Frame
from console.screens.helping import HelpScreen, groups
from console.screens.keymap import Keymap, clashes
from console.screens.main import MainScreen
from console.screens.searching import SearchScreen
from widgets.choices import Choice
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


async def test_enter_typed_ahead_opens_what_the_last_words_find(deliver, console, until, screen_text):
    deliver({"subject": "Fatura", "text": "A fatal error.", "ago": 90})
    deliver({"subject": "Login", "address": "li@kumo.example", "text": "A fatal loop.", "ago": 70})
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: len(app._main.queue.rows) == 2)
        await pilot.press("slash", *"fatal")
        await until(lambda: "2 messages" in screen_text(app))
        for key in (*" error", "enter"):  # faster than anything is found: the newest of the two is no answer
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await until(lambda: app._main.reading)
        assert app._main.conversation.view.subject == "Fatura"


async def test_what_cannot_be_asked_opens_nothing(deliver, console, until, screen_text):
    deliver({"subject": "Fatura", "text": "A fatal error."})
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: len(app._main.queue.rows) == 1)
        await pilot.press("slash", *"fatal")
        await until(lambda: "1 message" in screen_text(app))
        await pilot.press(*" is:nothing")
        await until(lambda: not app.screen.query_one(Hits).display)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, SearchScreen)


async def test_a_search_that_answers_while_its_screen_closes_is_for_nobody(deliver, console, until, monkeypatch):
    deliver({"subject": "Fatura", "text": "Bom dia."})
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: len(app._main.queue.rows) == 1)
        await pilot.press("slash")
        await until(lambda: isinstance(app.screen, SearchScreen) and app.screen.query(Hits))
        search = app.screen
        answered = []

        async def late(question, **_words):
            if question is asking.found:
                await search.query(Hits).remove()  # as when all of the screen goes: its parts first
                answered.append(1)
            return ({}, {}) if question is asking.company else ()

        monkeypatch.setattr(search.desk, "ask", late)
        await pilot.press("f")
        await until(lambda: answered)
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, MainScreen))


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


async def test_help_shows_every_command_and_finds_by_key_name_and_word(console, until, screen_text):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        await until(lambda: "in the queue" in screen_text(app))
        seen = screen_text(app)
        for _ in range(40):
            await pilot.press("ctrl+d")
            seen += screen_text(app)
        for command in commands():
            assert command.sentence[:50] in seen, command
            assert command.hidden or re.search(rf":{command.name} *$", seen, re.MULTILINE), command
        for letters, found, gone in (("snooze", "put it aside", "resolve:"), ("!", "mark as spam", "put it aside")):
            await pilot.press(*letters)
            await until(lambda found=found: found in screen_text(app))
            assert gone not in screen_text(app)
            await pilot.press("ctrl+u", *["backspace"] * len(letters))
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, MainScreen))


def test_no_key_means_two_things_in_one_place():
    assert clashes(commands()) == []


def test_the_configuration_moves_keys_and_is_told_what_cannot_be():
    keymap = Keymap(commands(), {"resolve": "E", "take": "g t, x", "spma": "!", "wait": "Hyper"})
    assert keymap.find("queue", ["E"]).name == "resolve"
    assert keymap.find("queue", ["e"]) is None
    assert keymap.find("queue", ["g", "t"]).name == "take"
    assert keymap.find("queue", ["w"]).name == "wait"
    assert [complaint.split(":")[0] for complaint in keymap.complaints] == ["[keys] spma", "[keys] wait"]
    assert "spam" in keymap.complaints[0]
    assert "Hyper" in keymap.complaints[1]


def test_a_key_given_to_another_command_is_taken_from_the_one_that_had_it():
    keymap = Keymap(commands(), {"resolve": "t"})
    assert keymap.find("queue", ["t"]).name == "resolve"
    assert keymap.complaints == []


def test_a_key_that_begins_others_is_named():
    keymap = Keymap(commands(), {"resolve": "g"})
    assert any("g begins g" in complaint for complaint in keymap.complaints)


def test_the_row_of_keys_comes_from_the_table():
    keys, always = Keymap(commands()).footer("queue")
    assert keys[:5] == [("Enter", "read"), ("r", "reply"), ("i", "note"), (";", "canned"), ("T", "transfer")]
    assert Frame.useful(keys, "queue", nothing=False)[3:5] == [("T", "transfer"), ("e", "resolve")]
    waits = Frame.useful(keys, "queue", nothing=False, offered=True)
    assert waits[:4] == [("Enter", "read"), ("A", "accept"), ("B", "return"), ("r", "reply")]
    assert ("T", "transfer") not in waits
    assert Frame.useful(keys, "conversation", nothing=False)[3] == (";", "canned")
    assert Keymap(commands()).footer("composer")[1] == [("^g", "help")]
    assert always == [("/", "search"), (":", "command"), ("?", "help")]


async def test_the_search_offers_fields_and_their_values(deliver, console, until, screen_text):
    deliver({"subject": "Fatura", "text": "see https://acme.example/a?b=1."})
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: len(app._main.queue.rows) == 1)
        await pilot.press("/", *"fr")
        await until(lambda: "who wrote" in screen_text(app))
        await pilot.press("tab", *"joaquin")
        await until(lambda: "1 message" in screen_text(app))
        assert app.screen.query_one("#query").value == "from:joaquin"
        await pilot.press("enter")
        await until(lambda: app._main.reading)
        await pilot.press("o")
        await until(lambda: "https://acme.example/a?b=1 " in screen_text(app))


def test_the_guide_names_every_command_with_its_keys():
    guide = (Path(__file__).parents[3] / "docs" / "console.md").read_text("utf-8")
    rows = [line for line in guide.split("\n") if line.startswith("|") and "`:" in line and "`:`" not in line]
    for command in commands():
        if command.hidden:
            continue
        [row] = [row for row in rows if f"`:{command.name}`" in row]
        assert command.sentence in row
        assert command.passes_key or all(f"`{key}`" in row for key in command.keys), row
    assert len(rows) == sum(not command.hidden for command in commands())


@pytest.mark.parametrize(
    ("keys", "place", "help_key", "heading", "sentence"),
    [
        ("g d", "drafts", "?", "in the list of drafts", "throw the draft away"),
        ("g k", "library", "?", "in the canned responses", "try it on a conversation"),
        ("g r", "rules", "?", "in the list of rules", "make"),
        ("g h", "history", "?", "in the history", "take this action back"),
        ("g c", "customer", "?", "on the screen of a customer", "write a note about the customer"),
        ("W", "paper", "?", "in a paper", "find words in this paper"),
        ("enter o", "files", "?", "in the list of files", "open it with a program"),
        ("r", "composer", "ctrl+g", "in the composer", "look the draft over"),
        ("enter", "conversation", "?", "in a conversation", "back to the queue"),
    ],
)
async def test_help_is_had_everywhere_and_tells_first_what_works_there(
    deliver, console, until, screen_text, keys, place, help_key, heading, sentence
):
    deliver({"subject": "Fatura", "text": "Bom dia."})
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: len(app._main.queue.rows) == 1)
        for key in keys.split():
            await pilot.press(key)
            await until(lambda key=key: key != "enter" or app._main.reading)
        await until(lambda: app.screen.where == place and getattr(app.screen, "begun", True))
        screen = app.screen
        await until(lambda: "help" in screen_text(app).split("\n")[-1])
        await pilot.press(help_key)
        await until(lambda: isinstance(app.screen, HelpScreen))
        await until(lambda: heading in screen_text(app).split("\n")[2] and sentence in screen_text(app))
        await pilot.press("escape")
        await until(lambda: app.screen is screen)


@pytest.mark.parametrize("keys", ["slash a", "colon a", "g h", "r a", "g", "question_mark a"])
async def test_the_shell_is_had_from_everywhere(deliver, console, until, monkeypatch, keys):
    deliver({"subject": "Fatura", "text": "Bom dia."})
    app = console()
    stops = []
    monkeypatch.setattr(app, "action_suspend_process", lambda: stops.append(app.screen))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: len(app._main.queue.rows) == 1)
        await pilot.press(*keys.split())
        await until(lambda: getattr(app.screen, "begun", True))
        screen = app.screen
        await pilot.press("ctrl+z")
        await until(lambda: stops == [screen])


@pytest.mark.parametrize(
    ("word", "command"),
    [
        ("colleague", ":assign"),
        ("hand", ":assign"),
        ("why", ":why"),
        ("together", ":why"),
        ("attachment", ":files"),
        ("save", ":files"),
        ("newsletter", ":file"),
        ("rule", ":rule"),
        ("late", ":urgent"),
        ("postpone", ":snooze"),
        ("monday", ":snooze"),
        ("later", ":snooze"),
        ("template", ":canned"),
        ("customer", ":go"),
        ("delete", ":trash"),
        ("back", ":undo"),
    ],
)
def test_the_words_of_everyday_tasks_find_their_commands(word, command):
    found = groups(commands(), word, first="conversation")
    assert any(command in str(group) for group in found), found


async def test_the_line_of_the_help_is_a_line_to_edit(console, until, screen_text):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.is_mounted)
        await pilot.press("question_mark")
        await until(lambda: isinstance(app.screen, HelpScreen))
        await pilot.press(*"abc", "ctrl+u", *"snooze")
        await until(lambda: screen_text(app).startswith(" ? snooze ") and "put it aside" in screen_text(app))


@pytest.mark.parametrize(
    ("typed", "name"),
    [("sort", "filter"), ("order", "filter"), ("done", "resolve"), ("escalate", "transfer-n3"), ("save", "keep")],
)
def test_help_and_palette_know_what_people_call_a_command(typed: str, name: str) -> None:
    found = [row[2] for _heading, rows in groups(commands(), typed) for row in rows]
    assert f":{name}" in found
    offered = best(typed, ((one.found_by, Choice(one.name, one.name)) for one in commands()))
    assert name in [choice.text for choice in offered]


def test_the_names_that_keys_may_hold_are_those_of_the_table():
    assert {command.name for command in commands()} == NAMES
