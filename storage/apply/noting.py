"""Applying the facts of notes and calls."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from storage.apply.base import Touched, applies, inhabited, insert, move
from storage.apply.intake import conversation_row, keep_raws
from storage.events import Called, Noted, TaskBegun, Withdrawn
from storage.kinds import Automatic, Channel, Direction, Evidence
from storage.kinds.errors import Changed
from storage.models import Conversation, Message, Participant


@applies(Noted)
def _(facts: Sequence[Noted], connection: Connection) -> Touched:
    _keep(connection, facts, [{"direction": Direction.INTERNAL} for _ in facts])
    return {fact.conversation_id for fact in facts}


@applies(Called)
def _(facts: Sequence[Called], connection: Connection) -> Touched:
    special = [
        {
            "direction": fact.direction,
            "channel": Channel.PHONE,
            "minutes": fact.minutes,
            "customer_id": fact.person_id,
        }
        for fact in facts
    ]
    _keep(connection, facts, special)
    _name(connection, facts)
    return {fact.conversation_id for fact in facts}


@applies(TaskBegun)
def _(facts: Sequence[TaskBegun], connection: Connection) -> Touched:
    begun = [
        {
            **conversation_row(fact.conversation_id, fact.mailbox_id, fact.starts),
            "kind": fact.conversation_kind,
            "organization_id": fact.organization_id,
        }
        for fact in facts
    ]
    insert(connection, Conversation, begun)
    special = [
        {
            "direction": Direction.INTERNAL,
            "customer_id": fact.person_id,
            "header_key": bytes.fromhex(fact.header_key) if fact.header_key else None,
            "evidence": Evidence.NEW,
        }
        for fact in facts
    ]
    _keep(connection, facts, special)
    _name(connection, facts)
    return {fact.conversation_id for fact in facts}


def _name(connection: Connection, facts: Sequence[Called | TaskBegun]) -> None:
    """Let whoever it is about take part in it."""
    named = [
        {"message_id": fact.message_id, "person_id": fact.person_id, "author": False}
        for fact in facts
        if fact.person_id is not None
    ]
    insert(connection, Participant, named)


def _keep(
    connection: Connection, facts: Sequence[Noted | Called | TaskBegun], special: Sequence[dict[str, Any]]
) -> None:
    """Put the messages in: nobody's mail, in need of no answer, where they were written."""
    messages = [
        {
            "id": fact.message_id,
            "mailbox_id": fact.mailbox_id,
            "conversation_id": fact.conversation_id,
            "author_id": None,
            "customer_id": None,
            "automatic": Automatic.NO,
            "arrived_at": fact.happened_at,
            "key": bytes.fromhex(fact.key),
            "header_key": None,
            "evidence": Evidence.AGENT,
            "through_id": None,
            "handled": True,
            "handled_at": None,
            "history": False,
            "channel": Channel.EMAIL,
            "minutes": None,
            **own,
        }
        for fact, own in zip(facts, special, strict=True)
    ]
    insert(connection, Message, messages)
    keep_raws(connection, facts)


@applies(Withdrawn)
def _(facts: Sequence[Withdrawn], connection: Connection) -> Touched:
    homes = [
        (fact.message_id, None if fact.after else fact.conversation_id, fact.conversation_id if fact.after else None)
        for fact in facts
    ]
    move(connection, Message, "conversation_id", homes)
    numbers = {fact.conversation_id for fact in facts}
    # All else was split off, or joined elsewhere: nobody would see it any more.
    if empty := numbers - inhabited(connection, numbers):
        raise Changed("conversation", tuple(sorted(empty)))
    return numbers
