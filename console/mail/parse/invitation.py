"""Invitations out of text/calendar: what, when, where, who asks, and what they ask (RFC 5545, RFC 5546).

A small reader instead of a library: the one there is takes 0.4 s to import and follows rules of recurrence without a
bound. Everything here is linear in at most `_SIZE` characters.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from console.mail.parse import charsets
from console.mail.parse.zones import Zones
from storage.kinds.clean import clean_line
from storage.kinds.mail import Correspondent
from storage.kinds.notices import Attendee, Invitation, When

_SIZE = 400_000
_EVENTS = 20
_ATTENDEES = 100
_WORDS = 500  # signs kept of a summary or a place
# RFC 5545 §3.1: a name, parameters whose values may be quoted, a colon, the value.
_LINE = re.compile(
    r'([A-Za-z0-9\-]{1,60}+)((?:;[A-Za-z0-9\-]{1,60}+=(?:"[^"]*+"|[^";:]*+)*+)*+):(.*)',
    re.DOTALL,
)
_PARAMETER = re.compile(r';([A-Za-z0-9\-]+)=((?:"[^"]*+"|[^";:]*+)*+)')
_FOLD = re.compile(r"\r?\n[ \t]")
_ESCAPED = re.compile(r"\\([\\;,nN])")
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")
_SPAN = re.compile(r"([+-]?)P(?:(\d{1,4})W|(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?)")
_REPEATS = frozenset({"daily", "weekly", "monthly", "yearly"})


@dataclass(slots=True)
class _Line:
    """A content line."""

    name: str
    parameters: dict[str, str]
    value: str


@dataclass(slots=True)
class _Component:
    """What stands between BEGIN and END, the components inside it left to themselves."""

    name: str
    lines: list[_Line] = field(default_factory=list)

    def first(self, name: str) -> _Line | None:
        return next((line for line in self.lines if line.name == name), None)

    def word(self, name: str) -> str:
        line = self.first(name)
        return line.value.strip().lower()[:40] if line else ""

    def text(self, name: str) -> str:
        line = self.first(name)
        return clean_line(_unescaped(line.value[: 4 * _WORDS]))[:_WORDS] if line else ""


def read(data: bytes, charset: str = "") -> tuple[Invitation, ...]:
    """Return the meetings of a calendar part, at most twenty; none where it cannot be read.

    Args:
        data: without its transfer encoding.
        charset: as the part declares it; RFC 5545 §3.1.4 has UTF-8 else.
    """
    text = charsets.decode(data[:_SIZE], charset or "utf-8")
    zones = Zones()
    events: list[_Component] = []
    method = ""
    for component, parent in _components(text):
        if component.name == "VEVENT" and len(events) < _EVENTS:
            events.append(component)
        elif component.name in {"STANDARD", "DAYLIGHT"} and parent is not None:
            zones.observe(
                parent.first("TZID").value.strip() if parent.first("TZID") else "",  # type: ignore[union-attr]
                {line.name: line.value.strip() for line in component.lines},
            )
        elif component.name == "VCALENDAR":
            method = method or component.word("METHOD")
    return tuple(_invitation(event, method, zones) for event in events)


def _components(text: str) -> Iterator[tuple[_Component, _Component | None]]:
    """Yield each component when it ends, or the text does, with the one around it."""
    around: list[_Component] = []
    for line in _lines(text):
        if line.name == "BEGIN":
            if len(around) < 10:
                around.append(_Component(line.value.strip().upper()[:40]))
        elif line.name == "END":
            name = line.value.strip().upper()
            while any(one.name == name for one in around):
                done = around.pop()
                yield done, around[-1] if around else None
                if done.name == name:
                    break
        elif around:
            around[-1].lines.append(line)
    while around:
        done = around.pop()
        yield done, around[-1] if around else None


def _lines(text: str) -> Iterator[_Line]:
    for raw in _FOLD.sub("", text).splitlines():
        found = _LINE.fullmatch(raw)
        if found is not None:
            parameters = {
                name.upper(): value.replace('"', "").strip()[:_WORDS]
                for name, value in _PARAMETER.findall(found[2][:4000])
            }
            yield _Line(found[1].upper(), parameters, found[3])


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def _invitation(event: _Component, method: str, zones: Zones) -> Invitation:
    begins = event.first("DTSTART")
    starts = _moment(begins, zones)
    rule = event.word("RRULE").split("freq=")[-1].split(";")[0]
    return Invitation(
        method=method,
        summary=event.text("SUMMARY"),
        location=event.text("LOCATION"),
        starts=starts,
        ends=_end(event, starts, zones),
        zone=clean_line(begins.parameters.get("TZID", ""))[:100] if begins else "",
        organizer=_person(event.first("ORGANIZER")),
        attendees=_attendees(event),
        repeats=rule if rule in _REPEATS else "",
        cancelled=method == "cancel" or event.word("STATUS") == "cancelled",
    )


def _attendees(event: _Component) -> tuple[Attendee, ...]:
    found: list[Attendee] = []
    for line in event.lines:
        if line.name == "ATTENDEE" and len(found) < _ATTENDEES:
            person = _person(line)
            answer = clean_line(line.parameters.get("PARTSTAT", "needs-action")).lower()[:40]
            found.append(Attendee(person.name, person.address, answer))
    return tuple(found)


def _person(line: _Line | None) -> Correspondent:
    if line is None:
        return Correspondent("", "")
    value = clean_line(line.value[:_WORDS])
    address = value[7:] if value[:7].lower() == "mailto:" else value
    return Correspondent(clean_line(line.parameters.get("CN", "")), address.strip().lower() if "@" in address else "")


def _moment(line: _Line | None, zones: Zones) -> When:
    """Return what a DTSTART or DTEND names (RFC 5545 §3.3.4, §3.3.5)."""
    found = _TIME.match(line.value.strip()) if line else None
    if found is None or line is None:
        return None
    numbers = [int(digits) for digits in found.groups()[:6] if digits is not None]
    try:
        if len(numbers) == 3:
            return date(*numbers)
        local = datetime(*numbers[:5], min(numbers[5], 59))  # type: ignore[arg-type,call-arg] # noqa: DTZ001 - a clock's time
        if found[7]:
            return local.replace(tzinfo=UTC)
        return zones.moment(local, line.parameters.get("TZID", ""))
    except (ValueError, OverflowError):
        return None


def _end(event: _Component, starts: When, zones: Zones) -> When:
    ends = _moment(event.first("DTEND"), zones)
    span = _SPAN.fullmatch(event.word("DURATION").upper())
    try:
        if ends is None and span is not None and starts is not None:
            sign, weeks, *rest = span.groups()
            days, hours, minutes, seconds = (int(part or 0) for part in rest)
            length = timedelta(weeks=int(weeks or 0), days=days, hours=hours, minutes=minutes, seconds=seconds)
            ends = starts - length if sign == "-" else starts + length
        if ends is not None and not isinstance(ends, datetime):
            ends -= timedelta(days=1)  # DTEND is the day after the last one
    except OverflowError:
        return None
    if ends is None or starts is None or type(ends) is not type(starts):
        return None
    if isinstance(ends, datetime) and isinstance(starts, datetime) and (ends.tzinfo is None) != (starts.tzinfo is None):
        return None
    return ends if ends > starts else None
