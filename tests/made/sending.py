"""A sender in a process of its own, killed or stopped where a test says so; and what must be true of mail afterwards."""

import multiprocessing
import os
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from multiprocessing.process import BaseProcess
from signal import Signals, pthread_kill
from typing import Any

from servers.smtp import Arrived, Step
from sqlalchemy import select
from sqlalchemy.engine import make_url

from console.config.accounts import Account
from console.mail.outgoing import smtp_server_of
from console.mail.sending import MailboxSender, clerk, sender
from console.mail.smtp.patience import Patient
from console.mail.smtp.transport import Transport
from console.mail.sync import sync_once
from storage.apply.base import table
from storage.commands.outbox import sending
from storage.kinds import Delivery
from storage.models import MessageText
from storage.queries import outbox
from storage.store import Store

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["console.mail.sync", "console.mail.sending", "storage.commands.outbox.sending"])
"""Everything is imported once: a sender begins in hundredths of a second."""

ARRIVED = (Delivery.ACCEPTED, Delivery.FILED)


class At(StrEnum):
    """Moments that only the sender knows."""

    TAKEN = "the 250 is read, nothing is noted"
    COMMIT = "before a commit"
    COMMITTED = "after a commit"
    DOT = "the data is noted as sent, the dot is not sent"


@dataclass(frozen=True)
class Orders:
    """What a sender does, and where it sends itself a signal.

    Attributes:
        syncs: it syncs the mailbox twice instead, which sends what is due and lays copies.
        at: where, at the `nth` time.
        claimed: seconds that its claims hold.
        at_once: messages that it claims at a time.
        dots: how many may be past their dot.
    """

    url: str
    mailbox_id: int
    account: str
    environment: dict[str, str] = field(default_factory=dict)
    syncs: bool = False
    at: At | None = None
    nth: int = 1
    sends: Signals = Signals.SIGKILL
    claimed: float | None = None
    at_once: int = sender.AT_ONCE
    dots: int = clerk.DOTS


def start(orders: Orders) -> BaseProcess:
    """Start a sender; its exit code is 0 when it has sent all that is due."""
    process = _FORKS.Process(target=_live, args=(orders,), daemon=True)
    process.start()
    return process


def kill(process: BaseProcess) -> None:
    """Kill a sender, and wait until the system knows nothing of it any more."""
    assert process.pid is not None
    with suppress(ProcessLookupError):
        os.kill(process.pid, Signals.SIGKILL)
    process.join(30)


def _live(orders: Orders) -> None:
    os.environ.update(orders.environment)
    if orders.claimed is not None:
        sending.CLAIMED = timedelta(seconds=orders.claimed)  # type: ignore[misc]
    sender.AT_ONCE = orders.at_once  # type: ignore[misc]
    clerk.DOTS = orders.dots  # type: ignore[misc]
    store = Store(make_url(orders.url), durable=not orders.syncs)
    account = Account.model_validate_json(orders.account)
    if orders.at is not None:
        _lay_in_wait(orders, store)
    if orders.syncs:
        for _ in range(2):  # what is sent in the first has its copy laid in the second
            outcome = sync_once(store, [account], report=lambda *_: None)
            assert outcome.troubles == [], outcome.troubles
        return
    MailboxSender(orders.mailbox_id, lambda: smtp_server_of(account, ""), store).once()
    store.close()


def _lay_in_wait(orders: Orders, store: Store) -> None:
    times = iter(range(1, 1_000_000))

    def passed() -> None:
        if next(times) == orders.nth:
            pthread_kill(threading.get_ident(), orders.sends)  # this thread must not go on while the others stop

    if orders.at is At.TAKEN:
        _after(Transport, "send", lambda said: passed() if any(one.accepted for one in said.values()) else None)
    elif orders.at is At.DOT:
        send = Patient.send

        def dot(self: Patient, said: Any) -> None:
            if said == b".\r\n":
                passed()
            send(self, said)

        Patient.send = dot  # type: ignore[method-assign]
    elif orders.at is At.COMMIT:
        commit = store.engine.dialect.do_commit

        def before(connection: Any) -> None:
            passed()
            commit(connection)

        store.engine.dialect.do_commit = before  # type: ignore[method-assign]
    elif orders.at is At.COMMITTED:
        _after(store.engine.dialect, "do_commit", lambda _: passed())


def _after(owner: Any, name: str, call: Callable[[Any], None]) -> None:
    does = getattr(owner, name)

    def wrapped(*given: Any, **named: Any) -> Any:
        result = does(*given, **named)
        call(result)
        return result

    setattr(owner, name, wrapped)


class Trap:
    """Does something to a sender when the server stands at a step of a message for the n-th time.

    It is called as `FaultySmtp.on_step`.
    """

    def __init__(self, step: Step, nth: int, do: Callable[[BaseProcess], None] = kill) -> None:
        self._step, self._nth, self._do = step, nth, do
        self._seen = 0
        self._lock = threading.Lock()
        self._armed = threading.Event()
        self._process: BaseProcess | None = None
        self.sprung = threading.Event()

    def arm(self, process: BaseProcess) -> None:
        """Say whom it is for; until then the server waits at its first step."""
        self._process = process
        self._armed.set()

    def __call__(self, step: Step, _message: int) -> None:
        self._armed.wait(30)
        if step is not self._step:
            return
        with self._lock:
            self._seen += 1
            now = self._seen == self._nth
        if now:
            assert self._process is not None
            self._do(self._process)
            self.sprung.set()


class Fate(StrEnum):
    """What a server does with a recipient."""

    TAKES = "takes"
    REFUSES = "refuses"
    PUTS_OFF = "puts off"


@dataclass(frozen=True)
class Post:
    """A message that was queued, and what its server will do with whom."""

    message_id: int
    header_id: str
    fates: dict[str, Fate]

    @property
    def goes(self) -> bool:
        """Whether a server takes it for anybody, so that its data are sent."""
        return Fate.TAKES in self.fates.values()


def header_id(store: Store, message_id: int) -> str:
    """The Message-ID of a message, without brackets."""
    texts = table(MessageText)
    with store.reading() as session:
        chosen = select(texts.c.header_id).where(texts.c.message_id == message_id)
        return str(session.connection().execute(chosen).scalar_one())


def states(store: Store, post: Post) -> dict[str, Delivery]:
    """How far a message is, for each recipient."""
    with store.reading() as session:
        view = outbox.delivery(session, post.message_id)
    assert view is not None
    assert {one.address for one in view.recipients} == set(post.fates)
    return {one.address: one.state for one in view.recipients}


def times_arrived(arrived: list[Arrived], post: Post) -> Counter[str]:
    """How often a message arrived, for each recipient."""
    here = [one for one in arrived if one.header_id == post.header_id]
    return Counter(address for one in here for address in one.rcpt_tos)


def assert_true(store: Store, arrived: list[Arrived], post: Post) -> bool:
    """Each recipient's state says what happened, and nobody has it twice; say whether it may have been sent."""
    times, now = times_arrived(arrived, post), states(store, post)
    doubtful = Delivery.UNCERTAIN in now.values()
    for address, fate in post.fates.items():
        told = f"{post.message_id} to {address}, whom the server {fate}: {now[address]}, arrived {times[address]} times"
        assert times[address] <= 1, told
        match now[address]:
            case Delivery.ACCEPTED | Delivery.FILED:
                assert times[address] == 1, told
            case Delivery.QUEUED | Delivery.CANCELLED:
                assert times[address] == 0, told
            case Delivery.FAILED:
                assert times[address] == 0, told
                assert fate is Fate.REFUSES, told
            case Delivery.UNCERTAIN:
                assert fate is Fate.TAKES, told
            case other:
                raise AssertionError(f"{told}: {other} is no state to stay in")
    return doubtful
