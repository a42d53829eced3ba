"""Who can be asked to accept what is handed to a tier: who is on call there, then whoever works for it."""

from datetime import datetime

from sqlmodel import Session

from storage.kinds import Tier
from storage.kinds.agents import AgentCard
from storage.kinds.clean import folded
from storage.kinds.handoffs import Askable
from storage.queries.on_call import on_call_in, roster
from storage.queries.working import in_work


def askable(session: Session, tier: Tier, now: datetime, *, but: int | None = None) -> tuple[Askable, ...]:
    """Return who can be asked: who is on call first, then who has time, then the others, each by name.

    Args:
        session: of any transaction.
        tier: the receiving one: whoever's card names tiers, and not this one, is left out unless they are on call.
        now: the moment.
        but: who is left out: nobody asks themselves.
    """
    here = roster(session)
    on = {one.agent_id: one for one in reversed(on_call_in(here, now, tier=tier)) if one.agent_id is not None}
    known = {number: here.cards.get(number) or AgentCard(number) for number in here.names}
    limited = [number for number, card in known.items() if card.limit is not None]
    has = in_work(session, limited) if limited else {}
    found = []
    for number, name in here.names.items():
        card, duty = known[number], on.get(number)
        serves = duty is not None or not card.tiers or tier in card.tiers
        if number == but or not serves or card.is_retired(now):
            continue
        found.append(
            Askable(
                number,
                name,
                duty.rota if duty else "",
                duty.until if duty else None,
                away=here.laid.is_away(name, now),
                full=card.limit is not None and has.get(number, 0) >= card.limit,
                closed=bool(card.hours) and not here.terms.hours(card.hours).is_open(now),
            )
        )
    return tuple(sorted(found, key=lambda one: (not one.rota, one.away or one.full or one.closed, folded(one.name))))
