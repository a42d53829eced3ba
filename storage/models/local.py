"""What only this desk's machinery needs: the servers' folders and placements, leases, wanted changes, read marks."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Text
from sqlmodel import Field

from storage.kinds import Doing, WantedChange
from storage.models.people import key, number
from storage.models.types import Base, Utc, word


class Folder(Base, table=True):
    """A folder on a mail server, and how far it has been read.

    Attributes:
        role: ``inbox``, ``sent``, ``archive``, ``trash`` or empty; the trash is only moved to, never read.
        uidvalidity: the numbering that `seen_up_to` and the placements belong to.
        uidnext, modseq: what the server said when the folder was last in step.
        backfill_below: in a first sync, newest first, the UIDs from here up are done; null when history is in.
        total: messages that the first sync found; `done` those of them that are in.
    """

    __table_args__ = (Index("folder_name", "mailbox_id", "name", unique=True),)

    id: int = Field(sa_column=number())
    mailbox_id: int = Field(sa_column=key("mailbox"))
    name: str = Field(sa_column=Column(Text, nullable=False))
    role: str = Field(sa_column=Column(Text, nullable=False))
    uidvalidity: int | None = Field(sa_column=Column(BigInteger))
    uidnext: int | None = Field(sa_column=Column(BigInteger))
    modseq: int | None = Field(sa_column=Column(BigInteger))
    backfill_below: int | None = Field(sa_column=Column(BigInteger))
    total: int = Field(sa_column=Column(Integer, nullable=False))
    done: int = Field(sa_column=Column(Integer, nullable=False))


class Placement(Base, table=True):
    r"""Where a delivery lies on a server now. An expunge removes it, never the message.

    Attributes:
        raw_id: the delivery; null for mail that was ignored by `ignored`'s rule and not fetched.
        flags: the server's flags, sorted, apart by spaces, without ``\Recent``.
    """

    __table_args__ = (Index("placement_raw", "raw_id"),)

    folder_id: int = Field(sa_column=Column(BigInteger, ForeignKey("folder.id"), primary_key=True))
    uid: int = Field(sa_column=Column(BigInteger, primary_key=True))
    raw_id: int | None = Field(sa_column=key("raw", optional=True))
    flags: str = Field(sa_column=Column(Text, nullable=False))
    ignored: str = Field(sa_column=Column(Text, nullable=False))


class Wanted(Base, table=True):
    """A change that the desk wants made on a server: idempotent, retried, undone by its opposite.

    Attributes:
        value: the flag, or the folder's role to move to.
        failed: what the server said when it refused for good; empty while it is tried.
    """

    __table_args__ = (Index("wanted_due", "mailbox_id", "tried_at"), Index("wanted_message", "message_id"))

    id: int = Field(sa_column=number())
    mailbox_id: int = Field(sa_column=key("mailbox"))
    message_id: int = Field(sa_column=key("message"))
    change: WantedChange = Field(sa_type=word(WantedChange))
    value: str = Field(sa_column=Column(Text, nullable=False))
    wanted_at: datetime = Field(sa_type=Utc)
    tried_at: datetime | None = Field(sa_type=Utc)
    attempts: int = Field(sa_column=Column(Integer, nullable=False))
    failed: str = Field(sa_column=Column(Text, nullable=False))


class MailboxState(Base, table=True):
    """How the sync of a mailbox stands; the words of an error are kept as its kind and values."""

    __tablename__ = "mailbox_state"

    mailbox_id: int = Field(
        sa_column=Column(
            BigInteger().with_variant(Integer(), "sqlite"),
            ForeignKey("mailbox.id"),
            primary_key=True,
            autoincrement=False,
        )
    )
    state: str = Field(sa_column=Column(Text, nullable=False))
    trouble: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    since: datetime | None = Field(sa_type=Utc)
    synced_at: datetime | None = Field(sa_type=Utc)


class Lease(Base, table=True):
    """Who does a job that only one process may do; free again when `until` has passed."""

    name: str = Field(sa_column=Column(Text, primary_key=True))
    holder: str = Field(sa_column=Column(Text, nullable=False))
    until: datetime = Field(sa_type=Utc)


class Look(Base, table=True):
    """When an agent looked at a customer, and what stood there: per agent, and nobody else sees it.

    Attributes:
        at, seen: last (`storage.kinds.looking.Seen`); `before_at`, `before` in the visit before that.
    """

    __table_args__ = (Index("look_person", "person_id"),)

    agent_id: int = Field(sa_column=Column(BigInteger, ForeignKey("agent.id"), primary_key=True))
    person_id: int = Field(sa_column=Column(BigInteger, ForeignKey("person.id"), primary_key=True))
    at: datetime = Field(sa_type=Utc)
    seen: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    before_at: datetime | None = Field(sa_type=Utc)
    before: dict[str, Any] | None = Field(sa_column=Column(JSON(none_as_null=True)))


class Presence(Base, table=True):
    """Who has a conversation open at a console; gone where `at` is long past (`storage.queries.presence.FRESH`)."""

    agent_id: int = Field(sa_column=Column(BigInteger, ForeignKey("agent.id"), primary_key=True))
    console: str = Field(sa_column=Column(Text, primary_key=True))
    conversation_id: int = Field(sa_column=key("conversation"))
    doing: Doing = Field(sa_type=word(Doing))
    at: datetime = Field(sa_type=Utc)


class ReadMark(Base, table=True):
    """How far an agent has read a conversation: per agent, never on the server."""

    __tablename__ = "read_mark"

    agent_id: int = Field(sa_column=Column(BigInteger, ForeignKey("agent.id"), primary_key=True))
    conversation_id: int = Field(sa_column=Column(BigInteger, ForeignKey("conversation.id"), primary_key=True))
    message_id: int = Field(sa_column=Column(BigInteger, nullable=False))


class MailBase(Base):
    """The tables of `mail.db`, which on SQLite is a file of its own."""

    metadata = MetaData()


class MailContent(MailBase, table=True):
    """Raw mail, compressed, by its digest: in `mail.db` on SQLite, in the same database on PostgreSQL."""

    __tablename__ = "mail_content"

    digest: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    packed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    erased: bool = Field(sa_column=Column(Boolean, nullable=False))
