"""Rotas laid down, overridden and ended, and what agents can do: entries of the desk, with dates of validity."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlmodel import Session

from storage.commands.knowing.entries import change_entry, keep_entry
from storage.events import Actor
from storage.kinds import EntryKind
from storage.kinds.agents import AgentCard
from storage.kinds.clean import clean_line
from storage.kinds.errors import BadField, NoSuch, Refused
from storage.kinds.hours import ALWAYS_NAME
from storage.kinds.rotas import KeptRota, Override, Rota
from storage.queries.hours import terms
from storage.queries.on_call import Roster, roster
from storage.rules import rotas as rules
from storage.rules.hours import zone_named

LONGEST_NAME: Final = 60
MOST_AGENTS: Final = 200
MOST_OVERRIDES: Final = 2_000
"""Of one rota; those that ended longest ago are the first to go."""


def set_rota(session: Session, version: Rota, *, begun: date | None = None, actor: Actor, now: datetime) -> int:
    """Lay a rota down, or let it be another from now on: who was on call stays as it was. Return the action's id.

    Args:
        session: of a writing transaction.
        version: how it shall be; its `begun` tells nothing but the weekday on which turns change.
        begun: when its first turn begins; `None` lets whoever is on stay on until their turn is over, and begins with
            the first of the order where nobody of it is on.
        actor: the agent.
        now: the moment.

    Raises:
        BadField: something of it cannot be used: the name, the zone, nobody in it, a calendar that is not there.
        NoSuch: an agent does not exist.
        Refused: it stands so already (rule ``already``), or an agent does not work here any more (``retired``).
    """
    here = roster(session)
    version = _checked(here, session, version, now)
    kept = here.rotas.get(version.name)
    held = kept.at(now) if kept is not None else None
    if begun is not None:
        _must_be_near(begun)
    else:
        on = _on(held, now) if held is not None else None
        begun = rules.begun_for(version, held, on, now)
    version = replace(version, begun=begun, valid_from=None)
    if kept is None:
        return keep_entry(session, KeptRota(version.name, (version,)), actor=actor, now=now)[1]
    if held is not None and replace(held, valid_from=None) == version:
        raise Refused("already")
    return keep_rota(session, here, rules.edited(kept, version, now), actor=actor, now=now)


def end_rota(session: Session, name: str, *, actor: Actor, now: datetime) -> int:
    """Let a rota end: from now on nobody is on by it. Return the action's id.

    Raises:
        NoSuch: there is no rota of that name, or it has ended.
    """
    here = roster(session)
    kept = standing_rota(here, name, now)
    ended = replace(kept.at(now), agents=())
    kept = rules.edited(kept, ended, now)
    overrides = tuple(replace(one, until=min(one.until, now)) for one in kept.overrides if one.since < now)
    return keep_rota(session, here, replace(kept, overrides=overrides), actor=actor, now=now)


def override(
    session: Session,
    name: str,
    given: Sequence[tuple[int, datetime, datetime]],
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Put agents on for a while, whoever's turn it is; what lies before now stays as it was. Return the action's id.

    Args:
        session: of a writing transaction.
        name: of the rota.
        given: who, from when, until when; a later one wins over those before it.
        actor: the agent.
        now: the moment.

    Raises:
        NoSuch: there is no rota of that name, or no agent.
        BadField: one ends before it begins (reason ``backwards``), or there are too many (``many``).
        Refused: one is over already (rule ``past``), an agent does not work here any more (``retired``), or all of
            them are there (``already``).
    """
    here = roster(session)
    kept = before = standing_rota(here, name, now)
    for agent_id, since, until in given:
        if until <= since:
            raise BadField("until", until.isoformat(), "backwards")
        if until <= now:
            raise Refused("past")
        _must_work(here, agent_id, now)
        one = Override(agent_id, max(since, now), until)
        if not any(
            (held.agent_id, held.until) == (one.agent_id, one.until) and held.since <= one.since
            for held in kept.overrides[-1:]
        ):
            kept = rules.overridden(kept, one)
    if kept == before:
        raise Refused("already")
    if len(kept.overrides) > MOST_OVERRIDES:
        raise BadField("override", name, "many", (str(MOST_OVERRIDES),))
    return keep_rota(session, here, kept, actor=actor, now=now)


def end_override(session: Session, name: str, number: int, *, actor: Actor, now: datetime) -> int:
    """Take an override away that has not begun, or let it end now; return the action's id.

    Args:
        session: of a writing transaction.
        name: of the rota.
        number: which one, from 1 on, as `rota show` counts them.
        actor: the agent.
        now: the moment.

    Raises:
        NoSuch: there is no rota of that name, or no such override.
        Refused: it is over (rule ``past``).
    """
    here = roster(session)
    kept = standing_rota(here, name, now)
    if not 1 <= number <= len(kept.overrides):
        raise NoSuch("override", number)
    if kept.overrides[number - 1].until <= now:
        raise Refused("past")
    return keep_rota(session, here, rules.without(kept, number - 1, now), actor=actor, now=now)


def set_agent(session: Session, card: AgentCard, *, actor: Actor, now: datetime) -> int:
    """Lay down what an agent can do, when, and how much; return the action's id.

    Raises:
        NoSuch: there is no such agent.
        BadField: a value cannot be used.
        Refused: it stands so already (rule ``already``), or another agent has that address (``agents_address``).
    """
    here = roster(session)
    if card.agent_id not in here.names:
        raise NoSuch("agent", card.agent_id)
    card = _checked_card(here, session, card)
    held = here.card_entries.get(card.agent_id)
    if held is None:
        if card == AgentCard(card.agent_id):
            raise Refused("already")
        return keep_entry(session, card, actor=actor, now=now)[1]
    return change_entry(session, held, card, kind=EntryKind.AGENT, actor=actor, now=now)


def retire(session: Session, agent_id: int, *, actor: Actor, now: datetime, back: bool = False) -> int:
    """Say that an agent does not work here any more, or does again; return the action's id.

    Raises:
        NoSuch: there is no such agent.
        Refused: that is said already (rule ``already``).
    """
    card = roster(session).card(agent_id)
    if card.is_retired(now) != back:
        raise Refused("already")
    return set_agent(session, replace(card, retired=None if back else now), actor=actor, now=now)


def _checked(here: Roster, session: Session, version: Rota, now: datetime) -> Rota:
    name, topic = clean_line(version.name), clean_line(version.topic)
    for word, text in (("name", name), ("topic", topic)):
        if len(text) > LONGEST_NAME:
            raise BadField(word, text, "long_name")
    if not name:
        raise BadField("name", "", "empty")
    if version.tier is None and not topic:
        raise BadField("tier", "", "empty")
    zone_named(version.zone)
    if not version.agents:
        raise BadField("agents", "", "empty")
    if len(version.agents) > MOST_AGENTS:
        raise BadField("agents", str(len(version.agents)), "many", (str(MOST_AGENTS),))
    for one in (*version.agents, *((version.lead,) if version.lead is not None else ())):
        _must_work(here, one, now)
    _must_have_calendar(session, version.calendar)
    return replace(version, name=name, topic=topic)


def _checked_card(here: Roster, session: Session, card: AgentCard) -> AgentCard:
    skills = tuple(dict.fromkeys(one.casefold() for one in map(clean_line, card.skills) if one))
    languages = tuple(dict.fromkeys(clean_line(one).casefold() for one in card.languages))
    for one in languages:
        if not (2 <= len(one) <= 8 and one.replace("-", "").isalpha()):
            raise BadField("languages", one, "language")
    for one in skills:
        if len(one) > LONGEST_NAME:
            raise BadField("skills", one, "long_name")
    if card.limit is not None and not 1 <= card.limit <= 1_000:
        raise BadField("limit", str(card.limit), "number")
    if card.zone:
        zone_named(card.zone)
    _must_have_calendar(session, card.hours)
    address = clean_line(card.address)
    if address and ("@" not in address or " " in address or len(address) > 254):
        raise BadField("address", address, "address")
    wanted = address.casefold()
    if wanted and any(
        one.address.casefold() == wanted for number, one in here.cards.items() if number != card.agent_id
    ):
        raise Refused("agents_address")
    return replace(card, skills=skills, languages=languages, address=address)


def _must_have_calendar(session: Session, name: str) -> None:
    if name and not (known := terms(session)).has_calendar(name):
        raise BadField("calendar", name, "choice", tuple(sorted({*known.calendars, ALWAYS_NAME})))


def _must_work(here: Roster, agent_id: int, now: datetime) -> None:
    if agent_id not in here.names:
        raise NoSuch("agent", agent_id)
    if here.card(agent_id).is_retired(now):
        raise Refused("retired")


def _must_be_near(begun: date) -> None:
    if not rules.FIRST.date() < begun < (rules.LAST - timedelta(days=366)).date():
        raise BadField("begun", begun.isoformat(), "date")


def _on(held: Rota, now: datetime) -> int | None:
    """Return whose turn it is, away or not."""
    if not held.agents:
        return None
    number, _since, _until = rules.turn(held, now)
    return held.agents[(number - 1) % len(held.agents)] if number > 0 else None


def standing_rota(here: Roster, name: str, now: datetime) -> KeptRota:
    """Return the rota of a name.

    Raises:
        NoSuch: there is none, or it has ended.
    """
    kept = here.rotas.get(name)
    if kept is None or not kept.at(now).agents:
        raise NoSuch("rota", name)
    return kept


def keep_rota(session: Session, here: Roster, kept: KeptRota, *, actor: Actor, now: datetime) -> int:
    """Let a rota that is there be another; return the action's id."""
    return change_entry(session, here.rota_entries[kept.name], kept, kind=EntryKind.ROTA, actor=actor, now=now)
