"""Rotas and agents as they are typed: knobs and their values, put onto what is laid down."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlmodel import Session

from storage.commands.rotas import set_agent, set_rota
from storage.events import Actor
from storage.kinds import Tier
from storage.kinds.agents import AgentCard
from storage.kinds.clean import clean_line
from storage.kinds.errors import BadField
from storage.kinds.hour_words import DAYS, read_windows
from storage.kinds.rotas import Every, Rota
from storage.queries.on_call import Roster, roster

ROTA_KNOBS: Final = ("tier", "topic", "zone", "agents", "turn", "at", "hours", "calendar", "lead", "begin")
AGENT_KNOBS: Final = ("tiers", "skills", "languages", "hours", "limit", "quiet", "zone", "address")

_TIERS: Final = tuple(str(one) for one in Tier)
_MONDAY: Final = date(2024, 1, 1)


def change_rota(session: Session, name: str, knobs: Mapping[str, str], *, actor: Actor, now: datetime) -> int:
    """Set knobs of a rota as they are typed, or lay it down by them; return the action's id.

    Args:
        session: of a writing transaction.
        name: of the rota.
        knobs: of `ROTA_KNOBS`: ``agents`` by name or address, parted by commas; ``at`` as ``mon 09:00`` or ``09:00``.
        actor: the agent.
        now: the moment.

    Raises:
        BadField: there is no such knob, or it takes no such value.
        NoSuch, Refused: as `set_rota`.
    """
    here = roster(session)
    name = clean_line(name)
    kept = here.rotas.get(name)
    rota = kept.at(now) if kept is not None else Rota(name, "", (), _MONDAY)
    begun: date | None = None
    for knob, typed in knobs.items():
        text = clean_line(typed)
        if knob == "begin":
            begun = _date(knob, text)
        elif knob == "at":
            rota = _at(rota, text)
        else:
            rota = _with(here, rota, knob, text)
    return set_rota(session, rota, begun=begun, actor=actor, now=now)


def change_agent(session: Session, name: str, knobs: Mapping[str, str], *, actor: Actor, now: datetime) -> int:
    """Set knobs of an agent as they are typed; return the action's id.

    Args:
        session: of a writing transaction.
        name: the agent's.
        knobs: of `AGENT_KNOBS`; several values are parted by commas, nothing takes away what was said.
        actor: the agent who does it.
        now: the moment.

    Raises:
        BadField: there is no such knob, or it takes no such value.
        NoSuch, Refused: as `set_agent`.
    """
    here = roster(session)
    card = here.card(here.named(clean_line(name)))
    for knob, text in knobs.items():
        card = _card(card, knob, clean_line(text))
    return set_agent(session, card, actor=actor, now=now)


def _with(here: Roster, rota: Rota, knob: str, text: str) -> Rota:
    match knob:
        case "tier":
            return replace(rota, tier=_tier(knob, text) if text else None)
        case "topic":
            return replace(rota, topic=text)
        case "zone":
            return replace(rota, zone=text)
        case "calendar":
            return replace(rota, calendar=text)
        case "agents":
            return replace(rota, agents=tuple(here.named(one) for one in _several(text)))
        case "turn":
            every = _one_of(knob, text, tuple(str(one) for one in Every))
            return replace(rota, every=Every(every))
        case "hours":
            return replace(rota, windows=read_windows(text))
        case "lead":
            return replace(rota, lead=here.named(text) if text else None)
    raise BadField(knob, text, "no_such", ROTA_KNOBS)


def _at(rota: Rota, text: str) -> Rota:
    """Return a rota whose turns change at another time; of weekly ones on that weekday, else on Monday."""
    day, _space, clock = text.casefold().rpartition(" ")
    if day and day not in DAYS:
        raise BadField("at", text, "turn_at")
    begun = _MONDAY + timedelta(days=DAYS.index(day) if day else rota.begun.weekday())
    return replace(rota, at=_clock("at", clock), begun=begun)


def _card(card: AgentCard, knob: str, text: str) -> AgentCard:
    match knob:
        case "tiers":
            return replace(card, tiers=tuple(_tier(knob, one) for one in _several(text)))
        case "skills":
            return replace(card, skills=_several(text))
        case "languages":
            return replace(card, languages=_several(text))
        case "hours":
            return replace(card, hours=text)
        case "zone":
            return replace(card, zone=text)
        case "address":
            return replace(card, address=text)
        case "limit":
            return replace(card, limit=_number(knob, text))
        case "quiet":
            return replace(card, quiet=_span(knob, text))
    raise BadField(knob, text, "no_such", AGENT_KNOBS)


def _number(knob: str, text: str) -> int | None:
    if text and not text.isdecimal():
        raise BadField(knob, text, "number")
    return int(text[:9]) if text else None


def _span(knob: str, text: str) -> tuple[time, time] | None:
    since, _sign, until = text.partition("-")
    return (_clock(knob, since), _clock(knob, until)) if text else None


def _several(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(clean_line, text.split(",")))))


def _tier(knob: str, text: str) -> Tier:
    return Tier(_one_of(knob, text.casefold(), _TIERS))


def _one_of(knob: str, text: str, words: tuple[str, ...]) -> str:
    if text not in words:
        raise BadField(knob, text, "choice", words)
    return text


def _clock(knob: str, text: str) -> time:
    try:
        found = time.fromisoformat(text.strip())
    except ValueError:
        raise BadField(knob, text, "turn_at" if knob == "at" else "clock") from None
    return found.replace(second=0, microsecond=0, tzinfo=None)


def _date(knob: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadField(knob, text, "date") from None
