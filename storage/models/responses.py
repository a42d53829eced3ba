"""Canned responses, and the answers that were made with them."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Text
from sqlmodel import Field

from storage.models.people import key, number
from storage.models.types import Base


class Response(Base, table=True):
    """A canned response in one language, an agent's own or the team's; null or empty where it was erased.

    Attributes:
        agent_id: whose it is; null when it is the team's.
        attachments: name, digest and size of each; the bytes lie in `mail.db`.
        actions: what it does beside answering, as `storage.kinds.responses.written_actions` writes it.
    """

    id: int = Field(sa_column=number())
    agent_id: int | None = Field(sa_column=key("agent", optional=True))
    shortcode: str | None = Field(sa_column=Column(Text, index=True))
    language: str | None = Field(sa_column=Column(Text))
    title: str | None = Field(sa_column=Column(Text))
    tags: list[str] = Field(sa_column=Column(JSON, nullable=False))
    attachments: list[list[Any]] = Field(sa_column=Column(JSON, nullable=False))
    actions: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    body: str | None = Field(sa_column=Column(Text))


class ResponseUse(Base, table=True):
    """An answer that was made with a canned response; one that was taken away since still counts.

    Attributes:
        edited: whether its words were changed before they were sent.
    """

    __tablename__ = "response_use"
    __table_args__ = (Index("response_use_response", "response_id", "message_id"),)

    message_id: int = Field(sa_column=Column(BigInteger, ForeignKey("message.id"), primary_key=True))
    response_id: int = Field(sa_column=Column(BigInteger, primary_key=True))
    edited: bool = Field(sa_column=Column(Boolean, nullable=False))
