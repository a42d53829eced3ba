"""`note` and `call`: what is typed, piped or read from a file stands in the conversation, and nowhere else."""

import json
from pathlib import Path

import pytest

KEY = "AKIAIOSFODNN7EXAMPLE"


def shown(run, number: int = 1) -> list[dict]:
    return json.loads(run("show", number, "--json").out)["messages"]


def test_a_note_is_shown_as_never_sent_found_and_taken_back(filled: Path, run) -> None:
    said = run("note", 1, "o gateway", "repetiu")
    assert (said.status, said.err) == (0, "")
    assert said.out == "#1: note kept as m8; never sent\n"
    out = run("show", 1).out
    assert "▌ note · never sent · " in out
    assert "o gateway repetiu" in out
    assert "m8" in run("show", "m8").out
    assert json.loads(run("search", "gateway repetiu", "--json").out)["direction"] == "internal"
    assert "note · " in run("search", "gateway repetiu").out
    assert run("undo").status == 0
    assert "gateway" not in run("show", 1).out
    assert run("search", "gateway repetiu", "--json").out == ""
    assert run("redo").status == 0
    assert "o gateway repetiu" in run("show", 1).out


def test_a_note_changes_nothing_of_where_the_conversation_stands(filled: Path, run) -> None:
    before = json.loads(run("list", "--json", "Fatura").out.splitlines()[0])
    run("note", 1, "x")
    after = json.loads(run("list", "--json", "Fatura").out.splitlines()[0])
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"message_count"}


def test_a_log_is_piped_into_a_note_cleaned_and_without_its_secrets(filled: Path, spawn, run) -> None:
    log = f"api: \x1b[31mred\x1b[0m {KEY}\nhttps://me:pa55@host.example/ at 10.0.0.7\u202e\n> not a quotation\n"
    said = spawn("note", 1, "-", "--redact", "--json", given=log)
    assert said.status == 0
    kept = json.loads(said.out)
    assert kept == {"conversation_id": 1, "message_id": 8, "redacted": 3, "done": "note"}
    note = shown(run)[-1]
    assert note["direction"] == "internal"
    assert note["text"] == note["reply_text"]
    assert "\x1b" not in note["text"]
    assert "\u202e" not in note["text"]
    assert KEY not in note["text"]
    assert "pa55" not in note["text"]
    assert "[31mred" in note["text"]
    assert "> not a quotation" in note["text"]
    assert KEY not in run("show", "m8", "--raw").out


def test_a_note_comes_out_of_a_file(filled: Path, run, tmp_path: Path) -> None:
    file = tmp_path / "log.txt"
    file.write_bytes(b"caf\xc3\xa9 \xff\n")
    assert run("note", 1, "--file", file).status == 0
    assert shown(run)[-1]["text"].startswith("café")
    gone = run("note", 1, "--file", tmp_path / "gone.txt")
    assert (gone.status, "gone.txt cannot be read" in gone.err) == (2, True)


@pytest.mark.parametrize("given", [(), ("  ",), ("text", "--file", "x")])
def test_without_a_text_or_with_two_nothing_is_kept(filled: Path, run, given) -> None:
    said = run("note", 1, *given)
    assert said.status == 2
    assert len(shown(run)) == 2


@pytest.mark.parametrize("size", [1_000_001, 4_000_001])
def test_a_text_that_is_too_long_is_refused_with_its_size(filled: Path, run, tmp_path: Path, size: int) -> None:
    file = tmp_path / "log.txt"
    file.write_text("x" * size, encoding="utf-8")
    said = run("note", 1, "--file", file)
    assert said.status in {1, 2}
    assert "keep the part that matters" in said.err
    assert len(shown(run)) == 2


def test_there_is_no_note_without_a_conversation(filled: Path, run) -> None:
    said = run("note", 99, "x")
    assert said.status == 1
    assert "no conversation" in said.err


@pytest.mark.parametrize(
    "given", [("1", "--redact", "a", "b"), ("--redact", "1", "a", "b"), ("1", "a", "b", "--redact")]
)
def test_the_text_stands_before_or_behind_the_options(filled: Path, run, given) -> None:
    assert run("note", *given).status == 0
    assert shown(run)[-1]["text"] == "a b"


def test_a_call_says_with_whom_how_long_and_what_was_promised(filled: Path, run) -> None:
    said = run("call", 1, "--direction", "in", "--minutes", 12, "--promised", "back by Friday", "She asked again")
    assert (said.status, said.out) == (0, "#1: call logged as m8\n")
    call = shown(run)[-1]
    assert (call["direction"], call["channel"], call["minutes"]) == ("incoming", "phone", 12)
    assert call["author"] == {"name": "Cliente 1", "address": ""}
    assert call["text"].split("\n") == ["She asked again", "", "promised: back by Friday"]
    out = run("show", 1).out
    assert "Cliente 1 · call, 12 min, in · " in out
    row = json.loads(run("list", "--json", "Fatura").out.splitlines()[0])
    assert row["waiting_since"] is None
    assert row["status"] in {"new", "closed"}


def test_a_call_to_somebody_else_that_settles_the_conversation(filled: Path, run) -> None:
    asked = ("--direction", "out", "--minutes", 3, "--who", "Zé, +55 11 91234-5678", "--resolve", "--json")
    said = json.loads(run("call", 2, *asked, "paid").out)
    assert said == {
        "conversation_id": 2,
        "message_id": 8,
        "direction": "outgoing",
        "minutes": 3,
        "status": "resolved",
        "redacted": 0,
        "done": "call",
    }
    view = json.loads(run("show", 2, "--json").out)
    assert view["status"] == "resolved"
    assert view["messages"][-1]["to"] == [{"name": "Zé, +55 11 91234-5678", "address": ""}]
    assert run("undo").status == 0
    assert json.loads(run("show", 2, "--json").out)["status"] != "resolved"


@pytest.mark.parametrize("minutes", [-1, 1441])
def test_a_call_takes_a_time_that_can_be(filled: Path, run, minutes: int) -> None:
    assert run("call", 1, "--direction", "in", "--minutes", minutes, "x").status == 2


def test_notes_are_given_out_only_with_notes(filled: Path, run) -> None:
    run("note", 1, "x")
    assert len(run("export", "messages").out.splitlines()) == 7
    given = [json.loads(line) for line in run("export", "messages", "--notes").out.splitlines()]
    assert len(given) == 8
    assert list(given[-1]) == list(given[0])


def test_history_tells_of_a_note_in_the_reader_s_words(run, filled, monkeypatch):
    assert run("note", 1, "Ask the warehouse.").status == 0
    assert run("history").out.splitlines()[0].endswith("#1  note kept")
    monkeypatch.setenv("LANGUAGE", "es")
    assert "note" not in run("history").out.splitlines()[0]
