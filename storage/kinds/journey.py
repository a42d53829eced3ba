"""What is kept of how a customer fares: figures of use, stages, milestones, and what the desk decides differently."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

from storage.kinds.words import EntryKind

MOST_FIGURES: Final = 100
"""Figures that are kept of one customer and feature: the newest."""

Figure = int | float


class Lifecycle(StrEnum):
    """How long, and how, somebody has been a customer (DOMAIN §4)."""

    NEW = "new"
    ACTIVE = "active"
    INACTIVE = "inactive"  # for some time
    CURIOUS = "curious"  # tries novelties
    LOYAL = "loyal"


class Engaged(StrEnum):
    """What a customer makes of a feature of the product (DOMAIN §4)."""

    LITTLE = "little"  # not using it enough
    UNAWARE = "unaware"
    FRUSTRATED = "frustrated"  # using it, but
    VALUE = "value"  # getting value


class Measure(StrEnum):
    """What health is made of."""

    USAGE = "usage"
    CONVERSATIONS = "conversations"
    LIFECYCLE = "lifecycle"
    MILESTONES = "milestones"
    HAND = "hand"  # set by an agent


@dataclass(frozen=True, slots=True)
class Usage:
    """How a feature of the product was used.

    Attributes:
        name: the feature.
        days: on which there is a figure, as ISO 8601, the newest first; at most `MOST_FIGURES`.
        figures: of these days: uses, logins, a value.
        first: the earliest day of all that ever had a figure above zero; empty for none.
    """

    name: str
    days: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    first: str = ""

    kind = EntryKind.USAGE

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        return {
            "name": self.name,
            "days": list(self.days),
            "figures": list(self.figures),
            **({"first": self.first} if self.first else {}),
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Usage":
        """Return what `written` gave."""
        return cls(kept["name"], tuple(kept["days"]), tuple(kept["figures"]), kept.get("first", ""))

    def told(self, new: Mapping[str, Figure]) -> "Usage":
        """Return it with these figures by their days, which go before those that it has."""
        all_of_them = {**dict(zip(self.days, self.figures, strict=True)), **new}
        days = tuple(sorted(all_of_them, reverse=True)[:MOST_FIGURES])
        used = [day for day, figure in new.items() if figure > 0]
        first = min([*used, *([self.first] if self.first else [])], default="")
        return Usage(self.name, days, tuple(all_of_them[day] for day in days), first)


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something by which a customer succeeds, and until when.

    Attributes:
        name: what shall be reached.
        due: the day by which.
        done: the day on which it was; `None` while it is not.
    """

    name: str
    due: date
    done: date | None = None

    kind = EntryKind.MILESTONE

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        return {
            "name": self.name,
            "due": self.due.isoformat(),
            **({"done": self.done.isoformat()} if self.done else {}),
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Milestone":
        """Return what `written` gave."""
        done = kept.get("done")
        return cls(kept["name"], date.fromisoformat(kept["due"]), date.fromisoformat(done) if done else None)

    def overdue(self, today: date) -> bool:
        """Say whether it was not reached in time; the day itself is still in time."""
        return self.done is None and self.due < today


@dataclass(frozen=True, slots=True)
class Stay:
    """A stage of the journey in which a customer is, or was.

    Attributes:
        name: the stage.
        since: the day on which they came into it.
        until: the day on which they left it; `None` while they are there.
    """

    name: str
    since: date
    until: date | None = None

    kind = EntryKind.STAY

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        return {
            "name": self.name,
            "since": self.since.isoformat(),
            **({"until": self.until.isoformat()} if self.until else {}),
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Stay":
        """Return what `written` gave."""
        until = kept.get("until")
        return cls(kept["name"], date.fromisoformat(kept["since"]), date.fromisoformat(until) if until else None)


@dataclass(frozen=True, slots=True)
class Engagement:
    """What a customer makes of a feature, as an agent says: it goes before what is computed."""

    name: str
    state: Engaged

    kind = EntryKind.ENGAGEMENT

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        return {"name": self.name, "state": str(self.state)}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Engagement":
        """Return what `written` gave."""
        return cls(kept["name"], Engaged(kept["state"]))


@dataclass(frozen=True, slots=True)
class Setting:
    """What this desk says in place of what is shipped; `storage.rules.journey` knows the names."""

    name: str
    value: str

    kind = EntryKind.SETTING

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        return {"name": self.name, "value": self.value}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Setting":
        """Return what `written` gave."""
        return cls(kept["name"], kept["value"])


# ---------------------------------------------------------------------------------------------- what is made of it


@dataclass(frozen=True, slots=True)
class Phase:
    """The lifecycle of a customer, and why it is so.

    Attributes:
        word: `None` where nothing says it.
        reason: by a word: ``pinned``, ``first``, ``since``, ``silent``, ``gone``, ``tries``, ``long``, ``last`` or
            ``nothing``.
        days: as many as the reason speaks of.
        feature: which they try.
    """

    word: Lifecycle | None
    reason: str
    days: int = 0
    feature: str = ""

    @property
    def pinned(self) -> bool:
        """Whether an agent said so."""
        return self.reason == "pinned"


@dataclass(frozen=True, slots=True)
class FeatureView:
    """What a customer makes of one feature, and why that is thought.

    Attributes:
        state: `None` where nothing says it.
        reason: by a word: ``pinned``, ``never``, ``stopped``, ``fell``, ``conversations``, ``steady`` or ``nothing``.
        recent, before: the sum of the figures of the window, and of the one before.
        last: the last day with a figure; `None` for none.
        conversations: open ones that bear the feature as their tag.
        series: the newest figures, the oldest first, as many as are drawn.
    """

    feature: str
    state: Engaged | None
    reason: str
    recent: Figure = 0
    before: Figure = 0
    last: date | None = None
    conversations: int = 0
    series: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One measure of health.

    Attributes:
        score: 0 to 100; `None` when it is not known.
        weight: as it is laid down; only those of known measures count.
    """

    measure: Measure
    score: int | None
    weight: int


@dataclass(frozen=True, slots=True)
class Health:
    """How well a customer fares.

    Attributes:
        score: 0 to 100; `None` where no measure is known.
        parts: all of them, in the order of `Measure`.
    """

    score: int | None
    parts: tuple[Part, ...] = ()

    @property
    def unknown(self) -> tuple[Measure, ...]:
        """The measures that nothing is known of."""
        return tuple(one.measure for one in self.parts if one.score is None)


@dataclass(frozen=True, slots=True)
class Fares:
    """How a customer fares, in short.

    Attributes:
        overdue: milestones of theirs, or of their organization's, that were not reached in time.
    """

    phase: Phase
    health: Health
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class MilestoneView:
    """A milestone by its number; `theirs` says that it is the organization's."""

    entry_id: int
    milestone: Milestone
    theirs: bool = False


@dataclass(frozen=True, slots=True)
class JourneyView:
    """Where a customer is, and how they fare there.

    Attributes:
        stage: as their profile, or else their organization's, has it; empty for none.
        stages: those that the desk has laid down, in order.
        stays: where they were, the newest first; the first is where they are when it has no end.
        milestones: the customer's own and the organization's: those open first, by the day they are due.
        tip: what helps with their temperament; empty for none.
        approaches: what the desk wrote on how to approach a state, in place of what is shipped.
    """

    stage: str = ""
    stages: tuple[str, ...] = ()
    stays: tuple[Stay, ...] = ()
    milestones: tuple[MilestoneView, ...] = ()
    phase: Phase = Phase(None, "nothing")
    features: tuple[FeatureView, ...] = ()
    health: Health = Health(None)
    typology: str = ""
    tip: str = ""
    approaches: Mapping[Engaged, str] = field(default_factory=dict)

    @property
    def stay(self) -> Stay | None:
        """Since when they are where they are, if that is known."""
        return next((one for one in self.stays if one.until is None and one.name == self.stage), None)
