"""Mail that comes and takes its place in one go: written once, with what follows of the conversations that begin.

A message that came is a row without a conversation until its next fact gives it one, and a conversation that began
waits for its columns until they are made anew. Where both facts are at hand, as they are of nearly all mail, the rows
are written as they will stand; a test holds that to applying the facts one by one.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from storage.apply.base import Touched, applies_together, insert
from storage.apply.intake import conversation_row, keep_raws, message_row
from storage.apply.touch import settle
from storage.events import Joined, Received
from storage.kinds import Automatic, Direction
from storage.models import Conversation, Message, Participant


@applies_together(Received, Joined)
def _(came: Sequence[Received], joined: Sequence[Joined], connection: Connection) -> Touched | None:
    places = {fact.message_id: fact for fact in joined}
    starting = [fact for fact in joined if fact.starts]
    begun = {fact.conversation_id: fact for fact in starting}
    authors = {fact.message_id: fact.author_id for fact in came}
    if len(places) < len(joined) or len(begun) < len(starting) or not places.keys() <= authors.keys():
        return None  # of messages that stand already, or twice: each fact by itself says what is wrong
    members: defaultdict[int, list[Received]] = defaultdict(list)
    for fact in came:
        if (place := places.get(fact.message_id)) is not None and place.conversation_id in begun:
            members[place.conversation_id].append(fact)
    conversations = []
    for number, start in begun.items():
        assert start.starts is not None
        row = conversation_row(number, start.mailbox_id, start.starts)
        conversations.append(row | _following(members[number], places))
    insert(connection, Conversation, conversations)
    insert(connection, Message, [message_row(fact, places.get(fact.message_id)) for fact in came])
    keep_raws(connection, came)
    named = [
        {"message_id": fact.message_id, "person_id": person, "author": authors[fact.message_id] == person}
        for fact in joined
        for person in fact.participants
    ]
    insert(connection, Participant, named)
    settle(connection, begun)
    return {fact.conversation_id for fact in joined} - begun.keys()


def _following(messages: Sequence[Received], places: dict[int, Joined]) -> dict[str, Any]:
    """Return what follows of a conversation's first messages, as `refresh` makes it: nothing of them is handled yet."""
    messages = sorted(messages, key=_when)
    people = [person for fact in messages for person in places[fact.message_id].participants]
    customers = [fact for fact in messages if fact.customer_id is not None]
    wrote = [fact for fact in customers if _by_a_customer(fact)] or customers
    answers = [_when(fact) for fact in messages if fact.direction is Direction.OUTGOING and _by_a_person(fact)]
    waiting = [fact for fact in messages if _by_a_customer(fact) and (not answers or _when(fact) > answers[-1])]
    return {
        "message_count": len(messages),
        "first_message_id": messages[0].message_id,
        "last_message_id": messages[-1].message_id,
        "last_message_at": messages[-1].happened_at,
        "customer_id": wrote[0].customer_id if wrote else min(people, default=None),
        "oldest_unanswered_at": waiting[0].happened_at if waiting else None,
    }


def _when(fact: Received) -> tuple[datetime, int]:
    return fact.happened_at, fact.message_id


def _by_a_person(fact: Received) -> bool:
    return fact.automatic is Automatic.NO


def _by_a_customer(fact: Received) -> bool:
    return fact.direction is Direction.INCOMING and _by_a_person(fact)
