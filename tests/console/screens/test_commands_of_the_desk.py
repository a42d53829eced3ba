"""The commands of the main screen as an agent gives them: by key, on the line, from the palette, to one and to many."""

from datetime import UTC, datetime, timedelta

import keyring
import keyring.backend
import pytest
from textual import events

from console.config.settings import read_account
from console.desk import Desk
from console.files.typed_lines import TypedLines
from console.screens import questions
from console.screens.history import HistoryScreen
from storage.commands import leasing, triage
from storage.commands import views as kept_views
from storage.kinds import Status
from storage.queries import conversations
from storage.views import ConversationView

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
                "ago": 500 - number * 60,
            }
        )
        for number in range(1, 6)
    ]


def read(desk: Desk, number: int) -> ConversationView:
    return desk.ask_now(conversations.read, number, agent_id=None)


def statuses(desk: Desk, numbers: list[int]) -> list[Status]:
    return [read(desk, number).status for number in numbers]


async def started(console, until, count=5, **choices):
    app = console(**choices)
    return app, (lambda: until(lambda: len(app._main.queue.rows) == count))


async def test_marks_and_a_range_are_resolved_together_and_u_takes_all_of_it_back(
    five, console, desk, until, screen_text
):
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        await pilot.press("space", "j", "V", "j", "j", "V")  # the first, and the third to the fifth
        await until(lambda: "4 marked" in screen_text(app))
        assert [line[1] for line in screen_text(app).split("\n")[2:7]] == ["*", "●", "*", "*", "*"]
        await pilot.press("e")
        await until(lambda: "resolved 4 conversations" in screen_text(app))
        await until(lambda: [row.conversation_id for row in app._main.queue.rows] == [five[1]])
        assert app._main.queue.marked == ()
        await pilot.press("u")
        await rows()
        assert statuses(desk, five) == [Status.NEW] * 5
        assert "taken back: resolved #1 and 3 more" in screen_text(app)


async def test_keys_as_fast_as_they_come_resolve_one_conversation_each(five, console, desk, until):
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        await pilot.press("e", "e", "e")
        await until(lambda: statuses(desk, five).count(Status.RESOLVED) == 3)
        await until(lambda: [row.conversation_id for row in app._main.queue.rows] == five[3:])
        await pilot.press("u", "u", "u")
        await until(lambda: statuses(desk, five) == [Status.NEW] * 5)


async def test_a_bulk_act_says_what_stays_and_why(five, console, desk, store, until, screen_text):
    other = Desk(store, agent="Bruno", console="there")
    other.tell_now(triage.take, [five[1]], actor=other.actor, now=NOW)
    app, rows = await started(console, until)
    async with app.run_test(size=(120, 36)) as pilot:
        await rows()
        await pilot.press("*")
        await until(lambda: len(app._main.queue.marked) == 5)
        await pilot.press("t")
        await until(lambda: "taken 4 conversations" in screen_text(app))
        assert "1 stays: Bruno has #2: a, then me, takes it over" in screen_text(app)
        assert [read(desk, number).assignee for number in five] == ["Ana", "Bruno", "Ana", "Ana", "Ana"]


async def test_snooze_asks_until_when_and_dot_does_it_again(five, console, desk, until, screen_text):
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        await pilot.press("s")
        await until(lambda: "tomorrow 9:00" in screen_text(app) and "snooze #1 until" in screen_text(app))
        await pilot.press(*"xyz")
        await until(lambda: "no moment: 2h, tomorrow, 2026-12-24" in screen_text(app))
        await pilot.press("enter")  # is not taken
        assert app._main.asking
        await pilot.press("backspace", "backspace", "backspace", *"2h")
        await until(lambda: "11:32" in screen_text(app))
        await pilot.press("enter")
        await until(lambda: read(desk, five[0]).snoozed_until == NOW + timedelta(hours=2))
        assert ":snooze 1 2h" in screen_text(app)
        await until(lambda: app._main.queue.chosen.conversation_id == five[1])
        await pilot.press(".")
        await until(lambda: read(desk, five[1]).snoozed_until == NOW + timedelta(hours=2))
        assert read(desk, five[2]).snoozed_until is None


async def test_escape_leaves_a_question_and_nothing_is_done(five, console, desk, until, screen_text):
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        for key in ("s", "a", "plus", "M", "colon", "ctrl+p", "backslash"):
            await pilot.press(key)
            await until(lambda: app._main.asking)
            await pilot.press("escape")
            await until(lambda: not app._main.asking and " Enter read" in screen_text(app))
        assert statuses(desk, five) == [Status.NEW] * 5
        await pilot.press("j")  # keys are keys again
        assert app._main.queue.chosen.conversation_id == five[1]


async def test_assign_offers_colleagues_and_nobody(five, console, desk, store, until, screen_text):
    Desk(store, agent="Bruno Reis", console="there")
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        await pilot.press("a", *"bru")
        await until(lambda: "Bruno Reis" in screen_text(app) and "nobody" not in screen_text(app))
        await pilot.press("enter")
        await until(lambda: read(desk, five[0]).assignee == "Bruno Reis")
        await pilot.press("a", *"zzz")
        await until(lambda: "nothing is called so" in screen_text(app))
        await pilot.press("enter")
        assert app._main.asking
        await pilot.press("escape", *":assign none", "enter")
        await until(lambda: read(desk, five[0]).assignee_id is None)
        await pilot.press(*":assign Zulmira", "enter")
        await until(lambda: "Nobody here is called Zulmira." in screen_text(app))


async def test_tags_are_offered_put_on_and_taken_off(five, console, desk, until, screen_text):
    desk.tell_now(triage.tag, [five[4]], add=["fatura"], remove=[], actor=desk.actor, now=NOW)
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        await pilot.press("plus", *"fa")
        await until(lambda: "1 conversation" in screen_text(app))
        await pilot.press("tab", "space", *"vip", "enter")
        await until(lambda: read(desk, five[0]).tags == ("fatura", "vip"))
        assert "tagged +fatura +vip" in screen_text(app)
        await pilot.press("plus", "minus")
        await until(lambda: "take off" in screen_text(app))
        await pilot.press(*"vip", "enter")
        await until(lambda: read(desk, five[0]).tags == ("fatura",))


async def test_the_line_offers_commands_completes_them_and_remembers_lines(five, console, desk, until, screen_text):
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        await pilot.press(":", *"hol")
        await until(lambda: "a third party has to answer" in screen_text(app))
        await pilot.press("tab")
        await until(lambda: app._main.prompt.value == "hold ")
        await pilot.press(*"2 4", "enter")
        await until(lambda: statuses(desk, five)[1::2] == [Status.ON_HOLD] * 2)
        assert statuses(desk, five)[0] is Status.NEW
        await pilot.press(":", "up")
        await until(lambda: app._main.prompt.value == "hold 2 4")
        await pilot.press("escape", ":", *"reslove", "enter")
        await until(lambda: "reslove: no command; did you mean resolve?" in screen_text(app))
        assert app._main.asking
        await pilot.press("escape", *":resolve 99", "enter")
        await until(lambda: "There is no conversation #99" in screen_text(app))


async def test_the_palette_finds_a_command_by_its_words(five, console, desk, until, screen_text):
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        await pilot.press("ctrl+p", *"junk")
        await until(lambda: "mark as spam" in screen_text(app))
        await pilot.press("enter")
        await until(lambda: statuses(desk, five)[0] is Status.SPAM)


async def test_a_filter_completes_fields_points_at_what_is_wrong_and_escape_takes_it_off(
    five, console, desk, until, screen_text
):
    desk.tell_now(triage.tag, five[:2], add=["fatura"], remove=[], actor=desk.actor, now=NOW)
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        await pilot.press("backslash", *"is:opne")
        await until(lambda: "is:opne" in screen_text(app).split("\n")[-1] and "there are" in screen_text(app))
        assert app._main.prompt._wrong == (0, 7)
        await pilot.press("enter")
        assert app._main.asking
        await pilot.press("ctrl+u", *"ta")
        await until(lambda: "tag:" in screen_text(app))
        await pilot.press("tab")
        await until(lambda: "tag:fatura" in screen_text(app))
        await pilot.press("tab", "enter")
        await until(lambda: len(app._main.queue.rows) == 2)
        assert "is:open tag:fatura" in screen_text(app)
        await pilot.press("backslash", "ctrl+u", *"tag:nothere", "enter")
        await until(lambda: "Nothing here for: tag:nothere" in screen_text(app))
        await pilot.press("escape")
        await rows()


async def test_a_view_is_kept_on_the_next_free_key_shown_to_colleagues_when_shared_and_dropped(
    five, console, desk, store, until, screen_text
):
    desk.tell_now(triage.tag, five[:2], add=["fatura"], remove=[], actor=desk.actor, now=NOW)
    app, rows = await started(console, until)
    async with app.run_test(size=(120, 36)) as pilot:
        await rows()
        await pilot.press(*":view is:open tag:fatura", "enter")
        await until(lambda: len(app._main.queue.rows) == 2)
        await pilot.press(*":share Contas", "enter")
        await until(lambda: "6 Contas 2" in screen_text(app))
        await pilot.press("3")
        await rows()
        await pilot.press("6")
        await until(lambda: len(app._main.queue.rows) == 2)
        await pilot.press("7")
        await until(lambda: "No view is on 7" in screen_text(app))
        bruno = Desk(store, agent="Bruno", console="there")
        assert [view.words for view in await_views(bruno)] == ["is:open tag:fatura"]
        await pilot.press(*":drop ")
        await until(lambda: "  Contas " in screen_text(app))
        assert "is:settled" not in screen_text(app), "what is the console's own cannot be taken away"
        await pilot.press("enter")
        await until(lambda: "6 Contas" not in screen_text(app))
        await pilot.press("u")
        await until(lambda: "6 Contas 2" in screen_text(app))


def await_views(desk: Desk):
    from console.screens.asking import counted

    views, _counts = desk.ask_now(counted, agent_id=desk.agent_id, now=NOW)
    return [view for view in views if view.view_id is not None]


async def test_a_view_that_a_colleague_shares_appears_without_a_key(five, console, store, until, screen_text):
    app, rows = await started(console, until)
    async with app.run_test(size=(120, 36)):
        await rows()
        bruno = Desk(store, agent="Bruno", console="there")
        bruno.tell_now(kept_views.keep, "Deles", "is:open", shared=True, actor=bruno.actor, now=NOW)
        await until(lambda: "6 Deles 5" in screen_text(app))


async def test_joining_marked_conversations_and_splitting_one_off_again(five, console, desk, until, screen_text):
    app, rows = await started(console, until)
    async with app.run_test(size=(120, 36)) as pilot:
        await rows()
        await pilot.press("space", "space", "M")
        await until(lambda: "joined to #1: #2" in screen_text(app))
        await until(lambda: len(app._main.queue.rows) == 4)
        assert len(read(desk, five[0]).messages) == 2
        await until(lambda: app._main.queue.chosen.conversation_id == five[0])
        await pilot.press("enter", "S")
        await until(lambda: "split off" in screen_text(app) and "Cliente 2: Hola." in screen_text(app))
        await pilot.press("enter")
        await until(lambda: "split off to #6" in screen_text(app))
        assert len(read(desk, five[0]).messages) == 1
        await pilot.press("u")
        await until(lambda: len(read(desk, five[0]).messages) == 2)


async def test_join_asks_with_what_and_offers_by_subject(five, console, desk, until, screen_text):
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        await pilot.press("M", *"assunto 4")
        await until(lambda: "#4 Assunto 4" in screen_text(app) and "#3 Assunto" not in screen_text(app))
        await pilot.press("enter")
        await until(lambda: len(read(desk, five[0]).messages) == 2)


async def test_enter_takes_what_is_offered_for_the_last_letter_typed(five, console, desk, until, monkeypatch):
    monkeypatch.setattr(questions, "_PAUSE", 60)  # nothing is read anew by itself before Enter comes
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        await pilot.press("M", *"assunto 4", "enter")
        await until(lambda: len(read(desk, five[0]).messages) == 2)
        assert read(desk, five[0]).joined_numbers == (five[3],)


async def test_linking_and_going_to_what_is_linked(five, console, desk, until, screen_text):
    app, rows = await started(console, until)
    async with app.run_test(size=(120, 36)) as pilot:
        await rows()
        await pilot.press(*":link 3", "enter")
        await until(lambda: read(desk, five[0]).linked == (five[2],))
        await pilot.press("enter")
        await until(lambda: app._main.reading)
        await pilot.press("g", "l", *"assunto 3")
        await until(lambda: "#3 Assunto 3" in screen_text(app))
        await pilot.press("enter")
        await until(lambda: app._main.conversation.view.conversation_id == five[2])
        await pilot.press("u")
        await until(lambda: read(desk, five[0]).linked == ())


async def test_j_goes_to_the_most_urgent_and_says_why(five, console, until, screen_text):
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        await pilot.press("G", "J")
        await until(lambda: app._main.reading and "first response late by 3h" in screen_text(app))
        assert app._main.conversation.view.conversation_id == five[0]
        await pilot.press("J")
        await until(lambda: app._main.conversation.view.conversation_id == five[1])
        await pilot.press("]")
        await until(lambda: app._main.conversation.view.conversation_id == five[2])
        await pilot.press("[")
        await until(lambda: app._main.conversation.view.conversation_id == five[1])


async def test_a_prefix_key_says_what_may_follow_and_a_wrong_one_does_nothing(five, console, desk, until, screen_text):
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        await pilot.press("j", "g")
        await until(lambda: "to the first one" in screen_text(app) and "g g" in screen_text(app))
        await pilot.press("e")
        await until(lambda: "g g" not in screen_text(app))
        assert statuses(desk, five) == [Status.NEW] * 5
        await pilot.press("g", "g")
        await until(lambda: app._main.queue.chosen.conversation_id == five[0])


async def test_the_history_lists_what_was_done_and_takes_one_of_it_back(five, console, desk, until, screen_text):
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("g", "h")
        await rows()
        await pilot.press("g", "h")
        await until(lambda: "You have done nothing yet" in screen_text(app))
        await pilot.press("q", "e")
        await until(lambda: statuses(desk, five)[0] is Status.RESOLVED)
        await pilot.press("t")
        await until(lambda: read(desk, five[1]).assignee == "Ana")
        await pilot.press("g", "h")
        await until(lambda: isinstance(app.screen, HistoryScreen) and "assigned to Ana" in screen_text(app))
        assert "resolved" in screen_text(app)
        await pilot.press("j", "enter")
        await until(lambda: statuses(desk, five)[0] is Status.NEW)
        assert read(desk, five[1]).assignee == "Ana"


async def test_an_agents_own_keys_hold_and_their_trouble_is_said_at_the_start(five, console, desk, until, screen_text):
    app, rows = await started(console, until, keys={"resolve": "E", "nosuch": "z"})
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        await until(lambda: "[keys] nosuch: no command is called so" in screen_text(app))
        await pilot.press("e")
        await pilot.press("E")
        await until(lambda: statuses(desk, five).count(Status.RESOLVED) == 1)


async def test_many_are_done_in_parts_and_escape_stops_after_one(
    deliver, console, desk, until, screen_text, monkeypatch
):
    from storage.commands import bulk

    deliver(*({"subject": f"Assunto {n}", "address": f"c{n}@x.example", "ago": n} for n in range(1, 61)))
    monkeypatch.setattr("console.screens.doing.PARTS_SAID", 10)
    parts = bulk.in_parts

    def small_parts(*args, **choices):
        return parts(*args, at_once=20, **choices)

    monkeypatch.setattr(bulk, "in_parts", small_parts)
    app, rows = await started(console, until, count=60)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        await pilot.press("*")
        await until(lambda: len(app._main.queue.marked) == 60)
        real = app._main._say_progress

        def stop(*said):
            real(*said)
            app._main.action_escape()

        monkeypatch.setattr(app._main, "_say_progress", stop)
        await pilot.press("e")
        await until(lambda: "stopped, 20 left" in screen_text(app) or "stopped, 40 left" in screen_text(app))
        left = app._main.queue.marked
        assert len(left) in {20, 40}
        monkeypatch.setattr(app._main, "_say_progress", real)
        await pilot.press("e")
        await until(lambda: not app._main.queue.rows)
        await until(lambda: not app._main.busy)


async def test_x_lets_a_mailbox_that_stopped_go_on(five, console, store, until, screen_text):
    with store.writing() as session:
        leasing.set_state(session, 1, "stopped", now=NOW, trouble={"kind": "SignInRefused", "words": "no"})
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        await until(lambda: "mail stopped" in screen_text(app))
        await pilot.press("x")
        await until(lambda: "mail stopped" not in screen_text(app))
    with store.reading() as session:
        assert leasing.state_of(session, 1) == "never"


async def test_the_trash_keeps_what_it_was_and_gives_it_back(five, console, desk, until, screen_text):
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        await pilot.press("D")
        await until(lambda: statuses(desk, five)[0] is Status.TRASH and len(app._main.queue.rows) == 4)
        assert "thrown away #1 Assunto 1" in screen_text(app)
        await pilot.press(*":view is:trash", "enter")
        await until(lambda: [row.conversation_id for row in app._main.queue.rows] == five[:1])
        await pilot.press(*":restore", "enter")
        await until(lambda: statuses(desk, five) == [Status.NEW] * 5)


async def test_a_sender_or_a_domain_is_blocked_and_may_write_again(five, console, deliver, desk, until, screen_text):
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        await pilot.press("b")
        await until(lambda: "@acme.example" in screen_text(app) and "everybody there" in screen_text(app))
        await pilot.press("down", "enter")
        await until(lambda: "blocked: @acme.example" in screen_text(app))
        number = deliver({"address": "c9@acme.example", "subject": "More", "ago": 0})
        assert statuses(desk, [number]) == [Status.SPAM]
        await pilot.press(*":unblock @acme.example", "enter")
        await until(lambda: "unblocked: @acme.example" in screen_text(app))
        number = deliver({"address": "c8@acme.example", "subject": "Again", "ago": 0})
        assert statuses(desk, [number]) == [Status.NEW]


async def test_papers_files_and_copies_of_what_is_read(five, console, until, screen_text):
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        await pilot.press("enter")
        await until(lambda: app._main.reading)
        for keys, words in (
            (("v", "s"), "Message-ID:"),
            (("v", "h"), "Content-Type:"),
            (("v", "p"), "text/plain"),
            (("W",), "why #1"),
            (("o",), "Nothing is attached"),
        ):
            await pilot.press(*keys)
            await until(lambda words=words: words in screen_text(app))
            await pilot.press("q")
            await until(lambda: app.screen is app._main)
        for keys, words in (("yi", "sent to terminal: #1"), ("ya", "c1@acme.example"), ("yb", "1 lines of m1")):
            await pilot.press(*keys)
            await until(lambda words=words: words in screen_text(app))


async def test_n_goes_from_message_to_message(deliver, console, until, screen_text):
    for number in range(1, 7):
        answers = {"answers": f"k{number - 1}"} if number > 1 else {}
        long = "\n".join(f"line {line} of {number}" for line in range(30))
        deliver({"id": f"k{number}", "subject": "Long", "text": long, "ago": 100 - number, **answers})
    app, rows = await started(console, until, count=1)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        await pilot.press("enter", "g", "g")
        await until(lambda: "line 0 of 1" in screen_text(app))
        for number in (2, 3, 4):
            await pilot.press("n")
            await until(lambda number=number: f"line 0 of {number}" in screen_text(app))
        await pilot.press("N")
        await until(lambda: "line 0 of 3" in screen_text(app))


async def test_x_asks_for_a_new_password_where_the_server_refused_it_and_shows_none_of_it(
    five, console, store, until, screen_text
):
    class InMemory(keyring.backend.KeyringBackend):
        priority = 1

        def __init__(self) -> None:
            super().__init__()
            self.held: dict[tuple[str, str], str] = {}

        def get_password(self, service: str, username: str) -> str | None:
            return self.held.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            self.held[service, username] = password

    with store.writing() as session:
        leasing.set_state(session, 1, "stopped", now=NOW, trouble={"kind": "SignInRefused", "words": "no"})
    account = read_account(
        {"name": "suporte", "address": "suporte@lumen.example", "imap": "imap.lumen.example:993", "user": "suporte"}
    )
    before, backend = keyring.get_keyring(), InMemory()
    keyring.set_keyring(backend)
    try:
        app, rows = await started(console, until, accounts=[account])
        async with app.run_test(size=(80, 24)) as pilot:
            await rows()
            await until(lambda: "x new password" in screen_text(app))
            await pilot.press("x")
            await until(lambda: "new password for suporte@lumen.example" in screen_text(app))
            await pilot.press(*"geheim")
            await until(lambda: "••••••" in screen_text(app))
            assert "geheim" not in screen_text(app)
            await pilot.press("enter")
            await until(lambda: "mail stopped" not in screen_text(app))
            assert list(backend.held.values()) == ["geheim"]
            assert app._main.prompt.value == ""
            assert app.typed.lines == []
    finally:
        keyring.set_keyring(before)


async def test_the_mouse_where_it_is_followed(five, console, until, screen_text):
    app, rows = await started(console, until)
    async with app.run_test(size=(120, 36)) as pilot:
        await rows()
        await until(lambda: app._main.queue.region.y == 2 and "Cliente 5" in screen_text(app))  # it is laid out
        await pilot.click("#queue", offset=(10, 2))
        await until(lambda: app._main.queue.chosen.conversation_id == five[2])
        await pilot.click("#queue", offset=(10, 3), times=2)
        await until(lambda: app._main.reading and app._main.conversation.view.conversation_id == five[3])
        await pilot.press("q")
        await pilot.click("#status", offset=(screen_text(app).split("\n")[0].index("4 Settled") + 3, 0))
        await until(lambda: app._main.view.key == "4")


async def test_keys_that_come_while_a_screen_closes_are_for_the_one_below(five, console, desk, until):
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)):
        await rows()
        for key, character in (("W", "W"), ("q", "q"), ("j", "j"), ("e", "e")):
            app.post_message(events.Key(key, character))  # all at once, as on a slow line
        await until(lambda: statuses(desk, five)[1] is Status.RESOLVED)
        assert statuses(desk, five)[0] is Status.NEW


async def test_what_was_typed_on_the_line_comes_back_in_the_next_session(five, console, until, tmp_path):
    for session in range(2):
        app, rows = await started(console, until, typed=TypedLines(tmp_path / "state" / "lines"))
        async with app.run_test(size=(80, 24)) as pilot:
            await rows()
            if session == 0:
                await pilot.press(*":tag vip", "enter")
                await until(lambda app=app: app.typed.lines == ["tag vip"])
                continue
            await pilot.press("colon")
            await until(lambda app=app: app._main._question is not None)
            await pilot.press("up")
            await until(lambda app=app: app._main.prompt.value == "tag vip")
            await pilot.press("escape")


def post_at_once(app, text):
    """Send keys all at once, as a paste or a slow line does: the screen has no time between them."""
    names = {":": "colon", "+": "plus", " ": "space", "\r": "enter"}
    for sign in text:
        app.post_message(events.Key(names.get(sign, sign), sign))


async def test_what_is_typed_right_after_a_key_that_asks_is_for_its_line(five, console, desk, until):
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)):
        await rows()
        for turn in range(6):  # letters that would resolve, take and put on hold
            post_at_once(app, f":tag +ept{turn}\r")
            await until(lambda turn=turn: f"ept{turn}" in read(desk, five[0]).tags)
            post_at_once(app, f"+etp{turn}\r")
            await until(lambda turn=turn: f"etp{turn}" in read(desk, five[0]).tags)
        assert statuses(desk, five) == [Status.NEW] * 5
        assert read(desk, five[0]).assignee_id is None


async def test_space_marks_and_goes_on_as_help_says(five, console, until, screen_text):
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        await pilot.press("space")
        assert (app._main.queue.marked, app._main.queue.chosen.conversation_id) == ((five[0],), five[1])
        await pilot.press("question_mark", *"unmark")
        await until(lambda: "mark or unmark, and go on to the next" in screen_text(app))


async def test_taking_what_a_colleague_has_says_which_key_does_it(five, console, desk, store, until, screen_text):
    other = Desk(store, agent="Bruno", console="there")
    other.tell_now(triage.take, [five[0]], actor=other.actor, now=NOW)
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        await pilot.press("t")
        await until(lambda: "Bruno has #1: a, then me, takes it over (plantao assign --to)." in screen_text(app))
        await pilot.press("a", *"me", "enter")
        await until(lambda: read(desk, five[0]).assignee == "Ana")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("view save Contas", ":keep Contas"),
        ("view drop Contas", ":drop Contas"),
        ("save Contas", "did you mean keep?"),
        ("done", "did you mean resolve?"),
    ],
)
async def test_what_people_type_to_keep_a_view_names_the_command(five, console, until, screen_text, line, said):
    app, rows = await started(console, until)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows()
        await pilot.press(":", *line, "enter")
        await until(lambda: said in screen_text(app))
        assert len(app._main.queue.rows) == 5
