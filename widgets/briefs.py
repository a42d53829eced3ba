"""A brief as rows: what is asked, tried, known, promised and told, in as many lines as a screen has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Final

from storage.kinds import OPEN_HANDOFF, HandoffState
from storage.kinds.handoffs import Brief, Contents, Gleaned, HandoffView, Visit
from widgets.language import _, drawn
from widgets.moments import moment_words, span_words
from widgets.steady import Span, one_line
from widgets.text import kind_words, status_words, tier_words

LABEL: Final = 10
"""Cells of the column that labels stand in (LOOK §4)."""

_MOST: Final = {"asked": 4, "reason": 2, "tried": 4, "facts": 4, "promised": 2, "told": 2, "before": 2}
"""Lines of a block that a screen of 24 rows shows."""

_GIVING_WAY: Final = ("before", "facts", "tried", "told", "reason", "promised", "asked")
"""Whose lines are left out first where there is no room for all."""

_PARTED: Final = 2  # cells between two facts of a line


@dataclass(frozen=True, slots=True)
class BriefRow:
    """A row: a label, words, and what stands at the right edge.

    Attributes:
        block: what it belongs to; between two blocks is air, where `apart` says so.
    """

    block: str
    label: str
    left: tuple[Span, ...]
    aside: tuple[Span, ...] = ()
    apart: bool = False


def brief_lines(brief: Brief, now: datetime, width: int, *, height: int | None = None) -> list[str]:
    """Return a brief as plain lines.

    Args:
        brief: what it says.
        now: the present, in the reader's zone.
        width: cells of a line.
        height: lines that there are; `None` for all that it says.
    """
    from rich.cells import cell_len, set_cell_size  # late: most commands need none

    head = _head(brief)
    lines = [head if cell_len(head) <= width else set_cell_size(head, width - 1).rstrip() + "…", ""]
    room = None if height is None else height - len(lines)
    for row in brief_rows(brief, now, width, height=room):
        if row.apart:
            lines.append("")
        text = f"{row.label:<{LABEL}}" + "".join(words for words, _role in row.left)
        aside = "".join(words for words, _role in row.aside)
        free = width - cell_len(aside) - (2 if aside else 0)
        if cell_len(text) > free:
            text = set_cell_size(text, free - 1).rstrip() + "…"
        lines.append(f"{set_cell_size(text, width - cell_len(aside))}{aside}" if aside else text.rstrip())
    return lines


def _head(brief: Brief) -> str:
    parts = [f"#{brief.conversation_id}", one_line(brief.subject) or _("(no subject)")]
    return "  ".join(parts)


def brief_rows(brief: Brief, now: datetime, width: int, *, height: int | None = None) -> list[BriefRow]:
    """Return a brief as rows, those of a block together.

    Args:
        brief, now, width: as of `brief_lines`.
        height: rows that there are, with the air between blocks; `None` for all that it says.
    """
    rows = _parted(list(_rows(brief, now, width - LABEL)))
    if height is None:
        return rows
    rows = _capped(rows)
    while _tall(rows) > height and (shorter := _shorter(rows)) is not None:
        rows = shorter
    return rows if _tall(rows) <= height else [replace(row, apart=False) for row in rows][:height]


def _tall(rows: Sequence[BriefRow]) -> int:
    return len(rows) + sum(row.apart for row in rows)


def _parted(rows: list[BriefRow]) -> list[BriefRow]:
    if not rows:
        return rows
    beside = {("reason", "visit"), ("promised", "told"), ("who", "before"), ("before", "how")}
    apart = [False, *(one.block != two.block and (one.block, two.block) not in beside for one, two in pairwise(rows))]
    return [replace(row, apart=parts) for row, parts in zip(rows, apart, strict=True)]


def _capped(rows: list[BriefRow]) -> list[BriefRow]:
    for block, most in _MOST.items():
        rows = _cut(rows, block, most)
    return rows


def _shorter(rows: list[BriefRow]) -> list[BriefRow] | None:
    for block in _GIVING_WAY:
        count = sum(row.block == block for row in rows)
        if count > 1:
            return _cut(rows, block, count - 1)
    return None


def _cut(rows: list[BriefRow], block: str, most: int) -> list[BriefRow]:
    """Leave out all but the first lines of a block, of what was tried all but the last ones."""
    places = [place for place, row in enumerate(rows) if row.block == block]
    if len(places) <= most:
        return rows
    if block == "tried":
        gone = set(places[: len(places) - most])
        first = places[len(places) - most]
        rows[first] = replace(rows[first], label=rows[places[0]].label, apart=rows[places[0]].apart)
    else:
        gone = set(places[most:])
        last = places[most - 1]
        if block in {"asked", "reason", "told"}:
            rows[last] = replace(rows[last], left=(*rows[last].left, (" …", "muted")))
    return [row for place, row in enumerate(rows) if place not in gone]


def _rows(brief: Brief, now: datetime, width: int) -> Iterator[BriefRow]:
    yield from _status_rows(brief, now)
    yield from contents_rows(brief.contents, now, width)
    if brief.solution is not None:
        words = brief.solution.solution
        label = _("solved") if brief.solution.known else _("unknown")
        yield from _text("solved", label, "; ".join(filter(None, (brief.solution.cause, words))), width)
    for one in brief.consults:
        late = one.due_at <= now
        words = _("{name} is asked").format(name=one.agent)
        yield BriefRow("asks", _("consult"), ((words, "text"),), (due_span(one.due_at, now, late=late),))
    who = ", ".join(filter(None, (brief.customer, brief.organization)))
    if brief.touch:
        who = _("{who}, {touch} touch").format(who=who, touch=brief.touch)
    yield BriefRow("who", _("who"), ((one_line(who), "text"),))
    for place, before in enumerate(brief.before):
        aside: tuple[Span, ...] = (
            ((_("cause known"), "muted"),) if before.solution is not None and before.solution.known else ()
        )
        words = f"#{before.conversation_id} {one_line(before.subject)}"
        yield BriefRow("before", _("before") if not place else "", ((words, "text"),), aside)
    if brief.handoff is not None:
        yield BriefRow("how", _("handed"), ((handed_words(brief.handoff, now), "muted"),))


def _status_rows(brief: Brief, now: datetime) -> Iterator[BriefRow]:
    words = [tier_words(brief.tier), status_words(brief.status), kind_words(brief.kind)]
    words.append(brief.assignee or _("nobody's"))
    spans: list[Span] = [(drawn(" · ").join(words), "muted")]
    if brief.bouncing:
        bounced = _("bounced")
        spans.append((f"  × {bounced}", "soon"))  # noqa: RUF001 - the sign of LOOK §3
    aside: tuple[Span, ...] = ()
    handoff = brief.handoff
    if handoff is not None and handoff.due_at is not None:
        aside = (accept_span(handoff, now),)
    yield BriefRow("stands", _("stands"), tuple(spans), aside)
    if brief.vendor:
        spent = _("with a vendor {span}").format(span=span_words(brief.vendor))
        yield BriefRow("stands", _("vendor"), ((spent, "paused"),))


def accept_span(handoff: HandoffView, now: datetime) -> Span:
    """Return until when a handoff is to be accepted, or that the time has passed."""
    assert handoff.due_at is not None
    if handoff.due_at <= now:
        return _("accept LATE {span}").format(span=span_words(now - handoff.due_at)), "late"
    return _("accept within {span}").format(span=span_words(handoff.due_at - now)), "soon"


def due_span(due: datetime, now: datetime, *, late: bool) -> Span:
    """Return when something is due, or that its time has passed."""
    if late:
        return _("overdue {span}").format(span=span_words(now - due)), "late"
    return _("by {moment}").format(moment=moment_words(due, now)), "soon"


def handed_words(handoff: HandoffView, now: datetime) -> str:
    """Return who handed it on to whom, when, and what became of it."""
    to = " ".join(filter(None, (tier_words(handoff.to_tier), handoff.destination or handoff.rota)))
    words = _("{giver}, {before} → {to}, {moment}").format(
        giver=handoff.from_agent or _("the desk"),
        before=tier_words(handoff.from_tier),
        to=to,
        moment=moment_words(handoff.at, now),
    )
    match handoff.state:
        case HandoffState.ACCEPTED:
            more = _("accepted by {name}").format(name=handoff.accepted or _("somebody"))
        case HandoffState.RETURNED:
            more = _("returned: {reason}").format(reason=one_line(handoff.reason)) if handoff.reason else _("returned")
        case _ if handoff.to_agent:
            more = _("{name} is asked").format(name=handoff.to_agent)
        case _:
            more = _("anybody of the tier is asked")
    if handoff.state in OPEN_HANDOFF and handoff.escalations:
        more += ", " + _("nobody accepted it in time")
    return f"{words}; {more}"


def contents_rows(contents: Contents, now: datetime, width: int) -> Iterator[BriefRow]:
    """Yield the rows of what is handed over.

    Args:
        contents: what it is.
        now: the present, in the reader's zone.
        width: cells beside the label.
    """
    yield from _text("asked", _("asked"), contents.asked, width, role="bright")
    yield from _text("reason", _("reason"), contents.reason, width)
    if contents.visit is not None:
        yield BriefRow("visit", _("visit"), ((visit_words(contents.visit, now), "text"),))
    for place, tried in enumerate(contents.tried):
        at = f"{moment_words(tried.at, now)} {tried.who}".rstrip()
        spans: tuple[Span, ...] = ((f"{at}  ", "muted"), (one_line(tried.text), "text"))
        yield BriefRow("tried", _("tried") if not place else "", spans)
    yield from _facts([one for one in contents.facts if not one.out], width)
    for place, promised in enumerate(contents.promised):
        aside = (due_span(promised.due, now, late=promised.due <= now),)
        left: tuple[Span, ...] = ((f"◆ {one_line(promised.text)}", "soon"),)
        yield BriefRow("promised", _("promised") if not place else "", left, aside)
    yield from _text("told", _("told"), contents.told, width)


def _text(block: str, label: str, text: str, width: int, *, role: str = "text") -> Iterator[BriefRow]:
    from widgets.wrapping import wrap  # late: it measures cells

    for place, line in enumerate(line for line in wrap(text, width) if line.strip()):
        yield BriefRow(block, label if not place else "", ((line, role),))  # type: ignore[arg-type]


def _facts(facts: Sequence[Gleaned], width: int) -> Iterator[BriefRow]:
    """Yield what was gleaned, as many sorts in a line as have room."""
    from rich.cells import cell_len

    lines: list[str] = []
    for one in facts:
        words = f"{sort_words(one.sort)} {' '.join(map(one_line, one.values))}"
        if lines and cell_len(lines[-1]) + _PARTED + cell_len(words) <= width:
            lines[-1] += " " * _PARTED + words
        else:
            lines.append(words)
    for place, line in enumerate(lines):
        yield BriefRow("facts", _("facts") if not place else "", ((line, "text"),))


def sort_words(sort: str) -> str:
    """Return what a fact of a thread is."""
    return {
        "order": _("orders"),
        "version": _("version"),
        "amount": _("amount"),
        "code": _("code"),
        "time": _("time"),
        "host": _("host"),
        "address": _("address"),
        "id": _("case"),
    }.get(sort, sort)


def visit_words(visit: Visit, now: datetime) -> str:
    """Return where and when a visit is."""
    where = ", ".join(filter(None, (visit.site, visit.asset)))
    begins, ends = visit.begins.astimezone(now.tzinfo), visit.ends.astimezone(now.tzinfo)
    until = f"{ends:%H:%M}" if begins.date() == ends.date() else moment_words(ends, now)
    return _("{where}, {begins} to {ends}").format(where=where, begins=moment_words(begins, now), ends=until)


def note_text(contents: Contents, to: str, now: datetime) -> str:
    """Return a handoff as the note of it says it: every line that a brief has, none of them cut.

    Args:
        contents: what is handed over.
        to: the receiving tier and team.
        now: the present, in the writer's zone.
    """
    lines = [_("Handed on to {to}.").format(to=to)]
    for row in _parted(list(contents_rows(contents, now, 100))):
        if row.apart or len(lines) == 1:
            lines.append("")
        words = "".join(text for text, _role in row.left)
        aside = "".join(text for text, _role in row.aside)
        lines.append("  ".join(filter(None, (f"{row.label:<{LABEL}}{words}", aside))))
    return "\n".join(lines)
