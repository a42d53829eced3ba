"""Conversations and what is decided about them: participants, tags, links, partings."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Computed, ForeignKey, Index, Integer, Text
from sqlmodel import Field

from storage.kinds import Channel, ConversationKind, LinkReason, Priority, Status, Tier
from storage.kinds.policies import Metric
from storage.models.log import only
from storage.models.people import key, number
from storage.models.types import Base, Utc, word

QUEUE_RANKS = """CASE
    WHEN joined_into IS NOT NULL THEN 9
    WHEN status = 'spam' THEN 6
    WHEN status = 'trash' THEN 7
    WHEN status IN ('resolved', 'closed') THEN 5
    WHEN snoozed_until IS NOT NULL THEN 3
    WHEN status IN ('waiting', 'on_hold') THEN 2
    WHEN oldest_unanswered_at IS NULL THEN 1
    ELSE 0 END"""
"""Who will be let down first: unanswered, then answered, then standing still, then settled, spam, trash and gone."""

_SINCE = "coalesce(due_at, oldest_unanswered_at + 3155760000000000, last_message_at + 3155760000000000, 0)"
QUEUE_ORDER = (
    f"CASE WHEN {_SINCE} = 0 THEN 0 ELSE {_SINCE} / 60000000 * 300000000"
    f" + touch_place * 60000000 + {_SINCE} % 60000000 END"
)
"""Within a rank: by the minute of the earliest deadline, then by touch model, then by the moment.

Where no clock runs, as in history, a conversation stands behind all in which one does, by its oldest unanswered
message, or else its last one: as if it were due a hundred years after (docs/decisions/0027).

One number holds all three: each minute has room for five places, and in each place for its microseconds.
"""

PRIORITIZED = "conversation.priority <> 'normal'"
"""What is rare: the index of priorities holds nothing else, and only who says so is served by it."""

TASKED = "conversation.kind IN ('task', 'checkin')"
"""What is rare likewise: tasks, which begin at the desk."""

SHOWN_BELOW = 4
"""Ranks below this one are the work still open; see `QUEUE_RANKS`."""


class Conversation(Base, table=True):
    """One customer problem, from first message to close.

    The columns after `snoozed_until` follow from the messages and are kept by `storage.apply`; the queue's
    own three are computed by the database, so that they can never be out of step.

    Attributes:
        joined_into: the conversation this number stands for since it was joined to another; an alias for ever.
        touch_place: where it stands among such as are as urgent, by the touch model of whom it is with (0 to 4).
        due_at, warn_at, due_metric: of the clock that runs and is due first; null when none runs
            (`storage.apply.clocks`).
        first_message_id: the earliest message by arrival, whose subject is the conversation's.
        customer_id: the author of the earliest incoming message, else the first person written to.
    """

    __table_args__ = (
        Index("conversation_queue", "queue_rank", "queue_order", "id"),
        Index("conversation_mine", "assignee_id", "queue_rank", "queue_order", "id"),
        Index("conversation_tier", "tier", "queue_rank", "queue_order", "id"),
        Index("conversation_mailbox", "mailbox_id", "queue_rank", "queue_order", "id"),
        Index("conversation_status", "status", "queue_rank", "queue_order", "id"),
        Index(
            "conversation_priority",
            "priority",
            "queue_rank",
            "queue_order",
            "id",
            **only("priority <> 'normal'"),
        ),
        Index(
            "conversation_task",
            "kind",
            "queue_rank",
            "queue_order",
            "id",
            **only("kind IN ('task', 'checkin')"),
        ),
        Index("conversation_recent", "last_message_at", "id", "queue_rank"),
        Index("conversation_customer", "customer_id", "queue_rank", "queue_at", "id"),
        Index("conversation_snoozed", "snoozed_until"),
        Index("conversation_due", "due_at", "id", **only("due_at IS NOT NULL")),
    )

    id: int = Field(sa_column=number())
    mailbox_id: int = Field(sa_column=key("mailbox"))
    status: Status = Field(sa_type=word(Status))
    assignee_id: int | None = Field(sa_column=key("agent", optional=True))
    tier: Tier = Field(sa_type=word(Tier))
    channel: Channel = Field(sa_type=word(Channel))
    kind: ConversationKind = Field(sa_type=word(ConversationKind))
    priority: Priority = Field(sa_type=word(Priority))
    organization_id: int | None = Field(sa_column=key("organization", optional=True, index=True))
    joined_into: int | None = Field(sa_column=key("conversation", optional=True, index=True))
    snoozed_until: datetime | None = Field(sa_type=Utc)

    first_message_id: int | None = Field(sa_column=Column(BigInteger))
    last_message_id: int | None = Field(sa_column=Column(BigInteger))
    customer_id: int | None = Field(sa_column=Column(BigInteger))
    message_count: int = Field(sa_column=Column(Integer, nullable=False))
    last_message_at: datetime | None = Field(sa_type=Utc)
    oldest_unanswered_at: datetime | None = Field(sa_type=Utc)

    queue_rank: int = Field(sa_column=Column(Integer, Computed(QUEUE_RANKS, persisted=True)))
    queue_at: datetime = Field(
        sa_column=Column(Utc, Computed("coalesce(oldest_unanswered_at, last_message_at, 0)", persisted=True))
    )
    # Server's default: what begins is nobody's until `storage.apply.touch` knows better.
    touch_place: int = Field(sa_column=Column(Integer, nullable=False, server_default="4"))
    due_at: datetime | None = Field(sa_type=Utc)
    warn_at: datetime | None = Field(sa_type=Utc)
    due_metric: Metric | None = Field(sa_column=Column(word(Metric), nullable=True))
    # Not kept in the row on SQLite, where it stands in the indexes: it could not be added to a table that is there.
    queue_order: int = Field(sa_column=Column(BigInteger, Computed(QUEUE_ORDER)))


class Tag(Base, table=True):
    """A word that agents put on a conversation."""

    __table_args__ = (Index("tag_word", "tag", "conversation_id"),)

    conversation_id: int = Field(sa_column=Column(BigInteger, ForeignKey("conversation.id"), primary_key=True))
    tag: str = Field(sa_column=Column(Text, primary_key=True))


class Link(Base, table=True):
    """Two conversations that belong together without being one; `conversation_id` came of `other_id`."""

    __table_args__ = (Index("link_other", "other_id"),)

    conversation_id: int = Field(sa_column=Column(BigInteger, ForeignKey("conversation.id"), primary_key=True))
    other_id: int = Field(sa_column=Column(BigInteger, ForeignKey("conversation.id"), primary_key=True))
    reason: LinkReason = Field(sa_type=word(LinkReason))


class Parting(Base, table=True):
    """Two conversations that an agent told apart: no rule of threading joins them again. The lower number first."""

    one_id: int = Field(sa_column=Column(BigInteger, ForeignKey("conversation.id"), primary_key=True))
    other_id: int = Field(sa_column=Column(BigInteger, ForeignKey("conversation.id"), primary_key=True))
