"""Who is on call, out of the rotas, the agents and the absences that a desk has laid down."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlmodel import Session

from storage.kinds import EntryKind, Tier
from storage.kinds.agents import AgentCard
from storage.kinds.damaged import whole
from storage.kinds.errors import BadField, NoSuch
from storage.kinds.hours import Calendar
from storage.kinds.rotas import Duty, KeptRota, OnCall, Rota
from storage.queries.agents import agents
from storage.queries.hours import Terms, terms
from storage.queries.playbooks import Laid, laid
from storage.queries.tables import ENTRY, EVENT, PERSONAL
from storage.rules.hours import ALWAYS, Hours, hours_of
from storage.rules.rotas import FIRST, LAST, People, after, duty

_KINDS: Final = (EntryKind.ROTA, EntryKind.AGENT)
_NOTHING: Final = Terms({}, {}, {})


@dataclass(frozen=True, slots=True)
class Roster:
    """Who works here, and when.

    Attributes:
        rotas: by name, those that have ended among them.
        cards: what is laid down of agents, by their numbers.
        names: the agents' names, by their numbers.
        laid: what else is laid down, who is away above all.
        people: who can be on call.
        rota_entries, card_entries: the numbers of the entries.
        terms: the calendars.
        damaged: the names of rotas that cannot be read: they are as if not there.
    """

    rotas: Mapping[str, KeptRota]
    cards: Mapping[int, AgentCard]
    names: Mapping[int, str]
    laid: Laid
    people: People
    rota_entries: Mapping[str, int] = field(default_factory=dict)
    card_entries: Mapping[int, int] = field(default_factory=dict)
    terms: Terms = _NOTHING
    damaged: tuple[str, ...] = ()

    def card(self, agent_id: int) -> AgentCard:
        """Return what is laid down of an agent; nothing is a card that limits nothing."""
        return self.cards.get(agent_id) or AgentCard(agent_id)

    def named(self, name: str) -> int:
        """Return the number of the agent of that name, or of that address; whatever the letters' case.

        Raises:
            NoSuch: nobody bears it.
        """
        wanted = name.casefold()
        found = [number for number, one in self.names.items() if one.casefold() == wanted]
        found += [number for number, card in self.cards.items() if card.address.casefold() == wanted and wanted]
        if not found:
            raise NoSuch("agent", name)
        return found[0]

    def hours(self, rota: Rota) -> Hours:
        """Return the hours that a version of a rota covers; all of them where its zone or calendar is unknown."""
        if rota.calendar:
            return self.terms.hours(rota.calendar)
        if not rota.windows:
            return ALWAYS
        try:
            return hours_of(Calendar(rota.name, rota.zone, rota.windows))
        except BadField:
            return ALWAYS


def roster(session: Session, *, past: bool = False) -> Roster:
    """Return who works here, and when.

    Args:
        session: of any transaction.
        past: whether it is asked who *was* on call: absences that are over are read out of the log.
    """
    rotas, cards, rota_entries, card_entries, damaged = {}, {}, {}, {}, []
    chosen = select(ENTRY.c.id, ENTRY.c.kind, ENTRY.c.value).where(
        ENTRY.c.kind.in_(_KINDS), ENTRY.c.value.is_not(None), ENTRY.c.subject.is_(None)
    )
    for number, kind, value in session.connection().execute(chosen.order_by(ENTRY.c.id)):
        if kind is EntryKind.ROTA:
            kept = whole(KeptRota, value)
            if kept is None:
                damaged.append(str(value.get("name", "")) or f"#{number}")
                continue
            rotas[kept.name], rota_entries[kept.name] = kept, number
        else:
            card = AgentCard.read(value)
            cards[card.agent_id], card_entries[card.agent_id] = card, number
    names = agents(session)
    here = laid(session)
    if past:
        absences = absences_before(session, names)
    else:
        absences = {number: [(None, here.away[name])] for number, name in names.items() if name in here.away}
    retired = {number: card.retired for number, card in cards.items() if card.retired is not None}
    people = People(names.keys(), retired, absences)
    needs = any(one.calendar for kept in rotas.values() for one in kept.versions)
    needs = needs or any(card.hours for card in cards.values())
    calendars = terms(session) if needs else _NOTHING
    left = tuple(name for name in damaged if name not in rotas)
    return Roster(rotas, cards, names, here, people, rota_entries, card_entries, calendars, left)


def absences_before(
    session: Session, names: Mapping[int, str]
) -> dict[int, list[tuple[datetime | None, datetime | None]]]:
    """Return when agents were away, as the log tells it, and are; by their numbers."""
    by_name = {name: number for number, name in names.items()}
    chosen = (
        select(EVENT.c.public, EVENT.c.happened_at, PERSONAL.c.personal)
        .join(PERSONAL, PERSONAL.c.event_id == EVENT.c.id)
        .where(
            EVENT.c.agent_id.is_not(None),
            EVENT.c.kind == "entry_kept",
            EVENT.c.public.contains('"entry_kind":"away"', autoescape=True),
        )
        .order_by(EVENT.c.id)
    )
    found: dict[int, list[tuple[datetime | None, datetime | None]]] = {}
    for public, at, personal in session.connection().execute(chosen):
        stands = json.loads(public)["fact"]["stands"]
        told = json.loads(personal)
        said = told.get("after") or told.get("before") or {}
        number = by_name.get(said.get("name", ""))
        if number is None:
            continue
        spans = found.setdefault(number, [])
        if spans and (spans[-1][1] is None or spans[-1][1] > at):
            spans[-1] = spans[-1][0], at
        if stands:
            until = said.get("until")
            spans.append((at, datetime.fromisoformat(until) if until else None))
    return found


def on_call(
    session: Session,
    at: datetime,
    *,
    tier: Tier | None = None,
    rota: str | None = None,
    now: datetime | None = None,
) -> tuple[OnCall, ...]:
    """Return who is on call at a moment: one for each rota that covers it, and nobody where nobody can be.

    Args:
        session: of any transaction.
        at: the moment.
        tier: only rotas of that tier.
        rota: only the rota of that name.
        now: the present, where `at` may lie before it: who was away then is read out of the log.

    Raises:
        NoSuch: there is no rota of that name.
    """
    return on_call_in(roster(session, past=now is not None and at < now), at, tier=tier, rota=rota)


def on_call_in(here: Roster, at: datetime, *, tier: Tier | None = None, rota: str | None = None) -> tuple[OnCall, ...]:
    """Return as `on_call`, of what was read already."""
    found = []
    for kept in _rotas(here, rota):
        held = _duty(here, kept, at)
        if held is not None and tier in {None, held.tier}:
            found.append(as_told(here, held))
    return tuple(sorted(found, key=lambda one: (one.tier or "", one.topic, one.rota)))


def next_after(session: Session, at: datetime, agent_id: int, *, rota: str) -> tuple[int, str] | None:
    """Return who is asked after somebody by a rota, number and name: the next in line, then the duty lead.

    Args:
        session: of any transaction.
        at: the moment.
        agent_id: who did not accept.
        rota: the rota's name.

    Returns:
        `None` when all were asked, or the rota does not cover the moment.

    Raises:
        NoSuch: there is no rota of that name.
    """
    here = roster(session)
    (kept,) = _rotas(here, rota)
    held = _duty(here, kept, at)
    found = after(held, agent_id) if held is not None else None
    return None if found is None else (found, here.names.get(found, ""))


def as_told(here: Roster, held: Duty) -> OnCall:
    """Return who is on by a rota, with names."""
    first, second = (*held.line[:2], None, None)[:2]
    if second is None and first is not None:
        second = after(held, first)
    because = held.because
    numbers = {*held.line, *(number for number, _why in because.passed)}
    if because.override is not None:
        numbers.add(because.override.agent_id)
    names = {number: here.names.get(number, "") for number in numbers}
    return OnCall(
        rota=held.rota,
        tier=held.tier,
        topic=held.topic,
        agent_id=first,
        agent="" if first is None else names[first],
        since=held.since,
        until=held.until,
        next_agent_id=second,
        next_agent="" if second is None else here.names.get(second, ""),
        why=because,
        names=names,
        lead_id=held.lead,
        lead="" if held.lead is None else here.names.get(held.lead, ""),
    )


def _rotas(here: Roster, name: str | None) -> Sequence[KeptRota]:
    if name is None:
        return tuple(here.rotas.values())
    if name not in here.rotas:
        raise NoSuch("rota", name)
    return (here.rotas[name],)


def _duty(here: Roster, kept: KeptRota, at: datetime) -> Duty | None:
    return duty(kept, at, hours=here.hours, people=here.people) if FIRST <= at < LAST else None
