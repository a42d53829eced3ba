"""An outbox that a test's server empties: a mailbox that no mail is read from, and an agent who writes."""

from datetime import UTC, datetime, timedelta

from made.sending import Orders, header_id
from servers.smtp import FaultySmtp

from console.config.accounts import Account
from console.mail.answering import send_draft
from console.mail.outgoing import smtp_server_of
from console.mail.sending import MailboxSender
from console.mail.sync.running import add_mailboxes
from storage.commands import drafts
from storage.commands.desk import agent_named
from storage.commands.outbox.queueing import Sent
from storage.events import Actor
from storage.kinds import Delivery, DraftKind
from storage.queries import outbox
from storage.record import verify
from storage.store import Store


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

    def sender(self, connections: int = 4) -> MailboxSender:
        return MailboxSender(
            self.mailbox_id, lambda: smtp_server_of(self.account, ""), self.store, connections=connections
        )

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
