"""The customer beside a conversation: what an agent writes down of them without leaving it."""

import asyncio
from datetime import timedelta

import pytest

from console.mail.promising import note_broken
from console.screens.customer import CustomerScreen
from storage.commands import triage
from storage.commands.desk import agent_named
from storage.commands.knowing import set_fields
from storage.events import Actor
from storage.kinds import Subject
from storage.kinds.entries import Note
from storage.queries import knowing
from storage.queries.looking import looks


@pytest.fixture
def one(deliver):
    return deliver({"subject": "Fatura", "address": "bo@acme.example", "name": "Bo", "ago": 30})


async def test_fields_are_set_on_the_line_seen_at_once_and_taken_back(one, console, desk, until, screen_text):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press(*":set role=Buyer", "enter")
        await until(lambda: "role set to Buyer" in screen_text(app))
        await pilot.press("enter")
        await until(lambda: app._main.reading and app._main.context.beside is not None)
        await until(lambda: app._main.context.beside.fields == {"role": "Buyer"})
        await pilot.press(*":set org.touch=HIGH", "enter")
        await until(lambda: app._main.context.beside.fields == {"role": "Buyer", "touch": "high"})
        await until(lambda: "touch    high" in screen_text(app))
        assert desk.ask_now(knowing.values, Subject.ORGANIZATION, 1) == {"touch": "high"}
        await pilot.press("u")
        await until(lambda: app._main.context.beside.fields == {"role": "Buyer"})
        await until(lambda: "taken back: touch set to high" in screen_text(app))
        await pilot.press(*":set role=", "enter")
        await until(lambda: app._main.context.beside.fields == {})
        await pilot.press(*":set touch=gentle", "enter")
        await until(lambda: "gentle is none of tech, low, mid, high, smart" in screen_text(app))


async def test_what_can_be_set_is_offered_and_a_field_alone_empties_nothing(one, console, desk, until, screen_text):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press("=", *"lifec")
        await until(lambda: app._main._offered_for == "lifec")
        assert [choice.text for choice in app._main._offered] == ["lifecycle=", "org.lifecycle="]
        await pilot.press("down", "enter")
        await until(lambda: app._main.prompt.value == "lifecycle=" and app._main._offered_for == "lifecycle=")
        assert [choice.text.partition("=")[2] for choice in app._main._offered][:2] == ["new", "active"]
        await pilot.press(*"loy")
        await until(lambda: app._main._offered_for == "lifecycle=loy")
        await pilot.press("tab", "enter")
        await until(lambda: desk.ask_now(knowing.values, Subject.PERSON, 1).get("lifecycle") == "loyal")


async def test_a_note_is_pinned_and_stands_beside(one, console, desk, until, screen_text):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press("enter")
        await until(lambda: app._main.reading and app._main.context.beside is not None)
        await pilot.press(*":pin Rings before noon.", "enter")
        await until(lambda: app._main.context.beside.pinned == ("Rings before noon.",))
        await until(lambda: "Rings before noon." in screen_text(app))
        assert [one.value for one in desk.ask_now(knowing.entries, Subject.PERSON, 1)] == [
            Note("Rings before noon.", pinned=True)
        ]
        await pilot.press("u")
        await until(lambda: app._main.context.beside.pinned == ())


async def test_what_a_colleague_writes_down_is_seen_without_a_key(one, console, desk, until):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press("enter")
        await until(lambda: app._main.reading and app._main.context.beside is not None)
        from storage.commands.knowing import set_fields

        with desk.store.writing() as session:
            set_fields(session, Subject.PERSON, 1, {"stage": "trial"}, actor=desk.actor, now=app.clock())
        app.wake_feed()
        await until(lambda: app._main.context.beside.fields == {"stage": "trial"})


async def test_marked_conversations_have_no_one_customer(one, deliver, console, until, screen_text):
    deliver({"subject": "Outra", "address": "li@b.example", "ago": 20})
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: len(app._main.queue.rows) == 2)
        await pilot.press("*", *":set role=x", "enter")
        await until(lambda: "One customer at a time" in screen_text(app))


async def test_what_was_promised_stands_beside_until_it_is_kept(one, console, desk, until, screen_text):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press("enter")
        await until(lambda: app._main.reading and app._main.context.beside is not None)
        await pilot.press(*':promise "call Bo back" tomorrow 10:00', "enter")
        await until(lambda: [one.text for one in app._main.context.beside.promised] == ["call Bo back"])
        await until(lambda: "promised by " in screen_text(app) and "10:00  call Bo back" in screen_text(app))
        await pilot.press(*":promise send the invoice 2d", "enter")
        await until(lambda: len(app._main.context.beside.promised) == 2)
        await pilot.press(*":kept", "enter")
        await until(lambda: app._main.asking and len(app._main._offered) == 2)
        await pilot.press("enter")
        await until(lambda: [one.text for one in app._main.context.beside.promised] == ["send the invoice"])
        await pilot.press("u")
        await until(lambda: len(app._main.context.beside.promised) == 2)
        await until(lambda: "taken back: promise kept: call Bo back" in screen_text(app))
        await asyncio.to_thread(note_broken, app.desk.store, now=app.clock() + timedelta(hours=40))
        await until(lambda: any(one.broken for one in app._main.context.beside.promised))
        await pilot.press(*":withdraw", "enter")
        await until(lambda: app._main.asking and len(app._main._offered) == 2)
        await pilot.press("enter")
        await until(lambda: [one.text for one in app._main.context.beside.promised] == ["send the invoice"])
        await until(lambda: "withdrawn: call Bo back" in screen_text(app))


async def test_what_is_new_since_one_looked_is_told_with_when_that_was(one, console, desk, until, screen_text):
    app = console()
    now = [app.clock()]
    app.clock = lambda: now[0]

    def looked() -> bool:
        found = desk.ask_now(looks, app.agent_id, 1)
        return found is not None and found.at == now[0] == app.clock()

    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press("enter")
        await until(looked)
        assert " news " not in screen_text(app).splitlines()[3]
        await pilot.press("q")
        await until(lambda: not app._main.reading)
        now[0] += timedelta(days=2)
        other = Actor(desk.tell_now(agent_named, "Rui", now=now[0]), "elsewhere")
        desk.tell_now(set_fields, Subject.ORGANIZATION, 1, {"plan": "Grow"}, actor=other, now=now[0])
        desk.tell_now(triage.assign, [1], to=other.agent_id, actor=other, now=now[0])
        await pilot.press("enter")
        await until(lambda: app._main.reading and app._main.context.beside.news)
        await until(lambda: ": took it (Rui), plan changed" in screen_text(app))
        await until(looked)
        await pilot.press("g", "c")
        await until(lambda: isinstance(app.screen, CustomerScreen) and "plan changed" in screen_text(app))
