"""Conversations that no longer hold together by what the desk knows now, taken apart to be seated anew."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import chunks, standing, table
from storage.commands.intake.deliveries import Incoming
from storage.commands.intake.evidence import Edge, Traits
from storage.commands.intake.references import among
from storage.commands.intake.wording import children_in, strongest
from storage.kinds import Evidence
from storage.models import Conversation, Message


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message of the store stands, and by which rule and message."""

    conversation_id: int
    evidence: Evidence
    through_id: int | None
    arrived_at: datetime


@dataclass(slots=True)
class Loose:
    """Messages of the store that are seated together with the batch.

    Attributes:
        places: where they stand now; all messages of their conversations are among them.
        anchors: of each conversation the message that keeps its number: the first one.
        edges: what ties them to each other and to the batch.
        fixed: messages of conversations that an agent shaped: these are left as they are.
    """

    places: dict[int, Place] = field(default_factory=dict)
    anchors: dict[int, int] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    fixed: set[int] = field(default_factory=set)


def loosen(
    session: Session,
    undone: Collection[int],
    fresh: Sequence[Incoming],
    traits: Mapping[int, Traits],
    own: Mapping[str, frozenset[str]],
) -> Loose:
    """Take the conversations of these messages apart, unless an agent decided about their threads.

    Args:
        session: of the writing transaction.
        undone: messages whose ties are not what they were.
        fresh: the batch; `traits` what it shows.
        own: our own addresses by mailbox group.
    """
    loose = Loose()
    if not undone:
        return loose
    homes = standing(session.connection(), Message, "conversation_id", undone)
    messages, conversations = table(Message), table(Conversation)
    shaped: set[int] = set()
    for some in chunks(homes.values()):
        chosen = select(
            messages.c.id,
            messages.c.conversation_id,
            messages.c.evidence,
            messages.c.through_id,
            messages.c.arrived_at,
            conversations.c.first_message_id,
        ).select_from(messages.join(conversations, conversations.c.id == messages.c.conversation_id))
        for row in session.connection().execute(chosen.where(messages.c.conversation_id.in_(some))):
            loose.places[row.id] = Place(row.conversation_id, row.evidence, row.through_id, row.arrived_at)
            loose.anchors[row.conversation_id] = row.first_message_id
            if row.evidence is Evidence.AGENT:
                shaped.add(row.conversation_id)
    loose.fixed = {number for number, home in homes.items() if home in shaped}
    loose.places = {number: one for number, one in loose.places.items() if one.conversation_id not in shaped}
    loose.anchors = {home: number for home, number in loose.anchors.items() if home not in shaped}
    edges = among(session, loose.places, fresh)
    children = children_in(session, loose.places, own, all_of=True)
    edges += [now for now, _ in strongest(session, children, traits, own).values() if now and not now.linked]
    within = loose.places.keys() | traits.keys()
    loose.edges = [edge for edge in edges if edge.child in within and edge.parent in within]
    return loose
