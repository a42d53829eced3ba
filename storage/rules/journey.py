"""How a customer fares (DOMAIN §4): lifecycle, engagement per feature and health, out of what is known.

Nothing of it is kept: all follows from dates, figures and thresholds that are handed in, so the same is said wherever
it is asked, and each answer carries why it is so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from storage.kinds.clean import clean, clean_line, folded
from storage.kinds.errors import BadField
from storage.kinds.journey import (
    Engaged,
    Engagement,
    FeatureView,
    Figure,
    Health,
    Lifecycle,
    Measure,
    Milestone,
    Part,
    Phase,
    Usage,
)

NUMBERS: Final[Mapping[str, int]] = {
    "lifecycle.new": 30,  # days: who began less long ago is new
    "lifecycle.inactive": 60,  # days without mail or use
    "lifecycle.gone": 365,  # days of silence after which nothing is said any more
    "lifecycle.novelty": 30,  # days: a feature that was first used less long ago is a novelty
    "lifecycle.loyal": 365,  # days from the beginning on
    "engagement.window": 28,  # days whose figures are held against those of as many days before
    "engagement.fell": 50,  # percent of these below which it is not enough
    "health.late": 24,  # hours after which an answer is late
    "health.usage": 35,  # weights: parts of the whole, whatever they add up to
    "health.conversations": 20,
    "health.lifecycle": 10,
    "health.milestones": 20,
    "health.hand": 15,
}
"""The numbers that a desk may lay down differently, as they are shipped."""

STAGES: Final = "stages"
"""The setting that lists the stages of the journey, parted by commas."""

SHIPPED_STAGES: Final = ("onboarding", "adoption", "growth", "renewal")

APPROACH: Final = "approach."
"""What stands before a state of engagement in the name of the setting that says how to approach it."""

TYPOLOGY: Final = "typology."
"""What stands before a temperament in the name of the setting that has its tip; ``none`` takes a shipped one off."""

SHIPPED_TYPOLOGIES: Final = ("analytical", "amiable", "driven", "expressive", "impatient", "sceptical", "unsure")

DRAWN: Final = 12
"""Figures of a feature that are drawn."""

_MOST: Final = 100_000
_LONGEST: Final = 2_000  # letters of a tip or an approach
_LONGEST_NAME: Final = 60
_SCORES: Final[Mapping[Lifecycle, int]] = {
    Lifecycle.NEW: 70,
    Lifecycle.ACTIVE: 80,
    Lifecycle.CURIOUS: 90,
    Lifecycle.LOYAL: 100,
    Lifecycle.INACTIVE: 20,
}
_OPEN: Final = 10  # what each open conversation takes off 100
_LATE: Final = 25  # and each late one on top


@dataclass(frozen=True, slots=True)
class Settings:
    """What is laid down: the shipped numbers, and what this desk says differently.

    Attributes:
        given: the desk's own, by name.
    """

    given: Mapping[str, str] = field(default_factory=dict)

    def number(self, name: str) -> int:
        """Return one of `NUMBERS` as it holds here."""
        return int(self.given.get(name, NUMBERS[name]))

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages of the journey, in order."""
        return _several(self.given[STAGES]) if STAGES in self.given else SHIPPED_STAGES

    @property
    def typologies(self) -> Mapping[str, str]:
        """The temperaments, each with the desk's own tip; empty where the shipped one holds."""
        own = {name.removeprefix(TYPOLOGY): tip for name, tip in self.given.items() if name.startswith(TYPOLOGY)}
        known = {**dict.fromkeys(SHIPPED_TYPOLOGIES, ""), **own}
        return {name: tip for name, tip in known.items() if tip != "none"}

    @property
    def approaches(self) -> Mapping[Engaged, str]:
        """How to approach a state of engagement, where the desk says it differently."""
        own = {state: self.given.get(APPROACH + state, "") for state in Engaged}
        return {state: text for state, text in own.items() if text}

    def shipped(self, name: str) -> str:
        """Return what is shipped for a setting; empty for a text, which the reader's language says."""
        return ", ".join(SHIPPED_STAGES) if name == STAGES else str(NUMBERS.get(name, ""))

    def named(self) -> tuple[str, ...]:
        """Return the names of all settings, in order."""
        return (*NUMBERS, STAGES, *(APPROACH + one for one in Engaged), *(TYPOLOGY + one for one in self.typologies))


def setting(name: str, text: str) -> tuple[str, str]:
    """Return a setting's name and its value as they are kept.

    Raises:
        BadField: there is no such setting (reason ``no_such``), or it cannot take that (``number``, ``empty``,
            ``long``).
    """
    name, value = clean_line(name), clean(text).strip()
    lead, _, word = name.partition(".")
    if folded(name) in NUMBERS:
        name = folded(name)
        least = int(name == "engagement.window")  # no days hold no figures
        if not value.isascii() or not value.isdecimal() or not least <= int(value) <= _MOST:
            raise BadField(name, value, "number")
        return name, str(int(value))
    if folded(lead) == TYPOLOGY[:-1] and word.strip():
        name = TYPOLOGY + word.strip()
    elif (name := folded(name)) != STAGES and name not in {APPROACH + one for one in Engaged}:
        raise BadField(name, "", "no_such", Settings().named())
    if name == STAGES:
        value = ", ".join(_several(value))
    if not value:
        raise BadField(name, value, "empty")
    if len(value) > _LONGEST or len(name) > _LONGEST_NAME:
        raise BadField(name, value[:40], "long")
    return name, value


def _several(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in map(clean_line, text.split(",")) if one))


# ---------------------------------------------------------------------------------------------- lifecycle


@dataclass(frozen=True, slots=True)
class Known:
    """What the rules go by: of an account, which is an organization with its people, or a person who has none.

    Attributes:
        since: from when on they are customers, as a profile says.
        first, last: the days of the first and the last mail of theirs.
        pinned: the lifecycle that an agent said.
        hand: the health that an agent said.
        usages: the figures, one `Usage` a feature.
        engagements: what agents say of features.
        tagged: open conversations by the features that they bear as tags.
        opened, late: conversations that are open, and those that wait too long for an answer.
        milestones: of theirs.
    """

    since: date | None = None
    first: date | None = None
    last: date | None = None
    pinned: Lifecycle | None = None
    hand: int | None = None
    usages: Sequence[Usage] = ()
    engagements: Sequence[Engagement] = ()
    tagged: Mapping[str, int] = field(default_factory=dict)
    opened: int = 0
    late: int = 0
    milestones: Sequence[Milestone] = ()


def phase(known: Known, settings: Settings, today: date) -> Phase:
    """Return the lifecycle, and why it is so.

    What an agent said goes first. Then who began lately is new, who was not heard of for some time is inactive, who
    first used a feature lately, and others before, is curious, and who has been there long is loyal; the others are
    active. A sign of life is mail of theirs, or a day with use.
    """
    if known.pinned is not None:
        return Phase(known.pinned, "pinned")
    start = known.since or known.first
    used = (day for one in known.usages if (day := _last_used(one)) is not None)
    last = max([*used, *([known.last] if known.last else [])], default=None)
    if start is not None and (age := _days(start, today)) < settings.number("lifecycle.new"):
        return Phase(Lifecycle.NEW, "since" if known.since else "first", age)
    if last is None:
        return Phase(None, "nothing")
    silent = _days(last, today)
    if silent > max(settings.number("lifecycle.gone"), settings.number("lifecycle.inactive")):
        return Phase(None, "gone", silent)
    if silent > settings.number("lifecycle.inactive"):
        return Phase(Lifecycle.INACTIVE, "silent", silent)
    if (novelty := _novelty(known.usages, settings.number("lifecycle.novelty"), today)) is not None:
        return Phase(Lifecycle.CURIOUS, "tries", *novelty)
    if start is not None and (age := _days(start, today)) >= settings.number("lifecycle.loyal"):
        return Phase(Lifecycle.LOYAL, "long", age)
    return Phase(Lifecycle.ACTIVE, "last", silent)


def _days(day: date, today: date) -> int:
    return max(0, (today - day).days)


def _last_used(usage: Usage) -> date | None:
    day = next((day for day, figure in zip(usage.days, usage.figures, strict=True) if figure > 0), None)
    return None if day is None else date.fromisoformat(day)


def _novelty(usages: Iterable[Usage], most: int, today: date) -> tuple[int, str] | None:
    """Return how many days ago a feature was first used, and which, where others were used long before."""
    firsts = sorted((_days(date.fromisoformat(one.first), today), one.name) for one in usages if one.first)
    if len(firsts) > 1 and firsts[0][0] <= most < firsts[-1][0]:
        return firsts[0]
    return None


# ---------------------------------------------------------------------------------------------- engagement


def features(known: Known, settings: Settings, today: date, names: Iterable[str] = ()) -> tuple[FeatureView, ...]:
    """Return what is made of each feature: of those that are known here, and of further ones by their names."""
    usages = {one.name: one for one in known.usages}
    hands = {one.name: one.state for one in known.engagements}
    wanted = dict.fromkeys([*names, *usages, *hands])
    as_of = _as_of(known.usages, settings, today)
    span, fell = timedelta(days=settings.number("engagement.window")), settings.number("engagement.fell")
    days = tuple((as_of - n * span).isoformat() for n in (0, 1, 2))
    return tuple(
        _feature(name, usages.get(name), hands.get(name), known, days, fell)
        for name in sorted(wanted, key=lambda one: (folded(one), one))
    )


def _as_of(usages: Iterable[Usage], settings: Settings, today: date) -> date:
    """Return the day up to which figures are held to be there: files come now and then, and end where they end."""
    newest = max((one.days[0] for one in usages if one.days), default="")
    if not newest:
        return today
    return min(today, max(date.fromisoformat(newest), today - timedelta(days=settings.number("engagement.window"))))


def _feature(
    name: str, usage: Usage | None, hand: Engaged | None, known: Known, days: Sequence[str], fell: int
) -> FeatureView:
    """Return what is made of one feature: `days` end the window, and the one before it, and begin that."""
    recent, before = _sums(usage, days)
    tagged = known.tagged.get(folded(name), 0)
    state: Engaged | None
    if hand is not None:
        state, reason = hand, "pinned"
    elif tagged and (recent > 0 or usage is None or not usage.first):
        state, reason = Engaged.FRUSTRATED, "conversations"
    elif usage is None or not usage.first:
        state, reason = (Engaged.UNAWARE, "never") if known.usages else (None, "nothing")
    elif recent <= 0:
        state, reason = Engaged.LITTLE, "stopped"
    elif recent * 100 < before * fell:
        state, reason = Engaged.LITTLE, "fell"
    else:
        state, reason = Engaged.VALUE, "steady"
    return FeatureView(
        name,
        state,
        reason,
        recent,
        before,
        date.fromisoformat(usage.days[0]) if usage and usage.days else None,
        tagged,
        tuple(reversed(usage.figures[:DRAWN])) if usage else (),
    )


def _sums(usage: Usage | None, days: Sequence[str]) -> tuple[Figure, Figure]:
    """Return the sums of the figures of the window, and of the one before it."""
    recent: Figure = 0
    before: Figure = 0
    if usage is None:
        return recent, before
    last, middle, first = days
    for day, figure in zip(usage.days, usage.figures, strict=True):
        if day <= first:
            break
        if day <= middle:
            before += figure
        elif day <= last:
            recent += figure
    return recent, before


# ---------------------------------------------------------------------------------------------- health


def health(known: Known, settings: Settings, today: date, *, lived: Phase, uses: Sequence[FeatureView]) -> Health:
    """Return how well they fare: the mean of the measures that are known, by their weights.

    Args:
        known: of the account.
        settings: the weights.
        today: in the agent's zone.
        lived: what `phase` says.
        uses: what `features` says.
    """
    scores = {
        Measure.USAGE: _usage_score(uses),
        Measure.CONVERSATIONS: _conversations_score(known, settings, today),
        Measure.LIFECYCLE: _SCORES[lived.word] if lived.word is not None else None,
        Measure.MILESTONES: _milestones_score(known.milestones, today),
        Measure.HAND: known.hand,
    }
    return weighted([Part(one, scores[one], settings.number(f"health.{one}")) for one in Measure])


def weighted(parts: Sequence[Part]) -> Health:
    """Return the weighted mean of the parts that are known; the weights of the others count as if they were not."""
    known = [(one.score, one.weight) for one in parts if one.score is not None and one.weight > 0]
    whole = sum(weight for _, weight in known)
    score = round(sum(score * weight for score, weight in known) / whole) if whole else None
    return Health(score, tuple(parts))


def _usage_score(uses: Sequence[FeatureView]) -> int | None:
    """Return how much of what they used before they use now, a feature like another; what is steady or grows is 100."""
    shares = []
    for one in uses:
        if one.before > 0 or one.recent > 0:
            shares.append(min(1.0, one.recent / one.before) if one.before > 0 else 1.0)
        elif one.reason in {"stopped", "pinned"} and one.last is not None:
            shares.append(0.0)
    return round(100 * max(0.0, sum(shares) / len(shares))) if shares else None


def _conversations_score(known: Known, settings: Settings, today: date) -> int | None:
    if known.opened:
        return max(0, 100 - _OPEN * known.opened - _LATE * known.late)
    heard = known.last is not None and _days(known.last, today) <= settings.number("lifecycle.inactive")
    return 100 if heard else None  # who is silent may be content, or gone


def _milestones_score(milestones: Iterable[Milestone], today: date) -> int | None:
    told = [one for one in milestones if one.done is not None or one.overdue(today)]
    return round(100 * sum(one.done is not None for one in told) / len(told)) if told else None
