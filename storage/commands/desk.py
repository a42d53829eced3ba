"""What there is once per desk, and the rows that name who works here and which mailboxes there are."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import insert, table
from storage.events import Actor, AgentJoined, MailboxAdded, MailboxChanged
from storage.models import Agent, Desk, Mailbox
from storage.record import next_id, record

_SIGNING_KEY = "signing_key"


def signing_key(session: Session) -> bytes:
    """Return the desk's key for the Message-IDs of its own mail, made when first asked for."""
    rows = table(Desk)
    held = session.connection().execute(select(rows.c.value).where(rows.c.name == _SIGNING_KEY)).scalar()
    if held is not None:
        return bytes(held)
    made = secrets.token_bytes(32)
    insert(session.connection(), Desk, [{"name": _SIGNING_KEY, "value": made}])
    return made


def agent_named(session: Session, name: str, *, now: datetime) -> int:
    """Return the agent of that name, who joins the desk when nobody here bears it."""
    rows = table(Agent)
    held = session.connection().execute(select(rows.c.id).where(rows.c.name == name)).scalar()
    if held is not None:
        return int(held)
    agent_id = next_id(session, Agent)
    joined = AgentJoined(agent_id=agent_id, name=name, happened_at=now)
    record(session, [joined], actor=Actor(None, "desk"), now=now)
    return agent_id


def mailbox_as(
    session: Session,
    *,
    name: str,
    address: str,
    aliases: Sequence[str] = (),
    group: str = "",
    live_since: datetime | None = None,
    archive: str = "",
    trash: str = "",
    now: datetime,
) -> int:
    """Return the mailbox of that name, added or brought to these settings if need be.

    A mailbox keeps the group and the live-since that it was added with: both decided what its mail did.

    Args:
        session: of a writing transaction.
        name: what agents call it.
        address: what customers write to; `aliases` are ours too.
        group: the tenant.
        live_since: older mail is history; `None` when all of it is.
        archive: the folder for resolved mail, empty for none.
        trash: the folder for trashed mail, empty for none.
        now: the moment of recording.
    """
    rows = table(Mailbox)
    address, others = address.lower(), tuple(one.lower() for one in aliases)
    held = session.connection().execute(select(rows).where(rows.c.name == name)).first()
    desk = Actor(None, "desk")
    if held is None:
        mailbox_id = next_id(session, Mailbox)
        added = MailboxAdded(
            mailbox_id=mailbox_id,
            name=name,
            address=address,
            aliases=others,
            group=group,
            live_since=live_since,
            archive=archive,
            trash=trash,
            happened_at=now,
        )
        record(session, [added], actor=desk, now=now)
        return mailbox_id
    if (held.address, tuple(held.aliases), held.archive, held.trash) != (address, others, archive, trash):
        changed = MailboxChanged(
            mailbox_id=held.id,
            address_before=held.address,
            address=address,
            aliases_before=tuple(held.aliases),
            aliases=others,
            archive_before=held.archive,
            archive=archive,
            trash_before=held.trash,
            trash=trash,
            happened_at=now,
        )
        record(session, [changed], actor=desk, now=now)
    return int(held.id)
