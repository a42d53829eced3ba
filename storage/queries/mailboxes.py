"""The mailboxes: how the sync of each stands, and what could not be read."""

from sqlalchemy import func, select
from sqlmodel import Session

from storage.queries.making import mailbox_view
from storage.queries.tables import FOLDER, MAILBOX, MAILBOX_STATE, RAW
from storage.views import MailboxView, QuarantineView


def states(session: Session) -> tuple[MailboxView, ...]:
    """Return every mailbox and how its sync stands, by name."""
    progress = (
        select(
            FOLDER.c.mailbox_id,
            func.sum(FOLDER.c.done).label("done"),
            func.sum(FOLDER.c.total).label("total"),
        )
        .group_by(FOLDER.c.mailbox_id)
        .subquery()
    )
    state = MAILBOX_STATE.c
    chosen = (
        select(
            MAILBOX.c.id,
            MAILBOX.c.name,
            MAILBOX.c.address,
            MAILBOX.c.mailbox_group,
            MAILBOX.c.live_since,
            state.state,
            state.since,
            state.synced_at,
            progress.c.done,
            progress.c.total,
            state.trouble,
        )
        .select_from(
            MAILBOX.outerjoin(MAILBOX_STATE, state.mailbox_id == MAILBOX.c.id).outerjoin(
                progress, progress.c.mailbox_id == MAILBOX.c.id
            )
        )
        .order_by(MAILBOX.c.name)
    )
    return tuple(mailbox_view(row[:-1], row[-1] or {}) for row in session.connection().execute(chosen))


def mailbox_called(session: Session, name: str) -> int | None:
    """Return the mailbox of that name, `None` when there is none."""
    found = session.connection().execute(select(MAILBOX.c.id).where(MAILBOX.c.name == name)).scalar()
    return None if found is None else int(found)


def quarantined(session: Session) -> tuple[QuarantineView, ...]:
    """Return what is kept as raw text only, newest first."""
    chosen = (
        select(RAW.c.id, MAILBOX.c.name, RAW.c.quarantined, RAW.c.size, RAW.c.arrived_at, RAW.c.digest)
        .select_from(RAW.join(MAILBOX, MAILBOX.c.id == RAW.c.mailbox_id))
        .where(RAW.c.quarantined.is_not(None))
        .order_by(RAW.c.arrived_at.desc(), RAW.c.id.desc())
    )
    return tuple(
        QuarantineView(row.id, row.name, row.quarantined, row.size, row.arrived_at, row.digest)
        for row in session.connection().execute(chosen)
    )
