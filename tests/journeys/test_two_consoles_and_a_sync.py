"""Two consoles and a sync on one store, each a process of its own: whatever one does, the others show."""

import sys
import time

import pytest
from made.window import window
from servers.boxes import letter
from servers.grounds import until_true

pytestmark = [pytest.mark.server, pytest.mark.slow]


def test_mail_and_deeds_show_in_both_consoles_and_on_the_server(ground, syncing):
    """The seconds that each took are printed (`pytest -s`); half a second is the goal, and the machine's affair."""
    took = {}
    ground.deliver(letter(1, subject="Old question"))
    syncing()
    with (
        window(*ground.where, size=(80, 24), **ground.environment) as one,
        window(*ground.where, size=(120, 36), **ground.environment) as two,
    ):
        one.shows("Old question")
        two.shows("Old question")
        [uid] = ground.deliver(letter(2, sender="bia@acme.example", subject="Fresh question"))
        began = time.monotonic()
        one.shows("Fresh question")
        two.shows("Fresh question")
        took["mail, from its delivery to both screens"] = time.monotonic() - began

        began = time.monotonic()
        one.press("e")  # the oldest: on the first row of both
        one.shows("resolved #1 Old question", "3 All 1")
        took["e, from the key to its own toast and queue"] = time.monotonic() - began
        two.until(lambda text: "3 All 1" in text)
        took["e, from the key to the row's going there"] = time.monotonic() - began

        began = time.monotonic()
        one.press("u")
        one.shows("taken back")
        took["u, from the key to its own toast"] = time.monotonic() - began
        two.until(lambda text: "3 All 2" in text and "Old question" in text)
        took["u, from the key to the row there"] = time.monotonic() - began

        one.press("G")
        one.until(lambda text: "▌" in next(row for row in text.split("\n") if "Fresh question" in row))
        began = time.monotonic()
        one.press("e")
        two.until(lambda text: "3 All 1" in text and "Fresh question" not in text)
        until_true(lambda: r"\Seen" in ground.server.flags(ground.user)[uid], "\\Seen on the server")
        took["e, from the key to \\Seen on the server"] = time.monotonic() - began
        began = time.monotonic()
        one.press("u")
        two.shows("Fresh question")
        until_true(lambda: r"\Seen" not in ground.server.flags(ground.user)[uid], "\\Seen gone from the server")
        took["u, from the key to \\Seen gone from the server"] = time.monotonic() - began

        for shown in (one, two):
            shown.press(":quit\r")
            assert shown.ends() == 0
    sys.stdout.write("\n" + "\n".join(f"{seconds:6.3f} s  {what}" for what, seconds in took.items()))
