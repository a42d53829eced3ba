"""The facts of mail on its way out: queued, taken back, held, and how far it came for each recipient."""

from datetime import datetime
from typing import Literal

from storage.events.base import Fact, Personal
from storage.kinds import Delivery, Hold, Status


class Queued(Fact):
    """A message is to be sent, in the bytes that it has now.

    Attributes:
        agent_id: who sends it; `None` for the desk itself.
        raw_digest: hex SHA-256 of the bytes; `size` their number.
        sender: the envelope's: one of our own addresses, hence nobody's personal data; empty for automatic mail.
        leaves_at: until when it can be taken back.
        count: how many recipients; `recipients` are their addresses in the order of the envelope.
        starts: the status of the conversation that begins with it; `None` when it stood already.
    """

    kind: Literal["queued"] = "queued"
    conversation_id: int
    message_id: int
    mailbox_id: int
    agent_id: int | None
    raw_digest: str
    size: int
    sender: str
    leaves_at: datetime
    count: int
    starts: Status | None
    recipients: Personal[tuple[str, ...] | None] = None


class Cancelled(Fact):
    """A message was taken back before it left: it stands in no conversation any more.

    Attributes:
        starts: as it had been queued; the conversation that began with it is in the trash now, and keeps it.
    """

    kind: Literal["cancelled"] = "cancelled"
    conversation_id: int
    message_id: int
    starts: Status | None


class Held(Fact):
    """A queued message does not leave from now on, or may leave again.

    Attributes:
        before, after: why; `None` when nothing keeps it.
        seen: the newest message of the conversation that whoever lets it leave has seen.
    """

    kind: Literal["held"] = "held"
    conversation_id: int
    message_id: int
    before: Hold | None
    after: Hold | None
    seen: int


class DeliveryChanged(Fact):
    """A message came further, or not, for some of its recipients.

    Attributes:
        places: which recipients, by their place in the envelope; the others are as they were.
        before, after: how far it was and is for each of them.
        codes: what the server answered, `None` where it said nothing.
        words: what it said, or what we say of it.
    """

    kind: Literal["delivery_changed"] = "delivery_changed"
    conversation_id: int
    message_id: int
    places: tuple[int, ...]
    before: tuple[Delivery, ...]
    after: tuple[Delivery, ...]
    codes: tuple[int | None, ...]
    words: Personal[tuple[str, ...] | None] = None
