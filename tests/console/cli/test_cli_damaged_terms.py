"""What an older version, or damage, left in the store: the desk goes on, and doctor says what is wrong."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from made.post import Post
from sqlalchemy import select, text

from console.mail.clocks import make_anew, note_due
from storage.apply.base import table
from storage.commands.desk import agent_named
from storage.models import Alarm
from storage.queries import inbox
from storage.store import open_store

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def calendar(windows: list[Any], zone: str = "America/Sao_Paulo") -> tuple[str, dict[str, Any]]:
    return "calendar", {"name": "office", "versions": [{"zone": zone, "windows": windows}]}


def policy(seconds: int, where: str = "always", **more: Any) -> tuple[str, dict[str, Any]]:
    names = ("first_response", "next_response", "resolution", "acceptance")
    held: dict[str, Any] = {"targets": dict.fromkeys(names, seconds), "calendar": where, "when": {}, "warn": 0.75}
    held |= {"grace": 0, "pauses": ["waiting"], "fallback": False, "valid_from": None, "valid_until": None}
    return "policy", {"name": "care", "versions": [held | more]}


def rota(agents: list[int], zone: str = "UTC") -> tuple[str, dict[str, Any]]:
    held = {"zone": zone, "agents": agents, "begun": "2026-01-05", "every": "weekly", "at": "09:00", "tier": "n3"}
    return "rota", {"name": "core", "versions": [held]}


CASES: dict[str, tuple[list[tuple[str, dict[str, Any]]], str]] = {
    "no open hour": ([calendar([]), policy(3600, "office")], "office: it has no open hour"),
    "no such zone": ([calendar([], "Mars/Olympus"), policy(3600, "office")], "there is no time zone Mars/Olympus"),
    "no such hour": ([calendar([[0, "25:00", "18:00"]]), policy(3600, "office")], "office: it cannot be read"),
    "no version": ([("calendar", {"name": "office", "versions": []})], "office: it cannot be read"),
    "no such calendar": ([policy(3600, "gone")], "there is no calendar gone"),
    "no length": ([policy(0)], "care: first-response has no time at all"),
    "less than no length": ([policy(-3600)], "care: first-response has no time at all"),
    "no such metric": ([policy(1, targets={"smile": 5})], "care: it cannot be read"),
    "no policy": ([("policy", {"name": "care", "versions": []})], "care: it cannot be read"),
    "nobody": ([rota([])], "core: there is nobody in it"),
    "a stranger": ([rota([99])], "core: nobody of it works here"),
    "a rota of no zone": ([rota([1], "Mars/Olympus")], "core: this machine knows no time zone Mars/Olympus"),
    "a rota of no version": ([("rota", {"name": "core", "versions": []})], "core: it cannot be read"),
}


@pytest.fixture
def place(home) -> str:
    """A desk with one letter, and Ana, who is agent 1."""
    where = str(home / "data")
    with closing(open_store(where)) as store:
        post = Post(store, live_since=NOW - 24 * HOUR)
        post.now = NOW
        post.send("1@x", at=NOW - 3 * HOUR, subject="S1", text="1")
        with store.writing() as session:
            agent_named(session, "Ana", now=NOW)
    return where


@pytest.mark.parametrize("case", CASES)
def test_the_desk_goes_on_and_doctor_says_what_is_wrong(run, place, case):
    laid, sentence = CASES[case]
    with time_machine.travel(NOW, tick=False):
        with closing(open_store(place)) as store:
            with store.writing() as session:
                for number, (kind, value) in enumerate(laid, 1):
                    session.connection().execute(
                        text("INSERT INTO entry (id, kind, name, value) VALUES (:id, :kind, :name, :value)"),
                        {"id": number, "kind": kind, "name": value["name"], "value": json.dumps(value)},
                    )
            post = Post(store, live_since=NOW - 24 * HOUR)
            post.now = NOW
            post.send("2@x", at=NOW - HOUR, subject="S2", text="2")
            make_anew(store)
            note_due(store)
            assert note_due(store) == 0
            assert make_anew(store) == 0
            with store.reading() as session:
                assert len(inbox.window(session, query="", agent_id=1, now=NOW).rows) == 2
        assert {json.loads(line)["conversation_id"] for line in run("list", "--json").out.splitlines()} == {1, 2}
        handed = ("transfer", "1", "--to", "n3", "--asked", "x", "--reason", "y")
        for command in (("list",), ("why", "1"), ("show", "1", "--brief"), ("take", "1"), handed, ("report",)):
            said = run(*command)
            assert said.status == 0, (command, said)
        assert run("oncall").status in {0, 1}  # nobody may be on call, which is said
        said = run("doctor")
        assert said.status == 1
        assert sentence in said.out


def test_what_cannot_be_read_is_laid_down_anew(run, place):
    with closing(open_store(place)) as store, store.writing() as session:
        session.connection().execute(
            text("INSERT INTO entry (id, kind, name, value) VALUES (1, 'calendar', 'office', :value)"),
            {"value": json.dumps({"name": "office", "versions": []})},
        )
    assert "office: it cannot be read" in run("doctor").out
    assert run("calendar", "set", "office", "zone=UTC", "hours=mon-fri 09:00-18:00", "--yes").status == 0
    assert "office" not in run("doctor").out


def test_a_machine_whose_clock_is_set_back_a_day_records_nothing_twice(run, place):
    def alarms() -> list[tuple[Any, ...]]:
        with closing(open_store(place)) as store:
            note_due(store)
            note_due(store)
            with store.reading() as session:
                rows = session.connection().execute(select(table(Alarm))).all()
        return sorted(map(tuple, rows), key=repr)

    late = NOW + 24 * HOUR
    handed = ("transfer", "1", "--to", "n3", "--asked", "x", "--reason", "y")
    with time_machine.travel(late, tick=False):
        before = alarms()
        assert before
        assert run(*handed).status == 0
    with time_machine.travel(NOW, tick=False):
        assert alarms() == before
        with closing(open_store(place)) as store:
            post = Post(store, live_since=NOW - 24 * HOUR)
            post.now = NOW
            post.send("2@x", at=NOW, subject="S2", text="2")
        for command in (("list",), ("accept", "1"), ("take", "2"), ("why", "1"), ("show", "1", "--brief")):
            said = run(*command)
            assert said.status == 0, (command, said)
            assert " -" not in said.out.replace(" - ", " "), said.out  # no time is less than none
        assert alarms() == before
    with time_machine.travel(late, tick=False):
        assert set(before) <= set(alarms())
        assert run("list").status == 0
