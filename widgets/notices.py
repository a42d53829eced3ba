"""Words for invitations, delivery reports and receipts, and the names of parts that are no text."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

from storage.kinds.notices import Delivery, Invitation, Notice, Receipt, When
from widgets.language import _
from widgets.moments import month_words, weekday_words

if TYPE_CHECKING:
    from widgets.look import Role

_SHOWN = 5
"""Names of those invited that are shown; the rest is counted."""


def notice_words(notice: Notice, now: datetime) -> Iterator[tuple[str, str, "Role"]]:
    """Yield a notice as label, words and role, line by line."""
    match notice:
        case Invitation():
            yield from _invitation(notice, now)
        case Delivery():
            yield from _delivery(notice, now)
        case Receipt():
            yield _("receipt"), _receipt(notice), "text"


def when_words(starts: When, ends: When, now: datetime) -> str:
    """Return when something is, in the reader's zone: day and time, to what time, or to what day.

    Args:
        starts, ends: as `storage.kinds.notices.Invitation` has them.
        now: the present, in the reader's zone.
    """
    if starts is None:
        return ""
    first, last = _local(starts, now), _local(ends, now) if ends is not None else None
    words = _day(first, now)
    if isinstance(first, datetime):
        words += f" {first:%H:%M}"
    if last is not None:
        if isinstance(last, datetime) and isinstance(first, datetime):
            words += "-" if last.date() == first.date() else f" - {_day(last, now)} "
            words += f"{last:%H:%M}"
        else:
            words += f" - {_day(last, now)}"
    if isinstance(starts, datetime) and starts.tzinfo is None:
        words += " " + _("(in a time zone that is not known here)")
    return words


def part_words(what: str) -> str:
    """Return what a part of a message is.

    Args:
        what: the word of `console.mail.parse.inside.Inside.what`.
    """
    return {
        "container": _("several parts"),
        "text": _("text"),
        "html": _("HTML"),
        "invitation": _("calendar invitation"),
        "delivery_report": _("delivery report"),
        "receipt": _("read receipt"),
        "signature": _("signature, not checked"),
        "encrypted": _("encrypted"),
        "tnef": _("winmail.dat"),
        "message": _("a whole message"),
        "picture": _("picture"),
        "file": _("file"),
    }[what]


def _invitation(meeting: Invitation, now: datetime) -> Iterator[tuple[str, str, "Role"]]:
    summary = meeting.summary or _("(no subject)")
    called_off = meeting.cancelled
    yield (
        (_("cancelled") if called_off else _("answer") if meeting.method == "reply" else _("meeting")),
        summary,
        "late" if called_off else "bright",
    )
    when = when_words(meeting.starts, meeting.ends, now)
    repeats = _repeats(meeting.repeats)
    if when:
        yield _("when"), f"{when}, {repeats}" if repeats else when, "muted" if called_off else "text"
    if meeting.location:
        yield _("where"), meeting.location, "muted" if called_off else "text"
    if meeting.method in {"reply", "counter"}:
        for one in meeting.attendees[:_SHOWN]:
            yield _("from"), f"{one.name or one.address}  {_answer(one.answer)}", "text"
    elif meeting.organizer.name or meeting.organizer.address:
        who = meeting.organizer
        yield _("asked by"), "  ".join(filter(None, (who.name, who.address))), "text"


def _delivery(report: Delivery, now: datetime) -> Iterator[tuple[str, str, "Role"]]:
    words = {
        "failed": _("not delivered, for good"),
        "delayed": _("not delivered yet, is tried again"),
        "delivered": _("delivered"),
        "relayed": _("handed to a server that sends no reports"),
        "expanded": _("handed on to several addresses"),
    }.get(report.action, _("it is not said what became of it"))
    if report.action == "delayed" and report.retry_until is not None:
        words = _("not delivered yet, tried until {moment}").format(moment=when_words(report.retry_until, None, now))
    reason = _reason(report.status) if report.action in {"failed", "delayed"} else ""
    words = ": ".join(filter(None, (words, reason)))
    role: Role = "late" if report.action == "failed" else "soon" if report.action == "delayed" else "text"
    yield _("for"), report.recipient or _("unknown"), "bright"
    yield "", words, role
    if report.said:
        yield _("it said"), report.said, "muted"


def _reason(status: str) -> str:
    """Return what a code of RFC 3463 means, as far as it is a person's business; empty where it says nothing."""
    _class, _dot, rest = status.partition(".")
    return {
        "1.1": _("there is no such mailbox"),
        "1.2": _("there is no such domain"),
        "1.3": _("the address is not written rightly"),
        "1.6": _("the mailbox has moved"),
        "1.10": _("the domain takes no mail"),
        "2.0": _("the mailbox has a problem"),
        "2.1": _("the mailbox is switched off"),
        "2.2": _("the mailbox is full"),
        "2.3": _("the message is too large for the mailbox"),
        "3.1": _("the server's disk is full"),
        "3.4": _("the message is too large for the server"),
        "4.1": _("the server does not answer"),
        "4.2": _("the connection was cut"),
        "4.3": _("the domain's server was not found"),
        "4.4": _("the domain's server was not found"),
        "4.6": _("the mail goes round in circles"),
        "4.7": _("it was tried for too long"),
        "7.0": _("refused by a rule of the server"),
        "7.1": _("refused by a rule of the server"),
        "7.20": _("refused: a signature is missing (DKIM)"),
        "7.23": _("refused: the sender's server is not allowed (SPF)"),
        "7.25": _("refused: the sending server has no name of its own"),
        "7.26": _("refused: the sender could not be proved"),
    }.get(rest, "")


def _receipt(receipt: Receipt) -> str:
    did = {
        "displayed": _("the mail was shown"),
        "deleted": _("the mail was deleted"),
        "dispatched": _("the mail was passed on"),
        "processed": _("the mail was taken by a program"),
        "denied": _("no answer is given"),
    }.get(receipt.did, receipt.did)
    how = "" if receipt.by_hand else _(", says a program by itself")
    return f"{receipt.recipient or _('unknown')}: {did}{how}"


def _answer(answer: str) -> str:
    return {
        "accepted": _("comes"),
        "declined": _("does not come"),
        "tentative": _("comes perhaps"),
        "delegated": _("sends somebody else"),
        "needs-action": _("has not answered"),
    }.get(answer, answer)


def _repeats(repeats: str) -> str:
    return {"daily": _("each day"), "weekly": _("each week"), "monthly": _("each month"), "yearly": _("each year")}.get(
        repeats, ""
    )


def _local(when: date, now: datetime) -> date:
    if not isinstance(when, datetime) or when.tzinfo is None:
        return when
    try:
        return when.astimezone(now.tzinfo)
    except OverflowError:  # in the first or the last year that there is
        return when


def _day(day: date, now: datetime) -> str:
    """Return a weekday and a date: a meeting's day is looked up in a calendar, so that it is always given whole."""
    at = datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)
    words = f"{weekday_words(at)} {at.day}\u00a0{month_words(at)}"
    return words if at.year == now.year else f"{words}\u00a0{at.year}"
