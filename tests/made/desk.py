"""A small desk made of facts, for tests of search and queries: what `sync` would have recorded, without a server."""

import hashlib
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from storage.events import (
    Actor,
    AgentJoined,
    Assigned,
    Fact,
    Joined,
    MailboxAdded,
    Met,
    Received,
    StatusChanged,
    Tagged,
)
from storage.kinds import Automatic, Direction, Evidence, PersonKind, Status
from storage.kinds.mail import Attachment, Correspondent, Original, Parsed
from storage.models import MessageText
from storage.models.details import details_of
from storage.record import record

START = datetime(2026, 8, 1, 12, tzinfo=UTC)
DESK = Actor(None)


def parsed(**given) -> Parsed:
    """A message as the parser gives it."""
    values = {
        "header_id": "",
        "in_reply_to": (),
        "references": (),
        "subject": "",
        "author": Correspondent("", ""),
        "reply_to": (),
        "to": (),
        "cc": (),
        "dated_at": None,
        "text": "",
        "reply_text": "",
        "quoted_text": "",
        "language": "",
        "attachments": (),
        "original": None,
        "automatic": Automatic.NO,
        "specials": frozenset(),
        "digest": b"",
    }
    return Parsed(**(values | given))


@dataclass
class MadeDesk:
    """Writes facts and texts through one session."""

    session: Session
    people: dict[str, int] = field(default_factory=dict)
    mailboxes: dict[str, int] = field(default_factory=dict)
    agents: dict[str, int] = field(default_factory=dict)
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _conversations: set[int] = field(default_factory=set)
    _kept: list[Fact] | None = None  # facts that wait to be recorded together

    def record(self, *facts: Fact, actor: Actor = DESK, now: datetime = START, **more) -> int:
        return record(self.session, facts, actor=actor, now=now, **more)

    def _write(self, *facts: Fact) -> None:
        if self._kept is None:
            self.record(*facts)
        else:
            self._kept += facts

    def agent(self, name: str) -> int:
        self.agents[name] = number = len(self.agents) + 1
        self.record(AgentJoined(agent_id=number, name=name, happened_at=START))
        return number

    def mailbox(self, name: str = "support") -> int:
        if name not in self.mailboxes:
            self.mailboxes[name] = number = len(self.mailboxes) + 1
            self.record(
                MailboxAdded(
                    mailbox_id=number,
                    name=name,
                    address=f"{name}@plantao.example",
                    aliases=(),
                    group="desk",
                    live_since=START,
                    archive="",
                    trash="",
                    happened_at=START,
                )
            )
        return self.mailboxes[name]

    def person(self, name: str, address: str) -> int:
        if address not in self.people:
            self.people[address] = number = len(self.people) + 1
            self.record(
                Met(
                    person_id=number,
                    address_id=number,
                    person_kind=PersonKind.CUSTOMER,
                    group="desk",
                    name=name or None,
                    address=address,
                    happened_at=START,
                )
            )
        return self.people[address]

    def message(
        self,
        text: str = "Bom dia.",
        *,
        conversation: int | None = None,
        subject: str = "Assunto",
        name: str = "Ana Souza",
        address: str = "ana@acme.example",
        at: datetime | timedelta = timedelta(),
        direction: Direction = Direction.INCOMING,
        mailbox: str = "support",
        status: Status = Status.NEW,
        evidence: Evidence = Evidence.NEW,
        through: int | None = None,
        language: str = "pt",
        attachments: tuple[Attachment, ...] = (),
        to: tuple[Correspondent, ...] = (),
        original: Original | None = None,
        source: str | None = None,
        dated_at: datetime | None = None,
    ) -> int:
        """Record a message that came in; return its id. Without a conversation it starts one of its own number."""
        arrived_at = START + at if isinstance(at, timedelta) else at
        mailbox_id = self.mailbox(mailbox)
        person_id = self.person(name, address)
        number = next(self._ids)
        conversation_id = number if conversation is None else conversation
        starts = conversation_id not in self._conversations
        self._conversations.add(conversation_id)
        digest = hashlib.sha256(str(number).encode()).hexdigest()
        self._write(
            Received(
                message_id=number,
                raw_id=number,
                raw_digest=digest,
                size=len(text),
                mailbox_id=mailbox_id,
                author_id=person_id if direction is Direction.INCOMING else None,
                customer_id=person_id,
                direction=direction,
                automatic=Automatic.NO,
                key=digest,
                header_key=None,
                history=False,
                happened_at=arrived_at,
            ),
            Joined(
                message_id=number,
                conversation_id=conversation_id,
                mailbox_id=mailbox_id,
                starts=status if starts else None,
                evidence=evidence,
                through_id=through,
                participants=(person_id,),
                happened_at=arrived_at,
            ),
        )
        shape = parsed(
            subject=subject,
            author=Correspondent(name, address),
            to=to,
            text=text,
            attachments=attachments,
            original=original,
            header_id=f"{number}@example",
        )
        self.session.add(
            MessageText(
                message_id=number,
                version=1,
                subject=subject,
                from_name=name,
                from_address=address,
                dated_at=dated_at,
                language=language,
                header_id=shape.header_id,
                source=source,
                details=details_of(shape),
                reply_text=text,
                text=text,
            )
        )
        if self._kept is None:
            self.session.flush()
        return number

    def many(self, texts: list[str], *, conversation: int) -> None:
        """Record further messages of a conversation, a second apart, in one go."""
        kept, self._kept = self._kept, []
        for place, text in enumerate(texts):
            self.message(text, conversation=conversation, at=timedelta(seconds=place))
        facts, self._kept = self._kept, kept
        assert facts is not None
        rows = list(self.session.new)
        self.session.expunge_all()  # the texts point at messages that the facts make first
        self.record(*facts)
        self.session.add_all(rows)
        self.session.flush()

    def move(self, conversation: int, before: Status, after: Status, *, agent: int | None = None) -> int:
        return self.record(
            StatusChanged(conversation_id=conversation, before=before, after=after, happened_at=START),
            actor=Actor(agent, "one" if agent else ""),
        )

    def assign(self, conversation: int, before: int | None, after: int | None, *, agent: int | None = None) -> int:
        return self.record(
            Assigned(conversation_id=conversation, before=before, after=after, happened_at=START),
            actor=Actor(agent, "one" if agent else ""),
        )

    def tag(self, conversation: int, *added: str, agent: int | None = None) -> int:
        return self.record(
            Tagged(conversation_id=conversation, added=added, removed=(), happened_at=START),
            actor=Actor(agent, "one" if agent else ""),
        )
