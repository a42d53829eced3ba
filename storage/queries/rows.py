"""What the queue shows of the conversations in a window."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, exists, func, literal_column, select

from storage.prepared import Prepared, among, many
from storage.queries.making import Key, nameless, queue_rows
from storage.queries.tables import (
    ADDRESS,
    AGENT,
    CALLED,
    CONVERSATION,
    ENTRY,
    HANDOFF,
    MAILBOX,
    ORGANIZATION,
    PERSON,
    READ_MARK,
    TAG,
    TEXT,
)
from storage.views import QueueRow

_C = CONVERSATION.c
_OFFERED = "handoff.state IN ('offered', 'escalated')"  # as the index of those few has it
_PROMISED = "entry.subject = 'person' AND entry.kind = 'promise' AND entry.name IS NOT NULL"


def _shown(dialect: str) -> Any:
    rows = (
        CONVERSATION.join(MAILBOX, MAILBOX.c.id == _C.mailbox_id)
        .outerjoin(TEXT, TEXT.c.message_id == _C.first_message_id)
        .outerjoin(PERSON, PERSON.c.id == _C.customer_id)
        .outerjoin(ORGANIZATION, ORGANIZATION.c.id == func.coalesce(_C.organization_id, PERSON.c.organization_id))
        .outerjoin(AGENT, AGENT.c.id == _C.assignee_id)
        .outerjoin(READ_MARK, and_(READ_MARK.c.conversation_id == _C.id, READ_MARK.c.agent_id == bindparam("reader")))
    )
    columns = (
        _C.id,
        _C.status,
        _C.tier,
        _C.priority,
        _C.assignee_id,
        _C.customer_id,
        _C.oldest_unanswered_at,
        _C.last_message_at,
        _C.last_message_id,
        _C.snoozed_until,
        _C.message_count,
        TEXT.c.subject,
        PERSON.c.name,
        CALLED,
        MAILBOX.c.name,
        AGENT.c.name,
        READ_MARK.c.message_id,
        _C.due_at,
        _C.warn_at,
        _C.due_metric,
        exists(select(HANDOFF.c.id).where(HANDOFF.c.conversation_id == _C.id, literal_column("handoff.crossed > 1"))),
        exists(select(ENTRY.c.id).where(ENTRY.c.subject_id == _C.customer_id, literal_column(_PROMISED))),
        exists(select(HANDOFF.c.id).where(HANDOFF.c.conversation_id == _C.id, literal_column(_OFFERED))),
    )
    return select(*columns).select_from(rows).where(_C.id.in_(among(dialect)))


def _tags(dialect: str) -> Any:
    return select(TAG.c.conversation_id, TAG.c.tag).where(TAG.c.conversation_id.in_(among(dialect)))


def _addresses(dialect: str) -> Any:
    rows = ADDRESS.c
    chosen = select(rows.person_id, rows.address).where(rows.person_id.in_(among(dialect)), rows.address.is_not(None))
    return chosen.order_by(rows.id.desc())  # of several the one that stands last is kept: the first one met


_SHOWN, _TAGS, _ADDRESSES = Prepared(_shown), Prepared(_tags), Prepared(_addresses)


def shown(connection: Connection, keys: Sequence[Key], agent_id: int | None) -> list[QueueRow]:
    """Return the rows that stand at these keys, in their order.

    Args:
        connection: of any transaction.
        keys: where they stand; the number is the conversation's.
        agent_id: for whom: what is unread.
    """
    if not keys:
        return []
    numbers = many(connection, [key[2] for key in keys])
    found = _SHOWN.rows(connection, numbers=numbers, reader=agent_id)
    tags = _TAGS.rows(connection, numbers=numbers)
    unnamed = nameless(found)
    addresses = _ADDRESSES.rows(connection, numbers=many(connection, unnamed)) if unnamed else ()
    return queue_rows(keys, found, tags, addresses)
