"""The log of facts, and the personal part that erasure deletes."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, SmallInteger, Text, text
from sqlmodel import Field

from storage.models.people import number
from storage.models.types import Base, Utc


def only(condition: str) -> dict[str, Any]:
    """Return what makes an index one over the rows that meet `condition`; see `give_conditions`."""
    return {"info": {"only": condition}}


def give_conditions(metadata: MetaData) -> None:
    """Tell partial indexes their condition, where tables are made or compared.

    Not at their definition: an index that names a dialect's option loads that dialect, PostgreSQL's at every start.
    """
    for index in (index for table in metadata.tables.values() for index in table.indexes if "only" in index.info):
        for dialect in ("sqlite", "postgresql"):
            index.dialect_kwargs[f"{dialect}_where"] = text(index.info["only"])


class Event(Base, table=True):
    """One fact as it was recorded; never changed.

    Attributes:
        action_id: the id of the action's first event: one key press or command is one action.
        undoes: the action that this one takes back.
        public: the hashed text: ids, words, times, and the fact's public fields, canonical JSON.
        sealed: SHA-256 of salt and personal part; null when the fact has none. It outlives an erasure.
        digest: SHA-256 over the digest before, `public` and `sealed`.
    """

    __table_args__ = (
        # Partial: what the sync writes by the thousand has no agent and takes nothing back.
        Index("event_action", "action_id", **only("agent_id IS NOT NULL")),
        Index("event_agent", "agent_id", "console", "id", **only("agent_id IS NOT NULL")),
        Index("event_undoes", "undoes", **only("undoes IS NOT NULL")),
        Index("event_conversation", "conversation_id", "id", **only("conversation_id IS NOT NULL")),
    )

    id: int = Field(sa_column=number())
    action_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    undoes: int | None = Field(sa_column=Column(BigInteger))
    agent_id: int | None = Field(sa_column=Column(BigInteger))
    console: str = Field(sa_column=Column(Text, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    version: int = Field(sa_column=Column(SmallInteger, nullable=False))
    conversation_id: int | None = Field(sa_column=Column(BigInteger))
    happened_at: datetime = Field(sa_type=Utc)
    recorded_at: datetime = Field(sa_type=Utc)
    public: str = Field(sa_column=Column(Text, nullable=False))
    sealed: bytes | None = Field(sa_column=Column(LargeBinary))
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class EventPersonal(Base, table=True):
    """The personal part of a fact and its salt; deleting the row is how a fact forgets."""

    __tablename__ = "event_personal"

    event_id: int = Field(
        sa_column=Column(
            BigInteger().with_variant(Integer(), "sqlite"),
            ForeignKey("event.id"),
            primary_key=True,
            autoincrement=False,
        )
    )
    salt: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    personal: str = Field(sa_column=Column(Text, nullable=False))
