"""What is still to be done of an erasure: its bytes lie in the files until somebody has taken them out."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, select
from sqlmodel import Session

from storage.apply.base import chunks, insert, table
from storage.commands.intake.withholding import nobodys
from storage.models import Desk, Raw

_UNFINISHED: Final = "erasure_unfinished"
_BYTES: Final = 32  # of a digest


def note_unfinished(session: Session, digests: Sequence[bytes]) -> None:
    """Note that the bytes with these digests are still to go, in the transaction of the erasure."""
    waiting = {*digests, *(_kept(session) or ())}
    note_finished(session)
    insert(session.connection(), Desk, [{"name": _UNFINISHED, "value": b"".join(sorted(waiting))}])


def note_finished(session: Session) -> None:
    """Note that nothing is left to be done."""
    rows = table(Desk)
    session.connection().execute(delete(rows).where(rows.c.name == _UNFINISHED))


def unfinished(session: Session) -> tuple[bytes, ...] | None:
    """Return the digests of the bytes that are still to go; `None` where nothing is to be done."""
    digests = _kept(session)
    return None if digests is None else nobodys(session, digests)


def _kept(session: Session) -> list[bytes] | None:
    rows = table(Desk)
    value = session.connection().execute(select(rows.c.value).where(rows.c.name == _UNFINISHED)).scalar()
    return None if value is None else [value[at : at + _BYTES] for at in range(0, len(value), _BYTES)]


def digests_of(session: Session, raw_ids: Sequence[int]) -> dict[bytes, int]:
    """Return these deliveries by the digests of their bytes."""
    rows = table(Raw)
    found: dict[bytes, int] = {}
    for some in chunks(raw_ids):
        chosen = session.connection().execute(select(rows.c.id, rows.c.digest).where(rows.c.id.in_(some)))
        found.update((row.digest, row.id) for row in chosen)
    return found
