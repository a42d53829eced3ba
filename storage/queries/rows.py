"""What the queue shows of the conversations in a window."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, bindparam, select

from storage.kinds import PUT_AWAY, SETTLED, Priority, Status, Tier
from storage.models.types import moment
from storage.prepared import Prepared, among, many
from storage.queries.tables import (
    ADDRESS,
    AGENT,
    CONVERSATION,
    MAILBOX,
    ORGANIZATION,
    PERSON,
    READ_MARK,
    TAG,
    TEXT,
)
from storage.views import QueueRow

Key = tuple[int, int, int]
"""Where a row stands, and which it is: rank, microseconds, number."""

_C = CONVERSATION.c


def _members(kind: type[StrEnum]) -> dict[str, Any]:
    return {member.value: member for member in kind}


_STATUSES, _TIERS, _PRIORITIES = _members(Status), _members(Tier), _members(Priority)
_NOT_SNOOZED = SETTLED | PUT_AWAY


def _shown(dialect: str) -> Any:
    rows = (
        CONVERSATION.join(MAILBOX, MAILBOX.c.id == _C.mailbox_id)
        .outerjoin(TEXT, TEXT.c.message_id == _C.first_message_id)
        .outerjoin(PERSON, PERSON.c.id == _C.customer_id)
        .outerjoin(ORGANIZATION, ORGANIZATION.c.id == _C.organization_id)
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
        ORGANIZATION.c.name,
        MAILBOX.c.name,
        AGENT.c.name,
        READ_MARK.c.message_id,
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
    found = {row[0]: row for row in _SHOWN.rows(connection, numbers=numbers, reader=agent_id)}
    tags: dict[int, tuple[str, ...]] = {}
    for number, tag in sorted(_TAGS.rows(connection, numbers=numbers)):
        tags[number] = (*tags.get(number, ()), tag)
    addresses: dict[int, str] = {}
    nameless = [row[5] for row in found.values() if row[5] and not row[12]]
    if nameless:
        addresses = dict(map(tuple, _ADDRESSES.rows(connection, numbers=many(connection, nameless))))
    rows = []
    for rank, at, number in keys:
        if number not in found:
            continue
        (
            _,
            state,
            tier,
            priority,
            assignee_id,
            customer_id,
            unanswered,
            last_at,
            last_id,
            snoozed,
            count,
            subject,
            customer,
            organization,
            mailbox,
            assignee,
            seen,
        ) = found[number]
        status = _STATUSES[state]
        stands_at = moment(at)
        last = stands_at if last_at == at or last_at is None else moment(last_at)
        waiting = None if unanswered is None else stands_at if unanswered == at else moment(unanswered)
        rows.append(
            QueueRow(
                number,
                (rank, stands_at, number),
                status,
                _TIERS[tier],
                _PRIORITIES[priority],
                subject or "",
                customer or addresses.get(customer_id, ""),
                organization or "",
                mailbox,
                assignee_id,
                assignee or "",
                waiting,
                last,
                moment(snoozed) if snoozed is not None and status not in _NOT_SNOOZED else None,
                count,
                tags.get(number, ()),
                last_id is not None and seen != last_id,
            )
        )
    return rows
