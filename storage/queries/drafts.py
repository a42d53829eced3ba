"""Drafts as their agent reads them, and who writes where now, as everybody sees it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, or_, select
from sqlmodel import Session

from storage.kinds import DraftKind
from storage.kinds.drafts import Attached, DraftView, Inserted, Writer
from storage.kinds.errors import NoSuch
from storage.kinds.responses import read_actions
from storage.models.details import named_in
from storage.queries.tables import AGENT, CONVERSATION, DRAFT, MAILBOX, PERSON, TEXT
from storage.rules.addressing import written_to

_ANSWERED: Final = TEXT.alias("answered")


def draft(session: Session, draft_id: int, *, agent_id: int) -> DraftView:
    """Return one draft of an agent's, also one that was thrown away.

    Raises:
        NoSuch: it is not there, or is another agent's.
    """
    row = session.connection().execute(_drafts(agent_id).where(DRAFT.c.id == draft_id)).first()
    if row is None:
        raise NoSuch("draft", draft_id)
    return _view(row)


def drafts(session: Session, *, agent_id: int, dropped: bool = False) -> tuple[DraftView, ...]:
    """Return an agent's drafts, the one that was written last first.

    Args:
        session: of any transaction.
        agent_id: whose.
        dropped: those that were thrown away and can be recalled, instead.
    """
    kept = DRAFT.c.dropped_at.is_not(None) if dropped else DRAFT.c.dropped_at.is_(None)
    chosen = (
        _drafts(agent_id)
        .where(kept, DRAFT.c.kind != DraftKind.HANDOFF)
        .order_by(DRAFT.c.updated_at.desc(), DRAFT.c.id.desc())
    )
    return tuple(_view(row) for row in session.connection().execute(chosen))


def with_drafts(session: Session, *, agent_id: int) -> frozenset[int]:
    """Return the conversations in which an agent has something that is not sent yet."""
    chosen = select(DRAFT.c.conversation_id).where(
        DRAFT.c.agent_id == agent_id,
        DRAFT.c.dropped_at.is_(None),
        DRAFT.c.conversation_id.is_not(None),
        DRAFT.c.kind != DraftKind.HANDOFF,
    )
    return frozenset(session.connection().execute(chosen).scalars())


def writers(session: Session, *, now: datetime, but: int | None = None) -> tuple[Writer, ...]:
    """Return who writes where now, the one who began first of each conversation first.

    Args:
        session: of any transaction.
        now: the present.
        but: the agent who asks.
    """
    chosen = (
        select(DRAFT.c.agent_id, AGENT.c.name, DRAFT.c.conversation_id, DRAFT.c.begun_at, DRAFT.c.kind)
        .select_from(DRAFT.join(AGENT, AGENT.c.id == DRAFT.c.agent_id))
        .where(
            DRAFT.c.writing_until > now,
            DRAFT.c.dropped_at.is_(None),
            DRAFT.c.conversation_id.is_not(None),
            DRAFT.c.agent_id != (but or 0),
        )
        .order_by(DRAFT.c.begun_at, DRAFT.c.id)
    )
    return tuple(
        Writer(row.agent_id, row.name or "", row.conversation_id, row.begun_at, row.kind is DraftKind.NOTE)
        for row in session.connection().execute(chosen)
    )


def attached(kept: Sequence[Sequence[Any]]) -> tuple[Attached, ...]:
    """Return attachments as the table keeps them in their shape."""
    return tuple(Attached(*each) for each in kept)


def _drafts(agent_id: int) -> Select[Any]:
    rows = (
        DRAFT.outerjoin(_ANSWERED, _ANSWERED.c.message_id == DRAFT.c.message_id)
        .outerjoin(MAILBOX, MAILBOX.c.id == DRAFT.c.mailbox_id)
        .outerjoin(CONVERSATION, CONVERSATION.c.id == DRAFT.c.conversation_id)
        .outerjoin(PERSON, PERSON.c.id == CONVERSATION.c.customer_id)
        .outerjoin(TEXT, TEXT.c.message_id == CONVERSATION.c.first_message_id)
    )
    return (
        select(
            DRAFT,
            MAILBOX.c.name.label("mailbox"),
            MAILBOX.c.address.label("address"),
            MAILBOX.c.aliases.label("aliases"),
            _ANSWERED.c.details.label("answered"),
            PERSON.c.name.label("customer"),
            TEXT.c.subject.label("about"),
        )
        .select_from(rows)
        .where(DRAFT.c.agent_id == agent_id, or_(DRAFT.c.sent_as.is_(None), DRAFT.c.dropped_at.is_(None)))
    )


def _view(row: Any) -> DraftView:
    return DraftView(
        draft_id=row.id,
        agent_id=row.agent_id,
        kind=row.kind,
        conversation_id=row.conversation_id,
        message_id=row.message_id,
        mailbox_id=row.mailbox_id,
        mailbox=row.mailbox or "",
        address=written_to(row.address or "", row.aliases or (), named_in(row.answered or {})),
        to=row.to_line,
        cc=row.cc_line,
        bcc=row.bcc_line,
        subject=row.subject,
        body=row.body,
        attachments=attached(row.attachments),
        seen_event_id=row.seen_event_id,
        right=frozenset(row.said_right),
        begun_at=row.begun_at,
        updated_at=row.updated_at,
        writing_until=row.writing_until,
        inserted=tuple(Inserted(number, text, read_actions(does)) for number, text, does in row.inserted),
        customer=row.customer or "",
        about=row.about or "",
    )
