"""What whoever receives a conversation reads first: drawn up from the thread, or as it was handed on."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import log
from typing import Final

from sqlalchemy import select
from sqlmodel import Session

from storage.kinds import SETTLED, Direction, HandoffState
from storage.kinds.clean import clean_line, folded
from storage.kinds.handoffs import Before, Brief, Contents, Promised, Tried
from storage.queries import context, conversations, handoffs
from storage.queries.fitting import asked_in
from storage.queries.tables import CONVERSATION, SEARCH_ENTRY, TEXT
from storage.queries.vendors import with_vendor
from storage.rules.gleaning import Said, glean
from storage.rules.query import Text, Where
from storage.search.matching import matching, written
from storage.views import ContextView, ConversationView, MessageView

MESSAGES: Final = 200
"""The newest messages of a conversation that are read for a brief."""

_TRIED: Final = 8  # notes
_LINE: Final = 300  # letters of a note that are taken over
_PROMISES: Final = 5
_LOOKED_BACK: Final = 1_500  # settled conversations, the newest, that are compared
_WORDS: Final = 10  # of the conversation: the longest of its subject, then of what was asked
_ALIKE: Final = 2  # words that must be met at least; a third of many
_COMMON: Final = 8  # a word that more than one of so many has says nothing, where they are more than a few
_FEW: Final = 16
_WORD: Final = re.compile(r"[^\W\d_]{4,30}")


def brief(session: Session, conversation_id: int, *, now: datetime | None = None) -> Brief:
    """Return what a specialist reads of a conversation before all else.

    Args:
        session: of any transaction.
        conversation_id: by its own number, or by one that was joined into it.
        now: the moment; without one, a vendor's time under way is not counted.

    Raises:
        NoSuch: there is no such conversation.
    """
    view = conversations.read(session, conversation_id, agent_id=None)
    beside = context.read(session, view)
    number = view.conversation_id
    every = handoffs.handoffs_of(session, number)
    stands = [one for one in every if one.state is not HandoffState.TAKEN_BACK]
    handoff = stands[-1] if stands else None
    contents = handoff.contents if handoff is not None else None
    return Brief(
        conversation_id=number,
        subject=view.subject,
        status=view.status,
        tier=view.tier,
        kind=view.kind,
        priority=view.priority,
        assignee=view.assignee,
        customer=view.customer or view.customer_address,
        organization=beside.organization,
        touch=beside.models.touch_model,
        handoff=handoff,
        contents=contents or drawn_up(session, view, beside),
        consults=handoffs.consults_of(session, number),
        solution=handoffs.solution_of(session, number),
        before=similar(session, number),
        vendor=sum((one.spent for one in with_vendor(view.events, now)), timedelta(0)),
        bouncing=any(one.crossed > 1 for one in stands),
    )


def draw_up(session: Session, conversation_id: int) -> Contents:
    """Return what a handoff of a conversation would say: all but what is asked.

    Raises:
        NoSuch: there is no such conversation.
    """
    view = conversations.read(session, conversation_id, agent_id=None)
    return drawn_up(session, view, context.read(session, view))


def drawn_up(session: Session, view: ConversationView, beside: ContextView) -> Contents:
    """Return as `draw_up`, of a conversation that was just read, with what stands beside it."""
    newest = view.messages[-MESSAGES:]
    ours = {one.note_id for one in handoffs.handoffs_of(session, view.conversation_id)}
    notes = [one for one in newest if one.direction is Direction.INTERNAL and one.message_id not in ours]
    tried = tuple(Tried(one.arrived_at, one.author.name, _line(one)) for one in notes if _line(one))
    told = [one for one in newest if one.message_id not in ours]
    return Contents(
        "",
        tried=tried[-_TRIED:],
        facts=glean(
            Said(one.message_id, _who(one), one.arrived_at, f"{_subject(view, one)}{_said(one)}") for one in told
        ),
        promised=tuple(Promised(one.text, one.due) for one in beside.promised[:_PROMISES]),
    )


def _who(message: MessageView) -> str:
    return message.author.name or message.author.address


def _subject(view: ConversationView, message: MessageView) -> str:
    return f"{message.subject}\n" if view.messages and message is view.messages[0] else ""


def _said(message: MessageView) -> str:
    return message.reply_text if message.reply_text.strip() else message.text


def _line(message: MessageView) -> str:
    """Return the first paragraph of a note in one line."""
    first = next((part for part in _said(message).split("\n\n") if part.strip()), "")
    line = clean_line(" ".join(first.split()))
    return line if len(line) <= _LINE else line[: _LINE - 1].rstrip() + "…"


def similar(session: Session, conversation_id: int, *, limit: int = 2) -> tuple[Before, ...]:
    """Return settled conversations whose first message resembles this one's subject and newest mail by its words.

    A word that few of them have says more (Spärck Jones, 1972); one word alone says nothing.

    Args:
        session: of any transaction.
        conversation_id: its own number.
        limit: how many at most.
    """
    subject, text = asked_in(session, conversation_id)
    words = [*_longest(subject), *_longest(text[:4_000])]
    known = _settled(session, conversation_id)
    if not words or not known:
        return ()
    connection = session.connection()
    likeness: dict[int, tuple[int, float]] = {}
    for word in list(dict.fromkeys(words))[:_WORDS]:
        expression = written(connection, Text(word, Where.ANYWHERE, exact=False, prefix=False, place=0))
        if expression is None:
            continue
        found = list(connection.execute(matching(connection, expression, among=sorted(known))).scalars())
        if len(found) * _COMMON > len(known) + _FEW:
            continue
        for entry in found:
            met, weight = likeness.get(entry, (0, 0.0))
            likeness[entry] = met + 1, weight + log(1 + len(known) / len(found))
    needed = max(_ALIKE, min(len(set(words)), _WORDS) // 3)
    best = sorted((-weight, -entry) for entry, (met, weight) in likeness.items() if met >= needed)
    numbers = list(dict.fromkeys(known[-entry] for _weight, entry in best))[:limit]
    solved = handoffs.solutions(session, numbers) if numbers else {}
    return tuple(replace(one, solution=solved.get(one.conversation_id)) for one in _titled(session, numbers))


def _longest(text: str) -> list[str]:
    return sorted({folded(word) for word in _WORD.findall(text)}, key=lambda word: (-len(word), word))


def _settled(session: Session, conversation_id: int) -> dict[int, int]:
    """Return the conversations that are compared, by the entry of their first message in the index."""
    chosen = (
        select(SEARCH_ENTRY.c.id, CONVERSATION.c.id)
        .join(CONVERSATION, CONVERSATION.c.first_message_id == SEARCH_ENTRY.c.message_id)
        .where(
            CONVERSATION.c.status.in_(tuple(sorted(SETTLED))),
            CONVERSATION.c.id != conversation_id,
            CONVERSATION.c.joined_into.is_(None),
        )
        .order_by(CONVERSATION.c.last_message_at.desc(), CONVERSATION.c.id.desc())
        .limit(_LOOKED_BACK)
    )
    return {row[0]: row[1] for row in session.connection().execute(chosen)}


def _titled(session: Session, numbers: Sequence[int]) -> list[Before]:
    chosen = (
        select(CONVERSATION.c.id, CONVERSATION.c.last_message_at, TEXT.c.subject)
        .select_from(CONVERSATION.outerjoin(TEXT, TEXT.c.message_id == CONVERSATION.c.first_message_id))
        .where(CONVERSATION.c.id.in_(numbers))
    )
    rows = {row.id: row for row in session.connection().execute(chosen)}
    return [Before(number, rows[number].subject or "", rows[number].last_message_at) for number in numbers]
