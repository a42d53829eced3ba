"""The wanted changes as the sync does them: what is due, where the message lies, what became of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, delete, select, update
from sqlmodel import Session

from storage.apply.base import chunks, insert, table
from storage.commands.syncing import forget_placements
from storage.kinds import WantedChange
from storage.models import Folder, MessageText, Placement, Raw, Wanted

_FOLDERS, _PLACEMENTS, _WANTED, _RAWS = table(Folder), table(Placement), table(Wanted), table(Raw)
RETRY_AFTER: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Errand:
    """A wanted change, and where on the server it is to be made.

    Attributes:
        header_id, digest: by which the message is found again when its UID is not known any more.
        raw_digest: of the delivery that lies there, by which it is found again in the trash.
        folder, uid: where it lies, as far as the desk knows; `None` when it lies nowhere.
    """

    wanted_id: int
    message_id: int
    change: WantedChange
    value: str
    header_id: str
    folder_id: int | None
    folder: str | None
    role: str | None
    uid: int | None
    flags: str
    attempts: int
    raw_digest: bytes | None


def errands(session: Session, mailbox_id: int, *, now: datetime, limit: int = 200) -> list[Errand]:
    """Return the wanted changes of a mailbox that are due, oldest first, one row per place of the message."""
    texts = table(MessageText)
    pause = now - RETRY_AFTER
    places = _RAWS.join(_PLACEMENTS, _PLACEMENTS.c.raw_id == _RAWS.c.id).join(
        _FOLDERS, _FOLDERS.c.id == _PLACEMENTS.c.folder_id
    )
    here = (
        select(
            _RAWS.c.message_id,
            _RAWS.c.digest,
            _FOLDERS.c.id.label("folder_id"),
            _FOLDERS.c.name,
            _FOLDERS.c.role,
            _PLACEMENTS.c.uid,
            _PLACEMENTS.c.flags,
        )
        .select_from(places)
        .where(_FOLDERS.c.mailbox_id == mailbox_id)
        .subquery()
    )
    due = (
        select(
            _WANTED.c.id,
            _WANTED.c.message_id,
            _WANTED.c.change,
            _WANTED.c.value,
            _WANTED.c.attempts,
            texts.c.header_id,
            here.c.folder_id,
            here.c.name,
            here.c.role,
            here.c.uid,
            here.c.flags,
            here.c.digest,
        )
        .select_from(
            _WANTED.join(texts, texts.c.message_id == _WANTED.c.message_id).outerjoin(
                here, here.c.message_id == _WANTED.c.message_id
            )
        )
        .where(
            _WANTED.c.mailbox_id == mailbox_id,
            _WANTED.c.failed == "",
            _WANTED.c.tried_at.is_(None) | (_WANTED.c.tried_at < pause),
        )
        .order_by(_WANTED.c.id)
        .limit(limit)
    )
    return [
        Errand(
            row.id,
            row.message_id,
            row.change,
            row.value,
            row.header_id,
            row.folder_id,
            row.name,
            row.role,
            row.uid,
            row.flags or "",
            row.attempts,
            row.digest,
        )
        for row in session.connection().execute(due)
    ]


def mailboxes_with_errands(session: Session, *, now: datetime) -> set[int]:
    """Return the mailboxes for which a wanted change is due."""
    pause = now - RETRY_AFTER
    due = select(_WANTED.c.mailbox_id).where(
        _WANTED.c.failed == "", _WANTED.c.tried_at.is_(None) | (_WANTED.c.tried_at < pause)
    )
    return set(session.connection().execute(due.distinct()).scalars())


def errands_done(session: Session, wanted_ids: Iterable[int]) -> None:
    """Strike changes off that the server has made."""
    for some in chunks(wanted_ids):
        session.connection().execute(delete(_WANTED).where(_WANTED.c.id.in_(some)))


def errand_tried(session: Session, wanted_id: int, *, now: datetime, failed: str = "") -> None:
    """Note that a change could not be made: for now, or for good with what the server said."""
    session.connection().execute(
        update(_WANTED)
        .where(_WANTED.c.id == wanted_id)
        .values(tried_at=now, attempts=_WANTED.c.attempts + 1, failed=failed)
    )


def moved(session: Session, source_id: int, target_id: int, uids: Mapping[int, int]) -> None:
    """Note that messages moved to another folder under new UIDs, as the server told."""
    for old, new in uids.items():
        row = (
            session.connection()
            .execute(select(_PLACEMENTS).where(_PLACEMENTS.c.folder_id == source_id, _PLACEMENTS.c.uid == old))
            .first()
        )
        forget_placements(session, source_id, [old])
        if row is not None:
            place = {
                "folder_id": target_id,
                "uid": new,
                "raw_id": row.raw_id,
                "flags": row.flags,
                "ignored": row.ignored,
            }
            insert(session.connection(), Placement, [place], lenient=True)


def set_placed_flags(session: Session, folder_id: int, flags: Mapping[int, str]) -> None:
    """Note flags that the desk itself has set on the server."""
    if flags:
        session.connection().execute(
            update(_PLACEMENTS).where(_PLACEMENTS.c.folder_id == folder_id, _PLACEMENTS.c.uid == bindparam("at")),
            [{"at": uid, "flags": held} for uid, held in flags.items()],
        )
