"""Two conversations become one, or one becomes two: by late evidence, or by an agent, who is never overruled."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, or_, select
from sqlmodel import Session

from storage.apply.base import table
from storage.events import Actor, Assigned, Fact, Linked, Merged, Snoozed, Split, StatusChanged, Tagged
from storage.kinds import Cause, Evidence, LinkReason, Status
from storage.kinds.errors import NoSuch, Refused
from storage.models import Conversation, Link, Message, Parting, Tag
from storage.record import next_id, record
from storage.rules.status import merged_status


def join(session: Session, numbers: Sequence[int], *, actor: Actor, now: datetime) -> int:
    """Join conversations into the one with the lowest number, as an agent's decision.

    Args:
        session: of a writing transaction.
        numbers: two or more; aliases are followed.
        actor: the agent.
        now: the moment.

    Returns:
        The action's id.

    Raises:
        NoSuch: there is no conversation of a number.
        Refused: they are one already (rule ``same_conversation``), or of different groups (``other_group``).
    """
    resolved = sorted({standing_number(session, number) for number in numbers})
    if len(resolved) < 2:
        raise Refused("same_conversation", tuple(numbers))
    if len({_group(session, number) for number in resolved}) > 1:
        raise Refused("other_group", tuple(resolved))
    winner, *losers = resolved
    return record(session, merge_facts(session, winner, losers, happened_at=now, by_agent=True), actor=actor, now=now)


def split(session: Session, message_ids: Sequence[int], *, actor: Actor, now: datetime) -> tuple[int, int]:
    """Take messages of one conversation out into a new one; no rule of threading joins the two again.

    Returns:
        The action's id and the new conversation's number.

    Raises:
        NoSuch: there is no such message.
        Refused: the messages are of several conversations (rule ``several_conversations``), or all that the
            conversation has (``whole_conversation``).
    """
    messages = table(Message)
    found = select(messages.c.id, messages.c.conversation_id, messages.c.evidence).where(messages.c.id.in_(message_ids))
    rows = session.connection().execute(found.order_by(messages.c.arrived_at, messages.c.id)).all()
    if lost := set(message_ids) - {row.id for row in rows}:
        raise NoSuch("message", min(lost))
    homes = {row.conversation_id for row in rows}
    if len(homes) != 1:
        raise Refused("several_conversations", tuple(sorted(homes)))
    home = homes.pop()
    conversation = _row(session, home)
    if conversation.message_count <= len(rows):
        raise Refused("whole_conversation", (home,))
    number = next_id(session, Conversation)
    fact = Split(
        conversation_id=home,
        other_id=number,
        mailbox_id=conversation.mailbox_id,
        starts=Status.OPEN,
        message_ids=tuple(row.id for row in rows),
        before=tuple(row.evidence for row in rows),
        after=(Evidence.AGENT,) * len(rows),
        parts=True,
        happened_at=now,
    )
    return record(session, [fact], actor=actor, now=now), number


def link(session: Session, number: int, other: int, *, linked: bool = True, actor: Actor, now: datetime) -> int:
    """Link two conversations that belong together without being one, or take the link off.

    Args:
        session: of a writing transaction.
        number: a conversation; aliases are followed.
        other: the other one.
        linked: whether they shall be linked.
        actor: the agent.
        now: the moment.

    Returns:
        The action's id.

    Raises:
        NoSuch: there is no conversation of a number.
        Refused: they are one (rule ``same_conversation``), of different groups (``other_group``), or stand so
            already (``already``).
    """
    one, two = standing_number(session, number), standing_number(session, other)
    if one == two:
        raise Refused("same_conversation", (number, other))
    if _group(session, one) != _group(session, two):
        raise Refused("other_group", (one, two))
    rows = table(Link)
    held = (
        session.connection()
        .execute(
            select(rows).where(
                or_(
                    and_(rows.c.conversation_id == one, rows.c.other_id == two),
                    and_(rows.c.conversation_id == two, rows.c.other_id == one),
                )
            )
        )
        .all()
    )
    if linked is bool(held):
        raise Refused("already", (one, two))
    facts = [
        Linked(
            conversation_id=row.conversation_id, other_id=row.other_id, reason=row.reason, after=False, happened_at=now
        )
        for row in held
    ] or [Linked(conversation_id=one, other_id=two, reason=LinkReason.AGENT, after=True, happened_at=now)]
    return record(session, facts, actor=actor, now=now)


def merge_facts(
    session: Session, winner: int, losers: Iterable[int], *, happened_at: datetime, by_agent: bool = False
) -> list[Fact]:
    """Return the facts by which conversations become one.

    What agents did is merged so: the status in which the work is least done; the lower number's assignee, else
    the other's; all tags; in sight if either is, else until the sooner moment.
    """
    one = _row(session, winner)
    status, assignee, snoozed = one.status, one.assignee_id, one.snoozed_until
    tags = _tags(session, winner)
    added: set[str] = set()
    facts: list[Fact] = []
    for loser in losers:
        other = _row(session, loser)
        facts.append(_merged(session, one, other, by_agent=by_agent, happened_at=happened_at))
        status = merged_status(status, other.status)
        assignee = assignee if assignee is not None else other.assignee_id
        moments = (snoozed, other.snoozed_until)
        snoozed = None if None in moments else min(moments)
        added |= _tags(session, loser) - tags
    if status is not one.status:
        facts.append(
            StatusChanged(
                conversation_id=winner, before=one.status, after=status, because=Cause.JOINED, happened_at=happened_at
            )
        )
    if assignee != one.assignee_id:
        facts.append(Assigned(conversation_id=winner, before=None, after=assignee, happened_at=happened_at))
    if snoozed != one.snoozed_until:
        facts.append(
            Snoozed(
                conversation_id=winner,
                before=one.snoozed_until,
                after=snoozed,
                because=Cause.JOINED,
                happened_at=happened_at,
            )
        )
    if added:
        facts.append(Tagged(conversation_id=winner, added=tuple(sorted(added)), removed=(), happened_at=happened_at))
    return facts


def _merged(
    session: Session, one: Row[*tuple[Any, ...]], other: Row[*tuple[Any, ...]], *, by_agent: bool, happened_at: datetime
) -> Merged:
    messages, partings = table(Message), table(Parting)
    moving = select(messages.c.id, messages.c.evidence).where(messages.c.conversation_id == other.id)
    rows = session.connection().execute(moving.order_by(messages.c.arrived_at, messages.c.id)).all()
    before = tuple(row.evidence for row in rows)
    low, high = sorted((one.id, other.id))
    parted = select(partings).where(partings.c.one_id == low, partings.c.other_id == high)
    return Merged(
        conversation_id=one.id,
        other_id=other.id,
        mailbox_id=other.mailbox_id,
        message_ids=tuple(row.id for row in rows),
        before=before,
        after=(Evidence.AGENT, *before[1:]) if by_agent and before else before,
        by_agent=by_agent,
        lifts=session.connection().execute(parted).first() is not None,
        happened_at=happened_at,
    )


def standing_number(session: Session, number: int) -> int:
    """Return the conversation that a number stands for today, following the joins.

    Raises:
        NoSuch: there is none.
    """
    while True:
        row = _row(session, number)
        if row.joined_into is None:
            return number
        number = row.joined_into


def _row(session: Session, number: int) -> Row[*tuple[Any, ...]]:
    rows = table(Conversation)
    found = session.connection().execute(select(rows).where(rows.c.id == number)).first()
    if found is None:
        raise NoSuch("conversation", number)
    return found


def _tags(session: Session, number: int) -> set[str]:
    rows = table(Tag)
    return set(session.connection().execute(select(rows.c.tag).where(rows.c.conversation_id == number)).scalars())


def _group(session: Session, number: int) -> str:
    from storage.models import Mailbox

    rows, boxes = table(Conversation), table(Mailbox)
    found = select(boxes.c.mailbox_group).join(rows, rows.c.mailbox_id == boxes.c.id).where(rows.c.id == number)
    return str(session.connection().execute(found).scalar_one())
