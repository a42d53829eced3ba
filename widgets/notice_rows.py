"""What a message says to programs, as rows under it: meetings, delivery reports, receipts."""

from collections.abc import Iterator
from datetime import datetime

from storage.views import MessageView
from widgets.language import ngettext
from widgets.line import Span
from widgets.look import Role
from widgets.notices import notice_words
from widgets.wrapping import wrap

LABEL = 10
"""Cells of the column in which labels stand (LOOK §4)."""

_SHOWN = 5
"""Notices and names that are shown; the rest is counted."""

Row = tuple[Span, ...]


def special_lines(message: MessageView, now: datetime, width: int) -> list[Row]:
    """Return what a message says to programs, in rows for a person.

    Args:
        message: with its notices.
        now: the present, in the reader's zone: moments are shown in that.
        width: cells of a row; longer values go on below, in the column of values.
    """
    rows: list[Row] = []
    for notice in message.notices[:_SHOWN]:
        for label, words, role in notice_words(notice, now):
            rows += _rows(label, words, role, width)
    more = len(message.notices) - _SHOWN
    if more > 0:
        rows.append(((ngettext("and {count} more", "and {count} more", more).format(count=more), "muted"),))
    return rows


def _rows(label: str, words: str, role: Role, width: int) -> Iterator[Row]:
    room = max(10, width - LABEL)
    for place, line in enumerate(wrap(words[:4000].replace("\n", " "), room)):
        yield ((f"{label if not place else '':<{LABEL - 1}} ", "muted"), (line, role))
