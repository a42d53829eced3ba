"""What a look for news needs of the record, read past SQLAlchemy: to load that is three quarters of a short sync.

Only SQLite, only tables that are local or settings, and nothing is decided here: whoever finds anything out of the
ordinary goes the whole road, through `storage.store`.
"""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from storage.drivers import sqlite_driver
from storage.kinds.promises import found_by
from storage.kinds.tasks import DUTIES_LOOKED, looked_at
from storage.versions import HEAD, SECURE_SQLITE, STEMMER_VERSION

_BUSY_SECONDS: Final = 2.0
_MAPPED_MOST: Final = 1 << 28  # bytes; to count the placements of a large folder is some hundred reads otherwise
_MICROSECONDS: Final = 1000  # nanoseconds each

_BUSY = """
    SELECT EXISTS (SELECT 1 FROM lease WHERE until > :now)
        OR EXISTS (SELECT 1 FROM wanted WHERE failed = '')
        OR EXISTS (SELECT 1 FROM outbox WHERE state IN ('queued', 'sending', 'data_sent') AND held IS NULL)
        OR EXISTS (SELECT 1 FROM claim WHERE look_at <= :now)
        OR EXISTS (SELECT 1 FROM conversation WHERE snoozed_until <= :now)
        OR EXISTS (SELECT 1 FROM clock WHERE next_at < :now)
        OR EXISTS (SELECT 1 FROM desk WHERE name >= 'late ' AND name < 'late!')
        OR EXISTS (SELECT 1 FROM handoff WHERE state IN ('offered', 'escalated'))
        OR EXISTS (SELECT 1 FROM consult WHERE state = 'asked' AND due_at <= :now AND NOT EXISTS (
            SELECT 1 FROM event WHERE conversation_id = consult.conversation_id
            AND kind = 'consult_lapsed' AND happened_at = consult.due_at
        ))
        OR EXISTS (SELECT 1 FROM entry WHERE kind = 'promise' AND name BETWEEN '1' AND :moment AND value IS NOT NULL)
        OR EXISTS (SELECT 1 FROM message_text WHERE message_id > (
            SELECT coalesce(max(CAST(CAST(value AS TEXT) AS INTEGER)), 0) FROM desk WHERE name = 'search_cursor'
        ))
        OR :stemmer <> (SELECT version FROM search_entry ORDER BY id LIMIT 1)
        OR :stemmer <> (SELECT version FROM search_entry ORDER BY id DESC LIMIT 1)
"""
_FOLDERS = """
    SELECT id, name, role, uidvalidity, uidnext, modseq, backfill_below, total, done,
        (SELECT count(*) FROM placement WHERE folder_id = folder.id) AS placed
    FROM folder WHERE mailbox_id = :mailbox
"""
_MAILBOXES = """
    SELECT mailbox.*, mailbox_state.state FROM mailbox LEFT JOIN mailbox_state ON mailbox_id = id
"""
_DUTIES = """
    SELECT coalesce((SELECT max(id) FROM event), 0), (SELECT value FROM desk WHERE name = :name),
        EXISTS (SELECT 1 FROM entry WHERE kind = 'milestone')
        OR EXISTS (SELECT 1 FROM profile WHERE field IN ('touch', 'service'))
"""
_CONFIGURATION = "SELECT value FROM desk WHERE name = 'configuration_read'"
_CONFIGURATION_READ = """
    INSERT INTO desk (name, value) VALUES ('configuration_read', :digest)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""
_SYNCED = "UPDATE mailbox_state SET synced_at = :now WHERE mailbox_id = :mailbox AND state = 'ok'"


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a folder has been read; see `storage.models.Folder`.

    Attributes:
        placed: how many messages of it the desk has; `None` when they were not counted.
    """

    folder_id: int
    name: str
    role: str
    uidvalidity: int | None
    uidnext: int | None
    modseq: int | None
    backfill_below: int | None
    total: int
    done: int
    placed: int | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A mailbox as the desk keeps it.

    Attributes:
        settings: its columns; aliases as a list.
        state: how its sync stood last; ``never`` when it was never tried.
        cursors: its folders, by name.
    """

    mailbox_id: int
    settings: dict[str, Any]
    state: str
    cursors: dict[str, Cursor]


@dataclass(frozen=True, slots=True)
class Glance:
    """What a look at the record gave.

    Attributes:
        busy: a sync runs, or has something else to do: a wanted change, mail that leaves, a snooze, a clock whose
            moment has come, a handoff that nobody has accepted, a colleague who has not answered, a promise whose time
            has passed, a look for check-ins and milestones, the index.
        mailboxes: by name.
        configuration: the digest of the configuration that was read with care for the last look.
    """

    busy: bool
    mailboxes: dict[str, Kept] = field(default_factory=dict)
    configuration: bytes | None = None


def glance(path: Path) -> Glance | None:
    """Look at the store in the file `path`; `None` when it is none, is of another version, or cannot be read."""
    driver = sqlite_driver()
    if driver.sqlite_version_info < SECURE_SQLITE or not path.exists():
        return None
    try:
        with _opened(driver, path) as line:
            line.execute("BEGIN")
            if line.execute("SELECT version_num FROM alembic_version").fetchone()[0] != HEAD:
                return None
            now = time.time_ns() // _MICROSECONDS
            given = {"now": now, "moment": found_by(datetime.now(UTC)), "stemmer": STEMMER_VERSION}
            if line.execute(_BUSY, given).fetchone()[0] or _has_duties(line):
                return Glance(busy=True)
            mailboxes = {one.settings["name"]: one for one in _mailboxes(line)}
            read = line.execute(_CONFIGURATION).fetchone()
            return Glance(busy=False, mailboxes=mailboxes, configuration=read and read[0])
    except driver.Error:
        return None


def note_synced(path: Path, mailbox_ids: Iterable[int], *, configuration: bytes | None = None) -> bool:
    """Put down that mailboxes were found in step now; say whether that was possible.

    Args:
        path: of the store.
        mailbox_ids: of mailboxes whose sync stands well; of others nothing is changed.
        configuration: the digest of the configuration that says how to reach them; `None` to leave what is noted.
    """
    driver = sqlite_driver()
    now = time.time_ns() // _MICROSECONDS
    try:
        with _opened(driver, path) as line:
            line.execute("PRAGMA synchronous = NORMAL")  # the next sync says it again
            line.execute("BEGIN IMMEDIATE")
            line.executemany(_SYNCED, [{"now": now, "mailbox": number} for number in mailbox_ids])
            if configuration is not None:
                line.execute(_CONFIGURATION_READ, {"digest": configuration})
            line.execute("COMMIT")
    except driver.Error:
        return False
    return True


@contextmanager
def _opened(driver: Any, path: Path) -> Iterator[Any]:
    with closing(driver.connect(path.absolute().as_uri() + "?mode=rw", uri=True, timeout=_BUSY_SECONDS)) as line:
        line.isolation_level = None  # BEGIN is said here
        line.row_factory = driver.Row
        line.execute(f"PRAGMA mmap_size = {_MAPPED_MOST}")
        yield line


def _has_duties(line: Any) -> bool:
    """Say whether a check-in or a milestone may be due: something was recorded, or a day began, since it was looked."""
    last, looked, may = line.execute(_DUTIES, {"name": DUTIES_LOOKED}).fetchone()
    return bool(may) and (looked or b"").decode() != looked_at(last, datetime.now().astimezone().date())


def _mailboxes(line: Any) -> Iterator[Kept]:
    for row in line.execute(_MAILBOXES).fetchall():
        settings = dict(row)
        settings["aliases"] = json.loads(settings["aliases"])
        state = settings.pop("state") or "never"
        cursors = {one["name"]: Cursor(*one) for one in line.execute(_FOLDERS, {"mailbox": settings["id"]})}
        yield Kept(settings["id"], settings, state, cursors)
