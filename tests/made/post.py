"""Letters for tests of intake: parsed messages, and their way through `take_in` into a store."""

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from made.desk import parsed
from sqlalchemy import select

from storage.apply.base import table
from storage.commands import desk
from storage.commands.desk import agent_named, mailbox_as
from storage.commands.intake import Delivery as Brought
from storage.commands.intake import Place, TakenIn, take_in
from storage.commands.outbox import queueing, sending, steps
from storage.commands.outbox.items import Item, Result
from storage.events import Actor
from storage.kinds import Automatic, Delivery, QuarantineReason, Status
from storage.kinds.errors import Changed
from storage.kinds.mail import Correspondent, Parsed
from storage.kinds.outbox import DeliveryView
from storage.models import Conversation, Message
from storage.queries import outbox
from storage.rules.threading import own_message_id
from storage.store import Store

_UNIQUE = itertools.count(1)

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
    ) -> Brought:
        """One delivery; without a message it is one that could not be read."""
        raw = (
            raw
            if raw is not None
            else f"{self.mailbox_id}/{next(self._numbers)}/{message and message.header_id}".encode()
        )
        return Brought(
            mailbox_id=self.mailbox_id,
            raw_digest=hashlib.sha256(raw).digest(),
            size=len(raw),
            arrived_at=at,
            outgoing=outgoing,
            parsed=message,
            quarantined=None if message else QuarantineReason.NOT_MAIL,
            place=place,
        )

    def bring(self, *deliveries: Brought, now: datetime | None = None) -> TakenIn:
        """Take deliveries in as one batch, at their desk's moment or another one."""
        with self.store.writing() as session:
            return take_in(session, deliveries, now=now or self.now)

    def send(
        self,
        header_id: str = "",
        *,
        at: datetime = MONDAY,
        outgoing: bool = False,
        now: datetime | None = None,
        **given,
    ) -> int:
        """Bring one letter; return its message's number."""
        given.setdefault("dated_at", at)
        if outgoing:
            given = {"by": DESK, "to": ("ana@acme.example",), **given}
        delivery = self.delivery(letter(header_id, **given), at=at, outgoing=outgoing)
        (number,) = self.bring(delivery, now=now).message_ids
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


class Out:
    """An agent's answers, and the sender of one process; what a server says is made up here, its order is the real one."""

    def __init__(self, post: Post, agent: str = "Ana", *, holder: str = "here:1:1") -> None:
        self.post, self.store, self.holder = post, post.store, holder
        self.now = post.now
        with self.store.writing() as session:
            self.actor = Actor(agent_named(session, agent, now=MONDAY), "test")

    def queue(
        self,
        conversation_id: int | None,
        *,
        to: Sequence[str] = ("ana@acme.example",),
        cites: Sequence[str] = (),
        answers_id: int | None = None,
        after: Status | None = Status.WAITING,
        text: str = "Está corrigida.",
        begins_as: int | None = None,
        **choices,
    ) -> queueing.Sent:
        """Queue an answer, or a message that begins a conversation."""
        with self.store.writing() as session:
            number = begins_as or queueing.number_to_begin(session) if conversation_id is None else conversation_id
            key = desk.signing_key(session)
            name = own_message_id(key, conversation_id=number, unique=f"u{next(_UNIQUE)}", domain="plantao.example")
            outgoing = queueing.Outgoing(
                mailbox_id=self.post.mailbox_id,
                parsed=letter(name, by=DESK, to=to, cites=cites, subject="Re: Fatura", text=text, dated_at=self.now),
                raw_digest=hashlib.sha256(name.encode()).digest(),
                size=100,
                sender=DESK,
                recipients=tuple(to),
                conversation_id=number,
                begins=conversation_id is None,
                answers_id=answers_id,
            )
            return queueing.queue(
                session,
                outgoing,
                actor=self.actor,
                now=self.now,
                undo_window=timedelta(seconds=10),
                after=after,
                **choices,
            )

    def claim(self, *, seconds: int = 11) -> tuple[Item, ...]:
        """Take what is due so many seconds later."""
        self.now += timedelta(seconds=seconds)
        with self.store.writing() as session:
            return sending.claim(session, self.post.mailbox_id, holder=self.holder, now=self.now)

    def begin(self, item: Item) -> bool:
        """Note that an item is being sent."""
        with self.store.writing() as session:
            return item.message_id in steps.proceed(session, begin=[item], holder=self.holder, now=self.now)

    def hand_over(self, item: Item, refused: Mapping[int, Result] | None = None) -> None:
        """Note that all but the final dot has gone out."""
        with self.store.writing() as session:
            some = [steps.Handed(item, refused or {})]
            if item.message_id not in steps.proceed(session, handed=some, holder=self.holder, now=self.now):
                raise Changed("outbox", (item.message_id,))

    def end(self, item: Item, *results: Result) -> None:
        """Note what became of the recipients; one result stands for all."""
        every = results * len(item.recipients) if len(results) == 1 else results
        told = steps.Told(item, dict(zip((place for place, _ in item.recipients), every, strict=True)))
        with self.store.writing() as session:
            steps.proceed(session, told=[told], holder=self.holder, now=self.now)

    def leave(self, *results: Result) -> Item:
        """Let the one item that is due leave."""
        (item,) = self.claim()
        assert self.begin(item)
        self.hand_over(item)
        self.end(item, *(results or (Result(Delivery.ACCEPTED, 250, "taken"),)))
        return item

    def recover(self, *, holder: str = "other:1:1") -> int:
        """Let another sender go on where this one died."""
        with self.store.writing() as session:
            return sending.recover(session, self.post.mailbox_id, holder=holder, now=self.now)

    def view(self, message_id: int) -> DeliveryView:
        """How far a message is."""
        with self.store.reading() as session:
            found = outbox.delivery(session, message_id)
        assert found is not None
        return found

    def states(self, message_id: int) -> list[Delivery]:
        """How far it is for each recipient."""
        return [one.state for one in self.view(message_id).recipients]
