"""Two senders work one outbox, or one falls asleep and another takes over: every message arrives once."""

import os
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from signal import Signals

import pytest
from made.sending import At, Orders, Trap, header_id, kill, start
from servers import grounds
from servers.smtp import FaultySmtp, Step

from console.config.accounts import Account
from console.mail.answering import send_draft
from console.mail.outgoing import smtp_server_of
from console.mail.sending import MailboxSender
from console.mail.sync.running import add_mailboxes
from storage.commands import drafts
from storage.commands.desk import agent_named
from storage.commands.outbox import acts
from storage.commands.outbox.queueing import Sent
from storage.events import Actor
from storage.kinds import Delivery, DraftKind
from storage.queries import outbox
from storage.record import verify
from storage.store import Store, open_store

pytestmark = [pytest.mark.server, pytest.mark.slow]

CLAIMED = 1.0
"""Seconds that the claim holds of who falls asleep, so that it can be waited out."""


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, empty_store: Path, tmp_path: Path) -> Iterator[Store]:
    """A store on either engine."""
    if request.param == "sqlite":
        shutil.copytree(empty_store, tmp_path / "desk")
        url = str(tmp_path / "desk")
    else:
        url = request.getfixturevalue("postgres_url")
    store = open_store(url)
    yield store
    store.close()


class Outbox:
    """A mailbox whose mail leaves by the test's server, and an agent who writes."""

    def __init__(self, store: Store, smtp: FaultySmtp) -> None:
        self.store, self.smtp = store, smtp
        account = {
            "name": "support",
            "address": "support@desk.example",
            "imap": "127.0.0.1:1",
            "user": "support",
            "tls": "none",
            "smtp": f"127.0.0.1:{smtp.port}",
            "smtp_tls": "none",
            "smtp_user": "",
        }
        self.account = Account.model_validate(account)
        self.mailbox_id = add_mailboxes(store, [self.account])["support"]
        with store.writing() as session:
            self.actor = Actor(agent_named(session, "Bia Lima", now=datetime.now(UTC)), "test")

    def write(self, number: int) -> Sent:
        now = datetime.now(UTC)
        values = {"to": f"c{number}@customer.example", "subject": f"Aviso {number}", "body": "Mudamos de endereço."}
        with self.store.writing() as session:
            draft, _ = drafts.begin(
                session,
                agent_id=self.actor.agent_id,
                kind=DraftKind.NEW,
                now=now,
                mailbox_id=self.mailbox_id,
                values=values,
            )
        return send_draft(
            self.store,
            draft,
            account=self.account,
            agent="Bia Lima",
            actor=self.actor,
            now=now,
            undo_window=timedelta(0),
            after=None,
        )

    def orders(self, **given: object) -> Orders:
        url = self.store.url.render_as_string(hide_password=False)
        return Orders(url, self.mailbox_id, self.account.model_dump_json(), **given)  # type: ignore[arg-type]

    def sender(self) -> MailboxSender:
        return MailboxSender(self.mailbox_id, lambda: smtp_server_of(self.account, ""), self.store)

    def states(self, sent: Sent) -> list[Delivery]:
        with self.store.reading() as session:
            view = outbox.delivery(session, sent.message_id)
        assert view is not None
        return [one.state for one in view.recipients]

    def copies(self, sent: Sent) -> int:
        return self.smtp.copies(header_id(self.store, sent.message_id))

    def assert_whole(self) -> None:
        with self.store.reading() as session:
            assert verify(session).broken_at is None


@pytest.fixture
def desk(store: Store, faulty_smtp: FaultySmtp) -> Outbox:
    return Outbox(store, faulty_smtp)


@pytest.fixture
def ended() -> Iterator[Callable[[BaseProcess], BaseProcess]]:
    """Have senders ended after the test, however it went."""
    begun: list[BaseProcess] = []

    def keep(process: BaseProcess) -> BaseProcess:
        begun.append(process)
        return process

    yield keep
    for process in begun:
        kill(process)


def test_two_senders_at_once_send_each_of_sixty_messages_once(
    desk: Outbox, ended: Callable[[BaseProcess], BaseProcess]
) -> None:
    sent = [desk.write(number) for number in range(30)]
    together, both = threading.Barrier(2), threading.Event()

    def first_step(step: Step, _message: int) -> None:
        if step is Step.MAIL and not both.is_set():
            together.wait(60)  # nobody goes on until both have a message of their own in hand
            both.set()

    desk.smtp.on_step = first_step
    runners = [ended(start(desk.orders(at_once=3))) for _ in range(2)]
    assert both.wait(60)
    sent += [desk.write(number) for number in range(30, 60)]  # while they are at it
    for runner in runners:
        runner.join(120)
        assert runner.exitcode == 0
    desk.sender().once()
    assert desk.smtp.connections >= 2
    assert Counter(one.header_id for one in desk.smtp.arrived).most_common(1)[0][1] == 1
    assert [desk.copies(one) for one in sent] == [1] * 60
    assert {state for one in sent for state in desk.states(one)} == {Delivery.ACCEPTED}
    desk.assert_whole()


@pytest.mark.parametrize("step", [Step.MAIL, Step.NAMED, Step.DATA])
def test_a_sender_that_slept_past_its_claim_sends_no_dot(
    desk: Outbox, step: Step, ended: Callable[[BaseProcess], BaseProcess]
) -> None:
    sent = desk.write(1)
    asleep, awake = threading.Event(), threading.Event()

    def put_to_sleep(process: BaseProcess) -> None:
        assert process.pid is not None
        os.kill(process.pid, Signals.SIGSTOP)
        asleep.set()
        awake.wait(60)

    trap = Trap(step, 1, put_to_sleep)
    desk.smtp.on_step = trap
    sleeper = ended(start(desk.orders(claimed=CLAIMED)))
    trap.arm(sleeper)
    assert asleep.wait(60)
    assert desk.states(sent) == [Delivery.SENDING]
    grounds.until_true(lambda: desk.sender().once() == 1, "the claim that runs out")
    assert desk.states(sent) == [Delivery.ACCEPTED]
    assert sleeper.pid is not None
    os.kill(sleeper.pid, Signals.SIGCONT)
    awake.set()
    sleeper.join(60)
    assert sleeper.exitcode == 0
    assert desk.copies(sent) == 1
    assert desk.states(sent) == [Delivery.ACCEPTED]
    desk.assert_whole()


@pytest.mark.parametrize("settled", [None, "again"])
def test_a_sender_that_slept_right_before_the_dot_does_not_send_it(
    desk: Outbox, settled: str | None, ended: Callable[[BaseProcess], BaseProcess]
) -> None:
    """The data are noted as sent; another says that it may have been, and an agent perhaps has it sent again."""
    sent = desk.write(1)
    sleeper = ended(start(desk.orders(claimed=CLAIMED, at=At.COMMITTED, nth=4, sends=Signals.SIGSTOP)))
    # Recovered, claimed, begun, and now the data.
    grounds.until_true(lambda: desk.states(sent) == [Delivery.DATA_SENT], "the data")

    def taken_over() -> bool:
        desk.sender().once()
        return desk.states(sent) == [Delivery.UNCERTAIN]

    grounds.until_true(taken_over, "the claim that runs out")
    if settled:
        with desk.store.writing() as session:
            acts.settle(session, sent.message_id, "again", actor=desk.actor, now=datetime.now(UTC))
        assert desk.sender().once() == 1
    assert sleeper.pid is not None
    os.kill(sleeper.pid, Signals.SIGCONT)
    sleeper.join(60)
    assert sleeper.exitcode == 0
    assert desk.copies(sent) == (1 if settled else 0)
    assert desk.states(sent) == [Delivery.ACCEPTED if settled else Delivery.UNCERTAIN]
    desk.assert_whole()
