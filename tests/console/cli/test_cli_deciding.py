"""Triage by command: each deed, several at once, from a pipe, undone and done again."""

import json
from pathlib import Path

import pytest
from made.letters import letter


def state(run, number: int) -> dict:
    return json.loads(run("show", number, "--json").out)


@pytest.mark.parametrize(
    ("command", "field", "value"),
    [
        (("take",), "assignee", "vera"),
        (("assign", "--to", "me"), "assignee", "vera"),
        (("wait",), "status", "waiting"),
        (("hold",), "status", "on_hold"),
        (("resolve",), "status", "resolved"),
        (("reopen",), "status", "open"),
        (("spam",), "status", "spam"),
        (("trash",), "status", "trash"),
        (("tag", "+vip"), "tags", ["vip"]),
        (("tag", "--add", "vip"), "tags", ["vip"]),
    ],
)
def test_a_deed_is_done_undone_and_done_again(run, home: Path, filled: Path, command, field, value):
    (home / "config.toml").write_text('agent = "vera"\n')
    before = state(run, 2)[field]
    said = run(command[0], 2, *command[1:])
    assert said.status == 0
    assert said.out.startswith("#2: ")
    assert state(run, 2)[field] == value
    assert run("undo").status == 0
    assert state(run, 2)[field] == before
    assert run("redo").status == 0
    assert state(run, 2)[field] == value


def test_what_is_in_the_trash_is_restored_as_it_stood(run, filled: Path):
    run("hold", 2)
    assert run("trash", "2-3").status == 0
    assert {json.loads(row)["conversation_id"] for row in run("list", "is:trash", "--json").out.splitlines()} == {2, 3}
    assert "#2" not in run("list", "sort:newest").out
    assert run("spam", 4).status == 0
    said = run("restore", "2-5", "--json")
    assert next(json.loads(row) for row in said.out.splitlines()) == {"conversation_id": 2, "done": "restore"}
    assert [state(run, number)["status"] for number in (2, 3, 4)] == ["on_hold", "closed", "closed"]
    assert "brought back, on hold" in run("show", 2).out
    again = run("restore", 2)
    assert (again.status, "#2 is neither" in again.err) == (1, True)


def test_a_snooze_is_until_a_moment_and_ends_with_now(run, filled: Path):
    run("reopen", 3)
    assert run("snooze", 3, "--until", "2h").status == 0
    assert state(run, 3)["snoozed_until"] is not None
    assert run("snooze", 3, "--until", "now").status == 0
    assert state(run, 3)["snoozed_until"] is None
    assert run("snooze", 3, "--until", "2001-01-01").status == 1
    assert run("snooze", 3, "--until", "whenever").status == 2


def test_ranges_numbers_and_pipes_name_conversations(run, spawn, filled: Path):
    assert run("tag", "2-3", "#5", "+a").out.startswith("#2, #3, #5: ")
    listed = spawn("list", "tag:a").out
    said = spawn("tag", "-", "+b", given=listed)
    assert said.status == 0
    rows = spawn("list", "tag:b", "--json").out
    assert {json.loads(row)["conversation_id"] for row in rows.splitlines()} == {2, 3, 5}
    assert spawn("tag", "-", "+c", given=rows).status == 0
    assert spawn("tag", "-", "+c", given="{}\n").status == 2
    assert spawn("tag", "-", "+c", given="").status == 2


def test_more_than_a_transaction_holds_is_one_action(run, tmp_path: Path):
    box = tmp_path / "box"
    box.write_bytes(
        b"".join(b"From - Mon Nov  2 09:00:00 2026\n" + letter(n, subject=f"s{n}") + b"\n" for n in range(450))
    )
    assert run("import", box).status == 0
    assert run("tag", "1-450", "+many").status == 0
    assert len(run("list", "tag:many", "--json").out.splitlines()) == 450
    assert len(run("history", "--json").out.splitlines()) == 1
    assert run("undo").status == 0
    assert run("list", "tag:many", "--json").out == ""


def test_nothing_is_done_when_one_number_is_wrong(run, filled: Path):
    assert run("resolve", 1, 2, 77).status == 1
    assert state(run, 1)["status"] == "closed"


def test_what_stands_so_already_is_said(run, filled: Path):
    run("take", 1)
    said = run("take", 1)
    assert said.status == 1
    assert "#1" in said.err
    assert run("take", 1, 2).out.startswith("#1, #2")


def test_what_a_colleague_has_is_not_taken(run, home: Path, filled: Path):
    (home / "config.toml").write_text('agent = "vera"\n')
    run("take", 1)
    (home / "config.toml").write_text('agent = "rui"\n')
    said = run("take", 1)
    assert said.status == 77
    assert "#1" in said.err
    assert run("assign", 1, "--to", "vera").status == 1  # hers already
    assert run("assign", 1, "--to", "rui").status == 0
    assert run("assign", 1, "--to", "nobody").status == 0
    assert run("assign", 1, "--to", "somebody").status == 1


def test_conversations_are_joined_and_split(run, filled: Path):
    assert run("join", 2, 3).status == 0
    assert state(run, 3)["conversation_id"] == 2
    run("undo")
    assert state(run, 3)["conversation_id"] == 3
    messages = [one["message_id"] for one in state(run, 1)["messages"]]
    said = run("split", f"m{messages[1]}", "--json")
    other = json.loads(said.out)["conversation_id"]
    assert [one["message_id"] for one in state(run, other)["messages"]] == messages[1:]
    assert run("split", f"m{messages[0]}").status == 1
    assert run("join", 2).status == 1


def test_undo_says_when_there_is_nothing_and_who_was_later(run, home: Path, filled: Path):
    said = run("undo")
    assert (said.status, "console" in said.err) == (1, True)
    (home / "config.toml").write_text('agent = "vera"\n')
    run("wait", 1, 2)
    (home / "config.toml").write_text('agent = "rui"\n')
    run("hold", 1)
    (home / "config.toml").write_text('agent = "vera"\n')
    said = run("undo")
    assert said.status == 0
    assert "#1 was changed since by rui" in said.out
    assert state(run, 1)["status"] == "on_hold"
    assert state(run, 2)["status"] == "closed"


def test_bad_tags_are_refused(run, filled: Path):
    assert run("tag", 1).status == 2
    assert run("tag", 1, "--add", "two words").status == 1


@pytest.mark.parametrize(
    ("language", "taken_back", "in_history"),
    [("en", "#1: taken back (resolved)", "resolved"), ("es", "#1: deshecho (resuelta)", "resuelta")],
)
def test_what_was_done_and_taken_back_is_told_in_the_reader_s_words(
    run, filled, monkeypatch, language, taken_back, in_history
):
    assert run("reopen", 1).status == 0
    assert run("resolve", 1).status == 0
    monkeypatch.setenv("LANGUAGE", language)
    told = run("history").out.splitlines()[0]
    assert told.split("#1", 1)[1].strip() == in_history
    assert run("undo").out == f"{taken_back}\n"
    for said in (run("history").out, run("redo").out):
        assert "status changed" not in said
        assert in_history in said


def test_a_redo_says_what_is_done_again_as_it_was_said_when_it_was_done(run, filled):
    for done, words in (
        (("join", 1, 2), "#2 was joined to this"),
        (("split", "m7"), "1 message split off to #7"),
        (("snooze", 3, "--until", "2099-01-01"), "snoozed until"),
        (("tag", 3, "+late"), "tagged +late"),
        (("assign", 3, "--to", "me"), "assigned to"),
        (("wait", 3), "waits for the customer"),
    ):
        assert run(*done).status == 0, done
        undone, redone = run("undo").out, run("redo").out
        assert f"taken back ({words}" in undone
        assert undone.split("(", 1)[1] == redone.split("(", 1)[1], (undone, redone)
