"""Policies and calendars as rows: a list of both, and the page of the one under the cursor."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from rich.cells import cell_len

from storage.kinds.hour_words import day_text, windows_text
from storage.kinds.hours import ALWAYS_NAME, KeptCalendar
from storage.kinds.policies import KeptPolicy
from storage.kinds.spans import span_text
from widgets.language import _
from widgets.line import Span, one_line
from widgets.moments import moment_words
from widgets.sheet import BLANK, SheetRow
from widgets.terms import calendar_words, conditions_words, metric_words, pauses_words, policy_words
from widgets.wrapping import wrap

_NAME: Final = 18  # cells of a name, at most
_LABEL: Final = 17  # cells of the column that labels stand in: "first response" and air


def term_rows(
    policies: Sequence[KeptPolicy], calendars: Sequence[KeptCalendar], names: Mapping[int, str], now: datetime
) -> list[SheetRow]:
    """Return the policies, each with its targets and its calendar, then the calendars, each with its hours."""
    some = [ALWAYS_NAME, *(one.name for one in policies), *(one.name for one in calendars)]
    wide = min(_NAME, max(cell_len(one_line(name)) for name in some))
    rows = []
    for place, kept in enumerate(policies):
        policy = kept.at(now)
        words = policy_words(policy, names) if policy is not None else _("holds no more, or not yet")
        row = _named(kept.name, words, wide)
        rows.append(SheetRow(row, target=("policy", place)))
    rows += [BLANK, SheetRow(((_("calendars"), "bright"),), heading=True)]
    rows.append(SheetRow(_named(ALWAYS_NAME, _("round the clock, every day"), wide)))
    for place, calendar in enumerate(calendars):
        row = _named(calendar.name, calendar_words(calendar.at(now)), wide)
        rows.append(SheetRow(row, target=("calendar", place)))
    return rows


def policy_rows(kept: KeptPolicy, names: Mapping[int, str], now: datetime, width: int) -> list[SheetRow]:
    """Return what a policy says, part by part, and what it says at other times."""
    rows: list[SheetRow] = []
    policy = kept.at(now)
    if policy is not None:
        for metric, target in policy.targets.items():
            rows += _said(metric_words(metric), span_text(target), width)
        rows += _said(_("calendar"), policy.calendar, width)
        rows += _said(_("for"), conditions_words(policy, names), width)
        rows += _said(_("warns at"), f"{round(policy.warn * 100)}\N{NO-BREAK SPACE}%", width)
        rows += _said(_("grace"), span_text(policy.grace, days=True), width)
        rows += _said(_("pauses"), pauses_words(policy), width)
        if policy.fallback:
            rows += _said("", _("It gives way to policies that are no fallback, metric by metric."), width)
    for one in kept.versions:
        if one is not policy:
            since = moment_words(one.valid_from, now) if one.valid_from else _("the beginning")
            until = moment_words(one.valid_until, now) if one.valid_until else _("ever")
            words = _("from {moment} to {end}").format(moment=since, end=until)
            rows += [BLANK, SheetRow(((words, "muted"),)), *_said("", policy_words(one, names), width)]
    return rows


def calendar_rows(kept: KeptCalendar, now: datetime, width: int, *, is_open: bool) -> list[SheetRow]:
    """Return what a calendar says, part by part, and what it says at other times."""
    calendar = kept.at(now)
    place = "-".join(filter(None, (calendar.country, calendar.region)))
    rows = [
        *_said(_("now"), _("open") if is_open else _("closed"), width),
        *_said(_("zone"), calendar.zone, width),
        *_said(_("hours"), windows_text(calendar.windows) or _("no hours of the week"), width),
        *_said(_("holidays"), place or _("none"), width),
    ]
    for day in calendar.days:
        rows += _said(day.day.isoformat(), day_text(day), width)
    for one in kept.versions:
        if one is not calendar:
            since = moment_words(one.valid_from, now) if one.valid_from else _("the beginning")
            words = _("from {moment} on").format(moment=since)
            rows += [BLANK, SheetRow(((words, "muted"),)), *_said("", calendar_words(one), width)]
    return rows


def _named(name: str, words: str, wide: int) -> tuple[Span, ...]:
    shown = one_line(name)
    return (shown, "bright"), (" " * max(2, wide + 2 - cell_len(shown)), "text"), (one_line(words), "muted")


def _said(label: str, words: str, width: int) -> Iterator[SheetRow]:
    for line in wrap(one_line(words), max(10, width - 2 - _LABEL)):
        yield SheetRow(((label + " " * max(1, _LABEL - cell_len(label)), "muted"), (line, "text")))
        label = ""
