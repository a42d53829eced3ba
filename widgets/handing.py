"""The screen on which a conversation is handed on, as rows: what goes along, what changes, what is still missing."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.kinds import Tier
from storage.kinds.handoffs import Before, Contents, Gleaned
from widgets.briefs import LABEL, due_span, sort_words
from widgets.language import _, ngettext
from widgets.line import Span, one_line
from widgets.moments import moment_words, span_words
from widgets.queue_row import TIER_ROLES
from widgets.sheet import BLANK, SheetRow
from widgets.text import tier_words


@dataclass(frozen=True, slots=True)
class Changing:
    """What handing on changes.

    Attributes:
        tier, to: where the conversation is, and where it goes.
        assignee: by name; empty for nobody.
        asked: who is asked to accept it; empty for anybody of the tier.
        within: the time in which it is to be accepted.
        customer: who is told; empty for nobody known.
        crossed: how often the border was crossed before.
    """

    tier: Tier
    to: Tier
    assignee: str
    asked: str
    within: timedelta
    customer: str
    crossed: int


def tier_spans(here: Tier, to: Tier) -> tuple[Span, ...]:
    """Return the three tiers, the one that it goes to lit."""
    spans: list[Span] = [(f"{_('to'):<{LABEL}}", "muted")]
    for tier in Tier:
        word = tier_words(tier)
        if tier is to:
            spans.append((f"[{word}]  ", TIER_ROLES[tier]))
        else:
            spans.append((f" {word}   ", "muted" if tier is not here else "text"))
    return tuple(spans)


def along_rows(contents: Contents, out: Collection[str], now: datetime) -> list[SheetRow]:
    """Return what goes along by itself: what was tried, facts of the thread, what is promised.

    Args:
        contents: as it was drawn up.
        out: the sorts of facts that the agent leaves out.
        now: the present, in the reader's zone.
    """
    count = len(contents.tried)
    aside = ngettext("{count} note, in order", "{count} notes, in order", count).format(count=count)
    rows = [_heading(_("tried"), aside if count else _("no notes"))]
    for tried in contents.tried:
        at = f"{moment_words(tried.at, now)} {one_line(tried.who).split(' ')[0]}  "
        rows.append(SheetRow(((at, "muted"), (one_line(tried.text), "text"))))
    rows += [BLANK, _heading(_("facts"), _("from the thread; Space leaves one out"))]
    rows += [_fact_row(one, now, place, out=one.sort in out) for place, one in enumerate(contents.facts)]
    if contents.promised:
        rows += [BLANK, _heading(_("promised"), _("goes along"))]
        for one in contents.promised:
            due = due_span(one.due, now, late=one.due <= now)
            rows.append(SheetRow(((f"◆ {one_line(one.text)}", "soon"),), (due,)))
    return rows


def _fact_row(one: Gleaned, now: datetime, place: int, *, out: bool) -> SheetRow:
    values = " ".join(map(one_line, one.values))
    who = one_line(one.who).split(" ")[0]
    aside = _("left out") if out else f"{who} {moment_words(one.at, now)}".strip() if one.at else who
    left: tuple[Span, ...] = ((f"{sort_words(one.sort):<{LABEL}}", "muted"), (values, "muted" if out else "text"))
    return SheetRow(left, ((aside, "muted"),), target=("fact", place), key=one.sort)


def _heading(word: str, aside: str = "") -> SheetRow:
    return SheetRow(((word, "bright"),), ((aside, "muted"),) if aside else (), heading=True)


def changes_rows(
    changing: Changing, contents: Contents, before: Sequence[Before], *, visit_missing: bool
) -> list[SheetRow]:
    """Return what changes, what was seen before, and what is to be looked at before it goes.

    Args:
        changing: what handing on changes.
        contents: what is handed over, as far as it is typed.
        before: what resembles it.
        visit_missing: whether the tier needs a visit that is not whole yet.
    """
    here, to = tier_words(changing.tier), tier_words(changing.to)
    rows = [
        _row(_("tier"), f"{here} → {to}"),
        _row(_("asked"), changing.asked or _("anybody of the tier")),
        _row(
            _("assignee"),
            _("{name} until it is accepted").format(name=changing.assignee)
            if changing.assignee
            else _("nobody until it is accepted"),
        ),
        BLANK,
        _row(_("accept"), _("{span}, from now on").format(span=span_words(changing.within))),
        _row(
            _("border"),
            ngettext("{here}/{to} crossed {count} time", "{here}/{to} crossed {count} times", changing.crossed).format(
                here=here, to=to, count=changing.crossed
            ),
            "soon" if changing.crossed else "text",
        ),
    ]
    if changing.customer and contents.told.strip():
        rows.append(_row(_("told"), _("{name} gets one message").format(name=one_line(changing.customer))))
    if before:
        rows += [BLANK, _heading(_("seen before"), _("by words"))]
        for one in before:
            cause = ((_("cause known"), "muted"),) if one.solution is not None and one.solution.known else ()
            left: tuple[Span, ...] = ((f"#{one.conversation_id} ", "accent"), (one_line(one.subject), "text"))
            rows.append(SheetRow(left, cause))  # type: ignore[arg-type]
    rows += [BLANK, _heading(_("before it goes"))]
    rows += _checks(contents, visit_missing=visit_missing)
    return rows


def _checks(contents: Contents, *, visit_missing: bool) -> Iterator[SheetRow]:
    stop, look, ok = _("stop"), _("look"), _("ok")
    if contents.asked.strip():
        yield _check(ok, "ok", _("says what is asked"))
    else:
        yield _check(stop, "late", _("says nothing of what is asked"))
    if visit_missing:
        yield _check(stop, "late", _("needs a reason, a place, a window"))
    count = len(contents.tried)
    if count:
        words = ngettext("{count} thing tried", "{count} things tried", count).format(count=count)
        yield _check(ok, "ok", words)
    else:
        yield _check(look, "soon", _("no note says what was tried"))
    if not contents.told.strip():
        yield _check(look, "soon", _("the customer is told nothing"))


def _check(word: str, role: str, words: str) -> SheetRow:
    return SheetRow(((f"{word:<6}", role), (words, "text")))  # type: ignore[arg-type]


def _row(label: str, words: str, role: str = "text") -> SheetRow:
    return SheetRow(((f"{label:<{LABEL}}", "muted"), (words, role)))  # type: ignore[arg-type]
