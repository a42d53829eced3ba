"""A console is killed in the middle of a word: what was typed is there when the agent comes back."""

import os
import signal
from datetime import UTC, datetime

import pytest
from made.post import Post
from made.window import window

from console.desk import open_desk
from storage.queries import drafts
from storage.store import open_store

pytestmark = pytest.mark.slow


@pytest.fixture
def desk_folder(tmp_path):
    store = open_store(str(tmp_path / "desk"))
    Post(store, live_since=datetime(2026, 1, 1, tzinfo=UTC)).send("first", text="A fatura veio errada, podem ver?")
    store.close()
    (tmp_path / "config.toml").write_text('agent = "Rafael"\n', encoding="utf-8")
    return tmp_path


def console(folder):
    where = ("--store", str(folder / "desk"), "--config", str(folder / "config.toml"))
    return window(*where, PLANTAO_HOME=str(folder), VISUAL="", EDITOR="")


def kept(folder):
    desk = open_desk(str(folder / "desk"), agent="Rafael")
    try:
        return desk.ask_now(drafts.drafts, agent_id=desk.agent_id)
    finally:
        desk.store.close()


@pytest.mark.parametrize("word", ["Oi, Ana. O estorno saiu ho", "Confirma"])
def test_killed_in_the_middle_of_a_word(desk_folder, word):
    with console(desk_folder) as shown:
        shown.shows("Fatura")
        shown.press("r")
        shown.shows("reply all #1 to Ana", "podem ver?")
        shown.press(*word)
        shown.shows(word)
        shown.until(lambda _text: kept(desk_folder) and kept(desk_folder)[0].body == word)
        os.kill(shown.process, signal.SIGKILL)
    [draft] = kept(desk_folder)
    assert (draft.body, draft.to) == (word, "Ana <ana@acme.example>")
    with console(desk_folder) as shown:
        shown.shows("Fatura")
        shown.press("g", "d")
        shown.shows("1 draft", word)
        shown.press("\r")
        shown.shows("reply all #1 to Ana", word)
        shown.press(*"je.")
        shown.shows(f"{word}je.")
        shown.until(lambda _text: kept(desk_folder)[0].body == f"{word}je.")
        shown.press("\x1b")
        shown.shows("All ")
        shown.press("q")
        assert shown.ends() == 0
    assert [one.body for one in kept(desk_folder)] == [f"{word}je."]


def test_an_editor_of_choice_and_back(desk_folder):
    program = desk_folder / "editor.sh"
    program.write_text('#!/bin/sh\nprintf "Bom dia, Ana.\\n\\n" > "$1.new"; cat "$1" >> "$1.new"; mv "$1.new" "$1"\n')
    program.chmod(0o700)
    where = ("--store", str(desk_folder / "desk"), "--config", str(desk_folder / "config.toml"))
    with window(*where, PLANTAO_HOME=str(desk_folder), VISUAL=str(program)) as shown:
        shown.shows("Fatura")
        shown.press("r")
        shown.shows("reply all #1 to Ana", "podem ver?")
        shown.press(*"O estorno saiu.")
        shown.shows("O estorno saiu.")
        shown.press("\x0f")
        shown.shows("Bom dia, Ana.", "O estorno saiu.", "reply all #1")
        shown.until(lambda _text: kept(desk_folder)[0].body == "Bom dia, Ana.\n\nO estorno saiu.")
        shown.press("\x1b")
        shown.shows("All ")
        shown.press("q")
        assert shown.ends() == 0
