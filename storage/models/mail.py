"""Messages and their raw deliveries (decided), and what reading them gave (derived)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, SmallInteger, Text
from sqlmodel import Field

from storage.kinds import Automatic, Channel, Direction, Evidence, QuarantineReason
from storage.models.log import only
from storage.models.people import key, number
from storage.models.types import Base, Utc, word

SPOKEN = "message.channel = 'phone'"
"""What is rare: the index of calls holds nothing else, and only who says so is served by it."""


class Message(Base, table=True):
    """One message, however many copies of it were delivered.

    Attributes:
        key: digest of group, Message-ID, author, date, subject and body: what makes it this message.
        header_key: digest of group and Message-ID, by which others cite it; null when it has none.
        customer_id: who is the customer here: the author; of a mail that one of us forwarded the original author;
            of an answer the first person it goes to.
        evidence, through_id: the rule that put it into its conversation, and by which message.
        handled: it needs no answer any more; `handled_at` since when, null where it never needed one.
        history: it came before its mailbox was live.
        channel: how it reached the desk, or left it; a note counts as mail, and goes nowhere.
        minutes: of a call.
        erased_at: when all that it said was erased; null while it says it.
    """

    __table_args__ = (
        Index("message_conversation", "conversation_id", "arrived_at", "id"),
        Index("message_author", "author_id", "arrived_at"),
        # Whoever takes a person out of the record looks for what names them, and so does the engine.
        Index("message_customer", "customer_id"),
        Index("message_spoken", "conversation_id", **only("channel = 'phone'")),
    )

    id: int = Field(sa_column=number())
    mailbox_id: int = Field(sa_column=key("mailbox"))
    conversation_id: int | None = Field(sa_column=key("conversation", optional=True))
    author_id: int | None = Field(sa_column=key("person", optional=True))
    customer_id: int | None = Field(sa_column=key("person", optional=True))
    direction: Direction = Field(sa_type=word(Direction))
    automatic: Automatic = Field(sa_type=word(Automatic))
    arrived_at: datetime = Field(sa_type=Utc)
    key: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    header_key: bytes | None = Field(sa_column=Column(LargeBinary, index=True))
    evidence: Evidence | None = Field(sa_type=word(Evidence))
    through_id: int | None = Field(sa_column=Column(BigInteger))
    handled: bool = Field(sa_column=Column(Boolean, nullable=False))
    history: bool = Field(sa_column=Column(Boolean, nullable=False))
    channel: Channel = Field(sa_column=Column(word(Channel), nullable=False, server_default=Channel.EMAIL.value))
    minutes: int | None = Field(sa_column=Column(SmallInteger))
    erased_at: datetime | None = Field(sa_type=Utc)
    handled_at: datetime | None = Field(sa_type=Utc)


class Participant(Base, table=True):
    """A person whom a message names, as its author or as a recipient; own addresses are nobody.

    Who takes part in a conversation, and whose message came from a stranger, follows from its messages in the
    order of their arrival (`storage.rules.threading.strangers`), so that it does not depend on what came first.
    """

    __table_args__ = (Index("participant_person", "person_id", "message_id"),)

    message_id: int = Field(sa_column=Column(BigInteger, ForeignKey("message.id"), primary_key=True))
    person_id: int = Field(sa_column=Column(BigInteger, ForeignKey("person.id"), primary_key=True))
    author: bool = Field(sa_column=Column(Boolean, nullable=False))


class Raw(Base, table=True):
    """One delivery: where its bytes are (`mail.db`, by digest), and the message they are, unless quarantined."""

    __table_args__ = (Index("raw_digest", "digest", "mailbox_id", unique=True),)

    id: int = Field(sa_column=number())
    mailbox_id: int = Field(sa_column=key("mailbox"))
    message_id: int | None = Field(sa_column=key("message", optional=True, index=True))
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    arrived_at: datetime = Field(sa_type=Utc)
    quarantined: QuarantineReason | None = Field(sa_type=word(QuarantineReason))


class MessageText(Base, table=True):
    """What a message says: derived from its raw mail, made again by ``doctor --reparse``.

    The long text stands last, so that a list reads no further than it must.
    """

    __tablename__ = "message_text"

    message_id: int = Field(
        sa_column=Column(
            BigInteger().with_variant(Integer(), "sqlite"),
            ForeignKey("message.id"),
            primary_key=True,
            autoincrement=False,
        )
    )
    version: int = Field(sa_column=Column(SmallInteger, nullable=False))
    subject: str = Field(sa_column=Column(Text, nullable=False))
    from_name: str = Field(sa_column=Column(Text, nullable=False))
    from_address: str = Field(sa_column=Column(Text, nullable=False))
    dated_at: datetime | None = Field(sa_type=Utc)
    language: str = Field(sa_column=Column(Text, nullable=False))
    header_id: str = Field(sa_column=Column(Text, nullable=False))
    source: str | None = Field(sa_column=Column(Text))
    details: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    reply_text: str = Field(sa_column=Column(Text, nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))


class Cited(Base, table=True):
    """A Message-ID that a message cites, as digest: how a parent that comes late finds its answers."""

    __table_args__ = (Index("cited_key", "header_key", "message_id"),)

    message_id: int = Field(sa_column=Column(BigInteger, ForeignKey("message.id"), primary_key=True))
    place: int = Field(sa_column=Column(SmallInteger, primary_key=True))
    header_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Print(Base, table=True):
    """A few fingerprints of a message's own words, by which a reply without headers is known from its quotation."""

    __table_args__ = (Index("print_message", "message_id"),)

    print: int = Field(sa_column=Column(BigInteger, primary_key=True))
    message_id: int = Field(sa_column=Column(BigInteger, ForeignKey("message.id"), primary_key=True))


class QuotedPrint(Base, table=True):
    """Fingerprints of what a message without reference headers quotes, for an original that comes late."""

    __tablename__ = "quoted_print"
    __table_args__ = (Index("quoted_print_message", "message_id"),)

    print: int = Field(sa_column=Column(BigInteger, primary_key=True))
    message_id: int = Field(sa_column=Column(BigInteger, ForeignKey("message.id"), primary_key=True))


class SubjectKey(Base, table=True):
    """A message's bare subject as digest, with its time: the last evidence for a reply without headers.

    Attributes:
        orphan: the message is a reply by its subject and cites nothing.
    """

    __tablename__ = "subject_key"
    __table_args__ = (Index("subject_key_key", "key", "dated_at"),)

    message_id: int = Field(
        sa_column=Column(
            BigInteger().with_variant(Integer(), "sqlite"),
            ForeignKey("message.id"),
            primary_key=True,
            autoincrement=False,
        )
    )
    key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    dated_at: datetime = Field(sa_type=Utc)
    orphan: bool = Field(sa_column=Column(Boolean, nullable=False))


class SearchEntry(Base, table=True):
    """A message's row in the search index, and what stands there beside its own text.

    A delete from the index must be given exactly the words that went in: subject, names and text are those of
    `MessageText`, which is therefore changed only after the row has left the index (`storage.search`).

    Attributes:
        id: the index's own row, allotted from the arrival time, so that newest first is the index's order.
        stems: as indexed; `version` is the stemmer's.
    """

    __tablename__ = "search_entry"

    id: int = Field(sa_column=number())
    message_id: int = Field(sa_column=Column(BigInteger, ForeignKey("message.id"), nullable=False, unique=True))
    version: int = Field(sa_column=Column(SmallInteger, nullable=False))
    stems: str = Field(sa_column=Column(Text, nullable=False))


class PostingList(Base, table=True):
    """The messages in which a common word stands, made of the search index while nothing comes (SQLite alone).

    Attributes:
        term: as the index has it.
        messages: a Roaring bitmap of their numbers.
    """

    __tablename__ = "posting_list"

    term: str = Field(sa_column=Column(Text, primary_key=True))
    messages: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
