"""What may be kept as a canned response: tidied, and what is wrong with one that may not."""

from dataclasses import replace
from typing import Final

from storage.kinds import Status
from storage.kinds.clean import clean, clean_line
from storage.kinds.responses import (
    LANGUAGE,
    LONGEST_BODY,
    LONGEST_TITLE,
    MOST_ATTACHMENTS,
    MOST_TAGS,
    SHORTCODE,
    Actions,
    Canned,
    HandsOn,
    duration,
)
from storage.rules.transfers import LONGEST, LONGEST_LINE

MACRO_STATUSES: Final = (Status.OPEN, Status.WAITING, Status.ON_HOLD, Status.RESOLVED)
"""Where a response may send a conversation that it answers."""


def tidied(canned: Canned) -> Canned:
    """Return a response as it is kept: clean, without blank lines around it, its tags each once."""
    return replace(
        canned,
        title=clean_line(canned.title),
        body=clean(canned.body).strip("\n"),
        tags=tuple(dict.fromkeys(clean_line(one).lower() for one in canned.tags)),
        actions=replace(canned.actions, transfer=_tidied(canned.actions.transfer)),
    )


def _tidied(transfer: HandsOn | None) -> HandsOn | None:
    if transfer is None:
        return None
    return HandsOn(
        transfer.to,
        clean(transfer.asked).strip(),
        clean(transfer.reason).strip(),
        clean_line(transfer.agent).strip(),
        clean_line(transfer.team).strip(),
    )


def fault(canned: Canned) -> str:
    """Return the word of the first rule that a tidied response breaks; empty when it may be kept."""
    actions = canned.actions
    words = (*actions.add, *actions.remove)
    wrong = {
        "bad_shortcode": not SHORTCODE.fullmatch(canned.shortcode),
        "bad_title": not 0 < len(canned.title) <= LONGEST_TITLE,
        "bad_response_language": not LANGUAGE.fullmatch(canned.language),
        "bad_response_tag": len(canned.tags) > MOST_TAGS or any(not 0 < len(one) <= 60 for one in canned.tags),
        "many_attachments": len(canned.attachments) > MOST_ATTACHMENTS,
        "bad_macro_status": actions.status is not None and actions.status not in MACRO_STATUSES,
        "bad_tag": any(not 0 < len(one) <= 60 or any(sign.isspace() for sign in one) for one in words),
        "bad_snooze": bool(actions.snooze) and duration(actions.snooze) is None,
        "bad_macro_transfer": actions.transfer is not None and _is_bad(actions.transfer, actions),
        "bad_body": not canned.body.strip() or len(canned.body) > LONGEST_BODY,
    }
    return next((rule for rule, broken in wrong.items() if broken), "")


def _is_bad(transfer: HandsOn, actions: Actions) -> bool:
    """Say whether a handoff asks nothing or too much, or goes with what would put aside what is handed on."""
    texts, lines = (transfer.asked, transfer.reason), (transfer.agent, transfer.team)
    long = any(len(one) > LONGEST for one in texts) or any(len(one) > LONGEST_LINE for one in lines)
    aside = bool(actions.snooze) or actions.status not in {None, Status.OPEN}
    return not transfer.asked or long or aside
