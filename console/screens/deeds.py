"""The words of a toast that says what an undo or a redo did."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from widgets.language import _
from widgets.line import one_line
from widgets.pane import Cover
from widgets.undone import is_unsent, undone_words

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
    kept = undone.kept
    facts = undone.told(again=again)
    words = undone_words(facts, now, names)
    numbers = sorted(undone.taken)
    what = f" {words} #{numbers[0]}" if numbers else f" {words}"
    if len(numbers) > 1:
        what += " " + _("and {count} more").format(count=len(numbers) - 1)
    if kept:
        who = one_line(kept[0].agent) or _("new mail")
        what += "   " + _("#{number} stays: {who} changed it").format(number=kept[0].conversation_id, who=who)
    if again:
        return ((_("done again:"), "ok"), (what, "text"), ("   u", "accent"), (" " + _("takes it back"), "text"))
    if is_unsent([kind for kind, _values in facts]):  # it is sent again from its draft, and by no redo
        return ((_("taken back:"), "ok"), (what, "text"))
    return ((_("taken back:"), "ok"), (what, "text"), ("   U", "accent"), (" " + _("does it again"), "text"))
