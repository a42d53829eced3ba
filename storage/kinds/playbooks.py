"""Playbooks: touch and service models with their knobs (DOMAIN §1), which mailbox plays which, and who is away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from storage.kinds.words import EntryKind


class Scope(StrEnum):
    """What a playbook says: how much of the service is human, or how work is routed."""

    TOUCH = "touch"
    SERVICE = "service"


class Answers(StrEnum):
    """What is answered by itself."""

    OFF = "off"
    SEND = "send"


class Assignment(StrEnum):
    """To whom mail goes by itself."""

    OWNER = "owner"
    ROUND_ROBIN = "round-robin"
    FREE = "free"


class Transfers(StrEnum):
    """How conversations go to another tier."""

    FREE = "free"
    CONSULT = "consult"  # nobody is passed on: whoever does it all the same says why
    DIRECT = "direct"  # N1 only registers and directs, to a destination that it names


@dataclass(frozen=True, slots=True)
class Pick:
    """One rule of a model that is a mixture of others.

    Attributes:
        field: ``stage`` or ``prefers`` (the channel) of the profile, ``channel`` of the conversation; empty for what
            holds where no other rule does.
        value: what it must say.
        model: which is picked then.
    """

    field: str
    value: str
    model: str

    def words(self) -> str:
        """Return it as it is typed: ``stage:onboarding=high``, ``else=low``."""
        return f"{self.field}:{self.value}={self.model}" if self.field else f"else={self.model}"


@dataclass(frozen=True, slots=True)
class Playbook:
    """One model. A knob that is `None` says nothing: another model that holds there has the word.

    Attributes:
        name: by which profiles and mailboxes have it.
        scope: which of the two it is.
        answers: whether mail is answered by itself, as its mailbox is set to.
        assignment: to whom mail goes by itself.
        limit: how many conversations an agent has in work at once.
        check_in: days between one check-in and the next; 0 for none.
        capacity: how many organizations of this model an agent owns.
        transfer: how conversations go to another tier.
        picks: of a mixture, which of the others holds; the first that meets.
    """

    name: str
    scope: Scope
    answers: Answers | None = None
    assignment: Assignment | None = None
    limit: int | None = None
    check_in: int | None = None
    capacity: int | None = None
    picks: tuple[Pick, ...] = ()
    transfer: Transfers | None = None

    kind = EntryKind.PLAYBOOK

    def knobs(self) -> dict[str, Any]:
        """Return the knobs that say something, in their order."""
        given = {name: getattr(self, name) for name in KNOBS}
        return {name: value for name, value in given.items() if value is not None}

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        said = {name: str(value) if isinstance(value, StrEnum) else value for name, value in self.knobs().items()}
        picks = [[one.field, one.value, one.model] for one in self.picks]
        return {"name": self.name, "scope": str(self.scope), **said, **({"picks": picks} if picks else {})}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Playbook":
        """Return what `written` gave."""
        answers, assignment, transfer = kept.get("answers"), kept.get("assignment"), kept.get("transfer")
        return cls(
            kept["name"],
            Scope(kept["scope"]),
            Answers(answers) if answers else None,
            Assignment(assignment) if assignment else None,
            kept.get("limit"),
            kept.get("check_in"),
            kept.get("capacity"),
            tuple(Pick(*one) for one in kept.get("picks", ())),
            Transfers(transfer) if transfer else None,
        )


KNOBS: Final[Sequence[str]] = ("answers", "assignment", "limit", "check_in", "capacity", "transfer")
"""The knobs by name, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Plays:
    """Which service model a mailbox plays, by its name."""

    name: str
    model: str

    kind = EntryKind.PLAYS

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        return {"name": self.name, "model": self.model}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Plays":
        """Return what `written` gave."""
        return cls(kept["name"], kept["model"])


@dataclass(frozen=True, slots=True)
class Away:
    """An agent is away.

    Attributes:
        name: of the agent.
        until: when they are back, `None` until they say so.
    """

    name: str
    until: datetime | None

    kind = EntryKind.AWAY

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        return {"name": self.name, **({"until": self.until.isoformat()} if self.until else {})}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Away":
        """Return what `written` gave."""
        until = kept.get("until")
        return cls(kept["name"], datetime.fromisoformat(until) if until else None)


@dataclass(frozen=True, slots=True)
class ModelsView:
    """Which models hold for a customer, and whose customer it is.

    Attributes:
        touch, service: as profile or mailbox name them, empty for none; `touch_model`, `service_model` what holds.
        touch_pick, service_pick: the rule of a mixture that picked it.
        own_service: whether the service model is the organization's own, rather than the mailbox's.
        owner, backup: agents by name; empty for none.
        away: whether the owner is away, until `away_until`, or until they say so.
    """

    touch: str = ""
    touch_model: str = ""
    touch_pick: Pick | None = None
    service: str = ""
    service_model: str = ""
    service_pick: Pick | None = None
    own_service: bool = False
    owner: str = ""
    backup: str = ""
    away: bool = False
    away_until: datetime | None = None

    def is_away(self, now: datetime) -> bool:
        """Say whether the owner is away at a moment."""
        return self.away and (self.away_until is None or self.away_until > now)


NO_MODELS: Final = ModelsView()
"""Where no model is named, and nobody owns the customer."""
