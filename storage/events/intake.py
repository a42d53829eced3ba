"""The facts of mail coming in: persons met, messages received, joined, merged, split, quarantined."""

from typing import ClassVar, Literal

from storage.events.base import Fact, Personal
from storage.kinds import Automatic, Direction, Evidence, PersonKind, QuarantineReason, Status


class Met(Fact):
    """Somebody wrote, or was written to, for the first time.

    Attributes:
        organization_id: to whose domain the address belongs; `None` when to nobody's.
    """

    kind: Literal["met"] = "met"
    version: ClassVar[int] = 2
    person_id: int
    address_id: int
    person_kind: PersonKind
    group: str
    organization_id: int | None = None
    name: Personal[str | None] = None
    address: Personal[str | None] = None


class Received(Fact):
    """A message came that the desk did not know; `happened_at` is the server's INTERNALDATE.

    Attributes:
        key, header_key: hex digests, as in `storage.models.Message`.
        raw_digest: hex SHA-256 of the delivery's bytes; `size` their number.
    """

    kind: Literal["received"] = "received"
    message_id: int
    raw_id: int
    raw_digest: str
    size: int
    mailbox_id: int
    author_id: int | None
    customer_id: int | None
    direction: Direction
    automatic: Automatic
    key: str
    header_key: str | None
    history: bool


class Redelivered(Fact):
    """Another delivery of a message that the desk knows."""

    kind: Literal["redelivered"] = "redelivered"
    message_id: int
    raw_id: int
    raw_digest: str
    size: int
    mailbox_id: int


class Quarantined(Fact):
    """A delivery that could not be read: kept as raw text, with the reason."""

    kind: Literal["quarantined"] = "quarantined"
    raw_id: int
    raw_digest: str
    size: int
    mailbox_id: int
    reason: QuarantineReason


class Joined(Fact):
    """A message took its place in a conversation, the conversation's first one when `starts`.

    Attributes:
        starts: the status of the conversation that begins with this message; `None` when it stood already.
        evidence: the rule of threading that put it there; `through_id` the message by which.
        participants: the persons whom the message names; its author is in the fact of its coming.
    """

    kind: Literal["joined"] = "joined"
    message_id: int
    conversation_id: int
    mailbox_id: int
    starts: Status | None
    evidence: Evidence
    through_id: int | None
    participants: tuple[int, ...]


class Merged(Fact):
    """Two conversations became one: `other_id` stays as an alias of `conversation_id` for ever.

    Attributes:
        message_ids: the messages that moved, with the evidence each had `before` and has `after`.
        by_agent: an agent decided it, rather than a rule of threading.
        lifts: the two had been parted, and are not any more.
    """

    kind: Literal["merged"] = "merged"
    conversation_id: int
    other_id: int
    message_ids: tuple[int, ...]
    before: tuple[Evidence, ...]
    after: tuple[Evidence, ...]
    mailbox_id: int
    by_agent: bool
    lifts: bool


class Split(Fact):
    """Messages left a conversation for another one.

    Attributes:
        other_id: where they went: a new number, or an alias that stands for itself again.
        starts: the status of a new one; `None` when the number stood already.
        message_ids: the messages that moved, with the evidence each had `before` and has `after`.
        parts: no rule of threading joins the two again.
    """

    kind: Literal["split"] = "split"
    conversation_id: int
    other_id: int
    mailbox_id: int
    starts: Status | None
    message_ids: tuple[int, ...]
    before: tuple[Evidence, ...]
    after: tuple[Evidence, ...]
    parts: bool


class Moved(Fact):
    """Messages were threaded anew, because mail that came later tells better where they belong.

    Attributes:
        conversation_id, other_id: where they stood and where they went; the same when only the reason changed.
        starts: the status of a conversation that begins with them; `None` when the number stood already.
        message_ids: the messages, with the evidence and the message by which they stood before and stand after.
    """

    kind: Literal["moved"] = "moved"
    conversation_id: int
    other_id: int
    mailbox_id: int
    starts: Status | None
    message_ids: tuple[int, ...]
    before: tuple[Evidence, ...]
    after: tuple[Evidence, ...]
    through_before: tuple[int | None, ...]
    through_after: tuple[int | None, ...]
