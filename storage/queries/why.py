"""Why a conversation is as it is: how each message was threaded, out of the facts, and how its clocks stand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session

from storage.kinds.mail import Correspondent
from storage.queries.clocks import breaches, clocks_of
from storage.queries.conversations import marks_of, resolve_number
from storage.queries.history import events_of, joined_numbers, parted_from
from storage.queries.playbooks import models_of
from storage.queries.tables import LINK, MESSAGE, TEXT
from storage.queries.vendors import CHANGES, with_vendor
from storage.views import EventView, Linked, RuledBy, Threaded, Through, Why

_PLACING = ("joined", "merged", "split", "moved", "noted", "called", "task_begun")
"""The kinds of fact that put messages into conversations."""

_RULED = "ruled"


def why(session: Session, conversation_id: int, *, now: datetime | None = None) -> Why:
    """Tell how each message of a conversation was threaded, and how its clocks stand.

    Args:
        session: of any transaction.
        conversation_id: the conversation.
        now: the moment at which clocks are looked at; without one nothing is told of them.

    Raises:
        NoSuchConversation: there is none with that number.
    """
    number = resolve_number(session, conversation_id)
    joined = joined_numbers(session, number)
    return Why(
        conversation_id=number,
        joined_numbers=joined,
        messages=_messages(session, number, joined),
        links=_links(session, number),
        parted_from=parted_from(session, [number]),
        models=models_of(session, number),
        clocks=() if now is None else clocks_of(session, number, now=now),
        breaches=() if now is None else breaches(session, conversation_id=number),
        vendor=() if now is None else with_vendor(events_of(session, (number, *joined), kinds=CHANGES), now),
    )


def _messages(session: Session, number: int, joined: tuple[int, ...]) -> tuple[Threaded, ...]:
    rows = (
        session.connection()
        .execute(
            _told(MESSAGE.c.author_id, MESSAGE.c.direction, MESSAGE.c.evidence, MESSAGE.c.through_id)
            .where(MESSAGE.c.conversation_id == number)
            .order_by(MESSAGE.c.arrived_at, MESSAGE.c.id)
        )
        .all()
    )
    marks = marks_of(session, number, [(row.id, row.author_id) for row in rows])
    facts = _facts(session, number, joined, frozenset(row.id for row in rows))
    through = _through(session, sorted({row.through_id for row in rows if row.through_id is not None}))
    return tuple(
        Threaded(
            message_id=row.id,
            header_id=row.header_id or "",
            author=Correspondent(row.from_name or "", row.from_address or ""),
            subject=row.subject or "",
            direction=row.direction,
            arrived_at=row.arrived_at,
            evidence=row.evidence,
            through=through.get(row.through_id),
            marked=row.id in marks,
            cites=tuple(
                dict.fromkeys((*(row.details or {}).get("in_reply_to", ()), *(row.details or {}).get("references", ())))
            ),
            facts=tuple(one for one in facts.get(row.id, ()) if one.kind != _RULED),
            rules=tuple(_ruled_by(one.values) for one in facts.get(row.id, ()) if one.kind == _RULED),
        )
        for row in rows
    )


def _told(*more: Any) -> Any:
    """Select what is told of a message."""
    return select(
        MESSAGE.c.id,
        MESSAGE.c.conversation_id,
        MESSAGE.c.arrived_at,
        TEXT.c.subject,
        TEXT.c.from_name,
        TEXT.c.from_address,
        TEXT.c.header_id,
        TEXT.c.details,
        *more,
    ).select_from(MESSAGE.outerjoin(TEXT, TEXT.c.message_id == MESSAGE.c.id))


def _facts(
    session: Session, number: int, joined: tuple[int, ...], messages: frozenset[int]
) -> dict[int, list[EventView]]:
    """Return the facts that put each message somewhere, those of where it stood before among them."""
    # What an agent split off was joined elsewhere first.
    numbers = {number, *joined, *parted_from(session, [number, *joined])}
    facts: dict[int, list[EventView]] = {}
    for event in events_of(session, sorted(numbers), kinds=(*_PLACING, _RULED)):
        for message in messages.intersection(_moved(event)):
            facts.setdefault(message, []).append(event)
    return facts


def _moved(event: EventView) -> tuple[int, ...]:
    """Return the messages that an event is about: their place, or the rule that met them."""
    match event.kind, event.values:
        case "joined" | "ruled" | "noted" | "called" | "task_begun", {"message_id": int(message)}:
            return (message,)
        case "merged" | "split" | "moved", {"message_ids": tuple(messages)}:
            return messages
        case _:
            return ()


def _ruled_by(values: Mapping[str, Any]) -> RuledBy:
    return RuledBy(values["rule_id"], values["name"] or "", tuple(values["did"]))


def _through(session: Session, ids: list[int]) -> dict[int | None, Through]:
    found: dict[int | None, Through] = {}
    for at in range(0, len(ids), 500):
        for row in session.connection().execute(_told().where(MESSAGE.c.id.in_(ids[at : at + 500]))):
            found[row.id] = Through(
                message_id=row.id,
                conversation_id=row.conversation_id,
                author=Correspondent(row.from_name or "", row.from_address or ""),
                subject=row.subject or "",
                arrived_at=row.arrived_at,
            )
    return found


def _links(session: Session, number: int) -> tuple[Linked, ...]:
    chosen = (
        select(LINK)
        .where(or_(LINK.c.conversation_id == number, LINK.c.other_id == number))
        .order_by(LINK.c.conversation_id, LINK.c.other_id)
    )
    return tuple(
        Linked(
            row.other_id if row.conversation_id == number else row.conversation_id,
            row.reason,
            row.conversation_id == number,
        )
        for row in session.connection().execute(chosen)
    )
