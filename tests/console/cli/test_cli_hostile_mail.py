"""No escape, control or direction character reaches a terminal, over every command, from mail, names and errors."""

import argparse
import fcntl
import os
import pty
import re
import struct
import sys
import termios
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import pexpect
import pytest

from console.cli import main
from console.cli.parser import build

# Whatever a terminal might obey, or a reader be misled by: but for the line ends that the pty itself makes.
BARRED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
OUR_BOLD = re.compile("\x1b\\[1m([^\x1b]*)\x1b\\[0m")
EVIL = "\x1b]0;title\x07\x1b[31mred\x1b[2J\x9b31m\x85\u202egnp.exe\u202c\u2066x\u200f\x7f\x05\x0e"


def hostile(number: int, answers: int | None = None) -> bytes:
    word = EVIL.replace("\n", "")
    reference = f"In-Reply-To: <{answers}@evil.example>\n" if answers else ""
    encoded = "".join(f"={byte:02X}" for byte in word.encode())
    return (
        f"From: =?utf-8?Q?Eve{encoded}?= <eve{number}@evil.example>\n"
        f"To: =?utf-8?Q?{encoded}?= <suporte@plantao.example>\n"
        f"Subject: =?utf-8?Q?assunto{encoded}?= raw\x1b[5m {word}\n"
        f"Message-ID: <{number}@evil.example>\n{reference}"
        f"X-Odd\x1b[1m: {word}\nDate: Mon, 2 Nov 2026 09:0{number}:00 -0300\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/mixed; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain; charset=utf-8\n\nmaligno {EVIL}\n> quoted {EVIL}\n"
        f"--b\nContent-Type: text/html; charset=utf-8\n\n<p>html &#27;[31m &#x9b;2J {EVIL} &#8238;</p>\n"
        f"--b\nContent-Type: image/png\nContent-Disposition: attachment; filename*=utf-8''"
        f"{''.join(f'%{byte:02X}' for byte in word.encode())}.png\nContent-Transfer-Encoding: base64\n\niVBORw==\n"
        f"--b--\n"
    ).encode("utf-8", "surrogateescape")


@pytest.fixture
def evil_home(home: Path, run, tmp_path: Path) -> Path:
    for number, answers in ((1, None), (2, 1), (3, None), (4, None), (5, None)):
        name = f"{number}{EVIL.replace('/', '')}.eml"
        (tmp_path / name).write_bytes(hostile(number, answers))
    (tmp_path / f"no mail {EVIL}").write_bytes(b"\x1b[31m nothing")
    assert run("import", tmp_path).status == 1
    return home


def on_a_terminal(*arguments: str, typed: bytes = b"", **environment: str) -> str:
    """Run a command on a pty of its own, in a fork of this process, and return all that came out of it.

    A fork has everything imported: a process started anew for each of forty commands takes two minutes.
    """
    child, terminal = pty.fork()
    if child == 0:
        _be_the_command(arguments, environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    os.write(terminal, typed)
    said = b""
    with suppress(OSError):  # which is how Linux says that the other end is closed
        while some := os.read(terminal, 65536):
            said += some
    os.close(terminal)
    assert os.WIFEXITED(os.waitpid(child, 0)[1])
    return said.decode()


def _be_the_command(arguments: tuple[str, ...], environment: dict[str, str]) -> NoReturn:
    status = 70
    try:
        sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
        os.environ.update({"PAGER": "cat", "TERM": "xterm-256color", **environment})
        os.environ.pop("NO_COLOR", None) if "NO_COLOR" not in environment else None
        status = main(list(arguments))
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


SAVED = "a folder of the test"
COMMANDS = [
    ("list", "is:settled"),
    ("list", "is:settled", "--json"),
    ("search", "maligno"),
    ("search", "maligno", "--json"),
    ("show", "1-4"),
    ("show", "1", "--full", "--all-headers"),
    ("show", "1", "--raw"),
    ("show", "1", "--raw", "--all-headers", "--json"),
    ("show", "m1", "--source"),
    ("show", "m1", "--headers"),
    ("show", "m1", "--parts"),
    ("show", "m1", "--parts", "--json"),
    ("files", "1"),
    ("files", "1", "--json"),
    ("files", "1", "--save", "all", "--to", SAVED),
    ("files", "1", "--save", "1", "--to", f"/nowhere/{EVIL}"),
    ("why", "1"),
    ("why", "1", "--json"),
    ("export", "messages"),
    ("take", "1"),
    ("assign", "2", "--to", f"no{EVIL}body".replace("\x00", "")),
    ("tag", "1", f"+x{EVIL}"),
    ("tag", "1", "--remove", f"x{EVIL}"),
    ("snooze", "1", "--until", EVIL),
    ("resolve", f"1{EVIL}"),
    ("split", f"m1{EVIL}"),
    ("list", f"subject:{EVIL}"),
    ("list", f"{EVIL}:{EVIL}"),
    ("search", f'"{EVIL}'),
    ("import", f"/nowhere/{EVIL}"),
    ("import", f"/nowhere/{EVIL}", "--mailbox", f"box{EVIL}", "--address", f"a{EVIL}@b"),
    ("list", "--store", f"/nowhere/{EVIL}"),
    ("list", "--store", f"odd{EVIL}://x"),
    ("list", "--config", f"/nowhere/{EVIL}"),
    ("account", "add", f"n{EVIL}", "--address", f"a{EVIL}", "--imap", f"h{EVIL}:1"),
    ("account", "check", f"n{EVIL}"),
    ("account", "remove", f"n{EVIL}"),
    (f"no such command {EVIL}",),
    ("list", f"--no-such-flag{EVIL}"),
    ("history",),
    ("history", "--json"),
    ("undo",),
    ("redo",),
    ("join", "3", "4"),
    ("config",),
    ("config", "check"),
    ("doctor",),
    ("doctor", "--json"),
    ("doctor", "--reparse"),
    ("account", "list"),
    ("sync",),
    ("completion", "bash"),
    ("reply", "1", f"x{EVIL}", "--draft"),
    ("reply", "1", "x", "--subject", EVIL),
    ("reply", "1", "x", "--to", f"{EVIL}@x", "--right", EVIL),
    ("reply", "1", "x", "--attach", f"/nowhere/{EVIL}"),
    ("outbox", "list"),
    ("outbox", "hold", EVIL),
]


def test_nothing_that_commands_reaches_a_terminal(evil_home: Path, tmp_path: Path):
    assert BARRED.search(EVIL)
    shown = []
    saved = tmp_path / "saved"
    saved.mkdir()
    for given in COMMANDS:
        arguments = tuple(str(saved) if one == SAVED else one for one in given)
        said = on_a_terminal(*arguments)
        assert "unforeseen" not in said, arguments
        shown.append(said)
        left = OUR_BOLD.sub(r"\1", said).replace("\r\x1b[K", "").replace("\x1b[K", "").replace("\r", "")
        # What progress wrote over, in a row of its own.
        found = BARRED.search(left)
        assert found is None, f"{arguments[0]}: {left[max(0, found.start() - 60) : found.start() + 20]!r}"
    assert sum("maligno" in one for one in shown) >= 6
    names = [one.name for one in saved.iterdir()]
    assert len(names) == 2
    assert not any(BARRED.search(name) for name in names)
    assert sum("[31mred" in one for one in shown) >= 8  # the letters stay, as text


def commands_of(
    parser: argparse.ArgumentParser, *words: str
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    """Every command there is, with its own parser."""
    under = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if words and (not under or parser.get_default("run")):
        yield words, parser
    for action in under:
        for name, each in action.choices.items():
            yield from commands_of(each, *words, name)


def given_to(parser: argparse.ArgumentParser, *, evil: bool, folder: Path) -> list[str]:
    """Words for every place of a command: hostile ones, or such as it can do something with, hostile where it is text."""
    words = []
    for action in parser._actions:
        if isinstance(action, (argparse._HelpAction, argparse._SubParsersAction)) or action.dest in LEFT:
            continue
        value = EVIL if evil else likely(action, folder)
        if action.choices and not evil:
            value = str(next(iter(action.choices)))
        if action.nargs == 0:
            continue
        if not action.option_strings:
            words.append(value)
        elif action.required or (not evil and action.dest in TEXTS):
            words.append(f"{action.option_strings[-1]}={value}")
    return words


def likely(action: argparse.Action, folder: Path) -> str:
    name = str(action.metavar or action.dest).upper()
    for word, value in (
        ("FILE", str(folder / "file.md")),
        ("FOLDER", str(folder)),
        ("PATH", str(folder)),
        ("WHO", "eve1@evil.example"),
        ("CUSTOMER", "eve1@evil.example"),
        ("ORGANIZATION", "evil.example"),
        ("KNOB", f"zone={EVIL}"),
        ("FIELD", f"role={EVIL}"),
        ("WHEN", "tomorrow 9:00"),
        ("UNTIL", "tomorrow 9:00"),
        ("ID", "1"),
        ("MESSAGE", "m1"),
        ("NUMBER", "1"),
        ("AGENT", "me"),
    ):
        if word in name:
            return value
    return f"x {EVIL}"


LEFT = {"store", "config", "json", "editor"}
TEXTS = {"text", "title", "reason", "asked", "tried", "cause", "solution", "notes", "when", "until", "subject", "to"}
PARTS = 6


@pytest.mark.parametrize("part", range(PARTS))
def test_no_command_at_all_prints_what_acts(
    part: int, evil_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """With words that it cannot take, with such as it can, and once more what lists and shows, over what came of that."""
    folder = tmp_path / "given"
    folder.mkdir()
    monkeypatch.chdir(folder)  # where files are written that are named by hostile words
    (folder / "file.md").write_text(f"---\nname: {EVIL}\n---\n{EVIL}\n".replace("\x00", ""))
    rooms = {words[0] for words, _ in commands_of(build())} - {"demo"}  # which opens the console
    mine = sorted(rooms)[part::PARTS]
    some = [(words, parser) for words, parser in commands_of(build()) if words[0] in mine]
    assert len(some) > 10
    wrong, red = [], 0
    for words, parser in some:
        if words == ("oncall",):
            continue  # the console's own
        for evil in (False, True):
            said = without_acting(*words, *given_to(parser, evil=evil, folder=folder))
            red += "[31mred" in said
            if not evil and "--help" in said:
                wrong.append(words)
    assert red > len(some) / 2
    assert len(wrong) < len(some) / 4, wrong
    for words, parser in some:
        if words[-1] in {"list", "show", "history", "check", "doctor", "report", "handover"}:
            without_acting(*words, *given_to(parser, evil=False, folder=folder))
            without_acting(*words, *given_to(parser, evil=False, folder=folder), "--json")


def without_acting(*arguments: str) -> str:
    said = on_a_terminal(*(one.replace("\x00", "") for one in arguments), EDITOR="true", typed=b"\x04" * 40)
    assert "unforeseen" not in said, (arguments, said)
    left = OUR_BOLD.sub(r"\1", said).replace("\r\x1b[K", "").replace("\x1b[K", "").replace("\r", "")
    found = BARRED.search(left.replace("\x08\x08", ""))
    assert found is None, f"{arguments}: {left[max(0, found.start() - 60) : found.start() + 20]!r}"
    return said


def test_the_process_itself_prints_no_more_than_its_command(evil_home: Path):
    arguments = ["-m", "console.cli", "show", "1", "--full", "--all-headers"]
    environment = {**os.environ, "PAGER": "cat", "TERM": "xterm-256color"}
    child = pexpect.spawn(sys.executable, arguments, env=environment, timeout=120, encoding="utf-8")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "maligno" in child.before
    assert BARRED.search(OUR_BOLD.sub(r"\1", child.before).replace("\r", "")) is None


def test_a_pipe_gets_the_same_cleaning(evil_home: Path, spawn):
    for arguments in (
        ("show", "1", "--full", "--all-headers"),
        ("show", "1", "--raw"),
        ("export", "messages"),
        ("list", "is:settled"),
    ):
        said = spawn(*arguments)
        assert said.out
        assert BARRED.search(said.out + said.err) is None


def test_no_color_means_no_escape_at_all(evil_home: Path):
    assert "\x1b[1m" in on_a_terminal("show", "1")
    assert "\x1b" not in on_a_terminal("show", "1", NO_COLOR="1")
    assert "\x1b" not in on_a_terminal("show", "1", TERM="dumb")


def test_long_text_goes_through_the_pager_and_short_text_does_not(evil_home: Path, tmp_path: Path):
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\necho PAGED\ncat\n")
    pager.chmod(0o755)
    long = on_a_terminal("show", "1-4", "--full", "--all-headers", PAGER=str(pager))
    assert "PAGED" in long
    assert BARRED.search(OUR_BOLD.sub(r"\1", long).replace("\r", "")) is None
    assert "PAGED" not in on_a_terminal("list", "is:settled", PAGER=str(pager))
    assert "maligno" in on_a_terminal("show", "1-4", "--full", "--all-headers", PAGER="/nowhere/no-pager")
