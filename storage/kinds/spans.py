"""Spans of time as people write them: ``30m``, ``4h``, ``1h30m``, ``3d``."""

import re
from datetime import timedelta
from typing import Final

_SPAN: Final = re.compile(r"(?=.)(?:([0-9]{1,4})w)?(?:([0-9]{1,4})d)?(?:([0-9]{1,5})h)?(?:([0-9]{1,6})m)?")
_MINUTES: Final = (("w", 10_080), ("d", 1_440), ("h", 60), ("m", 1))


def read_span(text: str) -> timedelta | None:
    """Return how long a text says: weeks, days of 24 hours, hours and minutes; `None` where it says none."""
    said = _SPAN.fullmatch("".join(text.casefold().split()))
    if said is None:
        return None
    parts = zip(said.groups(), _MINUTES, strict=True)
    return timedelta(minutes=sum(int(count) * minutes for count, (_, minutes) in parts if count))


def span_text(span: timedelta, *, days: bool = False) -> str:
    """Write a span of whole minutes as it is read; seconds fall away.

    Args:
        span: the span.
        days: write days of 24 hours; open time has none, and is written in hours.
    """
    left, words = round(span.total_seconds()) // 60, ""
    for letter, minutes in _MINUTES[1 if days else 2 :]:
        count, left = divmod(left, minutes)
        words += f"{count}{letter}" if count else ""
    return words or "0m"
