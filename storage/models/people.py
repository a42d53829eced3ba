"""Who there is: agents, persons with their addresses, organizations, and the desk's own mailboxes."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, LargeBinary, Text
from sqlmodel import Field

from storage.kinds import AddressKind, PersonKind
from storage.models.types import Base, Utc, word


def key(table: str, *, optional: bool = False, index: bool = False) -> Any:
    """Return a foreign key column to `table`'s id."""
    return Column(BigInteger, ForeignKey(f"{table}.id"), nullable=optional, index=index)


def number() -> Any:
    """Return an integer primary key column whose numbers the desk allots itself."""
    return Column(BigInteger().with_variant(_rowid(), "sqlite"), primary_key=True, autoincrement=False)


def _rowid() -> Any:
    """SQLite makes only a column declared INTEGER the row's own key."""
    from sqlalchemy import Integer

    return Integer()


class Agent(Base, table=True):
    """Somebody who works at the desk. The name is null when it was erased."""

    id: int = Field(sa_column=number())
    name: str | None = Field(sa_column=Column(Text, unique=True))


class Organization(Base, table=True):
    """A customer's company or household.

    Attributes:
        name: null until an agent gives one, and when it was erased: lists show one of its domains instead.
        parent_id: the organization that this one is a subsidiary of; never itself, nor one below it.
        folded: what the name is found by (`storage.kinds.clean.folded_name`), written wherever the name is.
    """

    id: int = Field(sa_column=number())
    name: str | None = Field(sa_column=Column(Text, index=True))
    parent_id: int | None = Field(sa_column=key("organization", optional=True, index=True))
    folded: str | None = Field(default=None, sa_column=Column(Text, index=True))


class Domain(Base, table=True):
    """A domain whose people belong to an organization, within one mailbox group; null when it was erased."""

    id: int = Field(sa_column=number())
    organization_id: int = Field(sa_column=key("organization", index=True))
    group: str = Field(sa_column=Column("mailbox_group", Text, nullable=False))
    domain: str | None = Field(sa_column=Column(Text, index=True))


class Person(Base, table=True):
    """Somebody who writes to the desk or is written to: a customer, a vendor, an agent, a machine.

    Attributes:
        merged_into: the person whom this number stands for since the two were found to be one.
        folded: what the name is found by, as an organization's.
    """

    id: int = Field(sa_column=number())
    name: str | None = Field(sa_column=Column(Text))
    kind: PersonKind = Field(sa_type=word(PersonKind))
    organization_id: int | None = Field(sa_column=key("organization", optional=True, index=True))
    merged_into: int | None = Field(sa_column=key("person", optional=True, index=True))
    folded: str | None = Field(default=None, sa_column=Column(Text, index=True))


class Address(Base, table=True):
    """By what a person is reached, within one mailbox group; null when it was erased."""

    id: int = Field(sa_column=number())
    person_id: int = Field(sa_column=key("person", index=True))
    group: str = Field(sa_column=Column("mailbox_group", Text, nullable=False))
    address: str | None = Field(sa_column=Column(Text, index=True))
    kind: AddressKind = Field(
        sa_column=Column(word(AddressKind), nullable=False, server_default=AddressKind.EMAIL.value)
    )


class Mailbox(Base, table=True):
    """An account that customers write to.

    Attributes:
        group: the tenant; threading never crosses groups.
        aliases: further addresses that are ours, beside `address`.
        live_since: older mail is history (DESIGN §4); `None` when nothing in it is live, as for imports.
        archive, trash: the folders that resolved and trashed mail move to on the server; empty when it stays.
    """

    id: int = Field(sa_column=number())
    name: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    address: str = Field(sa_column=Column(Text, nullable=False))
    aliases: list[str] = Field(sa_column=Column(JSON, nullable=False))
    group: str = Field(sa_column=Column("mailbox_group", Text, nullable=False))
    live_since: datetime | None = Field(sa_type=Utc)
    archive: str = Field(sa_column=Column(Text, nullable=False))
    trash: str = Field(sa_column=Column(Text, nullable=False, server_default=""))


class Desk(Base, table=True):
    """What there is once per desk: its signing key, the cursor of the search index; a word and a value."""

    name: str = Field(sa_column=Column(Text, primary_key=True))
    value: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
