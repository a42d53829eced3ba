"""What the transport hands over, what it gets back, and which of it the desk has already."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import table
from storage.kinds import Channel, Direction, Ignored, QuarantineReason
from storage.kinds.mail import Parsed
from storage.models import Mailbox, Message, Outbox, Raw
from storage.models.statements import Lookup, some_values
from storage.rules.threading import group_key


@dataclass(frozen=True, slots=True)
class Place:
    """Where a delivery lies on its server."""

    folder_id: int
    uid: int
    flags: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery of a message, read or not.

    Attributes:
        raw_digest: SHA-256 of its bytes, which are in the store's content already; empty for `ignored` mail.
        size: of the bytes.
        arrived_at: the server's INTERNALDATE; for an imported file its Date.
        outgoing: it lies in a folder of sent mail; mail from an own address is outgoing in any case.
        parsed: what reading it gave; `None` when it is quarantined or ignored.
        source: the path of an imported file, `None` for mail from a server.
    """

    mailbox_id: int
    raw_digest: bytes
    size: int
    arrived_at: datetime
    outgoing: bool = False
    parsed: Parsed | None = None
    quarantined: QuarantineReason | None = None
    ignored: Ignored | None = None
    place: Place | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the messages that were fetched: `fetched` is the sum of the others, or mail was lost.

    Attributes:
        ignored: what was left out, and what was kept and asks for nothing; `ignored_by` says by which rule: ``draft``,
            ``deleted``, or ``rule:`` and the name of one that agents laid down.
    """

    fetched: int = 0
    joined: int = 0
    new: int = 0
    known: int = 0
    quarantined: int = 0
    ignored: int = 0
    ignored_by: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "Counts") -> "Counts":
        pairs = zip(self.figures(), other.figures(), strict=True)
        fetched, joined, new, known, quarantined, ignored = (mine + theirs for mine, theirs in pairs)
        named = dict(Counter(self.ignored_by) + Counter(other.ignored_by))
        return Counts(fetched, joined, new, known, quarantined, ignored, named)

    def figures(self) -> tuple[int, ...]:
        """Return the six figures in the order of the fields."""
        return (self.fetched, self.joined, self.new, self.known, self.quarantined, self.ignored)

    @property
    def adds_up(self) -> bool:
        """Whether every fetched message became one of the others."""
        return self.fetched == sum(self.figures()[1:])


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What taking a batch in did.

    Attributes:
        conversation_ids: the conversations that have something new.
        message_ids: the message of each delivery, in their order; `None` for quarantined and ignored ones.
        read: what was read of each message that is new, by its number.
        erased: digests of bytes that were erased once and are nobody's: whoever kept them forgets them before this is
            committed.
    """

    counts: Counts
    conversation_ids: frozenset[int] = frozenset()
    message_ids: tuple[int | None, ...] = ()
    read: Mapping[int, Parsed] = field(default_factory=dict)
    erased: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class BoxRow:
    """What taking mail in asks of a mailbox, read past the ORM, which takes longer than a message."""

    id: int
    group: str
    address: str
    aliases: Sequence[str]
    live_since: datetime | None


Box = Mailbox | BoxRow


@dataclass(slots=True)
class Incoming:
    """A message that is new to the desk, on its way into the record; a `quiet` one asks for nothing, by a rule."""

    message_id: int
    delivery: Delivery
    parsed: Parsed
    mailbox: Box
    key: bytes
    header_key: bytes | None
    cited: tuple[bytes, ...]
    direction: Direction
    history: bool
    author_id: int | None = None
    customer_id: int | None = None
    participants: tuple[int, ...] = ()
    own: frozenset[str] = field(default_factory=frozenset)
    quiet: bool = False
    channel: Channel = Channel.EMAIL

    @property
    def written_here(self) -> bool:
        """Whether an agent wrote it down for the desk: a note or a call, which names nobody and is cited by nothing."""
        return self.direction is Direction.INTERNAL or self.channel is not Channel.EMAIL

    @property
    def arrived_at(self) -> datetime:
        """When the server got it."""
        return self.delivery.arrived_at


@dataclass(slots=True)
class Known:
    """What of a batch the desk has already; a batch's own mail is added as it is taken in.

    Attributes:
        raw_ids: (delivery id, message id) by (mailbox id, digest).
        known_keys: the message by its key.
        keys: the key of each delivery's message, `None` of what was not read.
    """

    raw_ids: dict[tuple[int, bytes], tuple[int, int | None]]
    known_keys: dict[bytes, int]
    keys: Sequence[bytes | None]


_R, _M = table(Raw), table(Message)
_RAWS: Final = Lookup(
    lambda: select(_R.c.mailbox_id, _R.c.digest, _R.c.id, _R.c.message_id).where(_R.c.digest.in_(some_values()))
)
_OUT = table(Outbox)
_SENT: Final = Lookup(
    lambda: (
        select(_M.c.header_key, _M.c.id)
        .join(_OUT, _OUT.c.id == _M.c.id)
        .where(_M.c.header_key.in_(some_values()), _M.c.conversation_id.is_not(None))
    )
)
_KEYS: Final = Lookup(lambda: select(_M.c.key, _M.c.id).where(_M.c.key.in_(some_values())))


def message_key(group: str, parsed: Parsed) -> bytes:
    """Return what makes a message this message: its group, Message-ID, and digest of what it says."""
    return group_key(group, parsed.header_id.encode(), parsed.digest)


def header_key(group: str, header_id: str) -> bytes | None:
    """Return the digest by which a message is cited within its group; `None` for an empty Message-ID."""
    return group_key(group, header_id.encode()) if header_id else None


def known(session: Session, deliveries: Sequence[Delivery], groups: dict[int, str]) -> Known:
    """Return which of these deliveries, and which of their messages, the desk has."""
    connection = session.connection()
    held = _RAWS(connection, (delivery.raw_digest for delivery in deliveries if not delivery.ignored))
    raw_ids = {(row.mailbox_id, row.digest): (row.id, row.message_id) for row in held}
    keys = [message_key(groups[one.mailbox_id], one.parsed) if one.parsed else None for one in deliveries]
    known_keys = {row.key: row.id for row in _KEYS(connection, (key for key in keys if key is not None))}
    return Known(raw_ids, known_keys | _copies(session, deliveries, groups), keys)


def _copies(session: Session, deliveries: Sequence[Delivery], groups: dict[int, str]) -> dict[bytes, int]:
    """Return what is known for our own by its Message-ID, where a provider kept it in other bytes among the sent mail.

    Only there: whoever got a message of ours knows its Message-ID, and must not hide mail behind it.
    """
    ours: dict[bytes, bytes] = {}
    for one in deliveries:
        if one.outgoing and one.parsed is not None and one.parsed.header_id.startswith("p."):
            group = groups[one.mailbox_id]
            cited = header_key(group, one.parsed.header_id)
            if cited is not None:
                ours[message_key(group, one.parsed)] = cited
    found = {row.header_key: row.id for row in _SENT(session.connection(), ours.values())}
    return {key: found[cited] for key, cited in ours.items() if cited in found}
