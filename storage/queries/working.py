"""How much an agent has in work, and how many organizations they own: what a model limits."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from storage.kinds import Subject
from storage.queries import playbooks
from storage.queries.agents import agents, cards
from storage.queries.tables import CONVERSATION, PROFILE
from storage.rules.playbooks import playing

_C = CONVERSATION.c
_IN_WORK = 2  # ranks below: it waits for us, or was answered and is still open


def over_limit(session: Session, numbers: Sequence[int], agent_id: int | None) -> tuple[int, ...]:
    """Return which of these conversations would be one more than an agent may have, as models or their card say.

    Args:
        session: of any transaction.
        numbers: the conversations, none of them joined to another.
        agent_id: whose they would be; nobody has no limit.
    """
    if agent_id is None:
        return ()
    served = playbooks.served(session, numbers)
    limits = {number: one.playing.knob("limit")[0] for number, one in served.items() if one.assignee_id != agent_id}
    card = cards(session).get(agent_id)
    if card is not None and card.limit is not None:
        limits = {number: min(card.limit, card.limit if one is None else one) for number, one in limits.items()}
    if all(limit is None for limit in limits.values()):
        return ()
    has = in_work(session, [agent_id]).get(agent_id, 0)
    over = []
    for number in numbers:
        if number in limits:
            limit = limits[number]
            if limit is not None and has >= limit:
                over.append(number)
            has += 1
    return tuple(over)


def working_here(session: Session, *, now: datetime) -> dict[int, tuple[str, bool]]:
    """Return who works here, by number: the name, and whether they are away; without those who are retired."""
    laid, known = playbooks.laid(session), cards(session)
    return {
        number: (name, laid.is_away(name, now))
        for number, name in agents(session).items()
        if number not in known or not known[number].is_retired(now)
    }


def in_work(session: Session, agents: Sequence[int]) -> dict[int, int]:
    """Return how many conversations agents have in work, by their numbers; of whoever has none, nothing."""
    counted = (
        select(_C.assignee_id, func.count())
        .where(_C.assignee_id.in_(agents), _C.queue_rank < _IN_WORK)
        .group_by(_C.assignee_id)
    )
    rows = session.connection().execute(counted)
    return {number: count for number, count in rows if number is not None}


def over_capacity(session: Session, organization_id: int, *, owner: str, touch: str, stage: str) -> bool:
    """Say whether an organization would be one more than an agent owns of its touch model.

    Args:
        session: of any transaction.
        organization_id: which.
        owner, touch, stage: as its profile would say them.
    """
    laid = playbooks.laid(session)
    if not owner or not touch:
        return False
    said = playbooks.said_of({}, {"touch": touch, "stage": stage})
    capacity, model = playing(laid.books, said).knob("capacity")
    if capacity is None:
        return False
    owned = select(PROFILE.c.subject_id).where(
        PROFILE.c.field == "owner",
        PROFILE.c.value == owner,
        PROFILE.c.subject == Subject.ORGANIZATION,
        PROFILE.c.subject_id != organization_id,
    )
    theirs: Iterable[int] = session.connection().execute(owned).scalars().all()
    told = playbooks.told(session.connection(), Subject.ORGANIZATION, theirs)
    held = [playing(laid.books, playbooks.said_of({}, one)).knob("capacity")[1] for one in told.values()]
    return bool(sum(one == model for one in held) >= capacity)
