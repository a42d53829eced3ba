"""A report as lines: none is wider than a terminal of 80 columns, and no word of it is lost."""

from datetime import UTC, datetime, timedelta

from rich.cells import cell_len

from storage.kinds import Tier
from storage.kinds.reports import Asked, Border, Figure, Kept, LeftOut, Measure, Report, Unit
from widgets.report import lines

ALL = tuple((why, 12_345) for why in LeftOut)


def test_every_line_fits_80_columns_and_goes_on_below_where_it_began():
    until = datetime(2026, 11, 29, tzinfo=UTC)
    accepted = Figure(Measure.ACCEPTANCE, Unit.SECONDS, 1234, 5e4, 4e4, 9e5, ALL)
    clocks = tuple(
        Kept(metric, 1200, 1234, 1234, 1234)  # type: ignore[arg-type]
        for metric in ("first_response", "next_response", "resolution", "acceptance")
    )
    border = Border(Tier.N1, Tier.N2, 99_999, 88_888, 77_777, 11_111, 1111, 1111, 1111, accepted)
    told = Report(Asked(until - timedelta(days=28), until), 99_999, ALL, (accepted,), (border,), clocks)
    rows = ["".join(text for text, _role in line) for line in lines(told, UTC)]
    assert max(map(cell_len, rows)) <= 80
    whole = " ".join(" ".join(rows).split())
    assert "1234 breached, 1234 running, 1234 dropped" in whole
    assert "calls, which are answered as they are made" in whole
    first = next(place for place, row in enumerate(rows) if "1234 breached" in row)
    assert len(rows[first + 1]) - len(rows[first + 1].lstrip()) == rows[first].index("1234 breached")
