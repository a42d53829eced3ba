"""Applying the facts of mail that came in: messages, deliveries, and the conversations they join."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update

from storage.apply.base import Touched, applies, inhabited, insert, move, remove, standing, table
from storage.events import Joined, Merged, Moved, Quarantined, Received, Redelivered, Split
from storage.events.noting import WrittenDown
from storage.kinds import Channel, ConversationKind, Evidence, Priority, Status, Tier
from storage.kinds.errors import Changed
from storage.models import Conversation, Message, Participant, Parting, Raw
from storage.models.statements import Lookup, Write, some_values


@applies(Received)
def _(facts: Sequence[Received], connection: Connection) -> Touched:
    insert(connection, Message, [message_row(fact, None) for fact in facts])
    keep_raws(connection, facts)
    return ()


@applies(Redelivered)
def _(facts: Sequence[Redelivered], connection: Connection) -> Touched:
    keep_raws(connection, facts)
    return ()


@applies(Quarantined)
def _(facts: Sequence[Quarantined], connection: Connection) -> Touched:
    keep_raws(connection, facts)
    return ()


def message_row(fact: Received, joined: Joined | None) -> dict[str, Any]:
    """Return the row of a message that came, in its place once it has one."""
    return {
        "id": fact.message_id,
        "mailbox_id": fact.mailbox_id,
        "conversation_id": joined.conversation_id if joined else None,
        "author_id": fact.author_id,
        "customer_id": fact.customer_id,
        "direction": fact.direction,
        "automatic": fact.automatic,
        "arrived_at": fact.happened_at,
        "key": bytes.fromhex(fact.key),
        "header_key": bytes.fromhex(fact.header_key) if fact.header_key else None,
        "evidence": joined.evidence if joined else None,
        "through_id": joined.through_id if joined else None,
        "handled": False,
        "handled_at": None,
        "history": fact.history,
        "channel": Channel.EMAIL,
        "minutes": None,
    }


def keep_raws(
    connection: Connection, facts: Sequence[Received | Redelivered | Quarantined] | Sequence[WrittenDown]
) -> None:
    """Put down where the bytes of deliveries are, and of what was written here."""
    rows = [
        {
            "id": fact.raw_id,
            "mailbox_id": fact.mailbox_id,
            "message_id": None if isinstance(fact, Quarantined) else fact.message_id,
            "digest": bytes.fromhex(fact.raw_digest),
            "size": fact.size,
            "arrived_at": fact.happened_at,
            "quarantined": fact.reason if isinstance(fact, Quarantined) else None,
        }
        for fact in facts
    ]
    insert(connection, Raw, rows)


_M = table(Message)
_PLACES: Final = Lookup(lambda: select(_M.c.id, _M.c.conversation_id, _M.c.author_id).where(_M.c.id.in_(some_values())))
_JOINING: Final = Write(lambda: update(_M).where(_M.c.id == bindparam("row")))


@applies(Joined)
def _(facts: Sequence[Joined], connection: Connection) -> Touched:
    _begin(connection, [(fact.conversation_id, fact.mailbox_id, fact.starts) for fact in facts if fact.starts])
    holds = {row.id: row for row in _PLACES(connection, (fact.message_id for fact in facts))}
    if taken := tuple(
        fact.message_id
        for fact in facts
        if fact.message_id not in holds or holds[fact.message_id].conversation_id is not None
    ):
        raise Changed("message", taken)
    _JOINING(
        connection,
        [
            {
                "row": fact.message_id,
                "conversation_id": fact.conversation_id,
                "evidence": fact.evidence,
                "through_id": fact.through_id,
            }
            for fact in facts
        ],
    )
    named = [
        {"message_id": fact.message_id, "person_id": person, "author": holds[fact.message_id].author_id == person}
        for fact in facts
        for person in fact.participants
    ]
    insert(connection, Participant, named)
    return {fact.conversation_id for fact in facts}


@applies(Merged)
def _(facts: Sequence[Merged], connection: Connection) -> Touched:
    for fact in facts:  # merges chain, and are few
        move(connection, Conversation, "joined_into", [(fact.other_id, None, fact.conversation_id)])
        _must_stand(connection, [fact.conversation_id])
        _carry(connection, fact, fact.other_id, fact.conversation_id)
        if fact.other_id in inhabited(connection, [fact.other_id]):  # by mail that came since, or nobody would see it
            raise Changed("conversation", (fact.other_id,))
        if fact.lifts:
            remove(connection, Parting, [_pair(fact)])
    return {number for fact in facts for number in (fact.conversation_id, fact.other_id)}


@applies(Split)
def _(facts: Sequence[Split], connection: Connection) -> Touched:
    for fact in facts:
        if fact.starts:
            _begin(connection, [(fact.other_id, fact.mailbox_id, fact.starts)])
        else:
            move(connection, Conversation, "joined_into", [(fact.other_id, fact.conversation_id, None)])
        _carry(connection, fact, fact.conversation_id, fact.other_id)
        if fact.conversation_id not in inhabited(connection, [fact.conversation_id]):
            raise Changed("conversation", (fact.conversation_id,))
        if fact.parts:
            insert(connection, Parting, [_pair(fact)], lenient=True)
    return {number for fact in facts for number in (fact.conversation_id, fact.other_id)}


@applies(Moved)
def _(facts: Sequence[Moved], connection: Connection) -> Touched:
    _begin(connection, [(fact.other_id, fact.mailbox_id, fact.starts) for fact in facts if fact.starts])
    _must_stand(connection, {fact.other_id for fact in facts})
    homes, evidence, through = [], [], []
    for fact in facts:
        for number, *reasons in zip(
            fact.message_ids, fact.before, fact.after, fact.through_before, fact.through_after, strict=True
        ):
            homes.append((number, fact.conversation_id, fact.other_id))
            evidence.append((number, reasons[0], reasons[1]))
            through.append((number, reasons[2], reasons[3]))
    move(connection, Message, "conversation_id", homes)
    move(connection, Message, "evidence", evidence)
    move(connection, Message, "through_id", through)
    sources = {fact.conversation_id for fact in facts}
    if empty := sources - inhabited(connection, sources):
        raise Changed("conversation", tuple(sorted(empty)))
    return {number for fact in facts for number in (fact.conversation_id, fact.other_id)}


def _begin(connection: Connection, conversations: Sequence[tuple[int, int, Status]]) -> None:
    insert(connection, Conversation, [conversation_row(*one) for one in conversations])


def conversation_row(number: int, mailbox_id: int, status: Status) -> dict[str, Any]:
    """Return the row of a conversation that begins; the columns that follow from its messages are still to come."""
    return {
        "id": number,
        "mailbox_id": mailbox_id,
        "status": status,
        "assignee_id": None,
        "tier": Tier.N1,
        "channel": Channel.EMAIL,
        "kind": ConversationKind.CARE,
        "priority": Priority.NORMAL,
        "organization_id": None,
        "joined_into": None,
        "snoozed_until": None,
        "message_count": 0,
    }


def _must_stand(connection: Connection, numbers: Iterable[int]) -> None:
    """Refuse to put messages into a number that stands for another conversation by now: nobody would see them."""
    joined = standing(connection, Conversation, "joined_into", numbers)
    if gone := tuple(number for number, into in sorted(joined.items()) if into is not None):
        raise Changed("conversation", gone)


def _carry(connection: Connection, fact: Merged | Split, source: int, target: int) -> None:
    """Move a fact's messages from one conversation to the other, each with its new evidence."""
    move(connection, Message, "conversation_id", [(number, source, target) for number in fact.message_ids])
    if fact.before != fact.after:
        changes: Iterable[tuple[int, Evidence, Evidence]] = zip(fact.message_ids, fact.before, fact.after, strict=True)
        move(connection, Message, "evidence", list(changes))


def _pair(fact: Merged | Split) -> dict[str, int]:
    one, other = sorted((fact.conversation_id, fact.other_id))
    return {"one_id": one, "other_id": other}
