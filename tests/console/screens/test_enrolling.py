"""The form for a mailbox: what follows from the address, a sentence for each field, and what is never shown."""

import asyncio

import pytest

from console.config.settings import read_account
from console.desk import Desk
from console.screens.enrolling import FIELDS, EnrolScreen, faults
from console.screens.ground import NewAccounts
from storage.store import open_store

GOOD = {
    "address": "suporte@lumen.example",
    "name": "suporte",
    "imap": "imap.lumen.example:993",
    "tls": "implicit",
    "smtp": "",
    "smtp_tls": "",
    "user": "suporte@lumen.example",
    "password": "secreta",
    "password_command": "",
}


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"address": ""}, "address", "Type the address"),
        ({"address": "suporte"}, "address", "This is no mail address"),
        ({"name": ""}, "name", "Give it a short name"),
        ({"name": "o suporte"}, "name", "A name has letters"),
        ({"name": "vendas"}, "name", "There is an account vendas already"),
        ({"address": "vendas@lumen.example"}, "address", "has this address already"),
        ({"imap": ""}, "imap", "Type the server"),
        ({"imap": "imap lumen"}, "imap", "This is no server"),
        ({"tls": "ssl"}, "tls", "Write one of implicit, starttls, none"),
        ({"smtp": "smtp:x"}, "smtp", "This is no server"),
        ({"smtp": "smtp.lumen.example", "smtp_tls": "ssl"}, "smtp_tls", "Write one of"),
        ({"user": "a\tb"}, "user", "one line of text"),
        ({"password": ""}, "password", "Type the password"),
        ({"password_command": "pass show"}, "password_command", "Either a password or a command"),
        ({"password": "", "password_command": "pass 'show"}, "password_command", "never closed"),
    ],
)
def test_each_field_says_what_is_wrong_with_it(changes, field, words):
    known = (read_account({"name": "vendas", "address": "vendas@lumen.example", "imap": "x.example"}),)
    account, wrong = faults(GOOD | changes, known)
    assert account is None
    assert list(wrong) == [field]
    assert words in wrong[field]
    assert "secreta" not in wrong[field]


def test_a_form_that_is_right_is_an_account_without_its_password():
    account, wrong = faults(GOOD, ())
    assert wrong == {}
    assert account is not None
    assert (account.name, str(account.imap), account.smtp) == ("suporte", "imap.lumen.example:993", None)
    assert "secreta" not in repr(account)


@pytest.fixture
def form(console, bare_folder, tmp_path):
    """A console on a desk without a mailbox: it begins with the form."""
    store = open_store(str(bare_folder))
    began: list[bool] = []
    doors = NewAccounts(tmp_path / "config.toml", lambda: began.append(True))
    yield console(desk=Desk(store, agent="Ana", console="here"), new_accounts=doors), began, doors.file
    store.close()


async def test_what_follows_from_the_address_follows_until_it_is_typed(form, until, screen_text):
    app, _began, _file = form
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: isinstance(app.screen, EnrolScreen) and app.screen.fields.focused_name)
        fields = app.screen.fields
        await pilot.press(*"ana@a.example")
        await until(lambda: fields.value("imap") == "imap.a.example:993")
        assert fields.value("user") == "ana@a.example"
        await pilot.press("tab", "tab", "ctrl+u", *"mx.a.example:143")
        await until(lambda: fields.value("tls") == "starttls")
        await pilot.press("shift+tab", "shift+tab", *"x")
        await until(lambda: fields.value("smtp") == "smtp.a.examplex:465")
        assert fields.value("imap") == "mx.a.example:143"
        await pilot.press("up", "up")
        assert fields.focused_name == "address"
        for name in FIELDS[1:]:
            await pilot.press("tab")
            assert fields.focused_name == name
        await pilot.press("tab")
        assert fields.focused_name == "address"


async def test_a_password_reaches_no_screen_no_clipboard_and_no_file(form, until, screen_text, monkeypatch):
    app, _began, file = form
    copied: list[str] = []
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: isinstance(app.screen, EnrolScreen) and app.screen.fields.focused_name)
        app.screen.fields.go_to("password")
        await until(lambda: app.screen.fields.focused_name == "password")
        await pilot.press(*"secreta")
        await until(lambda: app.screen.fields.value("password") == "secreta")
        await pilot.press("ctrl+shift+a", "ctrl+c", "ctrl+x")
        assert app.screen.fields.value("password") == "secreta"
        assert "•••••••" in screen_text(app)
        assert "secreta" not in screen_text(app)
        assert copied == []
        await pilot.press("escape")
        await until(lambda: app.screen is app._main)
        assert not file.exists()


async def test_esc_stops_a_trial_and_nothing_of_it_is_kept(form, until, screen_text, monkeypatch):
    """A server that never answers: what it would have said at last is for nobody."""
    app, began, file = form
    answer = asyncio.Event()

    async def never(reader, writer):
        await answer.wait()
        writer.close()

    server = await asyncio.start_server(never, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: isinstance(app.screen, EnrolScreen) and app.screen.fields.focused_name)
        form = app.screen
        form.fields.put({**GOOD, "imap": f"127.0.0.1:{port}", "tls": "none"})
        await pilot.press("ctrl+s")
        await until(lambda: "being tried" in screen_text(app))
        await pilot.press("escape")
        await until(lambda: "being tried" not in screen_text(app))
        assert app.screen is form
        answer.set()
        await pilot.press("escape")
        await until(lambda: app.screen is app._main)
    server.close()
    assert began == []
    assert not file.exists()


async def test_letters_typed_right_after_an_editing_key_stay(form, until):
    """On a slow line several keys come at once: ``^u`` is done before what was typed after it."""
    from textual import events

    app, _began, _file = form
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: isinstance(app.screen, EnrolScreen) and app.screen.fields.focused_name)
        await pilot.press(*"abc")
        for key, sign in (("ctrl+u", None), ("x", "x"), ("y", "y"), ("backspace", None), ("z", "z")):
            app.post_message(events.Key(key, sign))
        await until(lambda: app.screen.fields.value("address") == "xz")
