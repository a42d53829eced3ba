"""What an agent does to a conversation with one key: the command of the record behind it, and the words of a toast."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from storage.kinds import Status
from widgets.facts import SILENT, fact_words
from widgets.language import _
from widgets.line import one_line
from widgets.pane import Cover

if TYPE_CHECKING:
    from sqlmodel import Session

    from storage.commands.undoing import Kept
    from storage.events import Fact


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed.

    Attributes:
        name: the screen's action that does it.
        word: what the toast says was done.
        leaves: whether the conversation leaves the queue by it, so that the agent goes on with the next one.
    """

    name: str
    word: str
    leaves: bool


def deeds() -> dict[str, Deed]:
    """Return the deeds by name, in the reader's language."""
    return {
        "resolve": Deed("resolve", _("resolved"), leaves=True),
        "take": Deed("take", _("taken"), leaves=False),
        "spam": Deed("spam", _("spam"), leaves=True),
    }


def done(session: "Session", *, name: str, numbers: Sequence[int], actor: Any, now: datetime) -> int:
    """Do a deed; the arguments and errors are those of `storage.commands.triage`."""
    from storage.commands import triage

    if name == "take":
        return triage.take(session, numbers, actor=actor, now=now)
    to = {"resolve": Status.RESOLVED, "spam": Status.SPAM}[name]
    return triage.set_status(session, numbers, to=to, actor=actor, now=now)


def said(word: str, number: int, subject: str) -> Cover:
    """Return the toast of a deed: what, to what, how back."""
    return (
        (word, "ok"),
        (f" #{number} {one_line(subject)[:60]}", "text"),
        ("   u", "accent"),
        (" " + _("takes it back"), "text"),
    )


def taken_back(
    facts: "Sequence[Fact]", kept: "Sequence[Kept]", now: datetime, names: Mapping[int, str], *, again: bool = False
) -> Cover:
    """Return the toast of an undo, or of a redo: what was taken back, and what was left as it is, and why.

    Args:
        facts: those taken back.
        kept: the conversations left alone, each with the agent who changed it since.
        now: the present, in the reader's zone.
        names: of agents by number.
        again: whether an undo was taken back.
    """
    told = [fact for fact in facts if fact.kind not in SILENT] or facts
    values = told[0].written()[0] if told else {}
    words = fact_words(told[0].kind, _turned(values) if again else values, now, names) if told else ""
    numbers = sorted({fact.about for fact in told if fact.about is not None})
    what = f" {words} #{numbers[0]}" if numbers else f" {words}"
    if len(numbers) > 1:
        what += " " + _("and {count} more").format(count=len(numbers) - 1)
    if kept:
        who = one_line(kept[0].agent) or _("new mail")
        what += "   " + _("#{number} stays: {who} changed it").format(number=kept[0].conversation_id, who=who)
    if again:
        return ((_("done again:"), "ok"), (what, "text"), ("   u", "accent"), (" " + _("takes it back"), "text"))
    return ((_("taken back:"), "ok"), (what, "text"), ("   U", "accent"), (" " + _("does it again"), "text"))


def _turned(values: dict[str, Any]) -> dict[str, Any]:
    """Return a fact's fields the other way round: a redo takes back the fact that took back."""
    other = {"before": "after", "after": "before", "added": "removed", "removed": "added"}
    return {name: values.get(other.get(name, name), value) for name, value in values.items()}
