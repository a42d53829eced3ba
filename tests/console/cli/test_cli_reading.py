"""list, search, show, why, history: what they print, for people and for programs."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from rich.cells import cell_len


def numbers(said) -> list[int]:
    return [json.loads(line)["conversation_id"] for line in said.out.splitlines()]


def test_list_is_aligned_whatever_the_width_of_signs(run, filled: Path, monkeypatch):
    for width in (60, 80, 120):
        monkeypatch.setenv("COLUMNS", str(width))
        lines = run("list", "is:settled").out.splitlines()
        assert len(lines) == 6
        assert max(map(cell_len, lines)) <= width
        places = {cell_len(line[: line.index("Cliente")]) for line in lines}
        assert len(places) == 1


def test_list_gives_json_lines(run, filled: Path):
    rows = [json.loads(line) for line in run("list", "is:settled", "--json").out.splitlines()]
    assert {row["conversation_id"] for row in rows} == {1, 2, 3, 4, 5, 6}
    first = next(row for row in rows if row["conversation_id"] == 1)
    assert first["subject"] == "Fatura em dobro"
    assert first["message_count"] == 2
    assert first["assignee"] is None
    assert datetime.fromisoformat(first["last_message_at"]).tzinfo is not None


def test_list_stops_at_its_limit(run, filled: Path):
    assert len(numbers(run("list", "is:settled", "--json", "-n", 2))) == 2


def test_a_query_that_cannot_be_read_points_at_the_place(run, filled: Path):
    said = run("list", "is:settled", "nowhere:x")
    assert said.status == 2
    assert "character 12" in said.err
    assert "nowhere" in said.err
    assert run("search", '"open').status == 2


def test_search_finds_words_without_their_accents(run, filled: Path):
    assert numbers(run("search", "acao", "--json")) == [6]
    said = run("search", "nao consigo")
    assert "#2" in said.out
    assert run("search", "nothinglikeit").out == ""


def test_show_prints_a_conversation_and_a_message(run, filled: Path):
    said = run("show", "#1")
    assert said.out.startswith("#1  Fatura em dobro\n")
    assert "Olá Fatura em dobro" in said.out
    assert "E agora?" in said.out
    last = json.loads(run("show", 1, "--json").out)["messages"][-1]["message_id"]
    alone = run("show", f"m{last}").out
    assert "E agora?" in alone
    assert "Olá" not in alone


def test_show_prints_raw_mail_and_all_headers(run, filled: Path):
    assert "Message-ID: <2@cliente.example>" in run("show", 2, "--raw").out
    assert "Content-Type: text/plain; charset=utf-8" in run("show", 2, "--all-headers").out
    shown = json.loads(run("show", 2, "--raw", "--all-headers", "--json").out)
    assert shown["messages"][0]["raw"].encode() == (filled / "2.eml").read_bytes()
    assert {"name": "Subject", "value": "Não consigo entrar"} in shown["messages"][0]["headers"]


def test_quotes_are_left_out_and_told(run, tmp_path: Path):
    from made.letters import letter

    body = "Obrigada!\n\nEm 2 de nov. de 2026, Suporte escreveu:\n> uma linha citada\n> outra linha citada\n"
    (tmp_path / "q.eml").write_bytes(letter(1, body=body))
    run("import", tmp_path / "q.eml")
    short, full = run("show", 1).out, run("show", 1, "--full").out
    assert "uma linha citada" not in short
    assert "--full" in short
    assert "uma linha citada" in full


def test_why_names_the_rule_and_the_message(run, filled: Path):
    said = run("why", 1).out
    assert "it begins this conversation" in said
    assert "it cites a message of this conversation: m1 by Cliente 1 (sure)\n" in said
    assert said.count("Fatura em dobro") == 1  # what it is about is said once
    assert json.loads(run("why", 1, "--json").out)["messages"][1]["evidence"] == "reference"


def test_history_is_empty_until_something_was_done(run, filled: Path):
    assert run("history").out == ""
    run("take", 1)
    run("undo")
    newest, first = [json.loads(line) for line in run("history", "--json").out.splitlines()]
    assert newest["undoes"] == first["action_id"]
    assert first["undone"] is True


@pytest.mark.parametrize("command", [("show", 77), ("why", 77), ("resolve", 77), ("show", "m77"), ("split", "m77")])
def test_a_number_that_is_not_there_is_named(run, filled: Path, command):
    said = run(*command)
    assert said.status == 1
    assert "77" in said.err
    assert said.out == ""


@pytest.mark.parametrize("word", ["x", "#", "1.5", "-1", "9" * 40, "5-"])
def test_a_word_that_is_no_number_is_wrong_usage(run, filled: Path, word):
    said = run("take", "--", word)
    assert said.status == 2
    assert said.err.startswith("plantao: ")


def test_numbered_links_are_given_below_the_text(run, tmp_path: Path):
    (tmp_path / "l.eml").write_bytes(
        b"From: a@example.org\nSubject: link\nDate: Mon, 2 Nov 2026 09:00:00 -0300\nMIME-Version: 1.0\n"
        b'Content-Type: text/html; charset=utf-8\n\n<p>See <a href="https://example.org/long?a=1">the page</a>.</p>\n'
    )
    run("import", tmp_path)
    assert "[1] https://example.org/long?a=1" in run("show", 1).out
