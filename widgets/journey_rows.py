"""Where a customer is in their journey, in rows: stage, milestones, lifecycle, engagement and health, each with why."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from rich.cells import cell_len

from storage.kinds.journey import Engaged, FeatureView, Health, JourneyView, Lifecycle, Measure
from storage.views import ContextView
from widgets.journey import (
    approach_words,
    day_label,
    due_words,
    engaged_words,
    parts_words,
    phase_reason,
    phase_words,
    reason_words,
    series_words,
    stage_words,
    tip_words,
    typology_words,
    unknown_words,
)
from widgets.language import _, ngettext
from widgets.line import Span, one_line
from widgets.look import Role
from widgets.sheet import BLANK, SheetRow
from widgets.wrapping import wrap

SHOWN: Final = frozenset({"stage", "lifecycle", "health", "typology"})
"""Fields of a profile that stand here, with more than the field says."""

_LABEL, _METER = 10, 8  # cells
_BEFORE = 3  # stages that were left
_ROLES: Final[dict[Engaged, Role]] = {
    Engaged.LITTLE: "soon",
    Engaged.UNAWARE: "muted",
    Engaged.FRUSTRATED: "late",
    Engaged.VALUE: "ok",
}
_POOR, _FAIR = 40, 70  # healths from which it is no longer poor, and fair


def journey_rows(view: JourneyView, width: int, today: date, whole: JourneyView | None = None) -> list[SheetRow]:
    """Return the block; nothing that is not known takes room.

    Args:
        view: the journey.
        width: of the column.
        today: in the reader's zone.
        whole: of the organization, where it stands in a column of its own: what follows from it says there why.
    """
    room = width - 2 - _LABEL
    if whole is not None:
        milestones = tuple(one for one in view.milestones if not one.theirs)
        features = tuple(one for one in view.features if one not in whole.features)
        view = replace(view, milestones=milestones, features=features)
    rows = [
        *_stage(view, today, room),
        *_phase(view, room, why=whole is None or view.phase != whole.phase),
        *_health(view, room, why=whole is None or view.health != whole.health),
        *_milestones(view, today, width - 2),
        *_features(view, width - 2),
        *_typology(view, room),
    ]
    if not rows:
        return []
    heading = SheetRow(((_("where they are in the journey"), "bright"),), heading=True)
    return [BLANK, heading, *rows]


def health_role(score: int | None) -> Role:
    """Return how a health is coloured."""
    if score is None:
        return "muted"
    return "late" if score < _POOR else "soon" if score < _FAIR else "ok"


def phase_role(word: Lifecycle | None) -> Role:
    """Return how a lifecycle is coloured."""
    return "muted" if word is None else "soon" if word is Lifecycle.INACTIVE else "text"


def fares_spans(context: ContextView) -> list[tuple[Span, ...]]:
    """Return how a customer fares in a few words each, the most urgent first: for a row that has little room."""
    fares = context.fares
    if fares is None:
        return []
    found: list[tuple[Span, ...]] = []
    if fares.overdue:
        words = ngettext("{count} milestone overdue", "{count} milestones overdue", fares.overdue)
        found.append(((words.format(count=fares.overdue), "late"),))
    if telling(fares.health):
        found.append(((_("health") + " ", "muted"), (str(fares.health.score), health_role(fares.health.score))))
    if fares.phase.word is not None:
        found.append(((phase_words(fares.phase.word), phase_role(fares.phase.word)),))
    return found


def telling(health: Health) -> bool:
    """Say whether a health tells more than that somebody wrote: beside a conversation only that is worth a word."""
    told = {one.measure for one in health.parts if one.score is not None}
    return health.score is not None and not told <= {Measure.CONVERSATIONS, Measure.LIFECYCLE}


def _stage(view: JourneyView, today: date, room: int) -> Iterator[SheetRow]:
    if view.stage:
        place = next((n for n, one in enumerate(view.stages, 1) if one == view.stage), 0)
        where = _("{place} of {count}").format(place=place, count=len(view.stages)) if place else ""
        yield SheetRow((_label(_("stage")), (one_line(stage_words(view.stage)), "text")), ((where, "muted"),))
        if view.stay:
            yield from _below(_("since {day}").format(day=day_label(view.stay.since, today)), room)
    for place, one in enumerate([one for one in view.stays if one.until is not None][:_BEFORE]):
        assert one.until is not None
        left = day_label(one.until, today)
        words = f"{one_line(stage_words(one.name))} › {left}"  # noqa: RUF001 - the sign for from and to
        yield SheetRow((_label(_("before") if not place else ""), (words, "muted")))


def _phase(view: JourneyView, room: int, *, why: bool) -> Iterator[SheetRow]:
    if view.phase.reason == "nothing":
        return
    aside: tuple[Span, ...] = () if why else ((_("as their organization"), "muted"),)
    yield SheetRow((_label(_("cycle")), (phase_words(view.phase.word), phase_role(view.phase.word))), aside)
    if why:
        yield from _below(phase_reason(view.phase), room)


def _health(view: JourneyView, room: int, *, why: bool) -> Iterator[SheetRow]:
    score = view.health.score
    if score is None:
        return
    done = round(score / 100 * _METER)
    role = health_role(score)
    meter: tuple[Span, ...] = (("━" * done, role), ("─" * (_METER - done), "faint"))
    yield SheetRow((_label(_("health")), (f"{score:>3} ", role), *meter))
    if not why:
        return
    yield from _below(parts_words(view.health), room)
    if view.health.unknown:
        yield from _below(unknown_words(view.health), room)


def _milestones(view: JourneyView, today: date, width: int) -> Iterator[SheetRow]:
    """Yield each milestone with when it is due beside its name, or below where both have no room."""
    for one in view.milestones:
        done, late = one.milestone.done is not None, one.milestone.overdue(today)
        when: Span = (due_words(one.milestone, today), "muted" if done else "late" if late else "text")
        name: Role = "muted" if done else "text"
        lines = wrap(one_line(one.milestone.name), width - 2)
        fits = len(lines) == 1 and cell_len(lines[0]) + cell_len(when[0]) + 5 <= width
        for place, line in enumerate(lines):
            yield SheetRow((("· " if not place else "  ", "muted"), (line, name)), (when,) if fits else ())
        if not fits:
            yield SheetRow((("  ", "muted"), when))


def _features(view: JourneyView, width: int) -> Iterator[SheetRow]:
    shown: set[Engaged] = set()
    for one in sorted(view.features, key=_urgency):
        role: Role = _ROLES[one.state] if one.state is not None else "muted"
        name: tuple[Span, ...] = ((one_line(one.feature), "text"), (f"  {series_words(one)}", "muted"))
        yield SheetRow(name, ((engaged_words(one.state), role),))
        if one.reason != "never":  # which the state says
            yield from _wrapped(reason_words(one), width, "  ")
        if one.state is None or one.state is Engaged.VALUE or one.state in shown:
            continue
        shown.add(one.state)
        yield from _wrapped(view.approaches.get(one.state) or approach_words(one.state), width, "› ", "text")  # noqa: RUF001


def _urgency(one: FeatureView) -> tuple[int, str]:
    order = (Engaged.FRUSTRATED, Engaged.LITTLE, Engaged.UNAWARE, Engaged.VALUE, None)
    return order.index(one.state), one.feature


def _typology(view: JourneyView, room: int) -> Iterator[SheetRow]:
    if not view.typology:
        return
    yield SheetRow((_label(_("typology")), (one_line(typology_words(view.typology)), "text")))
    if tip := tip_words(view.typology, view.tip):
        yield from _below(tip, room, "text")


def _below(words: str, room: int, role: Role = "muted") -> Iterator[SheetRow]:
    for line in wrap(one_line(words), room):
        yield SheetRow((_label(""), (line, role)))


def _wrapped(words: str, width: int, lead: str, role: Role = "muted") -> Iterator[SheetRow]:
    for place, line in enumerate(wrap(one_line(words), width - len(lead))):
        yield SheetRow(((lead if not place else " " * len(lead), "muted"), (line, role)))


def _label(word: str) -> Span:
    return f"{word:<{_LABEL}}", "muted"
