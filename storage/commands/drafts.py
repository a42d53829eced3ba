"""Drafts: begun, saved as they are typed, put aside, thrown away and recalled; local rows, no facts."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlmodel import Session

from storage.apply.base import insert, standing, table
from storage.kinds import DraftKind
from storage.kinds.drafts import Attached, DraftView
from storage.kinds.errors import NoSuch, Refused
from storage.kinds.responses import written_actions
from storage.models import Draft, Message
from storage.queries.drafts import draft as read_draft
from storage.queries.history import last_event
from storage.record import next_id

WRITING: Final = timedelta(seconds=90)
"""How long others see that somebody writes, after the last sign of it; a console that died is silent after that."""

KEPT: Final = timedelta(days=7)
"""How long a draft that was thrown away can be recalled."""

_LINES: Final = {"to": "to_line", "cc": "cc_line", "bcc": "bcc_line"}
_FIELDS: Final = frozenset(
    {"to", "cc", "bcc", "subject", "body", "mailbox_id", "attachments", "right", "seen_event_id", "inserted"}
)


def begin(
    session: Session,
    *,
    agent_id: int,
    kind: DraftKind,
    now: datetime,
    conversation_id: int | None = None,
    message_id: int | None = None,
    mailbox_id: int | None = None,
    values: Mapping[str, Any] | None = None,
    anew: bool = False,
) -> tuple[DraftView, bool]:
    """Begin a draft, or go on with the one that this agent has of that kind in that conversation.

    An answer to all and one to the sender are one draft: whoever changes their mind loses no word.

    Args:
        session: of a writing transaction.
        agent_id: who writes.
        kind: what it will be.
        now: the moment.
        conversation_id: by its own number; `None` for a new one, of which there may be several.
        message_id: what is answered or forwarded.
        mailbox_id: from which it will be sent.
        values: what stands in it at first, by the names of `DraftView`.
        anew: whatever is begun there already, as for a command that sends at once.

    Returns:
        The draft, and whether it was there before.
    """
    rows = table(Draft)
    known = None
    if conversation_id is not None and not anew:
        kinds = [kind]
        if kind in {DraftKind.REPLY, DraftKind.REPLY_SENDER}:
            kinds = [DraftKind.REPLY, DraftKind.REPLY_SENDER]
        chosen = select(rows.c.id).where(
            rows.c.agent_id == agent_id,
            rows.c.conversation_id == conversation_id,
            rows.c.kind.in_(kinds),
            rows.c.dropped_at.is_(None),
        )
        known = session.connection().execute(chosen.order_by(rows.c.id)).scalar()
    if message_id is not None and standing(session.connection(), Message, "erased_at", [message_id]).get(message_id):
        raise Refused("erased")
    if known is not None:
        _set(session, known, {"writing_until": now + WRITING})
        return read_draft(session, known, agent_id=agent_id), True
    number = next_id(session, Draft)
    insert(
        session.connection(),
        Draft,
        [
            {
                "id": number,
                "agent_id": agent_id,
                "kind": kind,
                "conversation_id": conversation_id,
                "message_id": message_id,
                "mailbox_id": mailbox_id,
                "to_line": "",
                "cc_line": "",
                "bcc_line": "",
                "subject": "",
                "body": "",
                "attachments": [],
                "inserted": [],
                "seen_event_id": last_event(session),
                "said_right": [],
                "begun_at": now,
                "updated_at": now,
                "writing_until": now + WRITING,
                "dropped_at": None,
                "sent_as": None,
                **_columns(values or {}),
            }
        ],
    )
    _sweep(session, now)
    return read_draft(session, number, agent_id=agent_id), False


def save(session: Session, draft_id: int, *, agent_id: int, values: Mapping[str, Any], now: datetime) -> None:
    """Keep what has been typed.

    Args:
        session: of a writing transaction.
        draft_id: the draft.
        agent_id: whose it is.
        values: what has changed, by the names of `DraftView`.
        now: the moment.

    Raises:
        NoSuch: it was sent or thrown away meanwhile, or is another agent's.
    """
    changed = {**_columns(values), "updated_at": now, "writing_until": now + WRITING}
    if not _set(session, draft_id, changed, agent_id=agent_id):
        raise NoSuch("draft", draft_id)


def turn_into(session: Session, draft_id: int, *, agent_id: int, kind: DraftKind, now: datetime) -> None:
    """Make an answer to all one to the sender, or the other way round.

    Raises:
        NoSuch: as `save`.
    """
    if not _set(session, draft_id, {"kind": kind, "updated_at": now}, agent_id=agent_id):
        raise NoSuch("draft", draft_id)


def note_writing(session: Session, draft_id: int, *, agent_id: int, now: datetime | None) -> None:
    """Let others see that it is being written; `None` for the moment says that it is put aside."""
    _set(session, draft_id, {"writing_until": None if now is None else now + WRITING}, agent_id=agent_id)


def drop(session: Session, draft_id: int, *, agent_id: int, now: datetime) -> None:
    """Throw a draft away; it can be recalled for a week.

    Raises:
        NoSuch: it is not there, or is another agent's.
    """
    if not _set(session, draft_id, {"dropped_at": now, "writing_until": None, "sent_as": None}, agent_id=agent_id):
        raise NoSuch("draft", draft_id)


def recall(session: Session, draft_id: int, *, agent_id: int) -> DraftView:
    """Bring a draft back that was thrown away.

    Raises:
        NoSuch: it was sent, or swept out, or is another agent's.
    """
    rows = table(Draft)
    mine = (rows.c.id == draft_id, rows.c.agent_id == agent_id, rows.c.sent_as.is_(None))
    done = update(rows).where(*mine).values(dropped_at=None)
    if not session.connection().execute(done).rowcount:
        raise NoSuch("draft", draft_id)
    return read_draft(session, draft_id, agent_id=agent_id)


def forget(session: Session, draft_id: int, *, agent_id: int) -> None:
    """Take a draft away for good: nothing was ever written in it."""
    rows = table(Draft)
    session.connection().execute(delete(rows).where(rows.c.id == draft_id, rows.c.agent_id == agent_id))


def stands(session: Session, draft_id: int, *, agent_id: int) -> bool:
    """Say whether a draft of an agent's is there to be sent: not sent, not thrown away."""
    rows = table(Draft)
    mine = select(rows.c.id).where(rows.c.id == draft_id, rows.c.agent_id == agent_id, rows.c.dropped_at.is_(None))
    return session.connection().execute(mine).first() is not None


def sent(session: Session, draft_id: int, message_id: int, *, now: datetime) -> None:
    """Put a draft away of which a message was made; it is kept as long as one that was thrown away."""
    _set(session, draft_id, {"dropped_at": now, "writing_until": None, "sent_as": message_id})


def come_back(session: Session, message_ids: Sequence[int]) -> int:
    """Bring back the drafts of which these messages were made: they were taken back, or refused for good."""
    rows = table(Draft)
    back = update(rows).where(rows.c.sent_as.in_(list(message_ids))).values(dropped_at=None)
    return session.connection().execute(back).rowcount


def leave_again(session: Session, message_id: int, *, now: datetime) -> None:
    """Put the draft away once more that came back when this message was refused: the message is tried again."""
    rows = table(Draft)
    again = update(rows).where(rows.c.sent_as == message_id, rows.c.dropped_at.is_(None))
    session.connection().execute(again.values(dropped_at=now, writing_until=None))


def kept_attachments(attachments: Sequence[Attached]) -> list[list[Any]]:
    """Return attachments as the table keeps them."""
    return [
        [one.name, one.media_type, one.size, one.path, one.modified, one.message_id, one.section, one.digest]
        for one in attachments
    ]


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    made = {}
    for name, value in values.items():
        assert name in _FIELDS, name
        if name == "attachments":
            made[name] = kept_attachments(value)
        elif name == "inserted":
            made[name] = [[one.response_id, one.text, written_actions(one.actions)] for one in value]
        elif name == "right":
            made["said_right"] = sorted(value)
        else:
            made[_LINES.get(name, name)] = value
    return made


def _set(session: Session, draft_id: int, values: Mapping[str, Any], *, agent_id: int | None = None) -> bool:
    rows = table(Draft)
    where = [rows.c.id == draft_id, rows.c.dropped_at.is_(None)]
    if agent_id is not None:
        where.append(rows.c.agent_id == agent_id)
    return bool(session.connection().execute(update(rows).where(*where).values(**values)).rowcount)


def _sweep(session: Session, now: datetime) -> None:
    rows = table(Draft)
    session.connection().execute(delete(rows).where(rows.c.dropped_at < now - KEPT))
