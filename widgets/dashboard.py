"""The panels of a dashboard as rows: figures, heat, small multiples and meters, each with its n; one column or two."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Final

from rich.cells import cell_len

from storage.kinds import Tier
from storage.kinds.dashboard import DAYS, DayResponse, Figures, Growing, OpenDays, Panels, figure_text
from storage.kinds.quoting import in_quotes
from storage.kinds.reports import Border, Figure, Kept, Measure, Unit
from widgets.board import BoardRow, Piece, Row, Spot, heading
from widgets.language import _, ngettext
from widgets.look import Role
from widgets.moments import month_words, span_words
from widgets.report import left_out_words, metric_words, share_words, value_words

TWO_COLUMNS: Final = 110
"""Columns of a window from which panels stand side by side."""

_EIGHTHS: Final = " ▁▂▃▄▅▆▇█"
_SHADES: Final = "░▒▓█"
_HEAT: Final[tuple[Role, ...]] = ("heat1", "heat2", "heat3", "heat4")
_LABEL: Final = 5
_PLOT: Final = 7  # rows of a plot of days
_TIERS: Final[dict[Tier, Role]] = {Tier.N1: "n1", Tier.N2: "n2", Tier.N3: "n3"}
_LONG, _WEEK = 14, 7  # days that are shown two cells wide; days between the marks of the axis


@dataclass(frozen=True, slots=True)
class Shown:
    """What is drawn.

    Attributes:
        panels, figures: as far as they are read.
        first, last: the days of the period.
        today: the reader's.
        history: whether what came before mailboxes were live is in it.
        query: what it is of; empty for all.
        shades: heat is drawn as signs that differ, not as colours.
        on: what the cursor is on.
    """

    panels: Panels | None
    figures: Figures | None
    first: date
    last: date
    today: date
    history: bool = False
    query: str = ""
    shades: bool = False
    on: Spot | None = None

    def spot(self, behind: str, words: str = "", panel: str = "", *, days: tuple[date, date] | None = None) -> Spot:
        """Return a spot with what is behind a figure of the period."""
        first, last = days or (self.first, self.last)
        return self.of(figure_text(behind, first, last, history=self.history), words, panel)

    def of(self, query: str, words: str = "", panel: str = "") -> Spot:
        """Return a spot with a query, narrowed as all is."""
        return Spot(f"{query} {self.query}".rstrip(), words, panel)

    def heading(self, panel: str, width: int, title: str, aside: str) -> BoardRow:
        """Return a panel's heading, which speaks of what the cursor is on there."""
        lit = self.on is not None and self.on.panel == panel and bool(self.on.words)
        return heading(width, title, self.on.words if self.on is not None and lit else aside, lit=lit)


Panel = list[BoardRow]


def board(shown: Shown, width: int, height: int = 0) -> list[BoardRow]:
    """Return all rows of a dashboard in a window; the most important panels stand first.

    Args:
        shown: what is drawn.
        width: of the window; from `TWO_COLUMNS` on panels stand side by side.
        height: rows that there is room for, which the plot of days and the wall then use.
    """
    blank = Row(width).done()
    top = _figures(shown, width)
    if width < TWO_COLUMNS:
        panels = (_tiers(shown, width), _days(shown, width), _heat(shown, width), _growing(shown, width))
        more = (_clocks(shown, width), _promises(shown, width), _handed(shown, width))
        return [*top, *(row for panel in (*panels, *more) if panel for row in (blank, *panel))]
    left = wall_of(width) - 1
    right = width - left - 1
    room = height - len(top) - 1
    heat, grown = _heat(shown, left), _growing(shown, left)
    spare = room - len(heat) - len(grown) - 2 - _PLOT - 2  # its heading and its axis
    first = _stacked([heat, _days(shown, left, _PLOT + min(max(0, spare), _PLOT)), grown], left)
    second = _stacked(
        [_tiers(shown, right), _clocks(shown, right), _promises(shown, right), _handed(shown, right)], right
    )
    return [*top, blank, *_beside(first, second, left, right, room)]


def wall_of(width: int) -> int:
    """Return the first column of the panels to the right; 0 where none stand there."""
    return width * 51 // 100 + 1 if width >= TWO_COLUMNS else 0


def _stacked(panels: Iterable[Panel], width: int) -> list[tuple[bool, BoardRow]]:
    """Return panels under one another, a blank row between; each row says whether it is a heading."""
    rows: list[tuple[bool, BoardRow]] = []
    for panel in panels:
        if panel and rows:
            rows.append((False, Row(width).done()))
        rows += [(not place, row) for place, row in enumerate(panel)]
    return rows


def _beside(
    first: Sequence[tuple[bool, BoardRow]], second: Sequence[tuple[bool, BoardRow]], left: int, right: int, room: int
) -> Iterator[BoardRow]:
    """Yield two columns with a wall between, which headings meet."""
    empty = ((False, Row(left).done()), (False, Row(right).done()))
    for y in range(max(len(first), len(second), room)):
        (heads, one), (meets, other) = (
            rows[y] if y < len(rows) else none for rows, none in zip((first, second), empty, strict=True)
        )
        sign = "┬" if not y else {(True, True): "┼", (True, False): "┤", (False, True): "├"}.get((heads, meets), "│")
        yield (*one, Piece(sign, "rule", signs=True), *other)


# ---------------------------------------------------------------------------------------------- the row of figures


def _figures(shown: Shown, width: int) -> Panel:
    """Return the figures, six beside one another or three."""
    told = [
        _response(shown, Measure.FIRST_RESPONSE, _("first response")),
        _response(shown, Measure.ANY_RESPONSE, _("any response")),
        _solved(shown),
        _contacts(shown),
        _waiting(shown),
        _left_out(shown),
    ]
    beside = 6 if width >= TWO_COLUMNS else 3
    each = (width - 1) // beside
    rows: Panel = []
    for begin in range(0, 6, beside):
        if begin:
            rows.append(Row(width).done())
        for line in range(3):
            row = Row(width).to(1)
            for place, lines in enumerate(told[begin : begin + beside]):
                row.to(1 + place * each)
                for text, role, spot in lines[line]:
                    room = 1 + (place + 1) * each - 1 - row.column
                    row.put(text, role, spot, width=min(room, cell_len(text))) if room > 0 and text else row
            rows.append(row.done())
    return rows


Bits = list[tuple[str, Role, Spot | None]]


def _found(shown: Shown, measure: Measure, *, before: bool = False) -> Figure | None:
    figures = shown.figures
    if figures is None:
        return None
    told = figures.before if before else figures.report.figures
    return next((one for one in told if one.measure is measure and one.n), None)


def _no(title: str, shown: Shown) -> list[Bits]:
    none = "–"  # noqa: RUF001 - a dash for what there is not
    return [
        [(title, "muted", None)],
        [(none, "bright", None)],
        [("n 0" if shown.figures else _("reading"), "muted", None)],
    ]


def _response(shown: Shown, measure: Measure, title: str) -> list[Bits]:
    one, before = _found(shown, measure), _found(shown, measure, before=True)
    if one is None or one.p50 is None or one.p90 is None:
        return _no(title, shown)
    spot = shown.spot("answered")
    change: Bits = []
    if before is not None and before.p50 is not None:
        by = timedelta(seconds=abs(one.p50 - before.p50))
        if by < timedelta(minutes=1):
            change = [(_("same"), "muted", None)]
        elif one.p50 < before.p50:
            change = [(_("{span} faster").format(span=span_words(by)), "ok", None)]
        else:
            change = [(_("{span} slower").format(span=span_words(by)), "soon", None)]
    half, most = (value_words(value, Unit.SECONDS) for value in (one.p50, one.p90))
    return [
        [(title, "muted", None)],
        [(half, "bright", spot), (" p50", "muted", None), (f"  p90 {most}", "text", None)],
        [(f"n {one.n:,}  ", "muted", None), *change],
    ]


def _solved(shown: Shown) -> list[Bits]:
    one, before = _found(shown, Measure.SOLVED), _found(shown, Measure.SOLVED, before=True)
    if one is None or one.value is None:
        return _no(_("solved"), shown)
    change: Bits = [("", "muted", None)]
    if before is not None and before.value is not None:
        points = round(one.value * 100) - round(before.value * 100)
        words = ngettext("{count} point", "{count} points", abs(points)).format(count=abs(points))
        if not points:
            change = [(_("same"), "muted", None)]
        elif points > 0:
            change = [(_("{points} up").format(points=words), "ok", None)]
        else:
            change = [(_("{points} down").format(points=words), "soon", None)]
    solved = round(one.value * one.n)
    of = _("{solved} of {n}").format(solved=f"{solved:,}", n=f"{one.n:,}")
    return [
        [(_("solved"), "muted", None)],
        [
            (share_words(one.value), "bright", shown.spot("solved")),
            ("  ", "text", None),
            (of, "text", shown.spot("counted")),
        ],
        change,
    ]


def _contacts(shown: Shown) -> list[Bits]:
    title = _("contacts to solve")
    one, before = _found(shown, Measure.CONTACTS), _found(shown, Measure.CONTACTS, before=True)
    if one is None or one.value is None:
        return _no(title, shown)
    change: Bits = []
    if before is not None and before.value is not None:
        by = round(one.value, 1) - round(before.value, 1)
        if abs(by) < 0.05:
            change = [(_("same"), "muted", None)]
        elif by < 0:
            change = [(_("{count} fewer").format(count=f"{-by:.1f}"), "ok", None)]
        else:
            change = [(_("{count} more").format(count=f"{by:.1f}"), "soon", None)]
    return [
        [(title, "muted", None)],
        [(f"{one.value:.1f}", "bright", shown.spot("solved")), ("  " + _("mean"), "text", None)],
        [(f"n {one.n:,}  ", "muted", None), *change],
    ]


def _waiting(shown: Shown) -> list[Bits]:
    if shown.panels is None:
        return _no(_("waiting now"), shown)
    now = shown.panels.standing
    late = _("{count} late").format(count=f"{now.late:,}")
    theirs = _("{count} for customers").format(count=f"{now.for_customers:,}")
    return [
        [(_("waiting now"), "muted", None)],
        [
            (f"{now.waiting:,}", "bright", shown.of("is:open")),
            ("  ", "text", None),
            (late if now.late else "", "late", shown.of("is:open sla:late") if now.late else None),
        ],
        [(theirs, "muted", shown.of("is:waiting") if now.for_customers else None)],
    ]


def _left_out(shown: Shown) -> list[Bits]:
    title = _("left out")
    if shown.figures is None:
        return _no(title, shown)
    told = sorted(shown.figures.report.left_out, key=lambda one: -one[1])
    count = sum(count for _why, count in told)
    spot = shown.spot("left_out") if count else None
    of = _("of {count} begun").format(count=f"{shown.figures.report.began:,}")
    return [
        [(title, "muted", None)],
        [(f"{count:,}", "bright", spot), (f"  {of}", "text", None)],
        [(left_out_words(told[:2]), "muted", None)],
    ]


# ---------------------------------------------------------------------------------------------- incoming


def _heat(shown: Shown, width: int) -> Panel:
    title = _("incoming by weekday and hour")
    if shown.panels is None:
        return [shown.heading("heat", width, title, _("reading"))]
    told = shown.panels.heat
    rows = [shown.heading("heat", width, title, f"n {told.n:,}")]
    cell = max(1, (width - _LABEL - 7) // 24)
    most = max(map(max, told.cells))
    steps = sorted({1, *(max(1, ceil(most * share / 4)) for share in (1, 2, 3))})
    for day, counts in enumerate(told.cells):
        name = _weekdays()[day]
        row = Row(width).to(1).put(name, "text" if day < 5 else "muted", width=_LABEL - 1)
        for hour, count in enumerate(counts):
            if not count:
                row.signs("·" * cell, "faint")
                continue
            level = sum(count >= step for step in steps) - 1 + 4 - len(steps)
            words = _("{day} {hour}:00: {count} of {all}").format(
                day=name, hour=f"{hour:02}", count=f"{count:,}", all=f"{told.n:,}"
            )
            spot = shown.spot(f"incoming-{DAYS[day]}-{hour}", words, "heat")
            mark = str(count).rjust(cell) if len(str(count)) <= cell else "+" * cell
            row.signs((_SHADES[level] if shown.shades else "█") * cell, _HEAT[level], spot, marked=mark)
        total = sum(counts)
        row.ends(f"{total:,}", "muted", shown.spot(f"incoming-{DAYS[day]}") if total else None)
        rows.append(row.done())
    axis = Row(width)
    for hour in range(0, 24, 3):
        axis.to(_LABEL + hour * cell).put(str(hour), "muted")
    rows.append(axis.ends(_("total"), "muted").done())
    scale = Row(width).to(_LABEL).put(_("a cell") + " ", "muted")
    for place, step in enumerate(steps):
        level = place + 4 - len(steps)
        scale.signs((_SHADES[level] if shown.shades else "█") * 2, _HEAT[level])
        scale.put(f" {step}{'+' if place == len(steps) - 1 else ''}  ", "muted")
    if told.peak is not None:
        day, hour = told.peak
        scale.ends(
            _("peak {day} {hour}:00, {count}").format(day=_weekdays()[day], hour=f"{hour:02}", count=f"{most:,}")
        )
    rows.append(scale.done())
    return rows


def _weekdays() -> tuple[str, ...]:
    return (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))


# ---------------------------------------------------------------------------------------------- open by tier


def _tiers(shown: Shown, width: int) -> Panel:
    title = _("open by tier")
    if shown.panels is None:
        return [shown.heading("tiers", width, title, _("reading"))]
    days = max((len(one.counts) for one in shown.panels.tiers), default=0)
    aside = ngettext("{count} day, at its end", "{count} days, at their end", days).format(count=f"{days:,}")
    rows = [shown.heading("tiers", width, title, aside)]
    for place, one in enumerate(shown.panels.tiers):
        if place:
            rows.append(Row(width).done())
        rows += _tier(shown, one, width)
    return rows


def _tier(shown: Shown, one: OpenDays, width: int) -> Panel:
    """Return two rows of columns, the count of now beside them, and when it was most."""
    most = max(one.counts, default=0)
    told = 24
    counts = _fitted(one.counts, width - _LABEL - told - 1)
    tall = [round(count * 16 / most) if most else 0 for count in counts]
    tall = [max(high, 1) if count else 0 for high, count in zip(tall, counts, strict=True)]
    role = _TIERS[one.tier]
    above, below = Row(width).to(_LABEL), Row(width).to(1).put(one.tier.upper(), role, width=_LABEL - 1)
    above.signs("".join(_EIGHTHS[max(0, high - 8)] for high in tall), role)
    below.signs("".join(_EIGHTHS[min(8, high)] for high in tall), role)
    side = width - told
    if one.late:
        late = _("LATE {count}").format(count=f"{one.late:,}")
        above.to(side + 6).put(late, "late", shown.of(f"is:open tier:{one.tier} sla:late"))
    spot = shown.of(f"is:open tier:{one.tier}") if one.now else None
    number = f"{one.now:,}"
    below.to(side + 5 - cell_len(number)).put(number, "bright", spot)
    if most:
        at = shown.first + timedelta(days=max(day for day, count in enumerate(one.counts) if count == most))
        below.put(" " + _("most {count}, {day}").format(count=f"{most:,}", day=_day(at, shown)), "muted")
    return [above.done(), below.done()]


def _fitted(counts: Sequence[int], room: int) -> Sequence[int]:
    """Return as many columns as there is room for: of days that share one, the most."""
    together = max(1, ceil(len(counts) / max(1, room)))
    columns = [max(counts[first : first + together]) for first in range(0, len(counts), together)]
    wide = 2 if together == 1 and len(columns) <= _LONG and len(columns) * 2 <= room else 1
    return [count for count in columns for _cell in range(wide)]


def _day(day: date, shown: Shown) -> str:
    return _("today") if day == shown.today else f"{day.day}\u00a0{month_words(day)}"


# ---------------------------------------------------------------------------------------------- first response


def _days(shown: Shown, width: int, high: int = _PLOT) -> Panel:
    """Return the plot of first responses: columns for half of them, points for nine tenths, and the target."""
    title = _("first response by day")
    if shown.figures is None:
        return [shown.heading("days", width, title, _("reading"))]
    known = {one.day: one for one in shown.figures.days}
    target = shown.panels.target.total_seconds() if shown.panels is not None and shown.panels.target else 0.0
    aside = _("█ p50  • p90")
    if target:
        aside += "  " + _("· target {span}").format(span=span_words(timedelta(seconds=target)))
    rows = [shown.heading("days", width, title, aside)]
    if not known:
        return [*rows, Row(width).to(1).put(_("nobody was answered in these days"), "muted").done()]
    left = _LABEL
    days = [shown.first + timedelta(days=number) for number in range((shown.last - shown.first).days + 1)]
    room = width - left
    days = days[-room:]
    wide = max(1, min(3, room // len(days)))
    top = _top(known.values(), target)
    line = _row_of(target, top, high) if target else -1
    for y in range(high - 1, -1, -1):
        row = Row(width)
        if y in {high - 1, line}:
            label = span_words(timedelta(seconds=target if y == line else top))
            row.to(max(1, left - 1 - cell_len(label))).put(label, "muted")
        row.to(left)
        for day in days:
            _column(row, shown, known.get(day), Scale(top, target, high, wide), y)
        rows.append(row.done())
    axis = Row(width)
    for place, day in enumerate(days):
        if place % _WEEK == 0:
            label = str(day.day) if place and day.day > _WEEK else f"{day.day}\u00a0{month_words(day)}"
            if left + place * wide >= axis.column + bool(place):
                axis.to(left + place * wide).put(label, "muted")
    return [*rows, axis.done()]


def _top(days: Iterable[DayResponse], target: float) -> float:
    """Return how high the plot goes: a day in which all went wrong makes no other one flat."""
    highs = sorted(one.p90 for one in days)
    usual = highs[len(highs) // 2]
    return max(60.0, target * 1.2, min(highs[-1], max(usual * 4, target * 3)))


def _row_of(value: float, top: float, high: int) -> int:
    return min(high - 1, int(value * high / top))


@dataclass(frozen=True, slots=True)
class Scale:
    """How a plot of days is drawn: seconds at its top and of its target, its rows, the cells of a day."""

    top: float
    target: float
    high: int
    wide: int


def _column(row: Row, shown: Shown, one: DayResponse | None, scale: Scale, y: int) -> None:
    """Write the cells of one day in one row of the plot."""
    top, high = scale.top, scale.high
    on_line = bool(scale.target) and _row_of(scale.target, top, high) == y
    dots, role = ("·", "faint") if on_line else (" ", "text")
    sign, colour, spot = dots, role, None
    if one is not None:
        if y == 0:
            half, most = (span_words(timedelta(seconds=value)) for value in (one.p50, one.p90))
            day = f"{_weekdays()[one.day.weekday()]} {one.day.day}\u00a0{month_words(one.day)}"
            words = _("{day}: p50 {half}, p90 {most}, n {n}").format(day=day, half=half, most=most, n=f"{one.n:,}")
            spot = shown.spot("answered", words, "days", days=(one.day, one.day))
        eighths = max(1, round(min(one.p50, top) * high * 8 / top)) - y * 8
        if eighths > 0:
            sign, colour = _EIGHTHS[min(8, eighths)], "accent"
        elif _row_of(one.p90, top, high) == y:
            sign, colour = "•", _lateness(one.p90, scale.target)
    row.signs(sign, colour, spot, marked="▲" if spot else "")  # type: ignore[arg-type]
    row.signs(dots * (scale.wide - 1), role)  # type: ignore[arg-type]


def _lateness(value: float, target: float) -> Role:
    if not target or value <= target:
        return "text"
    return "late" if value > 2 * target else "soon"


# ---------------------------------------------------------------------------------------------- growing


def _growing(shown: Shown, width: int) -> Panel:
    title, aside = _("growing tags"), _("7 days against their own 8 weeks, n ≥ 5")
    if shown.panels is None:
        return [shown.heading("tags", width, title, _("reading"))]
    rows = [shown.heading("tags", width, title, aside)]
    if not shown.panels.growing:
        return [*rows, Row(width).to(1).put(_("no tag came five times in these seven days"), "muted").done()]
    last = min(shown.last, shown.today)
    began = figure_text("began", last - timedelta(days=6), last, history=shown.history)
    for one in shown.panels.growing[:8]:
        spot = shown.of(f"tag:{in_quotes(one.tag)} {began}")
        row = Row(width).to(1).put(one.tag, "text", spot, width=18).to(20)
        most = max(one.weeks)
        row.signs("".join(_EIGHTHS[max(1, round(count * 7 / most)) if count else 0] for count in one.weeks), "accent")
        usual = f"{one.usual:.0f}" if one.usual >= 9.5 or one.usual == round(one.usual) else f"{one.usual:.1f}"
        row.to(30).put(_("{count}, usually {usual}").format(count=f"{one.n:,}", usual=usual), "muted")
        words, role = _grew(one)
        rows.append(row.ends(words, role).done())
    return rows


def _grew(one: Growing) -> tuple[str, Role]:
    if one.times is None:
        return _("new"), "soon"
    if one.times >= 2:
        return _("{times} times as many").format(times=f"{one.times:.0f}"), "soon"
    return (_("more than usual"), "text") if one.times >= 1.5 else (_("as ever"), "muted")


# ---------------------------------------------------------------------------------------------- clocks and handoffs


def _clocks(shown: Shown, width: int) -> Panel:
    title = _("clocks kept")
    if shown.figures is None:
        return [shown.heading("clocks", width, title, _("reading"))]
    told = [one for one in shown.figures.report.clocks if one.met + one.breached + one.running]
    n = sum(one.met + one.breached for one in told)
    rows = [shown.heading("clocks", width, title, f"n {n:,}")]
    if not told:
        return [*rows, Row(width).to(1).put(_("no clock ran in these days"), "muted").done()]
    return [*rows, *(_clock(shown, one, width) for one in told)]


def _clock(shown: Shown, one: Kept, width: int) -> BoardRow:
    row = Row(width).to(1).put(metric_words(one), "text", width=16).to(18)
    row.put(share_words(one.share), "bright", width=5, right=True).to(24)
    room = max(4, width - 24 - 22)
    full = round((one.share or 0.0) * room)
    row.signs("━" * full, "ok" if (one.share or 0) >= 0.9 else "soon").signs("─" * (room - full), "rule")
    row.to(25 + room).put(f"n {one.met + one.breached:,}", "muted", width=8)
    if one.breached:
        words = _("{count} breached").format(count=f"{one.breached:,}")
        return row.ends(words, "late", shown.spot(f"breached-{one.metric}")).done()
    return row.done()


def _promises(shown: Shown, width: int) -> Panel:
    title = _("promises to customers")
    if shown.panels is None:
        return [shown.heading("promises", width, title, _("reading"))]
    told = shown.panels.promises
    n = told.kept + told.broken
    rows = [shown.heading("promises", width, title, f"n {n:,}")]
    if not n and not told.open:
        return [*rows, Row(width).to(1).put(_("none was due in these days"), "muted").done()]
    if n:
        share = told.kept / n
        row = Row(width).to(1).put(_("kept in time"), "text", width=16).to(18)
        row.put(share_words(share), "bright", shown.spot("promised-kept") if told.kept else None, width=5, right=True)
        room = max(4, width - 24 - 22)
        full = round(share * room)
        row.to(24).signs("━" * full, "ok" if share >= 0.9 else "soon").signs("─" * (room - full), "rule")
        broken = _("{count} broken").format(count=f"{told.broken:,}")
        rows.append(row.ends(broken, "late", shown.spot("promised-broken")).done() if told.broken else row.done())
    if told.open:
        row = Row(width).to(1).put(_("open now"), "text", width=16).to(18)
        row.put(f"{told.open:,}", "bright", shown.of("is:promised -is:spam"), width=5, right=True)
        late = _("{count} late").format(count=f"{told.late:,}")
        rows.append(row.ends(late, "late", shown.of("promise:late -is:spam")).done() if told.late else row.done())
    return rows


def _handed(shown: Shown, width: int) -> Panel:
    title = _("handed on")
    if shown.figures is None:
        return [shown.heading("handed", width, title, _("reading"))]
    told = shown.figures.report.borders
    n = sum(one.transfers for one in told)
    rows = [shown.heading("handed", width, title, f"n {n:,}")]
    if not told:
        return [*rows, Row(width).to(1).put(_("nothing in these days"), "muted").done()]
    for one in told:
        rows += _border(shown, one, width)
    return rows


def _border(shown: Shown, one: Border, width: int) -> Panel:
    spot = shown.spot(f"handed-{one.from_tier}-{one.to_tier}")
    row = Row(width).to(1).put(one.from_tier.upper(), _TIERS[one.from_tier]).signs(" → ", "muted")
    row.put(one.to_tier.upper(), _TIERS[one.to_tier]).to(18)
    row.put(f"{one.transfers:,}", "bright", spot, width=0).to(24)
    accepted = _("{count} accepted").format(count=f"{one.accepted:,}")
    if one.acceptance.n and one.acceptance.p90 is not None:
        accepted += ", " + _("p90 {span}").format(span=value_words(one.acceptance.p90, Unit.SECONDS))
    row.put(accepted, "text")
    if one.open:
        row.ends(_("{count} open").format(count=f"{one.open:,}"), "muted")
    second = Row(width).to(24)
    said = _("{count} misrouted").format(count=f"{one.returned:,}") + f" ({share_words(one.misrouted)})"
    second.put(said, "soon" if one.returned else "muted")
    second.ends(_("{count} bounced").format(count=f"{one.bounces:,}"), "soon" if one.bounces else "muted")
    return [row.done(), second.done()]


def period_words(first: date, last: date, today: date) -> str:
    """Return the days of a period; years are said where they are not this one."""
    years = last.year != today.year or first.year != last.year
    said = (f"{day.day}\u00a0{month_words(day)}" + (f"\u00a0{day.year}" if years else "") for day in (first, last))
    return " – ".join(said)  # noqa: RUF001 - a dash between days


def text_of(rows: Sequence[BoardRow]) -> str:
    """Return rows as text to be copied."""
    return "\n".join("".join(piece.text for piece in row).rstrip() for row in rows) + "\n"
