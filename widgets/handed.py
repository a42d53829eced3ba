"""What a handoff says beside a conversation: what is asked, until when, the visit, whom else, that it bounced."""

from collections.abc import Iterator
from datetime import datetime

from storage.kinds import OPEN_HANDOFF, HandoffState
from storage.kinds.handoffs import Handed, HandoffView
from widgets.briefs import accept_span, due_span, visit_words
from widgets.ends import Ends
from widgets.language import _
from widgets.line import Span, one_line

_STANDS = OPEN_HANDOFF | {HandoffState.ACCEPTED}


def handed_ends(handed: Handed, now: datetime) -> Iterator[Ends]:
    """Yield a row for each thing that a handoff brought and that is not done yet.

    Args:
        handed: how a conversation was handed on.
        now: the present, in the reader's zone.
    """
    one = handed.handoff
    if one is not None and one.state in _STANDS:
        yield from _of_handoff(one, now)
    elif one is not None and one.state is HandoffState.RETURNED:
        yield ((_label(_("returned")), (one_line(one.reason) or "…", "bright")), ())
    for asked in handed.consults:
        words = _("{name} is asked").format(name=one_line(asked.agent))
        late = asked.due_at <= now
        yield ((_label(_("consult")), (words, "text")), (due_span(asked.due_at, now, late=late),))
    if handed.bouncing:
        yield (((f"{'×':<2}", "soon"), (_("bounced"), "soon")), ())  # noqa: RUF001 - the sign of LOOK §3


def _of_handoff(one: HandoffView, now: datetime) -> Iterator[Ends]:
    aside: tuple[Span, ...] = (accept_span(one, now),) if one.due_at is not None else ()
    if one.contents is not None:
        yield ((_label(_("asked")), (one_line(one.contents.asked), "bright")), aside)
        if one.contents.visit is not None:
            yield ((_label(_("visit")), (visit_words(one.contents.visit, now), "text")), ())
    elif aside:
        yield ((_label(_("asked")), ("…", "muted")), aside)


def _label(word: str) -> Span:
    return f"{word:<9}", "muted"
