"""Mail on its way out, as all floors see it: how far it is, for each recipient, and what keeps it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from storage.kinds.words import Delivery, Hold

OPEN: Final = frozenset({Delivery.QUEUED, Delivery.SENDING, Delivery.DATA_SENT})
"""The states from which a message goes on by itself."""


@dataclass(frozen=True, slots=True)
class RecipientView:
    """One recipient of a message.

    Attributes:
        address: empty when it was erased.
        code: the server's last answer about it, `None` before there is one; `words` what it said, or what kept it.
    """

    place: int
    address: str
    state: Delivery
    code: int | None
    words: str


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """How far a message is.

    Attributes:
        state: of the whole: the recipient that is least far, or fares worst.
        agent: who sent it; empty for the desk itself.
        leaves_at: until when it can be taken back.
        trouble: why the last try failed, while there will be another; `next_at` when.
    """

    message_id: int
    state: Delivery
    hold: Hold | None
    agent_id: int | None
    agent: str
    queued_at: datetime
    leaves_at: datetime
    recipients: tuple[RecipientView, ...]
    trouble: str = ""
    next_at: datetime | None = None

    @property
    def failed(self) -> tuple[RecipientView, ...]:
        """Those whom it will not reach."""
        return tuple(one for one in self.recipients if one.state is Delivery.FAILED)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message in the outbox, in one line.

    Attributes:
        conversation_id: where it stands; `None` when it was taken back.
        customer: of the conversation, by name.
    """

    conversation_id: int | None
    mailbox: str
    customer: str
    subject: str
    delivery: DeliveryView


def needs_agent(delivery: DeliveryView) -> bool:
    """Say whether a message waits for an agent to decide: it failed, may have been sent, or is held by what came."""
    if delivery.hold in {Hold.NEWS, Hold.ACCOUNT} or delivery.state is Delivery.UNCERTAIN:
        return True
    return bool(delivery.failed)
