"""Calendars and policies as they are typed, knob by knob, and what is wrong with a calendar; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from storage.kinds.clean import clean_line
from storage.kinds.errors import BadField
from storage.kinds.hour_words import DAYS, read_windows
from storage.kinds.hours import ALWAYS_NAME, Calendar, OwnDay
from storage.kinds.policies import CONDITIONS, Metric, Pause, Policy, When
from storage.kinds.spans import read_span
from storage.kinds.words import ConversationKind, Priority, Tier
from storage.rules.holidays_in import country_of, region_of
from storage.rules.hours import hours_of, zone_named
from storage.rules.playbooks import SHIPPED as BOOKS
from storage.rules.playbooks import TOUCH

LONGEST_NAME: Final = 60
LONGEST_TARGET: Final = timedelta(days=366)

CALENDAR_KNOBS: Final = ("zone", "hours", "country", "region", "optional")
METRIC_KNOBS: Final = {str(one).replace("_", "-"): one for one in Metric}
POLICY_KNOBS: Final = (*METRIC_KNOBS, "calendar", *CONDITIONS, "warn", "grace", "pauses", "fallback")
PAUSES: Final = {"customer": Pause.CUSTOMER, "third-party": Pause.THIRD_PARTY}

_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "priority": tuple(Priority),
    "touch": tuple(one.name for one in BOOKS if one.name in TOUCH and not one.picks),
    "tier": tuple(Tier),
    "kind": tuple(ConversationKind),
}
_YEAR: Final = timedelta(days=366)
_MOMENT: Final = timedelta(seconds=1)


def name_of(what: str, text: str) -> str:
    """Return the name of a calendar or a policy as it is kept.

    Raises:
        BadField: it is empty, or too long (``long_name``).
    """
    name = clean_line(text)
    if not name or len(name) > LONGEST_NAME:
        raise BadField(what, name, "long_name" if name else "empty")
    return name


def calendar_changed(calendar: Calendar, knobs: Mapping[str, str]) -> Calendar:
    """Return a calendar with knobs as they are typed; its holidays are those of country and region together.

    Raises:
        BadField: there is no such knob, it takes no such value, or the calendar has no zone.
    """
    said: dict[str, Any] = {}
    for knob, text in knobs.items():
        said |= _calendar_knob(knob, text)
    country = said.get("country", calendar.country)
    region = said.get("region", calendar.region if country == calendar.country else "")
    if region:
        if not country:
            raise BadField("region", region, "no_country")
        region = region_of(country, region)
    found = replace(calendar, **{**said, "country": country, "region": region})
    if not found.zone:
        raise BadField("zone", "", "empty")
    return found


def _calendar_knob(knob: str, text: str) -> dict[str, Any]:
    match knob:
        case "zone":
            return {"zone": str(zone_named(clean_line(text)).key)}
        case "hours":
            return {"windows": read_windows(text)}
        case "country":
            return {"country": country_of(text) if text.strip() else ""}
        case "region":
            return {"region": text.strip()}
        case "optional":
            return {"optional": _yes_no(knob, text)}
        case _:
            raise BadField(knob, text, "no_such", CALENDAR_KNOBS)


def with_days(calendar: Calendar, given: Sequence[OwnDay], removed: Sequence[Any] = ()) -> Calendar:
    """Return a calendar with days of its own more, and without others, in the order of their dates."""
    kept = {one.day: one for one in calendar.days if one.day not in removed} | {one.day: one for one in given}
    return replace(calendar, days=tuple(kept[day] for day in sorted(kept)))


def calendar_versions(held: Sequence[Calendar], new: Calendar, *, at: datetime) -> tuple[Calendar, ...]:
    """Return the versions of a calendar in which `new` holds from a moment on, and nothing changes before it.

    Raises:
        BadField: from then on it is never open (reason ``never_open``).
    """
    before = [one for one in held if one.valid_from is None or one.valid_from < at]
    versions = (*before, replace(new, valid_from=at if before else None))
    if hours_of(versions).after(at, _MOMENT) is None:
        raise BadField("hours", new.name, "never_open")
    return versions


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a calendar.

    Attributes:
        reason: ``zone``, ``country``, ``region``, ``never_open`` (in the next year), ``overlap``.
        value: with what.
        grave: it cannot be reckoned with as it is meant.
    """

    reason: str
    value: str
    grave: bool = True


def faults(versions: Sequence[Calendar], *, now: datetime) -> Iterator[Fault]:
    """Give what is wrong with a calendar: of the versions that hold now or later, and any zone that is unknown."""
    wrong = False
    for place, one in enumerate(versions):
        follower = versions[place + 1].valid_from if place + 1 < len(versions) else None
        over = follower is not None and follower <= now
        for fault in _faults(one):
            wrong = wrong or fault.reason == "zone"
            if not over or fault.reason == "zone":  # without its zone nothing of the calendar can be reckoned
                yield fault
    if not wrong and not hours_of(versions).between(now, now + _YEAR):
        yield Fault("never_open", versions[-1].name)


def _faults(calendar: Calendar) -> Iterator[Fault]:
    try:
        zone_named(calendar.zone)
    except BadField:
        yield Fault("zone", calendar.zone)
    if calendar.country:
        try:
            country_of(calendar.country)
            if calendar.region:
                region_of(calendar.country, calendar.region)
        except BadField as error:
            yield Fault(error.reason, calendar.region if error.reason == "region" else calendar.country)
    yield from (Fault("overlap", words, grave=False) for words in _overlaps(calendar))


def _overlaps(calendar: Calendar) -> Iterator[str]:
    """Give the windows that lie over each other: counted once, but hardly meant."""
    spans = []
    for one in calendar.windows:
        opens, closes = (60 * clock.hour + clock.minute for clock in (one.opens, one.closes))
        begins = one.day * 1440 + opens
        spans.append((begins, begins + (closes - opens if closes > opens else 1440 + closes - opens), one))
    spans.sort(key=lambda span: span[:2])
    again = [(begins + 7 * 1440, ends + 7 * 1440, one) for begins, ends, one in spans[:1]]
    for (_, ends, one), (begins, _, other) in zip(spans, (*spans[1:], *again), strict=True):
        if begins < ends and one is not other:
            yield f"{_window(one)}, {_window(other)}"


def _window(one: Any) -> str:
    return f"{DAYS[one.day]} {one.opens:%H:%M}-{one.closes:%H:%M}"


def policy_changed(policy: Policy, knobs: Mapping[str, str]) -> Policy:
    """Return a policy with knobs as they are typed; an empty text takes away what a knob said.

    Organizations are given by their numbers, as whoever knows their names has found them.

    Raises:
        BadField: there is no such knob, it takes no such value, or no target is left (``no_target``).
    """
    targets, conditions = dict(policy.targets), policy.when.said()
    said: dict[str, Any] = {}
    for knob, text in knobs.items():
        name = knob.casefold()
        if name in METRIC_KNOBS:
            targets.pop(METRIC_KNOBS[name], None)
            if text.strip():
                targets[METRIC_KNOBS[name]] = _span(knob, text, least=_MOMENT)
        elif name in CONDITIONS:
            conditions[name] = _condition(name, text)
        else:
            said |= _policy_knob(name, text)
    if not targets:
        raise BadField("policy", policy.name, "no_target", tuple(METRIC_KNOBS))
    ordered = {metric: targets[metric] for metric in Metric if metric in targets}
    return replace(policy, targets=ordered, when=When(**conditions), **said)


def _policy_knob(knob: str, text: str) -> dict[str, Any]:
    match knob:
        case "calendar":
            return {"calendar": clean_line(text) or ALWAYS_NAME}
        case "warn":
            share = text.strip().removesuffix("%").strip()
            if not share.isascii() or not share.isdigit() or not 1 <= int(share) <= 100:
                raise BadField(knob, text, "percent")
            return {"warn": int(share) / 100}
        case "grace":
            return {"grace": _span(knob, text or "0m")}
        case "pauses":
            words = [word for word in _words(text) if word != "none"]
            return {"pauses": tuple(PAUSES[_one_of(knob, word, tuple(PAUSES))] for word in words)}
        case "fallback":
            return {"fallback": _yes_no(knob, text)}
        case _:
            raise BadField(knob, text, "no_such", POLICY_KNOBS)


def _condition(name: str, text: str) -> tuple[Any, ...]:
    words = tuple(dict.fromkeys(_words(text) if name != "mailbox" else filter(None, map(clean_line, text.split(",")))))
    if name == "organization":
        return tuple(map(int, words))
    return tuple(_one_of(name, word, _WORDS[name]) if name in _WORDS else word for word in words)


def _words(text: str) -> list[str]:
    return [word for word in (part.strip().casefold() for part in text.split(",")) if word]


def _one_of(knob: str, word: str, words: Sequence[str]) -> str:
    if word not in words:
        raise BadField(knob, word, "choice", tuple(map(str, words)))
    return next(one for one in words if one == word)


def _span(knob: str, text: str, *, least: timedelta = timedelta(0)) -> timedelta:
    span = read_span(text)
    if span is None or span < least:  # a sign before it is none that it is read with
        raise BadField(knob, text, "target")
    if span > LONGEST_TARGET:
        raise BadField(knob, text, "long_target")
    return span


def _yes_no(knob: str, text: str) -> bool:
    word = text.strip().casefold()
    if word not in {"yes", "no"}:
        raise BadField(knob, text, "yes_no")
    return word == "yes"
