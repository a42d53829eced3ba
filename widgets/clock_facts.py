"""Words for the facts of clocks."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from storage.kinds.policies import Metric
from widgets.language import _
from widgets.moments import moment_words
from widgets.terms import metric_words

Values = Mapping[str, object]
_Name = Callable[[object], str]


def _metric(values: Values) -> str:
    return metric_words(Metric(str(values.get("metric"))))


def _due(values: Values, now: datetime) -> str:
    due = values.get("due_at")
    at = due if isinstance(due, datetime) else datetime.fromisoformat(str(due))
    return moment_words(at, now)


def _words_of_warned(values: Values, _name: _Name, now: datetime) -> str:
    return _("{metric} is due soon: {moment}").format(metric=_metric(values), moment=_due(values, now))


def _words_of_breached(values: Values, _name: _Name, now: datetime) -> str:
    return _("{metric} is late: it was due {moment}").format(metric=_metric(values), moment=_due(values, now))


def _words_of_explained(values: Values, _name: _Name, now: datetime) -> str:
    given = {"metric": _metric(values), "moment": _due(values, now)}
    if values.get("after_at") is None:
        return _("why {metric} was late ({moment}) is to be said again").format(**given)
    words = _("why {metric} was late ({moment})").format(**given)
    cause, then = (" ".join(str(values.get(name) or "").split()) for name in ("cause", "corrective"))
    if cause:
        words = _("{words}: {reason}").format(words=words, reason=cause)
    return _("{words}; from now on: {corrective}").format(words=words, corrective=then) if then else words


WORDS: Final[Mapping[str, Callable[[Values, _Name, datetime], str]]] = {
    "clock_warned": _words_of_warned,
    "clock_breached": _words_of_breached,
    "breach_explained": _words_of_explained,
}
"""How each of these facts is said."""
