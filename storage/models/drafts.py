"""What is being written: drafts, local until they are sent; no facts and no undo but their own recall."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, Text
from sqlmodel import Field

from storage.kinds import DraftKind
from storage.models.people import key, number
from storage.models.types import Base, Utc, word


class Draft(Base, table=True):
    """An answer, a forward, a new message or a note as far as it is written.

    Attributes:
        conversation_id: that it belongs to; null for a new one.
        message_id: the message that is answered or forwarded; null for a new one.
        mailbox_id: from which it will be sent.
        to_line, cc_line, bcc_line: as they are typed: an address that is half written is kept too.
        attachments: each a list of name, media type, size, path, modified (nanoseconds), message and section; a file
            has a path, what is forwarded out of the desk has the last two.
        inserted: each a canned response as a list of its number, its text, and what it does.
        seen_event_id: the newest event when the agent began or last looked: what came later is news.
        right: the keys of findings that the agent said to be right (`storage.kinds.review.Finding.key`).
        begun_at: when it was begun; `updated_at` when it was last saved.
        writing_until: until when others see that it is being written; null when it is put aside.
        dropped_at: when it was thrown away; it can be recalled until it is swept out.
        sent_as: the message that was made of it: it comes back when that is taken back, or refused for good.
    """

    __table_args__ = (
        Index("draft_of", "agent_id", "conversation_id", "kind"),
        Index("draft_conversation", "conversation_id"),
    )

    id: int = Field(sa_column=number())
    agent_id: int = Field(sa_column=key("agent"))
    kind: DraftKind = Field(sa_type=word(DraftKind))
    conversation_id: int | None = Field(sa_column=key("conversation", optional=True))
    message_id: int | None = Field(sa_column=key("message", optional=True))
    mailbox_id: int | None = Field(sa_column=key("mailbox", optional=True))
    to_line: str = Field(sa_column=Column(Text, nullable=False))
    cc_line: str = Field(sa_column=Column(Text, nullable=False))
    bcc_line: str = Field(sa_column=Column(Text, nullable=False))
    subject: str = Field(sa_column=Column(Text, nullable=False))
    body: str = Field(sa_column=Column(Text, nullable=False))
    attachments: list[list[Any]] = Field(sa_column=Column(JSON, nullable=False))
    inserted: list[list[Any]] = Field(sa_column=Column(JSON, nullable=False, server_default="[]"))
    seen_event_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    right: list[str] = Field(sa_column=Column("said_right", JSON, nullable=False))
    begun_at: datetime = Field(sa_type=Utc)
    updated_at: datetime = Field(sa_type=Utc)
    writing_until: datetime | None = Field(sa_type=Utc)
    dropped_at: datetime | None = Field(sa_type=Utc)
    sent_as: int | None = Field(sa_column=Column(BigInteger))
