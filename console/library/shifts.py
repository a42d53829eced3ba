"""Rotas as calendars that other programs subscribe to, and their events read back: iCalendar (RFC 5545).

What is read may be hostile: its size, its events and how often each comes again are bounded, and what is not understood
is refused with words, never guessed.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from console.config.errors import ConsoleError
from storage.kinds.clean import clean_line
from storage.kinds.moments import in_zone
from storage.kinds.rotas import Every, OnCall
from storage.kinds.shifts import Shift
from storage.rules.hours import zone_named
from widgets.language import _

if TYPE_CHECKING:
    from icalendar import Component

LARGEST: Final = 2_000_000  # bytes of a file
MOST: Final = 2_000
"""Events of a file, and shifts that they give."""

_EVERY: Final = {"DAILY": Every.DAY, "WEEKLY": Every.WEEK}
_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_UNDERSTOOD: Final = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"})
_SUMMARY: Final = 200  # letters of a summary that are looked through


class CalendarTrouble(ConsoleError):
    """A file that is no calendar, or says something that is not understood; `str()` is the sentence."""


def written(
    rota: str, zone: str, shifts: Iterable[OnCall], *, addresses: Mapping[int, str], why: Mapping[int, str]
) -> bytes:
    """Return who is on by a rota as a calendar.

    A shift is known by when it begins, so that whoever subscribes sees one that changes change.

    Args:
        rota: its name.
        zone: in which its times are written.
        shifts: who is on, one after another.
        addresses: of agents, by their numbers.
        why: why each is on, by its place.
    """
    from icalendar import Calendar, Event, vCalAddress

    here = ZoneInfo(zone)
    calendar = Calendar()
    calendar.add("prodid", "-//Plantao//rota//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", rota)
    calendar.add("x-wr-timezone", zone)
    known = hashlib.sha256(rota.encode()).hexdigest()[:16]
    for place, one in enumerate(shifts):
        if one.agent_id is None:
            continue
        event = Event()
        event.add("uid", f"{known}-{one.since:%Y%m%dT%H%M%SZ}@rota.plantao")
        event.add("dtstamp", one.since)
        event.add("dtstart", one.since.astimezone(here))
        event.add("dtend", one.until.astimezone(here))
        event.add("summary", one.agent)
        event.add("description", why[place])
        event.add("categories", [rota])
        if address := addresses.get(one.agent_id):
            attendee = vCalAddress(f"mailto:{address}")
            attendee.params["CN"] = one.agent
            event.add("attendee", attendee)
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def read(place: Path, *, now: datetime) -> list[Shift]:
    """Read the shifts of a calendar's file.

    Args:
        place: the file.
        now: the present, in the zone in which times without one are meant.

    Raises:
        CalendarTrouble: it cannot be read, is no calendar, or holds something that is not understood.
    """
    try:
        with place.open("rb") as opened:
            data = opened.read(LARGEST + 1)
    except OSError as refused:
        reason = clean_line(str(refused.strerror))
        raise CalendarTrouble(_("{file} cannot be used ({reason}).").format(file=place, reason=reason)) from None
    if len(data) > LARGEST or data.count(b"BEGIN:VEVENT") > MOST:
        raise CalendarTrouble(_("{file} is too large: at most {count} events, 2 MB.").format(file=place, count=MOST))
    from icalendar import Calendar

    try:
        calendars = Calendar.from_ical(data, multiple=True)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        calendars = []
    if not calendars or any(one.name != "VCALENDAR" for one in calendars):
        raise CalendarTrouble(_("{file} is no calendar in the form of iCalendar.").format(file=place))
    shifts: list[Shift] = []
    for calendar in calendars:
        for event in calendar.walk("VEVENT"):
            shifts.extend(_shifts(event, now))
            if len(shifts) > MOST:
                raise CalendarTrouble(
                    _("{file} is too large: at most {count} events, 2 MB.").format(file=place, count=MOST)
                )
    return shifts


def _shifts(event: "Component", now: datetime) -> Iterator[Shift]:
    if str(event.get("status", "")).upper() == "CANCELLED" or str(event.get("transp", "")).upper() == "TRANSPARENT":
        return
    summary = clean_line(str(event.get("summary", "")))[:_SUMMARY]
    try:
        since, until = _times(event, now)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        raise CalendarTrouble(
            _("The event «{summary}» has no time that can be read.").format(summary=summary)
        ) from None
    for word in ("exdate", "rdate", "recurrence-id", "exrule"):
        if event.get(word) is not None:
            raise CalendarTrouble(_not_understood(summary, word.upper()))
    once = Shift(_who(event, summary), since, until)
    rule = event.get("rrule")
    if rule is None:
        yield once
        return
    if isinstance(rule, list):
        raise CalendarTrouble(_not_understood(summary, "RRULE"))
    try:
        yield from _again(once, rule, summary)
    except (ValueError, TypeError, OverflowError):  # it ends in no year that there is, or never
        raise CalendarTrouble(_not_understood(summary, "RRULE")) from None


def _times(event: "Component", now: datetime) -> tuple[datetime, datetime]:
    since = _moment(_told(event, "dtstart"), now)
    if event.get("dtend") is not None:
        until = _moment(_told(event, "dtend"), now)
        return since, until.astimezone(since.tzinfo)
    lasts = event.decoded("duration") if event.get("duration") is not None else timedelta(days=1)
    if not isinstance(lasts, timedelta):
        raise TypeError
    return since, (since.astimezone(UTC) + lasts).astimezone(since.tzinfo)


def _told(event: "Component", word: str) -> Any:
    """Return a time as it stands in an event; one in a zone that nobody knows is no time."""
    given = event.decoded(word)
    if isinstance(given, datetime) and given.tzinfo is None and event.get(word).params.get("TZID"):
        raise ValueError
    return given


def _moment(given: Any, now: datetime) -> datetime:
    """Return a moment of a file in a zone that this machine knows; without one it is meant where the person is."""
    if isinstance(given, datetime):
        moment = given
    elif isinstance(given, date):
        moment = datetime.combine(given, time())
    else:
        raise TypeError
    if not 1970 < moment.year < 2200:
        raise ValueError
    if moment.tzinfo is None:
        return in_zone(moment, now)
    return moment.replace(tzinfo=_zone(moment.tzinfo)) if _zone(moment.tzinfo) else moment.astimezone(UTC)


def _zone(given: tzinfo) -> tzinfo | None:
    name = getattr(given, "key", None)
    return zone_named(name) if isinstance(name, str) else None


def _who(event: "Component", summary: str) -> tuple[str, ...]:
    """Return whom an event names: by address, by the name beside it, then by its summary."""
    given = event.get("attendee")
    attendees = given if isinstance(given, list) else [given] if given is not None else []
    found: list[str] = []
    for one in attendees[:20]:
        address = str(one)
        if address[:7].casefold() == "mailto:":
            found.append(clean_line(address[7:]))
        found.append(clean_line(str(getattr(one, "params", {}).get("CN", ""))))
    return tuple(dict.fromkeys(filter(None, [*found, summary])))


def _again(once: Shift, rule: Mapping[str, Sequence[Any]], summary: str) -> Iterator[Shift]:
    """Give the shifts of an event that comes again: one that has no end where it has none."""
    unknown = sorted(set(rule) - _UNDERSTOOD)
    every = _EVERY.get(str(_first(rule, "FREQ", "")).upper())
    if unknown or every is None:
        raise CalendarTrouble(
            _not_understood(summary, "RRULE " + (unknown[0] if unknown else str(_first(rule, "FREQ", ""))))
        )
    interval = _first(rule, "INTERVAL", 1)
    count, until = _first(rule, "COUNT", None), _first(rule, "UNTIL", None)
    endless = count is None and until is None
    days = [str(one).upper() for one in rule.get("BYDAY", ())]
    if not isinstance(interval, int) or not 1 <= interval <= 1_000 or any(one not in _WEEKDAYS for one in days):
        raise CalendarTrouble(_not_understood(summary, "RRULE"))
    if days not in ([], [_WEEKDAYS[once.since.weekday()]]) and (endless or every is Every.DAY):
        raise CalendarTrouble(_not_understood(summary, "RRULE BYDAY"))
    if endless:
        yield Shift(once.who, once.since, once.until, *_as_round(once, every, interval))
        return
    places = sorted(_WEEKDAYS.index(one) for one in days) or [once.since.weekday()]
    yield from _counted(once, every, interval, [place - once.since.weekday() for place in places], count, until)


def _counted(
    once: Shift, every: Every, interval: int, steps: Sequence[int], count: int | None, until: Any
) -> Iterator[Shift]:
    """Give the shifts of an event that comes again until an end; `steps` are days from its own on, of each turn."""
    last = _moment(until, once.since) if until is not None else None
    if last is not None and not isinstance(until, datetime):
        last += timedelta(days=1)  # a date is meant with all of its day
    given = 0
    for turn in range(MOST * 7):
        week = once.since.replace(tzinfo=None) + timedelta(days=turn * interval * every.days)
        for step in steps:
            starts = (week + timedelta(days=step)).replace(tzinfo=once.since.tzinfo)
            if starts < once.since:
                continue
            if (last is not None and starts > last) or (count is not None and given >= count) or given > MOST:
                return
            ends = once.until.replace(tzinfo=None) - once.since.replace(tzinfo=None) + starts.replace(tzinfo=None)
            given += 1
            yield Shift(once.who, starts, ends.replace(tzinfo=once.since.tzinfo))


def _as_round(once: Shift, every: Every, interval: int) -> tuple[Every, int]:
    """Return a weekly turn that is written in days as what it is, and the other way round."""
    lasts = (once.until.replace(tzinfo=None) - once.since.replace(tzinfo=None)).days
    if every is Every.DAY and lasts == Every.WEEK.days and interval % lasts == 0:
        return Every.WEEK, interval // lasts
    if every is Every.WEEK and lasts == 1:
        return Every.DAY, interval * Every.WEEK.days
    return every, interval


def _first(rule: Mapping[str, Sequence[Any]], word: str, otherwise: Any) -> Any:
    found = rule.get(word)
    if isinstance(found, list | tuple):
        return found[0] if found else otherwise
    return otherwise if found is None else found


def _not_understood(summary: str, what: str) -> str:
    return _("The event «{summary}» says {what}, which is not understood: write the events out one by one.").format(
        summary=summary, what=clean_line(what)[:60]
    )
