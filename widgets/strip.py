"""The context as rows above a conversation: five without a pane of its own, two in a low window, one beside it."""

from datetime import datetime

from rich.cells import cell_len

from storage.views import ContextView, ConversationView, OtherView
from widgets.clock_rows import owed_spans, promise_spans, strip_parts
from widgets.ends import Ends, fitting
from widgets.handed import handed_ends
from widgets.journey_rows import fares_spans
from widgets.known import (
    answered_spans,
    day_words,
    hands_spans,
    last_words,
    name_span,
    numbers_words,
    other_aside,
    other_spans,
    parts_words,
    size_spans,
    strangers,
    tag_words,
    times_words,
    waits_spans,
    where_spans,
)
from widgets.language import _, ngettext
from widgets.line import Span, one_line
from widgets.moments import count_words, moment_words
from widgets.news import news_spans
from widgets.promised import promised_spans
from widgets.text import language_words

LABEL = 9
"""Cells of the column that labels stand in (LOOK §4)."""

_GAP: Span = ("   ", "muted")
_CLOCKS_ROW = 3


def one_row(view: ConversationView, context: ContextView | None, now: datetime, agent_id: int | None) -> Ends:
    """Return the row that is enough where the context has a pane: who has it, how it stands, what is owed next."""
    return (*hands_spans(view, agent_id), _GAP, *size_spans(view)), owed_spans(view, context, now)


def two_rows(
    view: ConversationView, context: ContextView | None, now: datetime, agent_id: int | None, *, room: int
) -> tuple[Ends, ...]:
    """Return what is left of the strip in a low window: the customer, and the clocks."""
    rows = five_rows(view, context, now, agent_id, room=room)
    return rows[0], rows[_CLOCKS_ROW]


def five_rows(
    view: ConversationView, context: ContextView | None, now: datetime, agent_id: int | None, *, room: int
) -> tuple[Ends, ...]:
    """Return the strip: the customer, what they wrote, what was before, the clocks, what is open beside this.

    Args:
        view: the conversation.
        context: what stands beside it; `None` while it is not read, and then its rows stay empty.
        now: the present, in the reader's zone.
        agent_id: who "you" is.
        room: cells between the columns of air.
    """
    who: Ends = (name_span(view, context), *where_spans(view, context)), hands_spans(view, agent_id)
    clocks = _clocks(view, context, now, room)
    if context is None:
        return who, ((), ()), ((), ()), clocks, ((), fitting((), _filed(view), room))
    handed = list(handed_ends(context.handed, now))  # what is asked comes before what is good to know
    return (
        who,
        _new(view, context, now, agent_id, room),
        handed[0] if handed else _before(context, now),
        clocks,
        handed[1] if len(handed) > 1 else _beside(view, context, now, room),
    )


def label(word: str) -> Span:
    """Return a label in its column."""
    return f"{word:<{LABEL}}", "muted"


def _new(view: ConversationView, context: ContextView, now: datetime, agent_id: int | None, room: int) -> Ends:
    """Return what is new since the reader last looked, else what the customer wrote."""
    left, asides = _wrote(context, now, room)
    if context.news:
        left = (label(_("news")), *news_spans(context.news, view, now, agent_id))
        asides = fitting(left, _asides(context), room)
    return left, asides


def _wrote(context: ContextView, now: datetime, room: int) -> Ends:
    left: list[Span] = [label(_("wrote"))]
    if context.since is None:
        left.append((_("never; we wrote first") if context.answers else _("never"), "muted"))
    else:
        left.append((times_words(context.wrote), "text"))
        if context.wrote == 1:
            left.append((f" {moment_words(context.wrote_at or context.since, now)}", "text"))
        else:
            left.append((" " + _("since {day}").format(day=day_words(context.since, now)), "text"))
        if context.wrote_at is not None and context.wrote > 1:
            left += [_GAP, (_("last") + " ", "muted"), (moment_words(context.wrote_at, now), "text")]
        if context.languages:
            left += [_GAP, (language_words(context.languages), "text")]
    return tuple(left), fitting(left, _asides(context), room)


def _asides(context: ContextView) -> list[tuple[Span, ...]]:
    """Return who else is there: strangers first."""
    asides: list[tuple[Span, ...]] = []
    if count := strangers(context):
        words = ngettext("{count} stranger", "{count} strangers", count).format(count=count)
        asides.append(((_("look") + " ", "soon"), (words, "text")))
    asides += fares_spans(context)
    if context.part_count:
        asides.append(((_("with") + " ", "muted"), (parts_words(context), "text")))
    return asides


def _before(context: ContextView, now: datetime) -> Ends:
    if context.promised:  # what is owed comes before what is good to know
        return (label(_("promised")), *promised_spans(context.promised, now)), _more(len(context.promised))
    if context.pinned:  # what a colleague pinned is read before what was long ago
        return (label(_("pinned")), (one_line(context.pinned[0]), "bright")), _more(len(context.pinned))
    if not context.before_count:
        return (label(_("before")), (_("nothing: it is their first"), "muted")), ()
    left = [label(_("before")), *_listed(context.before, now)]
    return tuple(left), ((count_words(context.before_count), "muted"),)


def _more(count: int) -> tuple[Span, ...]:
    return ((f"+{count - 1}", "muted"),) if count > 1 else ()


def _beside(view: ConversationView, context: ContextView, now: datetime, room: int) -> Ends:
    left: list[Span] = [label(_("beside"))]
    left += _listed(context.beside, now) or [(_("nothing else is open"), "muted")]
    return tuple(left), fitting(left, _filed(view), room)


def _listed(others: tuple[OtherView, ...], now: datetime) -> list[Span]:
    spans: list[Span] = []
    for other in others[:3]:
        [(words, role)] = other_aside(other, now)
        spans += [_GAP, *other_spans(other), (f"  {words}", role)]
    return spans[1:]


def _filed(view: ConversationView) -> list[tuple[Span, ...]]:
    """Return the tags, the numbers linked and joined, and the mailbox: the last give way first."""
    words = [" ".join(tag_words(view.tags[:3]))]
    if view.linked:
        words.append(_("linked {numbers}").format(numbers=numbers_words(view.linked, 3)))
    if view.joined_numbers:
        words.append(_("joined {numbers}").format(numbers=numbers_words(view.joined_numbers, 2)))
    words.append(one_line(view.mailbox))
    return [((each, "muted"),) for each in words if each]


def _clocks(view: ConversationView, context: ContextView | None, now: datetime, room: int) -> Ends:
    """Return the clocks, and how the conversation stands; what has no room whole is left out, the last first."""
    known = [*strip_parts(context.clocks, now)] if context is not None else []
    left: list[Span] = [label(_("clocks")), *(known[0] if known else waits_spans(view, now))]
    right = size_spans(view)
    parts: list[list[Span]] = [[_GAP, *one] for one in known[1:]]
    if context is not None:
        if context.promised and known:
            until, _moment = promise_spans(context.promised, now)
            parts.insert(0, [_GAP, ("◆ ", "soon"), (_("promise") + " ", "muted"), *until])
        if not known and (first := answered_spans(context)):
            parts.append([_GAP, (_("first") + " ", "muted"), *first])
        if context.last_at is not None and context.ours_last:  # theirs stand in the row of what they wrote
            moment = moment_words(context.last_at, now)
            parts.append([_GAP, (_("last") + " ", "muted"), (last_words(context), "text"), (f" {moment}", "text")])
    free = room - sum(cell_len(text) for text, _role in (*left, *right)) - 2
    for part in parts:
        free -= sum(cell_len(text) for text, _role in part)
        if free < 0:
            break
        left += part
    return tuple(left), right
