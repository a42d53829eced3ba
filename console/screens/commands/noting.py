"""How a call is logged from the `:` line: who rang, how long, what was said, and what was promised."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from console.config.errors import ConsoleError
from console.screens.commands.base import MAIN, Command
from console.screens.commands.deciding import NUMBER, line_of
from console.screens.doing import Targets
from console.screens.questions import Question
from storage.kinds import Status
from storage.kinds.clean import clean_line
from storage.kinds.errors import DeskError
from widgets.language import _
from widgets.pane import Cover

if TYPE_CHECKING:
    from console.screens.main import MainScreen

_LINE: Final = re.compile(r"(in|out)\s+([0-9]{1,4})(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
_CHOICE: Final = re.compile(r"""--(?:who[= ]\s*(?:"([^"]*)"|(\S+))|(wait|resolve))(?:\s+|$)""")
_LAST: Final = re.compile(r"(?:^|\s)--(wait|resolve)$")
_AFTER: Final = {"wait": Status.WAITING, "resolve": Status.RESOLVED}
_MINUTES_MOST: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Spoken:
    """A call as a line tells it; `who` is empty for the customer, `after` says where the conversation stands then."""

    incoming: bool
    minutes: int
    said: str
    promised: str
    who: str = ""
    after: Status | None = None


def commands() -> Sequence[Command]:
    """Return what logs a call."""
    return (
        Command(
            "call",
            (),
            "",
            _("log a call: in 12 she asked again promised back by Friday"),
            MAIN,
            call,
            "words",
            _("phone telephone rang spoke"),
        ),
    )


def read_call(line: str) -> Spoken | None:
    """Return the call that a line such as ``in 12 she asked again promised back by Friday`` tells; `None` when none.

    Right after the minutes may stand ``--who NAME``, ``--wait`` or ``--resolve``, as on the command line; the last two
    at the end, too. The word for what was promised is taken in the reader's language as well.
    """
    found = _LINE.fullmatch(line.strip())
    if found is None or int(found[2]) > _MINUTES_MOST:
        return None
    rest, who, after = found[3] or "", "", set[str]()
    while chosen := _CHOICE.match(rest):
        rest = rest[chosen.end() :]
        who = chosen[1] or chosen[2] or who
        after |= {chosen[3]} - {None}
    if last := _LAST.search(rest):  # where one comes to think of it
        rest = rest[: last.start()]
        after.add(last[1])
    if len(after) > 1:
        return None
    words = "|".join(re.escape(word) for word in dict.fromkeys(("promised", _("promised:").rstrip(":"))))
    said, *promised = re.split(rf"(?:^|\s)(?:{words}):?(?:\s|$)", rest, maxsplit=1, flags=re.IGNORECASE)
    spoken = Spoken(
        incoming=found[1].lower() == "in",
        minutes=int(found[2]),
        said=said.strip(),
        promised="".join(promised).strip(),
        who=clean_line(who)[:200],
        after=_AFTER[after.pop()] if after else None,
    )
    return spoken if spoken.said or spoken.promised else None


async def call(screen: "MainScreen", rest: str) -> None:
    """Log a call with the customer, which is asked for when the line does not tell it."""
    first, _blank, after = rest.strip().partition(" ")
    named = NUMBER.fullmatch(first) is not None  # only what stands first: the minutes are a number, too
    targets = Targets((int(first.lstrip("#")),)) if named else screen.targets()
    line = after.strip() if named else rest.strip()
    if len(targets.numbers) != 1:
        screen.say_refusal(
            _("One conversation at a time: take the marks off.") if targets.numbers else _("No conversation is chosen.")
        )
        return
    if not line:
        answer = await screen.ask(
            Question(_("call {what}: in or out, minutes, what was said").format(what=targets.words()))
        )
        if not answer:
            return
        line = answer
    spoken = read_call(line)
    if spoken is None:
        screen.say_refusal(
            _("Write in or out, the minutes, what was said: in 12 she asked. Between: --who NAME, --wait, --resolve.")
        )
        return
    from console.mail.noting import log_call

    try:
        _action, _message, number = await asyncio.to_thread(
            log_call,
            screen.desk.store,
            targets.numbers[0],
            spoken.said,
            incoming=spoken.incoming,
            minutes=spoken.minutes,
            promised=spoken.promised,
            promised_word=_("promised:"),
            who=spoken.who,
            after=spoken.after,
            agent=screen.desk.agent,
            actor=screen.desk.actor,
            now=screen.now(),
        )
    except ConsoleError as error:
        screen.say_refusal(str(error))
    except DeskError as error:
        screen.say_error(error)
    else:
        screen.desk.wrote.set()
        if spoken.after is not None:
            screen.passed_over((number,))
        else:  # who was spoken to waits no more and goes down: the cursor does not
            screen.queue.pass_over((number,))
        back: Cover = (("   u", "accent"), (" " + _("takes it back"), "text"))
        screen.say(((_("call logged"), "ok"), (f" #{number}", "text"), *back), f":{line_of('call', targets, line)}")
        screen.written(number)
