"""A console by itself has a sync process at work, has another one when that dies, and leaves none behind."""

import os
import signal
from datetime import UTC, datetime

import pytest
from made.window import children, naming, window
from servers.boxes import letter
from servers.grounds import until_true

from console.config.editing import add_account
from console.config.settings import read_account

pytestmark = [pytest.mark.server, pytest.mark.slow]


def test_mail_arrives_kill_9_brings_another_sync_and_quitting_ends_it(ground):
    ground.deliver(letter(1, subject="Before it began"))
    with window(*ground.where, **ground.environment) as console:
        console.shows("Before it began")
        [first] = children(console.process)
        ground.deliver(letter(2, subject="While it ran", sender="bia@acme.example"))
        console.shows("While it ran")

        os.kill(first, signal.SIGKILL)
        until_true(lambda: children(console.process) not in ([], [first]), "another sync process")
        [second] = children(console.process)
        ground.deliver(letter(3, subject="After the kill", sender="caio@acme.example"))
        console.shows("After the kill")
        assert children(console.process) == [second]

        console.press("q")
        assert console.ends() == 0
        until_true(lambda: naming(str(ground.folder)) == [], "no process of this desk is left")


def test_a_console_that_is_killed_leaves_no_sync_behind(ground):
    ground.deliver(letter(1, subject="Before it began"))
    with window(*ground.where, **ground.environment) as console:
        console.shows("Before it began")
        assert len(children(console.process)) == 1
        os.kill(console.process, signal.SIGKILL)
        until_true(lambda: naming(str(ground.folder)) == [], "no process of this desk is left")


def test_an_account_that_is_added_elsewhere_is_taken_in(ground, dovecot):
    user, secret = dovecot.user("added")
    dovecot.append(user, [letter(1, subject="For the new one")])
    more = {"address": "sales@example.org", "imap": f"127.0.0.1:{dovecot.port}", "tls": "none", "user": user}
    with window(*ground.where, **ground.environment, PLANTAO_PASSWORD_SALES=secret) as console:
        console.until(lambda _text: len(children(console.process)) == 1)
        ground.deliver(letter(2, subject="For the first one"))
        console.shows("For the first one")
        account = read_account({"name": "sales", **more, "live_since": "2026-06-01"})
        add_account(ground.folder / "config.toml", account, now=datetime.now(UTC))
        console.shows("For the new one")
