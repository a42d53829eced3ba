"""How far an organization is what the desk wishes, in words and rows: what matches, what misses, what is unknown."""

from collections.abc import Iterator, Sequence
from typing import Final

from storage.kinds.ideals import Criterion, FitView, Icp, Judged, Operator, Outcome, Tally
from widgets.known import field_words
from widgets.language import _
from widgets.line import Span, one_line
from widgets.look import Role
from widgets.marked import marked
from widgets.sheet import BLANK, SheetRow
from widgets.wrapping import wrap

_LABEL: Final = 10  # cells of the column that labels stand in (LOOK §4)
_WEIGHT: Final = 6  # cells of a weight, and the gap before it
_NAME: Final = 18
_SAID: Final = 3  # values of a field that are told: of many domains, many people
OF_PEOPLE: Final = "person."
"""What stands before a field of an organization's people."""


def percent_words(percent: int | None) -> str:
    """Return a share; unknown where nothing is known, which is no 0 %."""
    return _("unknown") if percent is None else f"{percent}\N{NO-BREAK SPACE}%"


def fit_role(view: FitView) -> Role:
    """Return the role in which a fit is told: the words say it, too."""
    return "muted" if view.fits is None else "ok" if view.fits else "text"


def fit_spans(view: FitView) -> tuple[Span, ...]:
    """Return the share, and of which definition it is."""
    return (percent_words(view.fit.percent), fit_role(view)), (f" {one_line(view.name)}", "muted")


def criterion_field(name: str) -> str:
    """Return what a criterion's field is called."""
    words = {"domain": _("domain"), "parent": _("part of"), "people": _("people"), "name": _("name")}
    if name.startswith(OF_PEOPLE):
        own = name.removeprefix(OF_PEOPLE)
        return _("{field} of people").format(field=words.get(own) or field_words(own))
    return words.get(name) or field_words(name)


def operator_words(operator: Operator) -> str:
    """Return how a criterion compares."""
    return {
        Operator.IS: _("is"),
        Operator.IS_NOT: _("is not"),
        Operator.ONE_OF: _("is one of"),
        Operator.NONE_OF: _("is none of"),
        Operator.CONTAINS: _("contains"),
        Operator.AT_LEAST: _("at least"),
        Operator.AT_MOST: _("at most"),
        Operator.BEFORE: _("before the day"),
        Operator.SINCE: _("from the day"),
        Operator.OLDER: _("longer ago than"),
        Operator.NEWER: _("not as long ago as"),
        Operator.KNOWN: _("is known"),
    }[operator]


def wish_words(criterion: Criterion) -> str:
    """Return what a criterion wishes of its field."""
    return one_line(f"{operator_words(criterion.operator)} {', '.join(criterion.values)}".strip())


def outcome_words(outcome: Outcome) -> str:
    """Return how a criterion came out."""
    return {Outcome.MATCHED: _("match"), Outcome.MISSED: _("miss"), Outcome.UNKNOWN: _("unknown")}[outcome]


_ROLES: Final[dict[Outcome, Role]] = {Outcome.MATCHED: "ok", Outcome.MISSED: "soon", Outcome.UNKNOWN: "muted"}


def fit_rows(views: Sequence[FitView], width: int) -> Iterator[SheetRow]:
    """Yield how far an organization fits: the best definition criterion by criterion, the others a row each."""
    if not views:
        return
    first = views[0]
    yield BLANK
    yield SheetRow(((_("fit"), "bright"),), fit_spans(first), heading=True)
    for outcome in Outcome:
        for one in first.fit.those(outcome):
            yield from _criterion(one, width)
    for view in views[1:]:
        lead: Span = (_("also").ljust(_LABEL), "muted")
        yield SheetRow((lead, (one_line(view.name), "text")), fit_spans(view)[:1])


def _criterion(one: Judged, width: int) -> Iterator[SheetRow]:
    criterion = one.criterion
    words = one_line(criterion_field(criterion.field))
    if one.outcome is Outcome.UNKNOWN:
        words += "" if criterion.operator is Operator.KNOWN else f" {wish_words(criterion)}"
    else:
        more = len(one.says) - _SAID
        words += f": {one_line(', '.join(one.says[:_SAID]))}" + (f" +{more}" if more > 0 else "")
        words += f" ({wish_words(criterion)})" if one.outcome is Outcome.MISSED else ""
    lead: Span = (f"{outcome_words(one.outcome):<{_LABEL}}", _ROLES[one.outcome])
    aside: tuple[Span, ...] = ((str(criterion.weight), "muted"),)
    for line in wrap(words, width - 2 - _LABEL - _WEIGHT):
        yield SheetRow((lead, (line, "muted" if one.outcome is Outcome.UNKNOWN else "text")), aside)
        lead, aside = (" " * _LABEL, "muted"), ()


def judged_rows(view: FitView | None, width: int) -> list[SheetRow]:
    """Return what of an organization matches a definition, misses it and is unknown; nothing where none is meant."""
    if view is None:
        return []
    rows: list[SheetRow] = []
    for outcome in Outcome:
        those = view.fit.those(outcome)
        if not those:
            continue
        weight: Span = (str(sum(one.criterion.weight for one in those)), "muted")
        rows += [*([BLANK] if rows else []), SheetRow(((_heading(outcome), "bright"),), (weight,), heading=True)]
        for one in those:
            rows += _criterion(one, width)
    return rows


def _heading(outcome: Outcome) -> str:
    return {Outcome.MATCHED: _("matches"), Outcome.MISSED: _("misses"), Outcome.UNKNOWN: _("unknown")}[outcome]


def tally_words(tally: Tally) -> str:
    """Return how many organizations fit, do not, and of how many nothing is known."""
    return _("{fits} fit, {poor} do not, {unknown} unknown").format(
        fits=f"{tally.fits:,}", poor=f"{tally.poor:,}", unknown=f"{tally.unknown:,}"
    )


def ideal_rows(icp: Icp, width: int) -> list[SheetRow]:
    """Return a definition: its criteria with their weights, from which share on it is met, and its notes."""
    whole = sum(one.weight for one in icp.criteria)
    rows = [
        SheetRow(
            (
                (f"{one.weight:>5}  ", "bright"),
                (f"{one_line(criterion_field(one.field)):<{_NAME}} ", "text"),
                (wish_words(one), "text"),
            ),
            ((f"{100 * one.weight // whole}\N{NO-BREAK SPACE}%", "muted"),),
            target=("criterion", place),
        )
        for place, one in enumerate(icp.criteria)
    ]
    if not rows:
        words = _("No criterion yet: a adds one, such as 25 industry is freight.")
        rows = [SheetRow(((line, "muted"),)) for line in wrap(words, width - 2)]
    good = _("an organization fits from {percent} of what is known").format(percent=percent_words(icp.good))
    rows += [BLANK, *(SheetRow(((line, "muted"),)) for line in wrap(good, width - 2))]
    if icp.notes:
        rows += [BLANK, SheetRow(((_("notes"), "bright"),), heading=True)]
        rows += [SheetRow(line) for line in marked(icp.notes, width - 2)]
    return rows


def tally_rows(tally: Tally, icp: Icp, *, leads: bool = False) -> list[SheetRow]:
    """Return the organizations that fit a definition best.

    Args:
        tally: of the definition.
        icp: the definition.
        leads: whether the cursor goes through them.
    """
    if not tally.best:
        return [SheetRow(((_("Nothing is known of any organization yet."), "muted"),))]
    more = tally.fits + tally.poor - len(tally.best)
    rows = [
        SheetRow(
            (
                (f"{percent_words(one.percent):>6}  ", "ok" if one.percent >= icp.good else "muted"),
                (one_line(one.called) or f"#{one.organization_id}", "text" if one.percent >= icp.good else "muted"),
            ),
            target=("organization", one.organization_id) if leads else None,
        )
        for one in tally.best
    ]
    if more > 0:
        rows.append(SheetRow(((_("and {count} more").format(count=f"{more:,}"), "muted"),)))
    return rows
