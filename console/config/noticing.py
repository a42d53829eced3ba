"""What the console calls an agent for, how, and when it is silent, as the configuration has it."""

from datetime import datetime, time
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict

from console.config.values import Line, refuse
from storage.kinds.moments import between_hours
from widgets.language import _

Call = Literal["mine", "assigned", "failed", "late", "handoff", "consult"]
"""New mail in a conversation of mine; a conversation that somebody gives me; an answer of mine that did not leave; a
clock of mine that ran out; a handoff that I am asked to accept; a question to a colleague, mine or to me, that was not
answered in time."""

_ALL: tuple[Call, ...] = ("mine", "assigned", "failed", "late", "handoff", "consult")


def quiet_hours(text: str) -> tuple[time, time]:
    """Return the beginning and the end of quiet hours such as ``22:00-07:00``.

    Raises:
        ValueError: it is not of that form.
    """
    first, dash, last = text.partition("-")
    if not dash:
        raise ValueError(text)
    return time.fromisoformat(first.strip()), time.fromisoformat(last.strip())


def _quiet(text: str) -> str:
    try:
        quiet_hours(text)
    except ValueError:
        raise refuse(_("These are no hours: write them as in 22:00-07:00.")) from None
    return text


class Notices(BaseModel):
    """How the console calls for attention; all of it is off unless the configuration asks for it.

    Attributes:
        bell: whether the terminal's bell rings.
        desktop: how a notice reaches the desktop: by OSC 9 (iTerm2, kitty, WezTerm, Windows Terminal), by OSC 777
            (foot, Ghostty, rxvt, VTE with its patch), or not at all.
        about: for what.
        quiet: hours of the day without any, such as ``22:00-07:00``, in the zone of this machine; whoever is on call
            is called for what is late and for handoffs all the same.
        title: whether the window's title says what is late and what waits to be accepted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    bell: bool = False
    desktop: Literal["off", "osc9", "osc777"] = "off"
    about: tuple[Call, ...] = _ALL
    quiet: Annotated[Line, AfterValidator(_quiet)] | None = None
    title: bool = True

    def on_duty(self) -> "Notices":
        """Return them for the console of whoever is on call: the bell rings unless it is switched off."""
        rings = self.bell if "bell" in self.model_fields_set else True
        return self.model_copy(update={"bell": rings})

    @property
    def wanted(self) -> bool:
        """Whether anything is ever said."""
        return bool(self.about) and (self.bell or self.desktop != "off")

    def silent(self, now: datetime) -> bool:
        """Say whether these are quiet hours; they may go over midnight."""
        if self.quiet is None:
            return False
        return between_hours(*quiet_hours(self.quiet), now.time())
