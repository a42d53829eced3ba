"""A shift handed over: what changed in it, what is owed, who is on next, and that the successor read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from storage.kinds.promises import PromiseView
from storage.kinds.rotas import OnCall
from storage.kinds.words import EntryKind, Status, Tier


@dataclass(frozen=True, slots=True)
class Handover:
    """That somebody read what was handed over to them.

    Attributes:
        agent_id: who.
        since: from when on it told.
        at: when they said so.
        text: what they say to it; empty for nothing.
    """

    agent_id: int | None
    since: datetime
    at: datetime
    text: str = ""

    kind = EntryKind.HANDOVER

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it; the last one is found by its name."""
        given = {"agent": self.agent_id, "since": self.since.astimezone(UTC).isoformat(), "text": self.text}
        return {"name": self.at.astimezone(UTC).isoformat(), **{word: one for word, one in given.items() if one}}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Handover":
        """Return what `written` gave."""
        return cls(
            kept.get("agent"),
            datetime.fromisoformat(kept["since"]),
            datetime.fromisoformat(kept["name"]),
            kept.get("text", ""),
        )


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """A conversation as a handover names it.

    Attributes:
        at: when it came, was handed on, was due, or since when the customer waits.
        who: the agent whom it waits for, or who has it; empty for nobody.
    """

    conversation_id: int
    subject: str
    customer: str
    tier: Tier
    status: Status
    at: datetime
    who: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """The rows of one heading, and how many there are.

    Attributes:
        rows: at most `storage.queries.handover.MOST`, what matters most first.
    """

    rows: tuple[HandoverRow, ...]
    count: int


@dataclass(frozen=True, slots=True)
class HandoverView:
    """What whoever comes on is told.

    Attributes:
        since, until: of the shift.
        changed: by heading: ``new``, ``late``, ``transferred``, ``breached``, ``resolved``, ``silent`` (customers who
            wait for us longest) and ``offered`` (handoffs that nobody accepted).
        promises: open ones that are due within a day, or are overdue.
        on: who is on call at its end; `then` who is after them.
        last: the last handover that somebody read, and by whom.
    """

    since: datetime
    until: datetime
    changed: Mapping[str, Told]
    promises: tuple[PromiseView, ...]
    on: tuple[OnCall, ...]
    then: tuple[OnCall, ...]
    last: Handover | None = None
    last_agent: str = ""
