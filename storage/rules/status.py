"""When a message changes where its conversation stands (DESIGN §4 *Live since*, §5; DOMAIN §10)."""

import re
from datetime import datetime, timedelta
from typing import Final

from storage.kinds import SETTLED, Status
from storage.kinds.clean import folded

GRACE: Final = timedelta(days=14)
"""How long after its last message a settled conversation is brought back by a customer's answer."""

RECENT: Final = timedelta(days=7)
"""Unanswered mail this much older than a mailbox's live-since is still to be answered; the rest is settled."""

_THANKS = re.compile(
    r"""\W*(?:(?:ok|okay|certo|perfeito|otimo|excelente|beleza|show|perfecto|genial|vale|listo|great|perfect|cool|super)\W+)*
    (?:muito\s+|muchas\s+|muchisimas\s+|mil\s+|many\s+)?
    (?:obrigad[oa]s?|brigad[oa]|obg|vlw|valeu|agradec(?:o|ido|ida|emos)|grat[oa]|gracias|agradezco|thank\s+you|thanks|thx|cheers|ty)
    (?:\s+(?:a\s+todos|por\s+tudo|por\s+todo|pela\s+ajuda|pelo\s+retorno|pela\s+atencao|por\s+la\s+ayuda|por\s+tu\s+ayuda|por\s+su\s+ayuda
       |mesmo|demais|desde\s+ja|igualmente|so\s+much|very\s+much|a\s+lot|again|for\s+(?:your|the)\s+(?:help|support|quick\s+reply)|de\s+novo|all))*
    \W*(?:(?:abs|abracos?|att|saludos|un\s+saludo|regards|best|bom\s+dia|boa\s+tarde)\W*)?""",
    re.VERBOSE,
)


def is_bare_thanks(reply_text: str) -> bool:
    """Say whether a message only thanks, in Portuguese, Spanish or English: it needs no answer."""
    words = reply_text.split()[:20]
    if sum(len(word) + 1 for word in words) > 120 or "?" in reply_text:
        return False
    # Up to three capitalised words at the end are a name; anything else there may be a request.
    for names in range(min(4, len(words))):
        said = words[: len(words) - names]
        if all(word[0].isupper() for word in words[len(said) :]) and _THANKS.fullmatch(folded(" ".join(said))):
            return True
    return False


def reopens(status: Status, *, silent_for: timedelta, grace: timedelta = GRACE) -> bool:
    """Say whether a customer's answer brings a settled conversation back, or starts a linked new one."""
    return status not in SETTLED or silent_for <= grace


def after_incoming(status: Status, *, bare_thanks: bool, waited_for: bool = True) -> Status:
    """Return where a conversation stands once a customer wrote in it.

    Args:
        status: where it stood.
        bare_thanks: the message only thanks.
        waited_for: no answer is newer than the message; mail that comes late may be answered already.
    """
    at_rest = status in SETTLED or status is Status.TRASH
    if status is Status.SPAM or (bare_thanks and at_rest):
        return status
    if not waited_for:
        return Status.WAITING if at_rest else status
    return status if status is Status.NEW else Status.OPEN


def after_answer(status: Status, *, waited_for: bool = False) -> Status:
    """Return where a conversation stands once an answer from another client was found in Sent.

    Args:
        status: where it stood.
        waited_for: a customer's newer message is still to be answered: Sent is read after INBOX.
    """
    if status not in {Status.NEW, Status.OPEN}:
        return status
    return Status.OPEN if waited_for else Status.WAITING


def settled_history(*, oldest_unanswered_at: datetime | None, live_since: datetime | None) -> Status:
    """Return where a conversation stands that holds only mail from before its mailbox was live.

    Args:
        oldest_unanswered_at: when its oldest unanswered message came.
        live_since: of the mailbox; `None` when nothing in it is ever live, as for imports.
    """
    if oldest_unanswered_at is None or live_since is None or live_since - oldest_unanswered_at > RECENT:
        return Status.CLOSED
    return Status.NEW


def merged_status(one: Status, other: Status) -> Status:
    """Return where two conversations stand once they are one: where the work is least done.

    Spam or trash only if neither was anything else: nobody's work vanishes because mail was joined to it.
    """
    order = (Status.OPEN, Status.NEW, Status.ON_HOLD, Status.WAITING, Status.RESOLVED, Status.CLOSED, Status.SPAM)
    return min(one, other, key=(*order, Status.TRASH).index)
