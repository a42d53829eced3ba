"""Rotas as the desk lays them down, who is on call by them, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from storage.kinds.hours import Window, moment_read, moment_written
from storage.kinds.words import EntryKind, Tier


class Every(StrEnum):
    """How long a turn is."""

    DAY = "daily"
    WEEK = "weekly"

    @property
    def days(self) -> int:
        """How many days a turn has."""
        return 1 if self is Every.DAY else 7


@dataclass(frozen=True, slots=True)
class Rota:
    """Who is on call in turn: one version of a rota.

    Attributes:
        name: by which it is asked for.
        zone: in which its times are meant, such as ``America/Sao_Paulo``.
        agents: by their numbers, in the order in which they are on; none where the rota has ended.
        begun: the date on which the first turn began; before it nobody is on.
        tier: whose it is; `None` for one of a topic only.
        topic: what it is about; empty for everything.
        every: how long a turn is.
        at: when a turn changes, by the clock on the wall; of weekly turns on the weekday of `begun`.
        windows: the hours that it covers, in its zone; none for all of them.
        calendar: covered as well, by its name, in place of windows; empty for none.
        lead: who leads the duty, and is asked when all others were.
        valid_from: since when it holds, in place of the version before it; `None` for the first.
    """

    name: str
    zone: str
    agents: tuple[int, ...]
    begun: date
    tier: Tier | None = None
    topic: str = ""
    every: Every = Every.WEEK
    at: time = time(9)
    windows: tuple[Window, ...] = ()
    calendar: str = ""
    lead: int | None = None
    valid_from: datetime | None = None

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it, without its name."""
        given: dict[str, Any] = {
            "zone": self.zone,
            "agents": list(self.agents),
            "begun": self.begun.isoformat(),
            "every": str(self.every),
            "at": self.at.isoformat("minutes"),
            "tier": str(self.tier) if self.tier else None,
            "topic": self.topic or None,
            "windows": [one.written() for one in self.windows] or None,
            "calendar": self.calendar or None,
            "lead": self.lead,
            "valid_from": moment_written(self.valid_from),
        }
        return {word: value for word, value in given.items() if value is not None}

    @classmethod
    def read(cls, name: str, kept: Mapping[str, Any]) -> "Rota":
        """Return what `written` gave."""
        tier = kept.get("tier")
        return cls(
            name,
            kept["zone"],
            tuple(kept["agents"]),
            date.fromisoformat(kept["begun"]),
            Tier(tier) if tier else None,
            kept.get("topic", ""),
            Every(kept["every"]),
            time.fromisoformat(kept["at"]),
            tuple(
                Window(day, time.fromisoformat(opens), time.fromisoformat(closes))
                for day, opens, closes in kept.get("windows", ())
            ),
            kept.get("calendar", ""),
            kept.get("lead"),
            moment_read(kept.get("valid_from")),
        )


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody is on for a while, whoever's turn it is."""

    agent_id: int
    since: datetime
    until: datetime

    def written(self) -> list[Any]:
        """Return it as facts and rows keep it."""
        return [self.agent_id, self.since.isoformat(), self.until.isoformat()]

    @classmethod
    def read(cls, kept: list[Any]) -> "Override":
        """Return what `written` gave."""
        agent_id, since, until = kept
        return cls(agent_id, datetime.fromisoformat(since), datetime.fromisoformat(until))


@dataclass(frozen=True, slots=True)
class KeptRota:
    """A rota with all its versions, each of which holds until the next does, and its overrides; a later one wins."""

    name: str
    versions: tuple[Rota, ...]
    overrides: tuple[Override, ...] = ()

    kind = EntryKind.ROTA

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        overrides = [one.written() for one in self.overrides]
        return {
            "name": self.name,
            "versions": [one.written() for one in self.versions],
            **({"overrides": overrides} if overrides else {}),
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "KeptRota":
        """Return what `written` gave."""
        return cls(
            kept["name"],
            tuple(Rota.read(kept["name"], one) for one in kept["versions"]),
            tuple(map(Override.read, kept.get("overrides", ()))),
        )

    def at(self, moment: datetime) -> Rota:
        """Return the version that holds at a moment."""
        held = self.versions[0]
        for one in self.versions[1:]:
            if one.valid_from is not None and one.valid_from <= moment:
                held = one
        return held


class Missing(StrEnum):
    """Why somebody whose turn it is was passed over."""

    AWAY = "away"
    RETIRED = "retired"
    GONE = "gone"  # their name was erased, or there never was such an agent


@dataclass(frozen=True, slots=True)
class Because:
    """Why somebody is on call.

    Attributes:
        turn: the number of the turn, from 1 on; 0 where the rota has not begun, or has ended.
        every, begun: of the rota.
        override: the one that puts them there; `None` where it is their turn.
        passed: who was passed over before them, and why.
    """

    turn: int
    every: Every
    begun: date
    override: Override | None = None
    passed: tuple[tuple[int, Missing], ...] = ()


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is on by a rota at a moment, by numbers.

    Attributes:
        line: who is asked, one after another; nobody where it is empty.
        since, until: how long that holds.
        lead: of the duty.
    """

    rota: str
    tier: Tier | None
    topic: str
    line: tuple[int, ...]
    since: datetime
    until: datetime
    because: Because
    lead: int | None = None


@dataclass(frozen=True, slots=True)
class OnCall:
    """Who is on call.

    Attributes:
        rota: its name; `tier` and `topic` are its.
        agent_id, agent: who; `None` and empty where nobody is.
        since, until: how long it stays so.
        next_agent_id, next_agent: who is asked when they do not accept.
        why: whose turn it is, or by which override.
        names: of everybody whom `why` speaks of, by number.
        lead_id, lead: of the duty.
    """

    rota: str
    tier: Tier | None
    topic: str
    agent_id: int | None
    agent: str
    since: datetime
    until: datetime
    next_agent_id: int | None
    next_agent: str
    why: Because
    names: Mapping[int, str]
    lead_id: int | None = None
    lead: str = ""


class Fault(StrEnum):
    """What a check finds wrong with rotas."""

    GAP = "gap"  # nobody is on
    OVERLAP = "overlap"  # two rotas of one tier, or two overrides of one rota, at once
    NOBODY = "nobody"  # a rota of which nobody can be on
    MISSING = "missing"  # an agent of it is retired or gone
    ZONE = "zone"
    CALENDAR = "calendar"  # the calendar that it names is not there


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a rota.

    Attributes:
        rota: its name.
        fault: what.
        since, until: when.
        agent_id: whom it is about.
        other: the other rota; or the name of a zone or calendar.
    """

    rota: str
    fault: Fault
    since: datetime | None = None
    until: datetime | None = None
    agent_id: int | None = None
    other: str = ""

    @property
    def lasts(self) -> timedelta:
        """How long."""
        return self.until - self.since if self.since and self.until else timedelta()
