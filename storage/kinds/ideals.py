"""Ideal customer profiles (ICP): what a desk wishes its customers' organizations to be, and how far one is that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from storage.kinds.words import EntryKind

GOOD: Final = 70
"""The share in percent from which an organization fits, where a definition does not say another."""


class Operator(StrEnum):
    """How what is known is held against what is wished."""

    IS = "is"
    IS_NOT = "is_not"
    ONE_OF = "one_of"
    NONE_OF = "none_of"
    CONTAINS = "contains"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BEFORE = "before"  # a day
    SINCE = "since"  # from a day on
    OLDER = "older"  # longer ago than a span
    NEWER = "newer"
    KNOWN = "known"


NEGATIVE: Final = frozenset({Operator.IS_NOT, Operator.NONE_OF})
"""Those that nothing of what is known may meet."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One wish.

    Attributes:
        field: of the organization's profile, or what `storage.rules.ideal` knows besides.
        values: what it is held against, as profiles keep it; none where it need only be known.
        weight: how much it counts beside the others, from 1 on.
    """

    field: str
    operator: Operator
    values: tuple[str, ...]
    weight: int

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        return {
            "field": self.field,
            "operator": str(self.operator),
            "values": list(self.values),
            "weight": self.weight,
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Criterion":
        """Return what `written` gave."""
        return cls(kept["field"], Operator(kept["operator"]), tuple(kept["values"]), kept["weight"])


@dataclass(frozen=True, slots=True)
class Icp:
    """An ideal customer profile.

    Attributes:
        good: the share in percent from which an organization fits.
        notes: Markdown.
    """

    name: str
    criteria: tuple[Criterion, ...] = ()
    good: int = GOOD
    notes: str = ""

    kind = EntryKind.ICP

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        given = {"name": self.name, "criteria": [one.written() for one in self.criteria], "good": self.good}
        return {**given, **({"notes": self.notes} if self.notes else {})}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Icp":
        """Return what `written` gave."""
        criteria = tuple(Criterion.read(one) for one in kept["criteria"])
        return cls(kept["name"], criteria, kept["good"], kept.get("notes", ""))

    @property
    def names(self) -> tuple[str, ...]:
        """By which it is found."""
        return (self.name,)


class Outcome(StrEnum):
    """How one criterion came out."""

    MATCHED = "matched"
    MISSED = "missed"
    UNKNOWN = "unknown"  # which is no miss


@dataclass(frozen=True, slots=True)
class Judged:
    """A criterion, how it came out, and what is known there."""

    criterion: Criterion
    outcome: Outcome
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fit:
    """How far an organization is what a definition wishes."""

    judged: tuple[Judged, ...] = ()

    def weight(self, *outcomes: Outcome) -> int:
        """Return the weight of the criteria that came out so."""
        return sum(one.criterion.weight for one in self.judged if one.outcome in outcomes)

    @property
    def percent(self) -> int | None:
        """The share of the weight of what is known that is matched, rounded down; `None` when nothing is known."""
        known = self.weight(Outcome.MATCHED, Outcome.MISSED)
        return 100 * self.weight(Outcome.MATCHED) // known if known else None

    def those(self, outcome: Outcome) -> tuple[Judged, ...]:
        """Return the criteria that came out so."""
        return tuple(one for one in self.judged if one.outcome is outcome)


@dataclass(frozen=True, slots=True)
class FitView:
    """How far an organization fits a definition.

    Attributes:
        entry_id: the definition's number.
    """

    entry_id: int
    name: str
    good: int
    fit: Fit

    @property
    def fits(self) -> bool | None:
        """Whether it does; `None` when nothing is known."""
        return None if self.fit.percent is None else self.fit.percent >= self.good


@dataclass(frozen=True, slots=True)
class Placed:
    """An organization in the order of its fit."""

    organization_id: int
    called: str
    percent: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many organizations fit a definition.

    Attributes:
        fits, poor, unknown: how many do, do not, and of how many nothing is known.
        best: those that are known, the best first, some of them where there are many.
    """

    fits: int = 0
    poor: int = 0
    unknown: int = 0
    best: tuple[Placed, ...] = field(default=())
