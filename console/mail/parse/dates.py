"""The Date header, the sender's claim of when it was written, in UTC."""

import re
from datetime import UTC, datetime, timedelta

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_PLAIN = re.compile(
    r"(?:[A-Za-z]{3},?\s*)?(\d{1,2}) ([A-Za-z]{3}) (\d{4})"
    r" (\d{1,2}):(\d\d)(?::(\d\d))? ([+-])(\d\d)(\d\d)(?: *\([^()]*\))?\s*"
)
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?(?:\.\d+)?\s*(Z|UTC|GMT|([+-])(\d\d):?(\d\d))?", re.IGNORECASE
)


def _at(*parts: int, sign: str | None, hours: str | None, minutes: str | None) -> datetime | None:
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    try:
        moment = datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]
        return moment + offset if sign == "-" else moment - offset
    except (ValueError, OverflowError):
        return None


def read(text: str) -> datetime | None:
    """Return the moment a Date field names, in UTC; `None` when it names none. A missing zone is read as UTC."""
    plain = _PLAIN.fullmatch(text)
    if plain is not None:
        day, month, year, hour, minute, second, sign, hours, minutes = plain.groups()
        number = _MONTHS.get(month.lower())
        if number is not None:
            return _at(
                int(year),
                number,
                int(day),
                int(hour),
                int(minute),
                min(int(second or 0), 59),
                sign=sign,
                hours=hours,
                minutes=minutes,
            )
    text = text[:200]
    iso = _ISO.match(text.strip())
    if iso is not None:
        parts = [int(piece or 0) for piece in iso.groups()[:6]]
        return _at(*parts, sign=iso.group(8), hours=iso.group(9), minutes=iso.group(10))
    from email.utils import parsedate_tz  # brings half of the email package, for dates that are hardly ever met

    try:
        fields = parsedate_tz(text)
        if fields is None:
            return None
        moment = datetime(*fields[:5], min(fields[5], 59), tzinfo=UTC)
        return moment - timedelta(seconds=fields[9] or 0)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
