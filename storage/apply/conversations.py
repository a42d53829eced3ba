"""Applying what agents decide about conversations."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, update

from storage.apply.base import Touched, applies, chunks, insert, move, remove, standing, table
from storage.apply.stands import stood
from storage.events import Assigned, Handled, Linked, Snoozed, StatusChanged, Tagged
from storage.kinds import Cause
from storage.kinds.errors import Changed
from storage.models import Conversation, Link, Message, Tag
from storage.models.statements import Write

_M: Final = table(Message)
_SINCE: Final = Write(
    lambda: update(_M).where(_M.c.id == bindparam("row")).values(handled_at=bindparam("at", type_=_M.c.handled_at.type))
)


@applies(StatusChanged)
def _(facts: Sequence[StatusChanged], connection: Connection) -> Touched:
    move(connection, Conversation, "status", [(fact.conversation_id, fact.before, fact.after) for fact in facts])
    stood(
        connection,
        (
            (fact.conversation_id, fact.before, fact.after, fact.happened_at, fact.because is Cause.UNDONE)
            for fact in facts
        ),
    )
    return ()


@applies(Assigned)
def _(facts: Sequence[Assigned], connection: Connection) -> Touched:
    move(connection, Conversation, "assignee_id", [(fact.conversation_id, fact.before, fact.after) for fact in facts])
    return ()


@applies(Snoozed)
def _(facts: Sequence[Snoozed], connection: Connection) -> Touched:
    move(connection, Conversation, "snoozed_until", [(fact.conversation_id, fact.before, fact.after) for fact in facts])
    return ()


@applies(Handled)
def _(facts: Sequence[Handled], connection: Connection) -> Touched:
    changes = [(number, not fact.after, fact.after) for fact in facts for number in fact.message_ids]
    move(connection, Message, "handled", changes)
    since = {number: fact.happened_at if fact.after else None for fact in facts for number in fact.message_ids}
    _SINCE(connection, [{"row": number, "at": at} for number, at in since.items()])
    # An undo may find a message in another conversation than the one it was handled in.
    homes = standing(connection, Message, "conversation_id", (number for number, _, _ in changes))
    return {home for home in homes.values() if home is not None}


@applies(Tagged)
def _(facts: Sequence[Tagged], connection: Connection) -> Touched:
    tags = table(Tag)
    held: set[tuple[int, str]] = set()
    for some in chunks(fact.conversation_id for fact in facts):
        held.update(
            (row.conversation_id, row.tag)
            for row in connection.execute(tags.select().where(tags.c.conversation_id.in_(some)))
        )
    before = set(held)
    for fact in facts:
        mine = {tag for number, tag in held if number == fact.conversation_id}
        if mine & set(fact.added) or not mine >= set(fact.removed):
            raise Changed("tag", (fact.conversation_id,))
        held |= {(fact.conversation_id, tag) for tag in fact.added}
        held -= {(fact.conversation_id, tag) for tag in fact.removed}
    remove(connection, Tag, [{"conversation_id": number, "tag": tag} for number, tag in sorted(before - held)])
    insert(connection, Tag, [{"conversation_id": number, "tag": tag} for number, tag in sorted(held - before)])
    return ()


@applies(Linked)
def _(facts: Sequence[Linked], connection: Connection) -> Touched:
    for fact in facts:
        row = {"conversation_id": fact.conversation_id, "other_id": fact.other_id}
        if fact.after:
            insert(connection, Link, [{**row, "reason": fact.reason}], lenient=True)
        else:
            remove(connection, Link, [row])
    return ()
