"""A console by itself has a sync process at work, has another one when that dies, and leaves none behind."""

import os
import signal

import pytest
from made.window import children, naming, window
from servers.boxes import letter
from servers.grounds import until_true

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
