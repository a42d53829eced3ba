"""What is larger, longer or more broken than any day brings: the console stands, says what is, and loses nothing."""

import time
from datetime import UTC, datetime

import pytest

from storage.commands.intake import take_in
from storage.kinds import Status
from storage.queries import conversations, inbox
from storage.search.index import index_more

NOW = datetime(2026, 11, 23, 9, 32, tzinfo=UTC)


def processor() -> float:
    """Return the processor time of this process, in seconds."""
    return time.process_time()


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_ten_thousand_marked_are_resolved_and_taken_back(deliver, console, desk, until, screen_text):
    for start in range(0, 10_000, 1000):
        deliver(
            *(
                {
                    "subject": f"Assunto {n}",
                    "address": f"c{n}@x{n % 50}.example",
                    "ago": n % 5000,
                    "text": f"texto {n * 7919}",
                }
                for n in range(start, start + 1000)
            )
        )
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: len(app._main.queue.rows) >= 200, 20)
        await pilot.press("*")
        await until(lambda: "10,000 marked" in screen_text(app), 20)
        await pilot.press("e")
        await until(lambda: " of 10,000" in screen_text(app), 20)
        await pilot.press("j")  # keys are keys meanwhile
        await until(lambda: "resolved 10,000 conversations" in screen_text(app), 60)
        assert desk.ask_now(inbox.count, query="is:open", agent_id=None, now=NOW) == 0
        await until(lambda: not app._main.queue.rows, 10)
        await pilot.press("u")
        await until(lambda: "taken back:" in screen_text(app), 60)
        await until(lambda: len(app._main.queue.rows) >= 200, 20)
        assert len(desk.ask_now(inbox.numbers, query="is:open", agent_id=None, now=NOW)) == 10_000


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_a_conversation_of_two_thousand_messages(deliver, console, until, screen_text):
    number = deliver(
        *(
            {
                "id": f"k{n}",
                "subject": "Obra",
                "ago": 4000 - n,
                "text": f"mensagem {n}\n\n> citada {n}",
                **({"answers": f"k{n - 1}"} if n else {}),
            }
            for n in range(2000)
        )
    )
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: len(app._main.queue.rows) == 1, 20)
        await pilot.press("enter")
        await until(lambda: app._main.reading and "mensagem 1999" in screen_text(app), 20)
        assert len(app._main.conversation.view.messages) == 2000, number
        for key, seen in (("g g", "mensagem 0"), ("G", "mensagem 1999"), ("z", "citada"), ("g g", "citada 0")):
            before = processor()
            await pilot.press(*key.split())
            await until(lambda seen=seen: seen in screen_text(app), 20)
            assert processor() - before < 3, key
        for key in ("n", "pagedown", "ctrl+d", "j", "N"):
            await pilot.press(*[key] * 5)


@pytest.mark.parametrize(
    "text",
    ["palavra " * 250_000, "x" * 1_000_000, "\n".join("linha" for _ in range(400_000))],
    ids=["two megabytes", "a line of a million letters", "four hundred thousand lines"],
)
async def test_messages_beyond_all_measure(deliver, console, until, screen_text, text):
    deliver({"subject": "Grande", "text": text})
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: len(app._main.queue.rows) == 1, 20)
        await pilot.press("enter")
        await until(lambda: app._main.reading and text[:4] in screen_text(app), 20)
        before = processor()
        for key in ("pagedown", "G", "k", "g g", "z", "G", "ctrl+u"):
            await pilot.press(*key.split())
        assert processor() - before < 15
        await pilot.press("v", "s")
        await until(lambda: "Subject: Grande" in screen_text(app), 20)
        await pilot.press("G", "q", "q")
        await until(lambda: not app._main.reading)


async def test_three_hundred_participants(deliver, store, console, until, screen_text):
    people = ", ".join(f"Pessoa {n} <p{n}@muitos.example>" for n in range(300))
    raw = (
        f"From: Ana <ana@acme.example>\r\nTo: suporte@lumen.example\r\nCc: {people}\r\nSubject: Todos\r\n"
        "Date: Mon, 23 Nov 2026 09:00:00 +0000\r\nMessage-ID: <muitos@x.example>\r\n\r\nOi a todos.\r\n"
    ).encode()
    from hashlib import sha256

    from console.mail.parse.message import parse
    from storage.commands.intake import Delivery

    digest = sha256(raw).digest()
    store.content.put({digest: raw})
    with store.writing() as session:
        take_in(session, [Delivery(1, digest, len(raw), NOW, parsed=parse(raw))], now=NOW)
    with store.writing() as session:
        while index_more(session, limit=1000):
            pass
    for size in ((80, 24), (120, 36), (160, 45)):
        app = console()
        async with app.run_test(size=size) as pilot:
            await until(lambda app=app: len(app._main.queue.rows) == 1)
            await pilot.press("enter")
            await until(lambda app=app: app._main.reading and "Oi a todos." in screen_text(app))
            assert all(len(line) == size[0] for line in screen_text(app).split("\n"))


async def test_a_window_of_twenty_by_five_and_back_wherever_one_is(deliver, console, until, screen_text):
    deliver({"subject": "Um", "text": "linha\n" * 50}, {"subject": "Dois", "address": "b@x.example"})
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: len(app._main.queue.rows) == 2)
        for keys, leave in (
            ((), ()),
            (("enter",), ("q",)),
            (("s",), ("escape",)),
            ((":", "s"), ("escape",)),
            (("ctrl+p",), ("escape",)),
            (("?",), ("escape",)),
            (("/", "u"), ("escape",)),
            (("g", "h"), ("q",)),
            (("enter", "v", "s"), ("q", "q")),
            (("W",), ("q",)),
            (("g",), ("g",)),
        ):
            await pilot.press(*keys)
            await pilot.pause()
            for size in ((20, 5), (5, 2), (1, 1), (200, 60), (80, 24)):
                await pilot.resize_terminal(*size)
                await pilot.pause()
            await pilot.press(*leave)
            await until(lambda: app.screen is app._main and not app._main.asking and not app._main.reading)
        await until(lambda: "Dois" in screen_text(app) and "Um" in screen_text(app))
        assert app.is_running


async def test_a_store_that_vanishes_and_comes_back(deliver, console, folder, until, screen_text):
    deliver({"subject": "Um"}, {"subject": "Dois", "address": "b@x.example"})
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: len(app._main.queue.rows) == 2)
        away = folder.with_name("away")
        folder.rename(away)
        try:
            for key in (
                "j",
                "k",
                "e",
                "1",
                "3",
                "enter",
                "q",
                "s",
                "escape",
                "a",
                "escape",
                "/",
                "escape",
                "g",
                "h",
                "q",
                "J",
            ):
                await pilot.press(key)
                await pilot.pause(0.02)
            assert app.is_running
        finally:
            if folder.exists():
                folder.rename(folder.with_name("made-meanwhile"))
            away.rename(folder)
        assert not folder.with_name("made-meanwhile").exists(), "a console must not make a store where one was"
        await pilot.press("3")
        await until(lambda: app.is_running and app._main.queue.rows, 10)


async def test_a_store_that_is_locked_says_so_and_nothing_is_half_done(
    deliver, console, desk, store, until, screen_text, monkeypatch
):
    number = deliver({"subject": "Um"})
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: len(app._main.queue.rows) == 1)
        from storage.kinds.errors import StoreLocked

        real = type(store).writing
        monkeypatch.setattr(type(store), "writing", lambda _store: (_ for _ in ()).throw(StoreLocked("here")))
        await pilot.press("e")
        await until(lambda: "not done" in screen_text(app))
        await until(lambda: len(app._main.queue.rows) == 1)
        monkeypatch.setattr(type(store), "writing", real)
        assert desk.ask_now(conversations.read, number, agent_id=None).status is Status.NEW
        await pilot.press("e")
        await until(lambda: desk.ask_now(conversations.read, number, agent_id=None).status is Status.RESOLVED)


@pytest.mark.parametrize("query", ["tier:n9", '"open', "(a", "foo:bar", "is:", "sort:never", "-", "a OR", "x" * 5000])
async def test_queries_that_cannot_be_read_wherever_one_is_typed(deliver, console, until, screen_text, query):
    deliver({"subject": "Um"})
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: len(app._main.queue.rows) == 1)
        for line in (f"view {query}", f"filter {query}", f"search {query}"):
            app._main.perform_line(line)
            await pilot.pause(0.2)
            if app.screen is not app._main:
                await pilot.press("escape")
                await until(lambda: app.screen is app._main)
        await pilot.press("escape", "3")
        await until(lambda: len(app._main.queue.rows) == 1)
        assert app.is_running
