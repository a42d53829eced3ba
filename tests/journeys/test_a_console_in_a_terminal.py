"""The console in a terminal that is a person's: its mouse, its shell, its multiplexer, its size."""

from datetime import UTC, datetime

import pytest
from made.post import Post
from made.window import window

from storage.store import open_store

pytestmark = pytest.mark.slow

MOUSE = (b"\x1b[?1000h", b"\x1b[?1003h")


@pytest.fixture
def desk_folder(tmp_path):
    """A desk with forty conversations, and nothing that syncs."""
    store = open_store(str(tmp_path / "desk"))
    post = Post(store, live_since=datetime(2026, 1, 1, tzinfo=UTC))
    for number in range(40):
        post.send(f"letter{number}", subject=f"Fatura {number}", text=f"A fatura {number} veio errada.\n" * 60)
    store.close()
    return tmp_path


def console(folder, size=(80, 24), **configuration):
    lines = [f"{name} = {value}\n" for name, value in configuration.items()]
    (folder / "config.toml").write_text('agent = "Rafael"\n' + "".join(lines), encoding="utf-8")
    where = ("--store", str(folder / "desk"), "--config", str(folder / "config.toml"))
    return window(*where, size=size, PLANTAO_HOME=str(folder), VISUAL="", EDITOR="")


def click(shown, words):
    """Click the words, as a terminal says it: pressed and let go, cells counted from 1."""
    rows = shown.text.split("\n")
    row = max(number for number, line in enumerate(rows) if words in line)
    place = f"{rows[row].index(words) + 1};{row + 1}"
    shown.press(f"\x1b[<0;{place}M", f"\x1b[<0;{place}m")


def test_the_mouse_is_followed_where_it_is_wanted_and_only_there(desk_folder):
    with console(desk_folder, mouse="true") as shown:
        shown.shows("Fatura", "? help")
        assert all(one in shown.sent for one in MOUSE)
        click(shown, "? help")
        shown.shows("Keys", "Esc close")
        click(shown, "Esc close")
        shown.shows("? help")
        click(shown, ": command")
        shown.shows("open the conversation")
        shown.press("q")
        shown.shows("leave the console")
        click(shown, "leave the console")
        shown.shows(":quit")
        shown.press("\r")
        assert shown.ends() == 0
    with console(desk_folder) as shown:
        shown.shows("Fatura", "? help")
        shown.press("q")
        assert shown.ends() == 0
        assert not any(one in shown.sent for one in MOUSE)
