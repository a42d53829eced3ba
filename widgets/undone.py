"""What an undo took back, or a redo did again, in the words of the fact that says most."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from widgets.facts import SILENT, Values, fact_words
from widgets.language import _


def undone_words(facts: Sequence[tuple[str, Values]], now: datetime, names: Mapping[int, str]) -> str:
    """Return in words what was taken back, or done again; empty where there is nothing to say.

    Args:
        facts: of what was done, first to last, each with its kind and its fields by name.
        now: the present, in the reader's zone.
        names: of agents by number.
    """
    kinds = [kind for kind, _values in facts]
    if is_unsent(kinds) and all(kind in SILENT or kind == "status_changed" for kind in kinds):
        return _("the message, a draft again")  # where the conversation stood only followed from it
    told = [fact for fact in facts if fact[0] not in SILENT] or list(facts)
    if not told:
        return ""
    kind, values = told[0]
    return fact_words(kind, values, now, names)


def is_unsent(kinds: Sequence[str]) -> bool:
    """Say whether a message that was to leave was taken back."""
    return "queued" in kinds
