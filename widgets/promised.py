"""What was promised: what it is, until when, and that its time has passed, in words and never by hue alone."""

from collections.abc import Sequence
from datetime import datetime

from storage.kinds.promises import PromiseView
from widgets.language import _
from widgets.line import Span, one_line
from widgets.look import Role
from widgets.moments import moment_words, span_words


def due_words(one: PromiseView, now: datetime) -> str:
    """Return when a promise is due, or since when it is overdue."""
    if one.due <= now:
        return _("overdue {span}").format(span=span_words(now - one.due))
    return _("by {moment}").format(moment=moment_words(one.due, now))


def due_role(one: PromiseView, now: datetime) -> Role:
    """Return the role in which that is said."""
    return "late" if one.due <= now else "soon" if one.due.date() <= now.date() else "text"


def promised_spans(promised: Sequence[PromiseView], now: datetime) -> tuple[Span, ...]:
    """Return the promise that is due first, with its date before it."""
    first = promised[0]
    return (f"{due_words(first, now)}  ", due_role(first, now)), (one_line(first.text), "bright")
