"""What the desk knows of customers and organizations: the fields of their profiles, and what is written beside them."""

from typing import Any, Final

from sqlalchemy import JSON, BigInteger, Column, Index, Text
from sqlmodel import Field

from storage.kinds import EntryKind, Subject
from storage.models.people import number
from storage.models.types import Base, word

MEMBERSHIP: Final = {Subject.PERSON: "organization_id", Subject.ORGANIZATION: "parent_id"}
"""The columns that say where somebody belongs."""


class Profile(Base, table=True):
    """One field of a person's or an organization's profile; a field that nobody filled has no row.

    Attributes:
        field: by its name in `storage.rules.profile`, or of the desk's own making (`EntryKind.FIELD`).
        value: as `storage.rules.profile.read` gives it; null when it was erased.
    """

    __table_args__ = (Index("profile_value", "field", "value", "subject", "subject_id"),)

    subject: Subject = Field(sa_column=Column(word(Subject), primary_key=True))
    subject_id: int = Field(sa_column=Column(BigInteger, primary_key=True))
    field: str = Field(sa_column=Column(Text, primary_key=True))
    value: str | None = Field(sa_column=Column(Text))


class Entry(Base, table=True):
    """Something written down about a person or an organization, or laid down for the whole desk.

    Attributes:
        subject, subject_id: about whom; null when it is the desk's.
        name: the one that `value` holds, to find it by; null when it has none or was erased.
        value: as `storage.kinds.entries` writes it; null when it was erased.
    """

    __table_args__ = (
        Index("entry_name", "kind", "name"),
        Index("entry_subject", "subject", "subject_id", "kind"),
    )

    id: int = Field(sa_column=number())
    kind: EntryKind = Field(sa_type=word(EntryKind))
    subject: Subject | None = Field(sa_column=Column(word(Subject), nullable=True))
    subject_id: int | None = Field(sa_column=Column(BigInteger))
    name: str | None = Field(sa_column=Column(Text))
    # `none_as_null`: what was erased has no value at all, on both engines alike.
    value: dict[str, Any] | None = Field(sa_column=Column(JSON(none_as_null=True)))
