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
    assert run("reopen", "1", "2").status == 0
    there_are = len(told(run("list", "is:open", "--json")))
    assert there_are
    refused = run("policy", "set", "vip", "first-response=30m")
    assert refused.status == 2
    assert f"It touches {there_are} of {there_are} open conversation" in refused.err
    assert "--yes" in refused.err
    assert len(told(run("policy", "list", "--json"))) == 3
    (one,) = told(run("policy", "set", "vip", "first-response=30m", "tier=n1", "warn=50", "--yes", "--json"))
    assert (one["targets"], one["when"], one["warn"]) == ({"first_response": 1800}, {"tier": ["n1"]}, 0.5)
    assert "first response 30m; always; tier n1" in run("policy", "list").out
    assert run("policy", "set", "vip", "first-response=30m", "--yes").status == 1  # it stands so already
    assert run("policy", "remove", "vip").status == 2
    assert run("policy", "remove", "vip", "--yes").status == 0
    assert len(told(run("policy", "list", "--json"))) == 3
    ended = told(run("policy", "list", "--all", "--json"))[-1]
    assert (ended["name"], ended["holds"]) == ("vip", False)
    assert "first response 30m" in run("policy", "show", "vip").out
    assert run("undo").status == 0
    assert told(run("policy", "show", "vip", "--json"))[0]["holds"] is True
