"""`agent`, `rota` and `oncall` by command: laid down, asked, exchanged as calendars, and taken back."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

DAY = timedelta(days=1)


def told(said) -> list[dict]:
    assert (said.status, said.err) == (0, "")
    return [json.loads(line) for line in said.out.splitlines()]


@pytest.fixture
def staffed(filled: Path, run) -> list[str]:
    """Three agents of N3 and a weekly rota of theirs; their names in the order of the rota, whoever is on first."""
    for name in ("Ana", "Rui", "Ivo"):
        assert run("agent", "set", name, "tiers=n3", f"address={name.lower()}@desk.example").status == 0
    (row,) = told(
        run("rota", "set", "nights", "tier=n3", "zone=Europe/Madrid", "agents=Ana, Rui, Ivo", "at=mon 09:00", "--json")
    )
    assert (row["on"], row["agents"]) == ("Ana", ["Ana", "Rui", "Ivo"])
    return row["agents"]


def test_oncall_says_who_and_why_and_who_is_next(staffed: list[str], run) -> None:
    (now,) = told(run("oncall", "--json"))
    assert (now["agent"], now["next"], now["turn"], now["tier"]) == ("Ana", "Rui", 1, "n3")
    assert now["why"].startswith("turn 1 of the weekly rota begun ")
    (then,) = told(run("oncall", "--at", "1w", "--tier", "N3", "--json"))
    assert (then["agent"], then["turn"]) == ("Rui", 2)
    assert told(run("oncall", "--tier", "n2", "--json")) == []
    assert run("oncall", "--tier", "n2").out.startswith("Nobody is on call")
    page = run("oncall").out
    assert "Ana until" in page
    assert ", then Rui" in page
    assert run("away", "Ana").status == 0
    assert "Ana is away" in run("oncall").out
    for wrong in (["--at", "never"], ["--tier", "n9"]):
        assert run("oncall", *wrong).status == 2


def test_a_rota_is_changed_overridden_checked_and_ended(staffed: list[str], run) -> None:
    (row,) = told(run("rota", "override", "nights", "Ivo", "--until", "2d", "--json"))
    assert (row["on"], row["overrides"][0]["agent"]) == ("Ivo", "Ivo")
    assert "stands in from" in run("oncall").out
    assert run("undo").status == 0
    assert told(run("oncall", "--json"))[0]["agent"] == "Ana"
    assert run("rota", "override", "nights", "me", "--until", "2d").status == 0
    assert run("rota", "override", "nights", "--end", "1").out.startswith("nights: Ana")
    assert run("rota", "check").out == "1 rota checked: nothing is wrong.\n"
    assert run("agent", "retire", "Rui").status == 0
    said = run("rota", "check", "--json")
    assert (said.status, json.loads(said.out)["fault"]) == (1, "missing")
    assert "Rui does not work here any more" in run("rota", "check").out
    assert "override" not in run("rota", "show", "nights").out
    assert "weekly on Mon at 09:00, Europe/Madrid" in run("rota", "show", "nights").out
    assert told(run("rota", "remove", "nights", "--json"))[0]["ended"] is True
    assert run("rota", "list").out == ""
    assert "ended" in run("rota", "list", "--all").out
    assert told(run("oncall", "--json")) == []


def test_what_cannot_be_is_a_sentence_and_changes_nothing(staffed: list[str], run) -> None:
    before = run("rota", "show", "nights", "--json").out
    for arguments, status, words in (
        (["rota", "set", "days", "tier=n2", "zone=UTC"], 2, "agents needs a value"),
        (["rota", "set", "days", "tier=n2", "zone=UTC", "agents="], 2, "agents needs a value"),
        (["rota", "set", "nights", "zone=Mars/Olympus"], 2, "is no time zone"),
        (["rota", "set", "nights", "agents=Ana, Nobody"], 1, "Nobody here is called Nobody"),
        (["rota", "set", "nights", "at=noon"], 2, "no time at which turns change"),
        (["rota", "set", "nights", "colour=red"], 2, "There is no field colour"),
        (["rota", "set", "nights", "turn=monthly"], 2, "daily, weekly"),
        (["rota", "override", "nights", "Ana", "--from", "3d", "--until", "1d"], 2, "ends before it begins"),
        (["rota", "override", "nights", "Ana"], 2, "--until"),
        (["rota", "override", "nights", "--end", "7"], 1, "no override 7"),
        (["rota", "show", "days"], 1, "There is no rota days"),
        (["rota", "check", "--days", "0"], 2, "366"),
        (["agent", "set", "Ana", "limit=many"], 2, "is no number"),
        (["agent", "set", "Ana", "quiet=late"], 2, "is no time"),
        (["agent", "set", "Rui", "address=ana@desk.example"], 1, "Another agent"),
        (["agent", "show", "Nobody"], 1, "Nobody here is called"),
    ):
        said = run(*arguments)
        assert (said.status, words in said.err) == (status, True), (arguments, said)
    assert run("rota", "show", "nights", "--json").out == before


def test_a_rota_goes_out_as_a_calendar_and_comes_in_again_without_a_change(staffed: list[str], run, tmp_path) -> None:
    file = tmp_path / "nights.ics"
    assert run("rota", "export", "nights", file).status == 0
    text = file.read_text(encoding="utf-8")
    assert "DTSTART;TZID=Europe/Madrid:" in text
    assert "BEGIN:VTIMEZONE" in text
    uids = [line for line in text.splitlines() if line.startswith("UID:")]
    assert len(set(uids)) == len(uids) >= 25
    first = told(run("rota", "import", "nights", file, "--json"))
    assert {one["done"] for one in first} == {"same"}
    assert run("rota", "override", "nights", "Ivo", "--from", "8d", "--until", "9d").status == 0
    again = run("rota", "export", "nights").out
    assert set(uids) - {line for line in again.splitlines() if line.startswith("UID:")} == set()


def test_a_calendar_comes_in_as_overrides_and_turns_all_or_nothing(staffed: list[str], run, tmp_path: Path) -> None:
    file = tmp_path / "in.ics"
    monday = datetime.now(UTC).date()
    monday += timedelta(days=7 - monday.weekday())

    def write(*events: str) -> None:
        body = "".join(f"BEGIN:VEVENT\r\nUID:{one}\r\n{lines}\r\nEND:VEVENT\r\n" for one, lines in enumerate(events))
        text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}END:VCALENDAR\r\n"
        file.write_text(text, encoding="utf-8")

    def at(days: int, hour: int) -> str:
        return f"{monday + timedelta(days=days):%Y%m%d}T{hour:02}0000Z"

    once = f"SUMMARY:on call: Ivo (nights)\r\nDTSTART:{at(1, 20)}\r\nDTEND:{at(2, 6)}"
    write(once, f"SUMMARY:x\r\nATTENDEE:mailto:nobody@desk.example\r\nDTSTART:{at(1, 1)}\r\nDTEND:{at(1, 2)}")
    said = run("rota", "import", "nights", file)
    assert (said.status, "Nobody here is called" in said.err) == (1, True)
    assert told(run("rota", "show", "nights", "--json"))[0]["overrides"] == []
    write(once)
    assert told(run("rota", "import", "nights", file, "--preview", "--json"))[0]["would_be"] == "override"
    assert told(run("rota", "show", "nights", "--json"))[0]["overrides"] == []
    assert "1 came in, 0 were there or over" in run("rota", "import", "nights", file).out
    assert "0 came in, 1 were there or over" in run("rota", "import", "nights", file).out
    assert told(run("oncall", "--at", f"{monday + DAY}T23:00Z", "--json"))[0]["agent"] == "Ivo"
    turn = "DTSTART;TZID=America/Sao_Paulo:{}T080000\r\nDTEND;TZID=America/Sao_Paulo:{}T080000\r\nRRULE:FREQ=WEEKLY;INTERVAL=2"
    past = [f"{monday + timedelta(days=7 * place - 28):%Y%m%d}" for place in range(3)]
    write(f"SUMMARY:Rui\r\n{turn.format(past[0], past[1])}", f"SUMMARY:Ivo\r\n{turn.format(past[1], past[2])}")
    assert {one["done"] for one in told(run("rota", "import", "nights", file, "--json"))} == {"turn"}
    (row,) = told(run("rota", "show", "nights", "--json"))
    assert (row["agents"], row["zone"], row["at"]) == (["Rui", "Ivo"], "America/Sao_Paulo", "08:00")
    assert {one["done"] for one in told(run("rota", "import", "nights", file, "--json"))} == {"same"}
    write(f"SUMMARY:Rui\r\n{turn.format(past[0], past[1])}")
    assert "no round of turns" in run("rota", "import", "nights", file).err


def test_agents_are_listed_shown_and_taken_back(staffed: list[str], run) -> None:
    assert (
        run("agent", "set", "Ana", "skills=VPN, Printers", "languages=pt,es", "limit=4", "quiet=22:00-07:00").status
        == 0
    )
    (row,) = told(run("agent", "show", "ana", "--json"))
    assert (row["skills"], row["languages"], row["limit"]) == (["vpn", "printers"], ["pt", "es"], 4)
    assert row["quiet"] == ["22:00", "07:00"]
    page = run("agent", "show", "Ana").out
    assert "vpn, printers" in page
    assert {"Ana", "Rui", "Ivo"} <= {one["agent"] for one in told(run("agent", "list", "--json"))}
    assert "retired" in run("agent", "retire", "Ana").out
    assert run("undo").status == 0
    assert told(run("agent", "show", "Ana", "--json"))[0]["retired"] is None
