"""A report as a table of plain text (CSV, RFC 4180): a row for each figure, with its n and what was left out of it."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta, tzinfo
from pathlib import Path
from typing import Final

from storage.kinds.reports import Border, Figure, LeftOut, Report, Unit

COLUMNS: Final = ("metric", "of", "value", "unit", "n", "left_out", "since", "until")
_RUNS: Final = ("=", "+", "-", "@", "\t")  # a spreadsheet takes what begins so for a formula

Row = tuple[str, str, float | None, Unit, int, Sequence[tuple[str, int]]]


def table(report: Report, zone: tzinfo | None) -> str:
    """Return a report as CSV, its columns named in the first row; the same in every language.

    Args:
        report: all of it.
        zone: in which its days begin; `since` and `until` are its first and its last one.
    """
    since, last = (one.astimezone(zone) for one in (report.asked.since, report.asked.until - timedelta(seconds=1)))
    period = f"{since:%Y-%m-%d}", f"{last:%Y-%m-%d}"
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    for metric, of, value, unit, n, left_out in _rows(report):
        without = " ".join(f"{why}={count}" for why, count in left_out if count)
        writer.writerow((metric, _plain(of), "" if value is None else value, unit, n, without, *period))
    return written.getvalue()


def save_table(report: Report, zone: tzinfo | None, place: Path) -> Path:
    """Save a report as CSV, whole or not at all and over nothing, and return where.

    Args:
        report, zone: as of `table`.
        place: a file, or a folder that is there: the report is then called by its days.

    Raises:
        NotSaved: it could not be; nothing is left behind.
    """
    from console.files.names import safe_name
    from console.files.saving import save_written

    content = table(report, zone).encode()
    place = place.expanduser()
    folder, name = (place, "") if place.is_dir() else (place.parent, place.name)
    called = f"report-{report.asked.since.astimezone(zone):%Y-%m-%d}.csv"
    return save_written(lambda opened: opened.write(content), safe_name(name or called), folder, size=len(content))


def _rows(report: Report) -> Iterator[Row]:
    of = report.asked.query or (report.asked.tier or "")
    counted = report.began - sum(count for _why, count in report.left_out)
    yield "conversations", of, report.began, Unit.COUNT, counted, report.left_out
    for figure in report.figures:
        yield from _figure(figure, of)
    for kept in report.clocks:
        left_out = (("running", kept.running), ("dropped", kept.dropped))
        yield f"clock_{kept.metric}", of, kept.share, Unit.SHARE, kept.met + kept.breached, left_out
    for border in report.borders:
        yield from _border(border)


def _figure(figure: Figure, of: str) -> Iterator[Row]:
    yield figure.measure, of, figure.value, figure.unit, figure.n, figure.left_out
    if figure.unit is not Unit.SHARE:
        for name, value in (("p50", figure.p50), ("p90", figure.p90)):
            yield f"{figure.measure}_{name}", of, value, figure.unit, figure.n, figure.left_out


def _border(one: Border) -> Iterator[Row]:
    of = f"{one.from_tier}>{one.to_tier}"
    left = Counter(dict(one.acceptance.left_out))
    back = ((LeftOut.TAKEN_BACK, left[LeftOut.TAKEN_BACK]),)
    counts = {
        "transfers": one.transfers,
        "accepted": one.accepted,
        "handed_back": one.handed_back,
        "returned": one.returned,
        "open": one.open,
        "escalated": one.escalated,
        "bounces": one.bounces,
    }
    for name, count in counts.items():
        yield name, of, count, Unit.COUNT, one.transfers, back
    unanswered = ((LeftOut.OPEN, left[LeftOut.OPEN]), *back)
    yield "misrouted", of, one.misrouted, Unit.SHARE, one.accepted + one.returned, unanswered
    yield from _figure(one.acceptance, of)


def _plain(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: a query may begin with a minus."""
    return f"'{text}" if text.startswith(_RUNS) else text
