"""A desk between a real Dovecot, which mail is read from, and a real Postfix, which it is sent through."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest
from made.outbox import Outbox
from made.sending import kill
from servers.boxes import Box, bring

from console.config.accounts import Account
from console.mail.answering import send_draft
from console.mail.outgoing import smtp_server_of
from console.mail.sending import MailboxSender
from storage.commands import drafts
from storage.commands.desk import agent_named
from storage.commands.outbox.queueing import Sent
from storage.events import Actor
from storage.kinds import Delivery, DraftKind, Status
from storage.kinds.outbox import DeliveryView
from storage.queries import answering, conversations, outbox
from storage.store import Store, open_store
from storage.views import ConversationView

if TYPE_CHECKING:
    from servers.postfix import Postfix
    from servers.smtp import FaultySmtp

CUSTOMER = "ana@customer.example"


@dataclass
class Desk:
    """A desk with one mailbox, and an agent who answers."""

    store: Store
    box: Box
    account: Account
    actor: Actor

    def sync(self) -> None:
        """Read the mailbox once, and send what is due."""
        bring(self.store, self.box)

    def view(self, number: int) -> ConversationView:
        with self.store.reading() as session:
            return conversations.read(session, number, agent_id=None)

    def draft(self, number: int | None = 1, kind: DraftKind = DraftKind.REPLY, **values: object):
        """Begin a draft as the composer does."""
        with self.store.writing() as session:
            answer = answering.answerable(session, number) if number is not None else None
            message = answer.message if answer is not None else None
            mailbox = answer.sender.mailbox_id if answer is not None else answering.senders(session)[0].mailbox_id
            given = {"to": CUSTOMER, "subject": "Re: Pedido 1", "body": "Chega amanhã.", **values}
            return drafts.begin(
                session,
                agent_id=self.actor.agent_id,
                kind=kind,
                now=datetime.now(UTC),
                conversation_id=number,
                message_id=message.message_id if message is not None else None,
                mailbox_id=mailbox,
                values=given,
            )[0]

    def send(
        self, number: int | None = 1, *, after: Status | None = Status.WAITING, window: float = 0, **values
    ) -> Sent:
        """Write an answer and queue it; without a window it is due at once."""
        return send_draft(
            self.store,
            self.draft(number, **values),
            account=self.account,
            agent="Bia Lima",
            actor=self.actor,
            now=datetime.now(UTC),
            undo_window=timedelta(seconds=window),
            after=after,
        )

    def sender(self, **changes: object) -> MailboxSender:
        """The mailbox's sender, as the sync process makes it."""
        with self.store.reading() as session:
            mailbox_id = answering.senders(session)[0].mailbox_id
        account = self.account.model_copy(update=changes)
        return MailboxSender(mailbox_id, lambda: smtp_server_of(account, ""), self.store, Event())

    def delivery(self, message_id: int) -> DeliveryView:
        with self.store.reading() as session:
            found = outbox.delivery(session, message_id)
        assert found is not None
        return found

    def states(self, message_id: int) -> list[Delivery]:
        return [one.state for one in self.delivery(message_id).recipients]


@pytest.fixture
def desk(sync_store: Store, box: Callable[..., Box], postfix: "Postfix") -> Desk:
    """A desk whose mail leaves through Postfix."""
    return make_desk(sync_store, box, postfix.port)


@pytest.fixture
def desk_before(sync_store: Store, box: Callable[..., Box]) -> Callable[..., Desk]:
    """Make the desk whose mail leaves through the server at a port: `desk_before(port, sent_copy="server")`."""
    return lambda port, **settings: make_desk(sync_store, box, port, **settings)


@pytest.fixture(params=["sqlite", "postgresql"])
def either_store(request: pytest.FixtureRequest, empty_store: Path, tmp_path: Path) -> Iterator[Store]:
    """A store on either engine."""
    if request.param == "sqlite":
        shutil.copytree(empty_store, tmp_path / "desk")
        url = str(tmp_path / "desk")
    else:
        url = request.getfixturevalue("postgres_desk")()
    store = open_store(url)
    yield store
    store.close()


@pytest.fixture
def plain_outbox(empty_store: Path, tmp_path: Path, faulty_smtp: "FaultySmtp") -> Iterator[Outbox]:
    """An outbox on SQLite, before a server that goes wrong where a test says so."""
    shutil.copytree(empty_store, tmp_path / "desk")
    store = open_store(str(tmp_path / "desk"))
    yield Outbox(store, faulty_smtp)
    store.close()


@pytest.fixture
def either_outbox(either_store: Store, faulty_smtp: "FaultySmtp") -> Outbox:
    """An outbox, on either engine, before a server that goes wrong where a test says so."""
    return Outbox(either_store, faulty_smtp)


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


def make_desk(store: Store, box: Callable[..., Box], port: int, **settings: object) -> Desk:
    """Make a desk whose mail leaves through the server at a port."""
    given = {"address": "support@desk.example", "smtp": f"127.0.0.1:{port}", "smtp_tls": "none", "smtp_user": ""}
    mine = box("support", **{**given, **settings})
    with store.writing() as session:
        agent = agent_named(session, "Bia Lima", now=datetime.now(UTC))
    return Desk(store, mine, mine.account, Actor(agent, "test"))
