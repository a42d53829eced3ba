"""Every field that is known of customers is set from the screen and from the command line: told from the code."""

import argparse
from dataclasses import fields as parts_of
from datetime import UTC, datetime

import pytest

from console.cli.parser import build
from console.screens.commands.table import commands
from console.screens.customer import CustomerScreen
from console.screens.personas import _LINES, _LISTS
from storage.commands import knowing as telling
from storage.kinds import AddressKind, EntryKind, Subject
from storage.kinds.entries import VALUES, Asset
from storage.kinds.ideals import Icp
from storage.kinds.personas import Persona
from storage.queries import knowing, retention
from storage.queries import playbooks as playing
from storage.queries.customers import organizations_of, persons_of
from storage.queries.knowing import entries, known_of, settings
from storage.rules.profile import FIELDS, Sort, read

SAYS = {
    Sort.TEXT: "Some words",
    Sort.NUMBER: "42",
    Sort.DATE: "2026-01-31",
    Sort.LANGUAGE: "es",
    Sort.ZONE: "Europe/Madrid",
    Sort.AGENT: "Ana",
    Sort.YES_NO: "yes",
}
DOORS = {  # of each kind of entry: the commands of the screen, and those of the shell
    EntryKind.NOTE: (("pin", "note", "change", "remove"), ("customer note add", "organization note change")),
    EntryKind.ASSET: (("asset", "change", "remove"), ("customer asset add", "organization asset remove")),
    EntryKind.FIELD: (("field",), ("field add", "field remove")),
    EntryKind.ICP: (("icp", "new-icp", "criterion", "set-icp", "edit-icp", "drop-icp"), ("icp add", "icp set")),
    EntryKind.PERSONA: (("personas", "new-persona", "set-persona", "drop-persona"), ("persona add", "persona set")),
    EntryKind.DISMISSED: (("persona", "dismiss-persona", "confirm-persona"), ("persona dismiss", "persona confirm")),
    EntryKind.PROMISE: (("promise", "kept"), ("promise add", "promise list")),
    EntryKind.PLAYBOOK: (("playbook",), ("playbook set", "playbook reset")),
    EntryKind.PLAYS: (("plays",), ("playbook play",)),
    EntryKind.AWAY: (("away",), ("away",)),
    EntryKind.RETENTION: (("retention",), ("retention set",)),
    EntryKind.MILESTONE: (
        ("milestone", "reached", "remove"),
        ("customer milestone add", "organization milestone done"),
    ),
    EntryKind.STAY: (("set",), ("customer stage", "organization stage")),
    EntryKind.ENGAGEMENT: (("engagement",), ("customer engagement", "organization engagement")),
    EntryKind.SETTING: (("journey",), ("journey set", "journey reset")),
}
ELSEWHERE = {  # which are no field of a customer: figures come by import, the others are of other parts of the desk
    *(EntryKind.USAGE, EntryKind.ASSESSMENT),
    *(kind for kind in EntryKind if kind in {"calendar", "policy", "rota", "agent_card", "agent", "handover"}),
}


@pytest.fixture
def told(deliver, desk):
    """Bo of ACME, and Ana, who answers."""
    deliver({"subject": "Fatura", "address": "bo@acme.example", "name": "Bo", "ago": 50})
    return desk


def sub_commands(parser: argparse.ArgumentParser, lead: str = "") -> set[str]:
    found = set()
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, under in action.choices.items():
                found |= {f"{lead}{name}"} | sub_commands(under, f"{lead}{name} ")
    return found


def test_each_kind_of_entry_has_a_door_on_screen_and_one_on_the_line():
    names = {one.name for one in commands()}
    lines = sub_commands(build())
    assert set(DOORS) | ELSEWHERE == set(VALUES), "a kind more: where is it set?"
    for kind, (screen, shell) in DOORS.items():
        assert set(screen) <= names, kind
        assert set(shell) <= lines, kind


def test_every_part_of_a_card_and_of_an_icp_is_set_on_its_screen():
    assert {*_LINES, *_LISTS, "name", "notes", "former"} >= {one.name for one in parts_of(Persona)}
    assert {one.name for one in parts_of(Icp)} == {"name", "criteria", "good", "notes"}


async def test_every_field_of_profiles_is_set_on_the_screen(told, console, until, screen_text):
    app = console()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press(*":customer bo@acme.example", "enter")
        await until(lambda: isinstance(app.screen, CustomerScreen) and app.screen.view is not None)
        screen = app.screen
        names = {(field.subject, field.name): word for word, field, _says in told.ask_now(known_of, 1)}
        assert set(names) == {(field.subject, field.name) for field in FIELDS}
        agent = told.agent
        for field in FIELDS:
            value = field.choices[-1] if field.choices else agent if field.sort is Sort.AGENT else SAYS[field.sort]
            if field.name == "service":
                value = "in-depth"
            screen.prompt.focus() if screen.asking else None
            await pilot.press(*f":set {names[field.subject, field.name]}={value}", "enter")

            def says(field=field, value=value):
                return told.ask_now(knowing.values, field.subject, 1).get(field.name) == read(field, value)

            await until(says)
            if field.name == "kind":  # an agent again: a machine's profile is nobody's
                await pilot.press("u")


async def test_addresses_organizations_domains_assets_and_notes_are_set_there_and_taken_back(
    told, console, until, screen_text
):
    kept = {"actor": told.actor, "now": datetime.now(UTC)}
    holding, _action = told.tell_now(telling.make_organization, "Holding", **kept)
    app = console()

    def person():
        return told.ask_now(persons_of, [1])[0]

    def firm():
        return told.ask_now(organizations_of, [1])[0]

    def written(subject, kind):
        return [one.value for one in told.ask_now(entries, subject, 1, kind)]

    def phones():
        return [one.address for one in person().addresses if one.kind is AddressKind.PHONE]

    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app._main.queue.rows)
        await pilot.press(*":customer bo@acme.example", "enter")
        await until(lambda: isinstance(app.screen, CustomerScreen) and app.screen.view is not None)
        await pilot.press(*":address +55 11 98765-4321 phone", "enter")
        await until(phones)
        [number] = phones()
        await pilot.press(*f":address -{number}", "enter")
        await until(lambda: not phones())
        await pilot.press(*":belongs Holding", "enter")
        await until(lambda: person().organization_id == holding)
        await pilot.press("u")
        await until(lambda: person().organization_id == 1)
        await pilot.press(*":parent holding", "enter")
        await until(lambda: firm().parent_id == holding)
        await pilot.press(*":parent acme.example", "enter")  # a ring
        await until(lambda: "not done" in screen_text(app))
        await pilot.press(*":parent none", "enter")
        await until(lambda: firm().parent_id is None)
        await pilot.press(*":domain eu.acme.example", "enter")
        await until(lambda: len(firm().domains) == 2)
        await pilot.press(*":domain gmail.com", "enter")  # anybody's
        await until(lambda: "not done" in screen_text(app))
        await pilot.press(*":domain -eu.acme.example", "enter")
        await until(lambda: len(firm().domains) == 1)
        await pilot.press(*":asset org GW-2; gateway; SN-1; dock 2", "enter")
        machine = Asset("GW-2", "gateway", "SN-1", "dock 2")
        await until(lambda: written(Subject.ORGANIZATION, EntryKind.ASSET) == [machine])
        await pilot.press(*":change", "enter")
        await until(lambda: app.screen.asking and app.screen._offered)
        await pilot.press("enter")
        await until(lambda: app.screen.prompt.value == "GW-2; gateway; SN-1; dock 2")
        await pilot.press("backspace", "3", "enter")
        await until(lambda: written(Subject.ORGANIZATION, EntryKind.ASSET)[0].place == "dock 3")
        await pilot.press(*":note org Pays late", "enter")
        await until(lambda: [one.text for one in written(Subject.ORGANIZATION, EntryKind.NOTE)] == ["Pays late"])
        [note] = told.ask_now(entries, Subject.ORGANIZATION, 1, EntryKind.NOTE)
        await pilot.press(*f":change #{note.entry_id} pin", "enter")
        await until(lambda: written(Subject.ORGANIZATION, EntryKind.NOTE)[0].pinned)
        await pilot.press(*f":remove #{note.entry_id}", "enter")
        await until(lambda: not written(Subject.ORGANIZATION, EntryKind.NOTE))
        await pilot.press(*":milestone 2999-12-24 First invoice", "enter")
        await until(lambda: written(Subject.PERSON, EntryKind.MILESTONE))
        [laid] = told.ask_now(entries, Subject.PERSON, 1, EntryKind.MILESTONE)
        await pilot.press(*f":remove {laid.entry_id}", "enter")
        await until(lambda: not written(Subject.PERSON, EntryKind.MILESTONE))
        await pilot.press(*":remove 999", "enter")
        await until(lambda: "has the number 999" in screen_text(app))


async def test_what_holds_for_the_desk_is_laid_down_by_a_line(told, console, until, screen_text):
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app._main.queue.rows)

        def own():
            return [one.value for one in told.ask_now(entries, None, None, EntryKind.FIELD)]

        await pilot.press(*":field contract org choice Gold,Silver Contract", "enter")
        await until(own)
        assert (own()[0].subject, own()[0].choices, own()[0].label) == ("organization", ("Gold", "Silver"), "Contract")
        await pilot.press(*":field -contract org", "enter")
        await until(lambda: not own())
        for name in told.ask_now(settings).named():
            assert name  # each is offered by the same list
        await pilot.press(*":journey stages=trial, growth", "enter")
        await until(lambda: told.ask_now(settings).stages == ("trial", "growth"))
        await pilot.press(*":journey stages=", "enter")
        await until(lambda: "trial" not in told.ask_now(settings).stages)
        [mailbox] = [one.mailbox for one in told.ask_now(retention.periods, now=app.clock())]
        await pilot.press(*f":plays {mailbox} hybrid", "enter")
        await until(lambda: told.ask_now(playing.laid).plays == {mailbox: "hybrid"})
        await pilot.press(*f":retention {mailbox} 2y", "enter")
        await until(lambda: [one.months for one in told.ask_now(retention.periods, now=app.clock())] == [24])
        await pilot.press(*f":retention {mailbox} soon", "enter")
        await until(lambda: "is no period" in screen_text(app))
