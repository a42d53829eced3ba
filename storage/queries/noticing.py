"""What happened that an agent may want to be called for: mail in one's conversations, and those one is given."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import select
from sqlmodel import Session

from storage.kinds import Automatic, Direction
from storage.queries.history import last_event
from storage.queries.tables import CONVERSATION, EVENT, MESSAGE, PERSON, TEXT

MUCH: Final = 400
"""Events in one look beyond which nothing is told one by one: a first sync, or a night away."""

Call = Literal["mine", "assigned", "failed"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that an agent may want to know at once.

    Attributes:
        call: what sort of thing.
        who: who wrote, or who gave it.
        subject: of the conversation.
    """

    call: Call
    conversation_id: int
    who: str
    subject: str


def news(session: Session, cursor: int, *, agent_id: int, calls: Collection[str]) -> tuple[int, tuple[Notice, ...]]:
    """Return the newest event, and what happened after another that an agent may want to be called for.

    One's own actions call nobody, and neither does history, nor a machine's mail.

    Args:
        session: of any transaction.
        cursor: the event after which.
        agent_id: for whom.
        calls: which sorts of things are told.
    """
    last = last_event(session)
    if last <= cursor or last - cursor > MUCH:
        return last, ()
    rows = EVENT.c
    chosen = (
        select(rows.kind, rows.agent_id, rows.conversation_id, rows.public)
        .where(rows.id > cursor, rows.id <= last, rows.kind.in_(("received", "joined", "assigned")))
        .order_by(rows.id)
    )
    fresh: set[int] = set()
    mine: dict[int, int] = {}
    given: dict[int, int | None] = {}
    for row in session.connection().execute(chosen):
        fact = json.loads(row.public)["fact"]
        if row.kind == "received":
            if not fact["history"] and fact["direction"] == Direction.INCOMING and fact["automatic"] == Automatic.NO:
                fresh.add(fact["message_id"])
        elif row.kind == "joined":
            if fact["message_id"] in fresh:
                mine[row.conversation_id] = fact["message_id"]
        elif fact["after"] == agent_id and row.agent_id != agent_id:
            given[row.conversation_id] = row.agent_id
    found = []
    if "mine" in calls and mine:
        found += _wrote(session, mine, agent_id)
    if "assigned" in calls and given:
        found += _given(session, given)
    return last, tuple(found)


def _wrote(session: Session, mine: dict[int, int], agent_id: int) -> list[Notice]:
    chosen = (
        select(CONVERSATION.c.id, TEXT.c.from_name, TEXT.c.from_address, TEXT.c.subject)
        .select_from(
            MESSAGE.join(CONVERSATION, CONVERSATION.c.id == MESSAGE.c.conversation_id).outerjoin(
                TEXT, TEXT.c.message_id == MESSAGE.c.id
            )
        )
        .where(MESSAGE.c.id.in_(sorted(mine.values())), CONVERSATION.c.assignee_id == agent_id)
        .order_by(MESSAGE.c.id)
    )
    return [
        Notice("mine", row.id, row.from_name or row.from_address or "", row.subject or "")
        for row in session.connection().execute(chosen)
    ]


def _given(session: Session, given: dict[int, int | None]) -> list[Notice]:
    from storage.queries.agents import agents

    names = agents(session)
    chosen = (
        select(CONVERSATION.c.id, PERSON.c.name, TEXT.c.subject)
        .select_from(
            CONVERSATION.outerjoin(PERSON, PERSON.c.id == CONVERSATION.c.customer_id).outerjoin(
                TEXT, TEXT.c.message_id == CONVERSATION.c.first_message_id
            )
        )
        .where(CONVERSATION.c.id.in_(sorted(given)))
        .order_by(CONVERSATION.c.id)
    )
    return [
        Notice("assigned", row.id, names.get(given[row.id] or 0, ""), row.subject or "")
        for row in session.connection().execute(chosen)
    ]
