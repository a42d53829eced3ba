"""The desk's salt for what is known again of the erased."""

import os
from typing import Final

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import insert, table
from storage.models import Desk

_NAME: Final = "tombstone_salt"


def salt_of(session: Session) -> bytes | None:
    """Return the salt; `None` where nothing was ever erased."""
    rows = table(Desk)
    found: bytes | None = session.connection().execute(select(rows.c.value).where(rows.c.name == _NAME)).scalar()
    return found


def made_salt(session: Session) -> bytes:
    """Return the salt, made with the first erasure; the session is of a writing transaction."""
    found = salt_of(session)
    if found is None:
        found = os.urandom(32)
        insert(session.connection(), Desk, [{"name": _NAME, "value": found}])
    return found
