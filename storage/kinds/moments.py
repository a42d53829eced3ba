"""Moments as the tables keep them: microseconds since 1970 in UTC."""

from datetime import UTC, datetime, time, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """Return an aware moment as microseconds since 1970 in UTC, exactly."""
    return (moment - EPOCH) // TICK


def moment(ticks: int) -> datetime:
    """Return the aware UTC moment that lies `ticks` microseconds after 1970."""
    return EPOCH + timedelta(microseconds=ticks)


def in_zone(moment: datetime, now: datetime) -> datetime:
    """Put a moment without a zone into a person's, whose present is `now`: by this machine's rules of summer time.

    A present that was told by the machine alone carries an offset and no rules.
    """
    zone = now.tzinfo
    if zone is None or type(zone).__name__ == "timezone":
        return moment.astimezone()
    return moment.replace(tzinfo=zone)


def between_hours(first: time, last: time, at: time) -> bool:
    """Say whether a time of the day lies between two others, the second not included; they may go over midnight."""
    return first <= at < last if first <= last else at >= first or at < last
