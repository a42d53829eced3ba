"""Notes and calls from the console: written, kept, taken back, before a real store."""

import pytest
from sqlalchemy import text

from console.desk import now
from console.mail.noting import log_call
from console.screens.commands.noting import Spoken, read_call
from console.screens.composer import ComposerScreen
from console.screens.drafts import DraftsScreen
from storage.kinds import Channel, Direction, DraftKind, Status
from storage.models import SPOKEN
from storage.queries import conversations, drafts, inbox, outbox


@pytest.fixture
def number(deliver):
    return deliver({"id": "first", "name": "Ana Souza", "address": "ana@acme.example", "text": "Bom dia."})


def view(desk, number):
    return desk.ask_now(conversations.read, number, agent_id=None)


@pytest.mark.parametrize(
    ("line", "spoken"),
    [
        ("in 12 she asked again", Spoken(True, 12, "she asked again", "")),
        ("OUT 0 paid promised back by Friday", Spoken(False, 0, "paid", "back by Friday")),
        ("in 3 promised: a refund", Spoken(True, 3, "", "a refund")),
        ("in 3 compromised keys", Spoken(True, 3, "compromised keys", "")),
        ("in 3 --who Bia --wait paid", Spoken(True, 3, "paid", "", "Bia", Status.WAITING)),
        ('out 3 --resolve --who "Bia Lima" paid', Spoken(False, 3, "paid", "", "Bia Lima", Status.RESOLVED)),
        ("in 3 it is done --resolve", Spoken(True, 3, "it is done", "", "", Status.RESOLVED)),
        ("in 3 a call promised Friday --wait", Spoken(True, 3, "a call", "Friday", "", Status.WAITING)),
        ("in 3 she typed --resolve twice", Spoken(True, 3, "she typed --resolve twice", "")),
        ("in 3 --wait it is done --resolve", None),
        ("in 3 --wait --resolve paid", None),
        ("in 3 --who Bia", None),
        ("in 3", None),
        ("in 1441 x", None),
        ("12 in x", None),
        ("", None),
    ],
)
def test_a_line_tells_a_call(line, spoken):
    assert read_call(line) == spoken


async def test_a_call_is_logged_from_the_line_and_u_takes_it_back(console, desk, number, until, screen_text):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press(":", *"call in 12 ela ligou promised volto sexta", "enter")
        await until(lambda: len(view(desk, number).messages) == 2)
        call = view(desk, number).messages[-1]
        assert (call.channel, call.direction, call.minutes) == (Channel.PHONE, Direction.INCOMING, 12)
        assert call.author.name == "Ana Souza"
        assert call.text.split() == ["ela", "ligou", "promised:", "volto", "sexta"]
        await until(lambda: "call, 12 min, in" in screen_text(app))
        assert f"call logged #{number}" in screen_text(app)
        await pilot.press("u")
        await until(lambda: len(view(desk, number).messages) == 1)
        await until(lambda: "taken back: call logged" in screen_text(app))
        await pilot.press("U")
        await until(lambda: len(view(desk, number).messages) == 2)
        await until(lambda: "done again: note or call put back" in screen_text(app))


def test_calls_are_found_by_their_channel_in_an_index_of_their_own(store, desk, deliver):
    """A conversation is of the channel that it began by; a call in it was found by nothing."""
    spoken, other = deliver({"id": "one", "text": "Ligo depois."}), deliver({"id": "two", "text": "Só e-mail."})
    log_call(store, spoken, "ligou", incoming=True, minutes=2, agent="Ana", actor=desk.actor, now=now())
    for query, expected in (
        ("channel:phone", {spoken}),
        ("-channel:phone", {other}),
        ("is:open channel:phone", {spoken}),
        ("channel:email", {spoken, other}),
    ):
        assert set(desk.ask_now(inbox.numbers, query=query, agent_id=None, now=now())) == expected, query
    with store.reading() as session:
        plan = session.connection().execute(
            text(
                "EXPLAIN QUERY PLAN SELECT conversation_id FROM message WHERE conversation_id IS NOT NULL AND " + SPOKEN
            )
        )
        assert any("message_spoken" in row.detail for row in plan)


async def test_a_call_says_with_whom_and_settles_the_conversation(console, desk, number, until, screen_text):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press("enter")
        await until(lambda: app._main.reading)
        await pilot.press(":", *'call out 2 --who "Bia Lima" --resolve está resolvido', "enter")
        await until(lambda: view(desk, number).status is Status.RESOLVED)
        call = view(desk, number).messages[-1]
        assert (call.author.name, call.direction, call.text.strip()) == ("Ana", Direction.OUTGOING, "está resolvido")
        assert [one.name for one in call.to] == ["Bia Lima"]
        await until(lambda: not app._main.reading and not app._main.queue.rows)
        await pilot.press("u")
        await until(lambda: app._main.queue.rows)
        assert view(desk, number).status is Status.NEW
        assert len(view(desk, number).messages) == 1


async def test_a_line_that_tells_no_call_is_refused_with_how_it_is_written(console, desk, number, until, screen_text):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press(":", *"call yesterday", "enter")
        await until(lambda: "in or out, the minutes" in screen_text(app))
        assert len(view(desk, number).messages) == 1


async def begin_note(app, pilot, until, text):
    await until(lambda: app._main.queue.rows)
    await pilot.press("i", *text)
    await until(lambda: isinstance(app.screen, ComposerScreen) and app.screen.begun)
    await until(lambda: app.screen.editor.text == text)
    return app.screen


async def test_i_writes_a_note_that_is_kept_shown_and_taken_back_with_its_draft(
    console, desk, number, until, screen_text
):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await begin_note(app, pilot, until, "captura dupla")
        assert f"note #{number} never sent" in screen_text(app)
        assert "^s keep" in screen_text(app)
        assert "attach" not in screen_text(app)
        await pilot.press("ctrl+s")
        await until(lambda: app.screen is app._main)
        note = view(desk, number).messages[-1]
        assert (note.direction, note.text.strip(), note.author.name) == (Direction.INTERNAL, "captura dupla", "Ana")
        assert view(desk, number).status is Status.NEW
        assert desk.ask_now(outbox.outbox) == ()
        await until(lambda: f"note kept #{number}   u takes it back" in screen_text(app))
        await until(lambda: "▌note  Ana" in screen_text(app))
        await pilot.press("u")
        await until(lambda: len(view(desk, number).messages) == 1)
        await until(lambda: "taken back: note kept" in screen_text(app))
        (draft,) = desk.ask_now(drafts.drafts, agent_id=desk.agent_id)
        assert (draft.kind, draft.body) == (DraftKind.NOTE, "captura dupla")
        await pilot.press("U")
        await until(lambda: len(view(desk, number).messages) == 2)
        assert desk.ask_now(drafts.drafts, agent_id=desk.agent_id) == ()


async def test_a_note_that_is_gone_on_with_from_the_list_is_a_note(console, desk, number, until, screen_text):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await begin_note(app, pilot, until, "cuidado")
        await pilot.press("escape")
        await until(lambda: app.screen is app._main)
        await pilot.press("g", "d")
        await until(lambda: isinstance(app.screen, DraftsScreen) and "cuidado" in screen_text(app))
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, ComposerScreen) and app.screen.begun)
        await until(lambda: "never sent" in screen_text(app))
        assert not app.screen.fields.display
        await pilot.press("ctrl+s")
        await until(lambda: app.screen is app._main)
        assert view(desk, number).messages[-1].direction is Direction.INTERNAL
        assert desk.ask_now(outbox.outbox) == ()


async def test_a_note_without_a_word_is_not_kept_and_takes_no_file(console, desk, number, until, screen_text):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await begin_note(app, pilot, until, " ")
        await pilot.press("ctrl+s")
        await until(lambda: "no text to keep" in screen_text(app))
        assert app.screen is screen
        await pilot.press("ctrl+f")
        await until(lambda: "takes no files" in screen_text(app))
        assert len(view(desk, number).messages) == 1


KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\nabcdefgh\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_a_secret_in_a_note_is_pointed_at_and_left_out_by_a_key(console, desk, number, until, screen_text, size):
    app = console()
    async with app.run_test(size=size) as pilot:
        screen = await begin_note(app, pilot, until, "veja ")
        screen.editor.put(f"{KEY} e o token")
        await pilot.press("ctrl+s")
        await until(lambda: screen.reviewing and "a private key in the text" in screen_text(app))
        assert len(view(desk, number).messages) == 1
        assert "before it is kept" in screen_text(app)
        assert "x leave it out" in screen_text(app)
        assert "^s keep" in screen_text(app)
        assert "it is kept as it stands, and never sent" in screen_text(app)
        await pilot.press("x")
        await until(lambda: screen.editor.text == "veja […] e o token" and "private key" not in screen_text(app))
        await pilot.press("ctrl+s")
        await until(lambda: app.screen is app._main)
        assert view(desk, number).messages[-1].text.strip() == "veja […] e o token"


async def test_a_note_keeps_its_secret_where_the_agent_wants_it(console, desk, number, until, screen_text):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await begin_note(app, pilot, until, "chave AKIAABCDEFGH234567AB")
        await until(lambda: "to look at" in screen_text(app))  # while it is written, in one row
        await pilot.press("ctrl+s")
        await until(lambda: screen.reviewing and "a key of AWS in the text" in screen_text(app))
        await pilot.press("x")
        await until(lambda: screen.editor.text == "chave […]")
        await pilot.press("escape", "ctrl+underscore")
        await until(lambda: screen.editor.text == "chave AKIAABCDEFGH234567AB")
        await pilot.press("ctrl+s")
        await until(lambda: screen.reviewing and "a key of AWS in the text" in screen_text(app))
        await pilot.press("ctrl+s")
        await until(lambda: app.screen is app._main)
        assert view(desk, number).messages[-1].text.strip() == "chave AKIAABCDEFGH234567AB"


async def test_a_note_is_not_copied_as_a_quotation(console, desk, number, until, screen_text):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await begin_note(app, pilot, until, "so para nos")
        await pilot.press("ctrl+s")
        await until(lambda: "▌note  Ana" in screen_text(app))
        note = view(desk, number).messages[-1].message_id
        await pilot.press("enter", ":", *f"yank-quote m{note}", "enter")
        await until(lambda: "so it is not quoted" in screen_text(app))
