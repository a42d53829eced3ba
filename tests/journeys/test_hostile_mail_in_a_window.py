"""Hostile mail and a hostile server at the terminal: what the console writes holds nothing of theirs that acts."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from made.window import window

from console.config.editing import add_account
from console.config.settings import read_account
from console.desk import open_desk
from storage.commands import triage
from storage.kinds.clean import clean_line

pytestmark = [pytest.mark.server, pytest.mark.slow]

BARS = "\x1b]52;c;", "\x1b]0;", "\x1b[31m", "\x1bP", "\x9b31m", "\x9d0;", "\x05", "\x07", "\x08", "\x7f", "\x0e", "\x85"
TURNS = (
    "\u202a",
    "\u202b",
    "\u202c",
    "\u202d",
    "\u202e",
    "\u2066",
    "\u2067",
    "\u2068",
    "\u2069",
    "\u200e",
    "\u200f",
    "\u061c",
)
PAYLOADS = (*BARS, *TURNS)
HARM = "".join(f"{one}EVIL" for one in PAYLOADS) + "\x1b\\"
GOOD = clean_line(HARM)
"""The same words without what acts: what a mail of the same shape may show."""

SEQUENCE = re.compile("\x1b(?:\\[([<-?]*)[0-9;:]*([ -/]*[@-~])|([\\]PX^_][^\x07\x1b]*)(?:\x07|\x1b\\\\)|([ -/]*[0-~]))")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def encoded(text: str) -> str:
    return "=?utf-8?Q?" + "".join(f"={byte:02X}" for byte in text.encode()) + "?="


def mail(number: int, words: str, *, answers: int | None = None) -> bytes:
    """A mail with the words in every place that a screen shows."""
    name = "".join(f"%{byte:02X}" for byte in f"f{words}.png".encode())
    headers = [
        f"From: {encoded(f'A {words}')} <eve@evil.example>",
        f"To: {encoded(words)} <support@example.org>",
        f"Subject: {encoded(f'S{number} {words}')} raw {words}",
        f"Message-ID: <window{number}@evil.example>",
        *([f"In-Reply-To: <window{answers}@evil.example>"] if answers else []),
        f"X-{words}: {words}",
        "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="b"',
    ]
    body = [
        *("--b", "Content-Type: text/plain; charset=utf-8", "", f"findme {words}", "", f"> quoted {words}"),
        *(
            "--b",
            "Content-Type: text/html; charset=utf-8",
            "",
            f'<p>html {words} <a href="https://x.example/{words}">l</a>',
        ),
        *("--b", "Content-Type: image/png", f"Content-Disposition: attachment; filename*=utf-8''{name}"),
        *("Content-Transfer-Encoding: base64", "", "iVBORw==", "--b--", ""),
    ]
    return "\r\n".join([*headers, "", *body]).encode()


@contextmanager
def refusing(words: str) -> Iterator[int]:
    """An IMAP server on loopback that refuses every sign-in with these words; gives its port."""
    said = words.encode()

    def serve() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            with client, client.makefile("rwb") as lines:
                lines.write(b"* OK [CAPABILITY IMAP4rev1] hello " + said + b"\r\n")
                lines.flush()
                for line in lines:
                    tag, command = line.split()[:2]
                    if command.upper() == b"CAPABILITY":
                        lines.write(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")
                    else:
                        lines.write(tag + b" NO [AUTHENTICATIONFAILED] " + said + b"\r\n")
                    lines.flush()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def all_screens(ground, words: str) -> str:
    """Go through every screen with these words everywhere, and return all that the console wrote."""
    ground.deliver(mail(1, words), mail(2, words, answers=1))
    with refusing(words) as port:
        account = {
            "name": "bad",
            "address": "bad@example.org",
            "imap": f"127.0.0.1:{port}",
            "user": "bad",
            "tls": "none",
            "password_command": "echo x",
        }
        add_account(ground.folder / "config.toml", read_account(account), now=datetime.now(UTC))
        with window(*ground.where, size=(120, 36), COLORTERM="truecolor", **ground.environment) as console:
            console.shows("S1 ", "mail stopped", "EVIL")
            desk = open_desk(str(ground.folder / "desk"), agent="tester")
            desk.tell_now(triage.tag, [1], add=[f"t{words}"[:40]], actor=desk.actor, now=datetime.now(UTC))
            desk.store.close()
            console.press("G")
            console.shows("+t")
            console.press("\r")
            console.shows("2 messages", "findme", "file  f", "bad: 127.0.0.1 refused")
            console.press("G")
            console.shows("tester · tagged")
            console.press("z")
            console.shows("> quoted")
            for keys, shown in (
                (("o",), "Files and links of #1"),
                (("W",), "why #1"),
                (("v", "s"), "of which message"),
            ):
                console.press(*keys)
                console.shows(shown, "EVIL")
                console.press("q" if keys != ("v", "s") else "\r")
            console.shows("as it came", "Message-ID")
            console.press("q")
            console.shows("> quoted")
            console.press("\x04", "g", "g", "t")
            console.shows("taken #")
            console.press("q", "/", *"findme")  # e is a letter here, however quickly it is typed
            console.until(lambda text: "/ findme" in text.split("\n")[0] and "2 messages" in text.split("\n")[1])
            console.press("\x1b[B", "\x1b[A", "\x07")  # ^g leaves the search
            console.shows("All ─", "taken #")
            console.press("?")
            console.shows("in the queue")
            console.press("\x07")
            console.shows("All ─", "taken #")
            console.press("e")
            console.shows("resolved #")
            console.press("u")
            console.shows("taken back")
            console.press(":quit\r")
            assert console.ends() == 0
            return console.sent.decode()


def acts(sent: str) -> tuple[set[str], set[str]]:
    """Return the sorts of sequences that were written, and the characters that act outside of them."""
    sorts = {"".join(part or "" for part in found.groups()) for found in SEQUENCE.finditer(sent)}
    return sorts, set(CONTROL.findall(SEQUENCE.sub("", sent)))


def test_a_console_writes_for_hostile_mail_only_what_it_writes_for_harmless_mail(make_ground):
    sent = all_screens(make_ground("evil"), HARM)
    for payload in PAYLOADS:
        assert f"{payload}EVIL" not in sent
    assert sent.count("EVIL") > 100
    assert not re.search("[\x80-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", sent)
    sequences, controls = acts(sent)
    usual_sequences, usual_controls = acts(all_screens(make_ground("good"), GOOD))
    assert sequences <= usual_sequences
    assert controls <= usual_controls <= {"\r", "\n"}
