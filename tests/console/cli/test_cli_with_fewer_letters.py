"""What the command line prints where the locale is C, or standard output takes ASCII or Latin-1 alone."""

import json
import os
import subprocess
import sys

import pytest
from made.window import ROOT

from console.cli import letters


@pytest.fixture
def printed(home, run):
    """Run a command in a process of its own with other names in its environment."""
    assert run("list").status == 0  # the desk is there

    def call(*arguments, **names):
        known = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
        command = [sys.executable, "-m", "console.cli", *arguments]
        return subprocess.run(command, env=known | names, cwd=ROOT, capture_output=True, timeout=60, check=False)

    return call


ASCII_ALONE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def test_our_signs_are_ascii_where_the_locale_is_c_and_letters_stay(printed, home):
    """Python speaks UTF-8 there, so that `…` and `→` reached terminals that have none."""
    assert b"postgresql://~" in printed("--help", LC_ALL="C").stdout
    assert "postgresql://…".encode() in printed("--help", LC_ALL="C.UTF-8").stdout
    (home / "config.toml").write_text('agent = "Conceição"\n', encoding="utf-8")
    assert "Conceição".encode() in printed("config", LC_ALL="C").stdout


def test_where_ascii_is_all_there_is_letters_lose_their_accents_and_none_is_a_question_mark(printed, home):
    said = printed("manual", **ASCII_ALONE)
    assert said.returncode == 0
    assert b'"Plantao"' in said.stdout
    assert b"Plant?o" not in said.stdout
    (home / "config.toml").write_text('language = "pt_BR"\n', encoding="utf-8")
    said = printed("config", "check", **ASCII_ALONE)
    assert said.stdout.endswith(b" nao tem falhas.\n")
    assert printed("config", "check", LC_ALL="C.UTF-8").stdout.decode().endswith(" não tem falhas.\n")


def test_json_loses_nothing_where_ascii_is_all_there_is(printed, home):
    (home / "config.toml").write_text('agent = "Ana Conceição 雪"\n', encoding="utf-8")
    for names in (ASCII_ALONE, {"LC_ALL": "C"}, {"LC_ALL": "C.UTF-8"}):
        assert json.loads(printed("config", "--json", **names).stdout)["agent"] == "Ana Conceição 雪"
    plain = printed("config", **ASCII_ALONE).stdout.decode("ascii")
    assert "Ana Conceicao ?" in plain


@pytest.mark.parametrize(("text", "shown"), [("N1 → N3 · já…", b"N1 > N3 . ja~"), ("e\u0301", b"e"), ("雪", b"?")])
def test_the_nearest_that_an_encoding_has(text, shown):
    letters.settle_streams()
    assert text.encode("ascii", "plantao-nearest") == shown
    assert "São — N1".encode("latin-1", "plantao-nearest") == b"S\xe3o - N1"
