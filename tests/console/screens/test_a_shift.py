"""What two hundred conversations triaged by hand taught: each of these cost a key, a look, or a note in a wrong place."""

from datetime import UTC, datetime

import pytest

from console.config.accounts import Account
from console.screens.picking import ResponsePicker
from console.screens.rules import RulesScreen
from console.screens.searching import SearchScreen
from storage.commands import triage
from storage.kinds import Status
from storage.queries import conversations, drafts
from widgets.hits import Hits

NOW = datetime(2026, 11, 23, 9, 32, tzinfo=UTC)


@pytest.fixture
def five(deliver):
    """Five conversations of five customers, the first of them waiting longest."""
    return [
        deliver(
            {
                "name": f"Cliente {number}",
                "address": f"c{number}@acme.example",
                "subject": f"Assunto {number}",
                "text": f"O pedido {number} não chegou.",
                "ago": 500 - number * 60,
            }
        )
        for number in range(1, 6)
    ]


@pytest.fixture
def account():
    servers = {"imap": "127.0.0.1:1", "smtp": "127.0.0.1:2", "tls": "none"}
    return Account.model_validate({"name": "suporte", "address": "suporte@lumen.example", **servers})


def status(desk, number):
    return desk.ask_now(conversations.read, number, agent_id=None).status


async def rows(app, until, count=5):
    await until(lambda: len(app._main.queue.rows) == count)


async def test_the_cursor_goes_to_what_was_taken_back_so_that_the_next_key_is_meant_for_it(five, console, desk, until):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(app, until)
        await pilot.press("j", "j", "e")
        await rows(app, until, 4)
        await pilot.press("j")  # on to another one meanwhile
        await until(lambda: app._main.queue.chosen.conversation_id == five[4])
        await pilot.press("u")
        await rows(app, until)
        await until(lambda: app._main.queue.chosen.conversation_id == five[2])
        await pilot.press("U")
        await rows(app, until, 4)
        assert app._main.queue.chosen.conversation_id == five[3]


async def test_taking_back_while_reading_shows_what_was_taken_back(five, console, desk, until):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(app, until)
        await pilot.press("enter", "e")
        await until(lambda: app._main.reading and app._main.conversation.view.conversation_id == five[1])
        await pilot.press("u")
        await until(lambda: app._main.reading and app._main.conversation.view.conversation_id == five[0])
        await until(lambda: app._main.queue.chosen.conversation_id == five[0])


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_next_is_read_once_the_one_that_is_read_was_settled(five, console, desk, until, screen_text, size):
    app = console()
    async with app.run_test(size=size) as pilot:
        await rows(app, until)
        await pilot.press("enter")
        await until(lambda: app._main.reading)
        await pilot.press("e", "w", "e")  # as fast as they come, each for the one that is read then
        await until(lambda: app._main.reading and app._main.conversation.view.conversation_id == five[3])
        await until(lambda: status(desk, five[2]) is Status.RESOLVED)
        assert [status(desk, number) for number in five] == [
            Status.RESOLVED,
            Status.WAITING,
            Status.RESOLVED,
            Status.NEW,
            Status.NEW,
        ]
        await pilot.press("q")
        await until(lambda: not app._main.reading)


async def test_the_next_is_read_too_after_one_that_had_left_the_view(five, console, desk, until):
    """Taken in the view of what nobody has, and then resolved: the queue came back instead of the next."""
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(app, until)
        await pilot.press("2", "enter")
        await until(lambda: app._main.reading)
        await pilot.press("t")
        await rows(app, until, 4)
        await pilot.press("e")
        await until(lambda: app._main.reading and app._main.conversation.view.conversation_id == five[1])
        assert status(desk, five[0]) is Status.RESOLVED


async def test_one_q_too_many_does_not_leave_a_console_in_which_one_works(five, console, until, screen_text):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(app, until)
        await pilot.press("e")
        await rows(app, until, 4)
        await pilot.press("q")
        await until(lambda: "q again leaves the console" in screen_text(app))
        await pilot.press("j", "t")
        await until(lambda: "taken" in screen_text(app))
        await pilot.press("q")
        await until(lambda: "q again leaves the console" in screen_text(app))
        await pilot.press("q")
        await until(lambda: app._exit)
    assert app.return_code == 0


@pytest.mark.parametrize("keys", [("q",), ("e", "colon", *"quit", "enter")])
async def test_the_line_leaves_at_once_and_so_does_q_where_nothing_was_done(five, console, until, keys):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(app, until)
        await pilot.press(*keys)
        await until(lambda: app._exit)


async def test_the_queue_comes_back_once_nothing_is_left_or_where_that_was_chosen(five, console, desk, until):
    app = console(read_on=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(app, until)
        await pilot.press("enter")
        await until(lambda: app._main.reading)
        await pilot.press("e")
        await until(lambda: not app._main.reading and app._main.queue.display)
        app.read_on = True
        for left in range(3, -1, -1):
            await pilot.press("enter")
            await until(lambda: app._main.reading)
            await pilot.press("e", "q")
            await rows(app, until, left)
        await until(lambda: not app._main.reading and app._main.empty.display)


async def test_what_was_found_leads_back_to_what_was_searched(five, console, until, screen_text):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(app, until)
        await pilot.press("slash", *"pedido")
        await until(lambda: "5 messages" in screen_text(app))
        await pilot.press("down", "down", "enter")
        await until(lambda: app._main.reading and app._main.conversation.view.conversation_id == five[2])
        assert " of 5" not in screen_text(app).split("\n")[1]  # the cursor of the queue is elsewhere
        await pilot.press("q")
        await until(lambda: isinstance(app.screen, SearchScreen) and "5 messages" in screen_text(app))
        await until(
            lambda: all(f"Assunto {number}" in screen_text(app) for number in range(1, 6))
        )  # the first ones, too
        await pilot.press("down", "enter")
        await until(lambda: app._main.reading and app._main.conversation.view.conversation_id == five[1])
        await pilot.press("q")
        await until(lambda: isinstance(app.screen, SearchScreen) and "5 messages" in screen_text(app))
        await pilot.press("escape")
        await until(lambda: app.screen is app._main and not app._main.reading)
        await pilot.press("enter")
        await until(lambda: app._main.reading)
        assert "1 of 5" in screen_text(app)
        await pilot.press("q")
        await until(lambda: not app._main.reading)
        assert app.screen is app._main


async def test_behind_the_last_message_of_what_was_found_comes_what_was_found_next(five, console, until, screen_text):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(app, until)
        await pilot.press("enter", "n", "n", "N")  # nothing was searched: the keys stay in the conversation
        await until(lambda: app._main.reading)
        first = app._main.conversation.view.conversation_id
        assert "found" not in screen_text(app)
        await pilot.press("q", "slash", *"pedido")
        await until(lambda: "5 messages" in screen_text(app))
        await pilot.press("down", "down", "down", "enter")
        await until(lambda: app._main.reading and app._main.conversation.view.conversation_id == five[1])
        await pilot.press("n")
        await until(lambda: app._main.reading and app._main.conversation.view.conversation_id == five[0])
        assert first == five[0]
        assert "5 of 5 found  pedido" in screen_text(app)
        await pilot.press("n")
        await until(lambda: "That was the last one found." in screen_text(app))
        assert app._main.conversation.view.conversation_id == five[0]
        await pilot.press("N")
        await until(lambda: app._main.conversation.view.conversation_id == five[1])
        await pilot.press("q")  # back in the list, on the one that was read last
        await until(lambda: isinstance(app.screen, SearchScreen) and "5 messages" in screen_text(app))
        assert app.screen.query_one(Hits).chosen.conversation_id == five[1]
        await pilot.press("enter")
        await until(lambda: app._main.reading)
        for number in five[2:]:
            await pilot.press("N")
            await until(lambda number=number: app._main.conversation.view.conversation_id == number)
        await pilot.press("N")
        await until(lambda: "That was the first one found." in screen_text(app))


async def test_a_filter_that_the_desk_cannot_answer_stays_to_be_mended(five, console, until, screen_text):
    """Its line closed, the view began anew, and what was typed on were keys: `m` began a message."""
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(app, until)
        await pilot.press("j", "j", "backslash", *"mailbox:sup", "enter")
        await until(lambda: "there are suporte" in screen_text(app).split("\n")[-1])
        assert app._main.asking
        assert app._main.prompt._wrong == (0, 11)
        assert app._main.queue.chosen.conversation_id == five[2]
        await pilot.press("o")
        await until(lambda: "there are" not in screen_text(app).split("\n")[-1])
        await pilot.press(*"rte", "enter")
        await until(lambda: "is:open mailbox:suporte  5" in screen_text(app))
        await pilot.press("colon", *"filter mailbox:nowhere", "enter")
        await until(lambda: "there are suporte" in screen_text(app))
        assert app._main.narrowed == "mailbox:suporte"


async def test_what_a_key_takes_back_is_said_beside_the_longest_subject(deliver, console, until, screen_text):
    deliver({"subject": "Um assunto tão comprido que ninguém o lê até o fim, de 80 colunas e mais " * 2})
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(app, until, 1)
        await pilot.press("s", *"tomorrow 9:00", "enter")
        await until(lambda: "u takes it back" in screen_text(app))
        assert "snoozed until Tue 09:00 #1 Um assunto" in screen_text(app)


async def test_space_goes_a_page_on_in_a_conversation_as_in_a_pager(deliver, console, until, screen_text):
    deliver({"text": "\n\n".join(f"parágrafo {number}" for number in range(60))})
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(app, until, 1)
        await pilot.press("enter")
        await until(lambda: app._main.reading)
        await pilot.press("g", "g")
        await until(lambda: "parágrafo 0" in screen_text(app))
        await pilot.press("space")
        await until(lambda: "parágrafo 0" not in screen_text(app) and "parágrafo 9" in screen_text(app))


async def test_another_conversation_to_join_is_found_by_whose_it_is(five, console, desk, until, screen_text):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(app, until)
        await pilot.press("M", *"cliente 4")
        await until(
            lambda: (
                "Cliente 4" in screen_text(app).split("\n")[-2] and "Cliente 3" not in screen_text(app).split("\n")[-3]
            )
        )
        await pilot.press("enter")
        await rows(app, until, 4)


async def test_help_that_finds_nothing_says_so_and_everyday_words_find_something(console, until, screen_text):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark", *"zebra")
        await until(lambda: "No key and no command has to do with that" in screen_text(app))
        everyday = {
            "mailbox": ":filter",
            "customer": ":search",
            "duplicate": ":join",
            "colleague": ":forward",
            "archive": ":resolve",
            "happened": ":why",
            "cancel": "what is on its way out",
        }
        for word, name in everyday.items():
            await pilot.press(*["backspace"] * 10, *word)
            await until(lambda name=name: name in screen_text(app))


async def test_blocking_says_which_key_is_for_the_mail_that_is_there(five, console, desk, until, screen_text):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(app, until)
        await pilot.press("b", "enter")
        await until(lambda: "blocked: c1@acme.example   ! for this one, too   u takes it back" in screen_text(app))
        await pilot.press("!")
        await rows(app, until, 4)
        assert status(desk, five[0]) is Status.SPAM


async def test_an_answer_that_leaves_it_open_leaves_the_cursor_where_it_was(five, console, account, until):
    """The answered one goes down in the queue; `]` went there with it, and who waited was never read."""
    app = console(accounts=(account,))
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(app, until)
        await pilot.press("enter")
        await until(lambda: app._main.reading)
        await pilot.press("r", *"Bom dia, ela foi corrigida.", "ctrl+s")
        await until(lambda: app.screen.where == "review")
        await pilot.press("o", "ctrl+s")
        await until(lambda: app.screen is app._main and app._main.conversation.view.messages[-1].delivery)
        assert app._main.reading
        assert app._main.shown_id == five[0]
        await until(lambda: app._main.queue.rows[-1].conversation_id == five[0])
        await pilot.press("]")
        await until(lambda: app._main.shown_id == five[1] and app._main.queue.chosen.conversation_id == five[1])
        await pilot.press("]")
        await until(lambda: app._main.shown_id == five[2])


async def test_no_empty_answer_is_left_open_when_no_canned_response_is_chosen(five, console, desk, until):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(app, until)
        await pilot.press("semicolon")
        await until(lambda: isinstance(app.screen, ResponsePicker))
        await pilot.press("escape")
        await until(lambda: app.screen is app._main)
        assert not desk.ask_now(drafts.drafts, agent_id=desk.agent_id)


async def test_reading_on_ends_where_nothing_waits_any_more(five, console, desk, until):
    """It went on into what is on hold, as if that had come up."""
    desk.tell_now(triage.set_status, five[2:], to=Status.ON_HOLD, actor=desk.actor, now=NOW)
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(app, until)
        await pilot.press("enter")
        await until(lambda: app._main.reading)
        await pilot.press("e")
        await until(lambda: app._main.reading and app._main.shown_id == five[1])
        await pilot.press("e")
        await until(lambda: not app._main.reading and len(app._main.queue.rows) == 3)
        await pilot.press("enter", "e")  # read because it was chosen, and so is the next
        await until(lambda: app._main.reading and len(app._main.queue.rows) == 2)


async def test_what_could_not_be_done_is_read_on_and_not_left_for_the_next(five, console, desk, until, screen_text):
    desk.tell_now(triage.set_status, five, to=Status.RESOLVED, actor=desk.actor, now=NOW)
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.desk is not None and app._main.empty.display)
        await pilot.press("4")
        await rows(app, until)
        await pilot.press("enter")
        await until(lambda: app._main.reading)
        read = app._main.shown_id
        await pilot.press("e")
        await until(lambda: f"Nothing to change: #{read} stands so already." in screen_text(app))
        await until(lambda: app._main.reading and app._main.shown_id == read)
        await until(lambda: app._main.queue.chosen.conversation_id == read)
        await pilot.press("q", "backslash", *"from:c3@acme", "enter")
        await rows(app, until, 1)
        assert "is:settled from:c3@acme  1" in screen_text(app)


async def test_what_was_decided_is_taken_back_from_the_list_of_rules_too(five, console, desk, until, screen_text):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(app, until)
        await pilot.press("e")
        await until(lambda: status(desk, five[0]) is Status.RESOLVED)
        await pilot.press("g", "r")
        await until(lambda: isinstance(app.screen, RulesScreen))
        await pilot.press("u")
        await until(lambda: status(desk, five[0]) is Status.NEW)
        await until(lambda: "taken back" in screen_text(app))
        await pilot.press("q")
        await rows(app, until)
