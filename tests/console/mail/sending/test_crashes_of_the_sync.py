"""The sync process itself, as a command: killed, told to stop, started twice, and without a server for a while."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from made.sending import Fate, Post, assert_true, header_id
from servers import grounds
from servers.boxes import letter
from servers.smtp import FaultySmtp

from console.config.editing import add_account
from console.config.servers import Server
from storage.commands.outbox import acts
from storage.kinds import Delivery, DraftKind, Hold

pytestmark = [pytest.mark.server, pytest.mark.slow]

ROOT = Path(__file__).parents[4]


class Watching:
    """A desk, and the processes of `plantao sync --watch` that were started on it."""

    def __init__(self, desk: Any, folder: Path) -> None:
        self.desk = desk
        self.started: list[subprocess.Popen[bytes]] = []
        self._configuration = folder / "config.toml"
        self._home = folder
        add_account(self._configuration, desk.account, now=datetime.now(UTC))

    def start(self) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, "PLANTAO_HOME": str(self._home), "PYTHONPATH": str(ROOT), "LANGUAGE": "en"}
        store = str(self.desk.store.path.parent)
        command = [sys.executable, "-m", "console.cli", "sync", "--watch", "--store", store]
        with self.said(len(self.started)).open("wb") as log:
            process = subprocess.Popen(
                [*command, "--config", str(self._configuration)],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        self.started.append(process)
        return process

    def said(self, number: int) -> Path:
        """What the process of that number said of what went wrong."""
        return self._home / f"sync{number}.txt"

    def write(self, number: int, window: float = 0) -> Post:
        to = f"takes{number}@customer.example"
        sent = self.desk.send(None, kind=DraftKind.NEW, subject=f"Aviso {number}", to=to, window=window)
        return Post(sent.message_id, header_id(self.desk.store, sent.message_id), {to: Fate.TAKES})

    def state(self, post: Post) -> Delivery:
        (state,) = self.desk.states(post.message_id)
        return state

    def until(self, post: Post, *states: Delivery) -> None:
        grounds.until_true(lambda: self.state(post) in states, " or ".join(states))


@pytest.fixture
def watching(desk_before: Callable[..., Any], faulty_smtp: FaultySmtp, tmp_path: Path) -> Iterator[Watching]:
    desk = desk_before(faulty_smtp.port)
    desk.sync()
    here = Watching(desk, tmp_path)
    yield here
    for process in here.started:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait(30)


def test_a_sync_that_is_told_to_stop_lets_mail_leave_whose_window_runs(
    watching: Watching, faulty_smtp: FaultySmtp
) -> None:
    process = watching.start()
    watching.until(watching.write(1), Delivery.FILED)  # it runs
    post = watching.write(2, window=3)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert watching.state(post) in {Delivery.ACCEPTED, Delivery.FILED}
    assert faulty_smtp.copies(post.header_id) == 1


def test_told_twice_it_ends_at_once_and_the_mail_is_still_to_be_sent(
    watching: Watching, faulty_smtp: FaultySmtp
) -> None:
    process = watching.start()
    watching.until(watching.write(1), Delivery.FILED)
    post = watching.write(2, window=59)
    process.send_signal(signal.SIGINT)
    # The first has come when the default stands again, which the kernel shows.
    grounds.until_true(lambda: not _catches(process.pid, signal.SIGINT), "the first signal")
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == -signal.SIGINT
    assert watching.state(post) is Delivery.QUEUED
    assert faulty_smtp.copies(post.header_id) == 0


def _catches(pid: int, number: signal.Signals) -> bool:
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        pytest.skip("only Linux tells which signals a process catches")
    (caught,) = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("SigCgt:")]
    return bool(int(caught, 16) >> (number - 1) & 1)


def test_two_syncs_send_each_of_sixty_messages_once_and_the_second_takes_over(
    watching: Watching, faulty_smtp: FaultySmtp
) -> None:
    posts = [watching.write(number) for number in range(60)]
    first = watching.start()
    watching.until(posts[0], Delivery.ACCEPTED, Delivery.FILED)
    second = watching.start()
    assert second.wait(60) == 75
    assert "only one at a time" in watching.said(1).read_text("utf-8")
    first.kill()
    first.wait(30)
    watching.start()
    for post in posts:
        watching.until(post, Delivery.ACCEPTED, Delivery.FILED, Delivery.UNCERTAIN)
    doubtful = [post for post in posts if assert_true(watching.desk.store, list(faulty_smtp.arrived), post)]
    assert len(doubtful) <= 4  # one of each connection
    assert len({one.header_id for one in faulty_smtp.arrived}) == len(faulty_smtp.arrived) >= 56


def deaths(watching: Watching, faulty_smtp: FaultySmtp, *, count: int, seed: int) -> int:
    """Kill the command again and again while mail leaves and copies are laid; return how often it was at work."""
    chance = random.Random(f"sync --watch {seed}")
    posts: list[Post] = []
    died = 0
    for _ in range(count):
        fresh = [watching.write(len(posts) + number) for number in range(chance.randint(2, 6))]
        posts += fresh
        process = watching.start()
        watching.until(chance.choice(fresh), Delivery.ACCEPTED, Delivery.FILED, Delivery.UNCERTAIN)
        time.sleep(chance.uniform(0, 0.1))  # where it is then, is the chance that this test is about
        died += any(watching.state(post) is not Delivery.FILED for post in fresh)
        process.kill()
        process.wait(30)
    watching.start()
    for post in posts:
        watching.until(post, Delivery.FILED, Delivery.UNCERTAIN)
    doubtful = [post for post in posts if assert_true(watching.desk.store, list(faulty_smtp.arrived), post)]
    assert len(doubtful) <= count
    names = [str(raw) for raw in watching.desk.box.read("Sent")]
    assert len(names) == len(set(names)) == len(posts) - len(doubtful)
    return died


def test_five_deaths_of_the_command_while_mail_leaves(watching: Watching, faulty_smtp: FaultySmtp) -> None:
    assert deaths(watching, faulty_smtp, count=5, seed=20261127) >= 1


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(10))
def test_five_hundred_deaths_of_the_command(watching: Watching, faulty_smtp: FaultySmtp, seed: int) -> None:
    deaths(watching, faulty_smtp, count=50, seed=seed)


def test_without_a_server_all_is_kept_and_leaves_in_order_but_what_has_news(
    watching: Watching, faulty_smtp: FaultySmtp
) -> None:
    desk = watching.desk
    desk.box.deliver(letter(1, sender="ana@customer.example", to="support@desk.example"))
    desk.sync()
    gone = desk.sender(smtp=Server("127.0.0.1", grounds.free_ports(1)[0]))
    posts = [watching.write(number) for number in range(5)]
    answer = desk.send(1)
    assert gone.once() == 0
    assert [watching.state(post) for post in posts] == [Delivery.QUEUED] * 5
    view = desk.delivery(posts[0].message_id)
    assert view.next_at is not None
    assert view.next_at > view.queued_at
    desk.box.deliver(letter(2, sender="ana@customer.example", to="support@desk.example", answers=1))
    desk.sync()  # the mailbox can be read
    with desk.store.writing() as session:  # the server is back, and the time for another try has come
        numbers = [post.message_id for post in posts]
        acts.release(session, [*numbers, answer.message_id], actor=desk.actor, now=datetime.now(UTC))
    desk.box.deliver(letter(3, sender="ana@customer.example", to="support@desk.example", answers=1))
    desk.sync()
    assert [one.header_id for one in faulty_smtp.arrived] == [post.header_id for post in posts]
    assert desk.delivery(answer.message_id).hold is Hold.NEWS
    assert desk.states(answer.message_id) == [Delivery.QUEUED]
