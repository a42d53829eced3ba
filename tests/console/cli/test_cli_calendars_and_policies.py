"""`calendar` and `policy`: laid down, listed, checked, changed after a word on what it touches, and taken back."""

import json
from pathlib import Path


def told(said) -> list[dict]:
    assert said.status == 0, said.err
    return [json.loads(line) for line in said.out.splitlines()]


OFFICE = ("zone=America/Sao_Paulo", "hours=mon-fri 09:00-18:00", "country=br", "region=sp")


def test_a_calendar_is_laid_down_shown_and_taken_away(filled: Path, run) -> None:
    (one,) = told(run("calendar", "set", "office", *OFFICE, "--json"))
    assert (one["country"], one["region"], one["hours"]) == ("BR", "SP", "mon-fri 09:00-18:00")
    rows = told(run("calendar", "list", "--json"))
    assert [row["name"] for row in rows] == ["always", "office"]
    assert "America/Sao_Paulo; mon-fri 09:00-18:00; holidays of BR-SP" in run("calendar", "list").out
    (one,) = told(run("calendar", "days", "office", "2026-12-24=09:00-12:00 Eve", "--yes", "--json"))
    assert one["days"] == [{"day": "2026-12-24", "hours": "09:00-12:00 Eve"}]
    assert run("calendar", "days", "office").out == "2026-12-24  09:00-12:00 Eve\n"
    days = {row["day"]: row for row in told(run("calendar", "holidays", "office", "--year", "2026", "--json"))}
    assert days["2026-07-09"]["name"] == "Revolução Constitucionalista"
    assert days["2026-12-24"] == {"day": "2026-12-24", "name": None, "own": True, "hours": "09:00-12:00 Eve"}
    assert "2026-12-24" in run("calendar", "show", "office").out
    assert run("calendar", "days", "office", "2026-12-24=", "--yes").status == 0
    assert run("calendar", "days", "office").out == ""
    assert run("calendar", "remove", "office").status == 0
    assert [row["name"] for row in told(run("calendar", "list", "--json"))] == ["always"]
    assert run("undo").status == 0
    assert run("calendar", "show", "office").status == 0


def test_what_is_wrong_is_a_sentence_and_nothing_is_changed(filled: Path, run) -> None:
    for arguments, words in (
        (("calendar", "set", "x", "zone=Mars"), "no time zone; write one as America/Sao_Paulo"),
        (("calendar", "set", "x", "zone=UTC"), "would never be open"),
        (("calendar", "set", "always", "zone=UTC"), "choose another name"),
        (("calendar", "set", "x", *OFFICE[:2], "country=XX"), "two letters"),
        (("calendar", "show", "x"), "There is no calendar x"),
        (("policy", "set", "x", "first-response=0h"), "no time longer than none"),
        (("policy", "set", "x", "first-response=-1h"), "no time longer than none"),
        (("policy", "set", "x", "first-response=1h", "calendar=x"), "There is no calendar x"),
        (("policy", "set", "x", "calendar=always"), "has no target"),
        (("policy", "show", "x"), "There is no policy x"),
    ):
        said = run(*arguments)
        assert (said.status, said.out) == (1 if "There is no" in words else 2, "")
        assert words in said.err
    assert run("calendar", "set", "x", "nothing").status == 2
    assert run("calendar", "set", "x", *OFFICE, "--from", "whenever").status == 2
    assert [row["name"] for row in told(run("policy", "list", "--json"))] == ["default", "n2", "n3"]


def test_check_says_what_is_wrong(filled: Path, run) -> None:
    assert run("calendar", "check").out == "Nothing is wrong with the calendars.\n"
    assert run("calendar", "set", "twice", "zone=UTC", "hours=mon 09:00-12:00 11:00-13:00").status == 0
    said = run("calendar", "check")
    assert said.status == 0
    assert "mon 09:00-12:00, mon 11:00-13:00" in said.err
    far = ("calendar", "days", "twice", "2199-01-01=09:00-10:00", "--yes")
    assert run(*far).status == 0
    assert run("calendar", "set", "twice", "hours=", "--yes").status == 0
    said = run("calendar", "check", "twice", "--json")
    assert said.status == 1
    (row,) = [json.loads(line) for line in said.out.splitlines()]
    assert (row["fault"], row["grave"]) == ("never_open", True)


def test_a_policy_says_what_it_touches_before_it_is_changed(filled: Path, run) -> None:
    (task,) = told(run("task", "add", "Ask", "again", "--json"))
    number = task["conversation_id"]
    knobs = "resolution=30m", "kind=task", "warn=50"
    refused = run("policy", "set", "vip", *knobs)
    assert refused.status == 2
    assert f"It touches 1 of 1 open conversation: #{number}." in refused.err
    assert f"#{number} resolution: no deadline, then" in refused.err
    assert "--yes" in refused.err
    (row,) = told(run("policy", "preview", "vip", *knobs, "--json"))
    assert (row["conversation_id"], row["metric"], row["before"], row["late"]) == (number, "resolution", None, False)
    assert row["after"] is not None
    assert "It touches no open conversation" in run("policy", "preview", "vip", *knobs[:1], "kind=checkin").err
    assert len(told(run("policy", "list", "--json"))) == 3
    (one,) = told(run("policy", "set", "vip", *knobs, "--yes", "--json"))
    assert (one["targets"], one["when"], one["warn"]) == ({"resolution": 1800}, {"kind": ["task"]}, 0.5)
    assert "resolution 30m; always; kind task" in run("policy", "list").out
    assert run("policy", "set", "vip", *knobs, "--yes").status == 1  # it stands so already
    assert run("policy", "remove", "vip").status == 2
    assert run("policy", "remove", "vip", "--yes").status == 0
    assert len(told(run("policy", "list", "--json"))) == 3
    ended = told(run("policy", "list", "--all", "--json"))[-1]
    assert (ended["name"], ended["holds"]) == ("vip", False)
    assert "resolution 30m" in run("policy", "show", "vip").out
    assert run("undo").status == 0
    assert told(run("policy", "show", "vip", "--json"))[0]["holds"] is True


def test_targets_are_proposed_of_enough_and_of_nothing_less(filled: Path, run) -> None:
    for row in told(run("policy", "suggest", "--json")):
        assert (row["n"], row["p90"], row["proposed"], row["least"]) == (0, None, None, 20)
    assert "n 0 of the 20 that a proposal needs at least; now 4h" in run("policy", "suggest").out
    assert run("policy", "suggest", "none").status == 1
    assert run("policy", "suggest", "--days", "0").status == 2
