"""How far a message of ours is, in words: what stands in the timeline, in lists and on the command line."""

from datetime import datetime

from storage.kinds import Delivery, Hold
from storage.kinds.outbox import DeliveryView, RecipientView
from widgets.language import _, ngettext
from widgets.look import Role
from widgets.moments import moment_words
from widgets.steady import Span, one_line
from widgets.text import hold_words, state_words

ROLES: dict[Delivery, Role] = {
    Delivery.QUEUED: "muted",
    Delivery.SENDING: "soon",
    Delivery.DATA_SENT: "soon",
    Delivery.ACCEPTED: "ok",
    Delivery.FILED: "ok",
    Delivery.FAILED: "late",
    Delivery.UNCERTAIN: "late",
    Delivery.CANCELLED: "muted",
}


def delivery_words(delivery: DeliveryView) -> Span:
    """Return how far a message is, short enough for the end of a line."""
    if delivery.hold is not None:
        return hold_words(delivery.hold), "soon"
    if delivery.state is Delivery.QUEUED and delivery.trouble:
        return _("queued, tried again"), "soon"
    failed = len(delivery.failed)
    if failed and failed < len(delivery.recipients):
        words = ngettext("not sent to {count}", "not sent to {count}", failed).format(count=failed)
        return f"{state_words(delivery.state)}, {words}", "late"
    return state_words(delivery.state), ROLES[delivery.state]


def delivery_lines(delivery: DeliveryView, now: datetime) -> list[list[Span]]:
    """Return what is to be said of a delivery beside its state: who is not reached and why, what is waited for."""
    lines: list[list[Span]] = []
    for one in delivery.failed:
        address = one_line(one.address) or _("(erased)")
        lines.append([(_("not sent to {address}").format(address=address), "late"), (f"  {_said(one)}", "muted")])
    if delivery.state is Delivery.UNCERTAIN:
        lines.append([(_("its copy is not among the sent mail yet; nothing is sent again by itself"), "late")])
    if delivery.hold is None and delivery.trouble:
        when = f" {moment_words(delivery.next_at, now)}" if delivery.next_at is not None else ""
        lines.append([(_("tried again") + when, "soon"), (f"  {one_line(delivery.trouble)}", "muted")])
    elif delivery.hold is Hold.ACCOUNT:
        lines.append([(one_line(delivery.trouble), "late")])
    return lines


def reasons(delivery: DeliveryView, now: datetime) -> str:
    """Return why a message is not where its state's word wants it, in one line; empty when nothing is wrong."""
    if delivery.failed:
        return ", ".join(f"{one_line(one.address) or _('(erased)')}: {_said(one)}" for one in delivery.failed)
    return "  ".join("".join(text for text, _role in spans) for spans in delivery_lines(delivery, now))


def _said(recipient: RecipientView) -> str:
    code, words = recipient.code, one_line(recipient.words)
    return f"{code} {words}" if code and not words.startswith(str(code)) else words
