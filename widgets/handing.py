"""The screen on which a conversation is handed on, as rows: what goes along, what changes, what is still missing."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from storage.kinds import Tier
from storage.kinds.clocks import ClockView
from storage.kinds.handoffs import Askable, Before, Contents, Gleaned
from storage.kinds.policies import Metric
from storage.kinds.promises import Commitment
from widgets.briefs import LABEL, due_span, sort_words
from widgets.language import _, ngettext
from widgets.line import Span, one_line
from widgets.look import Role
from widgets.moments import moment_words, span_words
from widgets.queue_row import TIER_ROLES
from widgets.sheet import BLANK, SheetRow
from widgets.text import tier_words
from widgets.urgency import late_words

PROMISE: Final = "promise"
"""Begins the key of a row that could be promised."""


@dataclass(frozen=True, slots=True)
class Changing:
    """What handing on changes.

    Attributes:
        tier, to: where the conversation is, and where it goes.
        assignee: by name; empty for nobody.
        clocks: those that will run then, that of its being accepted among them where a policy has one.
        by_default: until when it is to be accepted where no policy says so.
        customer: who is told; empty for nobody known.
        crossed: how often the border was crossed before.
    """

    tier: Tier
    to: Tier
    assignee: str
    clocks: tuple[ClockView, ...]
    by_default: datetime
    customer: str
    crossed: int

    @property
    def accept(self) -> tuple[datetime, str]:
        """Until when it is to be accepted, and by which policy; an empty word where none says so."""
        for one in self.clocks:
            if one.metric is Metric.ACCEPTANCE and one.due_at is not None:
                return one.due_at, one.policy
        return self.by_default, ""


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


@dataclass(frozen=True, slots=True)
class Asking:
    """Who is asked to accept it.

    Attributes:
        name: of the agent; empty for anybody of the tier.
        words: what is to be known of that: until when they are on call, that they are away.
        role: how those words are drawn.
    """

    name: str = ""
    words: str = ""
    role: Role = "muted"


def busy_words(one: Askable) -> str:
    """Return why whoever can be asked may not answer at once; empty where nothing says so."""
    said = ((_("away"), one.away), (_("has as much as they may"), one.full), (_("not at work now"), one.closed))
    return ", ".join(words for words, holds in said if holds)


def asked_spans(asking: Asking, changing: Changing, now: datetime, *, low: bool, beside: bool) -> tuple[Span, ...]:
    """Return who is asked, and until when they are to accept.

    Args:
        asking: who is asked.
        changing: what handing on changes.
        now: the present, in the reader's zone.
        low: whether there is room for little: of whoever is asked stands only what may keep them from it.
        beside: whether what changes stands beside, with the deadline.
    """
    due, _policy = changing.accept
    who = _("{name} is asked").format(name=one_line(asking.name)) if asking.name else _("anybody of the tier is asked")
    told = asking.words and not (low and asking.role == "muted")
    more: tuple[Span, ...] = ((f", {asking.words}", asking.role),) if told else ()
    accept = _("accept by {moment}").format(moment=moment_words(due, now))
    return ((who, "text"), *more, *(() if beside else ((f"  {accept}", "muted"),)))


def along_rows(
    contents: Contents,
    out: Collection[str],
    now: datetime,
    *,
    said: Sequence[Commitment] = (),
    taken: Collection[str],
    low: bool = False,
) -> list[SheetRow]:
    """Return what goes along by itself: what was tried, facts of the thread, what is promised.

    Args:
        contents: as it was drawn up.
        out: the sorts of facts that the agent leaves out.
        now: the present, in the reader's zone.
        said: the promises that are found in what the customer is told.
        taken: the words of those that are written down with it.
        low: whether there is room for little: what is owed stands above the rest, which may be below the foot.
    """
    count = len(contents.tried)
    aside = ngettext("{count} note, in order", "{count} notes, in order", count).format(count=count)
    tried = [_heading(_("tried"), aside if count else _("no notes"))]
    for one in contents.tried:
        at = f"{moment_words(one.at, now)} {one_line(one.who).split(' ')[0]}  "
        tried.append(SheetRow(((at, "muted"), (one_line(one.text), "text"))))
    facts = [_heading(_("facts"), _("from the thread; Space leaves one out"))]
    facts += [_fact_row(one, now, place, out=one.sort in out) for place, one in enumerate(contents.facts)]
    promised = []
    if contents.promised or said:
        promised.append(_heading(_("promised"), _("Space promises it") if said else _("goes along")))
        for promise in contents.promised:
            due = due_span(promise.due, now, late=promise.due <= now)
            promised.append(SheetRow((("◆ ", "soon"), (one_line(promise.text), "soon")), (due,)))
        promised += [_said_row(one, now, place, taken=one.text in taken) for place, one in enumerate(said)]
    blocks = filter(None, (promised, tried, facts) if low else (tried, facts, promised))
    return [row for place, block in enumerate(blocks) for row in ([BLANK, *block] if place else block)]


def _said_row(one: Commitment, now: datetime, place: int, *, taken: bool) -> SheetRow:
    word: Span = (_("is promised"), "ok") if taken else (_("not promised yet"), "muted")
    sign: Span = ("◆ ", "soon") if taken else ("  ", "muted")
    due = due_span(one.due, now, late=one.due <= now)
    left = (sign, (one_line(one.text), "soon" if taken else "text"))
    return SheetRow(left, (word, (" ", "muted"), due), target=("fact", -1 - place), key=(PROMISE, one.text))  # type: ignore[arg-type]


def _fact_row(one: Gleaned, now: datetime, place: int, *, out: bool) -> SheetRow:
    values = " ".join(map(one_line, one.values))
    who = one_line(one.who).split(" ")[0]
    aside = _("left out") if out else f"{who} {moment_words(one.at, now)}".strip() if one.at else who
    left: tuple[Span, ...] = ((f"{sort_words(one.sort):<{LABEL}}", "muted"), (values, "muted" if out else "text"))
    return SheetRow(left, ((aside, "muted"),), target=("fact", place), key=one.sort)


def _heading(word: str, aside: str = "") -> SheetRow:
    return SheetRow(((word, "bright"),), ((aside, "muted"),) if aside else (), heading=True)


def changes_rows(
    changing: Changing,
    contents: Contents,
    before: Sequence[Before],
    now: datetime,
    *,
    asking: Asking,
    visit_missing: bool,
    unpromised: int = 0,
) -> list[SheetRow]:
    """Return what changes, what was seen before, and what is to be looked at before it goes.

    Args:
        changing: what handing on changes.
        contents: what is handed over, as far as it is typed.
        before: what resembles it.
        now: the present, in the reader's zone.
        asking: who is asked to accept it.
        visit_missing: whether the tier needs a visit that is not whole yet.
        unpromised: how much of what the customer is told could be promised and is not.
    """
    here, to = tier_words(changing.tier), tier_words(changing.to)
    rows = [
        _row(_("tier"), f"{here} → {to}"),
        _row(_("asked"), one_line(asking.name) or _("anybody of the tier")),
        *([_row("", asking.words, asking.role)] if asking.words else []),
        _row(
            _("assignee"),
            _("{name} until it is accepted").format(name=changing.assignee)
            if changing.assignee
            else _("nobody until it is accepted"),
        ),
        BLANK,
        *_clock_rows(changing, now),
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
    rows += _checks(contents, visit_missing=visit_missing, unpromised=unpromised)
    return rows


def _clock_rows(changing: Changing, now: datetime) -> Iterator[SheetRow]:
    """Yield until when it is to be accepted, by which policy, and what runs on."""
    due, policy = changing.accept
    yield _due_row(_("accept"), due, now)
    yield _row(
        "", _("by the policy {policy}").format(policy=policy) if policy else _("where no policy says so"), "muted"
    )
    labels = {Metric.FIRST_RESPONSE: _("answer"), Metric.NEXT_RESPONSE: _("answer"), Metric.RESOLUTION: _("resolve")}
    for one in changing.clocks:
        if one.metric in labels and one.due_at is not None:
            yield _due_row(labels[one.metric], one.due_at, now)


def _due_row(label: str, due: datetime, now: datetime) -> SheetRow:
    if due <= now:
        return _row(label, late_words(now - due), "late")
    words = _("{span}, by {moment}").format(span=span_words(due - now), moment=moment_words(due, now))
    return _row(label, words)


def _checks(contents: Contents, *, visit_missing: bool, unpromised: int) -> Iterator[SheetRow]:
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
    if unpromised:
        yield _check(look, "soon", _("told a time: Space promises it"))


def _check(word: str, role: str, words: str) -> SheetRow:
    return SheetRow(((f"{word:<6}", role), (words, "text")))  # type: ignore[arg-type]


def _row(label: str, words: str, role: str = "text") -> SheetRow:
    return SheetRow(((f"{label:<{LABEL}}", "muted"), (words, role)))  # type: ignore[arg-type]
