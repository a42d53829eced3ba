"""How far an organization is an ideal customer: the weighted share of what is known, and never a guess.

Each criterion is matched, missed or unknown. What is unknown is no miss: it counts neither for nor against. Where
nothing is known there is no share.
"""

import calendar
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar

from storage.kinds.clean import folded
from storage.kinds.ideals import NEGATIVE, Criterion, Fit, Judged, Operator, Outcome
from storage.kinds.profiles import Sort

_T = TypeVar("_T")

SPAN: Final = re.compile(r"([1-9][0-9]{0,3})([dwmy])")
"""How long ago something is: days, weeks, months or years."""

Test = Callable[[str], bool | None]
"""Says whether a value will do; `None` when it is none of its sort."""


def judge(
    criteria: Sequence[Criterion], says: Mapping[str, Sequence[str]], sorts: Mapping[str, Sort], *, today: date
) -> Fit:
    """Return how far what is known of an organization is what is wished.

    Args:
        criteria: the wishes.
        says: what is known by the names of the fields; of some fields several values (its domains, its people's).
        sorts: of the fields; one that is not among them is unknown.
        today: the day, for what is older or newer than a span.
    """
    return Fit(tuple(_judged(one, says.get(one.field, ()), sorts.get(one.field), today) for one in criteria))


def _judged(criterion: Criterion, says: Sequence[str], sort: Sort | None, today: date) -> Judged:
    if sort is None:
        return Judged(criterion, Outcome.UNKNOWN)
    will_do = test(criterion, sort, today)
    met = [(value, done) for value in says if (done := will_do(value)) is not None]
    if not met:
        return Judged(criterion, Outcome.UNKNOWN)
    matched = outcome(criterion, any(done for _value, done in met))
    return Judged(criterion, Outcome.MATCHED if matched else Outcome.MISSED, tuple(value for value, _done in met))


def outcome(criterion: Criterion, met: bool) -> bool:  # noqa: FBT001 - the one thing it is about
    """Say whether a criterion is matched where any of the values that are known meets the test, or none does."""
    return met != (criterion.operator in NEGATIVE)


def test(criterion: Criterion, sort: Sort, today: date) -> Test:
    """Return what says of a value whether it is one of those that a criterion names."""
    match criterion.operator:
        case Operator.KNOWN:
            return lambda value: True if value else None
        case Operator.CONTAINS:
            wanted = folded(criterion.values[0])
            return lambda value: wanted in folded(value)
        case Operator.AT_LEAST:
            least = _number(criterion.values[0])
            return lambda value: _against(_number(value), least, lambda one, other: one >= other)
        case Operator.AT_MOST:
            most = _number(criterion.values[0])
            return lambda value: _against(_number(value), most, lambda one, other: one <= other)
        case Operator.BEFORE | Operator.OLDER:
            before = _day(criterion, today)
            return lambda value: _against(_date(value), before, lambda one, other: one < other)
        case Operator.SINCE | Operator.NEWER:
            since = _day(criterion, today)
            return lambda value: _against(_date(value), since, lambda one, other: one >= other)
        case _ if sort is Sort.NUMBER:
            numbers = {_number(value) for value in criterion.values}
            return lambda value: None if (one := _number(value)) is None else one in numbers
        case _:
            words = set(map(folded, criterion.values))
            return lambda value: folded(value) in words


def _against(one: _T | None, other: _T | None, holds: Callable[[_T, _T], bool]) -> bool | None:
    return None if one is None or other is None else holds(one, other)


def _number(text: str) -> Decimal | None:
    try:
        made = Decimal(text)
    except InvalidOperation:
        return None
    return made if made.is_finite() else None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _day(criterion: Criterion, today: date) -> date | None:
    text = criterion.values[0]
    return ago(text, today) if criterion.operator in {Operator.OLDER, Operator.NEWER} else _date(text)


def ago(span: str, today: date) -> date | None:
    """Return the day so long ago; `None` for what is no span. A month ago is the same day, or that month's last."""
    said = SPAN.fullmatch(span)
    if said is None:
        return None
    count, unit = int(said[1]), said[2]
    try:
        if unit in "dw":
            return today - timedelta(days=count * (7 if unit == "w" else 1))
        months = today.year * 12 + today.month - 1 - count * (12 if unit == "y" else 1)
        year, month = divmod(months, 12)
        return today.replace(year=year, month=month + 1, day=min(today.day, calendar.monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError, calendar.IllegalMonthError):
        return date.min
