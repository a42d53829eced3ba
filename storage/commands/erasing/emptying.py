"""Taking everything out of messages that they say, for ever; what erases a person and what erases by age does it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select, true, update
from sqlmodel import Session, SQLModel

from storage.apply.base import chunks, table
from storage.commands.wanted import want_erased
from storage.events import Actor, Erased, Fact
from storage.kinds import Ignored
from storage.models import (
    Alarm,
    Cited,
    Claim,
    Event,
    EventPersonal,
    Handoff,
    Mailbox,
    Message,
    MessageText,
    Outbox,
    Placement,
    Print,
    QuotedPrint,
    Raw,
    Recipient,
    Solution,
    SubjectKey,
    Wanted,
)
from storage.record import record
from storage.rules import tombstones
from storage.rules.tombstones import tombstone
from storage.search import add, remove

_IN_ONE_FACT: Final = 500
_MADE_OF_WORDS: Final[tuple[type[SQLModel], ...]] = (Cited, Print, QuotedPrint, SubjectKey)
_EMPTY: Final[dict[str, Any]] = {
    "subject": "",
    "from_name": "",
    "from_address": "",
    "dated_at": None,
    "language": "",
    "header_id": "",
    "source": None,
    "details": {},
    "reply_text": "",
    "text": "",
}


def record_erased(
    session: Session,
    before: Sequence[Fact],
    messages: Sequence[int],
    signs: Sequence[bytes],
    first: Erased,
    actor: Actor,
    now: datetime,
) -> int:
    """Record the erasure, in facts of a bounded size: the first one says how much it was."""
    facts: list[Fact] = []
    shown = [one.hex() for one in signs]
    for at in range(0, max(len(messages), len(shown), 1), _IN_ONE_FACT):
        some = {"message_ids": tuple(messages[at : at + _IN_ONE_FACT])}
        counts = {} if not at else {"deliveries": 0, "facts": 0, "drafts": 0, "person_ids": ()}
        facts.append(first.model_copy(update={**some, **counts, "tombstones": tuple(shown[at : at + _IN_ONE_FACT])}))
    return record(session, [*facts, *before], actor=actor, now=now)


def forget_facts(session: Session, event_ids: Sequence[int]) -> None:
    """Delete the personal parts of facts, with their salts; handoffs and causes that they tell of are emptied."""
    rows = table(EventPersonal)
    for some in chunks(event_ids):
        _empty_told(session, some)
        session.connection().execute(delete(rows).where(rows.c.event_id.in_(some)))


def _empty_told(session: Session, event_ids: Sequence[int]) -> None:
    events = table(Event)
    chosen = select(events.c.kind, events.c.public).where(events.c.id.in_(event_ids), events.c.kind.in_(tuple(_TOLD)))
    for row in session.connection().execute(chosen).all():
        model, key, empty = _TOLD[row.kind]
        told, number = table(model), json.loads(row.public)["fact"][key]
        column = told.c.id if model is Handoff else told.c.conversation_id
        session.connection().execute(update(told).where(column == number).values(empty))


_TOLD: Final[Mapping[str, tuple[type[SQLModel], str, dict[str, None]]]] = {
    "transferred": (Handoff, "handoff_id", {"brief": None}),
    "returned": (Handoff, "handoff_id", {"reason": None}),
    "breach_explained": (Alarm, "conversation_id", {"cause": None, "corrective": None}),
    "solved": (Solution, "conversation_id", {"cause": None, "solution": None}),
}
"""Which rows hold what the personal parts of facts say, by which field they are found, and what of them is emptied."""


def empty_messages(
    session: Session,
    messages: Sequence[int],
    deliveries: Sequence[tuple[int, bytes]],
    *,
    on_servers: bool,
    now: datetime,
) -> int:
    """Take everything out that messages say, and let nothing lead to them on their servers.

    Args:
        session: of a writing transaction.
        messages: by number.
        deliveries: number and digest of each copy of them.
        on_servers: ask the servers to delete their copies.
        now: the moment.

    Returns:
        How many deletions are asked for.
    """
    connection = session.connection()
    remove(session, messages, forget=True)
    texts, wanted, recipients, claims = table(MessageText), table(Wanted), table(Recipient), table(Claim)
    for some in chunks(messages):
        connection.execute(update(texts).where(texts.c.message_id.in_(some)).values(_EMPTY))
        for model in _MADE_OF_WORDS:
            connection.execute(delete(table(model)).where(table(model).c.message_id.in_(some)))
        connection.execute(delete(wanted).where(wanted.c.message_id.in_(some)))
        connection.execute(update(recipients).where(recipients.c.message_id.in_(some)).values(address=None, words=None))
        connection.execute(update(claims).where(claims.c.message_id.in_(some)).values(trouble=""))
    add(session, messages)
    asked = want_erased(session, messages, now=now) if on_servers else 0
    placements, raws = table(Placement), table(Raw)
    asked_for = select(raws.c.id).where(raws.c.message_id.is_not(None))
    for ids in chunks(number for number, _ in deliveries):
        # What could not be read is no message's, so that no server can be asked for it.
        left = placements.c.raw_id.not_in(asked_for) if on_servers else true()
        if ids:
            connection.execute(
                update(placements)
                .where(placements.c.raw_id.in_(ids), left)
                .values(raw_id=None, ignored=str(Ignored.ERASED))
            )
    return asked


def deliveries_of(session: Session, messages: Sequence[int], unread: Sequence[int]) -> list[tuple[int, bytes]]:
    """Return number and digest of every copy of these messages, and of what could not be read."""
    raws, outbox = table(Raw), table(Outbox)
    connection = session.connection()
    found: list[tuple[int, bytes]] = []
    for some in chunks(messages):
        found += map(tuple, connection.execute(select(raws.c.id, raws.c.digest).where(raws.c.message_id.in_(some))))
        sent = select(outbox.c.id, outbox.c.digest).where(outbox.c.id.in_(some))
        found += [(0, row.digest) for row in connection.execute(sent)]
    for some in chunks(unread):
        found += map(tuple, connection.execute(select(raws.c.id, raws.c.digest).where(raws.c.id.in_(some))))
    return found


def signs_of(session: Session, salt: bytes, messages: Sequence[int], unread: Sequence[int]) -> Iterator[bytes]:
    """Yield by what these messages and their copies are known again."""
    rows, raws, outbox, boxes = table(Message), table(Raw), table(Outbox), table(Mailbox)
    connection = session.connection()
    for some in chunks(messages):
        keys = select(rows.c.key, rows.c.header_key, outbox.c.id).select_from(
            rows.outerjoin(outbox, outbox.c.id == rows.c.id)
        )
        for row in connection.execute(keys.where(rows.c.id.in_(some))):
            yield tombstone(salt, tombstones.MESSAGE, row.key)
            if row.id is not None and row.header_key is not None:
                yield tombstone(salt, tombstones.SENT, row.header_key)
    copies = select(raws.c.digest, boxes.c.mailbox_group).join(boxes, boxes.c.id == raws.c.mailbox_id)
    lots = [
        *(raws.c.message_id.in_(some) for some in chunks(messages)),
        *(raws.c.id.in_(one) for one in chunks(unread)),
    ]
    for chosen in lots:
        for copy in connection.execute(copies.where(chosen)):
            yield tombstone(salt, tombstones.RAW, copy.mailbox_group.encode(), copy.digest)
