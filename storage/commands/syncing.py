r"""What the sync writes besides mail: folders and their cursors, placements, and what flags decide."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, bindparam, delete, func, null, select, update
from sqlmodel import Session

from storage.apply.base import chunks, insert, table
from storage.commands.intake.taking import SYNC
from storage.commands.wanted import FLAGGED, FLAGGED_TAG
from storage.events import Fact, Handled, Tagged
from storage.glance import Cursor
from storage.kinds import Direction, Ignored
from storage.models import (
    Folder,
    Message,
    Placement,
    Raw,
    Tag,
)
from storage.record import next_id, record

ANSWERED: Final = r"\Answered"
_FOLDERS, _PLACEMENTS = table(Folder), table(Placement)
_RAWS, _MESSAGES = table(Raw), table(Message)


def cursors(session: Session, mailbox_id: int) -> dict[str, Cursor]:
    """Return the folders of a mailbox that the desk keeps in step, by name; their messages are not counted.

    Args:
        session: of any transaction.
        mailbox_id: whose.
    """
    found: Select[Any] = select(
        _FOLDERS.c.id,
        _FOLDERS.c.name,
        _FOLDERS.c.role,
        _FOLDERS.c.uidvalidity,
        _FOLDERS.c.uidnext,
        _FOLDERS.c.modseq,
        _FOLDERS.c.backfill_below,
        _FOLDERS.c.total,
        _FOLDERS.c.done,
        null(),
    ).where(_FOLDERS.c.mailbox_id == mailbox_id)
    return {row.name: Cursor(*row) for row in session.connection().execute(found)}


def count_placed(session: Session, folder_id: int) -> int:
    """Return how many messages of a folder the desk has, which takes milliseconds for a large one."""
    found = select(func.count()).select_from(_PLACEMENTS).where(_PLACEMENTS.c.folder_id == folder_id)
    return session.connection().execute(found).scalar_one()


def keep_folders(session: Session, mailbox_id: int, wanted: Mapping[str, str]) -> None:
    """Put down the folders of a mailbox that are to be kept in step.

    Args:
        session: of a writing transaction.
        mailbox_id: whose.
        wanted: the role by the folder's name. A folder that is not wanted any more loses its placements.
    """
    held = {
        row.name: row
        for row in session.connection().execute(select(_FOLDERS).where(_FOLDERS.c.mailbox_id == mailbox_id)).all()
    }
    number = next_id(session, Folder)
    for name, role in wanted.items():
        if name not in held:
            fresh = {"id": number, "mailbox_id": mailbox_id, "name": name, "role": role, "total": 0, "done": 0}
            insert(session.connection(), Folder, [fresh])
            number += 1
        elif held[name].role != role:
            session.connection().execute(update(_FOLDERS).where(_FOLDERS.c.id == held[name].id).values(role=role))
    for name in held.keys() - wanted.keys():
        session.connection().execute(delete(_PLACEMENTS).where(_PLACEMENTS.c.folder_id == held[name].id))
        session.connection().execute(delete(_FOLDERS).where(_FOLDERS.c.id == held[name].id))


def begin_folder(
    session: Session, folder_id: int, *, uidvalidity: int, uidnext: int, modseq: int | None, total: int
) -> None:
    """Start a folder from the beginning: first sync, or new UIDs. Placements go, messages stay for ever."""
    session.connection().execute(delete(_PLACEMENTS).where(_PLACEMENTS.c.folder_id == folder_id))
    move_cursor(
        session,
        folder_id,
        uidvalidity=uidvalidity,
        uidnext=uidnext,
        modseq=modseq,
        backfill_below=uidnext,
        total=total,
        done=0,
    )


def move_cursor(session: Session, folder_id: int, **columns: int | None) -> None:
    """Set columns of a folder, in the transaction of the rows that they stand for."""
    session.connection().execute(update(_FOLDERS).where(_FOLDERS.c.id == folder_id).values(**columns))


def placed(session: Session, folder_id: int) -> set[int]:
    """Return the UIDs of a folder that the desk has."""
    found = select(_PLACEMENTS.c.uid).where(_PLACEMENTS.c.folder_id == folder_id)
    return set(session.connection().execute(found).scalars())


def placed_among(session: Session, folder_id: int, uids: Iterable[int]) -> set[int]:
    """Return those of these UIDs that the desk has."""
    found: set[int] = set()
    for some in chunks(uids):
        chosen = select(_PLACEMENTS.c.uid).where(_PLACEMENTS.c.folder_id == folder_id, _PLACEMENTS.c.uid.in_(some))
        found.update(session.connection().execute(chosen).scalars())
    return found


def forget_placements(session: Session, folder_id: int, uids: Iterable[int]) -> int:
    """Note that messages are gone from a folder; return how many placements went. The messages stay."""
    gone = 0
    for some in chunks(uids):
        chosen = delete(_PLACEMENTS).where(_PLACEMENTS.c.folder_id == folder_id, _PLACEMENTS.c.uid.in_(some))
        gone += session.connection().execute(chosen).rowcount
    return gone


@dataclass(frozen=True, slots=True)
class Flagged:
    """What flags on the server came to.

    Attributes:
        changed: placements whose flags are new.
        wanted_again: UIDs that were ignored by a rule which holds no more: they are to be fetched.
    """

    changed: int
    wanted_again: tuple[int, ...]


def note_flags(session: Session, folder_id: int, flags: Mapping[int, str], *, now: datetime) -> Flagged:
    r"""Take over the flags of messages as the server has them; it wins where it changed them.

    ``\Answered`` by another client handles the message; ``\Flagged`` is the tag ``flagged``, both ways.
    ``\Seen`` is only kept: what was read elsewhere is not handled (DESIGN §4).

    Args:
        session: of a writing transaction.
        folder_id: the folder.
        flags: by UID, sorted and apart by spaces; UIDs that the desk has not are left alone.
        now: the moment.
    """
    before: dict[int, Any] = {}
    for some in chunks(flags):
        chosen = select(_PLACEMENTS.c.uid, _PLACEMENTS.c.flags, _PLACEMENTS.c.raw_id, _PLACEMENTS.c.ignored).where(
            _PLACEMENTS.c.folder_id == folder_id, _PLACEMENTS.c.uid.in_(some)
        )
        before.update({row.uid: row for row in session.connection().execute(chosen)})
    changed = {uid: row for uid, row in before.items() if row.flags != flags[uid]}
    again = tuple(uid for uid, row in changed.items() if _held_no_more(row.ignored, flags[uid]))
    forget_placements(session, folder_id, again)
    if rest := [uid for uid in changed if uid not in again]:
        session.connection().execute(
            update(_PLACEMENTS).where(_PLACEMENTS.c.folder_id == folder_id, _PLACEMENTS.c.uid == bindparam("at")),
            [{"at": uid, "flags": flags[uid]} for uid in rest],
        )
    turned = {
        row.raw_id: (set(row.flags.split()), set(flags[uid].split())) for uid, row in changed.items() if row.raw_id
    }
    if facts := _from_flags(session, turned, now):
        record(session, facts, actor=SYNC, now=now)
    return Flagged(len(changed), again)


def _held_no_more(rule: str, flags: str) -> bool:
    """Say whether mail was ignored by a rule which its flags do not meet any more; what was erased stays so."""
    return bool(rule) and rule != Ignored.ERASED and ignored_by(flags.split()) is None


def ignored_by(flags: Iterable[str]) -> Ignored | None:
    """Return the rule by which a message with these flags is not taken in, if there is one."""
    held = {flag.lower() for flag in flags}
    if r"\draft" in held:
        return Ignored.DRAFT
    return Ignored.DELETED if r"\deleted" in held else None


def _from_flags(session: Session, turned: Mapping[int, tuple[set[str], set[str]]], now: datetime) -> list[Fact]:
    """Return what other clients' flags decide: answered mail is handled, flagged mail is tagged."""
    answered = {raw for raw, (before, after) in turned.items() if ANSWERED in after - before}
    starred = {raw: FLAGGED in after for raw, (before, after) in turned.items() if FLAGGED in before ^ after}
    facts: list[Fact] = []
    rows: dict[int, Any] = {}
    for some in chunks(answered | starred.keys()):
        chosen = (
            select(
                _RAWS.c.id,
                _MESSAGES.c.id.label("message_id"),
                _MESSAGES.c.conversation_id,
                _MESSAGES.c.handled,
                _MESSAGES.c.direction,
            )
            .join(_MESSAGES, _MESSAGES.c.id == _RAWS.c.message_id)
            .where(_RAWS.c.id.in_(some))
        )
        rows.update({row.id: row for row in session.connection().execute(chosen)})
    handled: dict[int, set[int]] = {}
    for raw in answered & rows.keys():
        row = rows[raw]
        if not row.handled and row.direction is Direction.INCOMING:
            handled.setdefault(row.conversation_id, set()).add(row.message_id)
    for conversation_id, numbers in sorted(handled.items()):
        facts.append(
            Handled(conversation_id=conversation_id, message_ids=tuple(sorted(numbers)), after=True, happened_at=now)
        )
    tags = table(Tag)
    wanted = {rows[raw].conversation_id: on for raw, on in starred.items() if raw in rows}
    held: set[int] = set()
    for some in chunks(wanted):
        tagged = select(tags.c.conversation_id).where(tags.c.tag == FLAGGED_TAG, tags.c.conversation_id.in_(some))
        held.update(session.connection().execute(tagged).scalars())
    for conversation_id, on in sorted(wanted.items()):
        if on is not (conversation_id in held):
            word = (FLAGGED_TAG,)
            facts.append(
                Tagged(
                    conversation_id=conversation_id,
                    added=word if on else (),
                    removed=() if on else word,
                    happened_at=now,
                )
            )
    return facts
