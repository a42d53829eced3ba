"""How the sync of a mailbox stands, and who may do a job that only one process may do."""

import os
import socket
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlmodel import Session

from storage.apply.base import insert, table
from storage.models import Lease, MailboxState

SYNC: Final = "sync"
"""The lease of whoever keeps the mailboxes in step, and sends."""


def set_state(
    session: Session, mailbox_id: int, state: str, *, now: datetime, trouble: Mapping[str, str] | None = None
) -> None:
    """Put down how the sync of a mailbox stands.

    Args:
        session: of a writing transaction.
        mailbox_id: whose.
        state: ``ok``, ``syncing``, ``lost``, ``stopped`` or ``never``.
        now: the moment; a trouble that goes on keeps the moment it began.
        trouble: the error's kind and its clean words, and what else is to be known of it; `None` when there is none.
    """
    rows = table(MailboxState)
    held = session.connection().execute(select(rows).where(rows.c.mailbox_id == mailbox_id)).first()
    since = (held.since if held and held.trouble else now) if trouble else None
    synced_at = now if state == "ok" else held.synced_at if held else None
    values = {"state": state, "trouble": dict(trouble or {}), "since": since, "synced_at": synced_at}
    if held is None:
        insert(session.connection(), MailboxState, [{"mailbox_id": mailbox_id, **values}])
    else:
        session.connection().execute(update(rows).where(rows.c.mailbox_id == mailbox_id).values(**values))


def try_again(session: Session, mailbox_id: int, *, now: datetime) -> bool:
    """Let the sync of a mailbox that is stopped go on, as after its password was mended; say whether it was stopped."""
    if state_of(session, mailbox_id) != "stopped":
        return False
    set_state(session, mailbox_id, "never", now=now)
    return True


def state_of(session: Session, mailbox_id: int) -> str:
    """Return how the sync of a mailbox stands, ``never`` when it was never tried."""
    rows = table(MailboxState)
    return session.connection().execute(select(rows.c.state).where(rows.c.mailbox_id == mailbox_id)).scalar() or "never"


def trouble_that_stops(session: Session, mailbox_id: int) -> Mapping[str, str]:
    """Return what stopped the sync of a mailbox, as `set_state` was given it; empty where it is not stopped."""
    rows = table(MailboxState)
    stopped = select(rows.c.trouble).where(rows.c.mailbox_id == mailbox_id, rows.c.state == "stopped")
    return dict(session.connection().execute(stopped).scalar() or {})


def take_lease(session: Session, name: str, holder: str, *, now: datetime, lasts: timedelta) -> str | None:
    """Take or renew the right to do a job that only one process may do.

    Args:
        session: of a writing transaction.
        name: of the job.
        holder: from `holder_here`.
        now: the moment.
        lasts: until when it must be renewed.

    Returns:
        `None` when it is ours now, else who holds it.
    """
    rows = table(Lease)
    held = session.connection().execute(select(rows).where(rows.c.name == name)).first()
    if held is not None and held.holder != holder and held.until > now and not is_dead(held.holder):
        return str(held.holder)
    session.connection().execute(delete(rows).where(rows.c.name == name))
    insert(session.connection(), Lease, [{"name": name, "holder": holder, "until": now + lasts}])
    return None


def leave_lease(session: Session, name: str, holder: str) -> None:
    """Give a lease back, if it is still ours."""
    rows = table(Lease)
    session.connection().execute(delete(rows).where(rows.c.name == name, rows.c.holder == holder))


def lease_holder(session: Session, name: str, *, now: datetime) -> str | None:
    """Return who holds a lease now; `None` when nobody does, or whoever did is dead."""
    rows = table(Lease)
    held = session.connection().execute(select(rows).where(rows.c.name == name, rows.c.until > now)).first()
    return None if held is None or is_dead(held.holder) else str(held.holder)


def holder_here() -> str:
    """Return this process's name among lease holders: machine, process number, and when it began."""
    return f"{socket.gethostname()}:{os.getpid()}:{_began(os.getpid())}"


def is_dead(holder: str) -> bool:
    """Say whether the holder was a process of this machine that is gone: its lease need not run out."""
    host, _, rest = holder.rpartition(":")[0].rpartition(":")
    number, began = rest, holder.rpartition(":")[2]
    if host != socket.gethostname() or not number.isdigit():
        return False
    return _began(int(number)) != began


def _began(process: int) -> str:
    """Return when a process began, as the kernel counts it; ``alive`` where it does not tell, empty when it is gone."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as stat:  # noqa: PTH123
            return stat.read().rpartition(")")[2].split()[19]
    except OSError:
        pass
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        return "alive"
    return "alive" if not os.path.isdir("/proc/self") else ""  # noqa: PTH112
