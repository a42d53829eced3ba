"""Every interval of a conversation's clocks, counted or not and by which rule, in lines."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from storage.kinds.clocks import BreachView, ClockState, ClockView, Interval, Why
from storage.kinds.hours import ALWAYS_NAME
from storage.views import WithVendor
from widgets.language import _
from widgets.look import Role
from widgets.moments import moment_words
from widgets.terms import metric_words

_SECONDS: Final = 60


def clock_lines(
    clocks: Sequence[ClockView], breaches: Sequence[BreachView], now: datetime
) -> Iterator[tuple[int, str, Role]]:
    """Yield lines on every clock, and on the breaches that were recorded, as `widgets.why.why_lines` does."""
    for one in clocks:
        yield 2, f"{metric_words(one.metric)}: {state_words(one, now)}", _role(one)
        yield 6, _policy_words(one), "muted"
        for interval in one.intervals:
            words = _interval_words(interval, now)
            yield 6, words, "text" if interval.counted else "muted"
    for breach in breaches:
        given = {"metric": metric_words(breach.metric), "moment": moment_words(breach.due_at, now)}
        words = _("{metric} was late: due {moment}").format(**given)
        if breach.explained_at is None:
            yield 2, _("{words}; nobody has said why").format(words=words), "soon"
            continue
        yield 2, words, "text"
        yield 6, _("cause: {text}").format(text=breach.cause or _("(erased)")), "text"
        if breach.corrective:
            yield 6, _("from now on: {text}").format(text=breach.corrective), "text"


def vendor_lines(stretches: Sequence[WithVendor], now: datetime) -> Iterator[tuple[int, str, Role]]:
    """Yield lines on the time with a vendor, likewise; none where there was none."""
    if not stretches:
        return
    spent = exact_words(sum((one.spent for one in stretches), timedelta(0)))
    runs = stretches[-1].ends is None
    words = _("with a vendor: {spent}, and it runs") if runs else _("with a vendor: {spent}")
    yield 2, words.format(spent=spent), "paused" if runs else "bright"
    for one in stretches:
        given = {
            "starts": _second_words(one.starts, now),
            "ends": _second_words(one.ends or now, now),
            "span": exact_words(one.spent),
            "rule": _("on hold at N3"),
        }
        yield 6, _("{starts} to {ends}  {span}  {rule}").format(**given), "text"


def state_words(one: ClockView, now: datetime) -> str:
    """Return where a clock stands, with its deadline."""
    due = moment_words(one.due_at, now) if one.due_at else _("never")
    match one.state:
        case ClockState.RUNNING:
            return _("running, due {moment}").format(moment=due)
        case ClockState.PAUSED:
            return _("paused, the customer is waited for")
        case ClockState.ON_HOLD:
            return _("on hold, a third party is waited for")
        case ClockState.MET:
            return _("met")
        case ClockState.BREACHED if one.stopped_at is None:
            return _("late, it was due {moment}").format(moment=due)
        case ClockState.BREACHED:
            return _("done too late, it was due {moment}").format(moment=due)
        case ClockState.DROPPED:
            return _("nothing is owed any more")


def _role(one: ClockView) -> Role:
    match one.state:
        case ClockState.BREACHED:
            return "late"
        case ClockState.MET:
            return "ok"
        case ClockState.PAUSED | ClockState.ON_HOLD:
            return "paused"
        case _:
            return "bright"


def _policy_words(one: ClockView) -> str:
    given = {"spent": exact_words(one.spent), "target": exact_words(one.target), "policy": one.policy}
    return _("{spent} of {target} spent, by the policy {policy}").format(**given)


def _interval_words(one: Interval, now: datetime) -> str:
    given = {
        "starts": _second_words(one.starts, now),
        "ends": _second_words(one.ends, now),
        "span": exact_words(one.ends - one.starts),
        "rule": rule_words(one),
    }
    return _("{starts} to {ends}  {span}  {rule}").format(**given)


def rule_words(one: Interval) -> str:
    """Return by which rule an interval counts, or does not."""
    match one.rule:
        case Why.OPEN if one.calendar == ALWAYS_NAME:
            return _("counted")
        case Why.OPEN:
            return _("counted: open by the calendar {name}").format(name=one.calendar)
        case Why.CLOSED:
            return _("not counted: closed by the calendar {name}").format(name=one.calendar)
        case Why.WAITING:
            return _("paused: the customer is waited for")
        case Why.ON_HOLD:
            return _("on hold: a third party is waited for")
        case Why.SETTLED:
            return _("not counted: settled")
        case Why.PUT_AWAY:
            return _("not counted: spam or trash")


def exact_words(span: timedelta) -> str:
    """Return a span to the second: ``1d 2h 03m 04s``, without what is none."""
    seconds = int(span.total_seconds())
    days, rest = divmod(seconds, 24 * 60 * _SECONDS)
    hours, rest = divmod(rest, 60 * _SECONDS)
    minutes, rest = divmod(rest, _SECONDS)
    parts = ((days, _("{count}d")), (hours, _("{count}h")), (minutes, _("{count}m")), (rest, _("{count}s")))
    return " ".join(words.format(count=count) for count, words in parts if count) or _("{count}s").format(count=0)


def _second_words(at: datetime, now: datetime) -> str:
    seconds = at.astimezone(now.tzinfo).second
    return f"{moment_words(at, now)}:{seconds:02}" if _is_near(at, now) else moment_words(at, now)


def _is_near(at: datetime, now: datetime) -> bool:
    """Say whether a moment is written with its time, and not by its date alone."""
    return moment_words(at, now)[-3:-2] == ":"
