"""What a period of the desk comes to, on a page."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from console.screens.commands.base import MAIN, Command
from storage.kinds.reports import Asked
from widgets.language import _
from widgets.paper import Entry

if TYPE_CHECKING:
    from console.desk import Desk
    from console.screens.main import MainScreen
    from console.screens.paper import PaperScreen


def commands() -> Sequence[Command]:
    """Return them."""
    return (
        Command(
            "report",
            ("g n",),
            "",
            _("what a period comes to; 2026-11-01 2026-11-30 history of QUERY"),
            MAIN,
            report,
            "words",
            _("figures metrics sla breaches solved statistics transfers"),
            anywhere=True,
        ),
    )


def report(screen: "MainScreen", rest: str) -> None:
    """Show a report of the last weeks, or of the days that the line says."""
    from storage.rules.reports import period

    days_said, _sign, query = f" {rest} ".partition(" of ")
    words, now = days_said.split(), screen.now()
    history = "history" in words
    words = [word for word in words if word != "history"]
    try:
        days = [date.fromisoformat(word) for word in words]
    except ValueError:
        screen.say_refusal(
            _("Write the first and the last day as 2026-11-01 2026-11-30, or none; and history, or not.")
        )
        return
    first, last = (*days, None, None)[:2]
    since, until = period(first, last, now)
    if len(days) > 2 or since >= until:
        screen.say_refusal(
            _("Write the first and the last day as 2026-11-01 2026-11-30, or none; and history, or not.")
        )
        return
    asked = Asked(since, until, history=history, query=query.strip(), reader_id=screen.desk.agent_id)
    screen.app.push_screen(report_paper(screen.desk, asked, now))


def report_paper(desk: "Desk", asked: Asked, now: datetime) -> "PaperScreen":
    """Return a pager of a report."""
    from console.screens.paper import PaperScreen

    def load() -> Iterable[Entry]:
        from storage.queries.reports import report as read
        from widgets.report import lines

        return list(lines(desk.ask_now(read, asked, now=now), now.tzinfo))

    return PaperScreen(_("Report"), load)
