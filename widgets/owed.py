"""Until when something is owed, in words: that its time has passed is said, and never by hue alone."""

from datetime import datetime

from storage.kinds.promises import PromiseView
from widgets.language import _
from widgets.moments import moment_words, span_words


def due_words(one: PromiseView, now: datetime) -> str:
    """Return when a promise is due, or since when it is broken."""
    if one.due <= now:
        return _("broken {span} ago").format(span=span_words(now - one.due))
    return _("by {moment}").format(moment=moment_words(one.due, now))
