"""`plantao assess`: asked on a terminal and gone on with after a kill, from a file, shown, compared, undone."""

import io
import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage.kinds.assessing import QUESTIONS

ALL = {one.name: [one.choices[0]] if one.several else one.choices[0] if one.choices else "" for one in QUESTIONS}


@pytest.fixture
def answers(tmp_path: Path):
    def write(**given) -> str:
        path = tmp_path / "answers.json"
        path.write_text(json.dumps({**ALL, **given}))
        return str(path)

    return write


def test_answers_come_from_a_file_and_are_shown_and_compared(run, home, answers):
    said = run("assess", "--answers", answers(size="few", worth="large", rhythm="weekly", usage="none"))
    assert said.status == 0, said.err
    assert "what one brings: much each" in said.out
    assert "nobody knows how customers use the product" in said.out
    assert run("assess", "--answers", answers(size="thousands", worth="small", rhythm="seldom")).status == 0
    listed = [json.loads(line) for line in run("assess", "list", "--json").out.splitlines()]
    assert [one["touch"][0]["model"] for one in listed][-1] == "tech"
    assert all(one["ended_at"] and not one["unanswered"] for one in listed)
    compared = json.loads(run("assess", "compare", "--json").out)
    assert {one["question"] for one in compared["answers"]} == {"size", "worth", "rhythm", "usage"}
    assert "no longer: nobody knows how customers use the product" in run("assess", "compare").out
    assert run("assess", "compare", str(listed[0]["assessment_id"])).out == run("assess", "compare").out
    assert run("assess", "drop", str(listed[1]["assessment_id"])).status == 0
    assert json.loads(run("assess", "show", "--json").out)["assessment_id"] == listed[0]["assessment_id"]
    assert run("undo").status == 0
    assert len(run("assess", "list").out.splitlines()) == 2
    questions = [json.loads(line) for line in run("assess", "questions", "--json").out.splitlines()]
    assert [one["question"] for one in questions] == list(ALL)


def test_what_is_no_answer_is_named_and_what_was_answered_is_kept(run, home, tmp_path, answers, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    for given, words in (({"size": "huge"}, "size cannot be huge: few, dozens"), ({"shoe": "1"}, "no question shoe")):
        wrong = run("assess", "--answers", answers(**given))
        assert (wrong.status, words in wrong.err) == (2, True), wrong.err
    assert run("assess", "--answers", str(tmp_path / "none.json")).status == 2
    assert "no terminal" in run("assess").err
    assert run("assess", "show").status == run("assess", "compare").status == 1
    some = tmp_path / "some.json"
    some.write_text(json.dumps({"size": "few"}))
    half = run("assess", "--answers", str(some))
    assert (half.status, "not answered yet: worth" in half.err) == (1, True)
    assert json.loads(run("assess", "show", "--json").out)["answers"] == {"size": "few"}
    assert run("assess", "--answers", answers()).status == 0
    assert len(run("assess", "list").out.splitlines()) == 1, "it was gone on with"


def test_it_is_asked_on_a_terminal_and_gone_on_with_after_a_kill(run, home):
    def asked() -> tuple[subprocess.Popen[str], int]:
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "console.cli", "assess"],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        os.close(theirs)
        return process, ours

    def until(process, words: str) -> str:
        """Read what is asked up to some words."""
        assert process.stderr is not None
        seen = ""
        while words not in seen:
            sign = process.stderr.read(1)
            assert sign, seen
            seen += sign
        return seen

    process, keys = asked()
    until(process, "1/18")
    os.write(keys, b"huge\n2\n")
    assert "Answer with a number" in until(process, "2/18")
    os.write(keys, b"much each\n")
    until(process, "3/18")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    os.close(keys)
    assert json.loads(run("assess", "show", "--json").out)["answers"] == {"size": "dozens", "worth": "large"}
    process, keys = asked()
    until(process, "3/18")
    os.write(keys, b"b\n")
    until(process, "2/18")
    os.write(keys, b"1\n" + b"\n" * 16)
    out, _err = process.communicate(timeout=60)
    os.close(keys)
    assert process.returncode == 0
    assert "what one brings: little each" in out
    assert json.loads(run("assess", "show", "--json").out)["unanswered"] == []
