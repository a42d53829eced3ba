"""Why a message is kept as raw text only, in words."""

from storage.kinds import QuarantineReason
from storage.views import QuarantineView
from widgets.language import _


def quarantine_words(reason: QuarantineReason) -> str:
    """Return why a message was not read."""
    return {
        QuarantineReason.TOO_LARGE: _("too large"),
        QuarantineReason.TOO_DEEP: _("too deep"),
        QuarantineReason.TOO_MANY_PARTS: _("too many parts"),
        QuarantineReason.TOO_MANY_HEADERS: _("too many headers"),
        QuarantineReason.TOO_SLOW: _("too slow to read"),
        QuarantineReason.NOT_MAIL: _("no mail"),
        QuarantineReason.PARSER_FAILED: _("the reader stumbled over it"),
        QuarantineReason.REFUSED: _("the server lists it and does not give it"),
    }[reason]


def quarantined_words(one: QuarantineView) -> str:
    """Return what is kept as raw text only: where it came, why, how large it is, and since when."""
    return f"{one.mailbox}: {quarantine_words(one.reason)}, {one.size} B, {one.arrived_at:%Y-%m-%d}"
