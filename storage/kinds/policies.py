"""SLA policies as the desk lays them down: how soon what must be done, of which conversations, in which hours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from storage.kinds.hours import ALWAYS_NAME, moment_read, moment_written
from storage.kinds.words import EntryKind


class Metric(StrEnum):
    """What is measured (DOMAIN §3)."""

    FIRST_RESPONSE = "first_response"  # from the first incoming message to the first public answer by a person
    NEXT_RESPONSE = "next_response"  # from the oldest unanswered message
    RESOLUTION = "resolution"
    ACCEPTANCE = "acceptance"  # from a transfer to its acceptance


class Pause(StrEnum):
    """What a clock waits for without running, as the conversation's status says it."""

    CUSTOMER = "waiting"
    THIRD_PARTY = "on_hold"


@dataclass(frozen=True, slots=True)
class When:
    """Of which conversations a policy speaks: each condition lists what it may be; an empty one is met by all.

    Attributes:
        priority, tier, kind: words of `Priority`, `Tier`, `ConversationKind`.
        touch: touch models, as they are picked.
        mailbox: by name.
        organization: by number, as names change.
    """

    priority: tuple[str, ...] = ()
    touch: tuple[str, ...] = ()
    tier: tuple[str, ...] = ()
    mailbox: tuple[str, ...] = ()
    organization: tuple[int, ...] = ()
    kind: tuple[str, ...] = ()

    def said(self) -> dict[str, tuple[Any, ...]]:
        """Return the conditions that say something, in their order."""
        given = {name: getattr(self, name) for name in CONDITIONS}
        return {name: value for name, value in given.items() if value}


CONDITIONS: Final = ("priority", "touch", "tier", "mailbox", "organization", "kind")
"""The conditions by name, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What conditions are held against, of one conversation.

    Attributes:
        touch: the touch model that holds; empty for none.
        tier: where it is; for acceptance, where it shall go.
        organization: the one that it belongs to, else the customer's; `None` for none.
    """

    priority: str
    touch: str
    tier: str
    mailbox: str
    organization: int | None
    kind: str


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a policy.

    Attributes:
        name: by which people have it.
        targets: open time that each metric may take, at most.
        calendar: the name of the calendar in whose hours that time runs.
        when: of which conversations it speaks.
        warn: the share of a target at which it warns.
        grace: how long after it was resolved, in real time, a conversation that comes back takes its clock up again.
        pauses: what its clocks wait for without running.
        fallback: it gives way, metric by metric, to policies that are none.
        valid_from, valid_until: from when, and until when, it holds; `None` for ever.
    """

    name: str
    targets: Mapping[Metric, timedelta] = field(hash=False)
    calendar: str = ALWAYS_NAME
    when: When = When()
    warn: float = 0.75
    grace: timedelta = timedelta(days=14)
    pauses: tuple[Pause, ...] = (Pause.CUSTOMER, Pause.THIRD_PARTY)
    fallback: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def holds_at(self, moment: datetime) -> bool:
        """Say whether this version holds at a moment."""
        return (self.valid_from is None or self.valid_from <= moment) and (
            self.valid_until is None or moment < self.valid_until
        )

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it, without its name."""
        return {
            "targets": {str(metric): round(target.total_seconds()) for metric, target in self.targets.items()},
            "calendar": self.calendar,
            "when": {name: list(value) for name, value in self.when.said().items()},
            "warn": self.warn,
            "grace": round(self.grace.total_seconds()),
            "pauses": [str(one) for one in self.pauses],
            "fallback": self.fallback,
            "valid_from": moment_written(self.valid_from),
            "valid_until": moment_written(self.valid_until),
        }

    @classmethod
    def read(cls, name: str, kept: Mapping[str, Any]) -> "Policy":
        """Return what `written` gave."""
        return cls(
            name,
            {Metric(metric): timedelta(seconds=target) for metric, target in kept["targets"].items()},
            kept["calendar"],
            When(**{condition: tuple(value) for condition, value in kept["when"].items()}),
            kept["warn"],
            timedelta(seconds=kept["grace"]),
            tuple(map(Pause, kept["pauses"])),
            kept["fallback"],
            moment_read(kept["valid_from"]),
            moment_read(kept["valid_until"]),
        )


@dataclass(frozen=True, slots=True)
class KeptPolicy:
    """A policy with all its versions, in the order of their dates."""

    name: str
    versions: tuple[Policy, ...]

    kind = EntryKind.POLICY

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        return {"name": self.name, "versions": [one.written() for one in self.versions]}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "KeptPolicy":
        """Return what `written` gave."""
        return cls(kept["name"], tuple(Policy.read(kept["name"], one) for one in kept["versions"]))

    def at(self, moment: datetime) -> Policy | None:
        """Return the version that holds at a moment, `None` where none does."""
        return next((one for one in reversed(self.versions) if one.holds_at(moment)), None)
