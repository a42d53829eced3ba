"""What a macro does, in words."""

from storage.kinds.responses import Actions
from widgets.language import _
from widgets.text import status_words, tier_words


def action_words(actions: Actions) -> list[str]:
    """Return each thing that is done beside answering."""
    words = []
    if actions.status is not None:
        words.append(f"→ {status_words(actions.status)}")
    words += [f"+{tag}" for tag in actions.add]
    words += [f"-{tag}" for tag in actions.remove]
    if actions.assign:
        words.append(_("to {name}").format(name=actions.assign))
    if actions.snooze:
        words.append(_("out of sight for {long}").format(long=actions.snooze))
    if actions.transfer is not None:
        to = " ".join(filter(None, (tier_words(actions.transfer.to), actions.transfer.team)))
        words.append(_("handed on to {tier}").format(tier=to))
    return words
