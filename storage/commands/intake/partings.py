"""Which conversations no rule may join: told apart by an agent, or by an answer that came too late."""

from collections.abc import Collection

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import table
from storage.kinds import LinkReason
from storage.models import Conversation, Link, Parting

Pair = tuple[int, int]


def partings(session: Session, numbers: Collection[int]) -> set[Pair]:
    """Return the pairs of these conversations that stay apart, the lower number first.

    A parting outlives a join: it then holds for the number that its conversations stand for.

    Args:
        session: of any transaction.
        numbers: conversations that stand for themselves.
    """
    conversations, parted, links = table(Conversation), table(Parting), table(Link)
    start = select(conversations.c.id, conversations.c.id.label("stands")).where(conversations.c.id.in_(numbers))
    found = start.cte("stands_for", recursive=True)
    found = found.union_all(select(conversations.c.id, found.c.stands).where(conversations.c.joined_into == found.c.id))
    stands = dict(session.connection().execute(select(found.c.id, found.c.stands)).all())
    aliases = sorted(stands)
    told_apart = select(parted.c.one_id, parted.c.other_id).where(
        parted.c.one_id.in_(aliases), parted.c.other_id.in_(aliases)
    )
    too_late = select(links.c.conversation_id, links.c.other_id).where(
        links.c.reason == LinkReason.LATE_ANSWER,
        links.c.conversation_id.in_(aliases),
        links.c.other_id.in_(aliases),
    )
    pairs: set[Pair] = set()
    for one, other in session.connection().execute(told_apart.union_all(too_late)):
        low, high = sorted((stands[one], stands[other]))
        if low != high:
            pairs.add((low, high))
    return pairs
