"""Whom the screen of a handoff asks to accept it: who is on call, an agent by name, or anybody of the tier."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from console.screens.commands.offering import best
from console.screens.drawing_up import DrawnUp
from storage.kinds.clean import folded
from widgets.choices import Choice
from widgets.handing import Asking, busy_words
from widgets.language import _
from widgets.line import one_line
from widgets.moments import moment_words

if TYPE_CHECKING:
    from storage.kinds.handoffs import Askable


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked.

    Attributes:
        agent_id: who was named; `None` for whoever is on call, or anybody.
        anybody: nobody is asked by name.
        unknown: whether nobody is called as the field says.
        shown: how that is told.
    """

    agent_id: int | None = None
    anybody: bool = False
    unknown: bool = False
    shown: Asking = field(default=Asking())


def whom(typed: str, begun: DrawnUp, destination: str, now: datetime) -> Asked:
    """Return who is asked by what a field says: nothing is whoever is on call.

    Args:
        typed: an agent's name, or that it is anybody.
        begun: what was drawn up.
        destination: the team that is named.
        now: the present, in the reader's zone.
    """
    from storage.rules.transfers import first_on

    word = folded(" ".join(typed.split()))
    if not word:
        duty = first_on(begun.on_call, destination)
        if duty is None:
            return Asked()
        until = _("on call until {moment}").format(moment=moment_words(duty.until, now))
        after = _("then {name}").format(name=one_line(duty.next_agent)) if duty.next_agent else ""
        return Asked(shown=Asking(duty.agent, ", ".join(filter(None, (until, after)))))
    if word in _anybody():
        return Asked(anybody=True)
    found = next((one for one in begun.askable if folded(one.name) == word), None)
    if found is None:
        return Asked(unknown=True, shown=Asking(typed, _("nobody here is called so"), "late"))
    words = state_words(found, now)
    return Asked(found.agent_id, shown=Asking(found.name, words, "soon" if busy_words(found) else "muted"))


def state_words(one: "Askable", now: datetime) -> str:
    """Return what is to be known of whoever can be asked; empty where there is nothing."""
    until = _("on call until {moment}").format(moment=moment_words(one.until, now)) if one.until else ""
    return ", ".join(filter(None, (until, busy_words(one))))


def choices_of(text: str, begun: DrawnUp, now: datetime) -> Sequence[Choice]:
    """Return who can be asked, as choices for what is typed; anybody of the tier stands last."""
    choices = [(one.name, Choice(one.name, one_line(one.name), state_words(one, now))) for one in begun.askable]
    return best(text, [*choices, (_("anybody"), Choice(_("anybody"), _("anybody of the tier")))])


def _anybody() -> frozenset[str]:
    return frozenset({"anybody", folded(_("anybody"))})
