"""Why a deadline passed, and what is done so that it does not pass again, said without leaving the conversation."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.screens.commands.base import MAIN, Command
from console.screens.commands.knowing import only_one
from console.screens.questions import Question
from widgets.language import _
from widgets.line import one_line
from widgets.moments import moment_words
from widgets.terms import metric_words

if TYPE_CHECKING:
    from console.screens.main import MainScreen


def commands() -> Sequence[Command]:
    """Return them."""
    return (
        Command(
            "explain",
            (),
            "",
            _("say why a deadline passed, and what is done about it"),
            MAIN,
            explain,
            "words",
            _("breach late cause corrective sla clock reason"),
            reads_first=True,
        ),
    )


async def explain(screen: "MainScreen", rest: str) -> None:
    """Ask for the cause of a breach that nobody explained yet, else of the last one, and for what is done about it."""
    from storage.commands import clocks
    from storage.queries.clocks import breaches

    number = only_one(screen)
    if number is None:
        return
    found = await screen.desk.ask(breaches, conversation_id=number)
    if not found:
        screen.say_refusal(_("No deadline of #{number} passed.").format(number=number))
        return
    one = next((each for each in found if each.explained_at is None), found[0])
    about = {"metric": metric_words(one.metric), "moment": moment_words(one.due_at, screen.now())}
    cause = rest.strip()
    if not cause:
        cause = await screen.ask(Question(_("why {metric} passed {moment}").format(**about), one.cause)) or ""
    if not cause.strip():
        return
    corrective = await screen.ask(Question(_("from now on (nothing: Enter)"), one.corrective))
    if corrective is None:
        return
    said = _("why {metric} was late is written down").format(**about)
    given = await screen.tell(
        clocks.explain,
        number,
        cause=cause,
        corrective=corrective,
        metric=one.metric,
        words=lambda _given: ((said, "ok"), (f"  {one_line(cause)}", "text")),
        line=f"explain {one_line(cause)}",
    )
    if given is not None:
        screen.written(number)
