"""A moment to come, as people write it: ``2h``, ``tomorrow 9:00``, ``mon``, ``2026-12-24 08:30``."""

import re
from datetime import datetime, time, timedelta
from typing import Final

from storage.kinds.clean import clean_line, folded
from storage.kinds.moments import in_zone
from widgets.language import _


class NoMoment(ValueError):
    """A text names no moment; the message is a sentence for a person."""

    @property
    def beside(self) -> str:
        """Say it beside the line in which the text stands: in half a row of 80."""
        return _("no moment: 2h, tomorrow, 2026-12-24")


MORNING: Final = time(9)
"""When a day begins that is named without a time."""

_SHOWN: Final = 18  # letters of what was written: the whole sentence has room in a row of 80

_SPAN: Final = re.compile(r"([0-9]{1,4}) ?(m|min|h|d|w)")
_CLOCK: Final = re.compile(r"([0-9]{1,2})(?:[:h]([0-9]{2})?)? ?(am|pm)?")
_UNITS: Final = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_WEEKDAYS: Final = (
    ("mon", "monday", "seg", "segunda", "segunda-feira", "lun", "lunes"),
    ("tue", "tuesday", "ter", "terca", "terca-feira", "mar", "martes"),
    ("wed", "wednesday", "qua", "quarta", "quarta-feira", "mie", "miercoles"),
    ("thu", "thursday", "qui", "quinta", "quinta-feira", "jue", "jueves"),
    ("fri", "friday", "sex", "sexta", "sexta-feira", "vie", "viernes"),
    ("sat", "saturday", "sab", "sabado"),
    ("sun", "sunday", "dom", "domingo"),
)
_MORNINGS: Final = ("morning", "de manha", "pela manha", "por la manana")
_DAYS: Final = {"today": 0, "hoje": 0, "hoy": 0, "tomorrow": 1, "amanha": 1, "manana": 1}


def read_moment(text: str, *, now: datetime) -> datetime:
    """Return the moment that a text names.

    Args:
        text: a span from now on (``30m``, ``2h``, ``3d``, ``1w``), a day (``tomorrow``, ``mon``, ``2026-12-24``) with
            or without a time, or a time alone, which is the next such; days without a time, and their mornings, begin
            at nine.
        now: the present, in the person's zone, in which the text is meant.

    Raises:
        NoMoment: it names none.
    """
    words = folded(clean_line(text))
    if (span := read_span(words)) is not None:
        return now + span
    try:
        found = _iso(words, now) or _day(words, now) or _clock_alone(words, now)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise NoMoment(
            _("«{text}» is no moment: write 2h, tomorrow 9:00, or 2026-12-24.").format(
                text=said if len(said := clean_line(text)) <= _SHOWN else said[: _SHOWN - 3] + "..."
            )
        )
    return found


def read_span(text: str) -> timedelta | None:
    """Return how long ``30m``, ``4h``, ``2d`` or ``1w`` is; `None` where a text is no span."""
    span = _SPAN.fullmatch(folded(clean_line(text)).strip())
    return timedelta(**{_UNITS[span[2]]: int(span[1])}) if span else None


def _iso(words: str, now: datetime) -> datetime | None:
    try:
        moment = datetime.fromisoformat(words.upper())
    except ValueError:
        return None
    if len(words) <= len("2026-12-24"):
        return in_zone(datetime.combine(moment.date(), MORNING), now)
    return moment if moment.tzinfo else in_zone(moment, now)


def _day(words: str, now: datetime) -> datetime | None:
    first, _space, rest = words.partition(" ")
    ahead = _DAYS.get(first)
    if ahead is None:
        named = next((number for number, names in enumerate(_WEEKDAYS) if first in names), None)
        if named is None:
            return None
        ahead = (named - now.weekday()) % 7 or 7  # the weekday that it is today means a week from now
    clock = MORNING if not rest or rest in _MORNINGS else _clock(rest)
    return None if clock is None else _at(now + timedelta(days=ahead), clock)


def _clock_alone(words: str, now: datetime) -> datetime | None:
    clock = _clock(words) if ":" in words or words.endswith(("am", "pm")) else None
    if clock is None:
        return None
    moment = _at(now, clock)
    return moment if moment > now else _at(now + timedelta(days=1), clock)


def _clock(words: str) -> time | None:
    said = _CLOCK.fullmatch(words)
    if said is None:
        return None
    hour = int(said[1])
    if said[3]:
        hour = hour % 12 + (12 if said[3] == "pm" else 0)
    return time(hour, int(said[2] or 0))


def _at(day: datetime, clock: time) -> datetime:
    return in_zone(datetime.combine(day.date(), clock), day)
