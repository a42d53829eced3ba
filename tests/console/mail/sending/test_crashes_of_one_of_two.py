"""Two senders work one outbox, or one falls asleep and another takes over: every message arrives once."""

import os
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from signal import Signals

import pytest
from made.outbox import Outbox
from made.sending import At, Trap, start
from servers import grounds
from servers.smtp import Step

from storage.commands.outbox import acts
from storage.kinds import Delivery

pytestmark = [pytest.mark.server, pytest.mark.slow]

CLAIMED = 1.0
"""Seconds that the claim holds of who falls asleep, so that it can be waited out."""


@pytest.mark.parametrize("at_once", [3, 15], ids=["by one connection each", "by several"])
def test_two_senders_at_once_send_each_of_sixty_messages_once(
    either_outbox: Outbox, ended: Callable[[BaseProcess], BaseProcess], at_once: int
) -> None:
    sent = [either_outbox.write(number) for number in range(30)]
    together, both = threading.Barrier(2), threading.Event()

    def first_step(step: Step, _message: int) -> None:
        if step is Step.MAIL and not both.is_set():
            together.wait(60)  # nobody goes on until both have a message of their own in hand
            both.set()

    either_outbox.smtp.on_step = first_step
    runners = [ended(start(either_outbox.orders(at_once=at_once))) for _ in range(2)]
    assert both.wait(60)
    sent += [either_outbox.write(number) for number in range(30, 60)]  # while they are at it
    for runner in runners:
        runner.join(120)
        assert runner.exitcode == 0
    either_outbox.sender().once()
    assert either_outbox.smtp.connections >= 2
    assert Counter(one.header_id for one in either_outbox.smtp.arrived).most_common(1)[0][1] == 1
    assert [either_outbox.copies(one) for one in sent] == [1] * 60
    assert {state for one in sent for state in either_outbox.states(one)} == {Delivery.ACCEPTED}
    either_outbox.assert_whole()


@pytest.mark.parametrize("step", [Step.MAIL, Step.NAMED, Step.DATA])
def test_a_sender_that_slept_past_its_claim_sends_no_dot(
    either_outbox: Outbox, step: Step, ended: Callable[[BaseProcess], BaseProcess]
) -> None:
    sent = either_outbox.write(1)
    asleep, awake = threading.Event(), threading.Event()

    def put_to_sleep(process: BaseProcess) -> None:
        assert process.pid is not None
        os.kill(process.pid, Signals.SIGSTOP)
        asleep.set()
        awake.wait(60)

    trap = Trap(step, 1, put_to_sleep)
    either_outbox.smtp.on_step = trap
    sleeper = ended(start(either_outbox.orders(claimed=CLAIMED)))
    trap.arm(sleeper)
    assert asleep.wait(60)
    assert either_outbox.states(sent) == [Delivery.SENDING]
    grounds.until_true(lambda: either_outbox.sender().once() == 1, "the claim that runs out")
    assert either_outbox.states(sent) == [Delivery.ACCEPTED]
    assert sleeper.pid is not None
    os.kill(sleeper.pid, Signals.SIGCONT)
    awake.set()
    sleeper.join(60)
    assert sleeper.exitcode == 0
    assert either_outbox.copies(sent) == 1
    assert either_outbox.states(sent) == [Delivery.ACCEPTED]
    either_outbox.assert_whole()


@pytest.mark.parametrize("settled", [None, "again"])
def test_a_sender_that_slept_right_before_the_dot_does_not_send_it(
    either_outbox: Outbox, settled: str | None, ended: Callable[[BaseProcess], BaseProcess]
) -> None:
    """The data are noted as sent; another says that it may have been, and an agent perhaps has it sent again."""
    sent = either_outbox.write(1)
    sleeper = ended(start(either_outbox.orders(claimed=CLAIMED, at=At.COMMITTED, nth=4, sends=Signals.SIGSTOP)))
    # Recovered, claimed, begun, and now the data.
    grounds.until_true(lambda: either_outbox.states(sent) == [Delivery.DATA_SENT], "the data")

    def taken_over() -> bool:
        either_outbox.sender().once()
        return either_outbox.states(sent) == [Delivery.UNCERTAIN]

    grounds.until_true(taken_over, "the claim that runs out")
    if settled:
        with either_outbox.store.writing() as session:
            acts.settle(session, sent.message_id, "again", actor=either_outbox.actor, now=datetime.now(UTC))
        assert either_outbox.sender().once() == 1
    assert sleeper.pid is not None
    os.kill(sleeper.pid, Signals.SIGCONT)
    sleeper.join(60)
    assert sleeper.exitcode == 0
    assert either_outbox.copies(sent) == (1 if settled else 0)
    assert either_outbox.states(sent) == [Delivery.ACCEPTED if settled else Delivery.UNCERTAIN]
    either_outbox.assert_whole()


def test_a_sender_of_several_connections_that_slept_before_a_dot_sends_none_of_what_was_taken_over(
    either_outbox: Outbox, ended: Callable[[BaseProcess], BaseProcess]
) -> None:
    sent = [either_outbox.write(number) for number in range(20)]
    sleeper = ended(start(either_outbox.orders(claimed=CLAIMED, at=At.COMMITTED, nth=9, sends=Signals.SIGSTOP)))

    def states() -> list[Delivery]:
        return [state for one in sent for state in either_outbox.states(one)]

    grounds.until_true(lambda: _is_stopped(sleeper.pid), "the sleep")
    before = {one.message_id: either_outbox.copies(one) for one in sent}

    def taken_over() -> bool:
        either_outbox.sender().once()
        return {Delivery.QUEUED, Delivery.SENDING, Delivery.DATA_SENT}.isdisjoint(states())

    grounds.until_true(taken_over, "the claims that run out")
    uncertain = [one for one in sent if either_outbox.states(one) == [Delivery.UNCERTAIN]]
    assert sleeper.pid is not None
    os.kill(sleeper.pid, Signals.SIGCONT)
    sleeper.join(60)
    assert sleeper.exitcode == 0
    assert max(either_outbox.copies(one) for one in sent) == 1
    for one in sent:  # whose dot had gone out before the sleep is all that may be in doubt
        if one in uncertain:
            assert either_outbox.copies(one) == before[one.message_id] or either_outbox.states(one) == [
                Delivery.ACCEPTED
            ]
        else:
            assert either_outbox.copies(one) == 1
    either_outbox.assert_whole()


def _is_stopped(process: int | None) -> bool:
    stat = Path(f"/proc/{process}/stat").read_text("utf-8")
    return stat.rpartition(")")[2].split()[0] == "T"
