"""The shifts of a calendar's file brought into a rota: all of them or none, and nothing the second time."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlmodel import Session

from storage.commands.rotas import MOST_OVERRIDES, keep_rota, standing_rota
from storage.events import Actor
from storage.kinds.errors import BadField, NoSuch, Refused
from storage.kinds.shifts import Brought, Shift
from storage.queries.on_call import Roster, roster
from storage.rules.shifts import brought


def bring_shifts(
    session: Session, name: str, shifts: Sequence[Shift], *, preview: bool = False, actor: Actor, now: datetime
) -> list[Brought]:
    """Bring shifts into a rota as one action; return what became of each.

    Args:
        session: of a writing transaction; of any one for a preview.
        name: of the rota, which is there.
        shifts: as the file gives them; a later one wins over those before it.
        preview: whether to say only what would be.
        actor: the agent.
        now: the moment.

    Raises:
        NoSuch: there is no such rota, or somebody of the file is no agent.
        BadField: an event ends before it begins, there are too many, or what comes again is no round of turns.
        Refused: an agent of the file does not work here any more (rule ``retired``).
    """
    here = roster(session)
    kept = standing_rota(here, name, now)
    whose = [(_whose(here, one, now), one) for one in shifts]
    after, told = brought(kept, whose, now, hours=here.hours, people=here.people)
    if len(after.overrides) > MOST_OVERRIDES:
        raise BadField("override", name, "many", (str(MOST_OVERRIDES),))
    if after != kept and not preview:
        keep_rota(session, here, after, actor=actor, now=now)
    return [
        Brought(agent_id, here.names[agent_id], one.since.astimezone(UTC), one.until.astimezone(UTC), becomes)
        for (agent_id, one), becomes in zip(whose, told, strict=True)
    ]


def _whose(here: Roster, one: Shift, now: datetime) -> int:
    if one.until <= one.since:
        raise BadField("event", one.since.isoformat(), "backwards")
    over = one.every is None and one.until <= now
    for called in one.who:
        try:
            number = here.named(called)
        except NoSuch:
            continue
        if here.card(number).is_retired(now) and not over:
            raise Refused("retired")
        return number
    summary = one.who[-1] if one.who else ""
    within = {number: name for number, name in here.names.items() if name and name.casefold() in summary.casefold()}
    longest = max(within.values(), key=len, default="")
    found = [number for number, name in within.items() if name == longest]
    if len(found) != 1:
        raise NoSuch("agent", one.who[0] if one.who else one.since.date().isoformat())
    return found[0]
