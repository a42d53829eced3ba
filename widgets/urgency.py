"""What is left of a clock, in the fewest signs, and how wide a column of such words is (LOOK §6)."""

from datetime import datetime, timedelta
from functools import cache

from rich.cells import cell_len

from storage.kinds import PUT_AWAY, SETTLED, Status
from storage.kinds.policies import Metric
from storage.views import QueueRow
from widgets.language import _, chosen_language
from widgets.look import Role
from widgets.moments import span_words
from widgets.terms import metric_words as of_metric
from widgets.text import status_words

NONE = "–"  # noqa: RUF001 - the sign
"""What stands where there is none."""

_STILL = SETTLED | PUT_AWAY | {Status.WAITING, Status.ON_HOLD}
_LEAST = 8  # cells, as in English; a language with longer words has more
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_WEEKS_FROM = timedelta(days=100)
_YEARS_FROM = timedelta(weeks=100)


def late_words(span: timedelta) -> str:
    """Return by how much a deadline has passed: ``LATE 18m``, in one unit only."""
    return _("LATE {span}").format(span=rough_words(span))


def rough_words(span: timedelta) -> str:
    """Return a span in one unit of at most two digits: minutes, hours, days, weeks, years."""
    minutes = max(0, int(span.total_seconds() // 60))
    if span < _HOUR:
        return _("{minutes}m").format(minutes=minutes)
    if span < _DAY:
        return _("{hours}h").format(hours=minutes // 60)
    if span < _WEEKS_FROM:
        return _("{days}d").format(days=span.days)
    if span < _YEARS_FROM:
        return _("{weeks}w").format(weeks=span.days // 7)
    return _("{years}y").format(years=span.days // 365)


def left_words(due_at: datetime, now: datetime) -> str:
    """Return how long it is until a deadline, or by how much it has passed."""
    return late_words(now - due_at) if due_at <= now else span_words(due_at - now)


def left_role(due_at: datetime, warn_at: datetime | None, now: datetime) -> Role:
    """Return what that is drawn as: soon from the moment on that the policy's share names, never by the minutes."""
    if due_at <= now:
        return "late"
    return "soon" if warn_at is not None and warn_at <= now else "text"


def clock_words(row: QueueRow, now: datetime) -> tuple[str, Role]:
    """Return what the clock column says: what is left, or by how much it is late, or why nothing runs.

    Where no clock runs though somebody waits, as where no policy is meant for them, it counts up from when they wrote.
    """
    if row.status in _STILL:
        return (_("paused") if row.status is Status.WAITING else status_words(row.status)), "paused"
    late = row.due_at is not None and row.due_at <= now
    if row.snoozed_until is not None and row.snoozed_until > now and not late:
        return _("snoozed"), "paused"
    if row.due_at is not None:
        return left_words(row.due_at, now), left_role(row.due_at, row.warn_at, now)
    if row.waiting_since is None:
        return NONE, "muted"
    return f"+{span_words(now - row.waiting_since)}", "muted"


def clock_width() -> int:
    """Return the cells of the clock column: as many as the reader's language needs for its longest late form."""
    return _width_in(chosen_language())


@cache
def _width_in(_language: str) -> int:
    spans = (timedelta(minutes=59), timedelta(hours=23), timedelta(days=99), timedelta(weeks=99))
    words = [late_words(span) for span in spans]
    words += [_("paused"), _("on hold"), _("snoozed")]
    return max(_LEAST, *map(cell_len, words))


def why_urgent(metric: str, due_at: datetime, policy: str, now: datetime) -> str:
    """Return why a conversation comes first: by which clock, how much is left of it, and whose policy it is."""
    late = due_at <= now
    span = rough_words(now - due_at) if late else span_words(due_at - now)
    if policy and late:
        words = _("{metric} late by {span}, by policy {policy}")
    elif policy:
        words = _("{metric} due in {span}, by policy {policy}")
    else:
        words = _("{metric} late by {span}") if late else _("{metric} due in {span}")
    return words.format(metric=metric_sentence(metric), span=span, policy=policy)


def metric_words(metric: str) -> str:
    """Return a clock's short name, for a column of labels."""
    return {
        "first_response": _("first"),
        "next_response": _("next"),
        "resolution": _("resolve"),
        "acceptance": _("accept"),
    }.get(metric, metric.replace("_", " "))


def metric_sentence(metric: str) -> str:
    """Return a clock's name within a sentence."""
    return of_metric(Metric(metric)) if metric in set(Metric) else metric
