"""Agents: what each can do, when, and how much; what decides to whom work goes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from storage.kinds.hours import moment_read, moment_written
from storage.kinds.words import EntryKind, Tier


@dataclass(frozen=True, slots=True)
class AgentCard:
    """What is laid down of an agent. What it does not say limits nothing.

    Attributes:
        agent_id: whose it is.
        tiers: for which they work; none for all of them.
        skills: what they know, as tags or words of conversations.
        languages: which they write in, by their letters, such as ``pt``; none for all of them.
        hours: when they are at work, the name of a calendar; empty for always.
        limit: how many conversations they have in work at once.
        quiet: from when until when nothing rings for them, by the clock on the wall in `zone`.
        zone: theirs; empty for that of the machine.
        address: by which calendars name them.
        retired: since when they no longer work here.
    """

    agent_id: int
    tiers: tuple[Tier, ...] = ()
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    hours: str = ""
    limit: int | None = None
    quiet: tuple[time, time] | None = None
    zone: str = ""
    address: str = ""
    retired: datetime | None = None

    kind = EntryKind.AGENT

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        given: dict[str, Any] = {
            "tiers": [str(one) for one in self.tiers],
            "skills": list(self.skills),
            "languages": list(self.languages),
            "hours": self.hours,
            "quiet": [one.isoformat("minutes") for one in self.quiet or ()],
            "zone": self.zone,
            "address": self.address,
            "retired": moment_written(self.retired),
        }
        limit = {} if self.limit is None else {"limit": self.limit}
        return {"agent_id": self.agent_id, **{word: value for word, value in given.items() if value}, **limit}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "AgentCard":
        """Return what `written` gave."""
        quiet = kept.get("quiet")
        return cls(
            kept["agent_id"],
            tuple(map(Tier, kept.get("tiers", ()))),
            tuple(kept.get("skills", ())),
            tuple(kept.get("languages", ())),
            kept.get("hours", ""),
            kept.get("limit"),
            (time.fromisoformat(quiet[0]), time.fromisoformat(quiet[1])) if quiet else None,
            kept.get("zone", ""),
            kept.get("address", ""),
            moment_read(kept.get("retired")),
        )

    def is_retired(self, at: datetime) -> bool:
        """Say whether they no longer work here at a moment."""
        return self.retired is not None and self.retired <= at
