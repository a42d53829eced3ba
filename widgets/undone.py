"""What an undo took back, or a redo did again, in the words of the fact that says most."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from widgets.facts import SILENT, Values, fact_words
from widgets.language import _


def undone_words(
    facts: Sequence[tuple[str, Values]], now: datetime, names: Mapping[int, str], *, again: bool = False
) -> str:
    """Return in words what was taken back; empty where there is nothing to say.

    Args:
        facts: those that were taken back, each with its kind and its fields by name.
        now: the present, in the reader's zone.
        names: of agents by number.
        again: whether an undo was taken back.
    """
    kinds = [kind for kind, _values in facts]
    if is_unsent(kinds) and all(kind in SILENT or kind == "status_changed" for kind in kinds):
        return _("the message, a draft again")  # where the conversation stood only followed from it
    told = [fact for fact in facts if fact[0] not in SILENT] or list(facts)
    if not told:
        return ""
    kind, values = told[0]
    return fact_words(kind, _turned(values) if again else values, now, names)


def is_unsent(kinds: Sequence[str]) -> bool:
    """Say whether a message that was to leave was taken back."""
    return "queued" in kinds


def _turned(values: Values) -> Mapping[str, Any]:
    """Return a fact's fields the other way round: a redo takes back the fact that took back."""
    if "after" in values and "before" not in values:  # something stood, or did not
        return {**values, "after": not values["after"]}
    pairs = (("before", "after"), ("added", "removed"), ("stood", "stands"))
    other = dict(pairs) | {second: first for first, second in pairs}
    return {name: values.get(other.get(name, name), value) for name, value in values.items()}
