"""How time is written: what is waited, when something was, and how large a thing is (LOOK §6)."""

from datetime import date, datetime, timedelta

from widgets.language import _

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def span_words(span: timedelta) -> str:
    """Return a span in the fewest signs: ``12m``, ``2h05`` up to ten hours, ``14h`` up to a day, ``3d``."""
    minutes = max(0, int(span.total_seconds() // 60))
    if span < _HOUR:
        return _("{minutes}m").format(minutes=minutes)
    if span < 10 * _HOUR:
        return _("{hours}h{minutes:02}").format(hours=minutes // 60, minutes=minutes % 60)
    if span < _DAY:
        return _("{hours}h").format(hours=minutes // 60)
    return _("{days}d").format(days=span.days)


def moment_words(at: datetime, now: datetime) -> str:
    """Return when something was or will be: today by time, within a week by weekday and time, else by date.

    Args:
        at: the moment, in any zone.
        now: the present, in the reader's zone.
    """
    there = at.astimezone(now.tzinfo)
    clock = f"{there:%H:%M}"
    if there.date() == now.date():
        return clock
    if abs((there.date() - now.date()).days) < 7:
        return f"{weekday_words(there)} {clock}"
    day = f"{there.day}\u00a0{month_words(there)}"
    return day if there.year == now.year else f"{day}\u00a0{there.year}"


def now_words(now: datetime) -> str:
    """Return the present as the first row shows it: ``Mon 09:32``."""
    return f"{weekday_words(now)} {now:%H:%M}"


def weekday_words(at: datetime) -> str:
    """Return the short name of a weekday."""
    return (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))[at.weekday()]


def month_words(at: date) -> str:
    """Return the short name of a month."""
    names = (
        _("Jan"),
        _("Feb"),
        _("Mar"),
        _("Apr"),
        _("May"),
        _("Jun"),
        _("Jul"),
        _("Aug"),
        _("Sep"),
        _("Oct"),
        _("Nov"),
        _("Dec"),
    )
    return names[at.month - 1]


def size_words(size: int) -> str:
    """Return a number of bytes in decimal units, amount and unit kept together: ``182 kB``."""
    if size < 1000:
        return f"{size}\u00a0B"
    amount = float(size)
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if amount < 999.5 or unit == "GB":
            return f"{amount:.1f}\u00a0{unit}" if amount < 9.95 and unit != "kB" else f"{amount:.0f}\u00a0{unit}"
    return ""


def count_words(count: int, limit: int = 999) -> str:
    """Return a count with its thousands parted, exact up to `limit`, then ``999+``."""
    return f"{limit:,}+" if count > limit else f"{count:,}"


def erased_words(erased_at: datetime, now: datetime) -> str:
    """Return what stands in place of what a message said."""
    return _("What it said was erased, {moment}.").format(moment=moment_words(erased_at, now))
