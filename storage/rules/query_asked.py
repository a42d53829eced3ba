"""What fields of a query ask whose values are more than a word: spans, shares, features."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from storage.kinds.journey import Engaged
from storage.rules.query import (
    FIT_WORDS,
    BadQuery,
    Field,
    Sla,
    Trouble,
)

_LEFT = re.compile(r"(?P<sign><=?|>=?)\s*(?P<amount>\d{1,6})(?P<unit>m|h|d|w)", re.IGNORECASE)
_SHARE = re.compile(r"(?P<name>.*?)\s*(?P<sign>>=|<=|>|<|=)\s*(?P<share>[0-9]{1,3}%?|(?i:good|poor|unknown))")
UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
"""The letters behind a number that make it a span."""

_LEFT_UNITS = {"m": timedelta(minutes=1), **UNITS}
LEFT_KNOWN = (*Sla, "<1h", ">2h")
"""What can stand behind ``sla:``."""


@dataclass(frozen=True, slots=True)
class FitAsked:
    """What is asked of a fit.

    Attributes:
        name: of the definition; empty for the best of all there are.
        stands: one of `FIT_WORDS`; empty where a share is asked for.
        least, most: that share, in percent.
    """

    name: str
    stands: str = ""
    least: int = 0
    most: int = 100


def fit_asked(field: Field) -> FitAsked:
    """Return what ``icp:NAME``, ``icp:NAME>=70`` or ``fit:good`` asks for.

    Raises:
        BadQuery: it cannot be read.
    """
    said = _SHARE.fullmatch(field.value)
    name = (said["name"] if said else field.value).strip()
    known = (*FIT_WORDS, ">=70")
    if field.name == "fit":
        stands = "" if said else name.lower()
        if (said is not None and name) or (not said and stands not in FIT_WORDS):
            raise BadQuery(Trouble.UNKNOWN_VALUE, place=field.place, word=field.word, known=known)
        name = ""
    else:
        stands = "" if said else "good"
        if not name:
            raise BadQuery(Trouble.UNKNOWN_VALUE, place=field.place, word=field.word)
    if said is None:
        return FitAsked(name, stands)
    if (word := said["share"].lower()) in FIT_WORDS:
        if said["sign"] != "=":
            raise BadQuery(Trouble.UNKNOWN_VALUE, place=field.place, word=field.word, known=known)
        return FitAsked(name, word)
    least, most = _between(said["sign"], word)
    return FitAsked(name, least=least, most=most)


def _between(sign: str, word: str) -> tuple[int, int]:
    """Return from which percent to which a share lies."""
    share = int(word.removesuffix("%"))
    return {
        ">=": (share, 100),
        "<=": (0, share),
        ">": (share + 1, 100),
        "<": (0, share - 1),
        "=": (share, share),
    }[sign]


@dataclass(frozen=True, slots=True)
class SlaAsked:
    """What is asked of the clock that is due first.

    Attributes:
        word: how it stands; `None` where what is left is asked for.
        before: whether it is due before `at`, else after it.
        at: that moment, or the present where a word asks.
    """

    word: Sla | None
    at: datetime
    before: bool = True


def sla_asked(field: Field) -> SlaAsked:
    """Return what ``sla:late`` or ``sla<1h`` asks for; what is late has less than nothing left, and is due before.

    Raises:
        BadQuery: it cannot be read.
    """
    assert field.now is not None
    said = _LEFT.fullmatch(field.value)
    if said is not None:
        left = int(said["amount"]) * _LEFT_UNITS[said["unit"].lower()]
        with suppress(OverflowError):
            return SlaAsked(None, (field.now + left).astimezone(UTC), before=said["sign"][0] == "<")
    elif field.value.lower() in set(Sla):
        return SlaAsked(Sla(field.value.lower()), field.now.astimezone(UTC))
    raise BadQuery(Trouble.UNKNOWN_VALUE, place=field.place, word=field.word, known=LEFT_KNOWN)


def health_asked(field: Field) -> tuple[int, int] | None:
    """Return from which health to which ``health:<50`` asks; `None` for ``health:unknown``.

    Raises:
        BadQuery: it cannot be read.
    """
    said = _SHARE.fullmatch(field.value)
    if said is None and field.value.lower() == "unknown":
        return None
    if said is None or said["name"] or not said["share"].removesuffix("%").isdecimal():
        raise BadQuery(Trouble.UNKNOWN_VALUE, place=field.place, word=field.word, known=("<50", ">=70", "unknown"))
    return _between(said["sign"], said["share"])


def engagement_asked(field: Field) -> tuple[str, Engaged]:
    """Return which feature, and what is made of it, ``engagement:API=frustrated`` asks for; empty for any feature.

    Raises:
        BadQuery: it cannot be read.
    """
    feature, _sign, state = field.value.rpartition("=")
    try:
        return feature.strip(), Engaged(state.strip().lower())
    except ValueError:
        lead = f"{feature}=" if feature else ""
        known = tuple(lead + one for one in Engaged)
        raise BadQuery(Trouble.UNKNOWN_VALUE, place=field.place, word=field.word, known=known) from None


def due_asked(field: Field) -> datetime:
    """Return before which moment that must be due which ``promise<1h`` or ``consult<1h`` asks for, or ``promise:late``.

    Raises:
        BadQuery: it cannot be read.
    """
    assert field.now is not None
    if field.value.lower() == "late":
        return field.now
    said = _LEFT.fullmatch(field.value)
    if said is not None and said["sign"] == "<":
        with suppress(OverflowError):
            return field.now + int(said["amount"]) * _LEFT_UNITS[said["unit"].lower()]
    raise BadQuery(Trouble.UNKNOWN_VALUE, place=field.place, word=field.word, known=("<1h", "<2d", "late"))
