"""A report in words: each figure with its n, small bars, and what was left out; for the page and for the terminal."""

from collections.abc import Iterator, Sequence
from datetime import timedelta, tzinfo
from typing import Final

from rich.cells import cell_len

from storage.kinds.reports import Figure, Kept, LeftOut, Measure, Report, Unit
from widgets.language import _, drawn, ngettext
from widgets.line import Span, one_line
from widgets.look import Role
from widgets.moments import span_words
from widgets.wrapping import wrap

_BAR: Final = 10  # cells
_LABEL: Final = 28
_NUMBER: Final = 9
_PAGE: Final = 78  # cells of a line: the air beside it is left
_LEAST: Final = 20  # of them for what is wrapped


def measure_words(measure: Measure) -> str:
    """Return what is measured."""
    return {
        Measure.SOLVED: _("solved"),
        Measure.CONTACTS: _("contacts to solve one"),
        Measure.FIRST_RESPONSE: _("first response"),
        Measure.ANY_RESPONSE: _("any response"),
        Measure.BETWEEN_CONTACTS: _("between contacts of a chat"),
        Measure.FIRST_CONTACT: _("solved at the first contact"),
        Measure.ACCEPTANCE: _("transfer to acceptance"),
    }[measure]


def left_out_words(left_out: Sequence[tuple[LeftOut, int]]) -> str:
    """Return what is not in a figure, and why; empty where nothing is left out."""
    words = {
        LeftOut.HISTORY: _("history"),
        LeftOut.TASK: _("tasks"),
        LeftOut.OURS: _("begun by us"),
        LeftOut.AUTOMATIC: _("begun by machines"),
        LeftOut.PUT_AWAY: _("spam or trash"),
        LeftOut.UNSOLVED: _("not solved"),
        LeftOut.UNANSWERED: _("not answered by a person"),
        LeftOut.CALL: _("calls, which are answered as they are made"),
        LeftOut.NO_CHAT: _("mail and calls, which are no chat"),
        LeftOut.OPEN: _("not accepted yet"),
        LeftOut.RETURNED: _("returned unaccepted"),
        LeftOut.TAKEN_BACK: _("taken back"),
    }
    return ", ".join(f"{count:,} {words[why]}" for why, count in left_out)


def share_words(share: float | None) -> str:
    """Return a share in percent."""
    return "–" if share is None else f"{share:.0%}"  # noqa: RUF001 - a dash for what there is not


def value_words(value: float | None, unit: Unit) -> str:
    """Return a figure's value."""
    if value is None or unit is Unit.SHARE:
        return share_words(value)
    return f"{value:.1f}" if unit is Unit.COUNT else span_words(timedelta(seconds=value))


def lines(report: Report, zone: tzinfo | None) -> Iterator[tuple[Span, ...]]:
    """Yield a report line by line, each within 80 columns; what has no room goes on below where it began.

    Args:
        report: all of it.
        zone: in which its days begin.
    """
    for line in _lines(report, zone):
        yield from _fitted(line)


def _fitted(line: tuple[Span, ...]) -> Iterator[tuple[Span, ...]]:
    """Yield a line within the page, its last words wrapped in the column in which they begin."""
    if not line or sum(cell_len(text) for text, _role in line) <= _PAGE:
        yield line
        return
    *before, (words, role) = line
    begin = sum(cell_len(text) for text, _role in before)
    for place, part in enumerate(wrap(words, max(_LEAST, _PAGE - begin))):
        yield (*before, (part, role)) if not place else ((" " * begin, "text"), (part, role))


def _lines(report: Report, zone: tzinfo | None) -> Iterator[tuple[Span, ...]]:
    since, until = (one.astimezone(zone) for one in (report.asked.since, report.asked.until))
    last = until - timedelta(seconds=1)
    yield ((f"{since:%Y-%m-%d}{drawn(' … ')}{last:%Y-%m-%d}", "bright"),)
    count = ngettext(
        "{count} conversation began in these days", "{count} conversations began in these days", report.began
    ).format(count=f"{report.began:,}")
    yield ((count, "text"),)
    if report.asked.query:
        yield ((_("of: {query}").format(query=one_line(report.asked.query)), "muted"),)
    if report.left_out:
        yield ((_("in no figure: {words}").format(words=left_out_words(report.left_out)), "muted"),)
    yield ()
    for figure in report.figures:
        yield _figure(figure)
        if figure.left_out:
            yield (
                (" " * _LABEL, "text"),
                (_("without {words}").format(words=left_out_words(figure.left_out)), "muted"),
            )
    yield ()
    yield from _clocks(report.clocks)
    yield ()
    yield from _borders(report)


def _figure(figure: Figure) -> tuple[Span, ...]:
    spans: list[Span] = [
        (_padded(measure_words(figure.measure), _LABEL), "text"),
        (_padded(value_words(figure.value, figure.unit), _NUMBER), "bright"),
        (_padded(f"n {figure.n:,}", _NUMBER), "muted"),
    ]
    if figure.unit is Unit.SHARE and figure.value is not None:
        spans += _bar(figure.value, "ok")
    elif figure.p50 is not None and figure.p90 is not None:
        half, most = (value_words(one, figure.unit) for one in (figure.p50, figure.p90))
        spans.append((_("p50 {half}   p90 {most}").format(half=half, most=most), "muted"))
    return tuple(spans)


def _clocks(clocks: Sequence[Kept]) -> Iterator[tuple[Span, ...]]:
    yield ((_("clocks kept"), "accent"),)
    for one in clocks:
        spans: list[Span] = [
            (_padded(metric_words(one), _LABEL), "text"),
            (_padded(share_words(one.share), _NUMBER), "bright"),
            (_padded(f"n {one.met + one.breached:,}", _NUMBER), "muted"),
        ]
        if one.share is not None:
            spans += [*_bar(one.share, "ok" if one.share >= 0.9 else "soon"), ("  ", "muted")]
        said = [
            _("{count} breached").format(count=one.breached) if one.breached else "",
            _("{count} running").format(count=one.running) if one.running else "",
            _("{count} dropped").format(count=one.dropped) if one.dropped else "",
        ]
        spans.append((", ".join(each for each in said if each), "muted"))
        yield tuple(spans)


def metric_words(one: Kept) -> str:
    """Return what a clock runs for."""
    return {
        "first_response": _("first response"),
        "next_response": _("next response"),
        "resolution": _("resolution"),
        "acceptance": _("acceptance"),
    }[one.metric]


def _borders(report: Report) -> Iterator[tuple[Span, ...]]:
    yield ((_("transfers"), "accent"),)
    if not report.borders:
        yield ((_("none in these days"), "muted"),)
    for one in report.borders:
        yield (
            (_padded(f"{one.from_tier.upper()}{drawn(' → ')}{one.to_tier.upper()}", _LABEL), "text"),
            (_padded(f"{one.transfers:,}", _NUMBER), "bright"),
            (
                _("{accepted} accepted, {returned} misrouted ({share})").format(
                    accepted=one.accepted, returned=one.returned, share=share_words(one.misrouted)
                ),
                "muted",
            ),
        )
        said = _("{open} open, {escalated} escalated, {bounces} bounced").format(
            open=one.open, escalated=one.escalated, bounces=one.bounces
        )
        yield ((" " * (_LABEL + _NUMBER), "text"), (said, "muted"))
        after = _("accepted after {mean} (n {n}), {back} handed back since").format(
            mean=value_words(one.acceptance.value, Unit.SECONDS), n=one.acceptance.n, back=one.handed_back
        )
        yield ((" " * (_LABEL + _NUMBER), "text"), (after, "muted"))
        if one.acceptance.left_out:
            without = _("without {words}").format(words=left_out_words(one.acceptance.left_out))
            yield ((" " * (_LABEL + _NUMBER), "text"), (without, "muted"))


def _bar(share: float, role: Role) -> list[Span]:
    full = round(share * _BAR)
    return [("█" * full, role), ("░" * (_BAR - full), "rule")]


def _padded(text: str, width: int) -> str:
    return text + " " * max(1, width - cell_len(text))
