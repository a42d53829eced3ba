"""Handoffs between tiers, colleagues who are asked, and what was found to be the cause (DOMAIN §2)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, SmallInteger, Text
from sqlmodel import Field

from storage.kinds import ConsultState, HandoffState, Tier
from storage.models.log import only
from storage.models.people import key, number
from storage.models.types import Base, Utc, word


class Handoff(Base, table=True):
    """A conversation handed from one tier to another.

    Attributes:
        conversation_id: as it was numbered then; it may have been joined into another since.
        from_agent_id: who hands it on.
        to_agent_id: who is asked to accept it; null for anybody of the tier.
        destination: the team that is named, empty for none; `rota` the rota by which whoever is asked was found.
        at: when it was handed on, or last so.
        accepted_by: who accepted it, whoever was asked.
        escalations: how often it went on because nobody accepted it; `escalated_at` when whoever is asked since was
            asked, the last time.
        crossed: how often the border between the two tiers was crossed, either way, with this handoff (DOMAIN §2).
        note_id, told_id: the messages in which the desk reads it, and the customer is told; null for none.
        brief: as `storage.kinds.handoffs.Contents` writes it; null when it was erased.
        reason: why it was returned; null where it was not, or when that was erased.
    """

    __table_args__ = (
        Index("handoff_conversation", "conversation_id", "id"),
        Index("handoff_open", "conversation_id", **only("state IN ('offered', 'escalated')")),
        Index("handoff_bouncing", "conversation_id", **only("crossed > 1")),
    )

    id: int = Field(sa_column=number())
    conversation_id: int = Field(sa_column=key("conversation"))
    from_tier: Tier = Field(sa_type=word(Tier))
    to_tier: Tier = Field(sa_type=word(Tier))
    from_agent_id: int | None = Field(sa_column=key("agent", optional=True))
    to_agent_id: int | None = Field(sa_column=key("agent", optional=True))
    destination: str = Field(sa_column=Column(Text, nullable=False))
    rota: str = Field(sa_column=Column(Text, nullable=False))
    at: datetime = Field(sa_type=Utc)
    state: HandoffState = Field(sa_type=word(HandoffState))
    accepted_at: datetime | None = Field(sa_type=Utc)
    accepted_by: int | None = Field(sa_column=key("agent", optional=True))
    returned_at: datetime | None = Field(sa_type=Utc)
    escalations: int = Field(sa_column=Column(SmallInteger, nullable=False))
    escalated_at: datetime | None = Field(sa_type=Utc)
    crossed: int = Field(sa_column=Column(SmallInteger, nullable=False))
    note_id: int | None = Field(sa_column=Column(BigInteger))
    told_id: int | None = Field(sa_column=Column(BigInteger))
    brief: dict[str, Any] | None = Field(sa_column=Column(JSON(none_as_null=True)))
    reason: str | None = Field(sa_column=Column(Text))


class Consult(Base, table=True):
    """A colleague is asked in a note, and whoever asks keeps the conversation.

    Attributes:
        note_id: the note that asks; `answered_id` the one that answers, null until there is one.
        due_at: until when an answer is hoped for.
    """

    __table_args__ = (Index("consult_open", "conversation_id", **only("state = 'asked'")),)

    id: int = Field(sa_column=number())
    conversation_id: int = Field(sa_column=key("conversation"))
    by_agent_id: int = Field(sa_column=key("agent"))
    agent_id: int = Field(sa_column=key("agent"))
    note_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    at: datetime = Field(sa_type=Utc)
    due_at: datetime = Field(sa_type=Utc)
    state: ConsultState = Field(sa_type=word(ConsultState))
    answered_id: int | None = Field(sa_column=Column(BigInteger))


class Solution(Base, table=True):
    """What was the cause in a conversation, and what solved it; both null when they were erased.

    Attributes:
        known: whether the cause is known; where it is not, `solution` says why.
    """

    conversation_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("conversation.id"), primary_key=True, autoincrement=False)
    )
    known: bool = Field(sa_column=Column(Boolean, nullable=False))
    cause: str | None = Field(sa_column=Column(Text))
    solution: str | None = Field(sa_column=Column(Text))
