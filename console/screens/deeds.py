"""The words of a toast that says what an undo or a redo did."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from widgets.facts import SILENT, fact_words
from widgets.language import _
from widgets.line import one_line
from widgets.pane import Cover

if TYPE_CHECKING:
    from storage.commands.bulk import TakenBack


def taken_back(undone: "TakenBack", now: datetime, names: Mapping[int, str], *, again: bool = False) -> Cover:
    """Return the toast of an undo, or of a redo: what was taken back, and what was left as it is, and why.

    Args:
        undone: what was done.
        now: the present, in the reader's zone.
        names: of agents by number.
        again: whether an undo was taken back.
    """
    facts, kept = undone.facts, undone.kept
    told = [fact for fact in facts if fact.kind not in SILENT] or facts
    values = told[0].model_dump(mode="json", exclude={"kind", "happened_at"}) if told else {}
    words = fact_words(told[0].kind, _turned(values) if again else values, now, names) if told else ""
    is_unsent = any(fact.kind == "queued" for fact in facts)
    if is_unsent and all(fact.kind in SILENT or fact.kind == "status_changed" for fact in facts):
        words = _("the message, a draft again")  # where the conversation stood only followed from it
    numbers = sorted(undone.taken)
    what = f" {words} #{numbers[0]}" if numbers else f" {words}"
    if len(numbers) > 1:
        what += " " + _("and {count} more").format(count=len(numbers) - 1)
    if kept:
        who = one_line(kept[0].agent) or _("new mail")
        what += "   " + _("#{number} stays: {who} changed it").format(number=kept[0].conversation_id, who=who)
    if again:
        return ((_("done again:"), "ok"), (what, "text"), ("   u", "accent"), (" " + _("takes it back"), "text"))
    if is_unsent:  # it is sent again from its draft, and by no redo
        return ((_("taken back:"), "ok"), (what, "text"))
    return ((_("taken back:"), "ok"), (what, "text"), ("   U", "accent"), (" " + _("does it again"), "text"))


def _turned(values: dict[str, Any]) -> dict[str, Any]:
    """Return a fact's fields the other way round: a redo takes back the fact that took back."""
    if "after" in values and "before" not in values:  # something stood, or did not
        return {**values, "after": not values["after"]}
    pairs = (("before", "after"), ("added", "removed"), ("stood", "stands"))
    other = dict(pairs) | {second: first for first, second in pairs}
    return {name: values.get(other.get(name, name), value) for name, value in values.items()}
