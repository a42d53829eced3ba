"""The facts of profiles and entries, put together from what is there and what shall be."""

from datetime import datetime

from storage.events import (
    EntryKept,
    ProfileChanged,
)
from storage.kinds import Subject
from storage.kinds.entries import Value


def changed(
    subject: Subject, subject_id: int, name: str, before: str | None, after: str | None, now: datetime
) -> ProfileChanged:
    """Return the fact that a field says something else; `None` where it is not filled."""
    return ProfileChanged(
        subject=subject,
        subject_id=subject_id,
        field=name,
        stood=before is not None,
        stands=after is not None,
        before=before,
        after=after,
        happened_at=now,
    )


def entry_kept(
    number: int,
    subject: Subject | None,
    subject_id: int | None,
    before: Value | None,
    after: Value | None,
    now: datetime,
) -> EntryKept:
    """Return the fact that an entry comes to be, says something else or goes; `None` where it is not there."""
    kind = next(one.kind for one in (after, before) if one is not None)
    return EntryKept(
        entry_id=number,
        entry_kind=kind,
        subject=subject,
        subject_id=subject_id,
        stood=before is not None,
        stands=after is not None,
        before=before.written() if before else None,
        after=after.written() if after else None,
        happened_at=now,
    )
