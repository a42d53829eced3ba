"""The clocks of a conversation, as they stand beside it: what each has left, how much of it is spent, what was met."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from rich.cells import cell_len

from storage.kinds.clocks import ClockState, ClockView
from storage.kinds.policies import Metric
from storage.kinds.promises import PromiseView
from storage.views import ContextView, ConversationView
from widgets.known import day_words, waits_spans
from widgets.language import _
from widgets.line import Span
from widgets.look import Role
from widgets.moments import span_words
from widgets.urgency import left_role, left_words, metric_words

METER = 8
"""Cells of a meter."""

_ORDER = (Metric.ACCEPTANCE, Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE, Metric.RESOLUTION)
_STANDS = {ClockState.PAUSED, ClockState.ON_HOLD}
_DUE = 5  # cells that what is left takes beside a meter: 2h05


def shown_clocks(clocks: Sequence[ClockView]) -> tuple[ClockView, ...]:
    """Return the clocks that say something, the last one of each metric; of those that are dropped nothing is owed."""
    last = {one.metric: one for one in sorted(clocks, key=lambda one: one.started_at)}
    known = [last[metric] for metric in _ORDER if metric in last]
    return tuple(one for one in known if one.state is not ClockState.DROPPED)


def most_urgent(clocks: Sequence[ClockView]) -> ClockView | None:
    """Return the clock that runs and is due first."""
    running = [one for one in clocks if one.due_at is not None and one.stopped_at is None and one.state not in _STANDS]
    return min(running, key=lambda one: (one.due_at, one.metric), default=None)


def clock_spans(one: ClockView, now: datetime) -> tuple[Span, ...]:
    """Return how a clock stands: what is left, by how much it is late, what it stands for, or when it was met."""
    if one.stopped_at is not None:
        if one.state is ClockState.MET:
            return (_("met") + " ", "ok"), (_("in {span}").format(span=span_words(one.spent)), "text")
        return ((_("late by {span}").format(span=span_words(max(one.spent - one.target, timedelta(0)))), "text"),)
    if one.due_at is not None and one.due_at <= now:
        return ((left_words(one.due_at, now), "late"),)
    if one.state in _STANDS:
        words = _("paused") if one.state is ClockState.PAUSED else _("on hold")
        left = span_words(one.target - one.spent)
        return (words, "paused"), ("  " + _("{span} left").format(span=left), "muted")
    if one.due_at is None:
        return ((_("never opens"), "late"),)
    return ((left_words(one.due_at, now), left_role(one.due_at, one.warn_at, now)),)


def metered(one: ClockView, now: datetime) -> tuple[Span, ...]:
    """Return how a clock stands with how much of its time is spent, where it runs and is not late."""
    spans = clock_spans(one, now)
    runs = one.stopped_at is None and one.state not in _STANDS and one.due_at is not None and one.due_at > now
    if not runs:
        return spans
    [(words, role)] = spans
    done = min(METER, round(METER * one.spent / one.target)) if one.target else METER
    ink: Role = "accent" if role == "text" else role
    gap = " " * max(1, _DUE + 1 - cell_len(words))
    return (words, role), (gap, "muted"), ("━" * done, ink), ("─" * (METER - done), "faint")


def promise_spans(promised: Sequence[PromiseView], now: datetime) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Return what is left of the promise that is due first, and when that is."""
    due = min(one.due for one in promised)
    warn = due if due.date() > now.date() else now  # what is due today is to be looked at
    return ((left_words(due, now), left_role(due, warn, now)),), ((day_words(due, now), "muted"),)


def owed_spans(view: ConversationView, context: ContextView | None, now: datetime) -> tuple[Span, ...]:
    """Return what the desk owes next, in a few words: ``answer in 12m``."""
    clocks = shown_clocks(context.clocks) if context is not None else ()
    urgent = most_urgent(clocks)
    if urgent is not None and urgent.due_at is not None:
        late = urgent.due_at <= now
        words = _owes(urgent.metric, late=late)
        left: Span = (left_words(urgent.due_at, now), left_role(urgent.due_at, urgent.warn_at, now))
        return (words + " ", "muted"), left
    stands = next((one for one in clocks if one.state in _STANDS), None)
    if stands is not None and (view.snoozed_until is None or view.snoozed_until <= now):
        return ((_("paused") if stands.state is ClockState.PAUSED else _("on hold"), "paused"),)
    return waits_spans(view, now)


def _owes(metric: Metric, *, late: bool) -> str:
    words = {
        Metric.RESOLUTION: (_("resolve in"), _("resolve")),
        Metric.ACCEPTANCE: (_("accept within"), _("accept")),
    }
    return words.get(metric, (_("answer in"), _("answer")))[late]


def strip_parts(clocks: Sequence[ClockView], now: datetime) -> Iterator[tuple[Span, ...]]:
    """Yield the clocks one behind the other, each with its name: what runs before what is over."""
    known = shown_clocks(clocks)
    for one in sorted(known, key=lambda one: one.stopped_at is not None):
        yield (metric_words(one.metric) + " ", "muted"), *clock_spans(one, now)
