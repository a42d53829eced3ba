"""Letters for tests of intake: parsed messages, and their way through `take_in` into a store."""

import hashlib
import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from made.desk import parsed
from sqlalchemy import select

from storage.apply.base import table
from storage.commands.desk import mailbox_as
from storage.commands.intake import Delivery, Place, TakenIn, take_in
from storage.kinds import Automatic, QuarantineReason
from storage.kinds.mail import Correspondent, Parsed
from storage.models import Conversation, Message
from storage.store import Store

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""When the desk of these letters goes live, unless told otherwise."""

DESK = "desk@plantao.example"


def letter(
    header_id: str = "",
    *,
    by: str = "ana@acme.example",
    to: Sequence[str] = (DESK,),
    cites: Sequence[str] = (),
    subject: str = "Fatura",
    text: str = "Bom dia, a fatura veio errada.",
    quoted: str = "",
    dated_at: datetime | None = None,
    automatic: Automatic = Automatic.NO,
) -> Parsed:
    """A message as the parser gives it; what is cited stands in References, the last one in In-Reply-To too."""
    said = repr((by, to, subject, text, quoted, dated_at)).encode()
    return parsed(
        header_id=header_id,
        in_reply_to=tuple(cites[-1:]),
        references=tuple(cites),
        subject=subject,
        author=Correspondent(by.partition("@")[0].title(), by),
        to=tuple(Correspondent("", one) for one in to),
        dated_at=dated_at,
        text=f"{text}\n\n> {quoted}" if quoted else text,
        reply_text=text,
        quoted_text=quoted,
        automatic=automatic,
        digest=hashlib.sha256(said).digest(),
    )


class Post:
    """Brings letters to a store, in mailboxes of its own."""

    def __init__(
        self,
        store: Store,
        *,
        name: str = "desk",
        address: str = DESK,
        group: str = "",
        live_since: datetime | None = MONDAY,
        archive: str = "",
        trash: str = "",
    ) -> None:
        self.store = store
        self._numbers = itertools.count(1)
        self.now = MONDAY + 400 * DAY
        with store.writing() as session:
            self.mailbox_id = mailbox_as(
                session,
                name=name,
                address=address,
                group=group,
                live_since=live_since,
                archive=archive,
                trash=trash,
                now=MONDAY - 400 * DAY,
            )

    def delivery(
        self,
        message: Parsed | None,
        *,
        at: datetime = MONDAY,
        outgoing: bool = False,
        raw: bytes | None = None,
        place: Place | None = None,
    ) -> Delivery:
        """One delivery; without a message it is one that could not be read."""
        raw = (
            raw
            if raw is not None
            else f"{self.mailbox_id}/{next(self._numbers)}/{message and message.header_id}".encode()
        )
        return Delivery(
            mailbox_id=self.mailbox_id,
            raw_digest=hashlib.sha256(raw).digest(),
            size=len(raw),
            arrived_at=at,
            outgoing=outgoing,
            parsed=message,
            quarantined=None if message else QuarantineReason.NOT_MAIL,
            place=place,
        )

    def bring(self, *deliveries: Delivery) -> TakenIn:
        """Take deliveries in as one batch."""
        with self.store.writing() as session:
            return take_in(session, deliveries, now=self.now)

    def send(self, header_id: str = "", *, at: datetime = MONDAY, outgoing: bool = False, **given) -> int:
        """Bring one letter; return its message's number."""
        given.setdefault("dated_at", at)
        if outgoing:
            given = {"by": DESK, "to": ("ana@acme.example",), **given}
        (number,) = self.bring(self.delivery(letter(header_id, **given), at=at, outgoing=outgoing)).message_ids
        assert number is not None
        return number


def home(store: Store, message_id: int) -> int:
    """The conversation that a message stands in."""
    rows = table(Message)
    with store.reading() as session:
        return session.connection().execute(select(rows.c.conversation_id).where(rows.c.id == message_id)).scalar_one()


def row_of(store: Store, number: int, model=Conversation):
    """The row of that number."""
    rows = table(model)
    with store.reading() as session:
        return session.connection().execute(select(rows).where(rows.c.id == number)).one()
