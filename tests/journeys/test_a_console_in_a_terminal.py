"""The console in a terminal that is a person's: its mouse, its shell, its multiplexer, its size."""

import random
import re
import shlex
import shutil
import subprocess
import threading
import time
from datetime import UTC, datetime

import pytest
from made.post import Post
from made.window import COMMAND, window

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


def where(folder, **configuration):
    lines = [f"{name} = {value}\n" for name, value in configuration.items()]
    (folder / "config.toml").write_text('agent = "Rafael"\n' + "".join(lines), encoding="utf-8")
    return "--store", str(folder / "desk"), "--config", str(folder / "config.toml")


def console(folder, size=(80, 24), **configuration):
    return window(*where(folder, **configuration), size=size, PLANTAO_HOME=str(folder), VISUAL="", EDITOR="")


def still(text):
    """What stands on a screen, without the clock and the blanks at the ends of its rows."""
    return [re.sub(r"\d\d:\d\d|(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d+ \w+", "", row).rstrip() for row in text.split("\n")]


PLACES = {
    "queue": ((), ("Fatura 3", "3 All 40")),
    "conversation": (("\r",), ("of 40", "A fatura 0 veio errada")),
    "composer": (("r", *"Oi, Ana."), ("reply all #1 to Ana", "Oi, Ana.", "draft saved", " ok")),
}
"""Where an agent may be: the keys that lead there, and what stands there then, in any window that is not tiny."""


def go(shown, place):
    """Go there, and return what stands on the screen then."""
    keys, words = PLACES[place]
    shown.shows("Fatura", "? help")
    shown.press(*keys)
    shown.shows(*words)
    return still(shown.rests())


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
        shown.press(":")  # at 80 columns its place is that of the search
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


def becomes(shown, before):
    """Wait until the same stands on the screen again, cell by cell."""
    try:
        shown.until(lambda text: still(text) == before)
    except pytest.fail.Exception:
        assert still(shown.text) == before  # which names the rows
        raise


def leave(shown, place):
    if place != "queue":
        shown.press("\x1b")
        shown.shows("is:open")
    shown.press("q")


@pytest.mark.parametrize("place", PLACES)
def test_stopped_by_the_shell_and_brought_back(desk_folder, place):
    command = shlex.join([*COMMAND, *where(desk_folder)])
    environment = {"PLANTAO_HOME": str(desk_folder), "VISUAL": "", "EDITOR": "", "PS1": "shell$ ", "HISTFILE": ""}
    with window("--norc", "--noprofile", "-i", program=["bash"], **environment) as shown:
        shown.shows("shell$")
        shown.press(f"{command}\r")
        before = go(shown, place)
        sent = len(shown.sent)
        shown.press("\x1a")
        shown.shows("Stopped", "shell$")
        assert b"\x1b[?1049l" in shown.sent[sent:]  # back on the main screen
        assert b"\x1b[?25h" in shown.sent[sent:]  # with a cursor
        shown.press("stty -a | tr '\\n' ' '; echo; echo is-sa''ne\r")
        shown.shows("is-sane")
        modes = shown.sent[sent:].decode(errors="replace")
        assert all(f" {mode}" in modes for mode in ("icanon", "echo", "isig", "icrnl", "opost", "ixon"))
        sent = len(shown.sent)
        shown.press("fg\r")
        becomes(shown, before)
        assert b"\x1b[?1049h" in shown.sent[sent:]
        leave(shown, place)  # its keys are its own again
        shown.shows("shell$")
        shown.press("exit\r")
        assert shown.ends() == 0


@pytest.mark.parametrize("place", PLACES)
def test_a_storm_of_sizes_leaves_a_right_screen(desk_folder, place):
    dice = random.Random(3)
    with console(desk_folder) as shown:
        before = go(shown, place)
        for _turn in range(3):
            for _change in range(30):
                shown.resize(dice.randint(20, 160), dice.randint(5, 45))
            shown.resize(20, 5)
            shown.until(lambda text: "".join(text.split()))
            shown.resize(120, 36)
            shown.until(lambda text: "┬" in text)  # two panes or three
            if place == "queue":
                shown.shows("A fatura 0 veio errada", "beside")  # the conversation follows into its new pane
            shown.resize(80, 24)
            becomes(shown, before)
        assert "Traceback" not in shown.sent.decode(errors="replace")
        leave(shown, place)
        assert shown.ends() == 0


@pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux")
@pytest.mark.parametrize("place", PLACES)
def test_left_in_tmux_and_met_again_in_another_size(desk_folder, place):
    (desk_folder / "tmux.conf").write_text("set -g status off\n")
    tmux = ["tmux", "-f", str(desk_folder / "tmux.conf"), "-S", str(desk_folder / "tmux")]
    environment = {"PLANTAO_HOME": str(desk_folder), "VISUAL": "", "EDITOR": "", "TMUX": ""}

    def pane():
        told = subprocess.run([*tmux, "capture-pane", "-p"], capture_output=True, text=True, check=True)
        return still(told.stdout.removesuffix("\n"))

    try:
        command = shlex.join([*COMMAND, *where(desk_folder)])
        with window("new-session", command, program=tmux, **environment) as shown:
            at_first = go(shown, place)
            shown.press("\x02", "d")
            assert shown.ends() == 0
        with window("attach", program=tmux, size=(120, 36), **environment) as shown:
            shown.shows(*PLACES[place][1])
            shown.until(lambda text: len(pane()) == 36 and still(text) == pane())
            larger = still(shown.text)
            assert larger != at_first
            shown.press("\x02", "d")
            assert shown.ends() == 0
        with window("attach", program=tmux, **environment) as shown:
            becomes(shown, at_first)
            leave(shown, place)
            assert shown.ends() == 0
    finally:
        subprocess.run([*tmux, "kill-server"], check=False, capture_output=True)


def test_a_fault_far_down_in_the_configuration_ends_the_console_with_its_words(desk_folder):
    with console(desk_folder, colour='"blue"') as shown:
        assert shown.ends() == 78
        assert "colour is not known here" in shown.text


def test_the_first_frame_has_rows(desk_folder):
    with console(desk_folder) as shown:  # the first time Rafael is new to the desk
        shown.shows("Fatura 3", "3 All 40")
        shown.rests()
    with console(desk_folder) as shown:
        shown.shows("Fatura 3", "3 All 40", "? help")
        shown.press("\r")
        shown.shows("of 40", "A fatura 0 veio errada")  # the desk is open, and was read
        assert b"Opening the desk" not in shown.sent


ASKED = b"\x1b[?2026$p"


def answer(shown, times, after=0.0):
    """Wait for a question after what the terminal knows, and answer it as terminals do."""
    tick = threading.Event()
    end = time.monotonic() + 30
    while shown.sent.count(ASKED) < times:
        assert time.monotonic() < end
        tick.wait(0.005)
    tick.wait(after)
    shown.press("\x1b[?2026;2$y")


def test_the_first_row_says_how_long_the_line_takes(desk_folder):
    with console(desk_folder, (120, 36)) as shown:
        answer(shown, 1)  # which Textual asks when it starts
        shown.shows("Fatura", "? help")
        assert not re.search(r"\d ms", shown.text)
        shown.press("j")
        answer(shown, 2, after=0.3)
        shown.until(lambda text: re.search(r"\b\d{3,} ms   \w+ \d\d:\d\d", text.split("\n")[0]))
        taken = int(re.search(r"(\d+) ms", shown.text)[1])
        assert taken >= 300
        asked = shown.sent.count(ASKED)
        shown.press("j", "k", "j")
        shown.rests()
        assert shown.sent.count(ASKED) == asked == 2  # not with each key
        shown.resize(100, 24)
        shown.shows(f"{taken} ms   ", "? help")


def test_a_terminal_that_answers_nothing_is_asked_nothing_more(desk_folder):
    with console(desk_folder, (120, 36)) as shown:
        shown.shows("Fatura", "? help")
        shown.press("j", "k", "j")
        shown.rests()
        assert shown.sent.count(ASKED) == 1
