"""What was promised, as it is drawn: what is due first, with its date before it."""

from collections.abc import Sequence
from datetime import datetime

from storage.kinds.promises import PromiseView
from widgets.line import Span, one_line
from widgets.look import Role
from widgets.owed import due_words


def due_role(one: PromiseView, now: datetime) -> Role:
    """Return the role in which that is said."""
    return "late" if one.due <= now else "soon" if one.due.date() <= now.date() else "text"


def promised_spans(promised: Sequence[PromiseView], now: datetime) -> tuple[Span, ...]:
    """Return the promise that is due first, with its date before it."""
    first = promised[0]
    return (f"{due_words(first, now)}  ", due_role(first, now)), (one_line(first.text), "bright")
