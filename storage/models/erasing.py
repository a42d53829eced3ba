"""What is left of what was erased: enough to know it again, too little to tell what it was."""

from datetime import datetime

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field

from storage.models.types import Base, Utc


class Tombstone(Base, table=True):
    """Mail, or somebody's address, that was erased and is not taken in again.

    Attributes:
        digest: salted, by `storage.rules.tombstones`.
        erased_at: mail from an address is left out as far as it came before.
    """

    digest: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    erased_at: datetime = Field(sa_type=Utc)
