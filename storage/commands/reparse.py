"""The derived rows of messages are made again from what reading their raw mail gives today."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlmodel
from sqlalchemy import delete, func, select
from sqlmodel import Session, SQLModel

from storage.apply.base import chunks, table
from storage.commands.intake.deliveries import Delivery, Incoming
from storage.commands.intake.derive import READER_VERSION, derive
from storage.commands.intake.evidence import traits_of
from storage.commands.intake.people import recognise
from storage.commands.intake.reception import incoming, own_addresses, written_here
from storage.kinds import Channel, Direction
from storage.kinds.mail import Parsed
from storage.models import Cited, Mailbox, Message, MessageText, Print, QuotedPrint, Raw, SubjectKey
from storage.search import add, remove

_DERIVED: tuple[type[SQLModel], ...] = (MessageText, Cited, Print, QuotedPrint, SubjectKey)


@dataclass(frozen=True, slots=True)
class Kept:
    """A message and the digest of its raw mail."""

    message_id: int
    digest: bytes


def outdated_messages(session: Session) -> int:
    """Return how many messages were read by another version of the reader than this one."""
    rows = table(MessageText)
    return int(session.connection().execute(select(func.count()).where(rows.c.version != READER_VERSION)).scalar_one())


def count(session: Session) -> int:
    """Return how many messages there are."""
    return int(session.connection().execute(select(func.count()).select_from(table(Message))).scalar_one())


def kept_after(session: Session, message_id: int, *, limit: int) -> list[Kept]:
    """Return the next messages after one, in the order of their numbers, each with its first delivery."""
    messages, raws = table(Message), table(Raw)
    standing = messages.c.id > message_id, messages.c.erased_at.is_(None)
    page = select(messages.c.id).where(*standing).order_by(messages.c.id).limit(limit).subquery()
    first = (
        select(raws.c.message_id, func.min(raws.c.id).label("raw_id"))
        .where(raws.c.message_id.in_(select(page.c.id)))
        .group_by(raws.c.message_id)
        .subquery()
    )
    found = (
        select(raws.c.message_id, raws.c.digest).join(first, first.c.raw_id == raws.c.id).order_by(raws.c.message_id)
    )
    return [Kept(row.message_id, row.digest) for row in session.connection().execute(found)]


def remake(session: Session, read: Mapping[int, Parsed]) -> int:
    """Make the derived rows of messages anew, and index them.

    What was decided stays: who wrote, which conversation, when it came. The words leave the search index while the
    text that went in still stands, as the index needs it.

    Args:
        session: of a writing transaction.
        read: what reading each message gives today.

    Returns:
        How many of them say something else than before.
    """
    connection = session.connection()
    before = _texts(session, read)
    messages = _again(session, read, before)
    recognise(session, messages)  # for who is named in them; whoever is new is met when they write
    traits = {message.message_id: traits_of(message) for message in messages}
    remove(session, read)
    for model in _DERIVED:
        rows = table(model)
        for some in chunks(read):
            connection.execute(delete(rows).where(rows.c.message_id.in_(some)))
    derive(session, messages, traits)
    add(session, read)
    after = _texts(session, read)
    return sum(1 for number in read if _said(before.get(number)) != _said(after.get(number)))


def _again(session: Session, read: Mapping[int, Parsed], before: Mapping[int, Any]) -> list[Incoming]:
    mailboxes = {one.id: one for one in session.exec(sqlmodel.select(Mailbox)).all()}
    own = own_addresses(mailboxes.values())
    rows = table(Message)
    messages = []
    for some in chunks(read):
        for row in session.connection().execute(select(rows).where(rows.c.id.in_(some)).order_by(rows.c.id)):
            mailbox = mailboxes[row.mailbox_id]
            text = before.get(row.id)
            delivery = Delivery(
                mailbox_id=row.mailbox_id,
                raw_digest=b"",
                size=0,
                arrived_at=row.arrived_at,
                outgoing=row.direction is Direction.OUTGOING,
                parsed=read[row.id],
                source=text.source if text is not None else None,
            )
            message = incoming(row.id, delivery, mailbox, row.key, own[mailbox.group])
            message.direction = row.direction
            if row.direction is Direction.INTERNAL or row.channel is not Channel.EMAIL:
                message = written_here(message, direction=row.direction, channel=row.channel)
            messages.append(message)
    return messages


def _texts(session: Session, read: Mapping[int, Parsed]) -> dict[int, Any]:
    rows = table(MessageText)
    found: dict[int, Any] = {}
    for some in chunks(read):
        for row in session.connection().execute(select(rows).where(rows.c.message_id.in_(some))):
            found[row.message_id] = row
    return found


def _said(row: Any) -> object:
    """Return what a text says, without the version of what made it."""
    return None if row is None else tuple(value for name, value in row._mapping.items() if name != "version")  # noqa: SLF001
