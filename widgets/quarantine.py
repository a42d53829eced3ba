"""Why a message is kept as raw text only, in words."""

from storage.kinds import QuarantineReason
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
