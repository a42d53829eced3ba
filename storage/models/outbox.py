"""Mail on its way out: what was queued and how far it is for each recipient (decided), who sends it now (local)."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, SmallInteger, Text
from sqlmodel import Field

from storage.kinds import Delivery, Hold
from storage.models.log import only
from storage.models.people import key, number
from storage.models.types import Base, Utc, word


def _of_outbox() -> Column[int]:
    return Column(
        BigInteger().with_variant(Integer(), "sqlite"), ForeignKey("outbox.id"), primary_key=True, autoincrement=False
    )


class Outbox(Base, table=True):
    """A message that is to be sent, or was: its bytes are frozen, nothing is made again for another try.

    Attributes:
        id: the message's number; no foreign key, since that it is queued is the first fact of its action.
        sender: the envelope's, one of our own addresses; empty for automatic mail.
        digest: of the bytes, in the store's content.
        leaves_at: until when it can be taken back.
        state: of the whole, by `storage.rules.delivery.summary`.
        held: why it does not leave; null when nothing keeps it.
        seen_id: the newest message of its conversation that whoever sent it had seen; what came after it is news.
    """

    __table_args__ = (Index("outbox_state", "state", "leaves_at"),)

    id: int = Field(sa_column=number())
    mailbox_id: int = Field(sa_column=key("mailbox"))
    agent_id: int | None = Field(sa_column=key("agent", optional=True))
    sender: str = Field(sa_column=Column(Text, nullable=False))
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    queued_at: datetime = Field(sa_type=Utc)
    leaves_at: datetime = Field(sa_type=Utc)
    state: Delivery = Field(sa_type=word(Delivery))
    held: Hold | None = Field(sa_type=word(Hold))
    seen_id: int = Field(sa_column=Column(BigInteger, nullable=False))


class Recipient(Base, table=True):
    """Somebody whom a message is sent to; the address is null when it was erased."""

    __table_args__ = (Index("recipient_failed", "message_id", **only("state = 'failed'")),)

    message_id: int = Field(sa_column=Column(BigInteger, ForeignKey("outbox.id"), primary_key=True))
    place: int = Field(sa_column=Column(SmallInteger, primary_key=True))
    address: str | None = Field(sa_column=Column(Text))
    state: Delivery = Field(sa_type=word(Delivery))
    code: int | None = Field(sa_column=Column(Integer))
    words: str | None = Field(sa_column=Column(Text))


class Claim(Base, table=True):
    """Who sends a message now, how often it was tried, and when its copy is looked for: only for the machinery.

    Attributes:
        holder: from `storage.commands.leasing.holder_here`; empty when nobody does.
        until: from when on the claim is nobody's, if it was not renewed.
        attempts: tries in vain; `next_at` when the next one is due.
        trouble: the words of the last failure, while there will be another try.
        look_at: when its copy is looked for among the sent mail; null when it is not.
        looks: how often it was; `look_since` from when on.
    """

    __table_args__ = (Index("claim_look", "look_at"),)

    message_id: int = Field(sa_column=_of_outbox())
    holder: str = Field(sa_column=Column(Text, nullable=False))
    until: datetime | None = Field(sa_type=Utc)
    attempts: int = Field(sa_column=Column(Integer, nullable=False))
    next_at: datetime | None = Field(sa_type=Utc)
    trouble: str = Field(sa_column=Column(Text, nullable=False))
    look_at: datetime | None = Field(sa_type=Utc)
    look_since: datetime | None = Field(sa_type=Utc)
    looks: int = Field(sa_column=Column(Integer, nullable=False))
